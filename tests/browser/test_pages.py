"""Every page: for every eye, hand and screen; light, quick, and installed as a program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from stage import PAGES, barriers, go, send, until

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_barrier_that_axe_can_find(open_page, theme: str) -> None:
    page = open_page(color_scheme=theme, reduced_motion="reduce")
    list_id = send(page, "POST", "/playlists", {"name": f"For {theme}", "track_ids": [1, 2]})["id"]
    smart_id = send(page, "POST", "/playlists", {"name": f"By rules, {theme}", "rules": {"limit": 3}})["id"]
    found = []
    for name in (*PAGES, f"playlists/{list_id}", f"playlists/{smart_id}"):
        go(page, name)
        found += [(name, *barrier) for barrier in barriers(page)]
    go(page, "settings/choosing")
    page.get_by_role("radio", name="My own").check()
    expect(page.get_by_role("slider", name="sad: calm")).to_be_visible()
    found += [("the listener's own table", *barrier) for barrier in barriers(page)]
    page.get_by_role("radio", name="Match").check()
    assert found == []


def ask_for_a_password(page: Page) -> None:
    """As on a server where everyone signs in, which takes no password."""
    asked = {"listener": None, "accounts_required": True, "first_run": False, "version": "0"}
    refused = {"status": 401, "title": "Unauthorized", "detail": "no"}

    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(json=asked)
        else:
            route.fulfill(status=401, json=refused)

    page.route("**/api/v1/session", answer)
    page.reload()
    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signing_in_has_no_barrier_and_a_wrong_password_is_typed_anew(open_page, theme: str) -> None:
    page = open_page(color_scheme=theme, service_workers="block")
    ask_for_a_password(page)
    assert page.title() == "Welcome back · Mien"
    assert barriers(page) == []
    page.get_by_role("textbox", name="Name").fill("Ada")
    page.get_by_label("Password").fill("not the right one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("Password")).to_be_focused()
    assert barriers(page) == []


def test_what_is_opened_is_where_a_screen_reader_reads_on(open_page) -> None:
    page = open_page(service_workers="block")
    playlist = send(page, "POST", "/playlists", {"name": "Read on", "track_ids": [1]})["id"]
    album = {"name": "Bay", "artist": "Ada", "artists": 1, "year": None, "tracks": 1, "duration_s": 9}
    albums = [{**album, "first_track_id": 1}]
    page.route("**/api/v1/library/albums", lambda route: route.fulfill(json=albums))
    go(page, "library/albums")
    page.get_by_role("link", name="Bay").click()
    expect(page.get_by_role("heading", name="Bay")).to_be_focused()
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("heading", name="Library")).to_be_focused()
    go(page, "playlists")
    page.locator(f"a[href='#/playlists/{playlist}']").click()
    expect(page.get_by_role("heading", name="Read on")).to_be_focused()


def test_every_page_begins_at_the_same_edge(open_page) -> None:
    page = open_page(viewport={"width": 1440, "height": 900})
    edges = {}
    for name in ("library", "playlists", "journal", "settings/account", "welcome"):
        go(page, name)
        edges[name] = page.locator("main h1").bounding_box()["x"]
    assert len(set(edges.values())) == 1, edges
    assert page.title() == "Let’s find your music · Mien"


def test_nothing_flickers_for_who_wants_no_motion(open_page) -> None:
    turns = """() => {
        const one = document.body.appendChild(document.createElement('i'));
        one.style.animation = 'pulse 1.6s infinite';
        return getComputedStyle(one).animationIterationCount;
    }"""
    assert open_page().evaluate(turns) == "infinite"
    assert open_page(reduced_motion="reduce").evaluate(turns) == "1"


def test_search_finds_as_one_types(open_page) -> None:
    page = open_page(path="#/library")
    page.get_by_role("searchbox").press_sequentially("dun")
    expect(page.get_by_role("list", name="Songs").get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_role("button", name="Play Dune")).to_be_visible()


def test_the_language_changes_at_once_and_stays(open_page) -> None:
    page = open_page(path="#/settings")
    page.get_by_role("combobox", name="Language").select_option("de")
    expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()
    page.reload()
    expect(page.get_by_role("navigation", name="Hauptmenü")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "de"


def test_what_the_server_says_is_in_the_language_of_the_page(open_page) -> None:
    page = open_page(script="localStorage.setItem('mien.language', 'de')", service_workers="block")
    page.get_by_role("group", name="Wo bist du?").get_by_role("button", name="ruhig", exact=True).click()
    page.get_by_role("button", name="Warum dieses Lied?").click()
    expect(page.get_by_role("article").get_by_text("wie gewünscht")).to_be_visible()
    send(page, "POST", "/playlists", {"name": "Abends"})
    page.goto(page.url.split("#")[0] + "#/playlists")
    page.get_by_role("textbox", name="Neue Liste").fill("Abends")
    page.get_by_role("button", name="Anlegen").click()
    expect(page.get_by_text("Eine Liste Abends gibt es schon: wähle einen anderen Namen")).to_be_visible()


def test_the_first_screen_is_light(open_page) -> None:
    page = open_page()
    expect(page.get_by_role("button", name="Look at me")).to_be_visible()
    page.evaluate("document.fonts.ready.then(() => undefined)")
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".filter(e => !e.name.includes('/api/')).map(e => e.encodedBodySize)"
    )
    assert 20_000 < sum(sizes) < 200_000


def test_the_page_can_be_installed(open_page) -> None:
    page = open_page()
    manifest = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then(r => r.json())")
    assert (manifest["name"], manifest["start_url"], manifest["display"]) == ("Mien", "/", "standalone")
    sizes = {icon["sizes"] for icon in manifest["icons"]}
    assert {"192x192", "512x512"} <= sizes
    for icon in manifest["icons"]:
        assert page.evaluate("src => fetch(src).then(r => r.ok)", icon["src"])
    until(page, "navigator.serviceWorker.ready.then(r => r.active !== null)")
    devtools = page.context.new_cdp_session(page)
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],  # as every test's browser is
    )


def test_the_service_worker_keeps_the_page_and_nothing_private(open_page) -> None:
    page = open_page()
    until(page, "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)")
    page.reload()  # now everything goes through it
    for name in ("library", "journal", "playlists", "map", "settings/learned"):
        go(page, name)
    send(page, "GET", "/me/export")
    kept = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(n => caches.open(n).then(c => c.keys()))))"
        ".then(all => all.flat().map(r => new URL(r.url).pathname))"
    )
    assert "/" in kept
    assert any(path.startswith("/assets/") for path in kept)
    allowed = re.compile(r"/|/assets/.+|/icon.+|/manifest\.webmanifest|/api/v1/models/.+")
    assert [path for path in kept if not allowed.fullmatch(path)] == []
    learned = page.context.new_page()
    learned.goto(page.url.split("#")[0] + "api/v1/me/learned")  # an answer that is opened as a page is none
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("Mien’s server does not answer")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
