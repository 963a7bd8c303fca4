"""Words of songs: plain, or with times as LRC files have them (``[01:23.45]a line``)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STAMP = re.compile(r"\[(\d{1,3}):(\d{1,2}(?:[.:]\d{1,3})?)\]")
_WORD_STAMP = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")
_OFFSET = re.compile(r"\[offset:\s*([+-]?\d{1,7})\s*\]", re.IGNORECASE)
_REMARK = re.compile(r"\[[a-zA-Z#]+:.*\]")
_MOST_LINES = 5_000
_LONGEST_LINE = 1_000


@dataclass(frozen=True, slots=True)
class LyricsLine:
    """A line of the words; ``start_s`` is None where the file says no times."""

    start_s: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Lyrics:
    """The words of a song, in order; all lines have times, or none has."""

    lines: tuple[LyricsLine, ...]

    @property
    def timed(self) -> bool:
        """Whether the lines have times."""
        return bool(self.lines) and self.lines[0].start_s is not None


def parse_lyrics(text: str) -> Lyrics:
    """Read words as plain text or LRC: lines may have several times, words within may too (they are dropped).

    Once any line has a time, lines without one are remarks and left out.
    """
    found = _OFFSET.search(text)
    offset_s = int(found[1]) / 1000 if found else 0.0
    timed: list[LyricsLine] = []
    plain: list[LyricsLine] = []
    for line in text.splitlines()[:_MOST_LINES]:
        stamps, words = _stamps(line)
        if stamps:
            timed += [LyricsLine(max(0.0, at_s - offset_s), words) for at_s in stamps]
        elif not _REMARK.fullmatch(line.strip()):
            plain.append(LyricsLine(None, words))
    if timed:
        return Lyrics(tuple(sorted(timed, key=lambda line: line.start_s or 0.0)))
    return Lyrics(tuple(_without_blank_ends(plain)))


def _stamps(line: str) -> tuple[list[float], str]:
    """The times at the beginning of a line, and its words."""
    stamps, at, line = [], 0, line.lstrip()
    while found := _STAMP.match(line, at):
        stamps.append(int(found[1]) * 60 + float(found[2].replace(":", ".")))
        at = found.end()
    words = " ".join(_WORD_STAMP.sub("", line[at:]).split())
    return stamps, "".join(c for c in words if c.isprintable())[:_LONGEST_LINE]


def _without_blank_ends(lines: list[LyricsLine]) -> list[LyricsLine]:
    said = [number for number, line in enumerate(lines) if line.text]
    return lines[said[0] : said[-1] + 1] if said else []
