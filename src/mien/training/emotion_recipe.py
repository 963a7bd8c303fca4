"""How an emotion network is trained: every number that shapes a run, written into the artifact."""

from __future__ import annotations

from dataclasses import dataclass

from mien.domain import Emotion
from mien.vision.emotion import HEAD, SECOND_HEAD, Preprocessing

EMOTIONS = tuple(e.value for e in Emotion)
CONTEMPT = "contempt"


@dataclass(frozen=True, slots=True)
class EmotionTraining:
    """How to train; written into the artifact.

    Attributes:
        network: ``mobilenet`` (the paper's Table 1) or ``cnn2`` (the two layers its conclusion names).
        width: multiplier of the channels of every layer.
        resolution: side of the input, in pixels.
        channels: 1 for grey, 3 for RGB.
        labels: the classes.
        epochs: passes over the training part; 0 only decides anew on weights that are given.
        batch: pictures a step.
        learning_rate: at its highest, after warm-up; a cosine takes it to 0.
        warmup_epochs: over which it rises.
        weight_decay: of AdamW.
        dropout: before the last layer.
        averaging: momentum of the weights' moving average, which is what is kept; 0 keeps the last weights.
        balance: 0 draws pictures as they come, 1 draws every class alike.
        votes: learn the distribution of votes where there are any; else the label alone.
        least_votes: a label with fewer votes is taken for a slip when ten or more people were asked.
        second_label: the header of ``index.csv`` with another label of the same pictures, which a second head
            learns beside the first; "" for none.
        second_weight: of the second head's loss; the first one's is 1.
        augmentation: strength of the random changes; 0 for none.
        mixup: share of the pictures that are blended with another (Zhang et al. 2018).
        cutmix: share of the pictures in which a rectangle is another's (Yun et al. 2019).
        start_share: how much of the weights that a run began with is mixed into those that it ended with
            (Wortsman et al. 2022); what was learnt before is then lost less.
        mirrored: the network that is written answers with the mean for a face and its mirror image: more
            often right, at twice the time.
        prior_exponent: how far the classes' frequencies in training are taken back in the decision, from 0
            (not at all) to 1 (as if all were as frequent); None to choose it on the validation part.
        margin: how much wider than the detector's box a crop is; written into the preprocessing.
        random_split: parts are drawn picture by picture, so that a person may be on two sides.
        seed: of everything random.
    """

    network: str = "mobilenet"
    width: float = 1.0
    resolution: int = 64
    channels: int = 1
    labels: tuple[str, ...] = EMOTIONS
    epochs: int = 30
    batch: int = 64
    learning_rate: float = 1.5e-3
    warmup_epochs: float = 2.0
    weight_decay: float = 0.02
    dropout: float = 0.2
    averaging: float = 0.999
    balance: float = 0.2
    votes: bool = True
    least_votes: int = 2
    second_label: str = ""
    second_weight: float = 0.5
    augmentation: float = 0.6
    mixup: float = 0.0
    cutmix: float = 0.0
    start_share: float = 0.0
    mirrored: bool = True
    prior_exponent: float | None = None
    margin: float = 0.05
    random_split: bool = False
    seed: int = 20261122

    @property
    def preprocessing(self) -> Preprocessing:
        """How faces become the network's input."""
        return Preprocessing(self.resolution, self.channels, self.margin)

    @property
    def heads(self) -> dict[str, tuple[str, ...]]:
        """The network's outputs, in order, and the labels of each."""
        second = {SECOND_HEAD: self.labels} if self.second_label else {}
        return {HEAD: self.labels, **second}
