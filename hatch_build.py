"""Holds what is built to be installed elsewhere to having the player's page in it, as its source makes it.

An editable install serves the page from the checkout, whenever that is built, and needs none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("src/mien/web/page/index.html")
# What the page is made from; a source distribution has none of it.
MADE_FROM = ("ui/src", "ui/public", "ui/index.html", "ui/package-lock.json", "ui/vite.config.ts")


class PageHook(BuildHookInterface):
    """Runs before every build."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (hatchling's)
        """Refuse to build what would have no page, or an old one.

        Args:
            version: ``editable`` for an install that is one.
            build_data: what else to build in.
        """
        if version != "editable":
            require_page(Path(self.root))


def require_page(root: Path) -> None:
    """Refuse to go on without the page.

    Raises:
        FileNotFoundError: it is not built.
        RuntimeError: its source has changed since.
    """
    page = root / PAGE
    if not page.is_file():
        raise FileNotFoundError(f"the player's page is not built ({PAGE} is missing): run make page first")
    built_at = page.stat().st_mtime
    newer = next((file for file in _sources(root) if file.stat().st_mtime > built_at), None)
    if newer is not None:
        raise RuntimeError(
            f"the player's page is older than {newer.relative_to(root)}: run make page, and then build"
        )


def _sources(root: Path) -> list[Path]:
    given = [root / name for name in MADE_FROM]
    return [file for path in given for file in (path, *path.rglob("*")) if file.is_file()]
