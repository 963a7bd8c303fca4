"""Who may sign in, as what, and from which devices they are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, true, update

from mien.domain import Listener
from mien.errors import ConflictError, NotFoundError
from mien.sentences import say
from mien.store.database import upsert
from mien.store.schema import accounts, listeners, sessions

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy import ColumnElement, Connection, Row

    from mien.store.database import Database


class Role(StrEnum):
    """What an account may do besides listening: an admin cares for the library and the accounts."""

    ADMIN = "admin"
    LISTENER = "listener"


@dataclass(frozen=True, slots=True)
class Account:
    """A listener as someone who signs in.

    Attributes:
        listener: whose.
        role: the first listener is an admin until somebody says otherwise.
        password_hash: None where no password is set.
        reset_at: when an admin set the password (UTC); None where the listener set it.
    """

    listener: Listener
    role: Role
    password_hash: str | None
    reset_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A device on which a listener is signed in.

    Attributes:
        id: the store's number for it.
        device: what it said of itself.
        created_at: in UTC, as are the others.
        seen_at: when it was last used, to a few minutes.
        expires_at: from when on it counts no more.
    """

    id: int
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class Accounts:
    """Who may sign in, and as what; every listener has an account, with or without a password."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Account]:
        """Everyone's, in the order in which they came."""
        with self._database.reading() as connection:
            return _accounts(connection)

    def of(self, listener: Listener) -> Account:
        """A listener's account.

        Raises:
            NotFoundError: there is no such listener.
        """
        with self._database.reading() as connection:
            for account in _accounts(connection, listeners.c.id == listener.id):
                return account
        raise NotFoundError(say("no_listener_named", "no listener is named {name!r}", name=listener.name))

    def set_password(self, listener: Listener, password_hash: str | None, *, by_admin: bool = False) -> None:
        """Keep the hash of a new password; it ends every session of the listener.

        Args:
            listener: whose.
            password_hash: None takes the password away.
            by_admin: whether somebody else chose it, which the listener is told until they choose their own.

        Raises:
            NotFoundError: there is no such listener.
        """
        role = str(self.of(listener).role)
        now = datetime.now(UTC)
        values = {
            "password_hash": password_hash,
            "changed_at": now,
            "reset_at": now if by_admin else None,
        }
        with self._database.writing() as connection:
            upsert(connection, accounts, {"listener_id": listener.id}, {"role": role, **values})
            connection.execute(delete(sessions).where(sessions.c.listener_id == listener.id))

    def set_role(self, listener: Listener, role: Role) -> None:
        """Make a listener an admin, or a listener only.

        Raises:
            NotFoundError: there is no such listener.
        """
        key = {"listener_id": listener.id}
        with self._database.writing() as connection:
            upsert(connection, accounts, key, {"role": str(role), "changed_at": datetime.now(UTC)})

    def keep_an_admin(self, listener: Listener) -> None:
        """Refuse to lose the last admin while there are others.

        Raises:
            ConflictError: the listener is the last.
        """
        everyone = self.all()
        admins = [account.listener.id for account in everyone if account.role is Role.ADMIN]
        if len(everyone) > 1 and admins == [listener.id]:
            raise ConflictError(say("last_admin", "this is the last admin: make somebody else one first"))


class Sessions:
    """Devices on which listeners are signed in. Tokens are kept as hashes only.

    Args:
        database: where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, listener: Listener, token_hash: bytes, device: str, *, lasts: timedelta) -> None:
        """Remember that a listener signed in; sessions that are over are swept away.

        Raises:
            NotFoundError: there is no such listener.
        """
        now = datetime.now(UTC)
        values = {
            "listener_id": listener.id,
            "token_hash": token_hash,
            "device": device,
            "created_at": now,
            "seen_at": now,
            "expires_at": now + lasts,
        }
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(insert(sessions).values(values))

    def find(self, token_hash: bytes) -> tuple[Listener, Session] | None:
        """Whose session a token opens, if it is not over."""
        query = (
            select(listeners.c.name, sessions)
            .join(listeners, listeners.c.id == sessions.c.listener_id)
            .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > datetime.now(UTC))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else (Listener(row.listener_id, row.name), _session(row))

    def seen(self, session: Session, *, lasts: timedelta) -> None:
        """Note that a session is in use, so that it goes on."""
        now = datetime.now(UTC)
        values = {"seen_at": now, "expires_at": now + lasts}
        with self._database.writing() as connection:
            connection.execute(update(sessions).where(sessions.c.id == session.id).values(values))

    def of(self, listener: Listener) -> list[Session]:
        """A listener's sessions, the one last seen first."""
        now = datetime.now(UTC)
        this = (sessions.c.listener_id == listener.id) & (sessions.c.expires_at > now)
        query = select(sessions).where(this).order_by(sessions.c.seen_at.desc(), sessions.c.id.desc())
        with self._database.reading() as connection:
            return [_session(row) for row in connection.execute(query)]

    def close(self, listener: Listener, session_id: int) -> None:
        """End one of a listener's sessions.

        Raises:
            NotFoundError: they have none of that number.
        """
        this = (sessions.c.listener_id == listener.id) & (sessions.c.id == session_id)
        if not self._delete(this):
            raise NotFoundError(
                say("no_session", "there is no session of the number {number}", number=session_id)
            )

    def close_others(self, listener: Listener, session_id: int | None) -> int:
        """End all of a listener's sessions but the one of a number, and say how many they were."""
        return self._delete((sessions.c.listener_id == listener.id) & (sessions.c.id != (session_id or 0)))

    def close_token(self, token_hash: bytes) -> None:
        """End the session that a token opens, if there is one."""
        self._delete(sessions.c.token_hash == token_hash)

    def _delete(self, criterion: ColumnElement[bool]) -> int:
        with self._database.writing() as connection:
            return connection.execute(delete(sessions).where(criterion)).rowcount


def _accounts(connection: Connection, criterion: ColumnElement[bool] | None = None) -> list[Account]:
    query = (
        select(
            listeners.c.id,
            listeners.c.name,
            accounts.c.role,
            accounts.c.password_hash,
            accounts.c.reset_at,
        )
        .outerjoin(accounts, accounts.c.listener_id == listeners.c.id)
        .where(true() if criterion is None else criterion)
        .order_by(listeners.c.id)
    )
    first = connection.scalar(select(func.min(listeners.c.id)))
    return [
        Account(Listener(number, name), _role(role, first=number == first), password_hash, reset_at)
        for number, name, role, password_hash, reset_at in connection.execute(query)
    ]


def _role(role: str | None, *, first: bool) -> Role:
    return Role(role) if role else Role.ADMIN if first else Role.LISTENER


def _session(row: Row[Any]) -> Session:
    return Session(row.id, row.device, row.created_at, row.seen_at, row.expires_at)
