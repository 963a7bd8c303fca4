import io
import json
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from PIL import Image
from test_web_sleeves import picture, png_bomb

from mien.errors import ConfigurationError, NotFoundError, StoreError
from mien.sentences import say
from mien.web import trainings
from mien.web.certificates import certificate_for, own_addresses
from mien.web.roots import Roots

PREFIX = "/api/v1"


def wait_for(check, seconds=60.0):
    end = time.monotonic() + seconds
    while not (found := check()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def test_folders_are_picked_by_numbers_below_the_roots_only(tmp_path):
    root = tmp_path / "music"
    (root / "album").mkdir(parents=True)
    (root / ".hidden").mkdir()
    (root / "song.mp3").touch()
    (tmp_path / "secret").mkdir()
    (root / "leads out").symlink_to(tmp_path / "secret")
    roots = Roots([root])
    (place,) = roots.list(None).places
    listing = roots.list(place.id)
    assert ([p.name for p in listing.places], listing.here.songs, listing.parent) == (["album"], 1, None)
    inside = roots.list(listing.places[0].id)
    assert inside.parent == place.id
    assert roots.path(listing.places[0].id) == root / "album"
    for number in ("0" * 24, str(root), "../secret"):
        with pytest.raises(NotFoundError):
            roots.path(number)
    (root / "album").rename(root / "gone")
    (root / "album").symlink_to(tmp_path / "secret")
    with pytest.raises(NotFoundError):
        roots.path(listing.places[0].id)


def test_a_folder_is_added_scanned_and_its_problems_are_listed(client, mien, made):
    (root,) = client.get(f"{PREFIX}/library/places").json()["places"]
    assert client.post(f"{PREFIX}/library/scan").status_code == 409  # no folder yet
    (made / "music" / "broken.mp3").write_bytes(b"no song")
    try:
        added = client.post(f"{PREFIX}/library/folders", json={"place_id": root["id"]})
        assert added.status_code == 201
        assert client.post(f"{PREFIX}/library/scan").status_code == 202
        ended = wait_for(
            lambda: (
                client.get(f"{PREFIX}/library/scan").json()["state"] in {"done", "failed"}
                and client.get(f"{PREFIX}/library/scan").json()
            )
        )
        assert (ended["state"], ended["failed"], ended["error"]) == ("done", 1, None)
        assert ended["done"] == ended["total"] > 1
        (problem,) = client.get(f"{PREFIX}/library/problems").json()
        assert problem["path"].endswith("broken.mp3")
        why = "it is no audio format that Mien reads, or it is damaged"
        assert problem["reason"] == f"broken.mp3 cannot be read: {why}"
        fault = {"code": "song_unknown", "values": {}}
        values = {"file": "broken.mp3", "fault": fault}
        assert problem["reason_said"] == {"code": "song_not_read", "values": values}
    finally:
        (made / "music" / "broken.mp3").unlink()
    number = added.json()["id"]
    assert client.delete(f"{PREFIX}/library/folders/{number}").status_code == 200
    assert client.get(f"{PREFIX}/library/folders").json() == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StoreError(say("store_full", "the disk is full")), {"code": "store_full", "values": {}}),
        (ZeroDivisionError(), {"code": "defect", "values": {}}),
    ],
)
def test_why_a_whole_scan_failed_is_told_with_its_code(app, client, monkeypatch, error, said):
    def fail(_folders):
        raise error

    scanning = app.state.parts.scanning
    monkeypatch.setattr(scanning, "_mien", SimpleNamespace(plan_scan=fail))
    told = []
    monkeypatch.setattr(
        scanning, "_live", SimpleNamespace(tell=lambda name, data, **_: told.append((name, data)))
    )
    scanning.start([Path("/music")])
    scanning.close()
    scan = client.get(f"{PREFIX}/library/scan").json()
    assert (scan["state"], scan["error_said"]) == ("failed", said)
    (event,) = (data for name, data in told if name == "scan")
    assert (event["error"], event["error_said"], event.keys()) == (scan["error"], said, scan.keys())


def test_a_folder_that_cannot_be_listed_is_not_passed_over_in_silence(app, client, mien, tmp_path):
    mien.store.folders.add(tmp_path / "unplugged")
    client.post(f"{PREFIX}/library/scan")
    scan = wait_for(
        lambda: (found := client.get(f"{PREFIX}/library/scan").json())["state"] == "done" and found
    )
    assert "unplugged: cannot be opened: No such file or directory" in scan["error"]
    assert scan["error_said"]["code"] == "scan_unseen"
    assert scan["error_said"]["values"]["fault"]["values"]["fault"]["code"] == "os_missing"


def collect(client, label="happy", content=None, name="../../../etc/passwd.jpg"):
    begun = client.post(f"{PREFIX}/trainings", json={"network": "emotion", "consent": True}).json()
    files = [("files", (name, content if content is not None else picture()))]
    address = f"{PREFIX}/trainings/{begun['id']}/files"
    return begun["id"], client.post(address, params={"label": label}, files=files)


def test_pictures_for_training_need_consent(client):
    for consent in ({}, {"consent": False}):
        answer = client.post(f"{PREFIX}/trainings", json={"network": "emotion", **consent})
        assert answer.status_code == 422


def test_what_is_uploaded_is_checked_and_named_by_the_server(client, mien, monkeypatch):
    monkeypatch.setattr(trainings, "can_train", lambda: True)
    number, answer = collect(client)
    assert (answer.status_code, answer.json()["files"]) == (200, {"happy": 1})
    folder = mien.settings.home / "trainings" / number
    assert [str(f.relative_to(folder)) for f in folder.rglob("*.jpg")] == ["data/happy/000001.jpg"]
    assert client.post(f"{PREFIX}/trainings/{number}/run").status_code == 409  # one label only
    assert client.delete(f"{PREFIX}/trainings/{number}").status_code == 200
    assert not folder.exists()


def test_bombs_odd_labels_and_what_is_no_picture_are_refused(client, monkeypatch):
    monkeypatch.setattr(trainings, "can_train", lambda: True)
    assert collect(client, content=png_bomb())[1].status_code == 413
    assert collect(client, content=b"no picture")[1].status_code == 422
    assert collect(client, label="../happy")[1].status_code == 422
    assert client.get(f"{PREFIX}/trainings/{'0' * 16}").status_code == 404


def test_a_training_that_fails_says_so_and_its_pictures_are_deleted(client, mien, monkeypatch):
    monkeypatch.setattr(trainings, "can_train", lambda: True)
    monkeypatch.setattr(trainings.sys, "executable", "/bin/false")
    number, _ = collect(client)
    files = [("files", ("a.png", picture("PNG")))]
    client.post(f"{PREFIX}/trainings/{number}/files", params={"label": "sad"}, files=files)
    assert client.post(f"{PREFIX}/trainings/{number}/run").status_code == 202
    address = f"{PREFIX}/trainings/{number}"
    ended = wait_for(lambda: client.get(address).json()["state"] != "running" and client.get(address).json())
    assert (ended["state"], ended["error"], ended["has_report"]) == (
        "failed",
        "it ended without a word",
        False,
    )
    assert ended["error_said"] == {"code": "training_silent", "values": {}}
    data = mien.settings.home / "trainings" / number / "data"
    assert wait_for(lambda: not data.exists())
    assert client.get(f"{address}/report").status_code == 404


# How a program that trains ends: what it does, and what is told of it.
FAULT = '{"code": "data_one_class", "english": "{file}: one class", "values": {"file": "x"}}'
ENDS = [
    (f"echo '{FAULT}' > \"$F\"; exit 1", "x: one class", "data_one_class"),
    ("echo half > $F; echo one; echo MemoryError; exit 1", "it broke down: MemoryError", "training_broke"),
    ("kill -9 $$", "it was ended from outside (signal 9)", "training_killed"),
]


@pytest.mark.parametrize("end", ENDS, ids=[code for _, _, code in ENDS])
def test_why_a_training_failed_is_told_with_its_code_and_outlives_the_server(
    client, mien, monkeypatch, tmp_path, end
):
    script, error, code = end
    monkeypatch.setattr(trainings, "can_train", lambda: True)
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nwhile [ "$1" != --fault-file ]; do shift; done\nF="$2"\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setattr(trainings.sys, "executable", str(program))
    number, _ = collect(client)
    address = f"{PREFIX}/trainings/{number}"
    files = [("files", ("a.png", picture("PNG")))]
    client.post(f"{address}/files", params={"label": "sad"}, files=files)
    client.post(f"{address}/run")
    ended = wait_for(lambda: client.get(address).json()["state"] != "running" and client.get(address).json())
    assert (ended["state"], ended["error"], ended["error_said"]["code"]) == ("failed", error, code)
    home = mien.settings.home / "trainings"
    assert wait_for((home / number / "training.json").exists)
    kept = trainings.Trainings(home, None).get(number)
    assert (str(kept.error), kept.error.code) == (error, code)


def test_why_a_training_failed_under_an_older_mien_is_still_there(tmp_path):
    about = {"network": "mood", "state": "failed", "files": {}, "size_bytes": 0, "error": "no songs"}
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "training.json").write_text(json.dumps(about | {"begun_at": "2026-01-02T03:04:05Z"}))
    assert str(trainings.Trainings(tmp_path, None).get("a").error) == "no songs"


@pytest.mark.parametrize("whole", [False, True])
def test_a_training_is_what_the_command_line_does(client, monkeypatch, whole):
    """The program that would train says what it was asked to do, and ends."""
    monkeypatch.setattr(trainings, "can_train", lambda: True)
    monkeypatch.setattr(trainings.sys, "executable", "/bin/echo")
    asked = {"network": "emotion", "consent": True, "whole_pictures": whole}
    address = f"{PREFIX}/trainings/{client.post(f'{PREFIX}/trainings', json=asked).json()['id']}"
    for label in ("sad", "happy"):
        files = [("files", ("a.png", picture("PNG")))]
        client.post(f"{address}/files", params={"label": label}, files=files)
    assert client.post(f"{address}/run").status_code == 202
    (line,) = wait_for(lambda: client.get(address).json()["log"])
    assert line.startswith("-m mien train emotion ")
    assert line.endswith("--about collected in the page")
    assert ("--detect" in line.split()) == whole
    assert wait_for(lambda: client.get(address).json()["state"] == "done")


def test_songs_are_no_whole_pictures(client):
    asked = {"network": "mood", "consent": True, "whole_pictures": True}
    answer = client.post(f"{PREFIX}/trainings", json=asked)
    assert answer.status_code == 422
    message = "whole_pictures is for the emotion network: songs show no faces"
    assert [fault["message"] for fault in answer.json()["faults"]] == [message]


def test_without_the_extra_training_says_what_to_install(client, monkeypatch):
    monkeypatch.setattr(trainings, "can_train", lambda: False)
    answer = client.post(f"{PREFIX}/trainings", json={"network": "mood", "consent": True})
    assert (answer.status_code, "mien[train]" in answer.json()["detail"]) == (409, True)


def test_a_certificate_is_kept_until_names_change_and_vouches_for_nothing_else(tmp_path):
    folder = tmp_path / "https"
    first = certificate_for(folder, {"mien"}, ["192.168.1.5", "8.8.8.8"])
    chain, authority = first.chain.read_bytes(), first.authority.read_bytes()
    found = x509.load_pem_x509_certificate(chain)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["mien"]
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == ["192.168.1.5"]
    fence = x509.load_pem_x509_certificate(authority).extensions.get_extension_for_class(x509.NameConstraints)
    assert fence.critical
    assert x509.DNSName("mien") in fence.value.permitted_subtrees
    again = certificate_for(folder, {"mien"}, ["192.168.1.5"])
    assert (again.chain.read_bytes(), again.authority.read_bytes()) == (chain, authority)
    certificate_for(folder, {"mien"}, ["192.168.1.6"])
    assert first.chain.read_bytes() != chain
    assert first.authority.read_bytes() == authority  # nobody needs to trust it anew
    certificate_for(folder, {"mien", "other"}, [])
    assert first.authority.read_bytes() != authority
    assert first.key.stat().st_mode & 0o077 == 0
    assert "127.0.0.1" in own_addresses()


def test_a_damaged_certificate_says_what_to_do(tmp_path):
    files = certificate_for(tmp_path, {"mien"}, [])
    files.authority.write_text("nonsense")
    with pytest.raises(ConfigurationError, match="remove the folder"):
        certificate_for(tmp_path, {"mien"}, [])


def test_the_picture_of_the_tests_is_one():
    assert Image.open(io.BytesIO(picture())).size == (900, 600)
