"""``mien calibrate`` with pictures, as a listener uses it."""

from PIL import Image


def test_what_pictures_teach_is_kept_shown_used_and_forgotten(mien, photograph):
    learnt = mien("calibrate", "--face", photograph, "--also", f"sad={photograph}", "--json")
    assert learnt.code == 0, learnt.err
    (line,) = learnt.json
    assert (line["listener"], line["frames"], line["used"]) == ("me", 2, True)
    assert line["offsets"]["happy"] == -1.5  # a beaming "neutral" face: as far down as it goes
    shown = mien("calibrate", "--show")
    assert "from 2 frames" in shown.out
    assert "happy     -1.50" in shown.out
    before = mien("recommend", "--face", photograph, "--json").json[0]["reading"]
    assert mien("calibrate", "--forget").out == "Forgotten.\n"
    after = mien("recommend", "--face", photograph, "--json").json[0]["reading"]
    assert before["probabilities"]["happy"] < after["probabilities"]["happy"]
    (line,) = mien("calibrate", "--show", "--json").json
    assert (line["offsets"], line["used"]) == (None, False)


def test_a_picture_without_a_face_teaches_nothing_and_says_why(mien, tmp_path):
    Image.new("RGB", (80, 80), "green").save(tmp_path / "green.png")
    answer = mien("calibrate", "--face", tmp_path / "green.png")
    assert answer.code == 1
    assert answer.err == "mien: nothing was learnt of the neutral face: no face in view\n"


def test_contradictions_are_bad_usage(mien, photograph):
    assert mien("calibrate", "--show", "--forget").code == 2
    assert mien("calibrate", "--face", photograph, "--also", "bored=x.jpg").code == 2


def test_without_a_camera_it_says_so(mien):
    answer = mien("calibrate", "--camera-index", "97", "--also", "happy")
    assert answer.code == 1
    assert "camera 97 does not open" in answer.err
