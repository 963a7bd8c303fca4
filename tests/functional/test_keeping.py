"""Playlists, histories and learning together from the command line, on a real store."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mien.cli import app
from mien.domain import Estimate, Mood, MoodEstimate, Quadrant, SongAnalysis, Tags
from mien.errors import MienError
from mien.store import FileStamp, open_store

MOODS = [Mood.CALM, Mood.SAD, Mood.CALM]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    with open_store(f"sqlite:///{tmp_path}/mien.db") as store:
        for number, mood in enumerate(MOODS):
            moods = {label: 0.64 if label is mood else 0.06 for label in Mood}
            estimate = MoodEstimate(
                Estimate(moods), Estimate(dict.fromkeys(Quadrant, 0.25)), 0.0, 0.0, (1.0, float(number))
            )
            tags = Tags(title=f"Song {number}", artist="Ana")
            analysis = SongAnalysis(
                path=Path(f"/music/{number}.flac"),
                duration_s=200.0,
                tags=tags,
                features=(1.0,),
                features_version=1,
                mood=estimate,
                artifact_version="mood-1",
                curve=(),
                tempo_bpm=None,
                key=None,
                cpu_s=0.1,
            )
            store.tracks.save(analysis, FileStamp(1, 1))
    return tmp_path


@pytest.fixture
def run(home):
    def call(*arguments, fails=False):
        done = CliRunner().invoke(app, list(map(str, arguments)))
        if fails:
            assert isinstance(done.exception, MienError | SystemExit)
            return str(done.exception)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    return call


def titles(run, name):
    return [track["title"] for track in json.loads(run("playlist", "show", name, "--json"))["tracks"]]


def test_a_playlist_is_made_changed_and_changed_back(run):
    run("playlist", "new", "A", "Song 0", "/music/1.flac")
    run("playlist", "add", "A", "#3")
    run("playlist", "move", "A", 3, 1)
    run("playlist", "remove", "A", 2)
    assert titles(run, "A") == ["Song 2", "Song 1"]
    run("playlist", "rename", "A", "B")
    run("playlist", "copy", "B", "C")
    run("playlist", "add", "C", "Song 0")
    run("playlist", "merge", "B", "C")
    assert titles(run, "B") == ["Song 2", "Song 1", "Song 0"]
    assert "merged into B" in run("playlist", "undo")
    assert titles(run, "B") == ["Song 2", "Song 1"]
    run("playlist", "delete", "C")
    assert run("playlist", "list").splitlines() == ["B  2 songs"]
    assert "   1  Song 2  Ana" in run("playlist", "show", "B")


def test_a_smart_playlist_follows_its_rules(run, home):
    assert "2 songs now" in run("playlist", "smart", "Calm", '{"field": "mood", "is": "calm"}')
    assert titles(run, "Calm") == ["Song 0", "Song 2"]
    (home / "rules.json").write_text('{"field": "mood", "is": "sad"}')
    assert "1 song now" in run("playlist", "smart", "Calm", home / "rules.json")
    assert "1 song, smart" in run("playlist", "list")
    assert json.loads(run("playlist", "list", "--json"))["rules"] == {"field": "mood", "is": "sad"}


@pytest.mark.parametrize("rules", ["nothing", "{", "{}x", '{"field": "colour", "is": 1}'])
def test_rules_that_are_none_are_said(run, rules):
    assert run("playlist", "smart", "X", rules, fails=True)


@pytest.mark.parametrize("ending", ["m3u8", "xspf", "jspf"])
def test_a_playlist_goes_out_and_comes_back(run, home, ending):
    run("playlist", "new", "A", "Song 2", "Song 0")
    assert "2 songs written" in run("playlist", "export", "A", home / f"list.{ending}")
    assert "Back: 2 songs" in run("playlist", "import", home / f"list.{ending}", "--name", "Back")
    assert titles(run, "Back") == ["Song 2", "Song 0"]


def test_a_history_comes_in_is_listed_and_taken_back(run, home):
    rows = [
        {"artist": "ana", "name": name, "date": 1_636_225_849 + n} for n, name in enumerate(["song 1", "X"])
    ]
    (home / "lastfm.json").write_text(json.dumps(rows))
    said = run("import", home / "lastfm.json")
    assert "2 listens, 1 of songs of the library, 1 new" in said
    assert "ana - X" in said
    again = json.loads(run("import", home / "lastfm.json", "--json"))
    assert (again["new"], again["matched"], again["import"]) == (0, 1, None)
    assert "Last.fm  lastfm.json  1 listen" in run("import")
    assert "1 listen taken back" in run("import", "--undo", 1)
    assert run("import") == ""


def test_everything_is_exported_and_can_be_evaluated(run, home):
    rows = [{"artist": "Ana", "name": f"Song {n}", "date": 1_636_225_849 + n} for n in range(3)]
    (home / "lastfm.json").write_text(json.dumps(rows))
    run("import", home / "lastfm.json")
    run("export", home / "me.json")
    assert json.loads(run("export"))["listens"] == json.loads((home / "me.json").read_text())["listens"]
    for data in ([home / "me.json"], []):
        answer = json.loads(run("evaluate", "recommend", *data, "--json"))
        assert [each["name"] for each in answer["recommenders"]][:2] == ["random", "popular"]
    assert "popular within the mood" in run("evaluate", "recommend", home / "me.json")


def test_data_that_holds_no_listens_is_said(run, home):
    assert "holds no listens" in run("evaluate", "recommend", home, fails=True)
    run("evaluate", "recommend", "--split", "first", fails=True)
    run("evaluate", "recommend", "--part", "train", fails=True)


def test_listeners_take_part_and_leave(run):
    assert "me takes part" in run("collaborative", "join")
    assert "nothing to learn yet" in run("collaborative", "refresh")
    assert json.loads(run("collaborative", "refresh", "--json"))["listeners"] == 1
    assert "0 take part" in run("collaborative", "leave")
