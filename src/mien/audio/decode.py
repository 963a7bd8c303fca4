"""Audio files to samples, by the FFmpeg inside PyAV's wheel.

The flow: ``file -> packets -> frames -> larger frames -> channels mixed -> resampled -> blocks``. Every step
is a generator, so that memory does not grow with the length of the file.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from mien.audio.files import require_regular_file, shown_name
from mien.errors import DecodingError
from mien.sentences import fault_of, say

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from av.audio.layout import AudioLayout
    from av.container import InputContainer
    from av.packet import Packet

# What FFmpeg may open and run: no protocol but local files, no playlist or reference format (hls, concat,
# dash), and no picture decoder, because embedded cover art would be decoded as soon as a file is opened.
_PROTOCOLS = "file"
_CONTAINERS = "aac,aiff,ape,asf,avi,caf,flac,matroska,webm,mov,mp3,mpc,mpc8,mpeg,mpegts,ogg,tta,w64,wav,wv"
_DECODERS = (
    "aac,aac_latm,ac3,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,alac,ape,dca,eac3,flac,mp1,"
    "mp1float,mp2,mp2float,mp3,mp3float,mpc7,mpc8,opus,pcm_alaw,pcm_bluray,pcm_dvd,pcm_f32be,"
    "pcm_f32le,pcm_f64be,pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16le,pcm_s24be,pcm_s24le,pcm_s32be,"
    "pcm_s32le,pcm_s8,pcm_u8,tta,vorbis,wavpack,wmalossless,wmapro,wmav1,wmav2,wmavoice"
)

_FRAMES_AT_ONCE = 131_072  # large enough that NumPy and the resampler, not Python, take the time
_MOST_CHANNELS = 64
_PLANES_MISCOUNTED = 8  # PyAV 18.1 counts planes beyond the end of FFmpeg's table of eight, and crashes
_LOWEST_RATE_HZ, _HIGHEST_RATE_HZ = 1_000, 768_000
_LOUDEST = 1e6  # 120 dB above full scale: what is beyond it, like NaN and infinity, is no sample
_MOST_BAD_SAMPLES = 0.1  # share of them
_MOST_BAD_PACKETS = 0.5
_MOST_ATTEMPTS = 64  # to find the next packet after corrupt data; Ogg looks 64 KiB further each time


@dataclass(frozen=True, slots=True)
class Channels:
    """A piece of a recording as it is in the file.

    Attributes:
        samples: of the file's own type, shape ``[channels, n]``; nothing in them that is not a number.
        scale: what takes them to [-1, 1].
        names: of the channels, such as ``FL``.
        rate_hz: of the file.
    """

    samples: np.ndarray
    scale: float
    names: tuple[str, ...]
    rate_hz: int


def decode(
    path: Path,
    *,
    sample_rate_hz: int = 22_050,
    channels: Literal[1, 2] = 1,
    longest_s: float | None = None,
    meter: Callable[[Channels], None] | None = None,
) -> Generator[np.ndarray, None, None]:
    """Decode a local file's best audio stream, block by block, in bounded memory.

    The content decides what a file is, not its ending. Packets that are corrupt are passed over, a file that
    was cut short gives what it has, and samples that are not numbers become 0.

    Args:
        path: the file; the audio of a video file is read too.
        sample_rate_hz: of the result.
        channels: 1 gives the mean of all channels; 2 gives left and right: one channel on both sides, two as
            they are, more mixed with centre and surround 3 dB down (ITU-R BS.775), scaled so as not to clip.
        longest_s: stop after this much of the file, in seconds; None for all of it.
        meter: given every piece before its channels are mixed.

    Yields:
        float32, nominally in [-1, 1], never NaN nor infinite: shape ``[n]`` for one channel, ``[n, 2]`` for
        two; ``n`` above 0 and varying.

    Raises:
        DecodingError: when first asked for a block: not a plain local file, not audio, nothing in it. At the
            end: most packets were corrupt, or a tenth of the samples were not numbers.
    """
    require_regular_file(path)
    health = _Health(shown_name(path))
    with _opened(path) as (container, stream):
        frames = _frames(container, stream, health)
        blocks = _mixed(_joined(frames, health), channels, health, meter)
        for block in _resampled(_limited(blocks, longest_s), sample_rate_hz, channels):
            health.empty = False
            yield block
    health.check()


def decode_all(path: Path, *, sample_rate_hz: int = 22_050, longest_s: float | None = None) -> np.ndarray:
    """Decode a whole file, or its first ``longest_s`` seconds, to mono; see ``decode``.

    Returns:
        float32, shape ``[n]``; a minute takes 5 MB at the default rate.
    """
    return np.concatenate(list(decode(path, sample_rate_hz=sample_rate_hz, longest_s=longest_s)))


@dataclass(slots=True)
class _Health:
    """Counts what could not be used of a file, to say at the end whether the rest is worth anything."""

    name: str
    packets: int = 0
    bad_packets: int = 0
    samples: int = 0
    bad_samples: int = 0
    empty: bool = True  # nothing came out, which a few samples don't suffice for when the rate is changed

    def check(self) -> None:
        if self.samples == 0:
            raise DecodingError(
                say(
                    "song_no_sound",
                    "{file} holds no sound that can be decoded; it may be damaged or protected",
                    file=self.name,
                )
            )
        if self.bad_packets > _MOST_BAD_PACKETS * self.packets:
            raise DecodingError(
                say(
                    "song_bad_packets",
                    "{file} is damaged: {bad} of its {packets} packets cannot be decoded",
                    file=self.name,
                    bad=self.bad_packets,
                    packets=self.packets,
                )
            )
        if self.bad_samples > _MOST_BAD_SAMPLES * self.samples:
            share = self.bad_samples / self.samples
            raise DecodingError(
                say(
                    "song_bad_samples",
                    "{file} is damaged: {share:.0%} of its samples are not numbers",
                    file=self.name,
                    share=share,
                )
            )
        if self.empty:
            raise DecodingError(
                say(
                    "song_too_short",
                    "{file} is too short: it holds only {samples} samples",
                    file=self.name,
                    samples=self.samples,
                )
            )


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    whitelists = {
        "protocol_whitelist": _PROTOCOLS,
        "format_whitelist": _CONTAINERS,
        "codec_whitelist": _DECODERS,
    }
    try:
        container = av.open(f"file:{path}", mode="r", container_options=whitelists, metadata_errors="replace")
    except av.FFmpegError as error:
        unknown = say("song_unknown", "it is no audio format that Mien reads, or it is damaged")
        fault = fault_of(error) if isinstance(error, OSError) else unknown
        raise DecodingError(
            say("song_not_read", "{file} cannot be read: {fault}", file=shown_name(path), fault=fault)
        ) from None
    with container:
        yield container, _audio_stream(container, shown_name(path))


def _audio_stream(container: InputContainer, name: str) -> AudioStream:
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream):
        raise DecodingError(say("song_no_audio", "{file} holds no audio", file=name))
    codec = stream.codec_context
    if codec is None or codec.name not in _DECODERS.split(","):
        raise DecodingError(
            say(
                "song_codec",
                "{file} is coded in a way that Mien does not read ({codec})",
                file=name,
                codec=str(getattr(codec, "name", "?")),
            )
        )
    codec.thread_count = 1
    return stream


def _require_plausible(rate_hz: int, channels: int, name: str) -> None:
    if not (_LOWEST_RATE_HZ <= rate_hz <= _HIGHEST_RATE_HZ and 1 <= channels <= _MOST_CHANNELS):
        raise DecodingError(
            say(
                "song_implausible",
                "{file} is damaged: it claims {channels} channels at {rate_hz} Hz",
                file=name,
                channels=channels,
                rate_hz=rate_hz,
            )
        )


def _frames(container: InputContainer, stream: AudioStream, health: _Health) -> Iterator[AudioFrame]:
    for packet in _packets(container, stream):
        health.packets += 1
        try:
            frames = packet.decode()
        except av.FFmpegError:
            health.bad_packets += 1
            continue
        for frame in frames:
            if isinstance(frame, AudioFrame) and frame.samples:
                yield frame


def _packets(container: InputContainer, stream: AudioStream) -> Iterator[Packet[AudioStream]]:
    """The stream's packets, searching on where the container is corrupt."""
    attempts = 0
    while attempts < _MOST_ATTEMPTS:
        try:
            for packet in container.demux(stream):
                attempts = 0
                yield packet
        except av.FFmpegError:
            attempts += 1
        else:
            return


def _joined(frames: Iterator[AudioFrame], health: _Health) -> Iterator[AudioFrame]:
    """The same samples in large frames; a new one begins where format, layout or rate change in the file."""
    fifo, shape = AudioFifo(), None
    for frame in frames:
        new_shape = (frame.format.name, frame.layout, frame.sample_rate)
        if new_shape != shape:
            _require_plausible(frame.sample_rate, frame.layout.nb_channels, health.name)
            yield from _rest(fifo)
            fifo, shape = AudioFifo(), new_shape
        frame.pts = None  # the queue would insist on times without gaps
        fifo.write(frame)
        if fifo.samples >= _FRAMES_AT_ONCE:
            yield from _rest(fifo)
    yield from _rest(fifo)


def _rest(fifo: AudioFifo) -> Iterator[AudioFrame]:
    frame = fifo.read()
    if frame is not None:
        yield frame


def _mixed(
    frames: Iterator[AudioFrame],
    channels: int,
    health: _Health,
    meter: Callable[[Channels], None] | None,
) -> Iterator[tuple[int, np.ndarray]]:
    """Each frame's sample rate, and its samples as float32 ``[channels, n]``."""
    for frame in frames:
        planes, scale = _planes(frame)
        weights = _mixing_weights(frame.layout, channels) * scale
        with np.errstate(over="ignore", invalid="ignore"):
            mixed = _weighted_sums(planes, weights)
            # In one pass and never too late: what is louder, infinite or NaN makes the comparison False.
            if not np.vdot(mixed, mixed) <= _LOUDEST**2:
                good = np.abs(planes) <= _LOUDEST
                health.bad_samples += int(np.count_nonzero(~good.all(axis=0)))
                planes = np.where(good, planes, 0)
                mixed = _weighted_sums(planes, weights)
        health.samples += frame.samples
        if meter is not None:
            names = tuple(channel.name for channel in frame.layout.channels)
            meter(Channels(planes, scale, names, frame.sample_rate))
        yield frame.sample_rate, mixed


def _planes(frame: AudioFrame) -> tuple[np.ndarray, float]:
    """A frame's samples ``[channels, n]`` in the decoder's type, and what takes them to [-1, 1]."""
    channels = frame.layout.nb_channels
    if frame.format.is_planar and channels >= _PLANES_MISCOUNTED:
        (frame,) = AudioResampler(frame.format.packed, frame.layout, frame.sample_rate).resample(frame)
    array = frame.to_ndarray()
    if not frame.format.is_planar:
        array = array.reshape(-1, channels).T
    if array.dtype == np.uint8:
        return array.astype(np.int16) - 128, 1 / 128
    if array.dtype.kind == "i":
        return array, 2.0 ** (1 - 8 * array.dtype.itemsize)
    return array, 1.0


def _weighted_sums(planes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """``weights @ planes`` in float32; whole numbers are converted channel by channel, to save memory."""
    if planes.dtype == np.float32:
        return np.asarray(weights.astype(np.float32) @ planes)
    sums = np.zeros((len(weights), planes.shape[1]), np.float32)
    for (to, channel), weight in np.ndenumerate(weights):
        if weight:
            sums[to] += np.multiply(planes[channel], weight, dtype=np.float32, casting="same_kind")
    return sums


def _mixing_weights(layout: AudioLayout, channels: int) -> np.ndarray:
    """How much of each channel of a file goes to each of ours, shape ``[channels, layout.nb_channels]``."""
    if channels == 1:
        return np.full((1, layout.nb_channels), 1 / layout.nb_channels)
    names = [channel.name for channel in layout.channels]
    if "FL" not in names or "FR" not in names:
        return np.full((2, layout.nb_channels), 1 / layout.nb_channels)
    sides = np.array([[_side_weight(name, side, other) for name in names] for side, other in ("LR", "RL")])
    sides /= sides.sum(axis=1, keepdims=True)
    return sides


def _side_weight(name: str, side: str, other: str) -> float:
    if name == f"F{side}":
        return 1.0
    if other in name or name.startswith("LFE"):
        return 0.0
    return math.sqrt(0.5)


def _limited(
    blocks: Iterator[tuple[int, np.ndarray]], longest_s: float | None
) -> Iterator[tuple[int, np.ndarray]]:
    left_s = math.inf if longest_s is None else longest_s
    for rate_hz, samples in blocks:
        count = round(min(samples.shape[1], left_s * rate_hz))
        if count == 0:
            return
        yield rate_hz, samples[:, :count]
        left_s -= count / rate_hz


def _resampled(blocks: Iterator[tuple[int, np.ndarray]], rate_hz: int, channels: int) -> Iterator[np.ndarray]:
    resampler, source_rate_hz = None, 0
    layout = "mono" if channels == 1 else "stereo"
    for block_rate_hz, samples in blocks:
        if block_rate_hz != source_rate_hz:
            yield from _pushed(resampler, None)
            resampler, source_rate_hz = AudioResampler("flt", layout, rate_hz), block_rate_hz
        frame = AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.sample_rate = block_rate_hz
        yield from _pushed(resampler, frame)
    yield from _pushed(resampler, None)


def _pushed(resampler: AudioResampler | None, frame: AudioFrame | None) -> Iterator[np.ndarray]:
    for out in resampler.resample(frame) if resampler else ():
        if out is not None and out.samples:  # a resampler with nothing to do returns its argument, None too
            samples = out.to_ndarray()
            channels = out.layout.nb_channels
            yield samples[0] if channels == 1 else samples.reshape(-1, channels)
