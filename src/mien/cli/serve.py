"""``mien serve`` and ``mien listener``: the player in the browser, and who may use it."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import JsonOption, open_mien
from mien.cli.output import console, escaped, print_json
from mien.cli.taste import UndoOption
from mien.errors import ConfigurationError

if TYPE_CHECKING:
    from mien.core import Mien
    from mien.web.certificates import Certificate

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8737
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free.")]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
NameArgument = Annotated[str, typer.Argument(help="The listener's name.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(serve)
    listener = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Who uses Mien.")
    listener.command("add")(add)
    listener.command("admin")(admin)
    listener.command("list")(list_)
    listener.command("password")(password)
    listener.command("forget")(forget)
    app.add_typer(listener, name="listener")


def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = DEFAULT_HOST,
    port: PortOption = DEFAULT_PORT,
    https: Annotated[bool, typer.Option("--https", help="With a certificate of your own.")] = False,
    open_page: OpenOption = False,
) -> None:
    """Serve the player, and the API, to browsers.

    On this machine alone no password is needed. Any other address needs one (mien listener password NAME),
    and --https, since browsers give the camera to no other pages; phones are told how to trust the
    certificate on the page /trust, and its fingerprint is printed here to be compared.

    Example: mien serve --open
    """
    with open_mien() as mien:
        serve_player(mien, host=host, port=port, https=https, open_page=open_page)


def serve_player(
    mien: Mien,
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    https: bool = False,
    open_page: bool = False,
) -> None:
    """Serve until the process is told to stop, and say where."""
    from mien.web.server import serve as run

    certificate = _certificate(mien, host) if https else None

    def ready(urls: list[str]) -> None:
        _say_where(urls, certificate)
        if open_page:
            typer.launch(urls[0])

    with mien.refreshing:
        run(mien, host, port, certificate=certificate, on_ready=ready)


def _say_where(urls: list[str], certificate: Certificate | None) -> None:
    from mien.web.certificates import fingerprint, grouped

    first, *others = urls
    lines = [f"Mien is at {first}  (Ctrl-C ends it)", *(f"  and at {url}" for url in others)]
    if certificate is not None:
        groups = grouped(fingerprint(certificate.authority))
        lines += [
            f"How phones come to trust it: {first}trust",
            "There, compare the fingerprint (SHA-256):",
            *("  " + " ".join(groups[i : i + 4]) for i in range(0, len(groups), 4)),
        ]
    for line in lines:
        console().print(escaped(line))
    sys.stdout.flush()


def _certificate(mien: Mien, host: str) -> Certificate:
    from mien.web.certificates import certificate_for, own_addresses
    from mien.web.guard import is_address
    from mien.web.server import own_names

    names, addresses = own_names() | set(mien.settings.hosts), own_addresses()
    if is_address(host):
        addresses.append(host)
    else:
        names.add(host.lower())
    return certificate_for(mien.settings.home / "https", names, addresses)


def add(
    name: NameArgument,
    *,
    admin: Annotated[bool, typer.Option("--admin", help="Also cares for the library and accounts.")] = False,
) -> None:
    """Add a listener. Give them a password for the page with mien listener password."""
    from mien.store import Role

    with open_mien() as mien:
        listener = mien.store.listeners.add(name)
        # Kept even where it goes without saying: nobody shall become an admin by being the first who is left.
        role = Role.ADMIN if admin else mien.store.accounts.of(listener).role
        mien.store.accounts.set_role(listener, role)
    command = f"mien listener password {shlex.quote(listener.name)}"
    console().print(f"Added {escaped(listener.name)}. For the page they need a password: {escaped(command)}")


def admin(name: NameArgument, *, undo: UndoOption = False) -> None:
    """Let a listener care for the library and the accounts too.

    Example: mien listener admin bob
    """
    from mien.store import Role

    with open_mien() as mien:
        listener = mien.store.listeners.named(name)
        if undo:
            mien.store.accounts.keep_an_admin(listener)
        mien.store.accounts.set_role(listener, Role.LISTENER if undo else Role.ADMIN)
    console().print(f"{escaped(name)} is {'a listener only' if undo else 'an admin'} now.")


def list_(*, json: JsonOption = False) -> None:
    """List the listeners."""
    with open_mien() as mien:
        accounts = mien.store.accounts.all()
    for account in accounts:
        has_password = account.password_hash is not None
        if json:
            print_json(
                {"name": account.listener.name, "role": str(account.role), "has_password": has_password}
            )
        else:
            said = "" if has_password else "  (no password: cannot sign in)"
            console().print(f"{escaped(account.listener.name)}  {account.role}{said}")


def password(
    name: NameArgument,
    *,
    from_stdin: Annotated[bool, typer.Option("--stdin", help="Read it from standard input.")] = False,
) -> None:
    """Set a listener's password for the page; every device of theirs is signed out.

    This is also the way back in for somebody who forgot theirs.
    """
    from mien.web.access import hash_password

    with open_mien() as mien:
        listener = mien.store.listeners.named(name)
        mien.store.accounts.set_password(listener, hash_password(_asked(from_stdin=from_stdin)))
    console().print(f"The password of {escaped(name)} is set.")


def forget(
    name: NameArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a listener and everything of theirs: readings, listens, labels, ratings, playlists."""
    with open_mien() as mien:
        listener = mien.store.listeners.named(name)
        mien.store.accounts.keep_an_admin(listener)
        if not yes:
            typer.confirm(f"Erase {name} and everything of theirs, for good?", abort=True)
        mien.store.listeners.forget(listener)
    console().print(f"{escaped(name)} is forgotten.")


def _asked(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise ConfigurationError("there is no terminal to ask for the password: give it with --stdin")
    given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return given
