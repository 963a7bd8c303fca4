"""What the song network's numbers become."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tiny_mood_artifact import PRIOR, WIDTH, features, tiny_artifact

from mien import artifacts
from mien.audio.features import FEATURES
from mien.audio.mood import MoodNetwork
from mien.domain import Mood, Quadrant
from mien.errors import ArtifactError


@pytest.fixture
def network(tmp_path):
    return MoodNetwork(tiny_artifact(tmp_path))


def test_the_likeliest_mood_is_on_top_and_certain_when_it_is_clear(network):
    (estimate,) = network.estimate(features(tender=3.0, contentment=3.0))
    assert estimate.moods.top is Mood.TENDER
    assert estimate.quadrants.top is Quadrant.CONTENTMENT
    assert estimate.moods.certain
    assert estimate.moods.reason is None
    assert estimate.moods.confidence == pytest.approx(math.exp(3) / (math.exp(3) + 6), abs=1e-5)


def test_an_unclear_mood_is_not_certain_and_says_between_which(network):
    (estimate,) = network.estimate(features(sad=0.5, calm=0.4))
    assert not estimate.moods.certain
    assert estimate.moods.reason == "can't tell: between sad and calm"
    assert sum(estimate.moods.probabilities.values()) == pytest.approx(1)


def test_temperature_softens_and_keeps_the_order(tmp_path):
    decision = {
        name: {"temperature": 4.0, "least_confidence": 0.4, "prior": dict(prior)}
        for name, prior in PRIOR.items()
    }
    (soft,) = MoodNetwork(tiny_artifact(tmp_path, decision=decision)).estimate(features(angry=3.0))
    assert soft.moods.top is Mood.ANGRY
    assert soft.moods.confidence == pytest.approx(math.exp(0.75) / (math.exp(0.75) + 6), abs=1e-5)


@pytest.mark.parametrize(
    ("quadrant", "valence", "arousal"),
    [("exuberance", 1, 1), ("anxiety", -1, 1), ("depression", -1, -1), ("contentment", 1, -1)],
)
def test_valence_and_arousal_are_the_quadrants_sides(network, quadrant, valence, arousal):
    (estimate,) = network.estimate(features(**{quadrant: 50.0}))
    assert estimate.valence == pytest.approx(valence)
    assert estimate.arousal == pytest.approx(arousal)


def test_labels_may_lie_in_another_order_in_the_artifact(tmp_path):
    network = MoodNetwork(tiny_artifact(tmp_path, moods=tuple(reversed(tuple(Mood)))))
    row = np.zeros((1, WIDTH), np.float32)
    row[0, 0] = 5
    assert network.estimate(row)[0].moods.top is Mood.CALM


def test_each_song_gets_its_own_estimate_in_order(network):
    rows = np.concatenate([features(happy=5.0), features(sad=5.0), features(calm=5.0)])
    assert [e.moods.top for e in network.estimate(rows)] == [Mood.HAPPY, Mood.SAD, Mood.CALM]
    assert [e.embedding[0] for e in network.estimate(rows)] == [5.0, 0.0, 0.0]


def test_no_songs_give_no_estimates(network):
    assert network.estimate(np.zeros((0, WIDTH), np.float32)) == []


def test_the_unknown_is_what_is_common_and_never_certain(network):
    unknown = network.unknown("can't tell: silence")
    assert unknown.moods.probabilities == PRIOR["moods"]
    assert not unknown.moods.certain
    assert not unknown.quadrants.certain
    assert unknown.moods.reason == "can't tell: silence"
    assert unknown.embedding == ()


def test_an_artifact_for_other_features_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="version 99 of the song features"):
        MoodNetwork(tiny_artifact(tmp_path, features_version=99))


def test_an_artifact_of_other_moods_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="does not estimate Mien's moods"):
        MoodNetwork(tiny_artifact(tmp_path, moods=("party", "focus")))


@pytest.mark.parametrize(
    "broken",
    [{}, {"moods": {"temperature": "warm", "least_confidence": 0.4, "prior": {}}}],
    ids=["none", "word"],
)
def test_an_artifact_without_its_numbers_is_refused(tmp_path, broken):
    with pytest.raises(ArtifactError, match="does not say how to decide on moods"):
        MoodNetwork(tiny_artifact(tmp_path, decision=broken))


def test_the_shipped_artifact_estimates_for_the_features_of_this_version():
    artifact = artifacts.shipped("mood")
    (estimate,) = MoodNetwork(artifact).estimate(np.zeros((1, len(FEATURES)), np.float32))
    assert set(estimate.moods.probabilities) == set(Mood)
    assert set(estimate.quadrants.probabilities) == set(Quadrant)
    assert len(estimate.embedding) > 1
    assert artifact.model_path.stat().st_size < 12e6
    assert artifact.scores["quadrants"]["accuracy"] > 0.62
    assert artifact.scores["moods"]["accuracy"] > 0.45
