"""How long one song takes, in processor time, stage by stage; and against others in the same run.

    OMP_NUM_THREADS=1 OPENCV_FOR_THREADS_NUM=1 python benchmarks/song_speed.py [SONG [RUNS]]

Without a song, one that Mien composes is repeated to three minutes of stereo mp3. Each figure is the least of
several runs, taken in turns so that a busy machine troubles all alike. librosa is a development dependency;
`bliss-audio` is measured where it is installed (`pip install bliss-audio`); memory is read on Linux.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from mien import artifacts
from mien.audio.analyze import SongAnalyzer
from mien.audio.decode import decode
from mien.audio.features import listen
from mien.audio.loudness import LoudnessMeter
from mien.audio.mood import MoodNetwork
from mien.audio.tags import TagReader
from mien.demo.render import render
from mien.demo.songs import SONGS
from mien.demo.synth.waves import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5
LENGTH_S = 180
COLD_START = (
    "from mien import artifacts; from mien.audio.analyze import SongAnalyzer;"
    "from mien.audio.mood import MoodNetwork; from mien.audio.tags import TagReader;"
    "from pathlib import Path; import sys;"
    "reader = TagReader().__enter__();"
    "analyzer = SongAnalyzer(MoodNetwork(artifacts.shipped('mood')), reader);"
    "analyzer.analyze(Path(sys.argv[1])) if len(sys.argv) > 1 else None;"
    "reader.__exit__(None, None, None);"
    "status = Path('/proc/self/status').read_text();"
    "print(next(line.split()[1] for line in status.splitlines() if line.startswith('VmHWM')))"
)


def three_minutes(path: Path) -> Path:
    """A stereo mp3 of 192 kbit/s, composed by Mien."""
    sound = np.tile(render(SONGS[0]), (1, 6))[:, : LENGTH_S * SAMPLE_RATE_HZ]
    write_mp3(path, sound, SAMPLE_RATE_HZ)
    return path


def write_mp3(path: Path, stereo: np.ndarray, rate_hz: int) -> None:
    """Samples of shape ``[2, n]`` as an mp3 of 192 kbit/s."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame", rate=rate_hz, layout="stereo")
        stream.bit_rate = 192_000
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(stereo), format="fltp", layout="stereo")
        frame.sample_rate = rate_hz
        for part in av.AudioResampler("fltp", "stereo", rate_hz, frame_size=1152).resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def only_ffmpeg(path: Path) -> None:
    """Decode and throw away: what no analyser can do without."""
    with av.open(str(path)) as container:
        for _frame in container.decode(container.streams.audio[0]):
            pass


def usual_librosa(path: Path) -> None:
    """What a script for mood recognition usually measures."""
    import librosa  # noqa: PLC0415  (slow to import, and only some have it)

    samples, rate_hz = librosa.load(path, sr=22_050, mono=True)
    for measure in ("mfcc", "chroma_stft", "spectral_centroid", "spectral_bandwidth", "spectral_contrast"):
        getattr(librosa.feature, measure)(y=samples, sr=rate_hz)
    librosa.feature.spectral_rolloff(y=samples, sr=rate_hz)
    librosa.feature.zero_crossing_rate(samples)
    librosa.feature.rms(y=samples)
    librosa.beat.beat_track(y=samples, sr=rate_hz)


def metered(path: Path) -> None:
    """Decode, mix, resample, and measure loudness and peak."""
    meter = LoudnessMeter()
    for _block in decode(path, meter=meter.add):
        pass
    meter.integrated_lufs()


def candidates(path: Path, analyzer: SongAnalyzer) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    blocks = list(decode(path))
    timed: dict[str, Callable[[], object]] = {
        "FFmpeg alone": lambda: only_ffmpeg(path),
        "decode, mix, resample": lambda: list(decode(path)),
        "the same with loudness and peak": lambda: metered(path),
        "features of the samples": lambda: list(listen(blocks)),
        "mien, file to analysis": lambda: analyzer.analyze(path),
        "librosa, usual set": lambda: usual_librosa(path),
    }
    try:
        from bliss_audio import Song  # noqa: PLC0415
    except ImportError:
        print("bliss-audio is not installed and not measured")
    else:
        timed["bliss-audio"] = lambda: Song(str(path))
    return timed


def cold_start(path: Path | None) -> tuple[float, float]:
    """Processor time of a new process that gets ready (and analyses one file), and its memory in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", COLD_START, *([str(path)] if path else [])]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, int(said) / 1024


def main(song: str | None = None, runs: int = RUNS) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, TagReader() as tag_reader:
        path = Path(song) if song else three_minutes(Path(folder) / "song.mp3")
        analyzer = SongAnalyzer(MoodNetwork(artifacts.shipped("mood")), tag_reader)
        timed = candidates(path, analyzer)
        least = dict.fromkeys(timed, float("inf"))
        for run in range(int(runs) + 1):
            for name, function in timed.items():
                started = time.process_time()
                function()
                if run:  # the first warms up
                    least[name] = min(least[name], time.process_time() - started)
        for name, seconds in least.items():
            print(f"{name:34} {seconds:6.3f} s")
        ours = least.pop("mien, file to analysis")
        for name in ("librosa, usual set", "bliss-audio"):
            if name in least:
                print(f"{name} / mien: {least[name] / ours:.2f}")
        print("cold start of a worker: {:.2f} s, {:.0f} MB".format(*cold_start(None)))
        print("cold start and one file: {:.2f} s, {:.0f} MB".format(*cold_start(path)))


if __name__ == "__main__":
    main(*sys.argv[1:])
