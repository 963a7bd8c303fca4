"""From a song to its sound: every voice played, placed, and mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mien.demo.arrange import Plan, arrange, plan
from mien.demo.perform import Clock, Event, clock, perform
from mien.demo.synth import INSTRUMENTS, Instrument
from mien.demo.synth.effects import (
    clip_softly,
    compress,
    echo,
    fast_size,
    limit,
    loudness_db,
    room,
    saturate,
)
from mien.demo.synth.waves import SAMPLE_RATE_HZ, Numbers, Signal, endless_noise, samples, times, unsteady

if TYPE_CHECKING:
    import numpy.typing as npt

    from mien.demo.score import Song, Voice

_TAIL_S = 2.5
_FADE_S = 2.0
_HUSH_DB = -50.0  # no recording is silent between its notes
_MISTUNED = 0.003  # five cents: players do not tune to a machine
_CEILING = 0.89  # -1 dB: room for what a lossy codec adds between the samples
_VELOCITY_LAYERS = 6
_LENGTH_STEP_S = 0.04


def duration_s(song: Song) -> float:
    """How long the song sounds, with the end of its reverb."""
    layout = plan(song)
    return clock(song, layout).seconds(layout.length_beats) + _TAIL_S


def render(song: Song, until_s: float | None = None) -> Signal:
    """Play and mix a song.

    Args:
        song: what to play.
        until_s: only its first seconds, for a quick listen; None for all of it.

    Returns:
        Stereo, shape ``[2, samples]`` at ``SAMPLE_RATE_HZ``, peaks under -1 dB of full scale; the same each
        time.
    """
    whole = duration_s(song)
    count = samples(whole if until_s is None else min(until_s, whole))
    layout = plan(song)
    time = clock(song, layout)
    dry, sent = np.zeros((2, count), dtype=np.float32), np.zeros((2, count), dtype=np.float32)
    duck = _ducking(song, layout, time, count)
    for number, voice in enumerate(song.voices):
        notes = arrange(song, voice, layout)
        takes = [
            perform(notes, voice, song, time, np.random.default_rng([song.seed, number, take]))
            for take in range(voice.takes)
        ]
        sound = _recorded(voice, takes, count, [song.seed, number])
        if voice.role != "drums":
            sound *= 1 + np.float32(song.production.grain) * unsteady(
                count, np.random.default_rng([song.seed, number, 79])
            )
        if voice.ducks:
            sound *= duck
        if voice.echo:
            sound += np.float32(voice.echo) * echo(sound, 45 / song.tempo_bpm, 0.5)
        dry += sound
        sent += np.float32(voice.reverb) * sound
    return _mastered(song, _in_room(song, dry, sent))


def _recorded(voice: Voice, takes: list[list[Event]], count: int, seed: list[int]) -> Signal:
    """Play the takes, set their level and place, and add them up."""
    instrument = INSTRUMENTS[voice.instrument]
    places = [voice.pan] if len(takes) == 1 else [-0.85, 0.85]
    total = np.zeros((2, count), dtype=np.float32)
    for events, place in zip(takes, places, strict=True):
        track = _track(instrument, events, count, seed)
        if instrument.effect is not None and track.any():
            track = instrument.effect(track)
        total += _placed(track, place)
    level = 10 ** (voice.level_db / 20) * (1.2 if instrument.struck else 0.1)
    return total * np.float32(level / (_reference(total, struck=instrument.struck) + 1e-9))


def _track(instrument: Instrument, events: list[Event], count: int, seed: list[int]) -> Signal:
    """All notes of one take, each where it belongs. A note that comes again is not made again."""
    track = np.zeros((2, count), dtype=np.float32)
    made: dict[tuple[int, int, int, int], Signal] = {}
    tuned = 440.0 * (1 + _MISTUNED * np.random.default_rng(seed).standard_normal())
    for number, event in enumerate(events):
        start = round(event.start_s * SAMPLE_RATE_HZ)
        if start >= count:
            continue
        layer = -(-event.velocity * _VELOCITY_LAYERS // 1)
        steps = -(-event.length_s // _LENGTH_STEP_S)
        key = (event.pitch, int(steps), int(layer), number % 3)
        if key not in made:
            hz = tuned * 2 ** ((event.pitch - 69) / 12)
            made[key] = instrument.tone(
                hz, steps * _LENGTH_STEP_S, layer / _VELOCITY_LAYERS, np.random.default_rng([*seed, *key])
            )
        tone = made[key][..., : count - start]
        track[:, start : start + tone.shape[-1]] += np.float32(event.velocity**1.6) * tone
    return track


def _placed(track: Signal, place: float) -> Signal:
    """Pan by equal power; what is stereo already keeps part of its width."""
    angle = (place + 1) * np.pi / 4
    return track * np.float32(2**0.5) * np.array([[np.cos(angle)], [np.sin(angle)]], dtype=np.float32)


def _reference(sound: Signal, *, struck: bool) -> float:
    """The level that a voice's ``level_db`` counts from: a drum's peaks, or the mean while a voice plays."""
    if struck:
        return float(np.abs(sound).max())
    step = samples(0.1)
    power = np.pad((sound**2).mean(axis=0), (0, -sound.shape[-1] % step)).reshape(-1, step).mean(axis=1)
    loud = power[power > 0.05 * power.max()] if power.any() else power
    return float(np.sqrt(loud.mean()))


def _ducking(song: Song, layout: Plan, time: Clock, count: int) -> Signal:
    """How far the kick drum pushes others down, over time."""
    gain = np.ones(count, dtype=np.float32)
    if not any(voice.ducks for voice in song.voices):
        return gain
    kick = next(voice for voice in song.voices if voice.role == "drums" and "kick" in voice.instrument)
    dip = 1 - np.float32(0.75) * np.exp(-times(samples(0.4)) / np.float32(0.09))
    for note in arrange(song, kick, layout):
        start = round(time.seconds(note.start_beats) * SAMPLE_RATE_HZ)
        stop = min(start + len(dip), count)
        if start < count:
            gain[start:stop] = np.minimum(gain[start:stop], dip[: stop - start])
    return gain


def _in_room(song: Song, dry: Signal, sent: Signal) -> Signal:
    """Add the room, and tilt the spectrum of it all."""
    production = song.production
    answer = room(production.reverb_s, np.random.default_rng([song.seed, 77]))
    size = fast_size(dry.shape[-1] + answer.shape[-1])
    hz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ)
    tilt = _tilt(hz, production.brightness_db)
    wet = np.float32(10 ** (production.wet_db / 20))
    mixed = np.empty_like(dry)
    for side in (0, 1):
        spectrum = np.fft.rfft(sent[side], size) * np.fft.rfft(answer[side], size)
        spectrum *= wet
        spectrum += np.fft.rfft(dry[side], size)
        mixed[side] = np.fft.irfft(spectrum * tilt, size)[: dry.shape[-1]]
    return mixed


def _tilt(hz: Numbers, brightness_db: float) -> npt.NDArray[np.float32]:
    """Little under 20 Hz; above 1 kHz up, below down, by as much within two octaves."""
    octaves = np.clip(np.log2(np.maximum(hz, 1.0) / 1000) / 2, -1, 1)
    return (10 ** (brightness_db * octaves / 20) / (1 + (20 / np.maximum(hz, 1.0)) ** 2)).astype(np.float32)


def _mastered(song: Song, mixed: Signal) -> Signal:
    """Glue, loudness, the hush of a room, limiter, fade."""
    rng = np.random.default_rng([song.seed, 78])
    glue = song.production.glue_db
    driven = saturate(mixed, song.production.drive_db) if song.production.drive_db else mixed
    pressed = compress(driven, 1 + glue / 4, 2 + glue)
    pressed *= np.float32(10 ** ((song.production.loudness_db - loudness_db(pressed)) / 20))
    count = pressed.shape[-1]
    pressed += np.float32(10 ** (_HUSH_DB / 20)) * np.stack(
        [endless_noise(count, _hush, rng) for _ in range(2)]
    )
    out = limit(clip_softly(pressed), _CEILING)
    fade = min(samples(_FADE_S), out.shape[-1])
    out[:, -fade:] *= np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
    return out


def _hush(hz: Numbers) -> Numbers:
    """The noise of a room and of its microphones: nearly all of it a rumble that is felt more than heard."""
    return np.asarray((np.maximum(hz, 25.0) / 1000) ** -1.1)
