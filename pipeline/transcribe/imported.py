"""Read a transcript that another program made: SRT, WebVTT, whisper JSON or FunASR JSON."""

from __future__ import annotations

import json
import stat
import unicodedata
from pathlib import Path

from models.errors import InputError
from models.transcript import Provenance, Transcript
from pipeline.language.script import Script
from pipeline.transcribe.cue import Cue, ImportedText, cues_to_utterances
from pipeline.transcribe.engine import Language, format_settings
from pipeline.transcribe.funasr_json import is_funasr, parse_funasr
from pipeline.transcribe.subrip import parse_subrip
from pipeline.transcribe.timing import TIMING_MARK
from pipeline.transcribe.webvtt import HEADER, parse_webvtt
from pipeline.transcribe.whisper_json import parse_whisper

MAX_BYTES = 32 * 1024 * 1024
"""Word-timed JSON of ten minutes has 0.23 MB (measured), of 23 hours this much; as SubRip far less.
Reading 22 MiB of it took 300 MB of memory (measured)."""

MAX_CUES = 200_000
"""More than one a second for 48 hours."""
_CHINESE_SHARE = 0.2
"""From this share of Han characters among the letters on, a text is Chinese: hosts mix English
brand names into Mandarin, never a fifth of Mandarin into English."""
_HAN = "CJK UNIFIED"


def read_transcript(path: Path, *, language: str | None, script: Script) -> Transcript:
    """Return the transcript in a file, whose format is told by its content, not by its name.

    Entries may lie in any order; they are sorted by their start. `language` None (or `auto`)
    takes what the file says, else what its characters suggest.

    Raises:
        InputError: when the file is missing, too large, not UTF-8, of no known format, empty of
            text, or has impossible times; it names the file, and the line or entry.
    """
    imported = parse_transcript(_read_text(path), path.name)
    if len(imported.cues) > MAX_CUES:
        raise InputError(
            f"{path} has {len(imported.cues)} entries, more than one a second for 48 hours; is it "
            "one transcript?"
        )
    utterances = cues_to_utterances(imported.cues, script)
    if not utterances:
        raise InputError(f"{path}: there is no text in this transcript")
    spoken = _choose_language(language, imported)
    settings = format_settings({"language": spoken, "script": script})
    provenance = Provenance(f"import:{imported.format}", "", "", settings)
    return Transcript(spoken.value, utterances, provenance)


def parse_transcript(text: str, name: str) -> ImportedText:
    """Return the cues in a text of any known format; `name` is for the messages.

    Raises:
        InputError: as `read_transcript`.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    start = text.lstrip()[:1]
    try:
        if text.startswith(HEADER):
            return parse_webvtt(text)
        if start in {"{", "["}:
            return _parse_json(text)
        if TIMING_MARK in text:
            return parse_subrip(text)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    raise InputError(
        f"{name}: this is no transcript that Kandian reads; give SRT, WebVTT, whisper JSON or "
        "FunASR JSON"
    )


def _parse_json(text: str) -> ImportedText:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"line {error.lineno}: broken JSON ({error.msg})") from error
    except (RecursionError, ValueError) as error:
        raise InputError("the JSON is nested too deeply or holds a number too long") from error
    if isinstance(document, dict) and "segments" in document:
        return parse_whisper(document)
    entries = document if isinstance(document, list) else [document]
    if any(is_funasr(entry) for entry in entries):
        return parse_funasr(entries)
    raise InputError(
        "the JSON has neither whisper's 'segments' nor FunASR's 'timestamp' or 'sentence_info'"
    )


def _read_text(path: Path) -> str:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise InputError(f"the transcript {path} cannot be read: it is no ordinary file")
        size = found.st_size
        if size > MAX_BYTES:
            raise InputError(
                f"{path} has {size / 1024**2:.0f} MiB; transcripts up to 32 MiB are read, so give "
                "the one of a single recording"
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no transcript at {path}") from None
    except OSError as error:
        raise InputError(f"the transcript {path} cannot be read: {error.strerror}") from error
    if not content.strip():
        raise InputError(f"the transcript {path} is empty")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"the transcript {path} is not UTF-8 (line {line}); if it is GBK or UTF-16, "
            "save it again as UTF-8"
        ) from error


def _choose_language(asked: str | None, imported: ImportedText) -> Language:
    if asked and asked != Language.AUTO:
        if asked not in set(Language):
            raise InputError(f"there is no language {asked!r}; the languages are: zh, en, auto")
        return Language(asked)
    if imported.language in {Language.CHINESE, Language.ENGLISH}:
        return Language(imported.language)
    return _guess_language(imported.cues)


def _guess_language(cues: tuple[Cue, ...]) -> Language:
    letters = [character for cue in cues for character in cue.text if character.isalpha()]
    han = sum(unicodedata.name(character, "").startswith(_HAN) for character in letters)
    return Language.CHINESE if han >= _CHINESE_SHARE * len(letters) else Language.ENGLISH
