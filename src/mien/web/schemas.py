"""What the API takes and gives. The words are those of the glossary; units are in the names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Path as PathParameter
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from mien import domain, sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mien.store import Store

LARGEST_ID = 2**31 - 1
Probability = Annotated[float, Field(ge=0, le=1)]
Plane = Annotated[float, Field(ge=-1, le=1)]
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
PathId = Annotated[int, PathParameter(ge=1, le=LARGEST_ID)]
_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _within_reason(moment: datetime) -> datetime:
    if not _EARLIEST <= moment <= _LATEST:
        raise ValueError("a moment from 1970 to 2200")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]
NAME_PATTERN = r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$"
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=NAME_PATTERN)]


class Asked(BaseModel):
    """What a client sends; fields that are not known are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Given(BaseModel):
    """What the server answers."""

    model_config = ConfigDict(from_attributes=True)


class Said(Given):
    """A sentence for a page of another language than English: its code, and what is filled in."""

    code: str
    values: dict[str, str | float | Said]


class Emotions(Given):
    """How probable each emotion is."""

    angry: Probability
    disgust: Probability
    fear: Probability
    happy: Probability
    sad: Probability
    surprise: Probability
    neutral: Probability


class Moods(Given):
    """How much of each mood there is."""

    happy: Probability
    energetic: Probability
    angry: Probability
    tense: Probability
    sad: Probability
    tender: Probability
    calm: Probability


class Track(Given):
    """A track as the listener sees it."""

    id: int
    title: str
    artist: str
    album: str
    genre: str
    year: int | None
    track_number: int | None
    duration_s: float
    mood: domain.Mood
    confidence: Probability
    certain: bool
    reason: str | None
    valence: Plane
    arousal: Plane
    tempo_bpm: float | None
    key: str | None
    labelled: bool
    rating: domain.Rating | None
    not_now_until: datetime | None
    wish: domain.Wish | None
    """Whether the listener wants more that sounds like it, or less."""
    loudness_lufs: float | None
    """Integrated loudness (EBU R 128), to play all songs equally loud."""
    true_peak_dbtp: float | None
    """The highest peak, against full scale: how far a song may be made louder."""
    mixed: Probability | None
    """How mixed the moods of its curve are."""
    preview_s: float | None
    """Where it becomes most intense: a good place to begin a preview."""


class Tempo(Given):
    """A tempo that a track may have."""

    bpm: float
    strength: Probability


class Segment(Given):
    """A stretch of a track's mood curve."""

    start_s: float
    end_s: float
    mood: domain.Mood
    confidence: Probability
    valence: Plane
    arousal: Plane


class Audio(Given):
    """How a track's file can be played."""

    media_type: str
    """Of the original."""
    browsers_play_it: bool
    """Whether every usual browser does; else ask for ``?as=opus``."""


class TrackDetail(Track):
    """A track with all that is known of it."""

    moods: Moods
    quadrants: dict[domain.Quadrant, Probability]
    network_mood: domain.Mood
    curve: list[Segment]
    audio: Audio
    file: str
    """The name of its file."""
    tempo_candidates: list[Tempo]
    """The likely tempos, the chosen one first."""
    key_clarity: Probability | None
    """How well the notes fit the best key."""


class Reading(Given):
    """What several frames said of the listener."""

    id: int
    read_at: datetime
    emotion: domain.Emotion | None
    confidence: Probability | None
    probabilities: Emotions | None
    certain: bool
    reason: str | None
    reason_code: domain.Reason | None
    """``reason`` for programs."""
    held: domain.Emotion | None
    """What it stands for: held on to until another emotion has led for a while."""
    frames: int
    valence: Plane | None
    arousal: Plane | None


class Ok(Given):
    """It is done."""

    done: int = 1
    """How many it was done to."""


def said(sentence: sentences.Sentence) -> Said:
    """A sentence as the API gives it."""
    return Said(code=sentence.code, values={name: _filled(value) for name, value in sentence.values.items()})


def _filled(value: str | float | datetime | sentences.Sentence) -> str | float | Said:
    if isinstance(value, sentences.Sentence):
        return said(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return plain(value) if isinstance(value, str) else value


def plain(text: object) -> str:
    """A text that any program can read: a file's name may hold bytes that are no characters."""
    return str(text).encode("utf-8", "replace").decode()


def moods_of(probabilities: Any) -> Moods:  # noqa: ANN401  (a mapping of moods)
    """A distribution over moods, as the API gives it."""
    return Moods(**{str(mood): clipped(probabilities.get(mood, 0.0)) for mood in domain.Mood})


def emotions_of(probabilities: Any) -> Emotions:  # noqa: ANN401  (a mapping of emotions)
    """A distribution over emotions, as the API gives it."""
    return Emotions(**{str(label): clipped(probabilities.get(label, 0.0)) for label in domain.Emotion})


def clipped(share: float) -> float:
    """A probability without the last digits, which mean nothing."""
    return min(1.0, max(0.0, round(float(share), 5)))


def plane(value: float) -> float:
    """A valence or arousal without the last digits."""
    return min(1.0, max(-1.0, round(float(value), 5)))


@dataclass(frozen=True, slots=True)
class Opinions:
    """What a listener said of tracks, by their numbers."""

    ratings: Mapping[int, domain.Rating]
    not_now: Mapping[int, datetime]
    wishes: Mapping[int, tuple[domain.Wish, datetime]]

    @classmethod
    def of(cls, store: Store, listener: domain.Listener) -> Opinions:
        """All that they said."""
        return cls(
            store.ratings.of(listener),
            store.snoozes.of(listener, datetime.now(UTC)),
            store.wishes.of(listener),
        )


def track_values(track: domain.Track, opinions: Opinions) -> dict[str, Any]:
    """The fields of ``Track``."""
    tags = track.tags
    return {
        "id": track.id,
        "title": plain(track.title),
        "artist": tags.artist,
        "album": tags.album,
        "genre": tags.genre,
        "year": tags.year,
        "track_number": tags.track_number,
        "duration_s": round(track.duration_s, 3),
        "mood": track.mood.top,
        "confidence": clipped(track.mood.confidence),
        "certain": track.mood.certain,
        "reason": track.mood.reason,
        "valence": plane(track.valence),
        "arousal": plane(track.arousal),
        "tempo_bpm": track.tempo_bpm and round(track.tempo_bpm, 1),
        "key": track.key,
        "labelled": track.labelled,
        "rating": opinions.ratings.get(track.id),
        "not_now_until": opinions.not_now.get(track.id),
        "wish": wish[0] if (wish := opinions.wishes.get(track.id)) else None,
        "loudness_lufs": track.loudness_lufs,
        "true_peak_dbtp": track.true_peak_dbtp,
        "mixed": None if track.mixed is None else clipped(track.mixed),
        "preview_s": track.preview_s,
    }


def reading_of(number: int, read_at: datetime, reading: domain.Reading) -> Reading:
    """A reading as the API gives it."""
    emotion = reading.emotion
    spread = emotion.probabilities if emotion else {}
    on = [domain.EMOTION_PLANE[label] for label in spread]
    return Reading(
        id=number,
        read_at=read_at,
        emotion=emotion.top if emotion else None,
        confidence=clipped(emotion.confidence) if emotion else None,
        probabilities=emotions_of(spread) if emotion else None,
        certain=reading.certain,
        reason=reading.reason,
        reason_code=reading.reason_code,
        held=reading.held,
        frames=reading.frames,
        valence=plane(sum(p * v for p, (v, _) in zip(spread.values(), on, strict=True))) if emotion else None,
        arousal=plane(sum(p * a for p, (_, a) in zip(spread.values(), on, strict=True))) if emotion else None,
    )
