"""What the commands say when something is not as it should be, in this process."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mien.cli import app, care, evaluation
from mien.errors import ConfigurationError, ConflictError, ImageError, MienError, SoundError
from mien.store import Role, open_store


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("MIEN_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "300")
    return home


@pytest.fixture
def mien(home):
    """Runs a command and gives what it said."""

    def run(*arguments, code=0):
        answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if isinstance(answer.exception, MienError):
            raise answer.exception
        assert answer.exit_code == code, answer.output
        return answer.output

    return run


def roles(home):
    with open_store(f"sqlite:///{home / 'mien.db'}") as store:
        return {account.listener.name: account.role for account in store.accounts.all()}


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_a_folder_without_pictures_is_said_to_be_one(mien, tmp_path, json):
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(ImageError, match="no picture or video that Mien reads"):
        mien("face", tmp_path, *json)


class TestDoctor:
    def said(self, mien, name):
        output = mien("doctor", "--json", code=1)
        return next(c for c in map(json.loads, output.splitlines()) if c["check"] == name)

    def test_a_home_that_is_a_file_is_not_fine(self, mien, home):
        home.write_text("a file")
        disk = self.said(mien, "disk")
        assert not disk["ok"]
        assert disk["says"] == f"{home} is not a folder; set MIEN_HOME to a folder that can be written"

    @pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux has /proc")
    def test_a_home_that_cannot_be_made_is_not_called_full(self, mien, monkeypatch):
        monkeypatch.setenv("MIEN_HOME", "/proc/mien")
        disk, database = self.said(mien, "disk"), self.said(mien, "database")
        assert (disk["ok"], "make room" in disk["says"]) == (False, False)
        assert "set MIEN_HOME to a folder that can be written" in disk["says"]
        assert "set MIEN_HOME to a folder that can be written" in database["says"]

    def test_sound_is_fine_only_where_a_device_opens(self, monkeypatch):
        """A device that is listed need not take sound."""
        import miniaudio

        def refuse(**_):
            raise miniaudio.MiniaudioError("failed to init device")

        monkeypatch.setattr(miniaudio.Devices, "get_playbacks", lambda _: [{"name": "Listed"}])
        monkeypatch.setattr(miniaudio, "PlaybackDevice", refuse)
        with pytest.raises(SoundError, match="no sound device to play on"):
            care._sound(None)


class TestJson:
    def test_forgetting_a_face_is_said_as_json(self, mien):
        told = json.loads(mien("calibrate", "--forget", "--json"))
        assert told == {"listener": "me", "forgotten": False}


def test_an_export_to_a_dash_makes_no_file_of_that_name(mien, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "leave FILE out" in mien("export", "-", code=2)
    assert not (tmp_path / "-").exists()


class TestListeners:
    def test_the_command_for_a_password_can_be_typed_as_it_is_said(self, mien):
        assert "mien listener password 'Bo B'" in mien("listener", "add", "Bo B")

    def test_what_was_stored_is_said(self, mien):
        assert mien("listener", "add", "a\nb").startswith("Added a b.")

    def test_the_only_admin_is_not_forgotten_while_there_are_others(self, mien, home):
        mien("listener", "list")
        mien("listener", "add", "bo")
        with pytest.raises(ConflictError, match="last admin"):
            mien("listener", "forget", "me", "--yes")
        with pytest.raises(ConflictError, match="last admin"):
            mien("listener", "admin", "me", "--undo")
        mien("listener", "admin", "bo")
        mien("listener", "forget", "me", "--yes")
        assert roles(home) == {"bo": Role.ADMIN}

    def test_nobody_becomes_an_admin_by_being_the_first_who_is_left(self, mien, home):
        mien("listener", "list")
        mien("listener", "add", "bo")
        mien("listener", "add", "cy", "--admin")
        mien("listener", "forget", "me", "--yes")
        assert roles(home) == {"bo": Role.LISTENER, "cy": Role.ADMIN}


class TestEvaluate:
    @pytest.mark.parametrize("network", ["emotion", "mood"])
    def test_a_report_that_cannot_be_written_is_noticed_before_the_work(self, mien, tmp_path, network):
        place = tmp_path / "report"
        place.write_text("a file")
        with pytest.raises(ConfigurationError, match=r"--report: .* is not a folder"):
            mien("evaluate", network, tmp_path / "missing", "--report", place)

    def test_every_split_has_a_name(self):
        from mien.training.recommend import SPLITS

        assert tuple(evaluation.SplitName) == SPLITS

    @pytest.mark.parametrize("option", ["--split", "--part"])
    def test_an_unknown_split_or_part_is_bad_usage(self, mien, option):
        assert "is not one of" in mien("evaluate", "recommend", option, "other", code=2)


def test_a_run_that_failed_at_once_does_not_block_its_folder(tmp_path):
    from mien.cli.training import _checkpoints

    folder = tmp_path / "checkpoints"
    folder.mkdir()
    assert _checkpoints(tmp_path, resume=False) == folder
    (folder / "latest.weights.h5").write_bytes(b"a state")
    with pytest.raises(ConfigurationError, match="holds a run: give --resume"):
        _checkpoints(tmp_path, resume=False)
