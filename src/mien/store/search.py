"""Which track a person means."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import and_

from mien.errors import StoreError
from mien.store.schema import CONTROL_CHARACTERS, tracks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement

    from mien.domain import Track

_MOST_CANDIDATES = 10
_LARGEST_NUMBER_DIGITS = 9


def searchable(text: str) -> str:
    """``text`` without case and accents, so that ``bjork`` finds ``Björk``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def criteria(text: str) -> Iterator[ColumnElement[bool]]:
    """What ``text`` may mean, the likeliest first: a path, a number, words."""
    if text and "\0" not in text:
        yield tracks.c.path.in_([Path(text).absolute(), Path(os.path.realpath(text))])
    number = text.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) <= _LARGEST_NUMBER_DIGITS:
        yield tracks.c.id == int(number)
    words = searchable(text).split()
    if words:
        yield and_(*(tracks.c.words.contains(word, autoescape=True) for word in words))


def only_one(found: Sequence[Track], text: str) -> Track:
    """The track of ``found`` that is meant.

    Raises:
        StoreError: it could be several; the message lists them.
    """
    exact = [track for track in found if searchable(track.title) == searchable(text)]
    for candidates in (found, exact):
        if len(candidates) == 1:
            return candidates[0]
    listed = [_line(track) for track in found[:_MOST_CANDIDATES]]
    if len(found) > _MOST_CANDIDATES:
        listed.append(f"and {len(found) - _MOST_CANDIDATES} more")
    raise StoreError(f"{len(found)} tracks match {text!r}: say which by its number: " + "; ".join(listed))


def _line(track: Track) -> str:
    name = f"{track.tags.artist} - {track.title}" if track.tags.artist else track.title
    return f"#{track.id} {name.translate(CONTROL_CHARACTERS)}"
