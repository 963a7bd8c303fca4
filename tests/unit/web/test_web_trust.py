"""The page that tells phones how to trust the certificate speaks their language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mien.web.certificates import certificate_for
from mien.web.routes.trust import language_of

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

HEADINGS = {"en": "Trust this Mien", "de": "Diesem Mien vertrauen"}


@pytest.fixture
def trusting(app, client, tmp_path: Path) -> TestClient:
    app.state.parts.authority = certificate_for(tmp_path, {"mien"}, []).authority
    return client


@pytest.mark.parametrize(
    ("asked", "language"), [("de-AT,de;q=0.9,en;q=0.5", "de"), ("en-GB", "en"), ("fr", "en")]
)
def test_the_page_is_in_the_language_that_the_browser_asks_for(trusting, asked, language):
    answer = trusting.get("/trust", headers={"Accept-Language": asked})
    assert f'<html lang="{language}">' in answer.text
    assert f"<h1>{HEADINGS[language]}</h1>" in answer.text
    assert answer.headers["content-language"] == language
    assert "Accept-Language" in answer.headers["vary"]


def test_both_languages_show_the_same_certificate_and_devices(trusting):
    pages = [trusting.get("/trust", headers={"Accept-Language": language}).text for language in HEADINGS]
    for what in (r"<code>((?:[0-9A-F]{2}:){31}[0-9A-F]{2})</code>", r'href="([^"]+)"', r"<b>([^<]+)</b>"):
        english, german = (re.findall(what, page) for page in pages)
        assert english == german != []


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("de", "de"),
        ("de,en", "de"),
        ("en,de", "en"),
        ("en;q=0.3,de;q=0.8", "de"),
        ("en-GB;q=0.2, de;q=0.5, en;q=0.9", "en"),
        ("de;q=0", "en"),
        ("de;q=much", "en"),
        ("de;q=nan", "en"),
        ("fr,es;q=0.9,DE-ch;q=0.1", "de"),
        (",;=,;q=,", "en"),
        ("fr," * 10_000 + "de", "en"),
    ],
)
def test_the_language_that_is_wanted_most_is_chosen(asked, language):
    assert language_of(asked, HEADINGS) == language
