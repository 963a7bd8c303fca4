"""A mood artifact whose answers are known: linear heads on one feature, written as ONNX by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from mien.artifacts import Artifact, save
from mien.audio.features import FEATURES, FEATURES_VERSION
from mien.domain import Mood, Quadrant

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = len(FEATURES)
PRIOR = {
    "moods": dict(zip(Mood, (0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1), strict=True)),
    "quadrants": dict(zip(Quadrant, (0.4, 0.3, 0.2, 0.1), strict=True)),
}


def model(moods: tuple[str, ...], quadrants: tuple[str, ...], outputs: tuple[str, ...]) -> bytes:
    """Softmax of the first features, moods then quadrants; the embedding is the first two."""
    nodes, constants = [], []
    for name, first, count in (
        ("moods", 0, len(moods)),
        ("quadrants", len(moods), len(quadrants)),
        ("embedding", 0, 2),
    ):
        weights = np.zeros((WIDTH, count), np.float32)
        weights[np.arange(first, first + count), np.arange(count)] = 1
        constants.append(numpy_helper.from_array(weights, f"{name}_weights"))
        raw = name if name == "embedding" else f"{name}_raw"
        nodes.append(helper.make_node("MatMul", ["features", f"{name}_weights"], [raw]))
        if name != "embedding":
            nodes.append(helper.make_node("Softmax", [raw], [name], axis=-1))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", WIDTH])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", None]) for name in outputs],
        constants,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def tiny_artifact(
    folder: Path,
    *,
    moods: tuple[str, ...] = tuple(Mood),
    quadrants: tuple[str, ...] = tuple(Quadrant),
    features_version: int = FEATURES_VERSION,
    decision: dict | None = None,
) -> Artifact:
    usual = {
        name: {"temperature": 1.0, "least_confidence": 0.4, "prior": dict(prior)}
        for name, prior in PRIOR.items()
    }
    artifact = Artifact(
        kind="mood",
        version="tiny.1",
        folder=folder,
        heads={"moods": moods, "quadrants": quadrants, "embedding": ()},
        preprocessing={"features_version": features_version, "features": WIDTH},
        decision=usual if decision is None else decision,
        training={},
        data={},
        scores={},
        limits=("It is made for tests.",),
    )
    return save(artifact, model(moods, quadrants, ("moods", "quadrants", "embedding")))


def features(**values: float) -> np.ndarray:
    """Features that the tiny network reads as these logits, by the name of the mood or quadrant."""
    row = np.zeros((1, WIDTH), np.float32)
    order = [*map(str, Mood), *map(str, Quadrant)]
    for name, value in values.items():
        row[0, order.index(name)] = value
    return row
