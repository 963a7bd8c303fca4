"""Who may do what, over every route and method of the application itself."""

import json
import re

import pytest

PREFIX = "/api/v1"
# Open to everyone: what a page needs before anybody has signed in, and what restarts a server.
OPEN = {
    "get_session",
    "sign_in",
    "sign_out",
    "get_health",
    "get_ready",
}
ADMINS = {
    "list_listeners",
    "add_listener",
    "set_role",
    "reset_password",
    "remove_listener",
    "list_problems",
    "list_folders",
    "add_folder",
    "remove_folder",
    "list_places",
    "get_scan",
    "start_scan",
    "stop_scan",
    "get_metrics",
    "list_trainings",
    "start_training",
    "get_training",
    "remove_training",
    "add_training_files",
    "run_training",
    "stop_training",
    "get_training_report",
}
# They never end, or end everything.
SKIPPED_WHEN_ALLOWED = {"get_events", "forget_me", "forget_learned", "start_scan", "run_training"}


def operations(app):
    """Every operation of the API: its id, method and address."""
    return [
        (details["operationId"], method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method, details in methods.items()
    ]


def address(path, **numbers):
    for name, value in numbers.items():
        path = path.replace("{" + name + "}", str(value))
    while "{" in path:
        path = path[: path.index("{")] + "1" + path[path.index("}") + 1 :]
    return path


def test_every_operation_is_described_once_and_lies_under_the_prefix(app):
    names = [name for name, _, _ in operations(app)]
    assert len(names) == len(set(names)) > 60
    assert all(path.startswith(PREFIX) for _, _, path in operations(app))
    assert set(names) >= ADMINS | OPEN


def test_nobody_gets_anything_but_what_is_open(house):
    for name, method, path in operations(house.app):
        answer = house.nobody.request(method, address(path), json={})
        expected = answer.status_code if name in OPEN else 401
        assert (name, answer.status_code) == (name, expected)
        assert answer.status_code < 500
        if name not in OPEN:
            assert answer.json()["title"] == "Nobody is signed in"


def test_what_the_description_leaves_out_is_no_way_in(house):
    assert house.nobody.head(f"{PREFIX}/tracks/1/audio").status_code == 401
    for path in ("/", "/trust", "/trust/mien-authority.crt"):
        assert "ann" not in house.nobody.get(path).text


def test_a_listener_is_refused_whatever_is_for_admins(house):
    for name, method, path in operations(house.app):
        if name in ADMINS:
            answer = house.bo.request(method, address(path), json={})
            assert (name, answer.status_code) == (name, 403), answer.text


def test_what_is_not_for_admins_is_not_refused_to_listeners(house):
    for name, method, path in operations(house.app):
        if name not in ADMINS | SKIPPED_WHEN_ALLOWED | {"sign_out", "set_my_password"}:
            answer = house.bo.request(method, address(path), json={})
            assert answer.status_code not in {401, 403}, name
            assert answer.status_code < 500, (name, answer.text)


def test_no_answer_to_an_admin_shows_what_is_another_listeners(house):
    marks = ("read from bo", "list of bo", "the browser of bo", "export of bo")
    for name, method, path in operations(house.app):
        if method == "GET" and name not in SKIPPED_WHEN_ALLOWED:
            numbers = (1, 2, 3, 4) if "playlist_id" in path else (1,)
            for number in numbers:
                text = house.ann.get(address(path, playlist_id=number, reading_id=number)).text
                assert not [mark for mark in marks if mark in text], (name, path)


def test_the_same_question_gives_each_listener_their_own(house):
    def of(client, path):
        return client.get(PREFIX + path).json()

    for client, name in ((house.ann, "ann"), (house.bo, "bo")):
        assert [r["reason"] for r in of(client, "/readings")] == [f"read from {name}"]
        assert [p["name"] for p in of(client, "/playlists")] == [f"list of {name}"]
        assert [d["device"] for d in of(client, "/me/sessions")] == [f"the browser of {name}"]
        assert of(client, "/session")["listener"]["name"] == name
        journal = of(client, "/journal")
        assert len(journal["listens"]) == 2
        assert [done["file"] for done in of(client, "/me/imports")] == [f"export of {name}"]
        assert [r["reason"] for r in journal["readings"]] == [f"read from {name}"]
        exported = json.dumps(of(client, "/me/export"))
        other = "bo" if name == "ann" else "ann"
        assert f"list of {name}" in exported
        assert not re.search(rf"\b{other}\b", exported)
    assert of(house.ann, "/me/settings")["theme"] == "light"
    assert of(house.bo, "/me/settings")["theme"] == "dark"
    assert (of(house.ann, "/tracks/4")["wish"], of(house.bo, "/tracks/4")["wish"]) == ("less", "more")
    moods = [of(client, "/me/feeling")["feeling"]["mood"] for client in (house.ann, house.bo)]
    assert moods == ["calm", "sad"]
    assert (of(house.ann, "/tracks/2")["rating"], of(house.bo, "/tracks/2")["rating"]) == ("dislike", "like")
    assert (of(house.ann, "/tracks/3")["mood"], of(house.bo, "/tracks/3")["mood"]) == ("calm", "sad")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_admin_does_not_reach_anothers_playlist_by_its_number(house, method):
    store = house.mien.store
    (theirs,) = store.playlists.all(store.listeners.named("bo"))
    answer = house.ann.request(method, f"{PREFIX}/playlists/{theirs.id}", json={"name": "mine now"})
    assert answer.status_code == 404
    assert store.playlists.all(store.listeners.named("bo")) == [theirs]


def test_an_admin_does_not_reach_anothers_reading_by_its_number(house):
    store = house.mien.store
    bo = store.listeners.named("bo")
    ((number, _, _),) = store.readings.between(bo, None, None, 9)
    assert house.ann.delete(f"{PREFIX}/readings/{number}").status_code == 404
    assert house.ann.post(f"{PREFIX}/queue", json={"reading_id": number}).status_code == 404
    listen = {"track_id": 1, "started_at": "2026-03-01T12:00:00Z", "played_s": 1, "reading_id": number}
    assert house.ann.post(f"{PREFIX}/listens", json=listen).status_code == 404
    assert len(store.readings.between(bo, None, None, 9)) == 1


def test_an_admin_does_not_undo_anothers_import_by_its_number(house):
    bo = house.mien.store.listeners.named("bo")
    (done,) = house.mien.store.imports.all(bo)
    assert house.ann.delete(f"{PREFIX}/me/imports/{done.id}").status_code == 404
    assert house.mien.store.imports.all(bo) == [done]


def test_an_admin_does_not_end_anothers_session_by_its_number(house):
    store = house.mien.store
    bo = store.listeners.named("bo")
    (session,) = store.sessions.of(bo)
    assert house.ann.delete(f"{PREFIX}/me/sessions/{session.id}").status_code == 404
    assert house.bo.get(f"{PREFIX}/playlists").status_code == 200


def test_one_listener_cannot_filter_by_anothers_playlist(house):
    store = house.mien.store
    (theirs,) = store.playlists.all(store.listeners.named("bo"))
    found = house.ann.get(f"{PREFIX}/tracks", params={"playlist": theirs.id}).json()
    assert found["total"] == 0


def test_a_forgotten_listener_is_gone_and_signed_out(house):
    assert house.bo.request("DELETE", f"{PREFIX}/me", params={"really": "ann"}).status_code == 422
    answer = house.bo.request("DELETE", f"{PREFIX}/me", params={"really": "bo"})
    assert answer.status_code == 200
    assert house.bo.get(f"{PREFIX}/playlists").status_code == 401 or [
        account.listener.name for account in house.mien.store.accounts.all()
    ] == ["ann"]
    content = (house.mien.settings.home / "mien.db").read_bytes()
    assert b"list of bo" not in content
    assert b"read from bo" not in content


def test_the_last_admin_cannot_leave_the_others_alone(house):
    answer = house.ann.request("DELETE", f"{PREFIX}/me", params={"really": "ann"})
    assert (answer.status_code, "last admin" in answer.json()["detail"]) == (409, True)
    ann = house.mien.store.listeners.named("ann")
    assert house.ann.delete(f"{PREFIX}/listeners/{ann.id}").status_code == 409
    assert house.ann.put(f"{PREFIX}/listeners/{ann.id}/role", json={"role": "listener"}).status_code == 409
