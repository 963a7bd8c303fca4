"""The commands that learn and steer, in this process, on a real library."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mien.cli import app
from mien.domain import Estimate, Mood, MoodEstimate, Quadrant, SongAnalysis, Tags
from mien.errors import ConfigurationError, NotFoundError
from mien.store import FileStamp, open_store

MOODS = tuple(Mood)


def song(number):
    mood = MOODS[number % 7]
    sound = 3 * np.eye(8)[number % 7] + np.random.default_rng(number).normal(size=8) / 9
    estimate = MoodEstimate(
        Estimate({label: 0.28 if label is mood else 0.12 for label in Mood}),
        Estimate(dict.fromkeys(Quadrant, 0.25)),
        0.0,
        0.0,
        tuple(sound.tolist()),
    )
    return SongAnalysis(
        Path(f"/music/{number}.flac"),
        200.0,
        Tags(f"Song {number:02}", f"Artist {number}"),
        (0.5,),
        1,
        estimate,
        "mood-1",
        (),
        tempo_bpm=100.0,
        key="C major",
        cpu_s=0.1,
    )


@pytest.fixture
def mien(tmp_path, monkeypatch):
    """Runs a command and gives what it said."""
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")
    with open_store(f"sqlite:///{tmp_path / 'mien.db'}") as store:
        for number in range(1, 22):
            store.tracks.save(song(number), FileStamp(1, 1))

    def run(*arguments, code=0):
        answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if code == 0 and answer.exception:
            raise answer.exception
        assert answer.exit_code == code, answer.output
        return answer.output

    return run


def queue(mien, *arguments):
    return json.loads(mien("recommend", *arguments, "--json"))


def titles(made):
    return {track["title"] for track in made["tracks"]}


def test_a_label_says_what_moved_and_is_taken_back(mien):
    said = mien("label", "song 04", "tender")
    assert "Song 04 is tender to me from now on" in said
    assert "2 songs that sound like it changed mood too" in said
    assert "Song 11: sad to tender" in said
    assert "Song 04 is sad again" in mien("label", "song 04", "--undo")
    assert mien("taste", "show") == "Mien has learned nothing of you yet\n"


def test_imports_are_listed_and_taken_back_as_json(mien, tmp_path):
    (tmp_path / "mine.csv").write_text("artist,track,uts\nArtist 4,Song 04,1636225849\n")
    number = json.loads(mien("import", tmp_path / "mine.csv", "--json"))["import"]
    (listed,) = map(json.loads, mien("import", "--json").splitlines())
    assert listed.pop("imported_at").endswith("+00:00")
    assert listed == {"import": number, "source": "Last.fm", "file": "mine.csv", "listens": 1}
    undone = mien("import", "--undo", number, "--json")
    assert json.loads(undone) == {"import": number, "taken_back": 1}
    assert mien("import", "--json") == ""


def test_a_label_is_told_as_json(mien):
    told = json.loads(mien("label", "song 04", "tender", "--json"))
    assert (told["title"], told["label"], told["before"], told["moved_count"]) == (
        "Song 04",
        "tender",
        None,
        2,
    )
    assert {"title": "Song 11", "was": "sad", "now": "tender", "track_id": 11} in told["moved"]
    undone = json.loads(mien("label", "song 04", "--undo", "--json"))
    assert (undone["label"], undone["before"]) == (None, "tender")


@pytest.mark.parametrize(
    "command", [("label", "song 04"), ("rate", "song 04"), ("rate", "song 04", "like", "--undo")]
)
def test_a_label_or_rating_is_given_or_taken_back_and_not_both(mien, command):
    assert "--undo" in mien(*command, code=2)


def test_a_ban_and_not_now_leave_songs_out_until_taken_back(mien):
    assert "Song 04: ban" in mien("rate", "song 04", "ban")
    assert "Song 11 may come again after" in mien("not-now", "song 11", "--hours", "2")
    left_out = {"Song 04", "Song 11"}
    assert not left_out & titles(queue(mien, "--emotion", "sad", "-n", 21))
    mien("rate", "song 04", "--undo")
    mien("taste", "take-back", "not-now:11")
    assert left_out <= titles(queue(mien, "--emotion", "sad", "-n", 21))


def test_what_was_learned_is_shown_exported_taken_back_and_erased(mien):
    mien("rate", "song 04", "like")
    mien("tune", "novelty=2", "exploration=0.5")
    assert "you like Song 04 by Artist 4" in mien("taste", "show")
    exported = [json.loads(line) for line in mien("taste", "show", "--json").splitlines()]
    assert [item["name"] for item in exported] == ["rating:4", "exploration", "weights"]
    with pytest.raises(NotFoundError, match="mien taste"):
        mien("taste", "take-back", "rating:9")
    assert "gone" in mien("taste", "erase", "--yes")
    assert "nothing of you yet" in mien("taste", "show")
    mien("taste", "erase", code=1)  # nobody says yes


def test_weights_are_shown_set_and_checked(mien):
    assert json.loads(mien("tune", "--json"))["mood"] == 8
    assert "mood              3" in mien("tune", "mood=3")
    assert json.loads(mien("tune", "--json"))["mood"] == 3
    for wrong in ("mood", "mood=much"):
        mien("tune", wrong, code=2)
    with pytest.raises(ConfigurationError, match="there is no preference 'mod'"):
        mien("tune", "mod=3")
    with pytest.raises(ConfigurationError, match=r"there is .*exploration, .*variety"):
        mien("tune", "mod=3")


def test_policies_are_shown_chosen_and_made(mien):
    assert "sad: calm 67%, tender 33%" in mien("policy", "set-row", "sad", "calm=2", "tender=1")
    assert "Policy: own" in mien("policy", "choose", "own")
    made = queue(mien, "--emotion", "sad", "-n", 3, "--seed", 1)
    assert (made["policy"], round(made["moods"]["calm"], 2)) == ("own", 0.67)
    assert "own    sad       calm 67%, tender 33%" in mien("policy", "show")
    assert json.loads(mien("policy", "show", "--json"))["tables"]["match"]["happy"] == {"happy": 1.0}
    assert "sad: as in match" in mien("policy", "set-row", "sad")
    assert "there is no mood blue" in mien("policy", "set-row", "sad", "blue=1", code=2)


def test_a_journey_needs_an_end_and_lasts_as_long_as_was_said(mien):
    made = queue(mien, "--emotion", "sad", "--policy", "journey", "--to", "happy", "--minutes", 20)
    assert (len(made["tracks"]), made["policy"]) == (6, "journey")
    assert "policy journey to happy" in mien(
        "recommend", "--emotion", "sad", "--policy", "journey", "--to", "happy"
    )
    with pytest.raises(ConfigurationError, match="--to"):
        mien("recommend", "--emotion", "sad", "--policy", "journey")


def test_asks_only_who_listens(mien):
    assert "no question" in mien("ask")
    assert json.loads(mien("ask", "--json")) == {"question": None, "track_id": None}
