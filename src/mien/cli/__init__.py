"""The terminal's front end. Each command imports its heavy parts itself, so that the program starts fast."""

from __future__ import annotations

import os
import sys

from mien.cli import calibrating as _calibrating
from mien.cli import care as _care
from mien.cli import collaborative as _collaborative
from mien.cli import demo as _demo
from mien.cli import evaluation as _evaluation
from mien.cli import faces as _faces
from mien.cli import histories as _histories
from mien.cli import listening as _listening
from mien.cli import playlists as _playlists
from mien.cli import serve as _serve
from mien.cli import songs as _songs
from mien.cli import taste as _taste
from mien.cli import training as _training
from mien.cli.app import app
from mien.errors import MienError

__all__ = ["app", "main"]

_INTERRUPTED = 130

for _group in (
    *(_demo, _songs, _faces, _calibrating, _listening, _taste, _playlists, _collaborative, _histories),
    *(_training, _evaluation, _care, _serve),
):
    _group.register(app)


def main() -> None:
    """Run the program; whatever Mien can name as having gone wrong is one line on stderr and exit 1."""
    try:
        app()
    except MienError as error:
        sys.stderr.write(f"mien: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the output has gone; Python must not complain of it again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
