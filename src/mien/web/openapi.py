"""Prints the API's description, for the page's types: ``python -m mien.web.openapi``."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from mien.config import load_settings
from mien.core import Mien
from mien.web.app import make_app


def main() -> None:
    """Print it; nothing of this machine's settings or library is in it."""
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings({"home": home}, environment={}, file=Path(home) / "none.toml")
        with Mien(settings) as mien:
            sys.stdout.write(json.dumps(make_app(mien).openapi(), indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
