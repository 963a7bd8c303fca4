"""The library, playlists and the journal, by hand, by keyboard alone, and with 100,000 songs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import expect
from stage import TITLES, api, send, until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page, Route


# Pages whose server a test stands in for have no service worker: what that asks, a test does not hear.


def tab_to(page: Page, name: str, role: str = "button") -> None:
    """Press Tab until something of that name has the focus, as one does who has no pointer."""
    wanted = page.get_by_role(role, name=name, exact=True)
    for _ in range(150):
        page.keyboard.press("Tab")
        if wanted.evaluate_all("all => all.some(one => one === document.activeElement)"):
            return
    pytest.fail(f"Tab never reaches {name}")


def test_a_playlist_is_made_filled_ordered_and_emptied_by_keyboard_alone(open_page) -> None:
    page = open_page(path="#/playlists")
    expect(page.get_by_role("heading", name="Playlists")).to_be_visible()
    tab_to(page, "New playlist", "textbox")
    page.keyboard.type("By hand")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()
    playlist = int(page.url.rsplit("/", 1)[1])
    for title in ("Amber", "Birch", "Cedar"):
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type(title)
        expect(page.get_by_role("list", name="Songs").get_by_role("listitem")).to_have_count(1)
        tab_to(page, f"More for {title}")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        tab_to(page, "By hand")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").last).to_contain_text(f"“{title}” is in “By hand” now")
    page.goto(page.url.split("#")[0] + f"#/playlists/{playlist}")
    expect(page.get_by_role("button", name="Move Amber")).to_be_visible()
    tab_to(page, "Move Amber")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Move Amber")).to_have_attribute("aria-pressed", "true")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("button", name="Move Amber")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("Amber put down as number 3.")).to_be_attached()
    until(page, _IS_ORDERED, [playlist, ["Birch", "Cedar", "Amber"]])
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")  # never mind
    expect(page.get_by_text("Put back where it was.")).to_be_attached()
    tab_to(page, "Remove: Amber")
    page.keyboard.press("Enter")
    until(page, _IS_ORDERED, [playlist, ["Birch", "Cedar"]])


_IS_ORDERED = """([id, wanted]) => fetch('/api/v1/playlists/' + id).then(r => r.json())
    .then(list => JSON.stringify(list.tracks.map(t => t.title)) === JSON.stringify(wanted))"""


def test_a_playlist_is_put_in_order_by_dragging(open_page) -> None:
    page = open_page()
    made = send(page, "POST", "/playlists", {"name": "Dragged", "track_ids": [1, 2, 3, 4]})
    before = [track["title"] for track in made["tracks"]]
    page.goto(page.url.split("#")[0] + f"#/playlists/{made['id']}")
    handle = page.get_by_role("button", name=f"Move {before[0]}")
    start, end = (page.get_by_role("button", name=f"Move {before[n]}").bounding_box() for n in (0, 2))
    page.mouse.move(start["x"] + 20, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(end["x"] + 20, end["y"] + 20, steps=8)
    expect(handle).to_have_attribute("aria-pressed", "true")
    page.mouse.up()
    until(page, _IS_ORDERED, [made["id"], [before[1], before[2], before[0], before[3]]])


def test_a_smart_playlist_shows_what_its_rules_choose_before_it_is_saved(open_page) -> None:
    page = open_page(path="#/playlists/smart")
    page.get_by_role("textbox", name="Name").fill("Only some")
    page.get_by_role("combobox", name="Rule 1: of what").select_option("title")
    page.get_by_role("combobox", name="Rule 1: how").select_option("contains")
    page.get_by_role("textbox", name="Rule 1: what").fill("E")
    chosen = page.get_by_role("list", name="What the rules choose now")
    expect(chosen.get_by_role("listitem")).to_have_count(4)  # Amber, Cedar, Dune, Ember
    page.get_by_role("button", name="Another rule").click()
    page.get_by_role("combobox", name="Rule 2: of what").select_option("title")
    page.get_by_role("textbox", name="Rule 2: what").fill("dune")
    expect(chosen.get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_text("chooses 1 song")).to_be_visible()
    page.get_by_role("combobox", name="How the rules go together").select_option("any")
    expect(chosen.get_by_role("listitem")).to_have_count(4)
    page.get_by_role("spinbutton", name="At most").fill("2")
    expect(chosen.get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Only some")).to_be_visible()
    saved = api(page, page.url.rsplit("#", 1)[1])
    assert saved["rules"] == {
        "any": [{"field": "title", "contains": "E"}, {"field": "title", "is": "dune"}],
        "limit": 2,
    }


def test_a_list_of_100_000_songs_holds_only_what_is_seen(open_page) -> None:
    page = open_page(service_workers="block")
    (sample, *_) = api(page, "/tracks")["tracks"]
    asked: list[int] = []

    def answer(route: Route) -> None:
        query = parse_qs(urlparse(route.request.url).query)
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        asked.append(offset)
        tracks = [{**sample, "title": f"Song {n}"} for n in range(offset, min(100_000, offset + limit))]
        route.fulfill(json={"total": 100_000, "offset": offset, "tracks": tracks})

    page.route(re.compile(r"/api/v1/tracks\?"), answer)
    page.goto(page.url.split("#")[0] + "#/library")
    expect(page.get_by_role("button", name=re.compile(r"^Play Song 0\b"))).to_be_visible()
    page.evaluate("document.querySelector('main').scrollTo(0, 64 * 70_000)")
    expect(page.get_by_role("button", name=re.compile(r"^Play Song 70000\b"))).to_be_attached()
    assert page.get_by_role("list", name="Songs").get_by_role("listitem").count() < 60
    assert len(asked) < 10  # what only flew by was not asked for


def test_artists_are_found_as_one_types(open_page) -> None:
    page = open_page(service_workers="block")
    artists = [{"name": name, "tracks": 1, "duration_s": 9} for name in ("Björk", "Ada", "Bjarne")]
    page.route("**/api/v1/library/artists", lambda route: route.fulfill(json=artists))
    page.goto(page.url.split("#")[0] + "#/library/artists")
    listed = page.get_by_role("list", name="Artists").get_by_role("listitem")
    expect(listed).to_have_count(3)
    page.get_by_role("searchbox").fill("bjo")
    expect(listed).to_have_text([re.compile("Björk")])


def test_the_scan_shows_how_far_it_is_and_what_could_not_be_read(open_page, house: str) -> None:
    page = open_page(at=house, service_workers="block")
    scan = {
        "state": "analysing", "done": 3, "total": 8, "failed": 1, "unchanged": 0, "current": "Dune.wav",
        "rate_per_s": 1.5, "left_s": 4.0, "started_at": None, "finished_at": None, "error": None,
    }  # fmt: skip
    problem = {
        "path": "/music/broken.mp3",
        "reason": "it ends in the middle",
        "failed_at": "2026-11-25T10:00:00Z",
    }
    told = f"event: scan\ndata: {json.dumps(scan)}\n\n"
    page.route("**/api/v1/events", lambda route: route.fulfill(body=told, content_type="text/event-stream"))
    page.route("**/api/v1/library/problems", lambda route: route.fulfill(json=[problem]))
    page.goto(f"{house}/#/library")
    page.reload()
    expect(page.get_by_text("Listening: 3 of 8")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "3")
    page.get_by_role("button", name="1 file could not be read").click()
    expect(page.get_by_text("it ends in the middle")).to_be_visible()


def test_a_day_of_the_journal_is_erased_in_parts(open_page, house: str) -> None:
    page = open_page(at=house)
    listen = {"track_id": 1, "started_at": "2026-11-24T12:00:00Z", "played_s": 20}
    send(page, "POST", "/listens", listen)
    even = dict.fromkeys(("angry", "disgust", "fear", "sad", "surprise", "neutral"), 0.05)
    send(page, "POST", "/readings", {"probabilities": {**even, "happy": 0.7}, "certain": True, "frames": 5})
    page.goto(f"{house}/#/journal")
    expect(page.locator("main section")).to_have_count(2)
    heard = page.locator("main section").last
    heard.get_by_role("button", name="Erase this day").click()
    heard.get_by_role("button", name="Erase the songs heard").click()
    expect(page.locator("main section")).to_have_count(1)
    assert api(page, "/journal")["listens"] == []
    assert len(api(page, "/journal")["readings"]) == 1
    page.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_role("button", name="Erase both").click()
    expect(page.get_by_text("Nothing yet")).to_be_visible()
    assert api(page, "/readings") == []


def test_a_playlist_travels_as_a_file(open_page, tmp_path: Path) -> None:
    page = open_page()
    made = send(page, "POST", "/playlists", {"name": "To go", "track_ids": [1, 2]})
    page.goto(page.url.split("#")[0] + f"#/playlists/{made['id']}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as m3u8").click()
    file = tmp_path / "Came back.m3u8"
    download.value.save_as(file)
    page.goto(page.url.split("#")[0] + "#/playlists")
    page.get_by_label("Import").set_input_files(file)
    expect(page.get_by_role("link", name="Came back")).to_contain_text("2 songs")
    assert len(TITLES) == api(page, "/library")["tracks"]
