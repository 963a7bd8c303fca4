"""What the functional tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import Answer, Program

PHOTOGRAPH = Path(__file__).parents[2] / "src" / "mien" / "demo" / "photograph.jpg"


@pytest.fixture
def mien(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A home in which the demo was run once, and what it said."""
    home = tmp_path_factory.mktemp("demo") / "home"
    return home, Program(home)("demo", "--no-serve", "--no-camera", "-n", "5", "--seed", "1")


@pytest.fixture
def photograph() -> Path:
    return PHOTOGRAPH
