"""What a listener sees of the server's sentences is in every language of the page."""

from __future__ import annotations

import ast
import json
import re
import string
from collections import defaultdict
from pathlib import Path

import pytest

from mien.domain import Reason

ROOT = Path(__file__).parents[3]
SOURCES = sorted((ROOT / "src" / "mien").rglob("*.py"))
LANGUAGES = sorted((ROOT / "ui" / "src" / "i18n").glob("said.*.json"))
# What is said before there is a page to say it in.
TERMINAL_ONLY = {"server.py", "certificates.py"}


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


@pytest.mark.parametrize(
    "file", [file for file in SOURCES if "web" in file.parts and file.name not in TERMINAL_ONLY], ids=str
)
def test_whatever_the_server_refuses_it_refuses_in_a_sentence_with_a_code(file):
    plain = [
        f"{file.name}:{call.lineno}"
        for call in calls(file)
        if name_of(call).endswith("Error")
        and call.args
        and isinstance(call.args[0], ast.Constant | ast.JoinedStr)
        and name_of(call) not in {"ValueError", "TypeError"}
    ]
    assert plain == []
