"""What a listener sees of the server's sentences is in every language of the page."""

from __future__ import annotations

import ast
import errno
import inspect
import json
import os
import re
import string
from collections import defaultdict
from pathlib import Path

import pytest

from mien import errors
from mien.domain import Reason
from mien.errors import DecodingError
from mien.sentences import Sentence, fault_of, say, sentence_of

ROOT = Path(__file__).parents[3]
SOURCES = sorted((ROOT / "src" / "mien").rglob("*.py"))
LANGUAGES = sorted((ROOT / "ui" / "src" / "i18n").glob("said.*.json"))
# Whose errors the page never shows: they are raised before there is a page, or by what only a terminal does.
TERMINAL_ONLY = {
    *("web/server.py", "web/certificates.py", "audio/playback.py", "usecases/calibrating.py"),
    *("recommend/learned.py", "training/emotion_scores.py", "training/emotion_transfer.py"),
    *("training/mood_change.py", "training/own_labels.py", "training/recommend.py"),
}
# Where what the page shows is raised: by a request, a scan, or a training.
SHOWN = (
    "web/",
    "usecases/",
    "audio/",
    "interop/",
    "recommend/",
    "training/",
    "core.py",
    *("vision/pictures.py", "artifacts/"),
)
PACKAGE = ROOT / "src" / "mien"
NAMES = [file.relative_to(PACKAGE).as_posix() for file in SOURCES]
ERRORS = {name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)}


def calls(file: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def english() -> dict[str, set[str]]:
    """The texts of every code."""
    texts = defaultdict(set)
    for call in (call for file in SOURCES for call in calls(file) if getattr(call.func, "id", "") == "say"):
        code, text = (ast.literal_eval(argument) for argument in call.args)
        texts[code].add(text)
    return texts


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_a_code_has_one_text():
    assert {code: texts for code, texts in english().items() if len(texts) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda file: file.name)
def test_every_sentence_is_in_every_language_and_no_other(language):
    of_faces = {f"face_{reason}" for reason in Reason}
    assert set(json.loads(language.read_text("utf-8"))) == english().keys() | of_faces


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda file: file.name)
def test_a_sentence_fills_in_only_what_the_server_gives(language):
    given = {code: names_in(next(iter(texts))) for code, texts in english().items()}
    for code, text in json.loads(language.read_text("utf-8")).items():
        assert set(re.findall(r"\{(\w+)\}", text)) <= given.get(code, set()), code
        assert names_in(text) == set(re.findall(r"\{(\w+)\}", text)), f"{code}: values have no format here"


def test_there_is_another_language_than_english():
    assert [file.name for file in LANGUAGES] == ["said.de.json"]


def raised_plainly(file: Path) -> list[str]:
    """Where the file raises an error of Mien's with a text that has no code."""
    return [
        f"{file.name}:{call.lineno}"
        for call in calls(file)
        if name_of(call) in ERRORS
        and call.args
        and isinstance(call.args[0], ast.Constant | ast.JoinedStr | ast.BinOp)
    ]


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name.startswith(SHOWN) and name not in TERMINAL_ONLY]
)
def test_whatever_people_are_refused_is_a_sentence_with_a_code(name):
    assert raised_plainly(PACKAGE / name) == []


@pytest.mark.parametrize("name", sorted(TERMINAL_ONLY))
def test_what_is_excepted_needs_to_be(name):
    assert raised_plainly(PACKAGE / name) != []


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_has_words_for_every_reason_to_be_unsure_of_a_face(language):
    """The page says a reading's reason by its code, not as the server wrote it."""
    words = (LANGUAGES[0].parent / f"{language}.ts").read_text("utf-8")
    said = re.search(r"\breasons: \{(.+?)\n  \}", words, re.DOTALL)[1]
    assert set(re.findall(r"^    (\w+):", said, re.MULTILINE)) == set(Reason)


def test_the_systems_own_faults_have_codes():
    """Whatever a disk can do to a song is said in the page's language."""
    for number in (errno.ENOENT, errno.EACCES, errno.EIO, errno.ENOSPC, errno.EROFS, errno.ENAMETOOLONG):
        fault = fault_of(OSError(number, os.strerror(number)))
        assert (str(fault), fault.code != "os_other") == (os.strerror(number), True)
    assert str(fault_of(OSError(errno.EXDEV, "across devices"))) == "across devices"
    assert str(fault_of(OSError())) == "OSError"


def test_a_sentence_is_the_same_after_it_was_kept():
    kept = say("a", "{n} of {m}: {why}", n=3, m="x", why=say("b", "it is {share:.0%}", share=0.5))
    again = Sentence.of_json(json.loads(json.dumps(kept.to_json())))
    assert again == kept
    assert str(again) == "3 of x: it is 50%"


def test_an_error_without_a_code_is_a_sentence_too():
    assert sentence_of(DecodingError(say("a", "b"))) == say("a", "b")
    assert sentence_of(DecodingError("two\n lines")) == say("fault_other", "{fault}", fault="two lines")
    assert str(sentence_of(DecodingError("50% of {file}"))) == "50% of {file}"
