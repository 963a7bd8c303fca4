"""How long EASE takes for a big library, and how much memory: made-up listeners, one core.

    OPENBLAS_NUM_THREADS=1 python benchmarks/collaborative.py --listeners 5000 --tracks 20000

Prints one JSON line: seconds on the clock, seconds of processor time, and the most memory held at once.
"""

from __future__ import annotations

import argparse
import json
import resource
import time

import numpy as np

from mien.recommend.collaborative import Ease, TimedEase


def listeners_of(count: int, tracks: int, heard: int) -> list[list[int]]:
    """Made-up histories: popular tracks are heard more, and each listener keeps to one of 50 circles."""
    rng = np.random.default_rng(0)
    popularity = 1.0 / np.arange(1, tracks + 1) ** 0.6
    circle = rng.integers(0, 50, tracks)
    histories = []
    for listener in range(count):
        weights = popularity * np.where(circle == listener % 50, 10.0, 1.0)
        keys = rng.exponential(size=tracks) / weights
        histories.append(np.argsort(keys)[: rng.integers(heard // 2, heard * 3 // 2)].tolist())
    return histories


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, default=5_000)
    parser.add_argument("--tracks", type=int, default=20_000)
    parser.add_argument("--heard", type=int, default=200, help="tracks a listener, on average")
    parser.add_argument("--timed", action="store_true", help="EASE and the next track together")
    options = parser.parse_args()
    histories = listeners_of(options.listeners, options.tracks, options.heard)
    recommender = TimedEase() if options.timed else Ease()
    clock, processor = time.perf_counter(), time.process_time()
    learned = recommender.fit(histories)
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    asked = time.perf_counter()
    learned.scores(histories[0])
    asked = time.perf_counter() - asked
    print(
        json.dumps(
            {
                "listeners": options.listeners,
                "tracks": len(learned.tracks),
                "clock_s": round(clock, 1),
                "processor_s": round(processor, 1),
                "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 2),
                "scores_ms": round(asked * 1000, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
