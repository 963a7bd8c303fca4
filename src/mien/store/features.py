"""What was measured of each track, kept so that a newer network need not decode the audio again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mien.store.database import upsert
from mien.store.schema import features
from mien.store.vectors import to_blob

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mien.domain import SongAnalysis


def save_features(connection: Connection, track_id: int, analysis: SongAnalysis) -> None:
    """Keep the features of a track, in place of older ones."""
    values = {"version": analysis.features_version, "vector": to_blob(analysis.features)}
    upsert(connection, features, {"track_id": track_id}, values)
