"""How a listener wants recommendations to be made: every knob, with its range, as one value."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from mien.domain import Emotion, Mood, PolicyName
from mien.errors import ConfigurationError
from mien.sentences import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mien.recommend.policy import Matrix

LARGEST_WEIGHT = 20.0


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of the ranking counts; a slider each in the page.

    A part is a number from -1 to 1 (see ``mien.recommend.rank.PARTS``). Its weight is how much a unit of it
    adds to a song's total; with the default variety, a lead of 1 makes a song about seven times as likely.
    A weight of 0 switches a part off; a negative one turns it round (such as novelty, to hear old songs).

    Attributes:
        mood: how far the song's mood is the wanted one.
        song: what the listener thinks of the song: likes, dislikes, how far they played it.
        artist: likewise of its artist.
        sound: how alike it sounds to what they enjoy.
        moment: how alike it sounds to what they are enjoying now.
        hour: how they take to its artist at this time of day.
        others: how listeners with a like taste take to it.
        novelty: that they never heard it.
        fatigue: that they heard it lately.
        spacing: that the same artist or album stands near it in the list.
        flow: how far tempo, key and energy are from those of the song before.
        variety: size of the chance in the choice, in the same units; 0 gives the same list each time.
    """

    mood: float = 8.0
    song: float = 2.0
    artist: float = 2.5
    sound: float = 1.5
    moment: float = 1.0
    hour: float = 0.5
    others: float = 1.5
    novelty: float = 0.3
    fatigue: float = 10.0
    spacing: float = 5.0
    flow: float = 1.0
    variety: float = 0.5

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not (math.isfinite(value) and abs(value) <= LARGEST_WEIGHT):
                raise ConfigurationError(
                    say(
                        "weight_too_large",
                        "the weight {parts} is a number of at most {most:g}",
                        parts=name,
                        most=LARGEST_WEIGHT,
                    )
                )
        if self.variety < 0:
            raise ConfigurationError(say("variety_negative", "the weight variety is 0 or more"))


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a listener chose of how recommendations are made.

    Attributes:
        policy: the one used where none is named.
        table: their own table, a row for each emotion that they set; the policy ``own`` uses it.
        weights: how much each part counts.
        exploration: the chance, 0 to 1, that a place in a list goes to a song they never heard, whatever
            their taste.
        guard: whether Mien may offer something else after a run of sad songs with sad readings.
        questions: whether Mien may ask for the mood of a song now and then.
    """

    policy: PolicyName = PolicyName.MATCH
    table: Matrix = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)
    exploration: float = 0.1
    guard: bool = True
    questions: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.exploration <= 1:
            raise ConfigurationError(say("exploration_range", "exploration is a chance, from 0 to 1"))

    def with_row(self, emotion: Emotion, moods: Mapping[Mood, float]) -> Preferences:
        """These, with another row of the own table.

        Args:
            emotion: whose row.
            moods: weights, 0 or more; empty takes the row back.

        Raises:
            ConfigurationError: they are no weights.
        """
        rest = {label: row for label, row in self.table.items() if label is not emotion}
        return replace(self, table={**rest, emotion: _row(moods)} if moods else rest)

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the defaults, for the store."""
        plain = Preferences()
        values: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("policy", "exploration", "guard", "questions")
            if getattr(self, name) != getattr(plain, name)
        }
        weights = {
            name: value for name, value in asdict(self.weights).items() if value != getattr(Weights(), name)
        }
        table = {str(e): {str(m): w for m, w in row.items()} for e, row in self.table.items()}
        return {**values, **({"weights": weights} if weights else {}), **({"table": table} if table else {})}

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Preferences:
        """From what :meth:`to_json` gave, or from outside.

        Raises:
            ConfigurationError: something in it is unknown or malformed.
        """
        _known(values, {item.name for item in fields(cls)})
        plain = cls()
        try:
            weights = values.get("weights", {})
            _known(weights, {item.name for item in fields(Weights)})
            table = {
                Emotion(emotion): _row({Mood(mood): float(weight) for mood, weight in row.items()})
                for emotion, row in values.get("table", {}).items()
            }
            return cls(
                policy=PolicyName(values.get("policy", plain.policy)),
                table=table,
                weights=Weights(**{name: float(value) for name, value in weights.items()}),
                exploration=float(values.get("exploration", plain.exploration)),
                guard=_flag(values.get("guard", plain.guard)),
                questions=_flag(values.get("questions", plain.questions)),
            )
        except (AttributeError, TypeError, ValueError) as error:
            raise ConfigurationError(
                say(
                    "preferences_malformed",
                    "these preferences cannot be understood: {fault}",
                    fault=str(error),
                )
            ) from None


def _row(moods: Mapping[Mood, float]) -> dict[Mood, float]:
    total = sum(moods.values())
    if not all(math.isfinite(w) and w >= 0 for w in moods.values()) or not total > 0:
        raise ConfigurationError(
            say("row_no_weights", "a row of the table is weights of 0 or more, and one at least is above 0")
        )
    return {mood: weight / total for mood, weight in moods.items() if weight > 0}


def _known(values: Mapping[str, Any], names: set[str]) -> None:
    unknown = set(values) - names
    if unknown:
        known = ", ".join(sorted(names))
        raise ConfigurationError(
            say(
                "no_preference",
                "there is no preference {name!r}; there is {known}",
                name=min(unknown),
                known=known,
            )
        )


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value
