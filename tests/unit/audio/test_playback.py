"""Playing short files on a pretended device that keeps real time."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING

import miniaudio
import numpy as np
import pytest
from sound_files import LEVEL, sine, write_sine, write_sound

from mien.audio import playback
from mien.audio.playback import Player
from mien.errors import DecodingError, SoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.mark.parametrize("ending", ["mp3", "flac", "m4a"])
def test_plays_a_file_to_its_end_in_real_time(tmp_path: Path, ending: str) -> None:
    path = write_sine(tmp_path / f"a.{ending}", 0.8)
    started = time.monotonic()
    played_s = Player(backend="null").play(path)
    assert played_s == pytest.approx(0.8, abs=0.05)
    assert time.monotonic() - started > 0.5  # not at once


def test_tells_how_far_it_is_and_never_goes_back(tmp_path: Path) -> None:
    told: list[float] = []
    Player(backend="null").play(write_sine(tmp_path / "a.wav", 1.0), on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0, abs=0.01)
    assert len(set(told)) > 3


def test_stops_from_another_thread_and_can_play_again(tmp_path: Path) -> None:
    player = Player(backend="null")
    path = write_sine(tmp_path / "a.wav", 60.0)

    def stop_after_a_while(played_s: float) -> None:
        if played_s > 0.2:
            threading.Thread(target=player.stop).start()

    assert 0.2 < player.play(path, on_progress=stop_after_a_while) < 30.0
    player.stop()  # nothing plays: the next file is not stopped
    assert player.play(write_sine(tmp_path / "b.wav", 0.3)) == pytest.approx(0.3, abs=0.01)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_text("not music")
    with pytest.raises(DecodingError, match=r"a\.mp3"):
        Player(backend="null").play(path)


def test_a_damaged_file_is_heard_before_it_is_blamed(tmp_path: Path) -> None:
    samples = sine(0.6, 44_100, LEVEL)
    samples[0, ::5] = np.nan
    path = write_sound(tmp_path / "a.wav", samples, 44_100, codec="pcm_f32le", sample_format="flt")
    told: list[float] = []
    with pytest.raises(DecodingError, match="not numbers"):
        Player(backend="null").play(path, on_progress=told.append)
    assert told[-1] == pytest.approx(0.6, abs=0.01)


def test_no_device_is_one_clear_sentence_and_no_noise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_sine(tmp_path / "a.wav")
    player = Player()
    assert miniaudio.Backend.NULL not in player._backends
    player._backends = [miniaudio.Backend.CUSTOM]  # one that never has a device, wherever the test runs
    with pytest.raises(SoundError, match="there is no sound device to play on"):
        player.play(path)
    assert capfd.readouterr() == ("", "")


def test_a_device_that_goes_away_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playback, "_LONGEST_QUIET_S", 0.2)
    feed = playback._Feed(lambda: 1.0)
    device = feed.asked_for()
    next(device)
    device.send(100)
    endless = itertools.repeat(np.zeros((1000, 2), np.float32))
    with pytest.raises(SoundError, match="stopped taking sound"):
        list(feed.fed_with(endless))


def test_volume_stays_between_silence_and_as_recorded() -> None:
    player = Player(volume=3.0, backend="null")
    assert player.volume == 1.0
    player.volume = -1.0
    assert player.volume == 0.0


def heard(blocks: Iterator[np.ndarray], counts: list[int], volume: float = 1.0) -> tuple[np.ndarray, float]:
    """What a device that asks for so many frames at a time hears, ``[n, 2]``, and the time played."""
    feed = playback._Feed(lambda: volume)
    feeding = feed.fed_with(blocks)
    device = feed.asked_for()
    next(device)
    frames = []
    for count in counts:
        for _ in range(4):  # a block is handed over after a look around
            next(feeding)
        frames.append(np.frombuffer(device.send(count), np.float32).reshape(-1, 2))
        assert len(frames[-1]) == count
    return np.concatenate(frames), feed.played_s


def test_a_decoder_that_is_late_gives_silence_and_loses_nothing() -> None:
    feed = playback._Feed(lambda: 1.0)
    device = feed.asked_for()
    next(device)
    assert not any(device.send(48_000))  # a second before the first block
    feeding = feed.fed_with(iter([np.ones((500, 2), np.float32)]))
    for _ in range(2):
        next(feeding)
    assert np.frombuffer(device.send(500), np.float32).tolist() == [1.0] * 1000
    assert feed.played_s == pytest.approx(500 / 48_000)


def test_the_device_gets_every_sample_in_order_on_its_own_side() -> None:
    sides = np.stack([np.arange(1, 1001), -np.arange(1, 1001)], axis=1).astype(np.float32)
    blocks = iter([sides[:7], sides[7:300], sides[300:]])
    sound, played_s = heard(blocks, [100, 1, 499, 450], volume=0.5)
    assert (sound[:1000] == 0.5 * sides).all()
    assert not sound[1000:].any()
    assert played_s == pytest.approx(1000 / 48_000)
