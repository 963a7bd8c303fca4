"""One function over many files, by real processes that really die."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mien.audio.workers import Result, map_files
from mien.errors import ArtifactError, DecodingError, MienError

if TYPE_CHECKING:
    from collections.abc import Callable

GENEROUS_S = 60.0


def make_deeds() -> Callable[[Path], object]:
    """A function that does what a file's name says."""
    built_in = os.getpid()

    def do(path: Path) -> object:
        deed = path.name.split("-")[0]
        if deed == "hang":
            time.sleep(1000)
        if deed == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if deed == "exit":
            os._exit(3)
        if deed == "refuse":
            raise DecodingError(f"{path.name} is damaged")
        if deed == "fail":
            raise ZeroDivisionError("two\nlines")
        if deed == "unpicklable":
            return lambda: None
        if deed == "none":
            return None
        return built_in, os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"]

    return do


def fail_to_make() -> Callable[[Path], object]:
    raise ArtifactError("no model is installed")


def fail_oddly_to_make() -> Callable[[Path], object]:
    raise KeyError("x")


def die_while_making() -> Callable[[Path], object]:
    os._exit(4)


def results(
    names: list[str], *, workers: int = 2, timeout_s: float = GENEROUS_S
) -> dict[str, Result[object]]:
    """By name; fails where a file has more than one."""
    found: dict[str, Result[object]] = {}
    for result in map_files(make_deeds, [Path(name) for name in names], workers=workers, timeout_s=timeout_s):
        assert result.path.name not in found
        found[result.path.name] = result
    assert sorted(found) == sorted(names)
    return found


@pytest.fixture(autouse=True)
def _no_child_survives():
    yield
    assert multiprocessing.active_children() == []


def test_every_file_gets_exactly_one_result_whatever_befalls_the_others() -> None:
    bad = {
        "crash-1": "the process that read it broke down (SIGSEGV)",
        "crash-2": "the process that read it broke down (SIGSEGV)",
        "exit-1": "the process that read it broke down (exit code 3)",
        "refuse-1": "refuse-1 is damaged",
        "fail-1": "ZeroDivisionError: two lines",
    }
    good = [f"good-{number}" for number in range(20)]
    found = results([good[0], *bad, *good[1:]])
    assert {name: str(found[name].error) for name in bad} == bad
    assert all(found[name].value is None for name in bad)
    assert all(found[name].error is None for name in good)


def test_the_function_is_made_once_in_each_worker_and_uses_one_thread() -> None:
    found = results([f"good-{number}" for number in range(30)])
    values = {result.value for result in found.values()}
    assert 1 <= len(values) <= 2
    assert all(value[0] != os.getpid() and value[1:] == ("1", "1") for value in values)


def test_a_file_that_takes_too_long_is_given_up_and_the_rest_goes_on() -> None:
    found = results(["hang-1", "good-1", "good-2", "hang-2", "good-3"], timeout_s=2.0)
    for name in ("hang-1", "hang-2"):
        assert str(found[name].error) == "took longer than 2 s and was given up"
    assert [found[f"good-{number}"].error for number in (1, 2, 3)] == [None, None, None]


def test_a_value_that_cannot_be_sent_is_that_files_error() -> None:
    found = results(["unpicklable-1", "none-1", "good-1"], workers=1)
    assert "pickle" in str(found["unpicklable-1"].error)
    assert found["none-1"] == Result(Path("none-1"), None, None)
    assert found["good-1"].error is None


def test_results_come_as_they_complete_and_paths_are_taken_as_needed() -> None:
    taken: list[str] = []

    def paths():
        for name in ("hang-1", "good-1", "good-2", "good-3", "good-4", "good-5"):
            taken.append(name)
            yield Path(name)

    mapping = map_files(make_deeds, paths(), workers=2, timeout_s=GENEROUS_S)
    assert next(mapping).path.name == "good-1"
    assert taken == ["hang-1", "good-1", "good-2"]
    assert next(mapping).path.name == "good-2"
    mapping.close()


def test_no_file_is_no_result_and_no_process() -> None:
    assert results([]) == {}


def test_leaving_the_loop_ends_the_workers_at_once() -> None:
    for _ in map_files(make_deeds, [Path("good"), Path("hang-1"), Path("hang-2")], workers=2, timeout_s=1e6):
        break
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (fail_to_make, ArtifactError, "no model is installed"),
        (fail_oddly_to_make, MienError, "a worker process cannot start: KeyError: 'x'"),
        (die_while_making, MienError, r"a worker process cannot start \(exit code 4\)"),
    ],
)
def test_a_function_that_cannot_be_made_is_an_error_of_the_whole(
    make: Callable[[], Callable[[Path], object]], error: type[MienError], message: str
) -> None:
    with pytest.raises(error, match=message):
        list(map_files(make, [Path("good"), Path("good-2")], workers=2, timeout_s=GENEROUS_S))


def test_a_worker_that_never_starts_is_an_error_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.audio.workers._STARTING_S", 0.0)
    with pytest.raises(MienError, match="did not start within 0 s"):
        list(map_files(make_deeds, [Path("good")], workers=1, timeout_s=GENEROUS_S))


def test_no_workers_is_a_mistake_and_not_no_results() -> None:
    with pytest.raises(ValueError, match="0 workers"):
        list(map_files(make_deeds, [Path("good")], workers=0, timeout_s=1.0))


SCRIPT = """
import os, signal, sys, time
from pathlib import Path
from mien.audio.workers import map_files

def make():
    return work

def work(path):
    if path.name == "first":
        return os.getpid()
    time.sleep(1000)

if __name__ == "__main__":
    # A shell starts what runs in its background deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        for result in map_files(make, map(Path, ["first", "2", "3"]), workers=2, timeout_s=1e6):
            print(result.value, flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def test_ctrl_c_ends_all_processes_promptly_and_quietly(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        worker = int(process.stdout.readline())
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
        out, err = process.communicate(timeout=30)
    assert (out, err, process.returncode) == ("interrupted\n", "", 0)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_the_first_worker_too_never_sees_an_interrupt(tmp_path: Path) -> None:
    # In a process of its own: only there is the first worker the first of all.
    look = "import signal; return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])"
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("return os.getpid()", look).replace("time.sleep(1000)", look))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3


def test_workers_end_by_themselves_when_their_parent_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("time.sleep(1000)", "time.sleep(2)"))
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as process:
        worker = int(process.stdout.readline())
        process.kill()
    deadline = time.monotonic() + 30
    while Path(f"/proc/{worker}").exists() and "Z" not in Path(f"/proc/{worker}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
