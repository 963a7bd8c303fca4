"""The player: tabs that agree, songs that need converting, words, sleep, speed, media keys, and wishes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from stage import SONG_S, TITLES, WORDS, api, playing, position, say, send, title, until

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

# The page's players are no part of its document: this keeps them at hand.
KEEP_AUDIO = """
window.players = [];
window.Audio = new Proxy(window.Audio, {
  construct(kind, given) {
    const made = new kind(...given);
    window.players.push(made);
    return made;
  },
});
"""
KEEP_HANDLERS = """
window.handlers = {};
navigator.mediaSession.setActionHandler = (name, then) => (window.handlers[name] = then);
"""


def start(page: Page, song: str) -> None:
    """Play a song of the queue for now."""
    say(page, "calm")
    if playing(page) != song:
        page.get_by_role("button", name=re.compile(f"^Play {song}")).click()
    expect(title(page)).to_have_text(song)
    playing(page)


def test_two_tabs_do_not_play_at_once_and_sound_alike(open_page) -> None:
    page = open_page()
    say(page, "calm")
    song = playing(page)
    other = open_page(beside=page)
    expect(other.get_by_text("Plays in another tab")).to_be_visible()
    expect(title(other)).to_have_text(song)
    other.get_by_role("button", name="Play", exact=True).click()
    playing(other)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(page.get_by_text("The music plays on in another tab")).to_be_visible()
    other.get_by_role("button", name="Mute").click()
    expect(page.get_by_role("button", name="Sound on")).to_be_visible()
    other.close()
    expect(page.get_by_text("Plays in another tab")).to_have_count(0)


def test_what_is_chosen_in_one_tab_holds_in_the_other(open_page) -> None:
    page = open_page(path="#/settings")
    other, elsewhere = open_page(beside=page), open_page()
    assert other.evaluate("document.documentElement.dataset.theme") == "light"
    page.get_by_role("button", name="Dark", exact=True).click()
    until(other, "document.documentElement.dataset.theme === 'dark'")
    until(elsewhere, "document.documentElement.dataset.theme === 'dark'")  # on another device too


def test_another_listener_of_this_browser_sees_nothing_of_the_one_before(open_page) -> None:
    page = open_page()
    say(page, "calm")
    playing(page)
    page.evaluate("localStorage.setItem('mien.listener', 'somebody else')")
    page.reload()
    expect(page.get_by_text("Nothing plays", exact=True)).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)


def test_a_song_that_the_browser_cannot_play_comes_converted_and_can_be_wound(open_page) -> None:
    page = open_page(service_workers="block")  # what goes through one cannot be put in another's place
    asked: list[str] = []

    def unknown(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=200, content_type="audio/x-ms-wma", body=b"no browser plays this")

    def slow(route: Route) -> None:
        """So far the stream has come when the slider is pressed."""
        whole = route.fetch()
        body = whole.body()
        route.fulfill(response=whole, body=body[: len(body) // 2])

    page.route(re.compile(r"/tracks/\d+/audio$"), unknown)
    page.route(re.compile(r"as=opus&start_s=0\.00$"), slow)
    page.on("request", lambda request: "as=opus" in request.url and asked.append(request.url))
    say(page, "calm")
    playing(page)
    until(page, "+document.querySelector('.wave input').value > 0.5")
    assert float(position(page).get_attribute("max")) == SONG_S
    assert any(url.endswith("as=opus&start_s=0.00") for url in asked)
    position(page).fill("20")
    until(page, "+document.querySelector('.wave input').value > 20.5")
    assert any(url.endswith("as=opus&start_s=20.00") for url in asked)
    expect(page.get_by_text("This song cannot be played")).to_have_count(0)


def test_words_follow_the_song_and_lead_through_it(open_page) -> None:
    page = open_page()
    start(page, TITLES[0])
    page.get_by_role("button", name="Lyrics").click()
    words = page.get_by_role("group", name="Lyrics")
    expect(words.locator("[aria-current]")).to_have_text("Amber light")
    words.get_by_role("button", name="Play from “and out of the door”").click()
    expect(words.locator("[aria-current]")).to_have_text("and out of the door")
    until(page, "+document.querySelector('.wave input').value >= 16")


def test_words_in_the_file_itself_are_shown(open_page) -> None:
    page = open_page()
    start(page, TITLES[1])
    page.get_by_role("button", name="Lyrics").click()
    words = page.get_by_role("group", name="Lyrics")
    for line in WORDS.splitlines():
        expect(words.get_by_text(line)).to_be_visible()
    expect(words.get_by_role("button")).to_have_count(0)  # it is not known when they are sung


def test_previous_begins_anew_and_then_goes_back(open_page) -> None:
    page = open_page()
    say(page, "calm")
    first = playing(page)
    page.get_by_role("button", name="Next song").first.click()
    expect(title(page)).not_to_have_text(first)
    second = playing(page)
    position(page).fill("12")
    until(page, "+document.querySelector('.wave input').value >= 12")
    page.get_by_role("button", name="Previous song").click()
    until(page, "+document.querySelector('.wave input').value < 4")
    expect(title(page)).to_have_text(second)
    page.get_by_role("button", name="Previous song").click()
    expect(title(page)).to_have_text(first)
    playing(page)


def test_a_song_or_a_list_is_repeated_until_it_is_not(open_page) -> None:
    page = open_page(script=KEEP_AUDIO)
    send(page, "POST", "/playlists", {"name": "Two", "track_ids": [1, 2]})
    number = next(one["id"] for one in api(page, "/playlists") if one["name"] == "Two")
    page.goto(page.url.split("#")[0] + f"#/playlists/{number}")
    page.get_by_role("list", name="Two").get_by_role("button", name=re.compile("^Play")).nth(1).click()
    bar = page.get_by_role("contentinfo", name="Player")
    last = bar.get_by_text(api(page, "/tracks/2")["title"], exact=True)
    first = bar.get_by_text(api(page, "/tracks/1")["title"], exact=True)
    expect(last).to_be_visible()
    playing_now = page.get_by_role("button", name="Pause")
    expect(playing_now).to_be_visible()
    page.get_by_role("button", name="Repeat: Repeat is off").click()
    near_end(page)
    expect(first).to_be_visible()  # the list from its beginning
    page.get_by_role("button", name="Previous song").click()
    expect(last).to_be_visible()  # and from its beginning to its end
    page.get_by_role("button", name="Repeat: Repeats the list").click()
    near_end(page)
    until(page, "Math.min(...window.players.filter(p => !p.paused).map(p => p.currentTime)) < 5")
    expect(last).to_be_visible()  # the same song
    page.get_by_role("button", name="Repeat: Repeats this song").click()
    near_end(page)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()  # and then it is over


def near_end(page: Page) -> None:
    """Bring what plays to its last second."""
    until(page, "window.players.some(p => !p.paused && p.currentTime > 0.2)")
    page.evaluate(f"window.players.filter(p => !p.paused).forEach(p => p.currentTime = {SONG_S - 1})")


def test_the_sleep_timer_ends_with_the_song(open_page) -> None:
    page = open_page()
    say(page, "calm")
    song = playing(page)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("combobox", name="Sleep timer").select_option("end")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sleep timer: after this song")).to_be_visible()
    position(page).fill(str(SONG_S - 1))
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(title(page)).to_have_text(song)
    expect(page.get_by_role("button", name="Sleep timer: after this song")).to_have_count(0)


def test_the_sleep_timer_ends_after_its_minutes(open_page) -> None:
    page = open_page()
    say(page, "calm")
    playing(page)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("combobox", name="Sleep timer").select_option("15")
    expect(page.get_by_role("button", name="Sleep timer: 15 minutes left")).to_be_visible()
    page.evaluate("(real => { Date.now = () => real() + 16 * 60_000 })(Date.now.bind(Date))")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()  # grown silent, then paused


def test_speed_keeps_the_pitch_and_stays_for_the_next_song(open_page) -> None:
    page = open_page(script=KEEP_AUDIO)
    say(page, "calm")
    song = playing(page)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("slider", name="Speed").fill("2")
    rates = "window.players.filter(p => !p.paused).map(p => [p.playbackRate, p.preservesPitch])"
    assert page.evaluate(rates) == [[2, True]]
    page.get_by_role("button", name="Next song").click()
    expect(title(page)).not_to_have_text(song)
    until(page, f"JSON.stringify({rates}) === '[[2,true]]'")


def test_songs_fade_into_each_other(open_page) -> None:
    page = open_page(script=KEEP_AUDIO)
    say(page, "calm")
    song = playing(page)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("slider", name="Fade between songs").fill("6")
    position(page).fill(str(SONG_S - 8))
    until(page, "window.players.filter(p => !p.paused).length === 2")
    expect(title(page)).not_to_have_text(song)
    until(page, "window.players.filter(p => !p.paused).length === 1")


def test_the_next_song_is_loaded_before_this_one_ends(open_page) -> None:
    page = open_page(script=KEEP_AUDIO)
    say(page, "calm")
    song = playing(page)
    until(page, "window.players.filter(p => p.src && p.readyState >= 3).length === 2")
    position(page).fill(str(SONG_S - 2))
    expect(title(page)).not_to_have_text(song)
    playing(page)


def test_media_keys_and_the_lock_screen_know_the_song(open_page) -> None:
    page = open_page(script=KEEP_HANDLERS)
    say(page, "calm")
    song = playing(page)
    assert page.evaluate("navigator.mediaSession.metadata.title") == song
    page.evaluate("window.handlers.seekto({seekTime: 12})")
    until(page, "+document.querySelector('.wave input').value >= 12")
    page.evaluate("window.handlers.seekbackward({})")
    until(page, "+document.querySelector('.wave input').value < 6")
    page.evaluate("window.handlers.nexttrack()")
    expect(title(page)).not_to_have_text(song)
    page.evaluate("window.handlers.pause()")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    until(page, "navigator.mediaSession.playbackState === 'paused'")
    page.evaluate("window.handlers.play()")
    playing(page)


def test_more_like_this_is_wished_and_taken_back(open_page) -> None:
    page = open_page()
    say(page, "calm")
    song = playing(page)
    card = page.get_by_role("article")
    card.get_by_role("button", name="More like this").click()
    expect(card.get_by_role("button", name="More like this", pressed=True)).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text(f"sounds more like “{song}”")
    assert api(page, f"/tracks?q={song}")["tracks"][0]["wish"] == "more"
    assert title(page).inner_text() == song  # what plays is not stopped
    page.get_by_role("button", name="Undo").last.click()
    expect(card.get_by_role("button", name="More like this", pressed=False)).to_be_visible()
    assert api(page, f"/tracks?q={song}")["tracks"][0]["wish"] is None


def test_shuffle_can_be_undone(open_page) -> None:
    page = open_page()
    say(page, "calm")
    playing(page)
    following = page.get_by_role("listitem").get_by_role("button", name=re.compile("^Play "))
    before = following.all_inner_texts()
    assert len(before) == len(TITLES) - 1
    page.get_by_role("button", name="Shuffle").click()
    assert sorted(following.all_inner_texts()) == sorted(before)
    page.get_by_role("button", name="Shuffle").click()
    assert following.all_inner_texts() == before
