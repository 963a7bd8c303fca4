"""The server as people start it: a process of its own, on a port of its own."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from program import Program

STARTING_S = 120


@contextmanager
def serving(home, *options, scheme="http", said=None):
    """A server; gives its address, and what else it says into ``said``. It must end well when told to."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIEN_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "mien", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**kept, "MIEN_HOME": str(home), "COLUMNS": "300"},
    )
    killer = threading.Timer(STARTING_S, process.kill)
    killer.start()
    line = process.stdout.readline()
    killer.cancel()
    try:
        assert f"{scheme}://" in line, process.stderr.read()
        yield next(word for word in line.split() if word.startswith(scheme)).rstrip("/")
    finally:
        process.send_signal(signal.SIGINT)
        killer = threading.Timer(STARTING_S, process.kill)
        killer.start()
        rest = process.stdout.read()  # communicate is blind to what came with the first line
        _, err = process.communicate()
        killer.cancel()
        (said if said is not None else []).extend([line, *rest.splitlines()])
    assert process.returncode in {0, 130}, err
    assert "Traceback" not in err


@pytest.fixture(scope="module")
def library(demo_home):
    home, answer = demo_home
    assert answer.code == 0, answer.err
    return home / "demo"


def test_a_song_of_the_demo_is_streamed_in_parts_and_events_are_told(library):
    with serving(library) as url, httpx.Client(base_url=url, timeout=60) as client:
        assert client.get("/api/v1/health").json() == {"status": "ok"}
        page = client.get("/")
        assert page.headers["content-type"].startswith("text/html")
        queue = client.post("/api/v1/queue", json={"emotion": "happy", "n": 3, "seed": 1}).json()
        number = queue["tracks"][0]["track"]["id"]
        whole = client.get(f"/api/v1/tracks/{number}/audio").content
        part = client.get(f"/api/v1/tracks/{number}/audio", headers={"Range": "bytes=1000-1999"})
        assert (part.status_code, part.content) == (206, whole[1000:2000])
        with client.stream("GET", "/api/v1/events") as events:
            lines = events.iter_lines()
            assert "event: hello" in (next(lines), next(lines))
            client.put(f"/api/v1/tracks/{number}/label", json={"mood": "sad"})
            told = next(line for line in lines if line.startswith("data:") and "mood" in line)
        assert json.loads(told[5:]) == {"track_id": number, "mood": "sad"}
        client.delete(f"/api/v1/tracks/{number}/label")
        outline = client.get(f"/api/v1/tracks/{number}/outline").json()["peaks"]
        assert len(outline) == 1_000
        assert max(outline) > 100


def test_others_must_sign_in_and_the_camera_needs_https(library, tmp_path):
    mien = Program(library)
    refused = mien("serve", "--host", "0.0.0.0", "--port", "0")
    assert (refused.code, refused.out) == (1, "")
    assert "mien listener password me" in refused.err
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIEN_")}
    set_password = subprocess.run(
        [sys.executable, "-m", "mien", "listener", "password", "me", "--stdin"],
        input="correct horse\n",
        text=True,
        capture_output=True,
        check=False,
        env={**kept, "MIEN_HOME": str(library)},
    )
    assert set_password.returncode == 0, set_password.stderr
    assert '"has_password": true' in mien("listener", "list", "--json").out
    said = []
    with serving(library, "--host", "0.0.0.0", "--https", scheme="https", said=said) as url:
        assert "0.0.0.0" not in url
        port = url.rpartition(":")[2]
        trusted = ssl.create_default_context(cafile=library / "https" / "mien-authority.pem")
        with httpx.Client(base_url=f"https://localhost:{port}", verify=trusted, timeout=60) as client:
            assert client.get("/api/v1/tracks").status_code == 401
            signed = client.post("/api/v1/session", json={"name": "me", "password": "correct horse"})
            assert signed.status_code == 200
            assert "__Host-" in signed.headers["set-cookie"]
            assert "Secure" in signed.headers["set-cookie"]
            assert client.get("/api/v1/tracks").json()["total"] > 0
            # It would hold for every port of the machine, and so cut people off from what else runs there.
            assert "strict-transport-security" not in client.get("/").headers
            assert "fingerprint" in client.get("/trust").text
            on_the_page = re.findall("(?:[0-9A-F]{2}:){3}[0-9A-F]{2}", client.get("/trust").text)
            assert client.get("/trust/mien-authority.crt").content.startswith(b"-----BEGIN CERT")
        # Whoever is on the network has it under the address that is printed.
        with httpx.Client(base_url=url, verify=trusted, timeout=60) as client:
            assert client.get("/health").json() == {"status": "ok"}
    authority = x509.load_pem_x509_certificate((library / "https" / "mien-authority.pem").read_bytes())
    printed = re.findall("[0-9A-F]{2}", "".join(line for line in said if re.fullmatch("[0-9A-F: ]+", line)))
    assert bytes.fromhex("".join(printed)) == authority.fingerprint(hashes.SHA256())
    assert on_the_page == re.findall("(?:[0-9A-F]{2}:){3}[0-9A-F]{2}", " ".join(said))
    assert f"{url}/trust" in " ".join(said)
    keys = [file for file in (library / "https").iterdir() if file.suffix == ".key"]
    assert len(keys) == 2
    assert all(file.stat().st_mode & 0o077 == 0 for file in keys)


def test_a_port_that_is_taken_says_so(mien):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = mien("serve", "--port", taken.getsockname()[1])
    assert answer.code == 1
    assert "is taken" in answer.err
    assert "--port" in answer.err


def test_listeners_are_kept_by_the_command_line(mien):
    assert mien("listener", "add", "bo", "--admin").code == 0
    assert mien("listener", "add", "bo").code == 1
    listed = mien("listener", "list", "--json").json
    assert [(line["name"], line["role"]) for line in listed] == [("me", "admin"), ("bo", "admin")]
    assert "no terminal" in mien("listener", "password", "bo").err
    assert mien("listener", "forget", "bo", "--yes").code == 0
    assert mien("listener", "forget", "bo", "--yes").code == 1
