"""Who asks: passwords, sessions, and how often something may be tried."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mien.errors import RequestError, SignedOutError, ThrottledError
from mien.sentences import say
from mien.store import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from mien.domain import Listener
    from mien.sentences import Sentence
    from mien.store import Account, Session, Store

SESSION_LASTS = timedelta(days=30)
LEAST_PASSWORD, LONGEST_PASSWORD = 8, 1_000
_SEEN_EVERY = timedelta(minutes=5)
# For so long it is not looked up again whose a session is: a page asks many things at once, and sends
# readings twice a second. What this server changes counts at once, what the command line changes after this.
_FRESH_S = 2.0
_TOKEN_BYTES = 32  # 256 bits
_LONGEST_TOKEN = 100
_LONGEST_DEVICE = 200
_LONGEST_DELAY_S = 900.0
_MOST_KEYS = 10_000
# Each hash takes 64 MiB: two at a time, however many try.
_HASHING = threading.BoundedSemaphore(2)
_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """An argon2id hash to keep in place of a password.

    Raises:
        RequestError: the password is too short or absurdly long.
    """
    if not LEAST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise RequestError(
            say(
                "password_length",
                "a password needs {least} to {longest} characters",
                least=LEAST_PASSWORD,
                longest=LONGEST_PASSWORD,
            )
        )
    with _HASHING:
        return _HASHER.hash(password.encode("utf-8", "surrogatepass"))


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one that was hashed; takes as long where there is no hash to compare with."""
    with _HASHING:
        try:
            return _HASHER.verify(
                password_hash or _decoy(), password[:LONGEST_PASSWORD].encode("utf-8", "surrogatepass")
            ) and (password_hash is not None)
        except (VerificationError, InvalidHashError):
            return False


@dataclass(slots=True)
class _Failures:
    count: int
    next_try_at: float


class Throttle:
    """Makes whoever fails wait, twice as long after each further failure.

    Args:
        free: how many failures cost nothing.
        longest_delay_s: it grows no further.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        free: int,
        longest_delay_s: float = _LONGEST_DELAY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free = free
        self._longest_delay_s = longest_delay_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[Hashable, _Failures] = OrderedDict()

    def check(self, key: Hashable) -> None:
        """Let a try pass.

        Raises:
            ThrottledError: it comes too soon after the last failure.
        """
        with self._lock:
            known = self._failures.get(key)
            wait_s = 0.0 if known is None else known.next_try_at - self._clock()
        if wait_s > 0:
            raise ThrottledError(
                say("too_many_tries", "too many tries: wait {seconds} s", seconds=max(1, round(wait_s))),
                wait_s,
            )

    def failed(self, key: Hashable) -> None:
        """Note a failure."""
        with self._lock:
            now = self._clock()
            known = self._failures.setdefault(key, _Failures(0, now))
            if now - known.next_try_at > self._longest_delay_s:
                known.count = 0
            known.count += 1
            over = known.count - self._free
            known.next_try_at = now + (min(2.0 ** min(over, 30), self._longest_delay_s) if over > 0 else 0.0)
            self._failures.move_to_end(key)
            while len(self._failures) > _MOST_KEYS:
                self._failures.popitem(last=False)

    def succeeded(self, key: Hashable) -> None:
        """Forget the failures."""
        with self._lock:
            self._failures.pop(key, None)


class Pace:
    """A token bucket for each listener or address.

    Args:
        per_second: how fast it fills.
        burst: how much it holds.
        said: to whoever finds it empty.
        clock: seconds that only go forward.
    """

    def __init__(
        self, per_second: float, burst: float, said: Sentence, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._said = said
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._lock = threading.Lock()
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> None:
        """Take one token.

        Raises:
            ThrottledError: the bucket is empty.
        """
        with self._lock:
            now = self._clock()
            level, since = self._levels.pop(key, (self._burst, now))
            level = min(self._burst, level + (now - since) * self._per_second)
            enough = level >= 1
            self._levels[key] = (level - 1 if enough else level, now)
            while len(self._levels) > _MOST_KEYS:
                self._levels.popitem(last=False)
        if not enough:
            raise ThrottledError(self._said, (1 - level) / self._per_second)


class Paces:
    """How often what may be asked.

    Attributes:
        changes: by a listener; what a hand at a page can do at most, and a page that reads twice a second.
        reads: by a listener; not of songs, covers and live events, which come in many small pieces.
        costly: by a listener; those of them and of the questions that take a server tens of milliseconds.
        strangers: by an address, for whom it is not known yet whether they are listeners. Many of them may
            be behind one address, and each page of theirs asks a dozen things at once when it opens.
    """

    def __init__(self) -> None:
        reads = say("too_many_reads", "too much is asked for at once: wait a second")
        self.changes = Pace(20.0, 100.0, say("too_many_changes", "too many changes at once: wait a second"))
        self.reads = Pace(100.0, 1_000.0, reads)
        self.costly = Pace(10.0, 100.0, reads)
        self.strangers = Pace(200.0, 2_000.0, reads)


class Access:
    """Who is signed in, and whether anybody needs to be.

    Args:
        store: of accounts and sessions.
        loopback: whether the server can be reached from this machine only.
        default: the listener while nobody needs to sign in.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        store: Store,
        *,
        loopback: bool,
        default: Callable[[], Listener],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._loopback = loopback
        self._default = default
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str | None, tuple[float, Listener, Session | None]] = OrderedDict()
        self._changes = 0
        self._of_pair, self._of_name, self._of_address = Throttle(4), Throttle(20, 60.0), Throttle(20)

    def required(self) -> bool:
        """Whether one must sign in: not on this machine alone, with one listener and no password."""
        accounts = self._store.accounts.all()
        return not self._loopback or len(accounts) > 1 or any(a.password_hash for a in accounts)

    def whose(self, token: str | None) -> tuple[Listener, Session | None]:
        """The listener whose session a token opens, or the only one where nobody needs to sign in.

        Raises:
            SignedOutError: one must sign in.
        """
        changes = self._changes
        found = self._store.sessions.find(_hash(token)) if token and len(token) <= _LONGEST_TOKEN else None
        if found is not None:
            if datetime.now(UTC) - found[1].seen_at > _SEEN_EVERY:
                self._store.sessions.seen(found[1], lasts=SESSION_LASTS)
            return self._remember(token, *found, changes)
        if self.required():
            raise SignedOutError(say("signed_out", "sign in first"))
        return self._remember(None, self._default(), None, changes)

    def known(self, token: str | None) -> tuple[Listener, Session | None] | None:
        """As :meth:`whose`, where that was asked a moment ago; None else. It reads no database."""
        with self._lock:
            found = self._known.get(token)
        if found is None or self._clock() - found[0] > _FRESH_S:
            return None
        return found[1], found[2]

    def changed(self) -> None:
        """Say that a session, a password or a listener is no longer what it was."""
        with self._lock:
            self._changes += 1
            self._known.clear()

    def _remember(
        self, token: str | None, listener: Listener, session: Session | None, changes: int
    ) -> tuple[Listener, Session | None]:
        with self._lock:
            if changes == self._changes:  # else it was read before something changed
                self._known[token] = (self._clock(), listener, session)
                self._known.move_to_end(token)
            while len(self._known) > _MOST_KEYS:
                self._known.popitem(last=False)
        return listener, session

    def is_admin(self, listener: Listener) -> bool:
        """Whether a listener cares for the library and the accounts."""
        return self._store.accounts.of(listener).role is Role.ADMIN

    def sign_in(self, name: str, password: str, *, address: str, device: str) -> tuple[Listener, str]:
        """Open a session.

        Args:
            name: the listener's.
            password: theirs.
            address: from where.
            device: what it says of itself.

        Returns:
            The listener, and the token of the session, which is told once only.

        Raises:
            SignedOutError: they do not belong together.
            ThrottledError: after too many failures.
        """
        account = self._named(name)
        password_hash = account.password_hash if account else None
        if not self._tried(name, password, password_hash, address) or account is None:
            raise SignedOutError(say("wrong_password", "that name and password do not belong together"))
        return account.listener, self.open_session(account.listener, device)

    def confirms(self, listener: Listener, password: str, *, address: str) -> bool:
        """Whether a listener who is signed in knows their password; true where they have none.

        Raises:
            ThrottledError: after too many failures, so that a stolen session does not give the password away.
        """
        password_hash = self._store.accounts.of(listener).password_hash
        return password_hash is None or self._tried(listener.name, password, password_hash, address)

    def _tried(self, name: str, password: str, password_hash: str | None, address: str) -> bool:
        keys = ((self._of_pair, (name, address)), (self._of_name, name), (self._of_address, address))
        for throttle, key in keys:
            throttle.check(key)
        if not is_password(password, password_hash):
            for throttle, key in keys:
                throttle.failed(key)
            return False
        self._of_pair.succeeded((name, address))
        return True

    def open_session(self, listener: Listener, device: str) -> str:
        """Open a session for a listener who has shown who they are; gives its token."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._store.sessions.open(listener, _hash(token), device[:_LONGEST_DEVICE], lasts=SESSION_LASTS)
        return token

    def sign_out(self, token: str | None) -> None:
        """End the session that a token opens."""
        if token:
            self._store.sessions.close_token(_hash(token))
            self.changed()

    def _named(self, name: str) -> Account | None:
        return next((a for a in self._store.accounts.all() if a.listener.name == name), None)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


_decoys: list[str] = []


def _decoy() -> str:
    """A hash that no password has, made once."""
    if not _decoys:
        _decoys.append(_HASHER.hash(secrets.token_bytes(_TOKEN_BYTES)))
    return _decoys[0]
