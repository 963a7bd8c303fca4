"""Smart playlists: rules over mood, taste and tags, as JSON; ``docs/playlists.md`` is their reference.

A rule is a test of one fact, or ``all``, ``any`` or ``none`` of other rules::

    {"all": [{"field": "mood", "in": ["calm", "tender"]},
             {"field": "rating", "is_not": "dislike"},
             {"field": "days_since_played", "above": 30}],
     "order": "-calm", "limit": 50}

A fact that is not known (the tempo of a song with no beat) passes no test but ``is_not``.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mien.domain import Mood, Rating
from mien.errors import InteropError
from mien.sentences import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mien.domain import Track

    Fact = str | float | bool | None

_DEEPEST = 8
_MOST_TESTS = 200
_LONGEST_TEXT = 1_000

TEXTS = ("title", "artist", "album", "genre", "key", "path")
NUMBERS = (
    *("year", "track_number", "duration_s", "tempo_bpm", "valence", "arousal"),
    *("plays", "days_since_played", *map(str, Mood)),
)
CHOICES: Mapping[str, tuple[str, ...]] = {
    "mood": tuple(map(str, Mood)),
    "rating": (*map(str, Rating), "none"),
}
SWITCHES = ("labelled", "certain")

_TEXT_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "is": lambda fact, value: fact == value,
    "is_not": lambda fact, value: fact != value,
    "contains": lambda fact, value: value in fact,
    "lacks": lambda fact, value: value not in fact,
    "starts_with": lambda fact, value: fact.startswith(value),
}
_NUMBER_TESTS: Mapping[str, Callable[[float, float], bool]] = {
    "is": lambda fact, value: fact == value,
    "is_not": lambda fact, value: fact != value,
    "at_least": lambda fact, value: fact >= value,
    "at_most": lambda fact, value: fact <= value,
    "above": lambda fact, value: fact > value,
    "below": lambda fact, value: fact < value,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one listener and the library's tracks, by track number.

    Attributes:
        ratings: theirs.
        plays: how often they played each to its half or for four minutes.
        days_since_played: how long ago they last played it at all, in days.
    """

    ratings: Mapping[int, Rating] = field(default_factory=dict)
    plays: Mapping[int, int] = field(default_factory=dict)
    days_since_played: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules that were checked.

    Attributes:
        passes: whether a track with these facts belongs.
        order: the fact to sort by; None for the library's order.
        descending: whether the largest comes first.
        limit: at most so many tracks; None for all.
    """

    passes: Callable[[Mapping[str, Fact]], bool]
    order: str | None
    descending: bool
    limit: int | None

    def choose(self, tracks: Sequence[Track], known: Known) -> list[Track]:
        """The tracks that belong, in order; those whose fact is not known come last."""
        facts = [(track, facts_of(track, known)) for track in tracks]
        chosen = [(track, of) for track, of in facts if self.passes(of)]
        if self.order is not None:
            order = self.order
            sure = [pair for pair in chosen if pair[1][order] is not None]
            sure.sort(key=lambda pair: _comparable(pair[1][order]), reverse=self.descending)
            chosen = sure + [pair for pair in chosen if pair[1][order] is None]
        return [track for track, _ in chosen[: self.limit]]


def read_rules(content: object) -> Rules:
    """Check rules.

    Raises:
        InteropError: they are not rules; the sentence says which part, and what would be.
    """
    if not isinstance(content, dict):
        raise InteropError(say("rules_no_object", "rules are an object such as {example}", example=_EXAMPLE))
    rest = {key: value for key, value in content.items() if key not in {"order", "limit"}}
    passes = _rule(rest, 1, [0]) if rest else _everything
    order, limit = content.get("order"), content.get("limit")
    if order is not None and (not isinstance(order, str) or order.removeprefix("-") not in _FIELDS):
        raise InteropError(
            say(
                "rules_bad_order",
                "order is a field, such as title or -plays, not {given}: there are {known}",
                given=_shown(order),
                known=_NAMES,
            )
        )
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise InteropError(
            say("rules_bad_limit", "limit is a whole number from 1, not {given}", given=_shown(limit))
        )
    descending = order is not None and order.startswith("-")
    return Rules(passes, order and order.removeprefix("-"), descending, limit)


def facts_of(track: Track, known: Known) -> dict[str, Fact]:
    """Everything that rules can ask of a track."""
    rating = known.ratings.get(track.id)
    return {
        "title": _folded(track.title),
        "artist": _folded(track.tags.artist),
        "album": _folded(track.tags.album),
        "genre": _folded(track.tags.genre),
        "key": None if track.key is None else _folded(track.key),
        "path": _folded(str(track.path)),
        "year": track.tags.year,
        "track_number": track.tags.track_number,
        "duration_s": track.duration_s,
        "tempo_bpm": track.tempo_bpm,
        "valence": track.valence,
        "arousal": track.arousal,
        "plays": float(known.plays.get(track.id, 0)),
        "days_since_played": known.days_since_played.get(track.id),
        **{str(mood): share for mood, share in track.mood.probabilities.items()},
        "mood": str(track.mood.top),
        "rating": "none" if rating is None else str(rating),
        "labelled": track.labelled,
        "certain": track.mood.certain,
    }


_FIELDS = {*TEXTS, *NUMBERS, *CHOICES, *SWITCHES}
_NAMES = ", ".join([*TEXTS, *NUMBERS, *CHOICES, *SWITCHES])
_EXAMPLE = '{"field": "mood", "is": "calm"}'
_GROUPS: Mapping[str, Callable[[Sequence[bool]], bool]] = {
    "all": all,
    "any": any,
    "none": lambda passed: not any(passed),
}


def _everything(_facts: Mapping[str, Fact]) -> bool:
    return True


def _rule(content: object, depth: int, tests: list[int]) -> Callable[[Mapping[str, Fact]], bool]:
    tests[0] += 1
    if depth > _DEEPEST or tests[0] > _MOST_TESTS:
        raise InteropError(
            say(
                "rules_too_large",
                "rules may be {deepest} deep and hold {most} tests; these are larger",
                deepest=_DEEPEST,
                most=_MOST_TESTS,
            )
        )
    if not isinstance(content, dict):
        raise InteropError(
            say(
                "rule_no_object",
                "a rule is an object with a field or with all, any or none, not {given}",
                given=_shown(content),
            )
        )
    if "field" in content:
        return _test(content)
    if len(content) != 1 or not set(content) <= set(_GROUPS):
        raise InteropError(
            say(
                "rule_other_keys",
                "a rule has a field, or one of all, any and none; not {given}",
                given=_shown(sorted(content)),
            )
        )
    (name, members), *_ = content.items()
    if not isinstance(members, list) or not members:
        raise InteropError(say("rule_no_list", "{name} holds a list of rules", name=name))
    rules = [_rule(member, depth + 1, tests) for member in members]
    combine = _GROUPS[name]
    return lambda facts: combine([rule(facts) for rule in rules])


def _test(content: Mapping[str, Any]) -> Callable[[Mapping[str, Fact]], bool]:
    name = content["field"]
    if not isinstance(name, str) or name not in _FIELDS:
        raise InteropError(
            say(
                "rule_no_field",
                "no field is named {given}; there are {known}",
                given=_shown(name),
                known=_NAMES,
            )
        )
    others = [key for key in content if key != "field"]
    if len(others) != 1:
        raise InteropError(
            say(
                "rule_several_tests",
                "a rule tests its field once, such as {example}",
                example=f"{{'field': '{name}', 'is': ...}}",
            )
        )
    test, value = others[0], content[others[0]]
    if name in TEXTS:
        return _checked(name, _TEXT_TESTS, test, _text(name, value))
    if name in NUMBERS:
        return _checked(name, _NUMBER_TESTS, test, _number(name, value))
    if name in CHOICES:
        return _choice(name, test, value)
    if test != "is" or not isinstance(value, bool):
        raise InteropError(say("rule_needs_switch", "{name} is true or false", name=name))
    return lambda facts: facts[name] is value


def _checked(
    name: str, tests: Mapping[str, Callable[[Any, Any], bool]], test: str, value: str | float
) -> Callable[[Mapping[str, Fact]], bool]:
    check = tests.get(test)
    if check is None:
        raise InteropError(
            say(
                "rule_other_test",
                "{name} cannot be tested for {given}; there are {known}",
                name=name,
                given=_shown(test),
                known=", ".join(tests),
            )
        )

    def passes(facts: Mapping[str, Fact]) -> bool:
        fact = facts[name]
        return check(fact, value) if fact is not None else test == "is_not"

    return passes


def _choice(name: str, test: str, value: object) -> Callable[[Mapping[str, Fact]], bool]:
    values = value if test == "in" else [value]
    if test not in {"is", "is_not", "in"} or not isinstance(values, list):
        raise InteropError(
            say(
                "rule_choice_test",
                "{name} is tested for is, is_not or in (a list), not {given}",
                name=name,
                given=_shown(test),
            )
        )
    unknown = [each for each in values if each not in CHOICES[name]]
    if unknown:
        raise InteropError(
            say(
                "rule_no_choice",
                "{name} is never {given}; there are {known}",
                name=name,
                given=_shown(unknown[0]),
                known=", ".join(CHOICES[name]),
            )
        )
    wanted = frozenset(values)
    return lambda facts: (facts[name] in wanted) != (test == "is_not")


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise InteropError(
            say(
                "rule_needs_text",
                "{name} is compared with a text, not {given}",
                name=name,
                given=_shown(value),
            )
        )
    return _folded(value)


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124  (NaN)
        raise InteropError(
            say(
                "rule_needs_number",
                "{name} is compared with a number, not {given}",
                name=name,
                given=_shown(value),
            )
        )
    try:
        return float(value)
    except OverflowError:
        raise InteropError(
            say("rule_number_too_large", "{name} is compared with a number, not one that large", name=name)
        ) from None


def _comparable(fact: Fact) -> Any:  # noqa: ANN401  (facts of one field are of one type)
    return fact


@lru_cache(maxsize=65_536)
def _folded(text: str) -> str:
    """Without case and accents."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004  (a line's worth)
