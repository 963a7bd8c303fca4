"""What holds before any work is done: help, settings, usage."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"numpy", "cv2", "onnxruntime", "sqlalchemy", "av", "PIL", "keras", "tensorflow", "rich", "alembic"}


def test_help_imports_nothing_heavy():
    code = (
        "import sys, mien.cli\n"
        "try: mien.cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
    assert "mien demo" in done.stdout


def test_the_real_path_never_imports_the_training_framework(mien, photograph):
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from mien.config import load_settings\nfrom mien.core import Mien\n"
        f"Mien(load_settings()).read_picture(Path({str(photograph)!r}))\n"
        "print('HEAVY', sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout


@pytest.mark.parametrize(
    "command",
    "demo scan song label rate face recommend play doctor train evaluate".split(),
)
def test_every_command_explains_itself(mien, command):
    answer = mien(command, "--help")
    assert answer.code == 0
    assert "Usage: python -m mien" in answer.out or "Usage: mien" in answer.out
    assert len(answer.out.splitlines()) > 4


def test_bad_usage_exits_with_2(mien):
    assert mien("recommend").code == 2
    assert mien("recommend", "--emotion", "hungry").code == 2
    assert mien("face").code == 2
    assert mien("nonsense").code == 2


def test_an_error_is_one_line_and_exit_1(mien, tmp_path):
    answer = mien("evaluate", "emotion", tmp_path / "missing")
    assert answer.code == 1
    assert answer.out == ""
    assert answer.err.startswith("mien: ")
    assert len(answer.err.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["--help", "listener list", "listener list --json"])
def test_output_that_cannot_be_written_is_one_line_and_exit_1(mien, command, unbuffered):
    answer = mien(*command.split(), to="/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert answer.code == 1
    assert answer.err == "mien: the output cannot be written: No space left on device\n"


def test_a_character_that_the_terminal_lacks_is_escaped(mien):
    mien("listener", "add", "Zoë 🎵")
    answer = mien("listener", "list", PYTHONIOENCODING="ascii")
    assert answer.code == 0
    assert r"Zo\xeb \U0001f3b5" in answer.out


def test_doctor_finds_everything_that_is_needed(mien):
    answer = mien("doctor", "--json")
    needed = {check["check"]: check for check in answer.json if check["needed"]}
    assert {"database", "emotion model", "mood model", "decoder", "disk"} <= set(needed)
    assert [name for name, check in needed.items() if not check["ok"]] == []
    assert answer.code == 0


def test_doctor_says_what_to_do_when_a_model_is_damaged(tmp_path, monkeypatch, mien):
    config = tmp_path / "config" / "mien"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(f'mood_artifact = "{tmp_path}"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    answer = mien("doctor", "--json")
    mood = next(check for check in answer.json if check["check"] == "mood model")
    assert answer.code == 1
    assert not mood["ok"]
    assert "artifact.json is missing" in mood["says"]
