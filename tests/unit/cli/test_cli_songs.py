"""What a scan and a queue show where there is little room."""

import re
from pathlib import Path

import pytest

from mien.cli.output import show_queue
from mien.cli.songs import _show_failed
from mien.domain import Estimate, Mood, Recommendation, Tags, Track
from mien.sentences import say
from mien.usecases.answers import Queue, Recommendations

PATH = Path("/a/folder/with/a/name/that/is/longer/than/the/terminal/is/wide/a song [live].mp3")
WHY = say("why", "it is cut off in the middle, so copy it again from where it came, or do without it")


@pytest.fixture
def narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")


@pytest.fixture
def terminal(monkeypatch, narrow):
    monkeypatch.setenv("FORCE_COLOR", "1")


def columns(text):
    """The lines without colour, none wider than the terminal."""
    lines = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in text.splitlines()]
    assert max(map(len, lines)) <= 50
    return lines


@pytest.mark.usefixtures("terminal")
def test_a_long_path_is_folded_not_cut(capsys):
    _show_failed([(PATH, WHY)])
    header, *lines = columns(capsys.readouterr().err)
    at = header.index("why")
    assert "".join(line[: at - 2].rstrip(" ") for line in lines).replace(" ", "") == str(PATH).replace(
        " ", ""
    )
    assert " ".join(line[at:].strip() for line in lines if line[at:].strip()) == str(WHY)


@pytest.mark.usefixtures("narrow")
def test_where_there_is_no_terminal_a_failure_is_one_line(capsys):
    _show_failed([(PATH, WHY), (PATH, WHY)])
    assert capsys.readouterr().err == f"{PATH}: {WHY}\n" * 2


@pytest.mark.usefixtures("narrow")
def test_a_long_title_and_why_it_was_chosen_are_folded_not_cut(capsys):
    mood = Estimate({each: float(each is Mood.SAD) for each in Mood})
    title = "Donaudampfschifffahrtsgesellschaft"
    track = Track(1, PATH, Tags(title, "Somebody"), 9.0, mood, 0.0, 0.0, None, None)
    show_queue(
        Queue(
            None, None, None, mood.probabilities, Recommendations((Recommendation(track, 0.5, (WHY,)),), ())
        )
    )
    _, header, *lines = columns(capsys.readouterr().out)
    titles, why = header.index("title"), header.index("why")
    assert "".join(line[titles : header.index("artist")].strip() for line in lines) == title
    assert " ".join(line[why:].strip() for line in lines if line[why:].strip()) == str(WHY)
