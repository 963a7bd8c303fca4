"""Model artifacts: a trained network on disk with all that is needed to use and to judge it.

An artifact is a folder::

    artifact.json    labels, preprocessing, decision, training, data, scores, limits; the model's SHA-256
    model.onnx       the weights

``decision`` holds every number that shapes an answer after the network (temperature, thresholds, half-life),
so that whoever runs the network, here or in a page, decides alike. The artifacts that come with Mien lie
beside this file.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mien.errors import ArtifactError
from mien.sentences import fault_of, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    import onnxruntime
    from numpy.typing import NDArray

FORMAT_VERSION = 1
Kind = Literal["emotion", "mood"]

_DESCRIPTION = "artifact.json"
_MODEL = "model.onnx"
_MAPPINGS = ("preprocessing", "decision", "training", "data", "scores")
_LARGEST_MODEL_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Artifact:
    """A model artifact as its ``artifact.json`` describes it.

    Attributes:
        kind: what it reads: faces or songs.
        version: of these weights; changes whenever they do.
        folder: where it lies.
        heads: the name of each output of the network, and its labels in the order of the numbers.
        preprocessing: what is done to the input.
        decision: numbers that are applied to the outputs.
        training: the configuration that it was trained with.
        data: what it was trained on, with counts and terms.
        scores: what it reached, on what.
        limits: what it cannot do and whom it may fail, a sentence each.
    """

    kind: Kind
    version: str
    folder: Path
    heads: Mapping[str, tuple[str, ...]]
    preprocessing: Mapping[str, Any]
    decision: Mapping[str, Any]
    training: Mapping[str, Any]
    data: Mapping[str, Any]
    scores: Mapping[str, Any]
    limits: tuple[str, ...]

    @property
    def model_path(self) -> Path:
        """The ONNX file."""
        return self.folder / _MODEL


def shipped(kind: Kind) -> Artifact:
    """The artifact that comes with Mien."""
    return load(Path(__file__).parent / kind, kind)


def load(folder: Path, kind: Kind) -> Artifact:
    """Load and check the artifact in ``folder``.

    Raises:
        ArtifactError: it is missing, damaged, of another kind or of another format.
    """
    description = _read(folder)
    format_version = description.get("format")
    if format_version != FORMAT_VERSION:
        raise ArtifactError(
            say(
                "model_format",
                "{folder} has format {format}, this Mien reads {own}; install another",
                folder=str(folder),
                format=str(format_version),
                own=str(FORMAT_VERSION),
            )
        )
    try:
        fields: dict[str, Any] = {
            "heads": {name: tuple(labels) for name, labels in description["heads"].items()},
            "limits": tuple(description["limits"]),
            "version": str(description["version"]),
            **{name: dict(description[name]) for name in _MAPPINGS},
        }
        found_kind, sha256 = description["kind"], description["model_sha256"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(folder, error) from None
    if found_kind != kind:
        raise ArtifactError(
            say(
                "model_kind",
                "{folder} is a model for {found}, not for {kind}",
                folder=str(folder),
                found=str(found_kind),
                kind=kind,
            )
        )
    artifact = Artifact(kind=kind, folder=folder, **fields)
    if _sha256(artifact.model_path) != sha256:
        raise ArtifactError(
            say(
                "model_changed",
                "{file} is not the file that {description} describes; install it again",
                file=str(artifact.model_path),
                description=_DESCRIPTION,
            )
        )
    return artifact


def _read(folder: Path) -> dict[str, Any]:
    try:
        description = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtifactError(
            say(
                "no_model",
                "no model artifact in {folder}: {description} is missing",
                folder=str(folder),
                description=_DESCRIPTION,
            )
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(folder, error) from None
    if not isinstance(description, dict):
        raise _damaged(folder, "it is not an object")
    return description


def _damaged(folder: Path, why: object) -> ArtifactError:
    return ArtifactError(
        say(
            "model_damaged",
            "{file} is damaged ({fault}); train or install it again",
            file=str(folder / _DESCRIPTION),
            fault=str(why),
        )
    )


def save(artifact: Artifact, model: bytes) -> Artifact:
    """Write ``artifact`` and its ``model`` to ``artifact.folder``, which is made where it is missing.

    Returns:
        The artifact as it reads back.

    Raises:
        ArtifactError: the folder cannot be written.
    """
    description = {
        "format": FORMAT_VERSION,
        "kind": artifact.kind,
        "version": artifact.version,
        "model_sha256": hashlib.sha256(model).hexdigest(),
        "heads": {name: list(labels) for name, labels in artifact.heads.items()},
        **{name: dict(getattr(artifact, name)) for name in _MAPPINGS},
        "limits": list(artifact.limits),
    }
    text = json.dumps(description, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        artifact.folder.mkdir(parents=True, exist_ok=True)
        artifact.model_path.write_bytes(model)
        (artifact.folder / _DESCRIPTION).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ArtifactError(
            say(
                "model_unwritable",
                "cannot write a model artifact to {folder}: {fault}",
                folder=str(artifact.folder),
                fault=fault_of(error),
            )
        ) from None
    return load(artifact.folder, artifact.kind)


def chosen(folder: Path | None, kind: Kind) -> Artifact:
    """The artifact in ``folder``, or the one that comes with Mien where no folder is named."""
    return shipped(kind) if folder is None else load(folder, kind)


def apply_temperature(
    probabilities: NDArray[np.floating], temperature: float, offsets: NDArray[np.floating] | float = 0.0
) -> NDArray[np.floating]:
    """Soften (above 1) or sharpen (below 1) rows of probabilities: softmax(log p / temperature + offsets).

    Args:
        probabilities: shape ``[n, labels]`` or ``[labels]``; each row sums to 1.
        temperature: above 0.
        offsets: one number a label, by which some are made likelier and others less.
    """
    logits = np.log(np.clip(probabilities, 1e-12, 1)) / temperature + offsets
    scaled = np.exp(logits - logits.max(axis=-1, keepdims=True))
    distribution: NDArray[np.floating] = scaled / scaled.sum(axis=-1, keepdims=True)
    return distribution


class Network:
    """An artifact's network, ready to run on one thread.

    Args:
        artifact: which.

    Raises:
        ArtifactError: its ONNX file does not load, or its outputs are not the artifact's heads.
    """

    def __init__(self, artifact: Artifact) -> None:
        import onnxruntime  # noqa: PLC0415  (slow to import; only those who run a network pay for it)

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session: onnxruntime.InferenceSession = onnxruntime.InferenceSession(
                artifact.model_path, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001  (ONNX Runtime's errors share no public base class)
            reason = " ".join(str(error).split())
            raise ArtifactError(
                say(
                    "model_not_loaded",
                    "{file} does not load: {fault}",
                    file=str(artifact.model_path),
                    fault=reason,
                )
            ) from None
        self._input = self._session.get_inputs()[0].name
        self._path = artifact.model_path
        shapes = {output.name: output.shape for output in self._session.get_outputs()}
        self._outputs = list(shapes)
        missing = set(artifact.heads) - set(shapes)
        if missing:
            raise ArtifactError(
                say(
                    "model_no_output",
                    "{file} has no output named {outputs}",
                    file=str(self._path),
                    outputs=", ".join(sorted(missing)),
                )
            )
        for name, labels in artifact.heads.items():
            if labels and shapes[name][-1:] != [len(labels)]:
                raise ArtifactError(
                    say(
                        "model_other_size",
                        "{file}: {output} does not give a number for each of its labels",
                        file=str(self._path),
                        output=name,
                    )
                )

    def run(self, batch: np.ndarray) -> dict[str, np.ndarray]:
        """Run a float32 batch through the network.

        Args:
            batch: shape ``[n, ...]`` as the artifact's preprocessing makes it.

        Returns:
            Each output by name, shape ``[n, ...]``, float32.

        Raises:
            ArtifactError: the network takes another input than its artifact says.
        """
        try:
            values = self._session.run(self._outputs, {self._input: batch})
        except Exception:  # noqa: BLE001  (as above)
            raise ArtifactError(
                say(
                    "model_other_input",
                    "{file} does not take the input that {description} describes; install it again",
                    file=str(self._path),
                    description=_DESCRIPTION,
                )
            ) from None
        return dict(zip(self._outputs, values, strict=True))


def _sha256(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_MODEL_BYTES:
            raise ArtifactError(
                say(
                    "model_too_large",
                    "{file} is larger than any model of Mien's; install it again",
                    file=str(path),
                )
            )
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ArtifactError(
            say("cannot_read", "cannot read {file}: {fault}", file=str(path), fault=fault_of(error))
        ) from None
