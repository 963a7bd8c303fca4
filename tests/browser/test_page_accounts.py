"""Accounts: a password, a second listener, signing in, and that nobody sees what is another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect
from stage import api, playing, send

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

MINE, HERS = "a long enough one", "another long one"


def set_password(page: Page, password: str) -> None:
    page.get_by_role("link", name="Account").click()
    page.get_by_label("The new password").fill(password)
    page.get_by_label("Once more").fill(password)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").last).to_contain_text("The new password holds")


def let_in(page: Page, name: str, password: str) -> None:
    page.get_by_role("link", name="Listeners").click()
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_label("A first password").fill(password)
    page.get_by_role("button", name="Let somebody in").click()
    expect(page.get_by_role("combobox", name=f"What {name} may do")).to_have_value("listener")


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def owner(page: Page) -> str:
    """The name of who is signed in."""
    return str(send(page, "GET", "/session")["listener"]["name"])


def test_a_second_listener_signs_in_and_sees_nothing_of_the_first(open_page, house: str) -> None:
    page = open_page(at=house, path="#/settings/listeners")
    expect(page.get_by_role("link", name="Set a password")).to_be_visible()
    set_password(page, MINE)
    let_in(page, "Ada", HERS)
    send(page, "POST", "/playlists", {"name": "Mine alone", "track_ids": [1, 2]})
    send(page, "PUT", "/tracks/1/rating", {"rating": "like"})
    even = dict.fromkeys(("angry", "disgust", "fear", "sad", "surprise", "neutral"), 0.05)
    reading = {"probabilities": {**even, "happy": 0.7}, "certain": True, "frames": 5}
    assert send(page, "POST", "/readings", reading)["emotion"] == "happy"

    other = open_page(at=house)
    expect(other.get_by_role("heading", name="Welcome back")).to_be_visible()
    assert send(other, "GET", "/playlists")["status"] == 401
    sign_in(other, "Ada", "not the right one")
    expect(other.get_by_role("alert")).to_contain_text("do not belong together")
    sign_in(other, "Ada", HERS)
    expect(other.get_by_role("heading", name="How is it going?")).to_be_visible()
    other.goto(f"{house}/#/playlists")
    expect(other.get_by_text("No playlist yet")).to_be_visible()
    other.goto(f"{house}/#/journal")
    expect(other.get_by_text("Nothing yet")).to_be_visible()
    other.goto(f"{house}/#/settings/learned")
    expect(other.get_by_text("Nothing yet")).to_be_visible()
    expect(other.get_by_role("link", name="Listeners")).to_have_count(0)  # no admin
    assert send(other, "GET", "/listeners")["status"] == 403
    assert api(other, "/tracks")["tracks"][0]["rating"] is None
    assert len(api(page, "/readings")) == 1  # and the first still has it

    page.reload()
    page.goto(f"{house}/#/settings/listeners")
    page.get_by_role("button", name="Remove: Ada").click()
    page.get_by_role("alert").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("combobox", name="What Ada may do")).to_have_count(0)
    other.reload()
    expect(other.get_by_role("heading", name="Welcome back")).to_be_visible()


def test_wrong_passwords_make_the_next_try_wait(open_page, house: str) -> None:
    page = open_page(at=house, path="#/settings/account")
    set_password(page, MINE)
    let_in(page, "Ada", HERS)
    page.get_by_role("link", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    for _ in range(12):
        sign_in(page, "Ada", "wrong and long enough")
        alert = page.get_by_role("alert")
        expect(alert).to_be_visible()
        expect(page.get_by_role("button", name="Sign in")).to_be_enabled()
        if "Too many tries" in alert.inner_text():
            break
    expect(page.get_by_role("alert")).to_contain_text("Too many tries. Wait")


def test_a_changed_password_signs_other_devices_out(open_page, house: str) -> None:
    page = open_page(at=house, path="#/settings/account")
    set_password(page, MINE)
    let_in(page, "Ada", HERS)
    there = open_page(at=house)
    sign_in(there, "Ada", HERS)
    here = open_page(at=house)
    sign_in(here, "Ada", HERS)
    here.goto(f"{house}/#/settings/account")
    expect(here.get_by_text("this device", exact=True)).to_be_visible()
    expect(here.get_by_role("button", name="End", exact=True)).to_have_count(1)
    here.get_by_label("The password until now").fill(HERS)
    here.get_by_label("The new password").fill("a third long one")
    here.get_by_label("Once more").fill("a third long two")
    expect(here.get_by_text("The two are not the same")).to_be_visible()
    here.get_by_label("Once more").fill("a third long one")
    here.get_by_role("button", name="Save").click()
    expect(here.get_by_role("button", name="End", exact=True)).to_have_count(0)
    there.reload()
    expect(there.get_by_role("heading", name="Welcome back")).to_be_visible()


def test_when_the_session_ends_camera_and_music_end_and_nothing_stays(
    open_page, house: str, smiling: Path
) -> None:
    page = open_page(smiling, at=house, path="#/settings/account")
    send(page, "PATCH", "/me/settings", {"camera": "continuous"})
    set_password(page, MINE)
    page.get_by_role("link", name="Now").click()
    page.reload()
    page.get_by_role("button", name="Keep looking").click()
    page.get_by_role("button", name="I understand, look").click()
    expect(page.get_by_role("heading", name="A happy expression")).to_be_visible(timeout=90_000)
    playing(page)
    page.get_by_role("link", name="Journal").click()
    expect(page.get_by_role("button", name="Camera on")).to_be_visible()

    there = open_page(at=house)
    sign_in(there, owner(page), MINE)
    expect(there.get_by_role("heading", name="How is it going?")).to_be_visible()
    assert there.evaluate("fetch('/api/v1/me/sessions', {method: 'DELETE'}).then(r => r.ok)")

    expect(page.get_by_role("heading", name="Welcome back")).to_be_visible(timeout=60_000)
    assert page.evaluate("[...document.querySelectorAll('audio, video')].every(one => one.paused)")
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert '"kind":"face"' not in kept.replace("\\", "")
    assert "Amber" not in kept
    assert page.evaluate("localStorage.getItem('mien.listener')") is None


def test_consent_to_the_camera_is_each_listeners_own(open_page, house: str, smiling: Path) -> None:
    page = open_page(smiling, at=house, path="#/settings/account")
    set_password(page, MINE)
    let_in(page, "Ada", HERS)
    page.get_by_role("link", name="Now").click()
    page.get_by_role("button", name="Look at me").click()
    page.get_by_role("button", name="I understand, look").click()
    expect(page.get_by_role("heading", name="A happy expression")).to_be_visible(timeout=90_000)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "Ada", HERS)
    page.get_by_role("link", name="Now").click()
    page.get_by_role("button", name="Look at me").click()
    expect(page.get_by_role("dialog")).to_contain_text("Everyone in view must know")
    expect(page.get_by_role("figure", name="What the camera sees")).to_have_count(0)
