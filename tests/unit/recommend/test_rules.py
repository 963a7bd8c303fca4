from pathlib import Path

import pytest

from mien.domain import Estimate, Mood, Rating, Tags, Track
from mien.errors import InteropError
from mien.recommend.rules import Known, read_rules


def track(number, *, mood=Mood.CALM, tags=Tags(), tempo_bpm=None, labelled=False):  # noqa: B008
    moods = {label: 0.7 if label is mood else 0.05 for label in Mood}
    path = Path(f"/music/{number}.ogg")
    return Track(
        number, path, tags, 100.0 * number, Estimate(moods), 0.1, -0.2, tempo_bpm, "A minor", labelled
    )


LIBRARY = [
    track(1, tags=Tags("Ärger", "Björk", "Vespertine", "pop", 2001), tempo_bpm=90.0),
    track(2, mood=Mood.SAD, tags=Tags("Zorn", "Ana", "Blue", "Folk", 1971)),
    track(3, mood=Mood.HAPPY, tags=Tags("Anfang", "Bo", "Blue", "", None), tempo_bpm=140.0, labelled=True),
]
KNOWN = Known({2: Rating.DISLIKE, 3: Rating.LIKE}, {1: 4}, {1: 40.0, 2: 2.0})


def chosen(rules):
    return [track.id for track in read_rules(rules).choose(LIBRARY, KNOWN)]


@pytest.mark.parametrize(
    ("rule", "tracks"),
    [
        ({"field": "artist", "is": "BJORK"}, [1]),
        ({"field": "artist", "is_not": "björk"}, [2, 3]),
        ({"field": "title", "contains": "rn"}, [2]),
        ({"field": "album", "lacks": "esper"}, [2, 3]),
        ({"field": "title", "starts_with": "a"}, [1, 3]),
        ({"field": "path", "contains": "music/2"}, [2]),
        ({"field": "key", "is": "a MINOR"}, [1, 2, 3]),
        ({"field": "year", "at_least": 1990}, [1]),
        ({"field": "year", "below": 1990}, [2]),
        ({"field": "year", "is_not": 2001}, [2, 3]),
        ({"field": "tempo_bpm", "at_most": 120}, [1]),
        ({"field": "duration_s", "above": 200}, [3]),
        ({"field": "sad", "at_least": 0.5}, [2]),
        ({"field": "mood", "is": "happy"}, [3]),
        ({"field": "mood", "is_not": "happy"}, [1, 2]),
        ({"field": "mood", "in": ["sad", "calm"]}, [1, 2]),
        ({"field": "rating", "is": "none"}, [1]),
        ({"field": "rating", "is_not": "dislike"}, [1, 3]),
        ({"field": "plays", "is": 0}, [2, 3]),
        ({"field": "days_since_played", "above": 30}, [1]),
        ({"field": "labelled", "is": True}, [3]),
        ({"field": "certain", "is": False}, []),
        ({"all": [{"field": "album", "is": "blue"}, {"field": "mood", "is": "sad"}]}, [2]),
        ({"any": [{"field": "mood", "is": "sad"}, {"field": "plays", "above": 3}]}, [1, 2]),
        ({"none": [{"field": "mood", "is": "sad"}, {"field": "plays", "above": 3}]}, [3]),
        ({"all": [{"any": [{"field": "year", "is": 2001}]}]}, [1]),
        ({}, [1, 2, 3]),
    ],
    ids=str,
)
def test_a_rule_chooses_its_tracks(rule, tracks):
    assert chosen(rule) == tracks


@pytest.mark.parametrize(
    ("rule", "tracks"),
    [
        ({"order": "title"}, [3, 1, 2]),
        ({"order": "-duration_s"}, [3, 2, 1]),
        ({"order": "days_since_played"}, [2, 1, 3]),
        ({"order": "-days_since_played"}, [1, 2, 3]),
        ({"order": "-calm", "limit": 1}, [1]),
        ({"limit": 2}, [1, 2]),
    ],
    ids=str,
)
def test_tracks_are_ordered_and_what_is_not_known_comes_last(rule, tracks):
    assert chosen(rule) == tracks


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ([], "rules are an object"),
        ({"field": "colour", "is": 1}, "no field is named 'colour'; there are title"),
        ({"field": ["mood"], "is": 1}, "no field is named"),
        ({"field": "mood"}, "tests its field once"),
        ({"field": "year", "is": 1, "above": 2}, "tests its field once"),
        ({"field": "year", "contains": 1}, "cannot be tested for 'contains'; there are is, is_not"),
        ({"field": "year", "is": "new"}, "compared with a number"),
        ({"field": "year", "is": True}, "compared with a number"),
        ({"field": "year", "is": float("nan")}, "compared with a number"),
        ({"field": "year", "is": 10**400}, "not one that large"),
        ({"field": "title", "is": 7}, "compared with a text"),
        ({"field": "title", "is": "x" * 2_000}, "compared with a text"),
        ({"field": "title", "like": "x"}, "cannot be tested for 'like'"),
        ({"field": "mood", "is": "blue"}, "never 'blue'; there are happy"),
        ({"field": "mood", "in": "calm"}, "in .a list."),
        ({"field": "mood", "above": "calm"}, "is, is_not or in"),
        ({"field": "labelled", "is": 1}, "true or false"),
        ({"field": "labelled", "is_not": True}, "true or false"),
        ({"all": []}, "holds a list"),
        ({"all": {"field": "mood"}}, "holds a list"),
        ({"all": ["mood"]}, "a rule is an object"),
        ({"all": [{}], "any": [{}]}, "one of all, any and none"),
        ({"some": [{}]}, "one of all, any and none"),
        ({"order": "colour"}, "order is a field"),
        ({"order": 3}, "order is a field"),
        ({"limit": 0}, "limit is a whole number"),
        ({"limit": True}, "limit is a whole number"),
    ],
    ids=str,
)
def test_what_is_no_rule_is_refused_in_a_sentence(rules, says):
    with pytest.raises(InteropError, match=says):
        read_rules(rules)


def test_rules_that_are_too_deep_or_too_many_are_refused():
    deep = {"field": "mood", "is": "calm"}
    for _ in range(2_000):
        deep = {"all": [deep]}
    with pytest.raises(InteropError, match="these are larger"):
        read_rules(deep)
    with pytest.raises(InteropError, match="these are larger"):
        read_rules({"any": [{"field": "mood", "is": "calm"}] * 500})
