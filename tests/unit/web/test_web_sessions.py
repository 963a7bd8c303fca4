import pytest

from mien.store import Role
from mien.web.examples import RULES

PREFIX = "/api/v1"
PASSWORD = "correct horse"
NO_PASSWORD = {"has_password": False, "password_reset_at": None}


def sign_in(client, name="ann", password=PASSWORD):
    return client.post(f"{PREFIX}/session", json={"name": name, "password": password})


def test_the_only_listener_needs_no_password_on_this_machine(client):
    state = client.get(f"{PREFIX}/session").json()
    assert state["listener"] == {"id": 1, "name": "me", "role": "admin", **NO_PASSWORD}
    assert (state["accounts_required"], state["first_run"], state["secure"]) == (False, False, False)


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(house):
    answer = sign_in(house.nobody)
    assert (answer.status_code, answer.json()["listener"]["name"]) == (200, "ann")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie
    assert house.nobody.get(f"{PREFIX}/playlists").status_code == 200


def test_a_wrong_password_is_401_and_soon_429(house):
    statuses = [sign_in(house.nobody, password="wrong").status_code for _ in range(7)]
    assert statuses[:5] == [401] * 5
    assert statuses[5:] == [429] * 2
    again = sign_in(house.nobody)
    assert again.status_code == 429
    assert int(again.headers["retry-after"]) >= 1


def test_signing_out_ends_the_session_on_the_server(house):
    cookies = dict(house.bo.cookies)
    assert house.bo.delete(f"{PREFIX}/session").status_code == 200
    for name, value in cookies.items():
        house.bo.cookies.set(name, value)
    assert house.bo.get(f"{PREFIX}/playlists").status_code == 401


def test_a_new_password_signs_every_other_device_out(house):
    sign_in(house.nobody, "bo")
    wrong = house.bo.put(f"{PREFIX}/me/password", json={"password": "another horse", "before": "wrong"})
    assert wrong.status_code == 409
    right = house.bo.put(f"{PREFIX}/me/password", json={"password": "another horse", "before": PASSWORD})
    assert right.status_code == 200
    assert house.bo.get(f"{PREFIX}/playlists").status_code == 200
    assert house.nobody.get(f"{PREFIX}/playlists").status_code == 401
    assert sign_in(house.nobody, "bo").status_code == 401


def test_a_lost_device_is_signed_out_from_another(house):
    sign_in(house.nobody, "bo")
    devices = house.bo.get(f"{PREFIX}/me/sessions").json()
    assert [device["this"] for device in devices].count(True) == 1
    (other,) = [device for device in devices if not device["this"]]
    assert house.bo.delete(f"{PREFIX}/me/sessions/{other['id']}").status_code == 200
    assert house.nobody.get(f"{PREFIX}/playlists").status_code == 401


def test_a_second_listener_is_let_in_once_the_first_has_a_password(client, mien):
    new = {"name": "bo", "password": "long enough"}
    assert client.post(f"{PREFIX}/listeners", json=new).status_code == 409
    assert client.put(f"{PREFIX}/me/password", json={"password": PASSWORD}).status_code == 200
    added = client.post(f"{PREFIX}/listeners", json=new)
    assert (added.status_code, added.json()["role"]) == (201, "listener")
    assert client.post(f"{PREFIX}/listeners", json=new).status_code == 409
    assert client.get(f"{PREFIX}/session").json()["accounts_required"]
    assert [account["name"] for account in client.get(f"{PREFIX}/listeners").json()] == ["me", "bo"]
    number = added.json()["id"]
    assert client.put(f"{PREFIX}/listeners/{number}/role", json={"role": "admin"}).status_code == 200
    assert mien.store.accounts.all()[1].role is Role.ADMIN
    assert client.delete(f"{PREFIX}/listeners/{number}").status_code == 200
    assert client.delete(f"{PREFIX}/listeners/{number}").status_code == 404


def slow(monkeypatch, pace, at_once):
    monkeypatch.setattr(pace, "_burst", float(at_once))
    monkeypatch.setattr(pace, "_per_second", 0.001)


def test_too_many_changes_at_once_are_slowed_down(house, monkeypatch):
    slow(monkeypatch, house.app.state.parts.paces.changes, 3)
    statuses = [house.bo.patch(f"{PREFIX}/me/settings", json={}).status_code for _ in range(6)]
    assert statuses == [200] * 3 + [429] * 3
    assert house.bo.get(f"{PREFIX}/me/settings").status_code == 200
    assert house.ann.patch(f"{PREFIX}/me/settings", json={}).status_code == 200


def test_too_many_questions_at_once_are_slowed_down_listener_by_listener(house, monkeypatch):
    slow(monkeypatch, house.app.state.parts.paces.reads, 3)
    answers = [house.bo.get(f"{PREFIX}/me/settings") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 2
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert answers[-1].json()["said"]["code"] == "too_many_reads"
    assert int(answers[-1].headers["retry-after"]) > 0
    assert house.ann.get(f"{PREFIX}/me/settings").status_code == 200
    assert house.bo.patch(f"{PREFIX}/me/settings", json={}).status_code == 200


COSTLY = [
    *(("GET", path) for path in ("tracks?text=song", "library/map", "library/artists", "library/albums")),
    *(("GET", path) for path in ("library/genres", "me/export", "tracks/1/outline")),
    *(("POST", path) for path in ("queue", "playlists/preview")),
]


@pytest.mark.parametrize(("method", "path"), COSTLY)
def test_what_costs_more_is_slowed_down_sooner(house, monkeypatch, method, path):
    slow(monkeypatch, house.app.state.parts.paces.costly, 2)
    body = {"queue": {"emotion": "sad"}, "playlists/preview": RULES}.get(path)
    statuses = [house.bo.request(method, f"{PREFIX}/{path}", json=body).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert house.bo.get(f"{PREFIX}/tracks/1").status_code == 200
    assert house.ann.request(method, f"{PREFIX}/{path}", json=body).status_code == 200


def test_songs_and_covers_come_in_as_many_pieces_as_they_have(house, monkeypatch):
    paces = house.app.state.parts.paces
    for pace in (paces.reads, paces.costly):
        slow(monkeypatch, pace, 1)
    for _ in range(5):
        part = house.bo.get(f"{PREFIX}/tracks/1/audio", headers={"Range": "bytes=0-99"})
        assert (part.status_code, len(part.content)) == (206, 100)
        assert house.bo.head(f"{PREFIX}/tracks/1/audio").status_code == 200
        assert house.bo.get(f"{PREFIX}/tracks/1/cover").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"{PREFIX}/session",
        f"{PREFIX}/openapi.json",
        f"{PREFIX}/ready",
        "/ready",
        "/trust",
        f"{PREFIX}/tracks",
    ],
)
def test_an_address_that_asks_without_end_is_slowed_down_before_anybody_signs_in(house, monkeypatch, path):
    slow(monkeypatch, house.app.state.parts.paces.strangers, 3)
    statuses = [house.nobody.get(path).status_code for _ in range(5)]
    assert statuses[3:] == [429, 429]
    assert 429 not in statuses[:3]
    assert house.nobody.get("/health").status_code == 200


def test_a_hundred_listeners_behind_one_address_open_their_pages_at_once(app):
    paces = app.state.parts.paces
    for listener in range(100):
        for _ in range(15):  # what a page asks when it opens, before it is known whose it is
            paces.strangers.take("192.168.1.1")
            paces.reads.take(listener)


def test_an_admin_lets_somebody_back_in_who_forgot_theirs_and_they_are_told(house):
    bo = house.mien.store.listeners.named("bo").id
    new = {"password": "a new one to begin with"}
    assert house.ann.put(f"{PREFIX}/listeners/{bo}/password", json=new).status_code == 200
    assert house.bo.get(f"{PREFIX}/playlists").status_code == 401
    told = sign_in(house.bo, "bo", new["password"]).json()["listener"]
    assert told["password_reset_at"] is not None
    own = {"password": "and now my own", "before": new["password"]}
    state = house.bo.put(f"{PREFIX}/me/password", json=own).json()
    assert state["listener"]["password_reset_at"] is None


def test_an_admin_does_not_get_round_their_own_password(house):
    ann = house.mien.store.listeners.named("ann").id
    answer = house.ann.put(f"{PREFIX}/listeners/{ann}/password", json={"password": "without the old"})
    assert answer.status_code == 409
    assert sign_in(house.nobody).status_code == 200


def test_a_stolen_session_cannot_guess_the_password(house):
    guess = {"password": "another horse", "before": "wrong"}
    statuses = [house.bo.put(f"{PREFIX}/me/password", json=guess).status_code for _ in range(7)]
    assert statuses == [409] * 5 + [429] * 2


def test_all_other_devices_are_signed_out_at_once(house):
    sign_in(house.nobody, "bo")
    assert house.nobody.get(f"{PREFIX}/playlists").status_code == 200
    assert house.bo.delete(f"{PREFIX}/me/sessions").json() == {"done": 1}
    assert house.nobody.get(f"{PREFIX}/playlists").status_code == 401
    assert house.bo.get(f"{PREFIX}/playlists").status_code == 200
    assert house.ann.get(f"{PREFIX}/playlists").status_code == 200


def test_what_the_command_line_ends_is_over_in_two_seconds(house, monkeypatch):
    """Sessions are not looked up for every request; what this server itself ends counts at once."""
    now = [100.0]
    monkeypatch.setattr(house.app.state.parts.access, "_clock", lambda: now[0])
    assert house.bo.get(f"{PREFIX}/playlists").status_code == 200
    store = house.mien.store
    bo = store.listeners.named("bo")
    store.sessions.close_others(bo, None)
    assert house.bo.get(f"{PREFIX}/playlists").status_code == 200
    now[0] += 2.1
    assert house.bo.get(f"{PREFIX}/playlists").status_code == 401
