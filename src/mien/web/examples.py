"""An example of every body that the API takes or gives; a test holds each to its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_AT, _LATER = "2026-11-25T18:30:00Z", "2026-11-26T18:30:00Z"
_PLACE, _ROOT = "6f1c0b7e5a9d4c3b2a190817", "a0b1c2d3e4f5061728394a5b"
_TRAINING = "9f8e7d6c5b4a3921"
_EMOTIONS = {
    "angry": 0.02,
    "disgust": 0.01,
    "fear": 0.03,
    "happy": 0.06,
    "sad": 0.71,
    "surprise": 0.02,
    "neutral": 0.15,
}
_MOODS = {
    "happy": 0.05,
    "energetic": 0.02,
    "angry": 0.01,
    "tense": 0.04,
    "sad": 0.62,
    "tender": 0.16,
    "calm": 0.1,
}
_OFFSETS = {
    "angry": 0.1,
    "disgust": 0.0,
    "fear": 0.05,
    "happy": 0.0,
    "sad": -0.4,
    "surprise": 0.0,
    "neutral": 0.25,
}
_COUNTS = {"happy": 310, "energetic": 205, "angry": 40, "tense": 66, "sad": 181, "tender": 240, "calm": 198}
_QUADRANTS = {"exuberance": 0.08, "anxiety": 0.05, "depression": 0.66, "contentment": 0.21}
_WEIGHTS = {"mood": 8.0, "artist": 2.5, "novelty": 0.3}
_NAME = {"code": "song_by", "values": {"title": "Slow Rain", "artist": "The Harbour"}}
_WHY = [
    {
        "code": "mood_wanted",
        "values": {
            "heard": {"code": "mood_heard", "values": {"mood": "sad", "share": 0.62}},
            "because": {"code": "fits", "values": {"face": {"code": "face_sad", "values": {}}}},
        },
    },
    {"code": "liked", "values": {}},
]
_READING = {
    "id": 41,
    "read_at": _AT,
    "emotion": "sad",
    "confidence": 0.71,
    "probabilities": _EMOTIONS,
    "certain": True,
    "reason": None,
    "reason_code": None,
    "held": "sad",
    "frames": 24,
    "valence": -0.39,
    "arousal": -0.13,
}
_TRACK = {
    "id": 7,
    "title": "Slow Rain",
    "artist": "The Harbour",
    "album": "Low Tide",
    "genre": "Folk",
    "year": 2011,
    "track_number": 3,
    "duration_s": 214.6,
    "mood": "sad",
    "confidence": 0.62,
    "certain": True,
    "reason": None,
    "valence": -0.48,
    "arousal": -0.41,
    "tempo_bpm": 71.5,
    "key": "A minor",
    "labelled": False,
    "rating": "like",
    "not_now_until": None,
    "wish": None,
    "loudness_lufs": -14.2,
    "true_peak_dbtp": -0.8,
    "mixed": 0.12,
    "preview_s": 61.0,
}
_FEELING = {"emotion": None, "mood": "calm", "plane": None, "said_at": _AT, "taught": "neutral"}
_CALIBRATION = {"offsets": _OFFSETS, "frames": 480, "artifact_version": "20261122.2300", "current": True}
_LINE = {"id": 5, "name": "Evenings", "tracks": 2, "smart": False, "expires_at": None}
RULES = {
    "all": [{"field": "mood", "in": ["calm", "tender"]}, {"field": "days_since_played", "above": 30}],
    "order": "-calm",
    "limit": 50,
}
"""Rules of a smart playlist."""
_PLAYLIST = {**_LINE, "tracks": [_TRACK], "rules": None}
_IMPORT = {
    "id": 2,
    "file": "listenbrainz.zip",
    "source": "ListenBrainz",
    "imported_at": _AT,
    "listens": 8113,
}
_RUN = {
    "id": _TRAINING,
    "network": "emotion",
    "state": "running",
    "files": {"happy": 320, "sad": 290},
    "size_bytes": 41_000_000,
    "begun_at": _AT,
    "error": None,
    "error_said": None,
    "has_report": False,
    "log": ["epoch 3/30 loss 0.91"],
}
_WHO = {"id": 1, "name": "Ada", "role": "admin", "has_password": True, "password_reset_at": None}
_SETTINGS = {
    "theme": "dark",
    "language": "de",
    "camera": "glance",
    "camera_when_hidden": "pause",
    "camera_off_after_reading": True,
    "camera_notice_seen": True,
    "keep_readings": True,
    "crossfade_s": 4.0,
    "level_loudness": True,
    "volume": 0.8,
    "speed": 1.0,
}

TAKEN: Mapping[str, Mapping[str, Any]] = {
    "Added": {"track_ids": [7, 12]},
    "Move": {"position": 4, "to": 0},
    "NewCalibration": {"offsets": _OFFSETS, "frames": 480},
    "NewFeeling": {"mood": "calm", "reading_id": 41},
    "NewLabel": {"mood": "tender"},
    "NewListen": {
        "track_id": 7,
        "started_at": _AT,
        "played_s": 214.6,
        "policy": "match",
        "reading_id": 41,
        "skipped": False,
    },
    "NewListener": {"name": "Bo", "password": "until you choose one", "role": "listener"},
    "NewName": {"name": "Evenings, as they are"},
    "NewPassword": {"password": "a long one of my own", "before": "until you choose one"},
    "NewPlaylist": {"name": "Evenings", "track_ids": [7, 12]},
    "NewRating": {"rating": "like"},
    "NewReading": {"probabilities": _EMOTIONS, "certain": True, "held": "sad", "frames": 24},
    "NewRole": {"role": "admin"},
    "NewTraining": {"network": "emotion", "consent": True},
    "NewWish": {"wish": "more"},
    "NotNow": {"hours": 24},
    "PasswordReset": {"password": "until you choose one"},
    "Picked": {"place_id": _PLACE},
    "PlaylistChange": {"name": "Late evenings", "track_ids": [12, 7]},
    "QueueAsked": {"reading_id": 41, "policy": "lift", "n": 20, "exclude": [7]},
    "SettingsChange": {"theme": "dark", "crossfade_s": 4},
    "SignIn": {"name": "Ada", "password": "a long one of my own"},
    "SteeringChange": {
        "policy": "lift",
        "table": {"sad": {"tender": 2, "calm": 1}},
        "weights": {"novelty": 1},
    },
}
"""What is sent, by the name of its schema."""

GIVEN: Mapping[str, Mapping[str, Any]] = {
    "Album": {
        "name": "Low Tide",
        "artist": "The Harbour",
        "artists": 1,
        "year": 2011,
        "tracks": 11,
        "duration_s": 2480.0,
        "first_track_id": 5,
    },
    "CalibrationState": {"calibration": _CALIBRATION},
    "Device": {
        "id": 3,
        "device": "Mozilla/5.0 (X11; Linux x86_64)",
        "created_at": _AT,
        "seen_at": _AT,
        "expires_at": "2026-12-25T18:30:00Z",
        "this": True,
    },
    "EmotionModel": {
        "version": "20261122.2300",
        "labels": list(_EMOTIONS),
        "preprocessing": {"margin": 0.05},
        "decision": {"least_confidence": 0.5},
        "limits": ["made for faces seen from the front"],
        "model_url": "/api/v1/models/emotion/model.onnx?v=20261122.2300",
        "cascade_url": "/api/v1/models/cascade.xml",
        "second_cascade_url": "/api/v1/models/second-cascade.xml",
    },
    "FeelingState": {"feeling": _FEELING},
    "FileProblem": {
        "path": "/music/broken.mp3",
        "reason": "broken.mp3 holds no audio",
        "reason_said": {"code": "song_no_audio", "values": {"file": "broken.mp3"}},
        "failed_at": _AT,
    },
    "FolderGiven": {"id": 1, "path": "/music"},
    "Group": {"name": "The Harbour", "tracks": 34, "duration_s": 7420.5},
    "Health": {"status": "ok"},
    "ImportLine": _IMPORT,
    "ImportReport": {
        "source": "ListenBrainz",
        "plays": 9204,
        "matched": 8113,
        "done": _IMPORT,
        "left_out": 3,
        "missing": [{"artist": "Nobody Here", "title": "Not in the Library", "plays": 12}],
        "missing_count": 402,
        "restored": None,
    },
    "Imported": {
        "playlist": _PLAYLIST,
        "left_out": ["not in the library: /music/Rain.flac"],
        "left_out_said": [{"code": "song_not_here", "values": {"path": "/music/Rain.flac"}}],
    },
    "Journal": {
        "readings": [_READING],
        "listens": [
            {
                "track": _TRACK,
                "started_at": _AT,
                "played_s": 214.6,
                "policy": "match",
                "reading_id": 41,
                "skipped": False,
            }
        ],
    },
    "Labelled": {
        "track": {**_TRACK, "mood": "tender", "labelled": True},
        "mood_before": "sad",
        "label_before": None,
        "moved": [{"track_id": 12, "title": "Evening Light", "was": "sad", "now": "tender"}],
        "moved_count": 1,
    },
    "LearnedItem": {
        "name": "wish:7",
        "sentence": "you want more that sounds like Slow Rain by The Harbour",
        "said": {"code": "you_want_more", "values": {"song": _NAME}},
        "track_id": 7,
    },
    "Library": {"tracks": 1240, "duration_s": 297_600.0, "moods": _COUNTS, "problems": 2},
    "ListenerAccount": {"id": 2, "name": "Bo", "role": "listener", "has_password": True},
    "ListingGiven": {
        "here": {"id": _PLACE, "name": "Folk", "songs": 240},
        "parent": _ROOT,
        "places": [],
    },
    "Lyrics": {"timed": True, "lines": [{"start_s": 12.4, "text": "la la la"}]},
    "Ok": {"done": 1},
    "Outline": {"peaks": [12, 80, 164, 151, 40]},
    "Playlist": _PLAYLIST,
    "PlaylistLine": _LINE,
    "Problem": {
        "type": "urn:mien:problem:404",
        "title": "Not found",
        "status": 404,
        "detail": "no track has the number 9",
        "said": {"code": "no_track", "values": {"number": 9}},
        "faults": [],
    },
    "QueueGiven": {
        "policy": "match",
        "moods": _MOODS,
        "note": None,
        "notes_said": [],
        "feeling": None,
        "offer": None,
        "offer_said": None,
        "offer_policy": None,
        "offer_to": None,
        "seed": 20_261_125,
        "tracks": [
            {
                "track": _TRACK,
                "score": 0.97,
                "why": "sad with 62%, which fits a sad face; you like it",
                "why_said": _WHY,
                "parts": {"mood": 4.9, "song": 1.3},
            }
        ],
    },
    "Reading": _READING,
    "Scan": {
        "state": "analysing",
        "done": 420,
        "total": 1240,
        "failed": 1,
        "unchanged": 0,
        "current": "07 Slow Rain.flac",
        "rate_per_s": 2.1,
        "left_s": 390.0,
        "started_at": _AT,
        "finished_at": None,
        "error": None,
        "error_said": None,
    },
    "SessionState": {
        "listener": _WHO,
        "accounts_required": True,
        "first_run": False,
        "version": "1.0.0",
        "secure": True,
    },
    "Settings": _SETTINGS,
    "SongQuestion": {
        "track": _TRACK,
        "sentence": "how does Slow Rain by The Harbour sound to you? It is heard as sad,"
        " but that is not sure",
        "said": {"code": "how_sounds", "values": {"song": _NAME, "mood": "sad"}},
    },
    "Steering": {
        "policy": "match",
        "table": {"sad": {"tender": 0.67, "calm": 0.33}},
        "weights": _WEIGHTS,
        "parts": {"mood": "how far the song's mood is the wanted one, -1 to 1"},
        "exploration": 0.1,
        "guard": True,
        "questions": True,
        "learn_together": False,
    },
    "Track": _TRACK,
    "TrackDetail": {
        **_TRACK,
        "moods": _MOODS,
        "quadrants": _QUADRANTS,
        "network_mood": "sad",
        "curve": [
            {
                "start_s": 0.0,
                "end_s": 15.0,
                "mood": "sad",
                "confidence": 0.6,
                "valence": -0.5,
                "arousal": -0.4,
            }
        ],
        "audio": {"media_type": "audio/flac", "browsers_play_it": True},
        "file": "07 Slow Rain.flac",
        "tempo_candidates": [{"bpm": 71.5, "strength": 0.9}, {"bpm": 143.0, "strength": 0.6}],
        "key_clarity": 0.7,
    },
    "TrackPage": {"total": 1240, "offset": 0, "tracks": [_TRACK]},
    "TrainingGiven": _RUN,
    "TrainingsGiven": {"possible": True, "trainings": [_RUN]},
    "Undone": {"did": "removed Slow Rain from Evenings"},
}
"""What is answered, by the name of its schema."""


def add_examples(schemas: dict[str, dict[str, Any]]) -> None:
    """Put the examples into the schemas of an OpenAPI description."""
    for name, example in {**TAKEN, **GIVEN}.items():
        schemas[name]["examples"] = [example]
    schemas["NewPlaylist"]["examples"].append({"name": "Quiet evenings", "rules": RULES})
