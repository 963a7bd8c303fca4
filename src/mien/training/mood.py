"""Training and judging the song network on labelled songs (the paper's figure 1, right half)."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.artifacts import Artifact, Network, apply_temperature, save
from mien.audio.features import FEATURES, FEATURES_VERSION
from mien.audio.mood import EMBEDDING, INPUT, require_features
from mien.errors import DatasetError
from mien.sentences import say
from mien.training.export import to_onnx
from mien.training.mood_network import MoodTraining, Networks, fit, predict
from mien.training.mood_scores import (
    accuracy,
    accuracy_by_fold,
    calibrated_apart,
    figures,
    over_folds,
    plane,
    scored,
    signs,
    temperature,
)
from mien.training.songs import read_songs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from mien.sentences import Sentence
    from mien.training.evaluate import Scores
    from mien.training.measuring import Progress
    from mien.training.songs import Songs

    Probabilities = dict[str, NDArray[np.floating]]

__all__ = ["MoodEvaluation", "MoodTraining", "TrainedMood", "evaluate_mood", "train_mood"]

LIMITS = (
    "Valence is harder to hear than arousal: songs that are calm and songs that are sad are often confused.",
    "What makes music sound glad or sad differs between cultures and genres, and valence with it; a network"
    " knows only the music that it learnt from, and judges other music less well.",
    "People differ: listeners agree with the majority on a song's quadrant about 60% of the time.",
    "It hears sound, not words: what the lyrics say does not count.",
    "Speech and noise are recognised by a rule of their own, not by the network; field recordings are not.",
    "A listener's own label is always worth more than this estimate.",
)


@dataclass(frozen=True, slots=True)
class TrainedMood:
    """What training gave.

    Attributes:
        artifact: trained on all the songs.
        scores: by head, of estimates for each song by networks that did not learn from its fold.
        folds: accuracy of each head on each fold.
        history: by epoch, mean over the folds: loss and accuracy of the first head on the songs that were
            learnt and (``val_``) on the fold that was not.
        signs: share of the songs whose valence and arousal have the right sign; empty without quadrants.
        plane: valence and arousal of each song, so estimated, and its quadrant; empty without quadrants.
        songs: what was learnt from.
    """

    artifact: Artifact
    scores: Mapping[str, Scores]
    folds: Mapping[str, tuple[float, ...]]
    history: tuple[Mapping[str, float], ...]
    signs: Mapping[str, float]
    plane: tuple[tuple[float, float, str], ...] = field(repr=False)
    songs: Songs = field(repr=False)


@dataclass(frozen=True, slots=True)
class MoodEvaluation:
    """How an artifact does on labelled songs.

    Attributes:
        scores: by head that both the artifact and the data have.
        signs: share of the songs whose valence and arousal have the right sign; empty without quadrants.
        plane: valence and arousal of each song, and its quadrant; empty without quadrants.
        left_out: why, by file, of the songs that could not be measured.
    """

    scores: Mapping[str, Scores]
    signs: Mapping[str, float]
    plane: tuple[tuple[float, float, str], ...] = field(repr=False)
    left_out: Mapping[str, Sentence]


def train_mood(
    path: Path,
    out: Path,
    training: MoodTraining | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    about: str = "",
    checkpoints: Path | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> TrainedMood:
    """Train on labelled songs and write a model artifact.

    Every fold is estimated by a network trained on the others, with everything (standardisation, epochs)
    fixed beforehand or taken from those others; the scores are of these estimates, and so are the
    temperatures. The weights that are kept are then trained on all the songs.

    Args:
        path: labelled songs (see :func:`mien.training.songs.read_songs`).
        out: the artifact's folder.
        training: how.
        columns: headers of ``index.csv`` that stand for the names Mien knows.
        about: what the data is and under which terms, for the artifact.
        checkpoints: where measurements and finished folds are kept; a second run goes on from them.
        workers: how many processes measure songs.
        progress: told how it goes.

    Raises:
        DatasetError: the data cannot be used.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    training = training or MoodTraining()
    cache = checkpoints / "features.npz" if checkpoints else None
    songs = read_songs(path, columns, cache=cache, workers=workers, seed=training.seed, progress=progress)
    _require_learnable(songs, path)
    raw, history = _cross_validated(songs, training, checkpoints, progress)
    networks = fit(songs, np.arange(len(songs.files)), training)
    apart = {name: calibrated_apart(songs, name, raw[name]) for name in songs.heads}
    scores = {name: scored(songs, name, apart[name]) for name in songs.heads}
    folds = {name: accuracy_by_fold(songs, name, raw[name]) for name in songs.heads}
    found_signs = signs(songs, raw)
    now = datetime.now(UTC)
    artifact = Artifact(
        kind="mood",
        version=now.strftime("%Y%m%d.%H%M"),
        folder=out,
        heads={**songs.heads, EMBEDDING: ()},
        preprocessing={"features_version": FEATURES_VERSION, "features": len(FEATURES)},
        decision={name: _decision(songs, name, raw[name]) for name in songs.heads},
        training={
            **asdict(training),
            "parameters": networks.network.count_params(),
            "finished": now.date().isoformat(),
        },
        data=_about_data(songs, about),
        scores={
            **{name: {**scores[name].as_json(), **over_folds(folds[name])} for name in songs.heads},
            **_signs_as_json(found_signs),
        },
        limits=LIMITS,
    )
    model = to_onnx(networks.network, INPUT, [*songs.heads, EMBEDDING])
    saved = save(artifact, model)
    return TrainedMood(saved, scores, folds, history, found_signs, plane(songs, apart), songs)


def evaluate_mood(
    path: Path,
    artifact: Artifact,
    *,
    columns: Mapping[str, str] | None = None,
    fold: str | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> MoodEvaluation:
    """Score an artifact on labelled songs.

    Args:
        path: labelled songs (see :func:`mien.training.songs.read_songs`).
        artifact: the network.
        columns: headers of ``index.csv`` that stand for the names Mien knows.
        fold: only the songs whose column ``fold`` says this.
        workers: how many processes measure songs.
        progress: told how it goes.

    Raises:
        ArtifactError: the artifact reads other features.
        DatasetError: no song has a label that the artifact knows.
    """
    require_features(artifact)
    songs = read_songs(path, columns, only_fold=fold, varied=False, workers=workers, progress=progress)
    outputs = Network(artifact).run(songs.wholes())
    estimates = {
        name: apply_temperature(outputs[name], float(artifact.decision[name]["temperature"]))
        for name in songs.heads
        if set(songs.heads[name]) == set(artifact.heads.get(name, ()))
    }
    if not estimates:
        raise DatasetError(
            say(
                "data_other_labels",
                "{file} has none of the labels of {folder}",
                file=str(path),
                folder=str(artifact.folder),
            )
        )
    for name, values in estimates.items():
        order = [artifact.heads[name].index(label) for label in songs.heads[name]]
        estimates[name] = values[:, order]
    scores = {name: scored(songs, name, values) for name, values in estimates.items()}
    return MoodEvaluation(scores, signs(songs, estimates), plane(songs, estimates), songs.left_out)


def _require_learnable(songs: Songs, path: Path) -> None:
    for name, reference in songs.reference.items():
        if len(set(reference[reference >= 0].tolist())) < 2:  # noqa: PLR2004
            raise DatasetError(
                say(
                    "data_one_class",
                    "{file} has songs of one class only ({name}); there is nothing to tell apart",
                    file=str(path),
                    name=name,
                )
            )
    if len(set(songs.folds.tolist())) < 2:  # noqa: PLR2004
        raise DatasetError(
            say(
                "data_one_artist",
                "{file} has songs of one artist only; some of another are needed to judge by",
                file=str(path),
            )
        )


def _cross_validated(
    songs: Songs, training: MoodTraining, checkpoints: Path | None, progress: Progress | None
) -> tuple[Probabilities, tuple[dict[str, float], ...]]:
    """Estimates of each song by a network that did not learn from its fold, and the mean history."""
    raw: Probabilities = {
        name: np.zeros((len(songs.files), len(labels))) for name, labels in songs.heads.items()
    }
    histories = []
    names = sorted(set(songs.folds.tolist()))
    for number, fold in enumerate(names, 1):
        held_out = songs.folds == fold
        estimates, history = _fold(songs, held_out, training, checkpoints)
        for name, values in estimates.items():
            raw[name][held_out] = values
        histories.append(history)
        if progress is not None:
            accuracies = {name: accuracy(songs, name, raw[name], held_out) for name in songs.heads}
            progress.fold(number, len(names), accuracies)
    epochs = zip(*histories, strict=True)
    return raw, tuple({k: float(np.mean([h[k] for h in each])) for k in each[0]} for each in epochs)


def _fold(
    songs: Songs, held_out: NDArray[np.bool_], training: MoodTraining, checkpoints: Path | None
) -> tuple[Probabilities, list[dict[str, float]]]:
    """Train without one fold and estimate it; a finished fold of the same run is taken as it is."""
    kept = checkpoints / f"fold-{_fingerprint(songs, held_out, training)}.npz" if checkpoints else None
    if kept is not None and kept.is_file():
        with np.load(kept, allow_pickle=False) as found:
            return {name: found[name] for name in songs.heads}, json.loads(str(found["history"]))
    wholes, learnt = songs.wholes(), np.nonzero(~held_out)[0]
    history: list[dict[str, float]] = []

    def judge(networks: Networks) -> None:
        now = predict(networks, tuple(songs.heads), wholes)
        head = next(iter(songs.heads))
        history.append(
            {
                **figures(songs, head, now[head], ~held_out, ""),
                **figures(songs, head, now[head], held_out, "val_"),
            }
        )

    networks = fit(songs, learnt, training, judge)
    everything = predict(networks, tuple(songs.heads), wholes)
    estimates = {name: values[held_out] for name, values in everything.items()}
    if kept is not None:
        np.savez(kept, history=json.dumps(history), **estimates)
    return estimates, history


def _fingerprint(songs: Songs, held_out: NDArray[np.bool_], training: MoodTraining) -> str:
    """Of everything that a fold's result depends on."""
    digest = hashlib.sha256(json.dumps([asdict(training), dict(songs.heads), songs.files]).encode())
    for values in (held_out, songs.wholes(), *songs.reference.values()):
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()[:16]


def least_confidence(classes: int) -> float:
    """From this probability on an estimate is acted on: 0.4 of seven classes, 0.5 of four, 0.7 of two."""
    return round(1 / math.sqrt(classes), 1)


def _decision(songs: Songs, head: str, raw: NDArray[np.floating]) -> dict[str, Any]:
    labels = songs.heads[head]
    counts = Counter(songs.reference[head][songs.reference[head] >= 0].tolist())
    everyone = np.ones(len(songs.files), bool)
    return {
        "temperature": temperature(songs, head, raw, everyone),
        "least_confidence": least_confidence(len(labels)),
        "prior": {label: counts[i] / counts.total() for i, label in enumerate(labels)},
    }


def _signs_as_json(found: Mapping[str, float]) -> dict[str, Any]:
    return {"signs": {name: round(value, 5) for name, value in found.items()}} if found else {}


def _about_data(songs: Songs, about: str) -> dict[str, Any]:
    counts = {
        name: {label: int((songs.reference[name] == i).sum()) for i, label in enumerate(labels)}
        for name, labels in songs.heads.items()
    }
    return {
        "about": about,
        "songs": len(songs.files),
        "groups": len(set(songs.groups)),
        "folds": len(set(songs.folds.tolist())),
        "labels": counts,
        "left_out": len(songs.left_out),
    }
