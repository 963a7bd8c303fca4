"""Mien's instruments, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mien.demo.synth import drums, mallets, plucked, sung, sustained
from mien.demo.synth.effects import Effect, amplifier, chorus, overdrive, rotor
from mien.demo.synth.waves import Signal

Tone = Callable[[float, float, float, np.random.Generator], Signal]
"""From pitch in Hz, seconds held and velocity 0 to 1 to a signal ``[samples]`` or ``[2, samples]``."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a voice plays on.

    Attributes:
        tone: one note of it.
        effect: what all its notes go through together, such as an amplifier.
        struck: whether its level is set by its peaks, as a drum's, and not by its mean.
    """

    tone: Tone
    effect: Effect | None = None
    struck: bool = False


INSTRUMENTS: dict[str, Instrument] = {
    "piano": Instrument(plucked.piano),
    "nylon guitar": Instrument(plucked.nylon_guitar),
    "steel guitar": Instrument(plucked.steel_guitar),
    "ukulele": Instrument(plucked.ukulele),
    "harp": Instrument(plucked.harp),
    "clean guitar": Instrument(plucked.clean_guitar, chorus()),
    "crunch guitar": Instrument(plucked.rhythm_guitar, amplifier(20, 100)),
    "distorted guitar": Instrument(plucked.rhythm_guitar, amplifier(32, 130)),
    "lead guitar": Instrument(sustained.guitar_lead, amplifier(26, 200)),
    "bass guitar": Instrument(plucked.bass_guitar, overdrive(1.0)),
    "picked bass": Instrument(plucked.picked_bass, overdrive(1.6)),
    "distorted bass": Instrument(plucked.picked_bass, overdrive(8.0, 40, 3500)),
    "upright bass": Instrument(plucked.upright_bass),
    "music box": Instrument(mallets.music_box),
    "glockenspiel": Instrument(mallets.glockenspiel),
    "vibraphone": Instrument(mallets.vibraphone, rotor(4.5, 0.3)),
    "celesta": Instrument(mallets.celesta),
    "tubular bell": Instrument(mallets.tubular_bell),
    "electric piano": Instrument(mallets.electric_piano, rotor(3.2, 0.22)),
    "strings": Instrument(sustained.strings),
    "slow strings": Instrument(sustained.slow_strings),
    "low strings": Instrument(sustained.low_strings),
    "low short strings": Instrument(sustained.low_short_strings),
    "tremolo strings": Instrument(sustained.tremolo_strings),
    "low tremolo strings": Instrument(sustained.low_tremolo_strings),
    "choir": Instrument(sustained.choir),
    "dark choir": Instrument(sustained.dark_choir),
    "horns": Instrument(sustained.horns),
    "warm pad": Instrument(sustained.warm_pad),
    "glass pad": Instrument(sustained.glass_pad),
    "saw pad": Instrument(sustained.saw_pad),
    "flute": Instrument(sustained.flute),
    "low flute": Instrument(sustained.low_flute),
    "whistle": Instrument(sustained.whistle),
    "clarinet": Instrument(sustained.clarinet),
    "violin": Instrument(sustained.violin),
    "cello": Instrument(sustained.cello),
    "trumpet": Instrument(sustained.trumpet, chorus()),
    "trombone": Instrument(sustained.trombone, chorus()),
    "saw lead": Instrument(sustained.saw_lead, chorus()),
    "square lead": Instrument(sustained.square_lead),
    "synth bass": Instrument(sustained.synth_bass, overdrive(2.0)),
    "singer": Instrument(sung.singer),
    "soft singer": Instrument(sung.soft_singer),
    "shouter": Instrument(sung.shouter, amplifier(12, 250)),
    "organ": Instrument(sustained.organ, rotor(6.3, 0.25)),
    "soft organ": Instrument(sustained.soft_organ, chorus()),
    "supersaw": Instrument(sustained.supersaw),
    **{
        name: Instrument(tone, struck=True)
        for name, tone in {
            "kick": drums.kick,
            "tight kick": drums.tight_kick,
            "club kick": drums.club_kick,
            "snare": drums.snare,
            "big snare": drums.big_snare,
            "brush": drums.brush,
            "clap": drums.clap,
            "hat": drums.hat,
            "open hat": drums.open_hat,
            "ride": drums.ride,
            "crash": drums.crash,
            "shaker": drums.shaker,
            "tambourine": drums.tambourine,
            "tom": drums.tom,
            "timpani": drums.timpani,
            "boom": drums.boom,
            "heartbeat": drums.heartbeat,
            "tick": drums.tick,
            "riser": drums.riser,
            "anvil": drums.anvil,
        }.items()
    },
}
