"""Every page: for every eye, hand and screen; and playlists by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from stage import ROOT, api

AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = (
    "now",
    "library",
    "library/moods",
    "library/artists",
    "map",
    "playlists",
    "journal",
    "settings",
    "welcome",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_barrier_that_axe_can_find(open_page, theme: str) -> None:
    page = open_page(color_scheme=theme, reduced_motion="reduce")
    page.evaluate(
        "fetch('/api/v1/playlists', {method: 'POST', headers: {'Content-Type': 'application/json'},"
        f" body: JSON.stringify({{name: 'For {theme}', track_ids: [1, 2]}})}})"
    )
    script = Path(AXE).read_text(encoding="utf-8")
    found = []
    for name in PAGES:
        page.goto(page.url.split("#")[0] + f"#/{name}")
        page.wait_for_timeout(900)
        page.evaluate(script)
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found += [
            (name, one["id"], node["html"][:120], node["failureSummary"][:160])
            for one in result["violations"]
            for node in one["nodes"]
        ]
    assert found == []


def test_on_a_phone_nothing_is_cut_off(open_page) -> None:
    page = open_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    for name in PAGES:
        page.goto(page.url.split("#")[0] + f"#/{name}")
        page.wait_for_timeout(500)
        wide = page.evaluate(
            "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"
        )
        assert wide <= 0, name
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings")).to_be_visible()


def test_search_finds_as_one_types(open_page) -> None:
    page = open_page(path="#/library")
    page.get_by_role("searchbox").press_sequentially("dun")
    expect(page.get_by_role("list", name="Songs").get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_role("button", name="Play Dune")).to_be_visible()


def test_a_playlist_is_made_and_put_in_order_by_keyboard_alone(open_page) -> None:
    page = open_page(path="#/playlists")
    page.get_by_role("textbox", name="New playlist").focus()
    page.keyboard.type("By hand")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()
    playlist = page.url.rsplit("/", 1)[1]
    for title in ("Amber", "Birch", "Cedar"):
        page.goto(page.url.split("#")[0] + "#/library")
        page.get_by_role("button", name=f"More for {title}").focus()
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="By hand").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").last).to_contain_text(f"“{title}” is in “By hand” now")
    page.goto(page.url.split("#")[0] + f"#/playlists/{playlist}")
    page.get_by_role("button", name="Move Amber").focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "Space"):
        page.keyboard.press(key)
        page.wait_for_timeout(150)
    page.wait_for_timeout(500)
    assert [track["title"] for track in api(page, f"/playlists/{playlist}")["tracks"]] == [
        "Birch",
        "Cedar",
        "Amber",
    ]


def test_the_language_changes_at_once_and_stays(open_page) -> None:
    page = open_page(path="#/settings")
    page.get_by_role("combobox", name="Language").select_option("de")
    expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()
    page.reload()
    expect(page.get_by_role("navigation", name="Hauptmenü")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "de"


def test_a_lasso_on_the_map_makes_a_playlist(open_page) -> None:
    page = open_page(path="#/map")
    canvas = page.get_by_role("application")
    expect(canvas).to_have_attribute("aria-label", re.compile("Map of 6 songs"))
    page.get_by_role("button", name="Draw around songs").click()
    box = canvas.bounding_box()
    corners = [
        (2, 2),
        (box["width"] - 3, 2),
        (box["width"] - 3, box["height"] - 3),
        (2, box["height"] - 3),
        (2, 6),
    ]
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 3)  # the corners are round
    page.mouse.down()
    for x, y in corners:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    page.mouse.up()
    expect(page.get_by_text("6 songs in your circle")).to_be_visible()
    page.get_by_role("textbox", name="Name of the playlist").fill("All around")
    page.get_by_role("button", name="Make a playlist").click()
    expect(page.get_by_role("heading", name="All around")).to_be_visible()


def test_the_first_screen_is_light(open_page) -> None:
    page = open_page()
    page.wait_for_timeout(2_000)
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".filter(e => !e.name.includes('/api/')).map(e => e.encodedBodySize)"
    )
    assert 20_000 < sum(sizes) < 200_000
