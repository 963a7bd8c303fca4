"""The people who use this server; for admins."""

from __future__ import annotations

from fastapi import APIRouter

from mien.domain import Listener
from mien.errors import ConflictError, NotFoundError
from mien.sentences import say
from mien.store import Account, Role
from mien.web.access import hash_password
from mien.web.parts import Admin, Parts, PartsOf
from mien.web.routes.session import Password
from mien.web.schemas import Asked, Given, Name, Ok, PathId

router = APIRouter(prefix="/listeners", tags=["listeners"])


class ListenerAccount(Given):
    """A listener's account. What they listen to, label and say is theirs alone and not to be had here."""

    id: int
    name: str
    role: Role
    has_password: bool


class NewListener(Asked):
    """Someone to let in."""

    name: Name
    password: Password
    role: Role = Role.LISTENER


class PasswordReset(Asked):
    """A password for somebody who forgot theirs."""

    password: Password


class NewRole(Asked):
    """What an account may do."""

    role: Role


@router.get("")
def list_listeners(parts: PartsOf, _admin: Admin) -> list[ListenerAccount]:
    """Every account."""
    return [_shown(account) for account in parts.store.accounts.all()]


@router.post("", status_code=201)
def add_listener(asked: NewListener, parts: PartsOf, admin: Admin) -> ListenerAccount:
    """Make an account. From the second on everyone must sign in, so the admin needs a password first."""
    if parts.store.accounts.of(admin).password_hash is None:
        raise ConflictError(
            say(
                "own_password_first",
                "set your own password first: with a second listener everyone has to sign in",
            )
        )
    password_hash = hash_password(asked.password)
    listener = parts.store.listeners.add(asked.name)
    parts.store.accounts.set_password(listener, password_hash)
    parts.store.accounts.set_role(listener, asked.role)
    parts.access.changed()
    return _shown(parts.store.accounts.of(listener))


@router.put("/{listener_id}/role")
def set_role(listener_id: PathId, asked: NewRole, parts: PartsOf, _admin: Admin) -> ListenerAccount:
    """Make a listener an admin, or a listener only."""
    listener = _listener(parts, listener_id)
    if asked.role is not Role.ADMIN:
        parts.store.accounts.keep_an_admin(listener)
    parts.store.accounts.set_role(listener, asked.role)
    return _shown(parts.store.accounts.of(listener))


@router.put("/{listener_id}/password")
def reset_password(
    listener_id: PathId, asked: PasswordReset, parts: PartsOf, admin: Admin
) -> ListenerAccount:
    """Set a password for somebody who forgot theirs; it signs them out everywhere, and they are told."""
    listener = _listener(parts, listener_id)
    if listener.id == admin.id:
        raise ConflictError(
            say("own_password_elsewhere", "change your own password with the one before: PUT /me/password")
        )
    parts.store.accounts.set_password(listener, hash_password(asked.password), by_admin=True)
    parts.access.changed()
    return _shown(parts.store.accounts.of(listener))


@router.delete("/{listener_id}")
def remove_listener(listener_id: PathId, parts: PartsOf, _admin: Admin) -> Ok:
    """Erase a listener and everything of theirs."""
    listener = _listener(parts, listener_id)
    parts.store.accounts.keep_an_admin(listener)
    parts.store.listeners.forget(listener)
    parts.access.changed()
    return Ok()


def _listener(parts: Parts, listener_id: int) -> Listener:
    for account in parts.store.accounts.all():
        if account.listener.id == listener_id:
            return account.listener
    raise NotFoundError(say("no_listener", "there is no listener of the number {number}", number=listener_id))


def _shown(account: Account) -> ListenerAccount:
    return ListenerAccount(
        id=account.listener.id,
        name=account.listener.name,
        role=account.role,
        has_password=account.password_hash is not None,
    )
