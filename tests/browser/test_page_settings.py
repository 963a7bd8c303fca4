"""Settings: how songs are chosen, what was learned, histories, and training by folder upload."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from stage import TITLES, api, send, until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page, Route


LONGEST_TRAINING_MS = 600_000


def effect(page: Page) -> list[str]:
    """The songs beside the sliders."""
    return page.locator(".effect ol li .names").all_inner_texts()


def test_a_weight_shows_what_it_changes_at_once(open_page) -> None:
    page = open_page(path="#/settings/choosing")
    expect(page.locator(".effect ol li .names").first).to_be_visible()
    mood = page.get_by_role("slider", name="its mood fits")
    expect(mood).to_have_value("8")
    with page.expect_response("**/api/v1/queue"):
        mood.fill("0")
    until(page, "fetch('/api/v1/me/settings/steering').then(r => r.json()).then(s => s.weights.mood === 0)")
    assert len(effect(page)) == len(TITLES)
    page.get_by_role("button", name="Reset all of it").click()
    expect(mood).to_have_value("8")


def test_a_policy_shows_its_table_and_ones_own_can_be_set(open_page) -> None:
    page = open_page(path="#/settings/choosing")
    page.get_by_role("radio", name="Calm").check()
    page.get_by_text("How much of each mood for each emotion").first.click()
    sad = page.get_by_role("row", name=re.compile("^sad"))
    expect(sad).to_contain_text("60%")  # tender
    expect(sad).to_contain_text("40%")  # calm
    page.get_by_role("radio", name="My own").check()
    page.get_by_role("slider", name="sad: energetic").fill("0.7")
    expect(sad).to_contain_text("100%")  # of what was asked for; a row is shared out whole
    until(
        page,
        "fetch('/api/v1/me/settings/steering').then(r => r.json())"
        ".then(({table}) => table.sad?.energetic > 0 && !table.sad.tender)",
    )
    page.get_by_role("button", name="Reset all of it").click()
    expect(page.get_by_role("radio", name="Match")).to_be_checked()


def test_what_another_device_chose_before_the_server_was_heard_is_caught_up_with(open_page) -> None:
    page = open_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/events", hold)
    with page.expect_response("**/api/v1/me/settings"):
        page.reload()
    theme = page.locator("html")
    expect(theme).to_have_attribute("data-theme", "light")
    send(page, "PATCH", "/me/settings", {"theme": "dark"})
    held.pop().continue_()
    expect(theme).to_have_attribute("data-theme", "dark")


def test_what_was_learned_is_shown_and_forgotten_one_by_one(open_page, house: str) -> None:
    page = open_page(at=house)
    send(page, "PUT", "/tracks/1/rating", {"rating": "like"})
    send(page, "PUT", "/tracks/2/label", {"mood": "tender"})
    page.goto(f"{house}/#/settings/learned")
    expect(page.get_by_role("heading", name="What you said of songs")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Forget: You like")).click()
    expect(page.get_by_role("heading", name="What you said of songs")).to_have_count(0)
    assert api(page, "/tracks/1")["rating"] is None
    assert api(page, "/tracks/2")["labelled"]
    page.get_by_role("button", name="Forget all of it").click()
    page.get_by_role("alert").get_by_role("button", name="Forget all of it").click()
    expect(page.get_by_text("Nothing yet")).to_be_visible()
    assert not api(page, "/tracks/2")["labelled"]


def test_a_history_is_brought_in_told_of_and_taken_back(open_page, tmp_path: Path) -> None:
    page = open_page(path="#/settings/learned", service_workers="block")
    file = tmp_path / "scrobbles.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["uts", "utc_time", "artist", "album", "track"])
        rows.writerow(["1700000000", "14 Nov 2023, 22:13", "Nobody Known", "", "Not There"])
    page.get_by_label(re.compile("Choose an export")).set_input_files(file)
    expect(page.get_by_text("0 of 1 plays are of songs that you have.")).to_be_visible()
    page.get_by_text("1 song that you have not").click()
    expect(page.get_by_text("Nobody Known – Not There")).to_be_visible()
    done = {"id": 7, "file": "scrobbles.csv", "source": "Last.fm", "listens": 12}
    given = [{**done, "imported_at": "2026-11-25T10:00:00Z"}]
    page.route("**/api/v1/me/imports", lambda route: route.fulfill(json=given))
    page.route("**/api/v1/me/imports/7", lambda route: (given.clear(), route.fulfill(json={"done": 12})))
    page.reload()
    page.get_by_role("button", name="Take back: scrobbles.csv").click()
    expect(page.get_by_role("status").last).to_contain_text("12 listens are taken back")
    expect(page.get_by_role("button", name="Take back: scrobbles.csv")).to_have_count(0)


def test_ones_own_export_is_saved_and_brought_in_again(open_page, house: str, tmp_path: Path) -> None:
    page = open_page(at=house, path="#/settings/learned", service_workers="block")
    send(page, "PUT", "/tracks/1/rating", {"rating": "like"})
    send(page, "POST", "/playlists", {"name": "Evenings", "track_ids": [2, 1]})
    with page.expect_download() as saved:
        page.get_by_role("link", name="Export").click()
    file = tmp_path / "mien.json"
    saved.value.save_as(file)
    send(page, "DELETE", "/me/learned")
    send(page, "DELETE", "/playlists/1")
    choose = page.get_by_label(re.compile("Choose an export"))
    choose.set_input_files(file)
    expect(page.get_by_text("New here: 1 rating, 0 corrected moods, 0 wishes.")).to_be_visible()
    expect(page.get_by_text("Playlists made: Evenings.")).to_be_visible()
    assert api(page, "/tracks/1")["rating"] == "like"
    file.write_text(file.read_text()[:-40])
    choose.set_input_files(file)
    expect(page.get_by_text("The file is a damaged export of Mien: export it again")).to_be_visible()
    assert api(page, "/tracks/1")["rating"] == "like"


def folder_of_pictures(at: Path) -> Path:
    for label, shade in (("happy", 200), ("Sadness", 60)):
        (at / label).mkdir(parents=True)
        for n in range(3):
            Image.new("L", (48, 48), shade + n).save(at / label / f"{n}.png")
    (at / "bored").mkdir()
    Image.new("L", (48, 48)).save(at / "bored" / "x.png")
    (at / "happy" / "notes.txt").write_text("no picture")
    (at / "happy" / "broken.png").write_bytes(b"this is no picture")
    return at


def test_labelled_pictures_are_sent_only_after_consent_and_trained_on(
    open_page, house: str, tmp_path: Path
) -> None:
    page = open_page(at=house, path="#/settings/training", service_workers="block")
    sent: list[str] = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    page.route("**/trainings/*/run", lambda route: route.fulfill(status=202, json={}))  # that takes minutes
    page.get_by_label("Choose a folder").set_input_files(folder_of_pictures(tmp_path / "faces"))
    expect(page.get_by_text("7 files")).to_be_visible()
    expect(page.get_by_text("Not used, as these folders are no labels: bored (1)")).to_be_visible()
    start = page.get_by_role("button", name="Send and train")
    expect(start).to_be_disabled()
    assert sent == []
    page.get_by_role("checkbox", name=re.compile("sent to my own server")).check()
    start.click()
    expect(page.get_by_text("1 file was left out")).to_be_visible()
    (training,) = api(page, "/trainings")["trainings"]
    assert (training["network"], training["files"]) == ("emotion", {"happy": 3, "sad": 3})
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("stopped", exact=True)).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Trainings")).to_have_count(0)


@pytest.mark.training
def test_a_whole_training_from_the_choice_of_a_folder_to_its_report(
    open_page, house: str, tmp_path: Path
) -> None:
    page = open_page(at=house, path="#/settings/training", service_workers="block")
    page.get_by_label("Choose a folder").set_input_files(drawn_faces(tmp_path / "faces"))
    page.get_by_role("checkbox", name=re.compile("sent to my own server")).check()
    page.get_by_role("button", name="Send and train").click()
    expect(page.get_by_text("training", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile(r"Pass \d+ of 30"))).to_be_visible(timeout=LONGEST_TRAINING_MS)
    report = page.get_by_role("link", name="Open the report")
    expect(report).to_be_visible(timeout=LONGEST_TRAINING_MS)
    expect(page.get_by_text("done", exact=True)).to_be_visible()
    with page.expect_popup() as opened:
        report.click()
    expect(opened.value.get_by_role("heading").first).to_be_visible()
    for told in ("happy", "sad", "confusion"):
        expect(opened.value.get_by_text(re.compile(told, re.IGNORECASE)).first).to_be_attached()
    assert list((tmp_path / "home").rglob("*.png")) == []  # what was sent is deleted
    assert list((tmp_path / "home").rglob("*.onnx"))


def drawn_faces(at: Path) -> Path:
    """Mouths that point up and mouths that point down."""
    for label, turned in (("happy", 0), ("sad", 180)):
        (at / label).mkdir(parents=True)
        for n in range(6):
            face = Image.new("L", (64, 64), 150 + 5 * n)
            pen = ImageDraw.Draw(face)
            pen.arc((16 + n % 3, 32, 48, 56), turned, turned + 180, fill=20, width=3)
            for left in (18, 40):
                pen.ellipse((left + n % 3, 18, left + 6, 25), fill=20)
            face.save(at / label / f"{n}.png")
    return at


def test_a_training_shows_how_far_it_is_and_its_report(open_page) -> None:
    page = open_page(service_workers="block")
    run = {
        "id": "0" * 16, "network": "mood", "state": "running", "files": {"happy": 40, "sad": 40},
        "size_bytes": 1, "begun_at": "2026-11-25T10:00:00Z", "error": None, "has_report": False,
        "log": ["epoch 3/30  loss 1.2"],
    }  # fmt: skip
    given = {"possible": True, "trainings": [run]}
    page.route("**/api/v1/trainings", lambda route: route.fulfill(json=given))
    page.goto(page.url.split("#")[0] + "#/settings/training")
    expect(page.get_by_text("Pass 4 of 30")).to_be_visible()
    run.update(state="done", has_report=True)
    expect(page.get_by_role("link", name="Open the report")).to_be_visible()  # without being asked


def test_a_server_that_cannot_train_says_what_it_lacks(open_page) -> None:
    page = open_page(service_workers="block")
    given = {"possible": False, "trainings": []}
    page.route("**/api/v1/trainings", lambda route: route.fulfill(json=given))
    page.goto(page.url.split("#")[0] + "#/settings/training")
    expect(page.get_by_text("pip install 'mien[train]'")).to_be_visible()
    expect(page.get_by_role("button", name="Send and train")).to_have_count(0)


def test_a_table_that_is_not_made_yet_is_missed_in_words(open_page, house: str) -> None:
    page = open_page(at=house)
    send(page, "PATCH", "/me/settings/steering", {"policy": "own"})
    page.goto(f"{house}/#/settings/choosing")
    page.reload()
    expect(page.get_by_text("no table of your own yet").first).to_be_visible()
    expect(page.get_by_text("Loading…")).to_have_count(0)
