"""The songs of the demo library, three a mood, in the order of the moods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mien.demo.songs import angry, calm, energetic, happy, sad, tender, tense

if TYPE_CHECKING:
    from mien.demo.score import Song

SONGS: tuple[Song, ...] = (
    *happy.SONGS,
    *energetic.SONGS,
    *angry.SONGS,
    *tense.SONGS,
    *sad.SONGS,
    *tender.SONGS,
    *calm.SONGS,
)
