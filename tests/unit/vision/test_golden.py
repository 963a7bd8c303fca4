"""The golden cases, which the page's tests run too: whoever reads a face, here or there, reads the same."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from mien.domain import Box, Emotion, Estimate, Face, FrameFaces, Quality
from mien.vision.calibration import NO_OFFSETS, CalibrationRules, calibrate, correct
from mien.vision.quality import measure, obstacle, thresholds, weight
from mien.vision.reading import ReadingRules, Smoother

GOLDEN = Path(__file__).parents[2] / "golden"
QUALITY = json.loads((GOLDEN / "quality.json").read_text(encoding="utf-8"))
READING = json.loads((GOLDEN / "reading.json").read_text(encoding="utf-8"))
CALIBRATION = CalibrationRules.from_artifact(READING["decision"]["calibration"])


def named(cases):
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def emotions(values):
    return {Emotion(name): value for name, value in values.items()}


def distribution(values):
    total = sum(values.values())  # six places do not quite sum to 1
    return {Emotion(name): value / total for name, value in values.items()}


def face(given):
    quality = given["quality"] and Quality(**given["quality"])
    return Face(Box(*given["box"]), Estimate(distribution(given["probabilities"])), quality)


def close(values):
    return pytest.approx(emotions(values), abs=1e-5)


@named(QUALITY["pictures"])
def test_quality_is_measured_as_recorded(case):
    picture = case["picture"] and tuple(case["picture"])
    quality = measure(np.array(case["pixels"], dtype=np.uint8), Box(*case["box"]), picture)
    least = thresholds(QUALITY["least"])
    for name, expected in case["quality"].items():
        assert getattr(quality, name) == pytest.approx(expected, abs=1e-5), name
    assert obstacle(quality, least) == case["reason_code"]
    assert weight(quality, least) == pytest.approx(case["weight"], abs=1e-5)


@named(READING["cases"])
def test_frames_are_read_as_recorded(case):
    smoother = Smoother(
        ReadingRules.from_artifact(READING["decision"]), emotions(case["offsets"] or dict(NO_OFFSETS))
    )
    for given, expected in zip(case["frames"], case["readings"], strict=True):
        faces = tuple(face(one) for one in given["faces"])
        reading = smoother.add(FrameFaces(given["width"], given["height"], faces, given["time_s"]))
        assert (reading.held, reading.certain) == (expected["held"], expected["certain"])
        assert (reading.reason_code, reading.frames) == (expected["reason_code"], expected["frames"])
        for name in ("clear", "age_s", "valence", "arousal"):
            assert getattr(reading, name) == pytest.approx(expected[name], abs=1e-5), name
        if reading.emotion is None:
            assert expected["top"] is expected["probabilities"] is None
        else:
            assert reading.emotion.top == expected["top"]
            assert reading.emotion.probabilities == close(expected["probabilities"])


@named(READING["calibrations"])
def test_calibrations_are_learnt_as_recorded(case):
    shown = {Emotion(name): [emotions(p) for p in frames] for name, frames in case["shown"].items()}
    assert calibrate(shown, CALIBRATION) == pytest.approx(emotions(case["offsets"]), abs=1e-4)


@named(READING["corrections"])
def test_corrections_are_learnt_as_recorded(case):
    after = correct(
        emotions(case["before"]), emotions(case["probabilities"]), Emotion(case["felt"]), CALIBRATION
    )
    assert after == close(case["after"])


def test_the_recorded_cases_are_those_that_the_generator_writes():
    source = GOLDEN / "generate.py"
    spec = importlib.util.spec_from_file_location("generate_golden", source)
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    written = json.loads(json.dumps(generator.golden()))
    names = [case["name"] for case in written["reading.json"]["cases"]]
    assert names == [case["name"] for case in READING["cases"]]
    assert [p["pixels"] for p in written["quality.json"]["pictures"]] == [
        p["pixels"] for p in QUALITY["pictures"]
    ]
    assert written["reading.json"]["decision"] == READING["decision"]
    assert written["quality.json"]["least"] == QUALITY["least"]
