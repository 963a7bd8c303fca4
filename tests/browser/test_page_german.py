"""Whoever reads German meets no English sentence where something went wrong."""

from __future__ import annotations

import re
import struct
import wave
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from stage import send

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

GERMAN = {"script": "localStorage.setItem('mien.language', 'de')", "service_workers": "block"}
LONGEST_MS = 120_000


def write_film_without_sound(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as film:
        stream = film.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        for level in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), level * 20, np.uint8))
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def spoil(music: Path) -> dict[str, str]:
    """Put files into a folder that cannot be read; why, in German, by their names."""
    no_numbers = np.where(np.arange(22_050) % 2, np.nan, 0.1).astype("<f4").tobytes()
    about = struct.pack("<HHIIHH", 3, 1, 22_050, 88_200, 4, 32)
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + about + b"data" + struct.pack("<I", len(no_numbers))
    head = b"RIFF" + struct.pack("<I", len(chunks) + len(no_numbers)) + chunks
    (music / "kaputt.wav").write_bytes(head + no_numbers)
    (music / "brief.mp3").write_text("Liebe Grüße, aber kein Lied.\n" * 50)
    (music / "leer.mp3").touch()
    with wave.open(str(music / "kurz.wav"), "wb") as short:
        short.setparams((1, 2, 192_000, 0, "NONE", ""))
        short.writeframes(bytes(4))
    write_film_without_sound(music / "film.m4a")
    return {
        "kaputt.wav": r"kaputt\.wav ist beschädigt: 50\s% der Abtastwerte sind keine Zahlen",
        "brief.mp3": r"brief\.mp3 lässt sich nicht lesen: das ist kein Musikformat, das Mien liest, .*",
        "leer.mp3": r"leer\.mp3 ist leer \(0 Bytes\): kopiere die Datei noch einmal von dort, wo sie herkam",
        "kurz.wav": r"kurz\.wav ist zu kurz: die Datei enthält nur 2 Abtastwerte",
        "film.m4a": r"film\.m4a enthält keinen Ton",
    }


def say_nothing_english(page: Page) -> None:
    english = re.compile(r"\b(the|cannot|is not|there is|does not|holds)\b", re.IGNORECASE)
    said = page.locator("main").inner_text()
    assert not english.search(said), english.search(said)


def test_why_songs_could_not_be_read_is_said_in_german(open_page, house: str, tmp_path: Path) -> None:
    whys = spoil(tmp_path / "music")
    page = open_page(at=house, path="#/welcome", **GERMAN)
    page.get_by_role("button", name="Diesen Ordner wählen").first.click()
    page.get_by_role("link", name="Musik", exact=True).first.click()
    page.get_by_role("button", name="Nach neuer Musik suchen").click()
    page.get_by_role("button", name="5 Dateien ließen sich nicht lesen").click(timeout=LONGEST_MS)
    problems = page.get_by_role("region", name=re.compile("nicht")).get_by_role("listitem")
    expect(problems).to_have_count(5)
    told = {
        line.split("\n")[0].rpartition("/")[2]: line.split("\n")[-1] for line in problems.all_inner_texts()
    }
    assert told.keys() == whys.keys()
    for name, why in whys.items():
        assert re.fullmatch(why, told[name]), told[name]
    say_nothing_english(page)


def test_a_playlist_that_is_damaged_is_refused_in_german(open_page, house: str, tmp_path: Path) -> None:
    page = open_page(at=house, path="#/playlists", **GERMAN)
    broken = {
        "a.xspf": ("<html></html>", "Die Datei ist kein XSPF: sie beginnt mit html, nicht mit playlist"),
        "b.jspf": ("{", "Die Datei ist kein JSPF: es braucht eine playlist mit einer Liste track"),
        "c.m3u8": (
            "no/such/song.mp3\n",
            "Kein Lied der Datei ist in deiner Musik: durchsuche zuerst seinen Ordner",
        ),
    }
    for name, (content, why) in broken.items():
        (tmp_path / name).write_text(content)
        page.get_by_label("Einlesen").set_input_files(tmp_path / name)
        expect(page.get_by_text(why)).to_be_visible()


def test_rules_that_a_listener_wrote_wrong_are_explained_in_german(open_page, house: str) -> None:
    page = open_page(at=house, path="#/playlists", **GERMAN)
    nested = {"all": [{"any": [{"field": "mood", "is": "calm"}, {"field": "year", "above": 1990}]}]}
    made = send(page, "POST", "/playlists", {"name": "Klug", "rules": nested})
    page.goto(f"{house}/#/playlists/{made['id']}")
    page.get_by_role("button", name="Regeln ändern").click()
    text = page.get_by_role("textbox", name=re.compile("Regeln"))
    text.fill(text.input_value().replace("year", "jahr"))
    expect(page.get_by_text(re.compile("^Kein Feld heißt .*jahr.*: es gibt title, artist"))).to_be_visible()
    text.fill(text.input_value().replace("jahr", "year").replace("1990", '"alt"'))
    expect(page.get_by_text(re.compile("^year wird mit einer Zahl verglichen, nicht mit"))).to_be_visible()


@pytest.mark.training
def test_why_a_training_failed_is_said_in_german(open_page, house: str, tmp_path: Path) -> None:
    for label in ("happy", "sad"):
        (tmp_path / "faces" / label).mkdir(parents=True)
        Image.new("L", (48, 48), 90).save(tmp_path / "faces" / label / "0.png")
    page = open_page(at=house, path="#/settings/training", **GERMAN)
    page.get_by_label("Ordner wählen").set_input_files(tmp_path / "faces")
    page.get_by_role("checkbox", name=re.compile("Server")).check()
    page.get_by_role("button", name="Senden und trainieren").click()
    expect(page.get_by_text("Es sind zu wenige Beispiele oder Menschen")).to_be_visible(timeout=LONGEST_MS)
    say_nothing_english(page)
