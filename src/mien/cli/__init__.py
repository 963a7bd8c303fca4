"""The terminal's front end. Each command imports its heavy parts itself, so that the program starts fast."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from mien.cli import backups as _backups
from mien.cli import calibrating as _calibrating
from mien.cli import care as _care
from mien.cli import collaborative as _collaborative
from mien.cli import demo as _demo
from mien.cli import evaluation as _evaluation
from mien.cli import faces as _faces
from mien.cli import histories as _histories
from mien.cli import library as _library
from mien.cli import listening as _listening
from mien.cli import playlists as _playlists
from mien.cli import serve as _serve
from mien.cli import songs as _songs
from mien.cli import taste as _taste
from mien.cli import training as _training
from mien.cli.app import app
from mien.cli.stdout import Output, OutputError, drop_the_rest
from mien.errors import MienError

__all__ = ["app", "main"]

_INTERRUPTED = 130

for _group in (
    *(_demo, _songs, _faces, _calibrating, _listening, _taste, _playlists, _collaborative, _histories),
    *(_training, _evaluation, _library, _backups, _care, _serve),
):
    _group.register(app)


def main() -> None:
    """Run the program; whatever Mien can name as having gone wrong is one line on stderr and exit 1."""
    if isinstance(sys.stdout, TextIOWrapper):  # it is None where it was closed
        sys.stdout = Output.in_place_of(sys.stdout)
    try:
        _run()
    except MienError as error:
        sys.stderr.write(f"mien: {error}\n")
        if isinstance(error, OutputError):
            drop_the_rest()
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        drop_the_rest()
        sys.exit(1)


def _run() -> None:
    try:
        app()
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()
