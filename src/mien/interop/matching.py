"""Finding the songs of a library that another service means: by MusicBrainz id, then by artist and title."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mien.domain import Track

_GUEST = r"\b(feat|ft|featuring)\b\.?"
_IN_BRACKETS = re.compile(
    rf"[(\[][^)\]]*?({_GUEST}|remaster|anniversary|deluxe|bonus track|mono|stereo)[^)\]]*[)\]]"
)
_AFTER_DASH = re.compile(r"\s[-–—]\s[^-–—]*?(remaster|mono version|stereo version|bonus track)[^-–—]*$")
_GUESTS = re.compile(rf"\s{_GUEST}\s.*$")
_OTHERS = re.compile(r"\s*(,|;|/|&|\bx\b|\band\b|\bwith\b|\bvs\b\.?)\s.*$")


class Named(Protocol):
    """A song as another library names it; what is not known is empty."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def artist(self) -> str: ...  # noqa: D102
    @property
    def album(self) -> str: ...  # noqa: D102
    @property
    def recordings(self) -> tuple[str, ...]:
        """MusicBrainz recording ids, the surest first."""


class Matcher:
    """Finds the tracks that others name.

    Tolerated are differences of case, accents and punctuation, "The" before an artist, guests ("feat."),
    notes on remasters in a title, and more artists after the first. A live take or a remix is another song.

    Args:
        tracks: the library.
    """

    def __init__(self, tracks: Iterable[Track]) -> None:
        self._by_recording: dict[str, Track] = {}
        self._by_names: dict[tuple[str, str], list[Track]] = defaultdict(list)
        self._by_first_artist: dict[tuple[str, str], list[Track]] = defaultdict(list)
        for track in tracks:
            if track.tags.musicbrainz_recording_id:
                self._by_recording.setdefault(track.tags.musicbrainz_recording_id.lower(), track)
            title, artist = plain_title(track.title), plain_artist(track.tags.artist)
            if title and artist:
                self._by_names[artist, title].append(track)
                self._by_first_artist[first_artist(track.tags.artist), title].append(track)

    def find(self, song: Named) -> Track | None:
        """The track that is meant; None where the library has none."""
        for recording in song.recordings:
            if recording in self._by_recording:
                return self._by_recording[recording]
        title = plain_title(song.title)
        found = (
            self._by_names.get((plain_artist(song.artist), title))
            or self._by_first_artist.get((first_artist(song.artist), title))
            or []
        )
        album = plain(song.album)
        return next((track for track in found if album and plain(track.tags.album) == album), None) or next(
            iter(found), None
        )


def plain_title(text: str) -> str:
    """A title without what differs between editions."""
    lower = text.casefold()
    without = _GUESTS.sub("", _AFTER_DASH.sub("", _IN_BRACKETS.sub("", lower)))
    return plain(without) or plain(text)


def plain_artist(text: str) -> str:
    """An artist without guests and "The"."""
    words = plain(_GUESTS.sub("", _IN_BRACKETS.sub("", text.casefold())))
    return words.removeprefix("the ") or words


def first_artist(text: str) -> str:
    """The first of several artists."""
    return plain_artist(_OTHERS.sub("", text.casefold())) or plain_artist(text)


def plain(text: str) -> str:
    """Words in lower case, without accents and punctuation; as it is where it has nothing else."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    letters = "".join(c for c in apart if not unicodedata.combining(c))
    words = " ".join(re.sub(r"['’`]", "", letters).split())
    return " ".join(re.sub(r"[^\w]+|_", " ", words).split()) or words
