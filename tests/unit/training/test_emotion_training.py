"""From labelled pictures to an artifact that reads faces: the paper's training phase, in small."""

from __future__ import annotations

import dataclasses
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from mien.artifacts import Network, chosen, load
from mien.domain import Box, Emotion
from mien.errors import DatasetError, ImageError
from mien.training import emotion_loop
from mien.training.datasets import Example, LabelledData, read_labelled
from mien.training.emotion import train_emotion
from mien.training.emotion_checkpoint import LATEST
from mien.training.emotion_faces import load_faces, target
from mien.training.emotion_network import build, mobilenet
from mien.training.emotion_recipe import EMOTIONS, EmotionTraining
from mien.training.emotion_scores import evaluate_emotion
from mien.training.emotion_transfer import begin_with
from mien.vision.detect import FoundFace
from mien.vision.emotion import HEAD, EmotionNetwork, Preprocessing, crop, network_input, resize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from mien.artifacts import Artifact
    from mien.training.emotion import TrainedEmotion

TINY = EmotionTraining(
    width=0.25, resolution=32, epochs=2, batch=16, warmup_epochs=0.5, dropout=0.2, margin=0.1
)
EACH = 12
# Training runs eagerly here (see ``eagerly``); TensorFlow says that its data pipeline does not; that is well.
pytestmark = pytest.mark.filterwarnings("ignore:Even though the `tf.config:UserWarning")


def drawn_face(label: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A round face with two eyes and a mouth whose bend tells the class; no two are quite alike."""
    picture = np.full((40, 40), rng.integers(20, 60), np.uint8)
    cv2.circle(picture, (20, 20), 17, int(rng.integers(150, 220)), -1)
    dx, dy = (int(v) for v in rng.integers(-2, 3, 2))
    for x in (14, 26):
        cv2.circle(picture, (x + dx, 15 + dy), 2, 30, -1)
    bend = EMOTIONS.index(label) - 3
    cv2.ellipse(
        picture, (20 + dx, 27 + dy), (7, abs(bend) + 1), 0, *((0, 180) if bend > 0 else (180, 360)), 30, 2
    )
    return np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)


def png(picture: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder per class of drawn faces."""
    folder, rng = tmp_path_factory.mktemp("faces"), np.random.default_rng(9)
    for label in EMOTIONS:
        (folder / label).mkdir()
        for number in range(EACH):
            (folder / label / f"{number}.png").write_bytes(png(drawn_face(label, rng)))
    return folder


@dataclasses.dataclass
class Watched:
    """Listens to a run; may end it after a step of an epoch, as Ctrl-C would."""

    interrupt_in: tuple[int, int] | None = None
    loaded: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    steps: list[tuple[int, int, int]] = dataclasses.field(default_factory=list)
    epochs: list[tuple[int, dict[str, float]]] = dataclasses.field(default_factory=list)

    def loading(self, done: int, total: int) -> None:
        self.loaded.append((done, total))

    def step(self, epoch: int, step: int, steps: int, figures: Mapping[str, float]) -> None:
        assert {"loss", "accuracy"} <= figures.keys()
        self.steps.append((epoch, step, steps))
        if (epoch, step) == self.interrupt_in:
            raise KeyboardInterrupt

    def epoch(self, epoch: int, figures: Mapping[str, float]) -> None:
        self.epochs.append((epoch, dict(figures)))


@dataclasses.dataclass
class Run:
    folder: Path
    trained: TrainedEmotion
    watched: Watched

    @property
    def artifact(self) -> Artifact:
        return self.trained.artifact

    @property
    def history(self) -> list[dict[str, float]]:
        return self.trained.history


@pytest.fixture(scope="module")
def whole(eagerly: None, faces: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that nothing interrupted."""
    folder, watched = tmp_path_factory.mktemp("whole"), Watched()
    trained = train_emotion(
        faces, folder / "model", TINY, about="drawn here", checkpoints=folder / "ck", progress=watched
    )
    return Run(folder, trained, watched)


def votes(**given: float) -> Example:
    return Example("a.png", "happy", votes=given)


def test_label_without_votes_is_learnt_as_certain():
    distribution = target(Example("a.png", "sad"), TINY)
    assert distribution is not None
    assert dict(zip(EMOTIONS, distribution.tolist(), strict=True)) == {e: float(e == "sad") for e in EMOTIONS}


def test_votes_are_learnt_as_a_distribution():
    distribution = target(
        votes(happy=6, neutral=3, sad=1, unknown=0), dataclasses.replace(TINY, least_votes=0)
    )
    assert distribution is not None
    assert distribution.tolist() == pytest.approx([0, 0, 0, 0.6, 0.1, 0, 0.3])


def test_single_stray_votes_are_dropped_when_ten_or_more_were_asked():
    ten = target(votes(happy=8, neutral=1, sad=1), TINY)
    few = target(votes(happy=3, neutral=1), TINY)
    assert ten is not None
    assert few is not None
    assert ten.tolist() == [0, 0, 0, 1, 0, 0, 0]
    assert few.tolist() == [0, 0, 0, 0.75, 0, 0, 0.25]


@pytest.mark.parametrize(
    "example",
    [
        votes(unknown=6, happy=4),
        votes(contempt=10),
        votes(happy=1, unknown=1, neutral=1, sad=1, fear=1, angry=1, disgust=1, surprise=1, contempt=1, nf=1),
        votes(happy=0),
        Example("a.png", "contempt"),
        Example("a.png", ""),
    ],
)
def test_example_that_cannot_teach_is_left_out(example: Example):
    assert target(example, TINY) is None


def test_half_of_the_votes_for_known_labels_is_enough():
    distribution = target(votes(unknown=5, happy=5), TINY)
    assert distribution is not None
    assert distribution.max() == 1


def test_contempt_teaches_a_network_that_has_it():
    eight = dataclasses.replace(TINY, labels=(*EMOTIONS, "contempt"))
    distribution = target(votes(contempt=10), eight)
    assert distribution is not None
    assert distribution.tolist() == [0] * 7 + [1]


def loadable(tmp_path: Path, *examples: Example) -> LabelledData:
    rng = np.random.default_rng(1)
    for example in examples:
        (tmp_path / example.file).write_bytes(png(drawn_face("happy", rng)))
    return LabelledData(tmp_path, None, examples)


def test_faces_to_learn_have_votes_and_faces_to_score_have_labels(tmp_path: Path):
    data = loadable(
        tmp_path,
        Example("0.png", "unknown", votes={"sad": 10}),
        Example("1.png", "happy", votes={"unknown": 10}),
        Example("2.png", "fear"),
    )
    learnt, scored = load_faces(data, TINY), load_faces(data, TINY, scored=True)
    assert learnt.pixels.shape == scored.pixels.shape == (2, 32, 32, 1)
    assert learnt.reference.tolist() == [-1, EMOTIONS.index("fear")]
    assert learnt.targets.argmax(axis=1).tolist() == [EMOTIONS.index("sad"), EMOTIONS.index("fear")]
    assert scored.reference.tolist() == [EMOTIONS.index("happy"), EMOTIONS.index("fear")]
    assert scored.targets.sum(axis=1).tolist() == [1, 1]


def test_data_without_a_known_label_says_which_are_known(tmp_path: Path):
    with pytest.raises(DatasetError, match="no example has one of the labels angry, disgust"):
        load_faces(loadable(tmp_path, Example("0.png", "bored")), TINY)


class EverySecond:
    """A detector that finds the middle of every second picture, and counts how many it is shown."""

    def __init__(self) -> None:
        self.shown = 0

    def find(self, picture: NDArray[np.uint8], time_s: float | None = None) -> list[FoundFace]:
        self.shown += 1
        return [FoundFace(Box(10, 10, 20, 20)), FoundFace(Box(0, 0, 5, 5))] if self.shown % 2 else []


def test_whole_scenes_are_cropped_to_the_face_and_those_without_one_are_left_out(tmp_path: Path):
    data = loadable(tmp_path, *(Example(f"{n}.png", "happy") for n in range(4)))
    detector = EverySecond()
    faces = load_faces(data, TINY, detector=detector)
    assert detector.shown == 4
    assert faces.files == ("0.png", "2.png")
    assert faces.without_face == ("1.png", "3.png")
    picture = cv2.imread(str(tmp_path / "2.png"), cv2.IMREAD_GRAYSCALE)
    wanted = resize(crop(picture, Box(10, 10, 20, 20), TINY.margin), TINY.preprocessing)
    np.testing.assert_array_equal(faces.pixels[1], wanted)


class Nobody:
    """A detector that never finds a face."""

    def find(self, picture: NDArray[np.uint8], time_s: float | None = None) -> list[FoundFace]:
        return []


def test_data_without_any_face_is_refused(tmp_path: Path):
    with pytest.raises(DatasetError, match="no face was found in any of 1 pictures"):
        load_faces(loadable(tmp_path, Example("0.png", "happy")), TINY, detector=Nobody())


def test_labels_alone_are_learnt_where_votes_are_not_wanted():
    distribution = target(votes(happy=4, sad=6), dataclasses.replace(TINY, votes=False))
    assert distribution is not None
    assert distribution[EMOTIONS.index("happy")] == 1


def test_bad_picture_among_many_is_named(tmp_path: Path):
    data = loadable(tmp_path, Example("good.png", "happy"), Example("bad.png", "sad"))
    (tmp_path / "bad.png").write_bytes(b"Dear diary")
    with pytest.raises(ImageError, match=r"bad\.png: the picture is not a picture that Mien reads"):
        load_faces(data, TINY)


@pytest.mark.training
def test_trains_a_folder_per_class_to_an_artifact_that_reads_faces(whole: Run):
    artifact = load(whole.folder / "model", "emotion")
    assert artifact == whole.artifact
    assert artifact.heads == {HEAD: EMOTIONS}
    network = EmotionNetwork(artifact)
    assert network.preprocessing == Preprocessing(32, 1, 0.1)
    given = [drawn_face(label, np.random.default_rng(1)) for label in EMOTIONS]
    for estimate in network.estimate(given):
        assert list(estimate.probabilities) == list(Emotion)


@pytest.mark.training
def test_artifact_says_how_and_on_what_it_was_trained_and_what_it_reached(whole: Run):
    artifact = whole.artifact
    assert artifact.training["width"] == 0.25
    assert artifact.training["parameters"] > 200_000
    assert artifact.data["about"] == "drawn here"
    assert sum(artifact.data["examples"].values()) == 7 * EACH
    assert set(artifact.data["labels"]["train"]) == set(EMOTIONS)
    assert artifact.scores == {name: part.as_json() for name, part in whole.trained.scores.items()}
    for name, part in (("validation", "valid"), ("test", "test")):
        assert whole.trained.scores[name].n == artifact.data["examples"][part] > 0
    assert 0.2 <= artifact.decision["temperature"] <= 5
    assert len(artifact.limits) >= 3


@pytest.mark.training
def test_history_and_progress_tell_every_epoch_and_step(whole: Run):
    assert len(whole.history) == TINY.epochs
    for epoch in whole.history:
        assert epoch.keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}
        assert all(np.isfinite(value) for value in epoch.values())
    steps = whole.watched.steps[0][2]
    assert whole.watched.steps == [(e, s, steps) for e in range(TINY.epochs) for s in range(1, steps + 1)]
    assert [epoch for epoch, _ in whole.watched.epochs] == [0, 1]
    assert whole.watched.loaded[0][0] == 0


@pytest.mark.training
def test_interrupted_run_goes_on_to_where_it_would_have_come(
    whole: Run, faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """In the middle of an epoch, with dropout and averaging: to the same figures and the same network."""
    monkeypatch.setattr(emotion_loop, "CHECKPOINT_EVERY_S", 0.0)
    model, kept = tmp_path / "model", tmp_path / "ck"
    with pytest.raises(KeyboardInterrupt):
        train_emotion(faces, model, TINY, checkpoints=kept, progress=Watched(interrupt_in=(1, 3)))
    assert not model.exists()
    watched = Watched()
    resumed = train_emotion(faces, model, TINY, checkpoints=kept, progress=watched)
    assert watched.steps[0][:2] == (1, 3)  # the step that was under way is done again
    for one, other in zip(resumed.history, whole.history, strict=True):
        assert one == pytest.approx(other, abs=1e-4)
    given = [drawn_face(label, np.random.default_rng(2)) for label in EMOTIONS]
    pairs = zip(
        EmotionNetwork(resumed.artifact).estimate(given),
        EmotionNetwork(whole.artifact).estimate(given),
        strict=True,
    )
    for one, other in pairs:
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-4)


@pytest.mark.training
def test_checkpoint_cut_short_by_a_crash_goes_on_from_the_one_before(whole: Run, faces: Path, tmp_path: Path):
    kept = tmp_path / "ck"
    shutil.copytree(whole.folder / "ck", kept)
    with (kept / LATEST).open("r+b") as file:
        file.truncate(1000)
    watched = Watched()
    again = train_emotion(faces, tmp_path / "model", TINY, checkpoints=kept, progress=watched)
    assert {epoch for epoch, _, _ in watched.steps} == {1}
    assert again.history[-1] == pytest.approx(whole.history[-1], abs=1e-4)


@pytest.mark.training
def test_checkpoints_that_are_all_damaged_are_not_silently_begun_anew(
    whole: Run, faces: Path, tmp_path: Path
):
    kept = tmp_path / "ck"
    kept.mkdir()
    (kept / LATEST).write_bytes(b"no checkpoint")
    with pytest.raises(DatasetError, match=r"no checkpoint in .* can be read; delete the folder"):
        train_emotion(faces, tmp_path / "model", TINY, checkpoints=kept)


@pytest.mark.training
def test_run_is_not_resumed_on_other_pictures(whole: Run, faces: Path, tmp_path: Path):
    other = tmp_path / "faces"
    shutil.copytree(faces, other)
    (other / "happy" / "0.png").write_bytes(png(drawn_face("happy", np.random.default_rng(77))))
    for number in range(EACH):  # whichever part it is in, something in it is another
        shutil.copy(other / "happy" / "0.png", other / "sad" / f"{number}.png")
    with pytest.raises(DatasetError, match="holds a run on other pictures or labels; give the same"):
        train_emotion(other, tmp_path / "model", TINY, checkpoints=whole.folder / "ck")


@pytest.mark.training
def test_ended_run_can_be_decided_anew_with_another_prior_exponent(whole: Run, faces: Path, tmp_path: Path):
    steps = len(whole.watched.steps)
    again = Watched()
    other = dataclasses.replace(TINY, prior_exponent=1.0)
    anew = train_emotion(faces, tmp_path / "model", other, checkpoints=whole.folder / "ck", progress=again)
    assert (steps > 0, again.steps) == (True, [])
    assert anew.artifact.decision["prior_exponent"] == 1.0
    assert anew.history == whole.history


@pytest.mark.training
def test_run_is_not_resumed_under_another_configuration(whole: Run, faces: Path):
    other = dataclasses.replace(TINY, learning_rate=0.1, batch=8)
    with pytest.raises(DatasetError, match="holds a run with another batch, learning_rate; give the same"):
        train_emotion(faces, whole.folder / "other", other, checkpoints=whole.folder / "ck")
    assert not (whole.folder / "other").exists()


@pytest.mark.training
def test_folder_that_cannot_hold_checkpoints_is_named(faces: Path, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match="cannot keep checkpoints in"):
        train_emotion(faces, tmp_path / "model", TINY, checkpoints=tmp_path / "file")


def some_faces(resolution: int = 32, channels: int = 1) -> NDArray[np.float32]:
    rng = np.random.default_rng(4)
    drawn = np.stack([drawn_face(label, rng) for label in EMOTIONS])
    return network_input(list(drawn), Preprocessing(resolution, channels, 0.0))


@pytest.mark.training
def test_artifact_alone_is_enough_to_begin_with(whole: Run, faces: Path, tmp_path: Path):
    """Its folded normalisation is unfolded: the network answers as it did, and can go on learning."""
    model = mobilenet(dataclasses.replace(TINY, dropout=0.0))
    assert begin_with(model, whole.folder / "model", some_faces)
    answers = Network(whole.artifact).run(some_faces())[HEAD]
    as_seen, mirrored = (model.predict_on_batch(faces) for faces in (some_faces(), some_faces()[:, :, ::-1]))
    np.testing.assert_allclose((as_seen + mirrored) / 2, answers, atol=1e-4)
    spreads = [layer.moving_variance for layer in model.layers if hasattr(layer, "moving_variance")]
    assert len({round(float(np.mean(s)), 6) for s in spreads}) == len(spreads) == 27
    learning = np.asarray(model(some_faces(), training=True))
    np.testing.assert_allclose(learning, as_seen, atol=1e-3)
    with pytest.raises(DatasetError, match="of another network, width or number of channels"):
        begin_with(mobilenet(dataclasses.replace(TINY, width=0.5)), whole.folder / "model", some_faces)
    with pytest.raises(DatasetError, match="of another network"):
        begin_with(build(dataclasses.replace(TINY, network="cnn2")), whole.folder / "model", some_faces)
    eight = mobilenet(dataclasses.replace(TINY, labels=(*EMOTIONS, "contempt")))
    assert not begin_with(eight, whole.folder / "model", some_faces)


def first_kernel(model: Any) -> NDArray[np.float32]:
    return np.asarray(model.get_weights()[0])


@pytest.mark.training
def test_earlier_weights_fit_another_resolution_and_only_the_same_width(whole: Run):
    earlier = whole.folder / "ck" / LATEST
    larger = mobilenet(dataclasses.replace(TINY, resolution=48))
    before = first_kernel(larger)
    assert begin_with(larger, earlier, some_faces)
    assert (first_kernel(larger) != before).any()
    with pytest.raises(DatasetError, match="of another network, width or number of channels"):
        begin_with(mobilenet(dataclasses.replace(TINY, width=0.5)), earlier, some_faces)
    with pytest.raises(DatasetError, match="cannot begin with the weights in"):
        begin_with(larger, whole.folder / "nowhere.weights.h5", some_faces)


@pytest.mark.training
def test_network_with_contempt_begins_with_all_but_the_last_layer_of_one_without(whole: Run):
    eight = mobilenet(dataclasses.replace(TINY, labels=(*EMOTIONS, "contempt")))
    before = eight.get_weights()
    assert not begin_with(eight, whole.folder / "ck" / LATEST, some_faces)
    after = eight.get_weights()
    assert (after[0] != before[0]).any()
    np.testing.assert_array_equal(after[-2], before[-2])
    assert all(np.isfinite(values).all() for values in after)


@pytest.mark.training
def test_averaged_weights_are_what_a_new_run_begins_with(eagerly: None, tmp_path: Path):
    """A checkpoint's own weights are those of the last step; its artifact is made of their average."""
    training = dataclasses.replace(TINY, network="cnn2", epochs=100, learning_rate=0.1, warmup_epochs=0)
    model = build(training)
    emotion_loop.prepare(model, training, steps_an_epoch=5)
    rng = np.random.default_rng(0)
    for _ in range(5):
        model.train_on_batch(rng.normal(size=(7, 32, 32, 1)).astype(np.float32), np.eye(7))
    model.save_weights(tmp_path / "some.weights.h5")
    last = first_kernel(model)
    model.optimizer.finalize_variable_values(model.trainable_variables)
    average = first_kernel(model)
    assert np.abs(last - average).max() > 0.01
    begun = build(training)
    assert begin_with(begun, tmp_path / "some.weights.h5", some_faces)
    np.testing.assert_array_equal(first_kernel(begun), average)


@pytest.mark.training
def test_two_layer_network_has_two_convolutions_and_a_softmax():
    """What the paper's conclusion names."""
    model = build(dataclasses.replace(TINY, network="cnn2", width=1.0))
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("Conv2D") == kinds.count("MaxPooling2D") == 2
    assert model.output_shape == (None, 7)
    assert model.count_params() == (9 * 32 + 32) + (9 * 32 * 64 + 64) + (8 * 8 * 64 * 7 + 7)


@pytest.mark.training
def test_deciding_anew_on_the_same_weights_changes_the_decision_alone(
    whole: Run, faces: Path, tmp_path: Path
):
    none = dataclasses.replace(TINY, epochs=0, prior_exponent=0.5)
    again = train_emotion(faces, tmp_path / "model", none, start=whole.folder / "ck" / LATEST)
    assert again.history == []
    assert again.artifact.decision["prior_exponent"] == 0.5
    assert again.artifact.decision["temperature"] == pytest.approx(
        whole.artifact.decision["temperature"], rel=1e-3
    )
    assert again.final == pytest.approx(whole.trained.final, abs=1e-4)


@pytest.mark.training
def test_without_training_there_must_be_weights_that_fit(whole: Run, faces: Path, tmp_path: Path):
    none = dataclasses.replace(TINY, epochs=0)
    with pytest.raises(DatasetError, match="must be weights to start with"):
        train_emotion(faces, tmp_path / "model", none)
    five = dataclasses.replace(none, labels=EMOTIONS[:5])
    with pytest.raises(DatasetError, match="another number of labels; without training"):
        train_emotion(faces, tmp_path / "model", five, start=whole.folder / "ck" / LATEST)


@pytest.mark.training
def test_network_that_goes_astray_is_given_up_at_once(eagerly: None, tmp_path: Path):
    good = load_faces(loadable(tmp_path, Example("0.png", "happy")), TINY)
    bad = dataclasses.replace(good, targets=good.targets * np.nan)
    with pytest.raises(DatasetError, match=r"went astray .* lower learning rate"):
        emotion_loop.fit(mobilenet(TINY), emotion_loop.Batches(bad, TINY), good)


@pytest.mark.training
def test_evaluation_agrees_with_the_scores_in_the_artifact(whole: Run, faces: Path, tmp_path: Path):
    """Scored again through ONNX Runtime from files, the test part comes to what training said of it."""
    from mien.training.datasets import Part, split

    test = split(read_labelled(faces), TINY.seed)[Part.TEST]
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        for example in test.examples:
            archive.write(faces / example.file, example.file)
    lines = [f"{e.file},{e.label},test" for e in test.examples]
    (tmp_path / "index.csv").write_text(
        "\n".join(["file,label,split", *lines, "x.png,bored,test", "y.png,sad,train"])
    )
    again = evaluate_emotion(tmp_path, whole.artifact, part="test")
    assert again.scores.confusion == whole.trained.scores["test"].confusion
    assert again.scores.log_loss == pytest.approx(whole.trained.scores["test"].log_loss, abs=1e-3)
    assert (again.left_out, again.without_face) == (2, 0)


@pytest.mark.training
def test_evaluation_counts_the_pictures_without_a_face(whole: Run, faces: Path):
    watched = Watched()
    evaluated = evaluate_emotion(faces, whole.artifact, detector=EverySecond(), progress=watched)
    assert evaluated.scores.n == 7 * EACH
    assert evaluated.without_face == 7 * EACH // 2
    assert watched.loaded == [(0, 7 * EACH)]


@pytest.mark.training
def test_mistakes_are_the_surest_wrong_answers(whole: Run, faces: Path):
    evaluated = evaluate_emotion(faces, whole.artifact)
    wrong = [answer for answer in evaluated.answers if not answer.right]
    assert len(wrong) == evaluated.scores.n - round(evaluated.scores.accuracy * evaluated.scores.n)
    assert [m.confidence for m in evaluated.mistakes] == sorted((a.confidence for a in wrong), reverse=True)[
        :24
    ]
    assert all(mistake.label != mistake.estimated for mistake in evaluated.mistakes)


@pytest.mark.training
def test_a_face_and_its_mirror_image_get_one_answer(whole: Run, tmp_path: Path):
    face = drawn_face("happy", np.random.default_rng(5))
    for name, picture in (("one", face), ("mirrored", face[:, ::-1])):
        (tmp_path / name / "happy").mkdir(parents=True)
        (tmp_path / name / "happy" / "0.png").write_bytes(png(picture))
    (one,), (mirrored,) = (
        evaluate_emotion(tmp_path / name, whole.artifact).answers for name in ("one", "mirrored")
    )
    assert one.confidence == pytest.approx(mirrored.confidence, abs=1e-6)


def test_an_unknown_split_is_named_with_those_that_there_are(tmp_path: Path):
    shipped = chosen(None, "emotion")
    (tmp_path / "sad").mkdir()
    (tmp_path / "sad" / "0.png").touch()
    with pytest.raises(DatasetError, match="names no split of any example: leave --split out"):
        evaluate_emotion(tmp_path, shipped, part="test")
    (tmp_path / "index.csv").write_text("file,label,split\na.png,sad,train\nb.png,sad,test\n")
    with pytest.raises(DatasetError, match="has no split 'tset'; there is test, train"):
        evaluate_emotion(tmp_path, shipped, part="tset")


def test_evaluation_of_nothing_is_refused(tmp_path: Path):
    (tmp_path / "index.csv").write_text("file,label\na.png,bored\n")
    with pytest.raises(DatasetError, match="nothing to score"):
        evaluate_emotion(tmp_path, chosen(None, "emotion"))
