"""Make the replay: a small MP4 that every browser and phone plays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.progress import Report, silent
from models.recording import MediaInfo, Rendition, VideoTrack
from models.span import MS_PER_SECOND
from pipeline.media.artifact import atomic_output, require_space
from pipeline.media.completeness import require_no_cut_sign
from pipeline.media.demux import Scan, open_media, scan_packets
from pipeline.media.encoder import Rate
from pipeline.media.encoding import (
    EncodeSettings,
    bit_rate_ceiling,
    encoded_frame_rate,
    fit_frame,
)
from pipeline.media.invoke import run_ffmpeg
from pipeline.media.keyframes import format_keyframes
from pipeline.media.picture import apply_steps, picture_steps
from pipeline.media.profile import choose_profile
from pipeline.media.replay import Replay, inspect_replay, require_same_length
from pipeline.media.source import Source, file_url, locate_source
from pipeline.media.timeline import MAX_OFFSET_MS, VIDEO, audio_filter, audio_of, open_input
from pipeline.media.tool import Ffmpeg

if TYPE_CHECKING:
    from ffmpeg.nodes import OutputStream

__all__ = ["Copy", "Encode", "EncodeSettings", "Plan", "Written", "transcode"]

SLOWEST = 30.0
"""Seconds of work per second of media; 0.2 to 0.5 is usual on two cores."""

TIME_BASE = "1/90000"
"""Fine enough for every source clock; encoders would else round to the nominal frame rate."""

AAC_SAMPLE_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
"""Of AAC's thirteen, those that telephones play too."""

UNFILTERED = {"skip_loop_filter": "all"}
"""Where a picture is decoded for its errors alone, nobody sees what deblocking would smooth: 0.18
instead of 0.25 CPU s for 12 s at 720p, which take 2.5 to encode (measured once)."""

USUAL_SHARE = 0.5
"""Capped CRF stays well below its ceiling: half of it is the space asked for before starting."""


@dataclass(frozen=True, slots=True)
class Encode:
    """Code the picture anew."""

    crf: float
    keyframes_ms: tuple[int, ...] = ()
    """Moments that get a keyframe; besides, there is one every `LONGEST_GOP_S`."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Put the packets of the picture into the replay as they are."""


@dataclass(frozen=True, slots=True)
class Written:
    """A replay that was written and looked at, before it gets its name."""

    path: Path
    replay: Replay
    cpu_s: float
    borne: str
    """Decoding errors of the recording that were borne, in words; empty when there were none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with the picture, and who looks at the result before it gets its name."""

    picture: Encode | Copy
    approve: Callable[[Written], None] = lambda _written: None
    """Raises when what was written will not do."""
    scan: Scan | None = None
    """What the recording's packets say, where somebody has read them already."""


def transcode(
    source: Path,
    info: MediaInfo,
    target: Path,
    *,
    ffmpeg: Ffmpeg,
    settings: EncodeSettings,
    plan: Plan | None = None,
    report: Report = silent,
) -> Rendition:
    """Write the replay of a recording to `target` and check it.

    Video: 8-bit 4:2:0, square upright pixels, short side at most the setting's, frame times kept
    (never more frames than the source), or the packets as they are. Sound: AAC-LC. Index in front
    (faststart). A recording without a picture becomes an audio-only MP4.

    Guaranteed: time t of the replay is time t of `extract_audio`, to 40 ms; `target` appears only
    after its length was compared with the source's, its tail decoded, and `approve` returned.

    Args:
        source: the recording.
        info: what probing it found.
        target: the file to write.
        ffmpeg: the program.
        settings: what the replay is to be like.
        plan: the picture's treatment; None = an encode at the profile's usual CRF.
        report: told of the progress.

    Raises:
        InputError: when the recording is damaged.
        ResourceError: when the disk or the memory is full.
        ToolError: when ffmpeg fails or makes something else than it should.
    """
    located = locate_source(source)
    plan = plan or Plan(Encode(choose_profile(settings).crfs.start))
    scan = plan.scan or scan_packets(located, audio_index=info.audio.index)
    require_space(target.parent, _expected_bytes(info, settings, scan, plan.picture))
    with atomic_output(target) as partial:
        complaints = run_ffmpeg(
            ffmpeg,
            _output(located, info, scan, settings, plan.picture, partial),
            target=target,
            total_ms=scan.end_ms,
            slowest=SLOWEST,
            report=report,
        )
        require_no_cut_sign(located, info, scan, complaints.cut_sign)
        complaints.require_few(located, scan)
        replay = inspect_replay(partial)
        require_same_length(replay.scan, scan, frame_ms=_frame_ms(info))
        plan.approve(Written(partial, replay, complaints.cpu_s, complaints.describe()))
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
    source: Source,
    info: MediaInfo,
    scan: Scan,
    settings: EncodeSettings,
    how: Encode | Copy,
    partial: Path,
) -> OutputStream:
    import ffmpeg

    copies_picture = info.video is not None and isinstance(how, Copy)
    opened = open_input(source, **(UNFILTERED if copies_picture else {}))
    sound = audio_of(opened, info)
    tracks = [sound]
    options: dict[str, Any] = _audio_options(source, info, scan, settings)
    unseen = [sound] if options["c:a"] == "copy" else []
    if copies_picture:
        tracks.insert(0, opened[VIDEO])
        unseen.append(opened[VIDEO])
        options |= {"c:v": "copy", "tag:v": choose_profile(settings).tag}
    elif info.video is not None and isinstance(how, Encode):
        tracks.insert(0, apply_steps(opened[VIDEO], picture_steps(info.video, settings)))
        options |= _video_options(info.video, settings, how)
    written = ffmpeg.output(
        *tracks,
        file_url(partial),
        format="mp4",
        movflags="+faststart",
        map_metadata=-1,
        map_chapters=-1,
        **options,
    )
    if not unseen:
        return written
    # Packets that are copied are decoded as well, for nobody: else damage in them goes unseen.
    return ffmpeg.merge_outputs(
        written, ffmpeg.output(*unseen, "-", format="null", fps_mode="passthrough")
    )


def _video_options(video: VideoTrack, settings: EncodeSettings, how: Encode) -> dict[str, Any]:
    rate = encoded_frame_rate(video, settings)
    frame = fit_frame(video, settings)
    ceiling = bit_rate_ceiling(frame, settings)
    options: dict[str, Any] = {"fps_mode:v": "vfr", "enc_time_base:v": TIME_BASE}
    options |= choose_profile(settings).options(
        Rate(how.crf, ceiling, rate, frame.width * frame.height, settings.threads)
    )
    if how.keyframes_ms:
        frame_ms = MS_PER_SECOND / rate
        options["force_key_frames:v"] = format_keyframes(how.keyframes_ms, frame_ms=frame_ms)
    return options


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
    import av

    with open_media(source) as container:
        stream = container.streams[info.audio.index]
        try:
            for _ in zip(range(4), container.decode(stream), strict=False):
                pass
        except av.error.FFmpegError:
            return False
        return stream.codec_context.profile == "LC"


def _expected_bytes(
    info: MediaInfo, settings: EncodeSettings, scan: Scan, how: Encode | Copy
) -> int:
    sound = settings.copy_audio_up_to / 8 * scan.end_ms / MS_PER_SECOND
    if info.video is None or scan.video is None:
        return round(sound)
    if isinstance(how, Copy):
        return round(sound) + scan.video.bytes
    ceiling = bit_rate_ceiling(fit_frame(info.video, settings), settings)
    return round(sound + USUAL_SHARE * ceiling / 8 * scan.end_ms / MS_PER_SECOND)


def _frame_ms(info: MediaInfo) -> float:
    if info.video is None or not info.video.frame_rate:
        return 0.0
    return MS_PER_SECOND / info.video.frame_rate
