"""What whoever runs the server relies on, and what its answers allow browsers to do."""

import time
from dataclasses import replace

import pytest
from test_web_sleeves import picture, png_bomb

from mien.errors import StoreBusyError
from mien.web import trainings
from mien.web.page import CSP

API = "/api/v1"


def policy(text):
    return {name: set(values) for name, *values in (part.split() for part in text.split(";"))}


def test_it_is_healthy_while_it_answers_and_ready_while_the_library_can_be_read(client, mien, monkeypatch):
    assert client.get(f"{API}/ready").json() == {"status": "ok"}

    def busy():
        raise StoreBusyError("another program is using the database: try again later")

    monkeypatch.setattr(mien.store.accounts, "all", busy)
    assert client.get(f"{API}/health").json() == {"status": "ok"}
    answer = client.get(f"{API}/ready")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_admins_figures_count_what_was_asked_and_name_nobody(house):
    for _ in range(3):
        house.bo.get(f"{API}/tracks/1")
    house.bo.get(f"{API}/tracks/999")
    text = house.ann.get(f"{API}/metrics").text
    counted = 'mien_requests_total{method="GET",route="/api/v1/tracks/{track_id}",status='
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith(counted))
    by_status = {line[len(counted) :].strip('"}'): int(count) for line, count in lines.items()}
    assert by_status["200"] >= 3
    assert by_status["404"] >= 1
    assert "mien_library_tracks 7" in text
    assert 'mien_request_seconds_bucket{route="/api/v1/tracks/{track_id}",le="+Inf"}' in text
    assert not [name for name in ("ann", '"bo"', "Song", "127.0.0.1") if name in text]


@pytest.fixture
def token(app, mien):
    """What a program shows that collects the figures."""
    app.state.parts.mien = Told(replace(mien.settings, metrics_token="sixteen-letters-"))
    return "sixteen-letters-"


class Told:
    def __init__(self, settings):
        self.settings = settings


def bearing(shown):
    return {"Authorization": shown}


@pytest.mark.parametrize("path", [f"{API}/metrics", "/metrics"])
def test_a_program_with_the_token_collects_the_figures_and_nothing_else(house, token, path, caplog):
    for shown in (f"Bearer {token}", f"bearer  {token} "):
        answer = house.nobody.get(path, headers=bearing(shown))
        assert (answer.status_code, answer.text[:6]) == (200, "# TYPE")
    for shown in (f"Bearer {token}x", f"Bearer {token[:-1]}", f"Basic {token}", token, "Bearer", "Bearer é"):
        assert house.nobody.get(path, headers=bearing(shown.encode())).status_code == 401
    assert house.bo.get(path, headers=bearing("Bearer wrong")).status_code == 403
    assert house.ann.get(path, headers=bearing("Bearer wrong")).status_code == 200
    for other in ("tracks", "me/sessions", "listeners", "library"):
        assert house.nobody.get(f"{API}/{other}", headers=bearing(f"Bearer {token}")).status_code == 401
    assert token not in caplog.text


def test_without_a_token_of_the_settings_none_opens_the_figures(house):
    for shown in ("Bearer ", "Bearer None", "Bearer"):
        assert house.nobody.get("/metrics", headers=bearing(shown)).status_code == 401
    assert house.nobody.get("/metrics").status_code == 401


@pytest.mark.parametrize("path", ["health", "ready"])
def test_programs_that_look_after_servers_find_it_well_at_the_root_too(house, path):
    for address in (f"/{path}", f"{API}/{path}"):
        assert house.nobody.get(address).json() == {"status": "ok"}
        head = house.nobody.head(address)
        assert (head.status_code, head.content) == (200, b"")


@pytest.fixture
def built(app, tmp_path):
    """A page that is there."""
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Mien</title>")
    (folder / "assets" / "code.js").write_text("1")
    app.state.parts.page = folder


def test_only_the_page_and_its_files_are_at_the_root(built, client):
    for path in ("/", "/index.html"):
        assert client.get(path).headers["content-type"].startswith("text/html")
    assert client.get("/assets/code.js").text == "1"
    for path in ("/wp-admin", "/health/", "/metrics/x", "/assets", "/assets/none.js", "/library", "/api"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["status"]) == (404, 404)
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_page_runs_its_own_files_and_the_networks_and_loads_from_nowhere_else(client):
    given = policy(client.get("/").headers["content-security-policy"])
    assert given == policy(CSP)
    assert given["default-src"] == {"'none'"}
    assert given["script-src"] == {"'self'", "'wasm-unsafe-eval'"}
    assert given["connect-src"] == given["worker-src"] == given["style-src"] == {"'self'"}
    allowed = {value for values in given.values() for value in values}
    assert allowed == {"'none'", "'self'", "'wasm-unsafe-eval'", "blob:", "data:"}


def test_answers_of_the_api_may_run_and_load_nothing_at_all(client):
    given = policy(client.get(f"{API}/session").headers["content-security-policy"])
    assert set().union(*given.values()) == {"'none'"}


def test_a_small_picture_that_unpacks_to_five_gigabytes_is_refused_in_a_tenth_of_a_second(
    client, monkeypatch
):
    monkeypatch.setattr(trainings, "can_train", lambda: True)
    bomb = png_bomb()
    assert len(bomb) < 110_000
    begun = client.post(f"{API}/trainings", json={"network": "emotion", "consent": True}).json()["id"]

    def send(content):
        began = time.process_time()
        files = [("files", ("face.png", content))]
        answer = client.post(f"{API}/trainings/{begun}/files", params={"label": "sad"}, files=files)
        return answer.status_code, time.process_time() - began

    assert send(picture("PNG"))[0] == 200  # what is loaded once is not the bomb's
    refused = [send(bomb) for _ in range(3)]
    assert {status for status, _ in refused} == {413}
    assert min(seconds for _, seconds in refused) < 0.1
    assert client.get(f"{API}/trainings/{begun}").json()["files"] == {"sad": 1}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("PATCH", "/api/v1/health", 405),
        ("GET", "/api/v1/tracks/99", 404),
        ("GET", "/api/v1/tracks/0", 422),
        ("POST", "/api/v1/queue", 422),
        ("DELETE", "/api/v1/me", 422),
    ],
)
def test_every_error_is_a_problem_that_says_what_is_wrong(client, method, path, status):
    answer = client.request(method, path)
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(problem) == {"type", "title", "status", "detail", "said", "faults"}
    assert problem["detail"]
