"""Model artifacts on disk: whole ones read back, damaged ones are named."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from mien import artifacts
from mien.artifacts import Artifact, Network, load, save
from mien.errors import ArtifactError

if TYPE_CHECKING:
    from pathlib import Path

LABELS = ("left", "right")


def doubling(output: str = "sides", width: int = 2) -> bytes:
    """A network that gives back twice what it is given."""
    graph = helper.make_graph(
        [helper.make_node("Add", ["pair", "pair"], [output])],
        "doubling",
        [helper.make_tensor_value_info("pair", TensorProto.FLOAT, ["n", width])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", width])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    return Artifact(
        kind="emotion",
        version="1",
        folder=tmp_path / "deep" / "model",
        heads={"sides": LABELS},
        preprocessing={"resolution": 8, "channels": 1},
        decision={"temperature": 1.5},
        training={"epochs": 3},
        data={"about": "pairs of numbers – made here"},
        scores={"test": {"accuracy": 0.5}},
        limits=("It knows two sides only.",),
    )


@pytest.fixture
def saved(artifact: Artifact) -> Artifact:
    return save(artifact, doubling())


def rewrite(artifact: Artifact, **changes: object) -> None:
    """Change fields of artifact.json; None takes one out."""
    path = artifact.folder / "artifact.json"
    fields = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps({name: v for name, v in fields.items() if v is not None}), encoding="utf-8")


def test_reads_back_what_was_saved(artifact: Artifact, saved: Artifact):
    assert saved == load(artifact.folder, "emotion") == artifact


def test_folder_holds_the_description_and_the_model_and_nothing_else(saved: Artifact):
    assert sorted(p.name for p in saved.folder.iterdir()) == ["artifact.json", "model.onnx"]
    assert saved.model_path.read_bytes() == doubling()
    description = json.loads((saved.folder / "artifact.json").read_text(encoding="utf-8"))
    assert description["format"] == artifacts.FORMAT_VERSION
    assert description["data"]["about"] == "pairs of numbers – made here"


def test_saving_again_replaces_model_and_description_together(saved: Artifact):
    newer = dataclasses.replace(saved, version="2", heads={"ends": LABELS})
    assert save(newer, doubling("ends")).version == "2"
    assert list(Network(load(saved.folder, "emotion")).run(np.ones((1, 2), np.float32))) == ["ends"]


def test_refuses_scores_that_json_cannot_hold_before_anything_is_written(artifact: Artifact):
    with pytest.raises(ValueError, match="JSON"):
        save(dataclasses.replace(artifact, scores={"loss": float("nan")}), doubling())
    assert not artifact.folder.exists()


def test_names_a_folder_that_cannot_be_written(artifact: Artifact, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ArtifactError, match=r"cannot write a model artifact to .*file"):
        save(dataclasses.replace(artifact, folder=tmp_path / "file"), doubling())


def test_names_a_missing_artifact(tmp_path: Path):
    with pytest.raises(ArtifactError, match=r"no model artifact in .*nowhere.*artifact\.json is missing"):
        load(tmp_path / "nowhere", "emotion")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '"words"', "[" * 100_000, '{"format": 1}'],
    ids=["empty", "cut", "list", "null", "words", "deep", "bare"],
)
def test_calls_a_damaged_description_damaged(saved: Artifact, text: str):
    (saved.folder / "artifact.json").write_text(text)
    with pytest.raises(ArtifactError, match=r"artifact\.json is damaged .*install it again"):
        load(saved.folder, "emotion")


def test_calls_a_description_that_is_no_text_damaged(saved: Artifact):
    (saved.folder / "artifact.json").write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(ArtifactError, match="is damaged"):
        load(saved.folder, "emotion")


@pytest.mark.parametrize(
    "changes",
    [
        {"heads": ["sides"]},
        {"heads": {"sides": 7}},
        {"heads": None},
        {"limits": 3},
        {"decision": "none"},
        {"preprocessing": [1, 2]},
        {"model_sha256": None},
        {"kind": None},
        {"version": None},
    ],
)
def test_calls_a_field_that_lacks_or_is_another_thing_damaged(saved: Artifact, changes: dict[str, object]):
    rewrite(saved, **changes)
    with pytest.raises(ArtifactError, match="is damaged"):
        load(saved.folder, "emotion")


@pytest.mark.parametrize("number", [2, 0, None, "1"])
def test_refuses_another_format_whatever_else_it_holds(saved: Artifact, number: object):
    rewrite(saved, format=number, heads=None, decision=None)
    with pytest.raises(ArtifactError, match=rf"has format {number}, this Mien reads 1"):
        load(saved.folder, "emotion")


def test_refuses_a_model_for_songs_where_one_for_faces_is_wanted(saved: Artifact):
    with pytest.raises(ArtifactError, match="is a model for emotion, not for mood"):
        load(saved.folder, "mood")


def test_refuses_weights_that_are_not_the_ones_described(saved: Artifact):
    saved.model_path.write_bytes(doubling("other"))
    with pytest.raises(ArtifactError, match=r"model\.onnx is not the file that artifact\.json describes"):
        load(saved.folder, "emotion")


def test_names_missing_weights(saved: Artifact):
    saved.model_path.unlink()
    with pytest.raises(ArtifactError, match=r"cannot read .*model\.onnx: No such file"):
        load(saved.folder, "emotion")


def test_refuses_huge_weights_without_reading_them(saved: Artifact):
    with saved.model_path.open("r+b") as file:
        file.truncate(2**40)  # takes no room on the disk
    with pytest.raises(ArtifactError, match="larger than any model"):
        load(saved.folder, "emotion")


def test_network_runs_a_batch_of_any_size_and_names_its_outputs(saved: Artifact):
    network = Network(saved)
    for n in (1, 5):
        batch = np.arange(2 * n, dtype=np.float32).reshape(n, 2)
        answers = network.run(batch)
        assert list(answers) == ["sides"]
        np.testing.assert_array_equal(answers["sides"], 2 * batch)


def test_network_without_the_named_output_is_refused(artifact: Artifact):
    saved = save(artifact, doubling("other"))
    with pytest.raises(ArtifactError, match=r"model\.onnx has no output named sides"):
        Network(saved)


def test_network_with_more_outputs_than_labels_is_refused(artifact: Artifact):
    saved = save(artifact, doubling(width=3))
    with pytest.raises(ArtifactError, match="sides does not give a number for each of its labels"):
        Network(saved)


def test_output_without_labels_may_have_any_width(artifact: Artifact):
    saved = save(dataclasses.replace(artifact, heads={"sides": ()}), doubling(width=3))
    assert Network(saved).run(np.ones((1, 3), np.float32))["sides"].shape == (1, 3)


@pytest.mark.parametrize("model", [b"", b"not a network"])
def test_weights_that_are_no_network_are_refused_in_one_line(artifact: Artifact, model: bytes):
    saved = save(artifact, model)
    with pytest.raises(ArtifactError, match=r"model\.onnx does not load") as caught:
        Network(saved)
    assert "\n" not in str(caught.value)


def test_input_of_another_shape_is_the_artifacts_error(saved: Artifact):
    with pytest.raises(ArtifactError, match="does not take the input"):
        Network(saved).run(np.ones((1, 3), np.float32))


def test_shipped_artifacts_are_looked_for_beside_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(artifacts, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ArtifactError, match=rf"no model artifact in {tmp_path / 'mood'}"):
        artifacts.shipped("mood")
