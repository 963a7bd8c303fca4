import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "recommend_speed.py"


@pytest.mark.parametrize("count", [10_000, pytest.param(1_000_000, marks=pytest.mark.stress)])
def test_nothing_banned_or_not_wanted_now_is_ever_recommended(count):
    command = [sys.executable, BENCHMARK, "--tracks", "0", "--simulated", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) >= count
    assert done.stdout.endswith("simulated recommendations, 0 of them banned or not now\n")
