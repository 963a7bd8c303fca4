"""Writes the golden cases that Python's tests and the page's tests both run.

Run ``python tests/golden/generate.py`` when the arithmetic changes on purpose. Numbers are rounded to six
places; compare within 1e-5. Where two labels are equally probable the first in the order angry, disgust,
fear, happy, sad, surprise, neutral is the top one.

``quality.json``::

    {"least": {measure: threshold},
     "pictures": [{"name", "pixels": 64 rows of 64 grey levels, "box": [x, y, width, height],
                   "picture": [width, height] or null (the whole picture is the face),
                   "quality": {measure: number, "edge": number or null},
                   "reason_code": code or null, "weight": number}]}

``reading.json``::

    {"decision": the artifact's numbers that all cases use,
     "cases": [{"name", "offsets": {emotion: number} or null (no calibration),
                "frames": [{"time_s", "width", "height",
                            "faces": [{"box": [x, y, width, height], "probabilities": {emotion: number},
                                       "quality": {measure: number} or null (not measured)}]}],
                "readings": after each frame {"top", "held", "certain", "reason_code", "probabilities",
                             "frames", "clear", "age_s", "valence", "arousal"}; null where there is none}],
     "calibrations": [{"name", "shown": {emotion: [probabilities, one a frame]},
                       "offsets": {emotion: number}}],
     "corrections": [{"name", "before": offsets, "probabilities", "felt": emotion, "after": offsets}]}
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from mien.domain import Box, Emotion, Estimate, Face, FrameFaces, Quality
from mien.vision.calibration import NO_OFFSETS, calibrate, correct
from mien.vision.quality import LEAST_QUALITY, measure, obstacle, weight
from mien.vision.reading import ReadingRules, Smoother

HERE = Path(__file__).parent
RULES = ReadingRules(least_confidence=0.5, half_life_s=1.0)
GOOD = Quality(
    light=180.0, headroom=110.0, sharpness=0.3, size_px=120.0, balance=0.97, features=1.1, edge=0.5
)
MIDDLE = Box(260, 180, 120, 120)
HAPPY, SAD, NEUTRAL, SURPRISE, ANGRY = (
    Emotion(name) for name in ("happy", "sad", "neutral", "surprise", "angry")
)


def drawn_face(light=1.0):
    """A head with brows, eyes, nose and mouth, drawn with arithmetic alone."""
    y, x = np.mgrid[0:64, 0:64].astype(float)

    def bump(at_x, at_y, wide, high):
        return 1 / (1 + (((x - at_x) / wide) ** 2 + ((y - at_y) / high) ** 2) ** 2)

    grey = 50 + 130 * bump(31.5, 30, 30, 36)
    for centre in (19, 44):
        grey -= 70 * bump(centre, 25, 7, 3) + 40 * bump(centre, 18, 8, 2)
    grey -= 25 * bump(31.5, 38, 4, 4) + 70 * bump(31.5, 48, 12, 3)
    return np.clip(np.floor(grey * light), 0, 255).astype(np.uint8)


def smeared(grey, rounds):
    """Blurred: each round is the mean of a pixel and its four neighbours, rounded down."""
    for _ in range(rounds):
        p = np.pad(grey.astype(int), 1, mode="edge")
        total = p[1:-1, 1:-1] + p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:]
        grey = (total // 5).astype(np.uint8)
    return grey


def speckled():
    """Noise from a linear congruential generator."""
    state, values = 1, []
    for _ in range(64 * 64):
        state = (1103515245 * state + 12345) % 2**31
        values.append(state >> 23)
    return np.array(values, dtype=np.uint8).reshape(64, 64)


def pictures():
    face = drawn_face()
    mouthless = face.copy()
    mouthless[38:] = 150
    one_sided = face.copy()
    one_sided[::4, 54:] -= 40
    inside = (Box(100, 90, 120, 120), (640, 480))
    return [
        ("a drawn face", face, *inside),
        ("the same, dark", drawn_face(light=0.1), *inside),
        ("the same, bright", drawn_face(light=4.0), *inside),
        ("the same, blurred", smeared(face, 12), *inside),
        ("the same, its mouth covered", mouthless, *inside),
        ("the same, its detail on one side", one_sided, *inside),
        ("flat grey", np.full((64, 64), 128, dtype=np.uint8), *inside),
        ("noise", speckled(), *inside),
        ("a drawn face at the edge", face, Box(0, 90, 120, 120), (640, 480)),
        ("a small drawn face", face, Box(100, 90, 20, 20), (640, 480)),
        ("a drawn face that is the whole picture", face, Box(0, 0, 48, 48), None),
    ]


def showing(**shares):
    rest = (1 - sum(shares.values())) / (7 - len(shares))
    return {e: shares.get(e.value, rest) for e in Emotion}


def face(shares, box=MIDDLE, quality=GOOD):
    return Face(box, Estimate(shares), quality)


def frame(time_s, *faces):
    return FrameFaces(640, 480, faces, time_s)


def steady(script, rate):
    """Frames at a rate from (seconds, shares or None, quality) one after another."""
    frames, time_s = [], 0.0
    for seconds, shares, quality in script:
        for _ in range(round(seconds * rate)):
            frames.append(frame(round(time_s, 6), *([face(shares, quality=quality)] if shares else [])))
            time_s += 1 / rate
    return frames


def cases():
    happy, sad, neutral = showing(happy=0.9), showing(sad=0.85), showing(neutral=0.8, sad=0.15)
    dark, blurred = replace(GOOD, light=8.0), replace(GOOD, sharpness=0.01)
    two = [face(happy, Box(100, 180, 120, 120)), face(sad, Box(420, 180, 118, 118))]
    irregular = [0.0, 0.03, 0.4, 0.41, 0.9, 1.7, 1.75, 1.8, 2.6]
    rest = showing(sad=0.55, neutral=0.35)
    offsets = {**NO_OFFSETS, SAD: -0.8, NEUTRAL: 0.8}
    return [
        ("one picture", None, [frame(None, face(happy))]),
        ("a picture without a face", None, [frame(None)]),
        ("happy, then sad, ten frames a second", None, steady([(1.5, happy, GOOD), (2, sad, GOOD)], 10)),
        ("the same, three frames a second", None, steady([(1.5, happy, GOOD), (2, sad, GOOD)], 3)),
        (
            "irregular frames",
            None,
            [frame(t, face(sad if i in {3, 4} else neutral)) for i, t in enumerate(irregular)],
        ),
        (
            "one blurred frame does not matter",
            None,
            [
                *steady([(1, neutral, GOOD)], 5),
                frame(1.0, face(sad, quality=blurred)),
                frame(1.2, face(neutral)),
            ],
        ),
        ("the light goes out", None, steady([(1, happy, GOOD), (2, sad, dark)], 5)),
        ("quality that nobody measured", None, [frame(0.0, face(happy, quality=None))]),
        (
            "the listener leaves and comes back",
            None,
            [
                *steady([(1, happy, GOOD), (2, None, GOOD)], 4),
                frame(3.5, face(sad)),
                frame(3.6, face(sad)),
            ],
        ),
        ("two faces alike", None, [frame(0.0, *two), frame(0.2, *two), frame(0.4, *two)]),
        (
            "one followed, then another comes",
            None,
            [
                frame(0.0, two[0]),
                frame(0.2, *two),
                frame(0.4, *two[::-1]),
                *(
                    frame(t, face(happy, Box(120, 180, 120, 120)), face(sad, Box(300, 100, 300, 300)))
                    for t in (0.6, 1.6, 2.1)
                ),
            ],
        ),
        (
            "the larger of two",
            None,
            [
                frame(0.0, face(sad, Box(20, 20, 60, 60)), face(happy, Box(260, 180, 120, 120))),
            ],
        ),
        ("undecided", None, [frame(0.0, face(showing(happy=0.4, neutral=0.35)))]),
        ("out of order", None, [frame(3.0, face(happy)), frame(2.0, face(sad)), frame(3.5, face(sad))]),
        ("a resting face that looks sad", None, steady([(1, rest, GOOD)], 4)),
        ("the same, calibrated", offsets, steady([(1, rest, GOOD)], 4)),
    ]


def calibrations():
    rest = [showing(sad=0.55 + 0.002 * i, neutral=0.35 - 0.002 * i) for i in range(40)]
    glad = [showing(happy=0.4, neutral=0.5)] * 20
    return [
        ("a resting face that looks sad", {NEUTRAL: rest}),
        ("three frames only", {NEUTRAL: rest[:3]}),
        ("neutral and happy", {NEUTRAL: rest, HAPPY: glad}),
        ("happy only", {HAPPY: glad}),
        ("certain to the last", {NEUTRAL: [{e: float(e is SAD) for e in Emotion}] * 40}),
        ("nothing", {}),
    ]


def corrections():
    return [
        ("neutral, not sad", dict(NO_OFFSETS), showing(sad=0.6, neutral=0.3), NEUTRAL),
        (
            "once more",
            correct(NO_OFFSETS, showing(sad=0.6, neutral=0.3), NEUTRAL, RULES.calibration),
            showing(sad=0.6, neutral=0.3),
            NEUTRAL,
        ),
        ("at the bound", {**NO_OFFSETS, ANGRY: 1.45, SURPRISE: -1.49}, showing(surprise=0.9), ANGRY),
    ]


def reading_json(reading):
    return {
        "top": reading.emotion and reading.emotion.top,
        "held": reading.held,
        "certain": reading.certain,
        "reason_code": reading.reason_code,
        "probabilities": reading.emotion and rounded(reading.emotion.probabilities),
        **rounded({"clear": reading.clear, "age_s": reading.age_s}),
        **rounded({"valence": reading.valence, "arousal": reading.arousal}),
        "frames": reading.frames,
    }


def rounded(values):
    return {str(key): None if value is None else round(value, 6) for key, value in values.items()}


def frame_json(found):
    faces = [
        {
            "box": [one.box.x, one.box.y, one.box.width, one.box.height],
            "probabilities": rounded(one.emotion.probabilities),
            "quality": one.quality and asdict(one.quality),
        }
        for one in found.faces
    ]
    return {"time_s": found.time_s, "width": found.width, "height": found.height, "faces": faces}


def case_json(name, offsets, frames):
    smoother = Smoother(RULES, offsets or NO_OFFSETS)
    return {
        "name": name,
        "offsets": offsets,
        "frames": [frame_json(one) for one in frames],
        "readings": [reading_json(smoother.add(one)) for one in frames],
    }


def picture_json(name, pixels, box, picture):
    quality = measure(pixels, box, picture)
    return {
        "name": name,
        "pixels": pixels.tolist(),
        "box": [box.x, box.y, box.width, box.height],
        "picture": picture,
        "quality": rounded(asdict(quality)),
        "reason_code": obstacle(quality, LEAST_QUALITY),
        "weight": round(weight(quality, LEAST_QUALITY), 6),
    }


def golden():
    """What each file holds."""
    rules = RULES.calibration
    return {
        "quality.json": {
            "least": asdict(LEAST_QUALITY),
            "pictures": [picture_json(*picture) for picture in pictures()],
        },
        "reading.json": {
            "decision": RULES.as_json(),
            "cases": [case_json(*case) for case in cases()],
            "calibrations": [
                {
                    "name": name,
                    "shown": {e: [rounded(p) for p in frames] for e, frames in shown.items()},
                    "offsets": rounded(calibrate(shown, rules)),
                }
                for name, shown in calibrations()
            ],
            "corrections": [
                {
                    "name": name,
                    "before": rounded(before),
                    "probabilities": rounded(probabilities),
                    "felt": felt,
                    "after": rounded(correct(before, probabilities, felt, rules)),
                }
                for name, before, probabilities, felt in corrections()
            ],
        },
    }


if __name__ == "__main__":
    for file, content in golden().items():
        (HERE / file).write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
