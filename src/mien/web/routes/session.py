"""Who is signed in: signing in and out, passwords, devices."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from mien.domain import Listener
from mien.errors import ConflictError, SignedOutError
from mien.sentences import say
from mien.store import Role
from mien.web.access import LONGEST_PASSWORD, SESSION_LASTS, hash_password
from mien.web.parts import OPEN, Me, Parts, PartsOf, SignedIn, client_address, version
from mien.web.schemas import Asked, Given, Name, Ok, PathId

router = APIRouter(tags=["session"])
Password = Annotated[str, Field(max_length=LONGEST_PASSWORD)]


class WhoListens(Given):
    """The listener who is signed in."""

    id: int
    name: str
    role: Role
    has_password: bool
    password_reset_at: datetime | None
    """When an admin set the password; null where the listener set it. Tell them, and to set their own."""


class SessionState(Given):
    """What a page needs to know first."""

    listener: WhoListens | None
    """None where one must sign in."""
    accounts_required: bool
    first_run: bool
    """Whether there is no music yet."""
    version: str
    secure: bool
    """Whether the page came by HTTPS; browsers give the camera to such pages and to this machine's own."""


class SignIn(Asked):
    """A name and a password."""

    name: Name
    password: Password


class NewPassword(Asked):
    """A new password, and the one before where there is one."""

    password: Annotated[str, Field(min_length=8, max_length=LONGEST_PASSWORD)]
    before: Password | None = None


class Device(Given):
    """A device on which the listener is signed in."""

    id: int
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    this: bool
    """Whether it is the one that asks."""


@router.get("/session", dependencies=[OPEN])
def get_session(request: Request, parts: PartsOf) -> SessionState:
    """Who is signed in, and what a page needs to know first."""
    try:
        listener, _ = parts.access.whose(request.cookies.get(parts.cookie))
    except SignedOutError:
        listener = None
    return _state(parts, listener)


@router.post("/session")
def sign_in(asked: SignIn, request: Request, response: Response, parts: PartsOf) -> SessionState:
    """Sign in. Wrong tries make the next one wait, longer each time."""
    listener, token = parts.access.sign_in(
        asked.name,
        asked.password,
        address=client_address(request),
        device=request.headers.get("user-agent", ""),
    )
    _give_cookie(response, parts, token)
    return _state(parts, listener)


@router.delete("/session")
def sign_out(request: Request, response: Response, parts: PartsOf) -> Ok:
    """Sign out on this device."""
    parts.access.sign_out(request.cookies.get(parts.cookie))
    response.delete_cookie(parts.cookie, secure=parts.serving.secure, httponly=True, samesite="lax")
    return Ok()


@router.put("/me/password")
def set_my_password(
    asked: NewPassword, request: Request, response: Response, parts: PartsOf, me: Me
) -> SessionState:
    """Set a new password; every other device is signed out."""
    if not parts.access.confirms(me, asked.before or "", address=client_address(request)):
        raise ConflictError(
            say("password_before_wrong", "that is not the password before: it was not changed")
        )
    parts.store.accounts.set_password(me, hash_password(asked.password))
    parts.access.changed()
    _give_cookie(response, parts, parts.access.open_session(me, request.headers.get("user-agent", "")))
    return _state(parts, me)


@router.get("/me/sessions")
def list_my_sessions(parts: PartsOf, signed: SignedIn) -> list[Device]:
    """The devices on which the listener is signed in."""
    this = signed.session.id if signed.session else None
    return [
        Device(
            id=session.id,
            device=session.device,
            created_at=session.created_at,
            seen_at=session.seen_at,
            expires_at=session.expires_at,
            this=session.id == this,
        )
        for session in parts.store.sessions.of(signed.listener)
    ]


@router.delete("/me/sessions")
def end_my_other_sessions(parts: PartsOf, signed: SignedIn) -> Ok:
    """Sign every other device out; says how many they were."""
    this = signed.session.id if signed.session else None
    done = parts.store.sessions.close_others(signed.listener, this)
    parts.access.changed()
    return Ok(done=done)


@router.delete("/me/sessions/{session_id}")
def end_my_session(session_id: PathId, parts: PartsOf, me: Me) -> Ok:
    """Sign a device out."""
    parts.store.sessions.close(me, session_id)
    parts.access.changed()
    return Ok()


def _state(parts: Parts, listener: Listener | None) -> SessionState:
    return SessionState(
        listener=_who(parts, listener) if listener else None,
        accounts_required=parts.access.required(),
        first_run=parts.store.browse.is_empty(),
        version=version(),
        secure=parts.serving.secure,
    )


def _who(parts: Parts, listener: Listener) -> WhoListens:
    account = parts.store.accounts.of(listener)
    return WhoListens(
        id=listener.id,
        name=listener.name,
        role=account.role,
        has_password=account.password_hash is not None,
        password_reset_at=account.reset_at,
    )


def _give_cookie(response: Response, parts: Parts, token: str) -> None:
    response.set_cookie(
        parts.cookie,
        token,
        max_age=int(SESSION_LASTS.total_seconds()),
        path="/",
        secure=parts.serving.secure,
        httponly=True,
        samesite="lax",
    )
