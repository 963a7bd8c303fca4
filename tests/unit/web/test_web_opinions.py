"""What listeners say: more like this, not how I feel; and what they heard elsewhere."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from mien.domain import Emotion, Rating
from mien.web.routes import imports
from mien.web.routes.imports import safe_name

API = "/api/v1"
READ = {
    "probabilities": {e: 0.7 if e == "neutral" else 0.05 for e in map(str, Emotion)},
    "certain": True,
    "frames": 9,
}


def offsets(client):
    calibration = client.get(f"{API}/me/calibration").json()["calibration"]
    return calibration and calibration["offsets"]


class TestMoreLikeThis:
    def test_it_is_shown_listed_and_taken_back(self, client):
        assert client.put(f"{API}/tracks/3/wish", json={"wish": "more"}).json()["wish"] == "more"
        assert client.put(f"{API}/tracks/3/wish", json={"wish": "less"}).json()["wish"] == "less"
        assert client.get(f"{API}/tracks/3").json()["wish"] == "less"
        (item,) = client.get(f"{API}/me/learned").json()
        assert (item["name"], item["track_id"]) == ("wish:3", 3)
        assert item["sentence"] == "you want less that sounds like Song 2 by Somebody"
        assert client.delete(f"{API}/me/learned/wish:3").status_code == 200
        assert client.get(f"{API}/tracks/3").json()["wish"] is None
        client.put(f"{API}/tracks/3/wish", json={"wish": "more"})
        assert client.delete(f"{API}/tracks/3/wish").json()["wish"] is None
        assert client.put(f"{API}/tracks/99/wish", json={"wish": "more"}).status_code == 404


class TestNotHowIFeel:
    def read(self, client, **changes):
        return client.post(f"{API}/readings", json={**READ, **changes}).json()["id"]

    def test_it_holds_for_every_queue_until_something_else_is_named(self, client):
        reading = self.read(client)
        client.put(f"{API}/me/feeling", json={"mood": "sad"})
        for asked in ({}, {"reading_id": reading}):
            queue = client.post(f"{API}/queue", json=asked).json()
            assert queue["moods"]["sad"] == 1
            assert queue["feeling"]["mood"] == "sad"
        named = client.post(f"{API}/queue", json={"mood": "happy"}).json()
        assert (named["moods"]["happy"], named["feeling"]) == (1, None)
        assert client.delete(f"{API}/me/feeling").json() == {"done": 1}
        assert client.get(f"{API}/me/feeling").json() == {"feeling": None}
        assert client.post(f"{API}/queue", json={"reading_id": reading}).json()["moods"]["calm"] > 0.9

    def test_it_teaches_the_calibration_and_both_are_undone_exactly(self, client):
        reading = self.read(client)
        before = {str(e): 0.1 if e == "sad" else 0.0 for e in Emotion}
        client.put(f"{API}/me/calibration", json={"offsets": before, "frames": 30})
        said = client.put(f"{API}/me/feeling", json={"emotion": "sad", "reading_id": reading}).json()
        assert said["feeling"]["taught"] == "sad"
        learnt = offsets(client)
        assert learnt["sad"] == pytest.approx(0.1 + 0.2 * (1 - 0.05))
        assert learnt["neutral"] == pytest.approx(-0.2 * 0.7)
        assert client.post(f"{API}/me/feeling/undo").json() == {"feeling": None}
        assert offsets(client) == before
        assert client.post(f"{API}/me/feeling/undo").status_code == 404

    def test_undoing_brings_back_what_was_said_before(self, client):
        client.put(f"{API}/me/feeling", json={"plane": {"valence": -0.5, "arousal": 0.25}})
        client.put(f"{API}/me/feeling", json={"emotion": "happy"})
        back = client.post(f"{API}/me/feeling/undo").json()["feeling"]
        assert back["plane"] == {"valence": -0.5, "arousal": 0.25}
        assert (back["emotion"], back["mood"]) == (None, None)

    def test_undoing_leaves_a_calibration_that_was_learnt_since(self, client):
        client.put(f"{API}/me/feeling", json={"emotion": "sad", "reading_id": self.read(client)})
        newer = {str(e): 0.25 for e in Emotion}
        client.put(f"{API}/me/calibration", json={"offsets": newer, "frames": 5})
        client.post(f"{API}/me/feeling/undo")
        assert offsets(client) == newer

    @pytest.mark.parametrize("feeling", [{"mood": "energetic"}, {"plane": {"valence": 0, "arousal": 0}}])
    def test_nothing_is_learnt_where_no_face_is_known_to_go_with_it(self, client, feeling):
        said = client.put(f"{API}/me/feeling", json={**feeling, "reading_id": self.read(client)})
        assert said.json()["feeling"]["taught"] is None
        assert offsets(client) is None

    def test_nothing_is_learnt_from_a_face_that_was_seen_badly_or_long_ago(self, client, mien):
        dark = self.read(client, certain=False, reason_code="too_dark")
        client.put(f"{API}/me/feeling", json={"emotion": "sad", "reading_id": dark})
        me = mien.store.listeners.default()
        _, reading = mien.store.readings.get(me, self.read(client))
        old = mien.store.readings.record(me, reading, datetime.now(UTC) - timedelta(minutes=11))
        client.put(f"{API}/me/feeling", json={"emotion": "sad", "reading_id": old})
        assert offsets(client) is None

    def test_forgetting_the_face_forgets_what_could_be_gone_back_to(self, client, mien):
        before = {str(e): 0.123456789 for e in Emotion}
        client.put(f"{API}/me/calibration", json={"offsets": before, "frames": 30})
        client.put(f"{API}/me/feeling", json={"emotion": "sad", "reading_id": self.read(client)})
        assert client.delete(f"{API}/me/calibration").json() == {"done": 1}
        home = mien.settings.home
        assert b"0.123456789" not in b"".join(p.read_bytes() for p in home.glob("mien.db*"))
        client.post(f"{API}/me/feeling/undo")
        assert offsets(client) is None

    def test_exactly_one_thing_is_felt(self, client):
        for wrong in ({}, {"emotion": "sad", "mood": "sad"}):
            assert client.put(f"{API}/me/feeling", json=wrong).status_code == 422
        assert client.put(f"{API}/me/feeling", json={"emotion": "sad", "reading_id": 9}).status_code == 404


def listened(title="Song 2", at=1_700_000_000):
    song = {"track_name": title, "artist_name": "Somebody"}
    return json.dumps({"listened_at": at, "track_metadata": song})


def zipped(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


class TestWhatWasHeardElsewhere:
    def send(self, client, content, name="listens.jsonl"):
        return client.post(f"{API}/me/imports", params={"file": name}, content=content)

    def test_it_is_found_reported_kept_once_and_taken_back(self, client, mien):
        lines = [listened(), listened(at=1_700_000_900), listened("Nowhere"), '{"track_metadata": {}}']
        content = "\n".join(lines).encode()
        report = self.send(client, content).json()
        assert (report["source"], report["plays"], report["matched"]) == ("ListenBrainz", 3, 2)
        assert report["missing"] == [{"artist": "Somebody", "title": "Nowhere", "plays": 1}]
        assert (report["missing_count"], report["left_out"]) == (1, 1)
        assert self.send(client, content).json()["done"] is None
        (line,) = client.get(f"{API}/me/imports").json()
        assert line == report["done"]
        assert (line["file"], line["listens"]) == ("listens.jsonl", 2)
        assert client.delete(f"{API}/me/imports/{line['id']}").json() == {"done": 2}
        assert client.get(f"{API}/me/imports").json() == []
        assert mien.store.listens.count(mien.store.listeners.default())[0] == 0

    def test_ones_own_export_comes_back_as_it_was(self, client, mien):
        me = mien.store.listeners.default()
        client.put(f"{API}/tracks/2/rating", json={"rating": "like"})
        client.put(f"{API}/tracks/3/label", json={"mood": "calm"})
        client.post(f"{API}/playlists", json={"name": "Evenings", "track_ids": [3, 2]})
        client.post(
            f"{API}/listens", json={"track_id": 2, "started_at": "2026-11-25T18:30:00Z", "played_s": 12}
        )
        export = client.get(f"{API}/me/export")
        assert str(mien.store.tracks.get(2, me).path.parent) not in export.text
        client.delete(f"{API}/me/learned")
        client.delete(f"{API}/playlists/1")
        report = self.send(client, export.content, "mien.json").json()
        assert (report["source"], report["matched"], report["missing"]) == ("Mien", 1, [])
        assert report["restored"] == {
            "ratings": 1,
            "labels": 1,
            "wishes": 0,
            "not_now": 0,
            "playlists": ["Evenings"],
            "preferences": [],
            "left_out": [],
            "left_out_said": [],
        }
        again = client.get(f"{API}/me/export").json() | {"exported_at": export.json()["exported_at"]}
        assert again == export.json()
        assert mien.store.ratings.of(me) == {2: Rating.LIKE}

    def test_what_of_ones_own_export_is_not_here_is_named(self, client):
        client.post(f"{API}/playlists", json={"name": "Evenings", "track_ids": [3, 2]})
        content = client.get(f"{API}/me/export").json()
        for song in content["tracks"]:
            song |= {"title": "Nowhere", "path": f"elsewhere/{song['path']}"}
        content["playlists"] = [
            {**content["playlists"][0], "name": "New", "tracks": [song["path"] for song in content["tracks"]]}
        ]
        restored = self.send(client, json.dumps(content).encode(), "mien.json").json()["restored"]
        assert restored["left_out"] == ["2 songs of the playlist 'New' are not in this library"]
        assert restored["left_out_said"] == [
            {"code": "own_songs_lacking", "values": {"songs": 2, "name": "New"}}
        ]

    @pytest.mark.parametrize(
        "damage", [b'"ratings": {"x": "adore"}, ', b'"mien_export": 99, ', b'"labels": [], ']
    )
    def test_of_a_damaged_export_nothing_is_taken_and_nothing_lost(self, client, damage):
        client.put(f"{API}/tracks/2/rating", json={"rating": "like"})
        before = client.get(f"{API}/me/export")
        content = (
            before.content[:1]
            + b'"mien_export": 1, '
            + before.content.rstrip()[1:-1]
            + b", "
            + damage[:-2]
            + b"}"
        )
        answer = self.send(client, content, "mien.json")
        assert (answer.status_code, answer.json()["said"]["values"]["file"]) == (422, "the file")
        after = client.get(f"{API}/me/export").json() | {"exported_at": before.json()["exported_at"]}
        assert after == before.json()

    def test_a_zip_of_listenbrainz_is_read(self, client):
        report = self.send(client, zipped("listens/2023/11.jsonl", listened()), "export.zip").json()
        assert (report["matched"], report["done"]["file"]) == (1, "export.zip")

    def test_a_zip_that_unpacks_to_more_than_is_taken_is_refused_unread(self, client, monkeypatch):
        monkeypatch.setattr(imports, "_LARGEST_UNPACKED_BYTES", 1_000)
        answer = self.send(client, zipped("listens/2023/11.jsonl", " " * 2_000))
        assert answer.status_code == 413

    @pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04damaged", b"\xff\xfe", b"[" * 100_000])
    def test_what_is_no_export_is_refused_and_names_no_path(self, client, content):
        answer = self.send(client, content)
        assert (answer.status_code, "/tmp" in answer.text) == (422, False)

    def test_two_at_a_time_are_not_read(self, client):
        with imports._READING:
            assert self.send(client, listened().encode()).status_code == 429

    @pytest.mark.parametrize(
        ("given", "made"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\music\\my export.zip", "my export.zip"),
            ("..", "export"),
            ("häuser\u202e.csv", "h_user_.csv"),
        ],
    )
    def test_no_name_leads_anywhere(self, given, made):
        assert safe_name(given) == made

    def test_an_import_is_its_listeners_alone(self, house):
        done = self.send(house.bo, listened().encode()).json()["done"]
        assert done["id"] not in [other["id"] for other in house.ann.get(f"{API}/me/imports").json()]
        assert done in house.bo.get(f"{API}/me/imports").json()
        assert house.ann.delete(f"{API}/me/imports/{done['id']}").status_code == 404
