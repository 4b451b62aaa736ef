"""Make the replay: a small MP4 that every browser and phone plays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.progress import Report, silent
from models.recording import MediaInfo, Rendition, VideoTrack
from models.span import MS_PER_SECOND
from pipeline.media.artifact import atomic_output, require_space
from pipeline.media.completeness import require_no_cut_sign
from pipeline.media.demux import Scan, open_media, scan_packets
from pipeline.media.encoding import (
    EncodeSettings,
    bit_rate_ceiling,
    encoded_frame_rate,
    fit_frame,
    keep_every,
)
from pipeline.media.invoke import run_ffmpeg
from pipeline.media.replay import inspect_replay, require_same_length
from pipeline.media.source import Source, file_url, locate_source
from pipeline.media.timeline import MAX_OFFSET_MS, VIDEO, audio_filter, audio_of, open_input
from pipeline.media.tool import Ffmpeg

if TYPE_CHECKING:
    from ffmpeg.nodes import OutputStream

__all__ = ["EncodeSettings", "transcode"]

SLOWEST = 30.0
"""Seconds of work per second of media; 0.2 to 0.5 is usual on two cores."""

TIME_BASE = "1/90000"
"""Fine enough for every source clock; x264 would else round to the nominal frame rate."""

AAC_SAMPLE_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
"""Of AAC's thirteen, those that telephones play too."""

MAX_GOP_FRAMES = 600
"""Keyframes are set by time; this bounds them only where timestamps stand still."""

USUAL_SHARE = 0.5
"""Capped CRF stays well below its ceiling: half of it is the space asked for before starting."""


def transcode(
    source: Path,
    info: MediaInfo,
    target: Path,
    *,
    ffmpeg: Ffmpeg,
    settings: EncodeSettings,
    report: Report = silent,
) -> Rendition:
    """Write the replay of a recording to `target` and check it.

    Video: H.264 High, 8-bit 4:2:0, square upright pixels, short side at most the setting's, frame
    times kept (never more frames than the source), keyframes every few seconds. Sound: AAC-LC.
    Index in front (faststart). A recording without a picture becomes an audio-only MP4.

    Guaranteed: time t of the replay is time t of `extract_audio`, to 40 ms; `target` appears only
    after its length was compared with the source's and its tail decoded.

    Raises:
        InputError: when the recording is damaged.
        ResourceError: when the disk or the memory is full.
        ToolError: when ffmpeg fails or makes something else than it should.
    """
    located = locate_source(source)
    scan = scan_packets(located, audio_index=info.audio.index)
    require_space(target.parent, _expected_bytes(info, settings, scan.end_ms))
    with atomic_output(target) as partial:
        complaints = run_ffmpeg(
            ffmpeg,
            _output(located, info, scan, settings, partial),
            target=target,
            total_ms=scan.end_ms,
            slowest=SLOWEST,
            report=report,
        )
        require_no_cut_sign(located, info, scan, complaints.cut_sign)
        complaints.require_few(located, scan)
        replay = inspect_replay(partial)
        require_same_length(replay.scan, scan, frame_ms=_frame_ms(info))
        size = partial.stat().st_size
    return Rendition(
        url=target.name,
        mime="audio/mp4" if info.video is None else "video/mp4",
        codecs=replay.codecs,
        width=replay.width,
        height=replay.height,
        bytes=size,
        duration_ms=replay.scan.end_ms,
    )


def _output(
    source: Source, info: MediaInfo, scan: Scan, settings: EncodeSettings, partial: Path
) -> OutputStream:
    import ffmpeg

    opened = open_input(source)
    tracks = [audio_of(opened, info)]
    options: dict[str, Any] = _audio_options(source, info, scan, settings)
    if info.video is not None:
        tracks.insert(0, opened[VIDEO])
        options |= _video_options(info.video, settings)
    return ffmpeg.output(
        *tracks,
        file_url(partial),
        format="mp4",
        movflags="+faststart",
        map_metadata=-1,
        map_chapters=-1,
        threads=settings.threads,
        **options,
    )


def _video_options(video: VideoTrack, settings: EncodeSettings) -> dict[str, Any]:
    frame = fit_frame(video, settings)
    ceiling = bit_rate_ceiling(frame, settings)
    interval_s = settings.keyframe_interval_ms / MS_PER_SECOND
    return {
        "vf": _video_filter(video, settings),
        "fps_mode:v": "vfr",
        "enc_time_base:v": TIME_BASE,
        "c:v": "libx264",
        "preset:v": settings.preset,
        "profile:v": "high",
        "crf:v": settings.crf,
        "maxrate:v": ceiling,
        "bufsize:v": 2 * ceiling,
        # Told, because a guess from the time base (90000 frames/s) ends in level 6.2, which no
        # telephone plays; frame times are not touched by it.
        "x264-params": f"fps={encoded_frame_rate(video, settings):.3f}",
        "g:v": MAX_GOP_FRAMES,
        "force_key_frames:v": f"expr:gte(t,n_forced*{interval_s:g})",
    }


def _video_filter(video: VideoTrack, settings: EncodeSettings) -> str:
    """Return the filter chain from decoded frames to the encoder.

    1. frames before 0 go, and enough of a fast source's to stay below the frame-rate maximum;
    2. the first frame is shown from time 0, so that no player meets an empty edit;
    3. pixels become square; 4. the picture is fitted; a change of size in mid-stream gets bars.

    A filter chain begins anew when the size changes; then (2) sends one frame back to 0, where it
    is dropped for being late.
    """
    frame = fit_frame(video, settings)
    every = keep_every(video, settings)
    keep = "gte(t,0)"
    if every > 1:
        least_s = (every - 0.5) / video.frame_rate
        keep += f"*(isnan(prev_selected_t)+gte(t-prev_selected_t,{least_s:.6f}))"
    size = f"{frame.width}:{frame.height}"
    return ",".join(
        (
            f"select='{keep}'",
            "setpts='if(eq(N,0),0,PTS)'",
            "scale='max(2,trunc(iw*sar/2)*2)':'max(2,trunc(ih/2)*2)'",
            "setsar=1",
            f"scale={size}:force_original_aspect_ratio=decrease:force_divisible_by=2:out_range=tv",
            f"pad={size}:-1:-1",
            "format=yuv420p",
        )
    )


def _audio_options(
    source: Source, info: MediaInfo, scan: Scan, settings: EncodeSettings
) -> dict[str, Any]:
    if _may_copy_audio(source, info, scan, settings):
        return {"c:a": "copy"}
    rate = next((rate for rate in AAC_SAMPLE_RATES if rate >= info.audio.sample_rate), 48_000)
    channels = min(2, max(1, info.audio.channels))
    return {
        "af": audio_filter(rate),
        "ac": channels,
        "c:a": "aac",
        # AAC cannot hold more than 6 bits per sample; the encoder would complain.
        "b:a": min(settings.audio_bit_rate, 4 * rate * channels),
    }


def _may_copy_audio(source: Source, info: MediaInfo, scan: Scan, settings: EncodeSettings) -> bool:
    """Tell whether the source's sound is small, plays everywhere and already lies on the timeline.

    Otherwise it is decoded and laid onto it as the transcript's sound is.
    """
    track = scan.audio
    if track is None or info.audio.codec != "aac" or info.audio.channels > 2:
        return False
    length_ms = max(1, track.end_ms - track.start_ms)
    bit_rate = track.bytes * 8 * MS_PER_SECOND // length_ms
    steady = (
        abs(track.start_ms) <= MAX_OFFSET_MS
        and track.drift_ms <= MAX_OFFSET_MS
        and not track.corrupt_packets
        and not scan.clock_changes
    )
    return steady and bit_rate <= settings.copy_audio_up_to and _is_plain_aac(source, info)


def _is_plain_aac(source: Source, info: MediaInfo) -> bool:
    """Tell AAC-LC from HE-AAC, which hides behind an LC header; only decoding shows it."""
    with open_media(source) as container:
        stream = container.streams[info.audio.index]
        for _ in zip(range(4), container.decode(stream), strict=False):
            pass
        return stream.codec_context.profile == "LC"


def _expected_bytes(info: MediaInfo, settings: EncodeSettings, duration_ms: int) -> int:
    bit_rate = float(settings.copy_audio_up_to)
    if info.video is not None:
        bit_rate += USUAL_SHARE * bit_rate_ceiling(fit_frame(info.video, settings), settings)
    return round(bit_rate / 8 * duration_ms / MS_PER_SECOND)


def _frame_ms(info: MediaInfo) -> float:
    if info.video is None or not info.video.frame_rate:
        return 0.0
    return MS_PER_SECOND / info.video.frame_rate
