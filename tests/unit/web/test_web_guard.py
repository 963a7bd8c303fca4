import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from mien.web.guard import Guard, Rules, host_name

SESSION = "/api/v1/session"
OWN = "http://localhost:8737"


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:8737", "", "localhost:a", "[::1", "a]b"]
)
def test_a_name_that_is_not_this_servers_is_refused(client, host):
    answer = client.get(SESSION, headers={"Host": host})
    assert (answer.status_code, answer.headers["content-type"]) == (421, "application/problem+json")


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost:8737", "127.0.0.1:8737", "[::1]:8737", "192.168.7.7"]
)
def test_its_own_names_and_addresses_in_numbers_are_answered(client, host):
    assert client.get(SESSION, headers={"Host": host}).status_code == 200


def test_a_name_without_its_port():
    assert [host_name(text) for text in ("A.b:80", "[::1]:80", "[::1]", "a.b.", "a:b")] == [
        "a.b",
        "::1",
        "::1",
        "a.b",
        "",
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://localhost:8737"},
        {"Origin": "http://localhost:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_page_of_another_site_is_refused(client, headers, method):
    for path in (SESSION, "/api/v1/events"):
        answer = client.request(method, path, headers=headers)
        assert answer.status_code == 403


def test_its_own_page_and_programs_are_let_through(client):
    for headers in ({"Origin": OWN, "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}):
        assert client.delete(SESSION, headers=headers).status_code == 200


def test_a_link_elsewhere_may_open_the_page_but_not_change_anything(client):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get("/", headers=link).status_code == 200
    form = {**link, "Origin": "http://evil.example"}
    assert client.post(SESSION, headers=form).status_code == 403


def test_every_answer_has_safe_headers(client):
    for path in (SESSION, "/api/v1/nothing", "/", "/api/v1/tracks/1/audio", "/api/v1/tracks/0"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["referrer-policy"] == "no-referrer"
        assert "camera=(self)" in headers["permissions-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers


def test_too_long_an_address_is_refused(client):
    assert client.get(SESSION + "?" + "a" * 9_000).status_code == 414


def test_too_large_a_body_is_refused_before_it_is_read(client):
    answer = client.post(SESSION, content=b"x" * (3 << 20), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (413, 413)


def test_a_body_without_a_length_is_cut_off(client):
    pieces = (b"x" * 65_536 for _ in range(40))
    answer = client.post(SESSION, content=pieces, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def run(guard, scope, *messages):
    """Send one request to a guard by hand; gives what it sends."""
    sent = []

    async def receive():
        return messages[0]

    async def send(message):
        sent.append(message)

    # In a thread of its own: the browser tests' driver leaves an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, guard(scope, receive, send)).result()
    return sent


def test_a_socket_is_refused():
    async def app(_scope, _receive, _send):
        raise AssertionError("never reached")

    sent = run(Guard(app, Rules(frozenset(), secure=False, largest_body_bytes=1)), {"type": "websocket"})
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_some_addresses_take_larger_bodies():
    rules = Rules(frozenset(), secure=False, largest_body_bytes=1, larger_bodies=((re.compile("/up/.*"), 9),))
    assert (rules.most_bytes("/up/1"), rules.most_bytes("/x/up/1")) == (9, 1)


@pytest.mark.parametrize("length", ["-1", "1e3", "９", ""])
def test_an_odd_length_is_refused(client, length):
    answer = client.post(SESSION, content=b"{}", headers={"Content-Length": length.encode()})
    assert answer.status_code == 400
