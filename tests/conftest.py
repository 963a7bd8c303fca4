"""What all tests share: where the data lies, and that continuous integration skips nothing that could run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
NO_SHARED_DATA = "the labelled data is not beside this checkout (../shared/data)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With CI=true a skipped test fails, but for those that need data which cannot be shipped."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and NO_SHARED_DATA not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped, and in continuous integration nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The labelled data that tests may read, and that is never part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip(NO_SHARED_DATA)
    return SHARED_DATA
