"""The network that is written is the network that was trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
import pytest

from mien.training.emotion_network import mobilenet, settle_statistics
from mien.training.emotion_recipe import EmotionTraining
from mien.training.export import to_onnx
from mien.vision.emotion import HEAD, INPUT, standardise

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.training

TINY = EmotionTraining(width=0.25, resolution=32, dropout=0.0)


@pytest.fixture(scope="module")
def batch() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Two pictures a class, of noise: nothing to see, so that they can only be learnt by heart."""
    pixels = np.random.default_rng(1).integers(0, 256, (14, 32, 32, 1), np.uint8)
    return standardise(pixels), np.eye(7, dtype=np.float32)[np.arange(14) % 7]


@pytest.fixture(scope="module")
def fitted(batch: tuple[NDArray[np.float32], NDArray[np.float32]]) -> Any:
    import keras

    keras.utils.set_random_seed(1)
    model = mobilenet(TINY)
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy", jit_compile=False)
    for _ in range(100):
        if float(model.train_on_batch(*batch)) < 0.01:
            break
    settle_statistics(model, lambda _: batch[0], 1)
    return model


@pytest.fixture(scope="module")
def exported(fitted: Any) -> bytes:
    return to_onnx(fitted, INPUT, [HEAD])


@pytest.fixture(scope="module")
def session(exported: bytes) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])


def test_tiny_network_overfits_one_batch(fitted: Any, batch: tuple[NDArray[np.float32], NDArray[np.float32]]):
    pixels, targets = batch
    probabilities = np.asarray(fitted(pixels, training=False))
    np.testing.assert_array_equal(probabilities.argmax(axis=1), targets.argmax(axis=1))
    assert probabilities.max(axis=1).min() > 0.9


def test_settling_leaves_batch_normalisation_ready_for_more_training(fitted: Any):
    momenta = [layer.momentum for layer in fitted.layers if hasattr(layer, "momentum")]
    assert momenta == [0.99] * 27


@pytest.mark.parametrize("n", [1, 2, 14])
def test_keras_and_onnx_runtime_give_the_same_probabilities(
    fitted: Any,
    session: onnxruntime.InferenceSession,
    batch: tuple[NDArray[np.float32], NDArray[np.float32]],
    n: int,
):
    seen, strange = batch[0][:n], standardise(np.random.default_rng(n).integers(0, 256, (n, 32, 32, 1)))
    for pixels in (seen, strange):
        (answer,) = session.run([HEAD], {INPUT: pixels})
        np.testing.assert_allclose(answer, np.asarray(fitted(pixels, training=False)), atol=1e-4)
        np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)


def test_input_and_output_are_named_and_the_batch_is_free(session: onnxruntime.InferenceSession):
    (given,), (answer,) = session.get_inputs(), session.get_outputs()
    assert (given.name, given.type, given.shape) == (INPUT, "tensor(float)", ["n", 32, 32, 1])
    assert (answer.name, answer.type, answer.shape) == (HEAD, "tensor(float)", ["n", 7])


def test_file_is_a_checked_onnx_model_without_leftovers(exported: bytes):
    model = onnx.load_from_string(exported)
    onnx.checker.check_model(model, full_check=True)
    assert len(exported) < 1.5e6  # 0.22 million weights of four bytes, and the graph
    assert not any(tensor.external_data for tensor in model.graph.initializer)


def test_halved_weights_make_half_the_file_and_the_same_answers(
    fitted: Any, exported: bytes, batch: tuple[NDArray[np.float32], NDArray[np.float32]]
):
    halved = to_onnx(fitted, INPUT, [HEAD], halved=True)
    assert len(halved) < 0.65 * len(exported)
    session = onnxruntime.InferenceSession(halved, providers=["CPUExecutionProvider"])
    (answer,) = session.run([HEAD], {INPUT: batch[0]})
    assert answer.dtype == np.float32
    np.testing.assert_allclose(answer, np.asarray(fitted(batch[0], training=False)), atol=5e-3)


def test_a_mirrored_network_answers_alike_to_a_face_and_its_mirror_image_with_the_mean_of_both(
    fitted: Any, batch: tuple[NDArray[np.float32], NDArray[np.float32]]
):
    session = onnxruntime.InferenceSession(
        to_onnx(fitted, INPUT, [HEAD], mirrored=True), providers=["CPUExecutionProvider"]
    )
    faces = batch[0][:3]
    mirror_images = np.ascontiguousarray(faces[:, :, ::-1])
    as_seen, mirrored = (np.asarray(fitted(some, training=False)) for some in (faces, mirror_images))
    assert np.abs(as_seen - mirrored).max() > 0.1  # the network itself takes them for different faces
    for some in (faces, mirror_images):
        (answer,) = session.run([HEAD], {INPUT: some})
        np.testing.assert_allclose(answer, (as_seen + mirrored) / 2, atol=1e-4)
