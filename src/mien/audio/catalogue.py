"""Names, units and meanings of the features, in the order of the vector; ``docs/features.md`` shows them."""

from __future__ import annotations

from dataclasses import dataclass

from mien.audio.rhythm import LEVEL_PERCENTILES, MODULATION_EDGES_HZ, TEMPO_EDGES_BPM
from mien.audio.spectrum import MFCCS, OCTAVE_EDGES_HZ
from mien.audio.tonality import PITCH_NAMES, REGISTERS

MEAN, SPREAD, CHANGE = "mean", "spread", "change"


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of the vector."""

    name: str
    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class Family:
    """Features that are measured together.

    Attributes:
        name: of what is measured; features are named ``name_member_statistic``.
        unit: of all of them; "" for a pure number.
        description: what it is, and whose method.
        members: of each measurement, in order; one without a name for a single number.
        statistics: over the frames of a window; empty where one number stands for the window.
    """

    name: str
    unit: str
    description: str
    members: tuple[str, ...] = ("",)
    statistics: tuple[str, ...] = ()

    def features(self) -> tuple[Feature, ...]:
        """Statistic by statistic, member by member."""
        return tuple(
            Feature("_".join(filter(None, (self.name, member, statistic))), self.unit, self.description)
            for statistic in self.statistics or ("",)
            for member in self.members
        )


def _numbers(first: int, end: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(first, end))


_OCTAVES = tuple(f"from_{edge:.0f}_hz" for edge in OCTAVE_EDGES_HZ[:-1])
_BANDS = _numbers(0, 8)
_LAGS = ("23_ms", "93_ms", "372_ms", "1486_ms")
_MODULATIONS = tuple(f"from_{edge:g}_hz" for edge in MODULATION_EDGES_HZ[:-1])
_ALL = (MEAN, SPREAD, CHANGE)
_BOTH = (MEAN, SPREAD)

SERIES = (
    Family(
        "mfcc",
        "dB",
        "timbre: mel-frequency cepstral coefficients of 40 mel bands, without the first, which is the level"
        " (Davis and Mermelstein 1980)",
        _numbers(1, MFCCS),
        _ALL,
    ),
    Family("centroid", "octaves above 1 Hz", "brightness: centre of the magnitude spectrum", statistics=_ALL),
    Family(
        "bandwidth",
        "octaves above 1 Hz",
        "width of the magnitude spectrum around its centre",
        statistics=_ALL,
    ),
    Family("skewness", "", "whether the magnitude spectrum leans to low or to high", statistics=_ALL),
    Family(
        "rolloff",
        "octaves above 1 Hz",
        "frequency under which 50, 85 and 95% of the magnitude lie",
        ("50", "85", "95"),
        _ALL,
    ),
    Family(
        "flatness", "dB", "noise against tones: geometric over arithmetic mean of the power", statistics=_ALL
    ),
    Family("entropy", "bits", "how evenly the power is spread over frequency", statistics=_ALL),
    Family("zero_crossings", "share of samples", "how often the sign changes", statistics=_ALL),
    Family("contrast", "dB", "peaks over valleys in each octave (Jiang et al. 2002)", _OCTAVES, _BOTH),
    Family("octave_flatness", "dB", "flatness within each octave", _OCTAVES, _BOTH),
    Family(
        "flux",
        "dB a frame",
        "how much eight bands of five mel bands each rise from frame to frame",
        _BANDS,
        _BOTH,
    ),
    Family(
        "timbre_stays", "cosine", "likeness of the mel spectrum's shape to itself a while later", _LAGS, _BOTH
    ),
    Family(
        "pitches_stay", "cosine", "likeness of the semitones to themselves a while later", _LAGS[1:], _BOTH
    ),
    Family(
        "register",
        "share",
        "how much of the partials lies in each octave from C2",
        _numbers(2, 2 + REGISTERS),
        _BOTH,
    ),
    Family("pitch", "MIDI number", "the predominant pitch, C3 to C6, and how it moves", statistics=_ALL),
    Family(
        "pitch_salience",
        "share",
        "how much of the partials belongs to the predominant pitch",
        statistics=_BOTH,
    ),
    Family("bass", "MIDI number", "the strongest pitch from C2 to B3", statistics=_ALL),
    Family("partials", "a frame", "how many peaks the spectrum has from 65 Hz to 5.2 kHz", statistics=_BOTH),
    Family("tonal_share", "share", "power in the peaks against all from 65 Hz to 5.2 kHz", statistics=_BOTH),
    Family("roughness", "", "sensory dissonance of pairs of partials (Sethares 1993)", statistics=_BOTH),
    Family(
        "local_mode",
        "correlation",
        "best major less best minor key within half a second: above 0 sounds major (Krumhansl 1990)",
        statistics=_BOTH,
    ),
    Family("local_clarity", "correlation", "of the best key within half a second", statistics=_BOTH),
    Family("pitch_class_entropy", "bits", "how evenly a frame's pitch classes are spread", statistics=_BOTH),
    Family(
        "triad",
        "share",
        "the best triad of each kind within half a second",
        ("major", "minor", "diminished", "augmented"),
        _BOTH,
    ),
    Family(
        "harmonic_change",
        "",
        "distance of tonal centroids 0.19 s apart (Harte et al. 2006)",
        statistics=_BOTH,
    ),
    Family(
        "tonal_centroid",
        "",
        "movement on the circles of fifths, minor and major thirds",
        tuple(
            f"{circle}_{axis}"
            for circle in ("fifths", "minor_thirds", "major_thirds")
            for axis in ("sine", "cosine")
        ),
        (SPREAD,),
    ),
)

WHOLE = (
    Family("tuning_clarity", "0 to 1", "how far the partials keep to one tuning"),
    Family(
        "interval",
        "against unison",
        "how much sounds together at each distance in semitones, within half a second",
        _numbers(1, 7),
    ),
    Family(
        "level_percentile",
        "dB against the mean",
        "dynamics: percentiles of the frames' levels",
        tuple(str(p) for p in LEVEL_PERCENTILES),
    ),
    Family("level_spread", "dB", "dynamics: standard deviation of the frames' levels"),
    Family("level_change", "dB a frame", "dynamics: mean change of level from frame to frame"),
    Family("quiet_share", "share", "dynamics: frames whose RMS is under the mean"),
    Family("crest", "dB", "loudest sample against the RMS: how little the recording is compressed"),
    Family("softness", "against RMS", "mean square root of the amplitude"),
    Family("peakiness", "against RMS", "fourth root of the mean fourth power of the amplitude"),
    Family("attack", "dB a frame", "articulation: 95th percentile of the rises of level"),
    Family("decay", "dB a frame", "articulation: 95th percentile of the falls of level"),
    Family("attack_balance", "ratio", "articulation: sum of the rises over that of the falls"),
    Family(
        "attack_sharpness", "ratio", "articulation: 95th percentile over median of the mel bands' mean rise"
    ),
    Family("rising_share", "share", "articulation: frames that are louder than the one before"),
    Family(
        "modulation",
        "log",
        "fluctuation of loudness by its frequency (after Pampalk et al. 2002)",
        _MODULATIONS,
    ),
    Family(
        "band_modulation",
        "log",
        "the same in eight bands of five mel bands each",
        tuple(f"{speed}_band_{band}" for speed in _MODULATIONS for band in _BANDS),
    ),
    Family("onset_rate", "a second", "how many notes or beats begin"),
    Family("onset_strength", "dB a frame", "mean rise of the mel bands at the onsets (Ellis 2007)"),
    Family("onset_strength_spread", "dB a frame", "its standard deviation: accents"),
    Family("onset_interval", "s", "median distance of onsets"),
    Family("onset_interval_spread", "s", "its standard deviation: irregular rhythm"),
    Family("novelty", "dB a frame", "mean onset strength over all frames"),
    Family("novelty_spread", "dB a frame", "its standard deviation"),
    Family("novelty_skewness", "", "its skewness: few strong onsets against many weak"),
)

POOLED = (
    Family("tempo", "octaves above 1 a minute", "the likeliest tempo, around 120 a minute (Ellis 2007)"),
    Family(
        "beat",
        "correlation",
        "regularity: of the beat, of the strongest period, spread over periods; at two, three and half beats",
        ("strength", "strongest", "spread", "at_two", "at_three", "at_half"),
    ),
    Family(
        "period",
        "correlation",
        "the strongest beat by tempo, in quarter octaves",
        tuple(f"from_{edge:.0f}_bpm" for edge in TEMPO_EDGES_BPM[:-1]),
    ),
    Family(
        "mode",
        "correlation",
        "best major less best minor key, by the profiles of Krumhansl and of Temperley",
        ("krumhansl", "temperley"),
    ),
    Family(
        "key_clarity",
        "correlation",
        "of the best key, by either profiles; and the best less the second best",
        ("krumhansl", "temperley", "margin"),
    ),
    Family(
        "pitch_class",
        "share",
        "pitch classes upwards from the tonic",
        tuple(f"{step}_semitones" for step in range(len(PITCH_NAMES))),
    ),
    Family("pitch_classes_entropy", "bits", "how evenly the song's pitch classes are spread"),
)
