import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher

from mien.domain import Listener
from mien.errors import ConfigurationError, RequestError, SignedOutError, ThrottledError
from mien.sentences import say
from mien.store import Role
from mien.web import access
from mien.web.access import Access, Pace, Throttle, hash_password, is_password
from mien.web.server import is_loopback, listen, require_passwords

PASSWORD = "correct horse"


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def test_hashing_costs_as_much_as_is_recommended():
    parameters = PasswordHasher()._parameters
    assert (parameters.memory_cost, parameters.time_cost) >= (65_536, 3)


def test_a_password_is_kept_as_argon2id_and_no_two_hashes_are_alike(password_hash):
    assert password_hash.startswith("$argon2id$")
    assert hash_password(PASSWORD) != password_hash
    assert is_password(PASSWORD, password_hash)
    assert not is_password(PASSWORD + " ", password_hash)
    assert not is_password(PASSWORD, None)
    assert not is_password(PASSWORD, "no hash")


@pytest.mark.parametrize("password", ["short", "x" * 1_001])
def test_too_short_and_absurdly_long_passwords_are_refused(password):
    with pytest.raises(RequestError, match="characters"):
        hash_password(password)


def test_each_further_failure_makes_one_wait_twice_as_long():
    clock = Clock()
    throttle = Throttle(2, 60.0, clock)
    waits = []
    for _ in range(10):
        throttle.failed("key")
        try:
            throttle.check("key")
            waits.append(0)
        except ThrottledError as error:
            waits.append(error.retry_after_s)
            clock.now += error.retry_after_s
    assert waits == [0, 0, 2, 4, 8, 16, 32, 60, 60, 60]
    throttle.check("key")
    throttle.check("another")
    throttle.succeeded("key")
    throttle.failed("key")
    throttle.check("key")


def test_failures_long_ago_are_forgotten_and_only_so_many_are_kept(monkeypatch):
    monkeypatch.setattr(access, "_MOST_KEYS", 3)
    clock = Clock()
    throttle = Throttle(1, 10.0, clock)
    for _ in range(3):
        throttle.failed("key")
    clock.now += 1_000
    throttle.failed("key")
    throttle.check("key")
    for number in range(9):
        throttle.failed(number)
    assert len(throttle._failures) == 3


def test_a_bucket_lets_a_burst_through_and_then_so_many_a_second():
    clock = Clock()
    pace = Pace(2.0, 3.0, say("too_many_reads", "too much is asked for at once: wait a second"), clock)
    for _ in range(3):
        pace.take("me")
    with pytest.raises(ThrottledError) as error:
        pace.take("me")
    assert error.value.retry_after_s == 0.5
    pace.take("another")
    clock.now += 0.5
    pace.take("me")
    with pytest.raises(ThrottledError):
        pace.take("me")


def test_nobody_needs_to_sign_in_on_this_machine_until_there_are_two(mien):
    store, me = mien.store, mien.listener
    here = Access(store, loopback=True, default=lambda: me)
    there = Access(store, loopback=False, default=lambda: me)
    assert (here.required(), there.required()) == (False, True)
    assert here.whose(None) == (me, None)
    with pytest.raises(SignedOutError):
        there.whose(None)
    store.listeners.add("second")
    assert here.required()
    with pytest.raises(SignedOutError):
        here.whose("no such token")


def test_a_password_of_the_only_listener_must_be_given(mien, password_hash):
    mien.store.accounts.set_password(mien.listener, password_hash)
    assert Access(mien.store, loopback=True, default=lambda: mien.listener).required()


def test_only_the_right_name_and_password_sign_in(mien, password_hash):
    mien.store.accounts.set_password(mien.listener, password_hash)
    door = Access(mien.store, loopback=True, default=lambda: mien.listener)
    for name, password in (("me", "wrong"), ("nobody", PASSWORD), ("ME", PASSWORD), ("me", "")):
        with pytest.raises(SignedOutError, match="do not belong together"):
            door.sign_in(name, password, address="a", device="")
    listener, token = door.sign_in("me", PASSWORD, address="a", device="d" * 999)
    found, session = door.whose(token)
    assert (found, listener, len(session.device)) == (mien.listener, mien.listener, 200)
    assert len(token) >= 43
    assert token.encode() not in (mien.settings.home / "mien.db").read_bytes()
    door.sign_out(token)
    with pytest.raises(SignedOutError):
        door.whose(token)


def test_guessing_is_slowed_down_before_the_password_is_looked_at(mien, password_hash):
    mien.store.accounts.set_password(mien.listener, password_hash)
    door = Access(mien.store, loopback=True, default=lambda: mien.listener)
    for _ in range(5):
        with pytest.raises(SignedOutError):
            door.sign_in("me", "wrong", address="a", device="")
    with pytest.raises(ThrottledError):
        door.sign_in("me", PASSWORD, address="a", device="")
    door.sign_in("me", PASSWORD, address="b", device="")  # the listener's own, from elsewhere


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("mien.local", False)],
)
def test_which_addresses_only_this_machine_reaches(host, expected):
    assert is_loopback(host) is expected


def test_serving_others_needs_a_password_and_says_how_to_set_it(mien, password_hash):
    require_passwords(mien, loopback=True)
    with pytest.raises(ConfigurationError, match="mien listener password me"):
        require_passwords(mien, loopback=False)
    mien.store.accounts.set_password(mien.listener, password_hash)
    require_passwords(mien, loopback=False)


def test_a_second_listener_needs_an_admin_with_a_password(mien, password_hash):
    second = mien.store.listeners.add("second")
    mien.store.accounts.set_password(second, password_hash)
    with pytest.raises(ConfigurationError, match="several listeners"):
        require_passwords(mien, loopback=True)
    mien.store.accounts.set_role(second, Role.ADMIN)
    require_passwords(mien, loopback=True)


def test_who_is_admin(mien):
    door = Access(mien.store, loopback=True, default=lambda: mien.listener)
    assert door.is_admin(mien.listener)
    assert not door.is_admin(mien.store.listeners.add("second"))
    assert isinstance(mien.listener, Listener)


def test_an_answers_body_does_not_wait_until_its_head_is_acknowledged():
    """Without TCP_NODELAY every answer on a kept connection takes 40 ms."""

    async def accepted(listening):
        found = asyncio.get_running_loop().create_future()

        async def note(_reader, writer):
            connection = writer.get_extra_info("socket")
            found.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(note, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname()[:2])
            writer.close()
            return await found

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, accepted(listen("127.0.0.1", 0))).result(30)
