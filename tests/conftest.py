"""What all tests share: the data, a PostgreSQL, and that CI skips nothing that could run."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
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


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory):
    """A PostgreSQL server: the one ``MIEN_TEST_POSTGRES_URL`` names, or one that runs while the tests do."""
    named = os.environ.get("MIEN_TEST_POSTGRES_URL")
    if named:
        yield named
        return
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (on Debian: apt install postgresql)")
    folder = tmp_path_factory.mktemp("postgres")
    as_user: dict[str, int] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres")
        as_user = {"user": user.pw_uid, "group": user.pw_gid}
        shutil.chown(folder, user.pw_uid, user.pw_gid)
        for parent in (folder, *folder.parents[:2]):
            parent.chmod(parent.stat().st_mode | 0o011)

    def run(program: str, *arguments: str) -> None:
        command = [programs / program, "-D", "data", *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_user)

    run("initdb", "-U", "mien", "--auth=trust", "-E", "UTF8")
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c unix_socket_permissions=0777"
    run("pg_ctl", "-w", "-l", "log", "-o", options, "start")
    yield f"postgresql://mien@/postgres?host={folder}"
    run("pg_ctl", "-m", "immediate", "stop")


def _postgres_programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None
