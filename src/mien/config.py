"""Settings: defaults < the configuration file < ``MIEN_*`` in the environment < the command line.

The file is ``config.toml`` in the platform's configuration folder. A setting has one name everywhere, such as
``workers`` in the file, ``MIEN_WORKERS`` in the environment and ``--workers`` on the command line.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from mien.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PREFIX = "MIEN_"
_MOST_DIGITS = 10
_SECRET = {"database_url", "metrics_token"}
_TOKEN = re.compile(r"[!-~]{16,500}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_TESTS_PREFIX = "MIEN_TEST_"  # of the test suite, not settings


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, read once.

    Attributes:
        home: the folder of the database and of what else Mien keeps.
        database_url: of the library; by default a SQLite file in ``home``.
        workers: how many processes analyse songs.
        camera: which camera, counted from 0.
        emotion_artifact: the folder of the emotion network; None for the one that comes with Mien.
        mood_artifact: likewise of the song network.
        listener: who listens; None for the first one.
        music_roots: folders below which an admin may pick music in the page.
        hosts: further names that the server answers to, such as that of a proxy before it.
        metrics_token: what a program that collects the server's figures shows in place of signing in; None
            where only admins may read them.
    """

    home: Path
    database_url: str = field(repr=False)  # may hold a password
    workers: int
    camera: int
    emotion_artifact: Path | None
    mood_artifact: Path | None
    listener: str | None
    music_roots: tuple[Path, ...]
    hosts: tuple[str, ...]
    metrics_token: str | None = field(repr=False)


def load_settings(
    overrides: Mapping[str, object] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """Read the settings.

    Args:
        overrides: from the command line, by setting; None stands for an option that was not given.
        environment: by default this process's; an empty variable counts as not set.
        file: by default ``config_file()``; it need not be there.

    Raises:
        ConfigurationError: a setting is unknown or has a value that it cannot have; the message says where.
    """
    path = config_file() if file is None else file
    variables = os.environ if environment is None else environment
    given: dict[str, Any] = {}
    for source, values in (
        (_Source(f"the configuration file {path}", str), _in_file(path)),
        (_Source("the environment", _variable), _in_environment(variables)),
        (_Source("the command line", _option), _on_command_line(overrides or {})),
    ):
        given |= {name: _checked(name, value, source) for name, value in values.items()}
    home = given.get("home", platformdirs.user_data_path("mien", appauthor=False))
    defaults = {
        "home": home,
        "database_url": f"sqlite:///{home}/mien.db",
        "workers": os.cpu_count() or 1,
        "camera": 0,
        "emotion_artifact": None,
        "mood_artifact": None,
        "listener": None,
        "music_roots": _default_roots(),
        "hosts": (),
        "metrics_token": None,
    }
    return Settings(**defaults | given)


def config_file() -> Path:
    """Where the configuration file lies, whether or not there is one."""
    return platformdirs.user_config_path("mien", appauthor=False) / "config.toml"


def _default_roots() -> tuple[Path, ...]:
    """Where people keep music, or else their home."""
    music = platformdirs.user_music_path()
    return (music,) if music.is_dir() else (Path.home(),)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where settings come from, and how their names are spelled there."""

    where: str
    spelled: Callable[[str], str]


def _variable(name: str) -> str:
    return _PREFIX + name.upper()


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _in_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigurationError(f"cannot read the configuration file {path}: {error.strerror}") from None
    except ValueError as error:  # of TOML or of UTF-8
        raise ConfigurationError(f"the configuration file {path} is not TOML: {error}") from None


def _in_environment(variables: Mapping[str, str]) -> dict[str, object]:
    return {
        variable.removeprefix(_PREFIX).lower(): value
        for variable, value in variables.items()
        if variable.startswith(_PREFIX) and not variable.startswith(_TESTS_PREFIX) and value
    }


def _on_command_line(overrides: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in overrides.items() if value is not None}


def _checked(name: str, value: object, source: _Source) -> object:
    check = _CHECKS.get(name)
    if check is None:
        close = get_close_matches(name, _CHECKS, n=1)
        known = ", ".join(map(source.spelled, _CHECKS))
        hint = f"did you mean {source.spelled(close[0])}?" if close else f"there are {known}"
        raise ConfigurationError(f"{source.where}: no setting is named {source.spelled(name)}; {hint}")
    try:
        return check(value)
    except ValueError as error:
        shown = "what is there" if name in _SECRET else repr(value)  # an address may hold a password
        raise ConfigurationError(
            f"{source.where}: {source.spelled(name)} must be {error}, not {shown}"
        ) from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("a line of text")
    return value


def _folder(value: object) -> Path:
    if not isinstance(value, str | Path) or "\0" in str(value) or not str(value).strip():
        raise ValueError("a folder")
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError:
        raise ValueError("a folder in a home that exists") from None


def _home(value: object) -> Path:
    folder = _folder(value)
    if "?" in str(folder):
        raise ValueError('a folder with no "?" in its path (a database address cannot hold one)')
    return folder


def _folders(value: object) -> tuple[Path, ...]:
    given = value.split(os.pathsep) if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not given:
        raise ValueError(f'folders, between each two a "{os.pathsep}"')
    return tuple(_folder(folder) for folder in given)


def _names(value: object) -> tuple[str, ...]:
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(_HOST.fullmatch(str(name).strip()) for name in given):
        raise ValueError("names of this server, between each two a comma")
    return tuple(str(name).strip().lower() for name in given)


def _token(value: object) -> str:
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise ValueError("16 letters, digits and signs or more, without spaces")
    return value


def _database_url(value: object) -> str:
    if not isinstance(value, str) or not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("sqlite:///PATH or postgresql://...")
    return value


def _whole_number(least: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        text = "" if isinstance(value, bool) else str(value)
        if not (text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS and int(text) >= least):
            raise ValueError(f"a whole number from {least}")
        return int(text)

    return check


_CHECKS: Mapping[str, Callable[[object], object]] = {
    "home": _home,
    "database_url": _database_url,
    "workers": _whole_number(1),
    "camera": _whole_number(0),
    "emotion_artifact": _folder,
    "mood_artifact": _folder,
    "listener": _text,
    "music_roots": _folders,
    "hosts": _names,
    "metrics_token": _token,
}
