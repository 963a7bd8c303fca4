"""What the song network said of each track."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from mien.domain import Estimate, Mood, MoodEstimate, MoodSegment, Quadrant
from mien.store.database import upsert
from mien.store.schema import mood_details, moods
from mien.store.vectors import from_blob, to_blob

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from mien.domain import SongAnalysis


def save_mood(connection: Connection, track_id: int, analysis: SongAnalysis) -> None:
    """Keep the mood of a track, in place of an older one."""
    upsert(connection, moods, {"track_id": track_id}, _row_of(analysis.mood, analysis.artifact_version))
    details = {
        "embedding": to_blob(analysis.mood.embedding),
        "curve": [_segment_row(segment) for segment in analysis.curve],
    }
    upsert(connection, mood_details, {"track_id": track_id}, details)


def judge_anew(connection: Connection, track_id: int, mood: MoodEstimate, artifact_version: str) -> None:
    """Keep what another network says of a track; its curve stays as it was heard."""
    these = _row_of(mood, artifact_version)
    connection.execute(update(moods).where(moods.c.track_id == track_id).values(these))
    embedding = {"embedding": to_blob(mood.embedding)}
    connection.execute(update(mood_details).where(mood_details.c.track_id == track_id).values(embedding))


def _row_of(mood: MoodEstimate, artifact_version: str) -> dict[str, float | str | bool | None]:
    return {
        "artifact_version": artifact_version,
        **{f"p_{label}": mood.moods.probabilities.get(label, 0.0) for label in Mood},
        "certain": mood.moods.certain,
        "reason": mood.moods.reason,
        **{f"p_{label}": mood.quadrants.probabilities.get(label, 0.0) for label in Quadrant},
        "quadrant_certain": mood.quadrants.certain,
        "quadrant_reason": mood.quadrants.reason,
        "valence": mood.valence,
        "arousal": mood.arousal,
    }


def mood_of(row: Row[Any]) -> MoodEstimate:
    """The estimate in a row of the tables ``moods`` and ``mood_details``."""
    values = row._mapping  # noqa: SLF001  (public in spite of its name: SQLAlchemy's namedtuple convention)
    return MoodEstimate(
        moods=Estimate({label: values[f"p_{label}"] for label in Mood}, row.certain, row.reason),
        quadrants=Estimate(
            {label: values[f"p_{label}"] for label in Quadrant}, row.quadrant_certain, row.quadrant_reason
        ),
        valence=row.valence,
        arousal=row.arousal,
        embedding=from_blob(row.embedding),
    )


def curve_of(row: Row[Any]) -> tuple[MoodSegment, ...]:
    """The curve in a row of the table ``mood_details``."""
    return tuple(
        MoodSegment(start_s, end_s, Mood(mood), *others) for start_s, end_s, mood, *others in row.curve
    )


def _segment_row(segment: MoodSegment) -> list[float | str | bool | None]:
    return [
        segment.start_s,
        segment.end_s,
        str(segment.mood),
        segment.confidence,
        segment.valence,
        segment.arousal,
        segment.certain,
        segment.reason,
    ]
