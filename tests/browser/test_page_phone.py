"""On a phone: nothing is cut off or too small for a finger, and what belongs together is seen together."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from stage import PAGES, PHONE, api, go, playing, send

FINGER_PX = 44
SETTLED_MS = 300  # what a page asks the server for has come
# What is pressed and smaller than a finger: not links within text. A box to tick is as large as the
# words that tick it, too.
SMALL = """([within, least]) => [...document.querySelector(within).querySelectorAll(
        'a, button, input, select, textarea, summary, label.button'
    )]
    .filter(one => !one.closest('p') && !one.matches('.hidden') && one.checkVisibility())
    .map(one => one.matches('[type=checkbox], [type=radio]') ? one.closest('label') : one)
    .map(one => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
    .filter(([, {width, height}]) => width > 0 && Math.min(width, height) < least - 0.5)
    .map(([html, {width, height}]) => `${Math.round(width)} x ${Math.round(height)}: ${html}`)"""
# Words of the mood pad that lie over one another or leave it.
PAD = """pad => {
    const area = pad.getBoundingClientRect();
    const words = [...pad.querySelectorAll('.mood, .axis')];
    const boxes = words.map(one => ({name: one.innerText, ...one.getBoundingClientRect().toJSON()}));
    const leaves = box => box.left < area.left || box.right > area.right
        || box.top < area.top || box.bottom > area.bottom;
    const covers = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const over = boxes.flatMap(
        (a, i) => boxes.slice(i + 1).filter(b => covers(a, b)).map(b => [a.name, b.name])
    );
    return [...boxes.filter(leaves).map(({name}) => name), ...over];
}"""
# What a page shows below its title, once that is there.
SOMETHING = "main :is(h2, ul, canvas, [role=list], .pad, .nothing, .empty)"
# What reaches beyond the screen, be it hidden by a card: not what scrolls sideways by itself.
OFF = """[...document.querySelectorAll('main :is(a, button, select, input, h1, h2, h3, p, span)')]
    .filter(one => one.checkVisibility() && !one.closest('.chips, .scroll, .hidden'))
    .filter(one => one.getBoundingClientRect().right > innerWidth + 0.5)
    .map(one => one.outerHTML.slice(0, 90))"""
CUT = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"


def speaking(language: str) -> str:
    return f"localStorage.setItem('mien.language', '{language}')"


@pytest.mark.parametrize(("width", "language"), [(360, "en"), (320, "de")])
def test_on_a_phone_nothing_is_cut_off(open_page, width: int, language: str) -> None:
    page = open_page(**{**PHONE, "viewport": {"width": width, "height": 740}}, script=speaking(language))
    page.get_by_role("button", name={"en": "calm", "de": "ruhig"}[language], exact=True).click()
    playing(page)
    playlist = send(page, "POST", "/playlists", {"name": f"Narrow {language}", "track_ids": [1, 2]})["id"]
    smart = send(page, "POST", "/playlists", {"name": f"Clever {language}", "rules": {"limit": 3}})["id"]
    for name in (*PAGES, f"playlists/{playlist}", f"playlists/{smart}"):
        go(page, name)
        page.wait_for_timeout(SETTLED_MS)
        for details in page.locator("main details:not([open]) > summary").all():
            details.click()
        wide = page.evaluate(
            "document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"
        )
        assert wide <= 0, name
        assert page.evaluate(OFF) == [], name
    link = page.get_by_role("navigation").get_by_role("link").last
    expect(link).to_be_visible()


@pytest.mark.parametrize("language", ["en", "de"])
def test_on_a_phone_the_name_of_every_page_can_be_read(open_page, language: str) -> None:
    page = open_page(**PHONE, script=speaking(language))
    links = page.get_by_role("navigation").get_by_role("link")
    expect(links).to_have_count(6)
    cut = "link => link.lastElementChild.scrollWidth > link.lastElementChild.clientWidth"
    for link in links.all():
        assert not link.evaluate(cut), link.inner_text()
        assert link.bounding_box()["width"] >= FINGER_PX


def test_on_a_phone_everything_that_is_pressed_is_large_enough_for_a_finger(open_page) -> None:
    page = open_page(**PHONE)
    playlist = send(page, "POST", "/playlists", {"name": "For fingers", "track_ids": [1, 2]})["id"]
    smart = send(page, "POST", "/playlists", {"name": "For fingers, by rules", "rules": {"limit": 3}})["id"]
    found = []
    for name in (*PAGES, f"playlists/{playlist}", f"playlists/{smart}"):
        go(page, name)
        expect(page.locator(SOMETHING).first).to_be_visible()
        found += [(name, one) for one in page.evaluate(SMALL, ["main", FINGER_PX])]
    go(page, "settings/choosing")
    page.get_by_role("radio", name="My own").check()
    expect(page.get_by_role("slider", name="sad: calm")).to_be_visible()
    found += [("the listener's own table", one) for one in page.evaluate(SMALL, ["main", FINGER_PX])]
    page.get_by_role("radio", name="Match").check()
    assert found == []


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_word_of_the_mood_pad_can_be_read(open_page, language: str, width: int) -> None:
    page = open_page(**{**PHONE, "viewport": {"width": width, "height": 740}}, script=speaking(language))
    assert page.locator(".pad .area").evaluate(PAD) == []


def test_the_part_of_the_library_that_is_shown_is_in_sight(open_page) -> None:
    page = open_page(**PHONE)
    go(page, "library/moods")
    expect(page.get_by_role("link", name="Moods", exact=True)).to_be_in_viewport(ratio=1)


def test_the_table_of_a_policy_is_low_and_scrolls_within_its_card(open_page) -> None:
    page = open_page(**PHONE)
    go(page, "settings/choosing")
    page.get_by_text("How much of each mood for each emotion").click()
    expect(page.get_by_role("cell", name="100%").first).to_be_visible()
    heights = "all => all.map(one => one.getBoundingClientRect().height)"
    assert max(page.locator("main tbody td").evaluate_all(heights)) < 50
    region = page.get_by_role("region", name="How much of each mood for each emotion")
    assert region.evaluate("one => one.scrollWidth > one.clientWidth")
    assert page.evaluate("document.querySelector('main').scrollWidth") == PHONE["viewport"]["width"]


def test_what_the_weights_change_stays_in_sight_of_the_last_slider(open_page) -> None:
    page = open_page(**PHONE)
    go(page, "settings/choosing")
    page.get_by_role("slider", name="Something new").scroll_into_view_if_needed()
    expect(page.get_by_role("slider", name="Something new")).to_be_in_viewport()
    for at in range(3):
        expect(page.locator(".effect ol li").nth(at)).to_be_in_viewport(ratio=1)


def test_a_day_of_the_journal_shows_whole_titles_and_its_year(open_page) -> None:
    page = open_page(**PHONE, service_workers="block")
    track = {**api(page, "/tracks")["tracks"][0], "title": "November Wind, again", "artist": "The Long Band"}
    days = ("2025-12-24T18:00:00Z", "2026-11-24T12:00:00Z", "2026-05-01T12:00:00Z")
    listens = [{"track": track, "started_at": day, "played_s": 20} for day in days]
    page.route("**/api/v1/journal?*", lambda route: route.fulfill(json={"readings": [], "listens": listens}))
    go(page, "journal")
    expect(page.get_by_role("heading", name="24 December 2025")).to_be_visible()
    expect(page.get_by_role("heading", name="Tuesday 24 November", exact=True)).to_be_visible()
    assert page.locator("main ol .clip").evaluate_all(CUT) == []
    heads = {page.locator("main h2").nth(at).bounding_box()["height"] for at in range(3)}
    assert len(heads) == 1  # none is in two lines


def test_who_has_no_password_yet_is_told_in_whole_words(open_page) -> None:
    page = open_page(**PHONE, script=speaking("de"))
    go(page, "settings/listeners")
    said = page.get_by_text("(noch kein Passwort)")
    expect(said).to_be_visible()
    line, words = (said.locator("..").bounding_box(), said.bounding_box())
    assert words["x"] + words["width"] <= line["x"] + line["width"] + 0.5
