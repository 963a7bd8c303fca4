"""The page that tells phones how to trust the certificate, and where the server says that it is reached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mien.web import server
from mien.web.certificates import certificate_for, fingerprint
from mien.web.routes.trust import language_of
from mien.web.server import reachable_at

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

GROUP = r"<code>((?:[0-9A-F]{2}:){3}[0-9A-F]{2})</code>"
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
    for what in (GROUP, r'href="([^"]+)"', r"<h3>([^<]+)</h3>"):
        english, german = (re.findall(what, page) for page in pages)
        assert english == german != []


def test_the_fingerprint_is_shown_in_groups_of_four_pairs(trusting, app):
    groups = re.findall(GROUP, trusting.get("/trust").text)
    assert len(groups) == 8
    assert ":".join(groups) == fingerprint(app.state.parts.authority)


def test_every_device_has_steps_of_its_own(trusting):
    for language in HEADINGS:
        page = trusting.get("/trust", headers={"Accept-Language": language}).text
        steps = re.findall(r"<h3>([^<]+)</h3>\s*<ol>(.*?)</ol>", page, re.DOTALL)
        devices = {device for device, _ in steps}
        assert devices == {"iPhone, iPad", "Android", "Windows", "macOS", "Linux, Chromium", "Firefox"}
        assert all(2 <= steps.count("<li>") <= 4 for _, steps in steps)


@pytest.mark.parametrize("https", [True, False])
def test_its_style_is_a_file_of_the_server_and_nothing_else_is_let_in(client, trusting, app, https):
    if not https:
        app.state.parts.authority = None
    page = client.get("/trust")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert not re.search(r"<style|style=|<script|https?:", page.text)
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    style = client.get(sheet)
    assert style.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in style.text
    assert "overflow-wrap: anywhere" in style.text


@pytest.mark.parametrize("language", HEADINGS)
def test_without_https_it_says_how_to_come_by_a_certificate(client, language):
    page = client.get("/trust", headers={"Accept-Language": language})
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert "mien serve --host 0.0.0.0 --https" in page.text
    assert "mien-authority.crt" not in page.text
    assert client.get("/trust/mien-authority.crt").status_code == 404


OWN = ["127.0.0.1", "::1", "192.168.1.20", "10.0.0.7", "fd00::7", "fe80::7%eth0", "203.0.113.9"]


@pytest.mark.parametrize(
    ("host", "https", "reached"),
    [
        ("127.0.0.1", True, ["localhost"]),
        ("192.168.1.20", True, ["192.168.1.20"]),
        ("mien.local", False, ["mien.local"]),
        ("0.0.0.0", True, ["10.0.0.7"]),
        ("::", True, ["10.0.0.7", "fd00::7"]),
        ("0.0.0.0", False, ["10.0.0.7", "192.168.1.20", "203.0.113.9"]),
    ],
)
def test_it_is_reached_at_addresses_of_the_network_that_its_certificate_is_made_for(
    monkeypatch, tmp_path, host, https, reached
):
    monkeypatch.setattr(server, "own_addresses", lambda: OWN)
    made = certificate_for(tmp_path, {"mien"}, ["10.0.0.7", "fd00::7", "10.0.0.99"]) if https else None
    assert reachable_at(host, made) == reached


def test_a_machine_in_no_network_is_reached_from_itself(monkeypatch):
    monkeypatch.setattr(server, "own_addresses", lambda: ["127.0.0.1", "::1"])
    assert reachable_at("0.0.0.0", None) == ["localhost"]


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
