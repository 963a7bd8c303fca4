"""An example of every parameter of an address that does not speak for itself, as a flag or a choice does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLES: Mapping[tuple[str, str], str | int | float] = {
    ("path", "folder_id"): 1,
    ("path", "import_id"): 2,
    ("path", "listener_id"): 3,
    ("path", "name"): "rating:7",
    ("path", "playlist_id"): 5,
    ("path", "position"): 0,
    ("path", "reading_id"): 41,
    ("path", "session_id"): 12,
    ("path", "track_id"): 7,
    ("path", "training_id"): "9f8e7d6c5b4a3921",
    ("query", "album"): "Low Tide",
    ("query", "artist"): "The Harbour",
    ("query", "as"): "opus",
    ("query", "file"): "listenbrainz.zip",
    ("query", "genre"): "Folk",
    ("query", "id"): "6f1c0b7e5a9d4c3b2a190817",
    ("query", "label"): "happy",
    ("query", "limit"): 100,
    ("query", "name"): "Evenings",
    ("query", "offset"): 200,
    ("query", "playlist"): 5,
    ("query", "q"): "slow rain",
    ("query", "really"): "ann",
    ("query", "since"): "2026-11-01T00:00:00Z",
    ("query", "start_s"): 61.5,
    ("query", "until"): "2026-12-01T00:00:00Z",
    ("query", "v"): "20261122.2300",
}
"""By where it stands in the address, and its name."""


def add_parameter_examples(paths: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Put the examples into the operations of an OpenAPI description."""
    for operation in (operation for methods in paths.values() for operation in methods.values()):
        for parameter in operation.get("parameters", ()):
            example = EXAMPLES.get((parameter["in"], parameter["name"]))
            if example is not None:
                parameter["example"] = example
