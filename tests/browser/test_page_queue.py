"""What follows, and what can be undone: the queue's order, bans taken back, keys, a phone's controls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from stage import SONG_S, TITLES, api, barriers, playing, position, say, send, title, until

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Locator, Page, Route

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
FINGER_PX = 44
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00"
    b"\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)
# The controls that can be seen, if only in part, under a toast.
UNDER_TOASTS = """() => {
  const page = document.querySelector('main');
  const shown = (one) => {
    const {left, right, top, bottom} = one.getBoundingClientRect();
    const {top: from, bottom: to} = page.contains(one) ? page.getBoundingClientRect() : {top: 0, bottom: 1e6};
    return {left, right, top: Math.max(top, from), bottom: Math.min(bottom, to)};
  };
  const toasts = [...document.querySelectorAll('.toast')].map(shown);
  return [...document.querySelectorAll('button, a[href], input, select')].filter((one) => {
    const {left, right, top, bottom} = shown(one);
    const there = one.checkVisibility() && right > left && bottom > top && !one.closest('.toasts');
    return there && toasts.some((toast) =>
      left < toast.right && right > toast.left && top < toast.bottom && bottom > toast.top);
  }).map((one) => one.getAttribute('aria-label') ?? one.textContent);
}"""


def following(page: Page) -> list[str]:
    """The songs that come next, in order."""
    return [re.sub(r"^Play\s+", "", name) for name in page.locator("ol .name").all_inner_texts()]


def handle(page: Page, song: str) -> Locator:
    return page.get_by_role("button", name=f"Move {song}", exact=True)


def small(controls: Locator) -> list[tuple[str, float, float]]:
    """Those that a finger does not hit well, with how wide and high they are."""
    found = []
    for control in controls.all():
        box = control.bounding_box()
        if box and min(box["width"], box["height"]) < FINGER_PX - 0.5:
            named = (
                control.get_attribute("aria-label") or control.inner_text() or control.evaluate("e => e.type")
            )
            found.append((named, box["width"], box["height"]))
    return found


def queue_of(page: Page, songs: int) -> None:
    """Play a list of so many songs, in which each of the library's comes again and again."""
    numbers = [1 + number % len(TITLES) for number in range(songs)]
    made = send(page, "POST", "/playlists", {"name": f"{songs} songs", "track_ids": numbers})
    page.goto(page.url.split("#")[0] + f"#/playlists/{made['id']}")
    page.get_by_role("list", name=f"{songs} songs").get_by_role(
        "button", name=re.compile("^Play")
    ).first.click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.goto(page.url.split("#")[0] + "#/now")
    send(page, "DELETE", f"/playlists/{made['id']}")


@pytest.mark.parametrize("pressed", ["b", "o"])
def test_undo_of_a_ban_or_not_now_brings_back_the_song_and_its_place(open_page, pressed) -> None:
    page = open_page()
    say(page, "calm")
    song = playing(page)
    rest = following(page)
    page.keyboard.press("Escape")
    position(page).fill("12")
    until(page, "+document.querySelector('.wave input').value > 12")
    position(page).evaluate("slider => slider.blur()")
    page.keyboard.press(pressed)
    expect(title(page)).not_to_have_text(song)
    page.keyboard.press("u")
    expect(title(page)).to_have_text(song)
    playing(page)
    until(page, "+document.querySelector('.wave input').value >= 12")
    assert following(page) == rest
    found = api(page, f"/tracks?q={song}")["tracks"][0]
    assert (found["rating"], found["not_now_until"]) == (None, None)


def test_undo_of_a_ban_puts_a_song_back_among_those_that_follow(open_page) -> None:
    page = open_page()
    say(page, "calm")
    song = playing(page)
    rest = following(page)
    page.get_by_role("button", name="Next song").click()
    expect(title(page)).to_have_text(rest[0])
    page.goto(page.url.split("#")[0] + "#/library")
    page.get_by_role("button", name=f"More for {rest[2]}").click()
    page.get_by_role("dialog").get_by_role("button", name="Never play again").click()
    expect(page.get_by_role("status")).to_contain_text(f"“{rest[2]}” will not be played again")
    page.get_by_role("link", name="Now", exact=True).click()
    assert following(page) == [rest[1], *rest[3:]]
    page.get_by_role("button", name="Undo").last.click()
    until(page, "document.querySelectorAll('ol .name').length === 4")
    assert following(page) == rest[1:]
    assert title(page).inner_text() == rest[0] != song  # what plays is not disturbed


def test_the_focus_does_not_go_with_a_toast(open_page) -> None:
    page = open_page()
    say(page, "calm")
    playing(page)
    like = page.get_by_role("article").get_by_role("button", name=re.compile("^Like"))
    page.get_by_role("button", name="Undo").focus()  # of the feeling
    page.get_by_role("article").get_by_role("button", name="Lyrics").focus()
    page.keyboard.press("h")
    expect(like).to_have_attribute("aria-pressed", "true")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_have_count(2)
    undo.last.focus()
    page.keyboard.press("Enter")
    expect(like).to_have_attribute("aria-pressed", "false")
    expect(undo).to_have_count(1)
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(undo).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")


def test_single_keys_can_be_turned_off_and_stay_so(open_page) -> None:
    page = open_page()
    say(page, "calm")
    song = playing(page)
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    sheet.get_by_role("checkbox", name="Single-key shortcuts").uncheck()
    assert barriers(page) == []
    sheet.get_by_role("button", name="Close").click()
    for off in (False, True):
        if off:
            page.reload()
            expect(title(page)).to_have_text(song)
        for key in ("b", "n", "h", "u", "?", "1", "+"):
            page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert title(page).inner_text() == song
        assert api(page, f"/tracks?q={song}")["tracks"][0]["rating"] is None
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")  # no letter: it plays on
    playing(page)
    page.goto(page.url.split("#")[0] + "#/settings")
    page.get_by_role("checkbox", name="Single-key shortcuts").check()
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Sound on")).to_be_visible()


def test_play_chooses_songs_where_none_is_queued(open_page) -> None:
    page = open_page()
    page.get_by_role("button", name="Play", exact=True).click()  # nothing was said or read: by taste alone
    playing(page)
    say(page, "sad")
    expect(page.get_by_text("You said: sad").first).to_be_visible()
    other = open_page()  # another device of the same listener
    expect(other.get_by_role("heading", name="You said: sad")).to_be_visible()
    expect(other.get_by_text("Nothing plays", exact=True)).to_be_visible()
    with other.expect_response("**/api/v1/queue") as asked:
        other.get_by_role("button", name="Play", exact=True).click()
    playing(other)
    assert asked.value.json()["feeling"]["mood"] == "sad"


def test_shuffle_and_the_end_of_the_song_outlast_a_reload(open_page) -> None:
    page = open_page()
    say(page, "calm")
    song = playing(page)
    before = following(page)
    page.get_by_role("button", name="Shuffle").click()
    while following(page) == before:  # one time in 120 chance leaves them as they are
        page.get_by_role("button", name="Shuffle").click(click_count=2)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("combobox", name="Sleep timer").select_option("end")
    page.reload()
    expect(page.get_by_role("button", name="Sleep timer: after this song")).to_be_visible()
    page.get_by_role("button", name="Shuffle", pressed=True).click()
    assert following(page) == before
    assert title(page).inner_text() == song


def test_arrow_keys_wind_a_song_by_five_seconds(open_page) -> None:
    page = open_page()
    say(page, "calm")
    playing(page)
    page.get_by_role("contentinfo").get_by_role("button", name="Pause").click()
    slider = position(page)
    at = float(slider.input_value())
    slider.press("ArrowRight")
    assert float(slider.input_value()) == pytest.approx(at + 5, abs=0.2)
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    assert float(slider.input_value()) == pytest.approx(max(0, at - 5), abs=0.2)
    slider.press("End")
    assert float(slider.input_value()) == pytest.approx(SONG_S - 5, abs=0.2)
    expect(slider).to_have_attribute("aria-valuetext", "25 seconds of 30 seconds")
    slider.press("Home")
    assert float(slider.input_value()) == 0


def test_the_whole_queue_can_be_seen_and_a_removed_song_leaves_the_focus_to_the_next(open_page) -> None:
    page = open_page()
    queue_of(page, 19)
    assert len(following(page)) == 12
    page.get_by_role("button", name="Show 6 more").click()
    assert len(following(page)) == 18
    lines = page.get_by_role("list", name="Up next").get_by_role("listitem")
    expect(lines.nth(12).get_by_role("button").nth(1)).to_be_focused()
    expect(page.get_by_role("button", name=re.compile("^Show"))).to_have_count(0)
    before = following(page)
    lines.nth(3).get_by_role("button", name=re.compile("^Remove")).press("Enter")
    assert following(page) == before[:3] + before[4:]
    expect(lines.nth(3).get_by_role("button", name=re.compile("^Remove"))).to_be_focused()
    lines.nth(16).get_by_role("button", name=re.compile("^Remove")).press("Enter")
    expect(lines.nth(15).get_by_role("button", name=re.compile("^Remove"))).to_be_focused()


def test_the_queue_is_put_in_order_by_keyboard(open_page) -> None:
    page = open_page()
    say(page, "calm")
    playing(page)
    a, b, c, d, e = following(page)
    handle(page, a).press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert following(page) == [b, c, a, d, e]
    expect(handle(page, a)).to_be_focused()
    page.keyboard.press("Space")
    assert following(page) == [b, c, a, d, e]
    expect(page.get_by_text(f"{a} put down as number 3.")).to_be_attached()
    handle(page, e).press("Space")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    assert following(page) == [b, c, a, d, e]
    expect(handle(page, e)).to_be_focused()
    page.keyboard.press("Delete")
    assert following(page) == [b, c, a, d]
    expect(handle(page, d)).to_be_focused()
    page.get_by_role("button", name="Next song").click()
    expect(title(page)).to_have_text(b)
    page.reload()
    expect(title(page)).to_have_text(b)
    assert following(page) == [c, a, d]


def test_the_queue_is_put_in_order_by_dragging(open_page) -> None:
    page = open_page()
    say(page, "calm")
    playing(page)
    a, b, c, d, e = following(page)
    handle(page, d).scroll_into_view_if_needed()
    start, end = handle(page, d).bounding_box(), handle(page, a).bounding_box()
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 10, end["y"] + 20, steps=8)
    page.mouse.up()
    assert following(page) == [d, a, b, c, e]


def test_why_a_song_comes_next_is_there_to_read(open_page) -> None:
    page = open_page()
    say(page, "calm")
    playing(page)
    for line in page.locator("ol .line").all():
        assert line.get_attribute("title") == line.locator(".why").inner_text() != ""
        style = line.locator(".why").evaluate("e => [getComputedStyle(e).whiteSpace, e.clientHeight]")
        assert style[0] == "normal"


def test_a_phone_has_every_control_large_enough_for_a_finger(open_page) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    say(page, "calm")
    song = playing(page)
    assert small(page.get_by_role("article").locator("button, a, input")) == []
    assert small(page.locator("ol button")) == []
    assert small(page.get_by_role("contentinfo").locator("button, a")) == []
    cross = page.get_by_role("button", name=re.compile("^Remove: ")).first
    assert cross.evaluate("cross => getComputedStyle(cross).opacity") == "1"
    page.get_by_role("button", name="More", exact=True).click()
    drawer = page.get_by_role("group", name="More", exact=True)
    expect(drawer.get_by_role("button", name="Keyboard shortcuts")).to_have_count(0)
    assert (
        small(drawer.locator("button, input:not([type=checkbox]), select, label:has(input[type=checkbox])"))
        == []
    )
    assert barriers(page) == []
    drawer.get_by_role("button", name="10 seconds forward").tap()
    until(page, "+document.querySelector('.wave input').value >= 10")
    drawer.get_by_role("button", name="Shuffle").tap()
    expect(drawer.get_by_role("button", name="Shuffle", pressed=True)).to_be_visible()
    drawer.get_by_role("button", name="Repeat: Repeat is off").tap()
    expect(drawer.get_by_role("button", name="Repeat: Repeats the list")).to_be_visible()
    drawer.get_by_role("slider", name="Volume").fill("0.3")
    drawer.get_by_role("button", name="Mute").tap()
    expect(drawer.get_by_role("button", name="Sound on")).to_be_visible()
    drawer.get_by_role("button", name="Previous song").tap()
    until(page, "+document.querySelector('.wave input').value < 5")
    assert title(page).inner_text() == song


def test_on_a_phone_toasts_lie_over_no_control(open_page) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    say(page, "calm")
    playing(page)
    like = page.get_by_role("article").get_by_role("button", name=re.compile("^Like"))
    like.evaluate("e => e.scrollIntoView({block: 'end'})")
    like.tap()
    expect(page.get_by_role("button", name="Undo")).to_have_count(2)
    page.wait_for_timeout(600)  # it has risen
    assert page.evaluate(UNDER_TOASTS) == []
    page.get_by_role("button", name="More", exact=True).tap()
    assert page.evaluate(UNDER_TOASTS) == []  # nor do they lie over what the bar opens
    end = page.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
    box = like.bounding_box()
    assert box["y"] + box["height"] <= end + 0.5  # what was just pressed is still there to press
    page.keyboard.press("Escape")
    like.tap()  # and other tests find the song as it was
    expect(like).to_have_attribute("aria-pressed", "false")


def test_songs_without_a_cover_are_no_errors_and_show_an_icon_on_the_lock_screen(open_page) -> None:
    page = open_page(service_workers="block")
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", hear)
    artwork = "navigator.mediaSession.metadata?.artwork[0].src.replace(location.origin, '')"
    say(page, "calm")
    playing(page)
    until(page, "[...document.images].every(one => one.complete)")
    page.goto(page.url.split("#")[0] + "#/library")
    expect(page.get_by_role("button", name=re.compile("^Play ")).first).to_be_visible()
    page.wait_for_timeout(500)
    assert complaints == []
    assert page.evaluate(artwork) == "/icon-512.png"

    def cover(route: Route) -> None:
        route.fulfill(status=200, content_type="image/png", body=PIXEL)

    page.route(re.compile("/cover"), cover)
    page.reload()
    until(page, f"/^.api.v1.tracks.[0-9]+.cover/.test({artwork})")


@pytest.mark.parametrize(("motion", "glides"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_words_jump_rather_than_glide_where_no_motion_is_wanted(open_page, motion, glides) -> None:
    page = open_page(reduced_motion=motion)
    page.evaluate(
        "() => { Element.prototype.scrollTo = function (how) {"
        " if (this.matches('.lyrics'))"
        " window.scrolled = how.behavior ?? getComputedStyle(this).scrollBehavior } }"
    )
    say(page, "calm")
    if playing(page) != TITLES[0]:
        page.get_by_role("button", name=re.compile(f"^Play {TITLES[0]}")).click()
    page.get_by_role("article", name=TITLES[0]).get_by_role("button", name="Lyrics").click()
    until(page, "window.scrolled === " + repr(glides))
