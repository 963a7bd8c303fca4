"""Decoding real files whose sound is known, and files that mean harm."""

from __future__ import annotations

import io
import os
import random
import struct
import zlib
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sound_files import KINDS, LEVEL, PITCH_HZ, pitch_hz, sine, write_sine, write_sound

from mien.audio.decode import decode, decode_all
from mien.audio.files import find_audio_files
from mien.errors import DecodingError

if TYPE_CHECKING:
    from mien.sentences import Sentence

RATE_HZ = 22_050


def wav(
    channels: int, rate_hz: int, bits: int, data: bytes, *, kind: int = 1, claimed: int | None = None
) -> bytes:
    """A WAV file with any numbers in its header, true or not."""
    block = channels * bits // 8
    header = struct.pack("<HHIIHH", kind, channels, rate_hz, rate_hz * block % 2**32, block % 2**16, bits)
    claimed = len(data) if claimed is None else claimed
    body = b"WAVEfmt " + struct.pack("<I", len(header)) + header + b"data" + struct.pack("<I", claimed) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def float_wav(path: Path, samples: np.ndarray, rate_hz: int = 44_100) -> Path:
    path.write_bytes(wav(1, rate_hz, 32, samples.astype("<f4").tobytes(), kind=3))
    return path


def png(width: int, height: int) -> bytes:
    """A black picture: small as a file, large in memory."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer, rows = zlib.compressobj(9), io.BytesIO()
    for _ in range(height):
        rows.write(packer.compress(bytes(1 + 4 * width)))
    rows.write(packer.flush())
    size = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", rows.getvalue()) + chunk(b"IEND", b"")


def with_cover(mp3: bytes, picture: bytes) -> bytes:
    """An mp3 file with a picture embedded, as ID3v2.4 has it."""

    def size(count: int) -> bytes:
        return bytes(count >> shift & 127 for shift in (21, 14, 7, 0))

    body = b"\0image/png\0\3\0" + picture
    frame = b"APIC" + size(len(body)) + b"\0\0" + body
    return b"ID3\4\0\0" + size(len(frame)) + frame + mp3


@pytest.mark.parametrize("kind", KINDS)
def test_finds_pitch_level_and_duration_in_every_format(tmp_path: Path, kind: str) -> None:
    samples = decode_all(write_sine(tmp_path / f"a.{kind}", 2.0))
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert len(samples) / RATE_HZ == pytest.approx(2.0, abs=0.05)
    assert pitch_hz(samples, RATE_HZ) == pytest.approx(PITCH_HZ, abs=1)
    assert np.abs(samples[5000:-5000]).max() == pytest.approx(LEVEL, rel=0.06)


@pytest.mark.parametrize(
    ("codec", "sample_format"),
    [
        ("pcm_u8", "u8"),
        ("pcm_s24le", "s32"),
        ("pcm_s32le", "s32"),
        ("pcm_f32le", "flt"),
        ("pcm_f64le", "dbl"),
        ("pcm_mulaw", "s16"),
    ],
)
def test_reads_every_width_of_sample(tmp_path: Path, codec: str, sample_format: str) -> None:
    path = write_sound(
        tmp_path / "a.wav", sine(1.0, 44_100, LEVEL), 44_100, codec=codec, sample_format=sample_format
    )
    samples = decode_all(path, sample_rate_hz=44_100)[:44_100]
    assert samples == pytest.approx(sine(1.0, 44_100, LEVEL)[0], abs=0.03)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 48_000, 96_000, 192_000])
def test_resamples_from_any_rate_to_the_one_asked_for(tmp_path: Path, rate_hz: int) -> None:
    path = write_sound(
        tmp_path / "a.wav", sine(1.0, rate_hz, LEVEL), rate_hz, codec="pcm_s16le", sample_format="s16"
    )
    samples = decode_all(path, sample_rate_hz=16_000)
    assert len(samples) == pytest.approx(16_000, abs=2)
    assert samples[2000:-2000] == pytest.approx(sine(1.0, 16_000, LEVEL)[0, 2000:14_000], abs=0.002)


def test_keeps_frequencies_that_the_new_rate_cannot_hold_from_folding_back(tmp_path: Path) -> None:
    time_s = np.arange(44_100) / 44_100
    path = float_wav(tmp_path / "a.wav", np.sin(2 * np.pi * 15_000 * time_s))
    assert np.abs(decode_all(path)[1000:-1000]).max() < 0.01


def test_mono_is_the_mean_of_the_channels(tmp_path: Path) -> None:
    path = write_sine(tmp_path / "a.flac", 1.0, 0.6, 0.2)
    assert decode_all(path, sample_rate_hz=44_100) == pytest.approx(sine(1.0, 44_100, 0.4)[0], abs=1e-3)


@pytest.mark.parametrize(
    ("layout", "channels"), [("mono", 1), ("2.1", 3), ("quad", 4), ("5.1", 6), ("6.1", 7), ("7.1", 8)]
)
def test_mixes_every_surround_layout_to_its_mean(tmp_path: Path, layout: str, channels: int) -> None:
    levels = np.linspace(0.1, 0.8, channels)
    path = write_sound(
        tmp_path / "a.wav",
        sine(0.5, 44_100, *levels),
        44_100,
        codec="pcm_s16le",
        sample_format="s16",
        layout=layout,
    )
    expected = sine(0.5, 44_100, levels.mean())[0]
    assert decode_all(path, sample_rate_hz=44_100) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("ending", "codec", "layout", "channels"),
    [
        ("opus", "libopus", "7.1", 8),
        ("wv", "wavpack", "7.1", 8),
        ("wv", "wavpack", "9 channels", 9),
        ("wv", "wavpack", "hexadecagonal", 16),
    ],
)
def test_reads_eight_and_more_channels_that_lie_apart(
    tmp_path: Path, ending: str, codec: str, layout: str, channels: int
) -> None:
    levels = np.linspace(0.1, 0.8, channels)
    path = write_sound(
        tmp_path / f"a.{ending}",
        sine(1.0, 48_000, *levels),
        48_000,
        codec=codec,
        sample_format="flt" if codec == "libopus" else "fltp",
        layout=layout,
    )
    samples = decode_all(path, sample_rate_hz=48_000)
    assert pitch_hz(samples, 48_000) == pytest.approx(PITCH_HZ, abs=1)
    assert np.abs(samples[5000:-5000]).max() == pytest.approx(levels.mean(), rel=0.1)


def stereo(path: Path) -> np.ndarray:
    return np.concatenate(list(decode(path, sample_rate_hz=48_000, channels=2)))


def test_stereo_keeps_left_and_right_apart(tmp_path: Path) -> None:
    path = write_sine(tmp_path / "a.flac", 1.0, 0.6, 0.0)
    samples = stereo(path)
    assert samples.shape == (48_000, 2)
    assert np.abs(samples[:, 0]).max() == pytest.approx(0.6, abs=0.01)
    assert np.abs(samples[:, 1]).max() < 1e-3


def test_stereo_of_one_channel_is_the_same_on_both_sides_and_as_loud(tmp_path: Path) -> None:
    samples = stereo(write_sine(tmp_path / "a.wav", 1.0, 0.5))
    assert (samples[:, 0] == samples[:, 1]).all()
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.01)


def test_stereo_of_surround_puts_each_side_on_its_own_and_the_centre_on_both(tmp_path: Path) -> None:
    def sides(*levels: float) -> tuple[float, float]:
        path = write_sound(
            tmp_path / "a.wav",
            sine(0.5, 48_000, *levels),
            48_000,
            codec="pcm_f32le",
            sample_format="flt",
            layout="5.1",
        )
        left, right = np.abs(stereo(path)).max(axis=0)
        return float(left), float(right)

    full = 1 + 2 * 0.5**0.5
    assert sides(1, 0, 0, 0, 0, 0) == pytest.approx((1 / full, 0), abs=1e-3)
    assert sides(0, 0, 1, 0, 0, 0) == pytest.approx((0.5**0.5 / full, 0.5**0.5 / full), abs=1e-3)
    assert sides(0, 0, 0, 1, 0, 0) == pytest.approx((0, 0), abs=1e-3)
    assert sides(0, 0, 0, 0, 0, 1) == pytest.approx((0, 0.5**0.5 / full), abs=1e-3)


def test_stereo_of_channels_without_places_is_their_mean_on_both_sides(tmp_path: Path) -> None:
    nine = (sine(0.5, 48_000, *[0.1, 0.2, 0.6] * 3).T * 32_767).astype("<i2")
    path = tmp_path / "a.wav"
    path.write_bytes(wav(9, 48_000, 16, nine.tobytes()))
    assert np.abs(stereo(path)).max(axis=0) == pytest.approx((0.3, 0.3), abs=1e-3)


def test_content_decides_and_not_the_ending(tmp_path: Path) -> None:
    path = write_sine(tmp_path / "a.flac").rename(tmp_path / "a.mp3")
    assert pitch_hz(decode_all(path), RATE_HZ) == pytest.approx(PITCH_HZ, abs=1)


@pytest.mark.parametrize(
    "name", ["http:a.flac", "a:b?c=d#.flac", "concat:a|b.flac", "-i.flac", "%s %d.flac", "ü 音.flac"]
)
def test_a_name_is_never_taken_for_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_sine(tmp_path / "plain.flac").rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert len(decode_all(Path(name))) == RATE_HZ


def test_reads_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = write_sine(tmp_path / "plain.flac").rename(tmp_path / os.fsdecode(b"caf\xe9.flac"))
    assert len(decode_all(path)) == RATE_HZ


def test_follows_a_link_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "link.flac").symlink_to(write_sine(tmp_path / "a.flac"))
    assert len(decode_all(tmp_path / "link.flac")) == RATE_HZ


def test_stops_at_the_longest_duration_asked_for(tmp_path: Path) -> None:
    path = write_sine(tmp_path / "a.mp3", 5.0)
    assert len(decode_all(path, longest_s=1.5)) == pytest.approx(1.5 * RATE_HZ, abs=2)
    assert len(decode_all(path, longest_s=100)) == pytest.approx(5.0 * RATE_HZ, abs=2)


def test_blocks_stay_small_however_long_the_file_is(tmp_path: Path) -> None:
    path = tmp_path / "ten hours.wav"
    path.write_bytes(wav(2, 8_000, 16, b"", claimed=10 * 3600 * 8_000 * 4))
    with path.open("r+b") as file:  # silence that takes no room on the disk
        file.truncate(44 + 10 * 3600 * 8_000 * 4)
    lengths = [len(block) for block in islice(decode(path), 50)]
    assert len(lengths) == 50
    assert max(lengths) < 400_000


def test_goes_on_where_rate_and_channels_change_within_a_file(tmp_path: Path) -> None:
    parts = [
        write_sound(
            tmp_path / f"{rate_hz}.mp3",
            sine(1.0, rate_hz, *levels),
            rate_hz,
            codec="libmp3lame",
            sample_format="fltp",
        )
        for rate_hz, levels in ((44_100, (0.5, 0.5)), (32_000, (0.5,)), (48_000, (0.5, 0.5)))
    ]
    path = tmp_path / "joined.mp3"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    samples = decode_all(path)
    assert len(samples) / RATE_HZ == pytest.approx(3.0, abs=0.2)
    for second in range(3):
        part = samples[int((second + 0.3) * RATE_HZ) : int((second + 0.8) * RATE_HZ)]
        assert pitch_hz(part, RATE_HZ) == pytest.approx(PITCH_HZ, abs=3)
        assert np.abs(part).max() == pytest.approx(LEVEL, rel=0.1)


def test_reads_the_sound_of_a_video(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=25)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        audio = container.add_stream("flac", rate=44_100, layout="mono")
        for number in range(25):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            container.mux(video.encode(picture))
        frame = av.AudioFrame.from_ndarray(
            (sine(1.0, 44_100, LEVEL) * 32_767).astype(np.int16), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = 44_100, 0, Fraction(1, 44_100)
        container.mux([*audio.encode(frame), *audio.encode(None), *video.encode(None)])
    assert pitch_hz(decode_all(path), RATE_HZ) == pytest.approx(PITCH_HZ, abs=1)


def test_embedded_cover_art_is_never_decoded(tmp_path: Path) -> None:
    import resource

    path = write_sine(tmp_path / "a.mp3")
    path.write_bytes(with_cover(path.read_bytes(), png(6_000, 6_000)))  # 144 MB as pixels
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(decode_all(path)) == pytest.approx(RATE_HZ, abs=2)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 70_000


@pytest.mark.parametrize("kind", ["mp3", "flac", "ogg", "opus", "aac", "wav", "wma", "webm"])
def test_a_file_that_was_cut_short_gives_what_it_has(tmp_path: Path, kind: str) -> None:
    path = write_sine(tmp_path / f"a.{kind}", 20.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    samples = decode_all(path)
    assert 5.0 < len(samples) / RATE_HZ < 15.0
    assert pitch_hz(samples, RATE_HZ) == pytest.approx(PITCH_HZ, abs=1)


@pytest.mark.parametrize("kind", ["mp3", "flac", "ogg", "opus", "aac", "wav", "wma"])
def test_passes_over_corrupt_packets(tmp_path: Path, kind: str) -> None:
    codec, sample_format, rate_hz = KINDS[kind]
    samples = sine(40.0, rate_hz, LEVEL, LEVEL)
    samples += np.random.default_rng(0).uniform(-0.1, 0.1, samples.shape).astype(np.float32)
    path = write_sound(tmp_path / f"a.{kind}", samples, rate_hz, codec=codec, sample_format=sample_format)
    content = bytearray(path.read_bytes())
    hole = slice(len(content) // 2, len(content) // 2 + len(content) // 8)
    content[hole] = random.Random(0).randbytes(hole.stop - hole.start)
    path.write_bytes(content)
    decoded = decode_all(path)
    assert len(decoded) / RATE_HZ > 25.0  # what came after the hole is there too
    assert np.isfinite(decoded).all()
    assert pitch_hz(decoded[-5 * RATE_HZ :], RATE_HZ) == pytest.approx(PITCH_HZ, abs=1)


def test_refuses_a_file_most_of_whose_packets_are_corrupt(tmp_path: Path) -> None:
    path = write_sine(tmp_path / "a.mka", 20.0)
    content = bytearray(path.read_bytes())
    chaos = random.Random(0)
    for place in range(2000, len(content) - 2000, 150):
        content[place] ^= 1 << chaos.randrange(8)
    path.write_bytes(content)
    with pytest.raises(DecodingError, match=r"a\.mka is damaged: \d+ of its \d+ packets cannot be decoded"):
        decode_all(path)


def test_samples_that_are_not_numbers_become_silence(tmp_path: Path) -> None:
    clean = sine(1.0, 44_100, LEVEL)[0]
    broken = clean.copy()
    broken[1000:1010] = [np.nan, np.inf, -np.inf, 1e38, -1e38] * 2
    samples = decode_all(float_wav(tmp_path / "a.wav", broken), sample_rate_hz=44_100)
    clean[1000:1010] = 0
    assert samples == pytest.approx(clean, abs=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_refuses_a_file_much_of_which_is_not_numbers(tmp_path: Path, value: float) -> None:
    broken = sine(1.0, 44_100, LEVEL)[0]
    broken[::5] = value
    with pytest.raises(DecodingError, match=r"a\.wav is damaged: 20% of its samples are not numbers"):
        decode_all(float_wav(tmp_path / "a.wav", broken))


NOISE = random.Random(1).randbytes(100_000)
NOT_MUSIC = {
    "noise.mp3": NOISE,
    "noise.flac": NOISE,
    "noise.ogg": NOISE,
    "noise.m4a": NOISE,
    "noise.wma": NOISE,
    "noise.aac": NOISE,
    "noise": NOISE,
    "text.mp3": b"This is not music.\n" * 3000,
    "zeros.mp3": bytes(100_000),
    "one byte.mp3": b"x",
    "picture.mp3": png(10, 10),
    "no samples.wav": wav(1, 44_100, 16, b""),
    "ten samples.wav": wav(1, 44_100, 16, bytes(20)),
    "no channel.wav": wav(0, 44_100, 16, bytes(1000)),
    "no rate.wav": wav(1, 0, 16, bytes(1000)),
    "slow.wav": wav(1, 1, 16, bytes(1000)),
    "fast.wav": wav(1, 2_000_000_000, 16, bytes(1000)),
    "65 channels.wav": wav(65, 44_100, 16, bytes(100_000)),
    "65535 channels.wav": wav(65_535, 44_100, 16, bytes(1_000_000)),
    "playlist.m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
    "playlist.mp3": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:a.flac\n#EXT-X-ENDLIST\n",
    "concat.mp3": b"ffconcat version 1.0\nfile a.flac\n",
}


@pytest.mark.parametrize("name", NOT_MUSIC)
def test_what_is_not_music_is_refused_in_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    write_sine(tmp_path / "a.flac")
    path = tmp_path / name
    path.write_bytes(NOT_MUSIC[name])
    with pytest.raises(DecodingError) as caught:
        decode_all(path)
    message = str(caught.value)
    assert message.startswith(name)
    assert "\n" not in message
    assert capfd.readouterr() == ("", "")


def test_a_playlist_of_local_files_opens_none_of_them(tmp_path: Path) -> None:
    write_sine(tmp_path / "a.aac")
    path = tmp_path / "list.m3u8"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:{tmp_path}/a.aac\n#EXT-X-ENDLIST\n")
    with pytest.raises(DecodingError, match="no audio format that Mien reads"):
        decode_all(path)


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    import av

    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=25)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux([*video.encode(picture), *video.encode(None)])
    with pytest.raises(DecodingError, match=r"silent\.mp4 holds no audio"):
        decode_all(path)


def test_a_codec_that_is_not_on_the_list_is_refused(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.wav", sine(1.0, 8_000, LEVEL), 8_000, codec="g726", sample_format="s16")
    with pytest.raises(DecodingError, match="coded in a way that Mien does not read"):
        decode_all(path)


def test_refuses_what_is_no_plain_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "link.mp3").symlink_to("/dev/zero")
    (tmp_path / "loop.mp3").symlink_to("loop.mp3")
    for path, reason in (
        (tmp_path, "is a folder"),
        (tmp_path / "pipe.mp3", "is a device, pipe or socket"),
        (Path("/dev/zero"), "is a device, pipe or socket"),
        (tmp_path / "link.mp3", "is a device, pipe or socket"),
        (tmp_path / "loop.mp3", "cannot be opened"),
        (tmp_path / "empty.mp3", r"is empty \(0 bytes\)"),
        (tmp_path / "missing.mp3", "cannot be opened: No such file"),
        (tmp_path / "nul\0.mp3", "cannot be opened: no file can have this name"),
        (tmp_path / ("x" * 300), "cannot be opened"),
    ):
        with pytest.raises(DecodingError, match=reason):
            decode_all(path)


def test_a_name_that_would_garble_the_terminal_is_shown_escaped(tmp_path: Path) -> None:
    with pytest.raises(DecodingError) as caught:
        decode_all(tmp_path / "a\x1b[2J\n.mp3")
    assert str(caught.value).isprintable()


def test_finds_music_by_name_in_folders_and_takes_named_files_whatever_they_are(tmp_path: Path) -> None:
    for name in (
        "b.MP3",
        "a.flac",
        "cover.jpg",
        ".hidden.mp3",
        "z/1.ogg",
        "c/2.opus",
        ".git/3.mp3",
        "c/d/4.m4a",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    named = tmp_path / "cover.jpg"
    found = find_audio_files([named, tmp_path, tmp_path / "a.flac"])
    names = [path.relative_to(tmp_path).as_posix() for path in found]
    assert names == ["cover.jpg", "a.flac", "b.MP3", "c/2.opus", "c/d/4.m4a", "z/1.ogg"]


def test_follows_links_to_folders_but_ends_where_they_loop(tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "a.mp3").touch()
    (tmp_path / "music" / "again").symlink_to(tmp_path / "music")
    (tmp_path / "music" / "itself.mp3").symlink_to("itself.mp3")
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "link").symlink_to(tmp_path / "music")
    found = list(find_audio_files([tmp_path / "library"]))
    assert [path.name for path in found] == ["a.mp3", "itself.mp3"]


def test_reports_what_is_missing_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").touch()
    problems: list[tuple[Path, Sentence]] = []
    paths = [tmp_path / "gone", tmp_path / "a\0b", tmp_path / "a.mp3"]
    found = list(find_audio_files(paths, on_problem=lambda path, problem: problems.append((path, problem))))
    assert found == [tmp_path / "a.mp3"]
    assert [path.name for path, _ in problems] == ["gone", "a\0b"]
    assert [str(problem) for _, problem in problems] == [
        "cannot be opened: No such file or directory",
        "cannot be opened: no file can have this name",
    ]


def test_reports_a_folder_that_cannot_be_listed_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("locked/1.mp3", "open/2.mp3"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    really = os.scandir

    def scandir(path: Path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return really(path)

    monkeypatch.setattr(os, "scandir", scandir)  # root, who may run the tests, may list everything
    problems: list[str] = []
    found = list(
        find_audio_files([tmp_path], on_problem=lambda path, why: problems.append(f"{path.name}: {why}"))
    )
    assert [path.name for path in found] == ["2.mp3"]
    assert problems == ["locked: the folder cannot be listed: Permission denied"]
