"""The words of Mien as frozen types; see ``docs/glossary.md``. Standard library only when it runs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from mien.sentences import in_english

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from mien.sentences import Sentence


class Emotion(StrEnum):
    """What a face expresses. ``contempt`` is an optional extra class of a model and not among these seven."""

    ANGRY = "angry"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPY = "happy"
    SAD = "sad"
    SURPRISE = "surprise"
    NEUTRAL = "neutral"


class Mood(StrEnum):
    """What a song expresses."""

    HAPPY = "happy"
    ENERGETIC = "energetic"
    ANGRY = "angry"
    TENSE = "tense"
    SAD = "sad"
    TENDER = "tender"
    CALM = "calm"


class Quadrant(StrEnum):
    """Thayer's quadrants of the arousal-valence plane."""

    EXUBERANCE = "exuberance"
    ANXIETY = "anxiety"
    DEPRESSION = "depression"
    CONTENTMENT = "contentment"


class PolicyName(StrEnum):
    """How an emotion becomes a wanted mood: see ``mien.recommend.policy``."""

    MATCH = "match"
    LIFT = "lift"
    CALM = "calm"
    JOURNEY = "journey"
    RANDOM = "random"
    OWN = "own"


class Rating(StrEnum):
    """What a listener thinks of a track. A banned track is never recommended to them."""

    LIKE = "like"
    DISLIKE = "dislike"
    BAN = "ban"


class Wish(StrEnum):
    """What a listener wants after a track: more that sounds like it, or less."""

    MORE = "more"
    LESS = "less"


class Reason(StrEnum):
    """Why an estimate or a reading is not to be acted on: stable codes, which a front end may translate."""

    UNDECIDED = "undecided"
    CHANGING = "changing"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    BLURRED = "blurred"
    TOO_SMALL = "too_small"
    TURNED_AWAY = "turned_away"
    COVERED = "covered"
    AT_EDGE = "at_edge"


LabelT = TypeVar("LabelT", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Estimate(Generic[LabelT]):
    """A probability distribution over labels, and whether it is sure enough to act on.

    Attributes:
        probabilities: one number in [0, 1] for each label; they sum to 1.
        certain: whether to act on it.
        reason: why not, in words for people; None when certain.
        reason_code: the same for programs, where it is known.
    """

    probabilities: Mapping[LabelT, float]
    certain: bool = True
    reason: str | None = None
    reason_code: Reason | None = None

    def __post_init__(self) -> None:
        values = self.probabilities.values()
        if not self.probabilities or not all(0.0 <= p <= 1.0 + 1e-6 for p in values):
            raise ValueError(f"not a distribution: {dict(self.probabilities)}")
        if not math.isclose(sum(values), 1.0, abs_tol=1e-4):
            raise ValueError(f"probabilities sum to {sum(values)}, not 1")

    @property
    def top(self) -> LabelT:
        """The most probable label."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    @property
    def confidence(self) -> float:
        """Probability of the most probable label, in [0, 1]."""
        return self.probabilities[self.top]


def undecided(probabilities: Mapping[LabelT, float], least_confidence: float) -> str | None:
    """Why a distribution is not sure enough to act on; None when it is."""
    first, second = sorted(probabilities, key=probabilities.__getitem__, reverse=True)[:2]
    if probabilities[first] >= least_confidence:
        return None
    return f"can't tell: between {first} and {second}"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; the origin is the picture's top left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        """Area in square pixels."""
        return self.width * self.height


# Where each emotion lies on (valence, arousal), both from -1 to 1: rounded from the affective norms of the
# words by Russell and Mehrabian (1977), "Evidence for a three-factor theory of emotions", table 2.
EMOTION_PLANE: Mapping[Emotion, tuple[float, float]] = {
    Emotion.ANGRY: (-0.5, 0.6),
    Emotion.DISGUST: (-0.6, 0.35),
    Emotion.FEAR: (-0.6, 0.6),
    Emotion.HAPPY: (0.8, 0.5),
    Emotion.SAD: (-0.6, -0.3),
    Emotion.SURPRISE: (0.4, 0.7),
    Emotion.NEUTRAL: (0.0, 0.0),
}


# Where each mood lies on the same plane: a judgement, made of the quadrant that each belongs to in the song
# network's training labels and of the words' places in Russell and Mehrabian (1977).
MOOD_PLANE: Mapping[Mood, tuple[float, float]] = {
    Mood.HAPPY: (0.8, 0.4),
    Mood.ENERGETIC: (0.4, 0.8),
    Mood.ANGRY: (-0.6, 0.8),
    Mood.TENSE: (-0.7, 0.3),
    Mood.SAD: (-0.6, -0.5),
    Mood.TENDER: (0.3, -0.5),
    Mood.CALM: (0.6, -0.7),
}


def expected_valence(emotion: Estimate[Emotion]) -> float:
    """Valence to be expected under an estimate, -1 to 1 (``EMOTION_PLANE``)."""
    return sum(p * EMOTION_PLANE[e][0] for e, p in emotion.probabilities.items())


def expected_arousal(emotion: Estimate[Emotion]) -> float:
    """Arousal to be expected under an estimate, -1 to 1 (``EMOTION_PLANE``)."""
    return sum(p * EMOTION_PLANE[e][1] for e, p in emotion.probabilities.items())


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a face can be seen; of each number more is better (``docs/reading.md`` has the formulas).

    Attributes:
        light: how light the lighter parts of the face are, grey levels 0 to 255.
        headroom: how far its middle grey level is below white, grey levels 0 to 255.
        sharpness: fine detail in relation to contrast, 0 and more; no unit.
        size_px: the box's width, in pixels.
        balance: how near to the middle between left and right its detail lies, 0 (at one side) to 1.
        features: how much detail the poorest of the two eyes and the mouth has in relation to the whole
            face, 0 and more; no unit.
        edge: how far the box is from the picture's nearest edge, as a share of the box's width; None where
            the whole picture is the face.
    """

    light: float
    headroom: float
    sharpness: float
    size_px: float
    balance: float
    features: float
    edge: float | None


@dataclass(frozen=True, slots=True)
class Face:
    """A face found in a picture, and what it expresses.

    Attributes:
        box: where it is, in the pixels of the upright picture.
        emotion: the estimate of its expression.
        quality: how well it can be seen; None where nobody measured it.
        angle_degrees: how far the head leans: above 0 clockwise, as it is seen; 0 where it is upright.
        id: the same for the same face from frame to frame of a video; None in a picture.
    """

    box: Box
    emotion: Estimate[Emotion]
    quality: Quality | None = None
    angle_degrees: float = 0.0
    id: int | None = None

    @property
    def valence(self) -> float:
        """Expected valence under the estimate, -1 to 1."""
        return expected_valence(self.emotion)

    @property
    def arousal(self) -> float:
        """Expected arousal under the estimate, -1 to 1."""
        return expected_arousal(self.emotion)


@dataclass(frozen=True, slots=True)
class FrameFaces:
    """The faces of one picture or video frame; an empty tuple when there is none.

    Attributes:
        width: of the upright picture, in pixels.
        height: likewise.
        faces: the largest first.
        time_s: of the frame within its video or since the camera started; None for a picture.
    """

    width: int
    height: int
    faces: tuple[Face, ...]
    time_s: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What several frames, smoothed over time, say of one listener.

    Attributes:
        emotion: the smoothed estimate; None when no face was seen at all.
        certain: whether to act on it; when False, ``reason`` says why ("can't tell").
        reason: why not certain; None when certain.
        frames: how many frames with a face went into it.
        reason_code: ``reason`` for programs, where it is known.
        held: the emotion that it stands for: the most probable one, held on to until another has led for a
            while, so that it does not flicker; None while no face is in view.
        clear: the share of the recent time in which the face could be seen well, 0 to 1.
        age_s: how long ago the face was last seen, in seconds; None when it never was.
    """

    emotion: Estimate[Emotion] | None
    certain: bool
    reason: str | None
    frames: int
    reason_code: Reason | None = None
    held: Emotion | None = None
    clear: float = 1.0
    age_s: float | None = None

    @property
    def valence(self) -> float | None:
        """Expected valence, -1 to 1; None when no face was seen at all."""
        return None if self.emotion is None else expected_valence(self.emotion)

    @property
    def arousal(self) -> float | None:
        """Expected arousal, -1 to 1; None when no face was seen at all."""
        return None if self.emotion is None else expected_arousal(self.emotion)


@dataclass(frozen=True, slots=True)
class Feeling:
    """What a listener says they feel, in place of what their face shows: one of the three.

    Attributes:
        emotion: by its name.
        mood: of the songs that would fit.
        plane: valence and arousal, -1 to 1 each.
    """

    emotion: Emotion | None = None
    mood: Mood | None = None
    plane: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if sum(value is not None for value in (self.emotion, self.mood, self.plane)) != 1:
            raise ValueError(f"not one thing that is felt: {self}")


@dataclass(frozen=True, slots=True)
class Calibration:
    """What Mien learnt of one listener's face: numbers only.

    Attributes:
        offsets: added to the logarithm of each emotion's probability; 0 changes nothing.
        frames: how many frames they were learnt from; 0 when from corrections alone.
        artifact_version: of the network that saw the frames; they say nothing about another.
    """

    offsets: Mapping[Emotion, float]
    frames: int
    artifact_version: str

    def __post_init__(self) -> None:
        if set(self.offsets) != set(Emotion) or not all(map(math.isfinite, self.offsets.values())):
            raise ValueError(f"not one finite number for each emotion: {dict(self.offsets)}")


@dataclass(frozen=True, slots=True)
class Tags:
    """What a music file says of itself; empty strings where it says nothing."""

    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    year: int | None = None
    track_number: int | None = None
    musicbrainz_recording_id: str = ""


@dataclass(frozen=True, slots=True)
class MoodSegment:
    """One stretch of a song's mood curve; valence and arousal from -1 to 1.

    ``certain`` and ``reason`` are as for an :class:`Estimate`.
    """

    start_s: float
    end_s: float
    mood: Mood
    confidence: float
    valence: float
    arousal: float
    certain: bool = True
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TempoCandidate:
    """A tempo that a song may be felt at.

    Attributes:
        bpm: beats a minute.
        strength: how well it fits, from 0 to 1; the chosen one has the most.
    """

    bpm: float
    strength: float


@dataclass(frozen=True, slots=True)
class MoodEstimate:
    """What the song network says of a song or of a stretch of it.

    Attributes:
        moods: over the seven moods.
        quadrants: over Thayer's four.
        valence: P(exuberance) + P(contentment) - P(anxiety) - P(depression), -1 to 1.
        arousal: P(exuberance) + P(anxiety) - P(depression) - P(contentment), -1 to 1.
        embedding: the network's last hidden layer, for similarity; no unit.
    """

    moods: Estimate[Mood]
    quadrants: Estimate[Quadrant]
    valence: float
    arousal: float
    embedding: tuple[float, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SongAnalysis:
    """Everything that one audio file says: the result of analysing it.

    Attributes:
        path: the file.
        duration_s: what was decoded, in seconds.
        tags: from the file.
        features: the named vector that ``mien.audio.features`` describes.
        features_version: of that description.
        mood: the network's estimate for the whole song.
        artifact_version: of the network, so that a newer one can be applied to the stored features.
        curve: the mood over time, in order; at least one segment.
        tempo_bpm: beats a minute; None where there is no beat.
        key: such as ``"C major"`` or ``"F# minor"``; None where there is no tonal centre.
        cpu_s: processor time that the analysis took.
        analysis_version: of what is measured besides the features; 0 for none of what follows.
        loudness_lufs: integrated loudness (EBU R 128); None where all is below its gate.
        true_peak_dbtp: the highest peak between samples too, against full scale; None for digital silence.
        mixed: how mixed the moods of the curve are, 0 (one all along) to 1 (all seven for as long).
        preview_s: where it becomes most intense: a good place to begin a preview.
        tempo_candidates: the likely tempos, the chosen one first.
        key_clarity: how well the notes fit the best key, 0 to 1; also where it is too little to name one.
    """

    path: Path
    duration_s: float
    tags: Tags
    features: tuple[float, ...] = field(repr=False)
    features_version: int
    mood: MoodEstimate
    artifact_version: str
    curve: tuple[MoodSegment, ...] = field(repr=False)
    tempo_bpm: float | None
    key: str | None
    cpu_s: float
    analysis_version: int = 0
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    mixed: float | None = None
    preview_s: float | None = None
    tempo_candidates: tuple[TempoCandidate, ...] = ()
    key_clarity: float | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """One audio file of the library.

    Attributes:
        id: the store's number for it.
        path: absolute.
        mood: the network's estimate, or the listener's own label where they gave one (then that mood has all
            the probability and ``labelled`` is True).
        labelled: whether the listener said what its mood is.
        loudness_lufs: as of :class:`SongAnalysis`, like those that follow; None too where an older Mien
            analysed it.
    """

    id: int
    path: Path
    tags: Tags
    duration_s: float
    mood: Estimate[Mood]
    valence: float
    arousal: float
    tempo_bpm: float | None
    key: str | None
    labelled: bool = False
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    mixed: float | None = None
    preview_s: float | None = None

    @property
    def title(self) -> str:
        """The tagged title, or the file's name without its ending."""
        return self.tags.title or self.path.stem


@dataclass(frozen=True, slots=True, eq=False)
class TrackColumns:
    """Tracks as columns, in the order of their numbers; entry i of each column is one track.

    Attributes:
        ids: track numbers, ascending, int64 ``[n]``.
        moods: the network's probabilities in the order of ``Mood``, float32 ``[n, 7]``.
        certain: whether the network is sure enough of them, bool ``[n]``.
        plane: valence and arousal, -1 to 1, float32 ``[n, 2]``.
        durations_s: float32 ``[n]``.
        tempos_bpm: NaN where there is no beat, float32 ``[n]``.
        keys: such as ``"C major"``; None where there is no tonal centre.
        artists: as tagged; empty where it is not.
        albums: likewise.
        embeddings: of the song network, float32, one row of equal length a track; None where there is none.
    """

    ids: NDArray[np.int64]
    moods: NDArray[np.float32]
    certain: NDArray[np.bool_]
    plane: NDArray[np.float32]
    durations_s: NDArray[np.float32]
    tempos_bpm: NDArray[np.float32]
    keys: Sequence[str | None]
    artists: Sequence[str]
    albums: Sequence[str]
    embeddings: Sequence[NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Listener:
    """A person who uses Mien."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Listen:
    """One playback.

    Attributes:
        started_at: with its time zone.
        played_s: how far it was played, in seconds.
        policy: what chose it; None when the listener did.
        reading_id: the reading that it was chosen for, where there was one.
        skipped: whether the listener went on to another song before its end.
    """

    track_id: int
    started_at: datetime
    played_s: float
    policy: PolicyName | None = None
    reading_id: int | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A track to play.

    Attributes:
        track: which.
        score: how well it fits, from 0 to 1, all parts together.
        reasons: why, the mood first.
        parts: what each part of the ranking added or took, by its name (``mien.recommend.rank``).
    """

    track: Track
    score: float
    reasons: tuple[Sentence, ...] = ()
    parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """The reasons, in one sentence a person can read."""
        return in_english(self.reasons)
