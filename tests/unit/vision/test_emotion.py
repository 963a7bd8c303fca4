"""From a face's pixels to an estimate: one preprocessing, and numbers that can be worked out by hand."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import TensorProto, helper

from mien.artifacts import Artifact, save
from mien.domain import Box, Emotion
from mien.errors import ArtifactError
from mien.training.datasets import Example, LabelledData
from mien.training.emotion_faces import load_faces
from mien.training.emotion_recipe import EmotionTraining
from mien.vision.emotion import (
    HEAD,
    EmotionNetwork,
    Preprocessing,
    crop,
    network_input,
    resize,
    standardise,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

EMOTIONS = tuple(e.value for e in Emotion)
SIDE = 8
DECISION = {"temperature": 1.0, "least_confidence": 0.5, "half_life_s": 1.0}


def network(weights: NDArray[np.float32]) -> bytes:
    """A network of one layer: softmax(face @ weights)."""
    shape = ["n", SIDE, SIDE, 1]
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["face"], ["flat"]),
            helper.make_node("MatMul", ["flat", "weights"], ["scores"]),
            helper.make_node("Softmax", ["scores"], [HEAD]),
        ],
        "one-layer",
        [helper.make_tensor_value_info("face", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(HEAD, TensorProto.FLOAT, ["n", weights.shape[1]])],
        [helper.make_tensor("weights", TensorProto.FLOAT, weights.shape, weights.ravel())],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


def weights_for(classes: int) -> NDArray[np.float32]:
    random = np.random.default_rng(7).normal(0, 0.2, (SIDE * SIDE, classes))
    return random.astype(np.float32)


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    return Artifact(
        kind="emotion",
        version="1",
        folder=tmp_path / "model",
        heads={HEAD: EMOTIONS},
        preprocessing={"resolution": SIDE, "channels": 1, "margin": 0.1},
        decision=DECISION,
        training={},
        data={},
        scores={},
        limits=(),
    )


def faces(n: int) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, (20 + i, 30, 3), np.uint8) for i in range(n)]


def softmax(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def test_estimate_is_what_the_network_gives_for_the_standardised_face(artifact: Artifact):
    weights = weights_for(7)
    reader = EmotionNetwork(save(artifact, network(weights)))
    given = faces(3)
    wanted = softmax(network_input(given, reader.preprocessing).reshape(3, -1) @ weights)
    for estimate, row in zip(reader.estimate(given), wanted, strict=True):
        assert list(estimate.probabilities) == list(Emotion)
        assert list(estimate.probabilities.values()) == pytest.approx(row.tolist(), abs=1e-5)


def test_training_and_reading_prepare_the_same_picture_alike(tmp_path: Path):
    """What the network is trained on is what it is given later, bit for bit, for whole-picture faces."""
    from PIL import Image

    training = EmotionTraining(resolution=SIDE, channels=1)
    (tmp_path / "happy").mkdir()
    pictures = faces(4)
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(tmp_path / "happy" / f"{number}.png")
    examples = tuple(Example(f"happy/{n}.png", "happy") for n in range(4))
    learnt = load_faces(LabelledData(tmp_path, None, examples), training)
    seen_in_training = standardise(learnt.pixels)
    seen_later = network_input(pictures, training.preprocessing)
    np.testing.assert_array_equal(seen_in_training, seen_later)


def test_no_face_no_estimate(artifact: Artifact):
    assert EmotionNetwork(save(artifact, network(weights_for(7)))).estimate([]) == []


def test_temperature_above_one_softens_and_keeps_the_order(artifact: Artifact):
    model = network(weights_for(7))
    plain = EmotionNetwork(save(artifact, model)).estimate(faces(1))[0]
    warm = dataclasses.replace(artifact, decision={**DECISION, "temperature": 2.0})
    soft = EmotionNetwork(save(warm, model)).estimate(faces(1))[0]
    roots = np.sqrt(list(plain.probabilities.values()))
    assert list(soft.probabilities.values()) == pytest.approx((roots / roots.sum()).tolist(), abs=1e-6)
    assert soft.top == plain.top


def test_offsets_are_added_to_the_logits_after_the_temperature(artifact: Artifact):
    model = network(weights_for(7))
    plain = EmotionNetwork(save(artifact, model)).estimate(faces(1))[0]
    offsets = {e: 0.3 * i - 1 for i, e in enumerate(EMOTIONS)}
    shifted = dataclasses.replace(artifact, decision={**DECISION, "temperature": 2.0, "offsets": offsets})
    estimate = EmotionNetwork(save(shifted, model)).estimate(faces(1))[0]
    logits = np.log(list(plain.probabilities.values())) / 2 + list(offsets.values())
    assert list(estimate.probabilities.values()) == pytest.approx(softmax(logits).tolist(), abs=1e-5)


def test_offsets_come_before_certainty_is_decided(artifact: Artifact):
    flat = network(np.zeros((SIDE * SIDE, 7), np.float32))
    offsets = {e: 5.0 * (e == "sad") for e in EMOTIONS}
    shifted = dataclasses.replace(artifact, decision={**DECISION, "offsets": offsets})
    (estimate,) = EmotionNetwork(save(shifted, flat)).estimate(faces(1))
    assert estimate.certain
    assert estimate.top == Emotion.SAD


def test_contempt_is_left_out_and_the_seven_share_what_remains(artifact: Artifact):
    weights = weights_for(8)
    eight = dataclasses.replace(artifact, heads={HEAD: ("contempt", *EMOTIONS)})
    estimate = EmotionNetwork(save(eight, network(weights))).estimate(faces(1))[0]
    inputs = network_input(faces(1), Preprocessing(SIDE, 1)).reshape(1, -1)
    seven = softmax((inputs @ weights)[0, 1:])
    assert list(estimate.probabilities.values()) == pytest.approx(seven.tolist(), abs=1e-5)


def test_labels_may_lie_in_any_order(artifact: Artifact):
    weights = weights_for(7)
    turned = dataclasses.replace(artifact, heads={HEAD: EMOTIONS[::-1]})
    one = EmotionNetwork(save(artifact, network(weights))).estimate(faces(1))[0]
    other = EmotionNetwork(save(turned, network(weights[:, ::-1].copy()))).estimate(faces(1))[0]
    assert one.probabilities == pytest.approx(other.probabilities)


def test_estimate_below_the_threshold_says_between_what(artifact: Artifact):
    flat = EmotionNetwork(save(artifact, network(np.zeros((SIDE * SIDE, 7), np.float32))))
    estimate = flat.estimate(faces(1))[0]
    assert not estimate.certain
    assert estimate.reason is not None
    assert estimate.reason.startswith("can't tell: between ")
    assert list(estimate.probabilities.values()) == pytest.approx([1 / 7] * 7)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"heads": {HEAD: EMOTIONS[:6]}}, "does not estimate the seven emotions"),
        ({"heads": {"moods": EMOTIONS}}, "does not estimate the seven emotions"),
        ({"preprocessing": {"resolution": SIDE, "channels": 1}}, "preprocessing is not one"),
        ({"preprocessing": {"resolution": "big", "channels": 1, "margin": 0}}, "preprocessing is not one"),
        ({"preprocessing": {"resolution": SIDE, "channels": 2, "margin": 0}}, "preprocessing is not one"),
        ({"preprocessing": {"resolution": 0, "channels": 1, "margin": 0}}, "preprocessing is not one"),
        ({"preprocessing": {"resolution": SIDE, "channels": 1, "margin": -0.5}}, "preprocessing is not one"),
        ({"decision": {"least_confidence": 0.5, "half_life_s": 1}}, "no temperature above 0"),
        ({"decision": {**DECISION, "temperature": 0}}, "no temperature above 0"),
        ({"decision": {**DECISION, "temperature": "warm"}}, "no temperature above 0"),
        ({"decision": {"temperature": 1.0, "half_life_s": 1}}, "does not say how to read frames"),
        ({"decision": {**DECISION, "offsets": {"happy": 1.0}}}, "no offset for each of its labels"),
        ({"decision": {**DECISION, "offsets": dict.fromkeys(EMOTIONS, "x")}}, "no offset for each"),
        ({"decision": {**DECISION, "offsets": dict.fromkeys(EMOTIONS, np.inf)}}, "no offset for each"),
        ({"decision": {**DECISION, "offsets": [0.0] * 7}}, "no offset for each of its labels"),
    ],
)
def test_artifact_that_cannot_be_followed_is_refused(
    artifact: Artifact, changes: dict[str, object], said: str
):
    with pytest.raises(ArtifactError, match=said):
        EmotionNetwork(dataclasses.replace(artifact, **changes))


def test_network_for_another_size_is_the_artifacts_error(artifact: Artifact):
    other = dataclasses.replace(artifact, preprocessing={**artifact.preprocessing, "resolution": SIDE + 1})
    with pytest.raises(ArtifactError, match="does not take the input"):
        EmotionNetwork(save(other, network(weights_for(7)))).estimate(faces(1))


def test_crop_is_a_square_around_the_box():
    picture = np.random.default_rng(6).integers(0, 256, (60, 80), np.uint8)
    cut = crop(picture, Box(20, 10, 30, 30), 0.0)
    np.testing.assert_array_equal(cut, picture[10:40, 20:50])


def test_margin_widens_and_narrows_the_crop_about_its_middle():
    picture = np.random.default_rng(6).integers(0, 256, (60, 80), np.uint8)
    np.testing.assert_array_equal(crop(picture, Box(20, 20, 20, 20), 0.1), picture[18:42, 18:42])
    np.testing.assert_array_equal(crop(picture, Box(20, 20, 20, 20), -0.1), picture[22:38, 22:38])


def test_box_that_is_no_square_is_cropped_to_its_longer_side():
    picture = np.zeros((60, 80, 3), np.uint8)
    assert crop(picture, Box(20, 20, 10, 20), 0.0).shape == (20, 20, 3)


@pytest.mark.parametrize(
    "box", [Box(-5, -5, 20, 20), Box(70, 50, 20, 20), Box(0, 0, 80, 60), Box(79, 59, 1, 1)]
)
@pytest.mark.parametrize("margin", [0.0, 0.5])
def test_crop_beyond_the_picture_repeats_its_edge(box: Box, margin: float):
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (60, 80, 3), np.uint8)
    cut = crop(picture, box, margin)
    side = round(max(box.width, box.height) * (1 + 2 * margin))
    assert cut.shape == (side, side, 3)
    reach = 200
    padded = np.pad(picture, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    top = reach + round(box.y + (box.height - side) / 2)
    left = reach + round(box.x + (box.width - side) / 2)
    np.testing.assert_array_equal(cut, padded[top : top + side, left : left + side])


def test_narrowest_margin_still_leaves_a_pixel():
    assert crop(np.zeros((9, 9), np.uint8), Box(4, 4, 1, 1), -0.49).shape == (1, 1)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", [(5, 5), (5, 5, 3), (40, 30), (40, 30, 3), (8, 8)])
def test_every_face_comes_to_the_networks_size_and_channels(shape: tuple[int, ...], channels: int):
    sized = resize(np.full(shape, 77, np.uint8), Preprocessing(SIDE, channels))
    assert sized.shape == (SIDE, SIDE, channels)
    assert sized.dtype == np.uint8
    assert (sized == 77).all()


def test_colour_becomes_grey_by_its_luma():
    red = np.zeros((SIDE, SIDE, 3), np.uint8)
    red[..., 0] = 255
    assert resize(red, Preprocessing(SIDE, 1)).mean() == pytest.approx(0.299 * 255, abs=1)  # ITU-R BT.601


def test_shrinking_averages_and_does_not_skip_pixels():
    stripes = np.tile(np.array([[0, 200]], np.uint8), (64, 32))
    assert np.abs(resize(stripes, Preprocessing(SIDE, 1)).astype(int) - 100).max() <= 1


def test_standardised_faces_have_mean_zero_and_spread_one_each():
    rng = np.random.default_rng(2)
    dark, bright = rng.integers(0, 80, (1, 8, 8, 1)), rng.integers(100, 256, (1, 8, 8, 1))
    values = standardise(np.concatenate([dark, bright]).astype(np.uint8))
    assert values.dtype == np.float32
    np.testing.assert_allclose(values.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(values.std(axis=(1, 2, 3)), 1, atol=1e-5)


def test_light_that_scales_and_lifts_every_level_does_not_matter():
    face = np.random.default_rng(4).integers(10, 80, (1, 8, 8, 1), np.uint8)
    np.testing.assert_allclose(standardise(face), standardise((2 * face + 50).astype(np.uint8)), atol=1e-5)


def test_flat_face_stays_flat_and_its_noise_small():
    flat = np.full((1, 8, 8, 1), 128, np.uint8)
    assert not standardise(flat).any()
    flat[0, 0, 0] += 1
    assert np.abs(standardise(flat)).max() < 0.2


def test_reading_faces_needs_no_training_framework():
    """Whoever only uses Mien does not have the train extra, and should not wait for it who has."""
    import subprocess
    import sys

    code = "import sys, mien.core; print({'keras', 'tensorflow', 'onnx', 'torch'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
