"""The state of a training run on disk, so that it can be interrupted at any time and go on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.errors import DatasetError
from mien.sentences import fault_of, say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mien.training.emotion_recipe import EmotionTraining

LATEST, BEFORE = "latest.weights.h5", "before.weights.h5"
_NEW = "new.weights.h5"
_STATE = "mien"
# Only matter when a run has ended: it may go on, or end anew, with others.
DECIDED_AFTERWARDS = ("start_share", "mirrored", "prior_exponent")


@dataclass(slots=True)
class State:
    """How far a run is.

    Attributes:
        step: steps done since it began.
        loss: sum over the steps of the epoch that is under way.
        accuracy: likewise.
        history: figures of each epoch that is over.
    """

    step: int = 0
    loss: float = 0.0
    accuracy: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    def add(self, loss: float, accuracy: float) -> None:
        """A step was done."""
        self.step += 1
        self.loss += loss
        self.accuracy += accuracy

    def figures(self, steps: int) -> dict[str, float]:
        """Means over the epoch's first ``steps``."""
        return {"loss": self.loss / steps, "accuracy": self.accuracy / steps}

    def end_epoch(self, figures: Mapping[str, float]) -> None:
        """The epoch is over; the next begins."""
        self.history.append({name: round(value, 5) for name, value in figures.items()})
        self.loss = self.accuracy = 0.0


class Checkpoint:
    """One file with everything that a run needs to go on; the one before it is kept too.

    It holds weights, averages, the optimizer's and dropout's state, progress, configuration, and which data
    it is.

    Args:
        folder: where; made where it is missing.
        training: the configuration; a run goes on only under the one that it was begun with.

    Raises:
        DatasetError: the folder cannot be written, or holds a run with another configuration.
    """

    def __init__(self, folder: Path, training: EmotionTraining) -> None:
        self._folder = folder
        self._training = json.loads(json.dumps(asdict(training)))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from None
        for path in self._kept():
            self._check_configuration(path)

    def restore(self, model: Any, data: str) -> State | None:  # noqa: ANN401  (a compiled keras.Model)
        """Bring the model to where the run was.

        Args:
            model: with its optimizer.
            data: the same for the same pictures and labels alone.

        Returns:
            How far that is; None where there is no checkpoint yet.

        Raises:
            DatasetError: the run was of other data, or no checkpoint can be read.
        """
        kept = self._kept()
        for path in kept:
            try:
                told = _told(path)
                if told["data"] != data:
                    raise self._other("run on other pictures or labels")
                model.load_weights(path)
                for generator, state in zip(_generators(model), told["random"], strict=True):
                    generator.state.assign(state)
                return State(**told["state"])
            except (
                OSError,
                ValueError,
                KeyError,
                TypeError,
            ):  # cut short by a crash: the one before is whole
                continue
        if kept:
            raise DatasetError(
                say(
                    "checkpoints_damaged",
                    "no checkpoint in {folder} can be read; delete the folder to begin anew",
                    folder=str(self._folder),
                )
            )
        return None

    def save(self, model: Any, state: State, data: str) -> None:  # noqa: ANN401  (as above)
        """Write a checkpoint; a crash meanwhile leaves the one before.

        Raises:
            DatasetError: it cannot be written.
        """
        import h5py

        new, latest = self._folder / _NEW, self._folder / LATEST
        told = {
            "state": asdict(state),
            "training": self._training,
            "data": data,
            "random": [np.asarray(generator.state).tolist() for generator in _generators(model)],
        }
        try:
            model.save_weights(new, overwrite=True)
            with h5py.File(new, "r+") as file:
                file.create_dataset(_STATE, data=json.dumps(told))
            if latest.is_file():
                latest.replace(self._folder / BEFORE)
            new.replace(latest)
        except OSError as error:
            raise self._unwritable(error) from None

    def _kept(self) -> list[Path]:
        return [path for path in (self._folder / LATEST, self._folder / BEFORE) if path.is_file()]

    def _check_configuration(self, path: Path) -> None:
        try:
            found = _told(path)["training"]
        except (OSError, ValueError, KeyError, TypeError):
            return  # restore says so, where the one before cannot be read either
        changed = [
            name
            for name, value in self._training.items()
            if name not in DECIDED_AFTERWARDS and found.get(name) != value
        ]
        if changed:
            raise self._other(f"run with another {', '.join(changed)}")

    def _other(self, run: str) -> DatasetError:
        return DatasetError(
            say(
                "checkpoints_other",
                "{folder} holds a {run}; give the same, or another folder",
                folder=str(self._folder),
                run=run,
            )
        )

    def _unwritable(self, error: OSError) -> DatasetError:
        return DatasetError(
            say(
                "checkpoints_unwritable",
                "cannot keep checkpoints in {folder}: {fault}",
                folder=str(self._folder),
                fault=fault_of(error),
            )
        )


def _generators(model: Any) -> list[Any]:  # noqa: ANN401  (as above)
    """Where dropout's randomness comes from; Keras does not keep its state with the weights."""
    return [layer.seed_generator for layer in model.layers if hasattr(layer, "seed_generator")]


def _told(path: Path) -> dict[str, Any]:
    import h5py

    with h5py.File(path, "r") as file:
        told: dict[str, Any] = json.loads(file[_STATE][()])
    return told
