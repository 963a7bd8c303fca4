"""Loudness and true peak, held to the signals of EBU Tech 3341 and to FFmpeg's meter."""

from __future__ import annotations

import av
import numpy as np
import pytest
from made_music import song
from sound_files import sine, write_sound

from mien.audio.decode import Channels, decode
from mien.audio.loudness import LoudnessMeter

RATE_HZ = 48_000
STEREO = ("FL", "FR")
SURROUND = ("FL", "FR", "FC", "LFE", "BL", "BR")


def tone(level_dbfs: float, duration_s: float, hz: float = 1000.0, rate_hz: int = RATE_HZ) -> np.ndarray:
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)


def tones(*parts: tuple[float, float]) -> np.ndarray:
    """Stereo, as the test signals are: ``(level_dbfs, duration_s)`` one after the other."""
    return np.tile(np.concatenate([tone(*part) for part in parts]), (2, 1))


def metered(samples, names=STEREO, rate_hz=RATE_HZ, piece=30_000, scale=1.0) -> LoudnessMeter:
    meter = LoudnessMeter()
    for start in range(0, samples.shape[1], piece):
        meter.add(Channels(samples[:, start : start + piece], scale, names, rate_hz))
    return meter


@pytest.mark.parametrize(
    ("parts", "lufs"),
    [
        ([(-23, 20)], -23),
        ([(-33, 20)], -33),
        ([(-36, 10), (-23, 60), (-36, 10)], -23),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
    ids=["case 1", "case 2", "case 3", "case 4", "case 5"],
)
def test_the_signals_of_ebu_tech_3341_have_the_loudness_that_it_says(parts, lufs):
    assert metered(tones(*parts)).integrated_lufs() == pytest.approx(lufs, abs=0.05)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 44_100, 96_000, 192_000])
def test_the_rate_of_a_file_changes_nothing(rate_hz):
    samples = np.tile(tone(-23, 10, rate_hz=rate_hz), (2, 1))
    assert metered(samples, rate_hz=rate_hz).integrated_lufs() == pytest.approx(-23, abs=0.05)


@pytest.mark.parametrize("piece", [100, 4_799, 4_801, 10**6])
def test_the_length_of_the_pieces_changes_nothing(piece):
    samples = np.tile(song(3.0), (2, 1))
    whole, pieces = metered(samples), metered(samples, piece=piece)
    assert pieces.integrated_lufs() == pytest.approx(whole.integrated_lufs(), abs=1e-3)
    assert pieces.true_peak_dbtp() == pytest.approx(whole.true_peak_dbtp(), abs=1e-3)


def test_mono_is_as_loud_as_the_same_on_two_sides():
    mono = metered(tone(-23, 5)[None], ("FC",))
    assert mono.integrated_lufs() == pytest.approx(-23, abs=0.05)


def test_surround_counts_more_behind_and_not_the_low_frequency_channel():
    # Case 6 of EBU Tech 3341, which leaves the low-frequency channel silent; here it is loud.
    levels = (-28, -28, -24, -3, -30, -30)
    samples = np.stack([tone(level, 20) for level in levels])
    assert metered(samples, SURROUND).integrated_lufs() == pytest.approx(-23, abs=0.05)


def test_whole_numbers_are_as_loud_as_fractions():
    samples = (tones((-23, 5)) * 32_768).astype(np.int16)
    assert metered(samples, scale=1 / 32_768).integrated_lufs() == pytest.approx(-23, abs=0.05)


@pytest.mark.parametrize("samples", [np.zeros((2, RATE_HZ)), tones((-80, 2)), tones((-20, 0.3))])
def test_silence_and_what_is_too_short_have_no_loudness(samples):
    assert metered(samples.astype(np.float32)).integrated_lufs() is None


def test_an_offset_is_not_loud():
    levels = metered(np.full((2, RATE_HZ), 0.5, np.float32)).step_levels_lufs()
    assert levels[1:].max() < -90  # in the first step it begins, which is heard


def test_levels_of_steps_follow_the_sound():
    levels = metered(tones((-23, 1), (-43, 1))).step_levels_lufs()
    assert levels[2] == pytest.approx(-23, abs=0.2)
    assert levels[15] == pytest.approx(-43, abs=0.2)


@pytest.mark.parametrize("phase", [0.0, 0.125, 0.25])
def test_a_peak_between_samples_is_found(phase):
    # A quarter of the sampling rate: with this phase every sample is 3 dB below the peak.
    turns = np.arange(RATE_HZ) / 4 + phase
    samples = np.tile(0.5 * np.sin(2 * np.pi * turns), (2, 1)).astype(np.float32)
    samples *= np.minimum(1, np.arange(RATE_HZ)[::-1] / 1000).astype(np.float32)
    samples *= np.minimum(1, np.arange(RATE_HZ) / 1000).astype(np.float32)
    assert metered(samples).true_peak_dbtp() == pytest.approx(-6.0, abs=0.2)


@pytest.mark.parametrize("at", [0, 3, 29_999, 30_000, RATE_HZ - 1])
def test_a_single_loud_sample_is_the_peak_wherever_it_stands(at):
    samples = tones((-40, 1))
    samples[1, at] = 0.9
    assert metered(samples).true_peak_dbtp() == pytest.approx(20 * np.log10(0.9), abs=0.1)


def test_digital_silence_has_no_peak():
    assert metered(np.zeros((2, RATE_HZ), np.float32)).true_peak_dbtp() is None


def test_what_changes_on_the_way_is_measured_on():
    meter = LoudnessMeter()
    for rate_hz, names in ((44_100, STEREO), (48_000, STEREO), (48_000, ("FC",))):
        piece = np.tile(tone(-23, 3, rate_hz=rate_hz), (len(names), 1))
        meter.add(Channels(piece, 1.0, names, rate_hz))
    assert meter.integrated_lufs() == pytest.approx(-23, abs=0.05)
    assert len(meter.step_levels_lufs()) == pytest.approx(90, abs=3)


def test_a_file_is_as_loud_as_ffmpegs_meter_says(tmp_path):
    sound = np.interp(np.arange(0, 12, 1 / 44_100), np.arange(12 * 22_050) / 22_050, song(12.0))
    both = np.stack([sound, np.roll(0.5 * sound, 5000)]).astype(np.float32)
    path = write_sound(tmp_path / "song.mp3", both, 44_100, codec="libmp3lame", sample_format="fltp")
    meter = LoudnessMeter()
    for _block in decode(path, meter=meter.add):
        pass
    lufs, peak_dbtp = by_ffmpeg(path)
    assert meter.integrated_lufs() == pytest.approx(lufs, abs=0.1)
    assert meter.true_peak_dbtp() == pytest.approx(peak_dbtp, abs=0.2)


def test_a_meter_sees_no_sample_that_is_no_number(tmp_path):
    samples = sine(3.0, 44_100, 0.1, 0.1)
    samples[0, 1000:1100] = np.nan
    samples[1, 2000] = 1e30
    path = write_sound(tmp_path / "bad.wav", samples, 44_100, codec="pcm_f32le", sample_format="flt")
    meter = LoudnessMeter()
    for _block in decode(path, meter=meter.add):
        pass
    assert meter.true_peak_dbtp() < -15
    assert -25 < meter.integrated_lufs() < -15


def by_ffmpeg(path) -> tuple[float, float]:
    """What FFmpeg's own meter says of a file: an independent implementation of the same standard."""
    said: dict[str, str] = {}
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        graph = av.filter.Graph()
        meter = graph.add("ebur128", "metadata=1:peak=true")
        sink = graph.add("abuffersink")
        graph.add_abuffer(template=stream).link_to(meter)
        meter.link_to(sink)
        graph.configure()
        for frame in [*container.decode(stream), None]:
            graph.push(frame)
            while True:
                try:
                    said |= graph.pull().metadata
                except (av.BlockingIOError, av.EOFError):
                    break
    peaks = [float(value) for name, value in said.items() if "true_peaks_ch" in name]
    return float(said["lavfi.r128.I"]), 20 * np.log10(max(peaks))
