"""Training from the page: labelled files are collected, ``mien train`` runs, the files are deleted.

Nothing of an upload decides a path: a file's label is one of those that the network has, and its name is made
here. The files lie in the home for as long as the training needs them, and no longer.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import secrets
import shutil
import subprocess
import sys
import threading
import warnings
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Any

from PIL import Image

from mien.audio.files import AUDIO_SUFFIXES
from mien.domain import Emotion, Mood
from mien.errors import ConflictError, DatasetError, NotFoundError, TooLargeError
from mien.sentences import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mien.web.live import Live

_log = logging.getLogger("mien.web")
LARGEST_UPLOAD_BYTES = 64 * 1024 * 1024
_MOST_FILES = 50_000
_MOST_BYTES = 8 * 1024**3
_LARGEST_PIXELS = 40_000_000
_FORMATS: Mapping[str, str] = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "BMP": ".bmp"}
_LOG_LINES = 200
_LOG_BYTES = 64 * 1024
_BLOCK_BYTES = 1 << 20


class Network(StrEnum):
    """Which network is trained."""

    EMOTION = "emotion"
    MOOD = "mood"

    @property
    def labels(self) -> frozenset[str]:
        """What its examples may be labelled with."""
        return frozenset(map(str, Emotion if self is Network.EMOTION else Mood))


class TrainingState(StrEnum):
    """What a training is about."""

    COLLECTING = "collecting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(slots=True)
class Training:
    """One training.

    Attributes:
        id: its number; also the name of its folder.
        network: what is trained.
        folder: where it lies.
        state: what it is about.
        files: how many examples of each label there are.
        size_bytes: of all of them.
        begun_at: when it was begun.
        error: why it failed.
        whole_pictures: whether the pictures show more than a face, which is to be found in each first.
    """

    id: str
    network: Network
    folder: Path
    state: TrainingState = TrainingState.COLLECTING
    files: Counter[str] = field(default_factory=Counter)
    size_bytes: int = 0
    begun_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    error: Sentence | None = None
    whole_pictures: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """The examples, a folder for each label."""
        return self.folder / "data"

    @property
    def out(self) -> Path:
        """The artifact and the report."""
        return self.folder / "out"

    @property
    def fault(self) -> Path:
        """Where the process leaves why it failed."""
        return self.folder / "fault.json"

    @property
    def report(self) -> Path:
        """The report, once there is one."""
        return self.out / "report.html"

    def log(self) -> list[str]:
        """The last lines that the process said."""
        try:
            with (self.folder / "log.txt").open("rb") as stream:
                stream.seek(max(0, (self.folder / "log.txt").stat().st_size - _LOG_BYTES))
                lines = stream.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return []
        return ["".join(c for c in line if c.isprintable()) for line in lines[-_LOG_LINES:]]


class Trainings:
    """All trainings of this server; one runs at a time.

    Args:
        folder: where they lie.
        live: told when one changes.
    """

    def __init__(self, folder: Path, live: Live) -> None:
        self._folder = folder
        self._live = live
        self._lock = threading.RLock()
        self._all = {training.id: training for training in _left(folder)}

    def all(self) -> list[Training]:
        """Every training, the newest first."""
        return sorted(self._all.values(), key=lambda training: training.begun_at, reverse=True)

    def get(self, training_id: str) -> Training:
        """The training of that number.

        Raises:
            NotFoundError: there is none.
        """
        found = self._all.get(training_id)
        if found is None:
            raise NotFoundError(say("no_training", "there is no such training"))
        return found

    def begin(self, network: Network, *, whole_pictures: bool = False) -> Training:
        """Make room for examples.

        Args:
            network: what is trained on them.
            whole_pictures: whether the pictures show more than a face.

        Raises:
            ConflictError: training is not installed.
        """
        if not can_train():
            raise ConflictError(
                say(
                    "training_needs_extra",
                    "training needs Keras and TensorFlow: pip install 'mien[train]' on the server",
                )
            )
        training = Training(secrets.token_hex(8), network, self._folder, whole_pictures=whole_pictures)
        training.folder = self._folder / training.id
        training.data.mkdir(mode=0o700, parents=True)
        self._all[training.id] = training
        return training

    def add(self, training: Training, label: str, name: str, content: IO[bytes]) -> None:
        """Take an example; it is looked at, but not decoded.

        Args:
            training: for which.
            label: what it shows.
            name: what it is called; only its ending counts.
            content: its bytes.

        Raises:
            ConflictError: the training has begun.
            DatasetError: the label is none of the network's, or the file is no picture or song.
            TooLargeError: there are too many.
        """
        if training.state is not TrainingState.COLLECTING:
            raise ConflictError(say("training_closed", "this training takes no more files: begin another"))
        if label not in training.network.labels:
            known = ", ".join(sorted(training.network.labels))
            raise DatasetError(
                say("no_label", "{label!r} is no label: there is {known}", label=label, known=known)
            )
        suffix = _picture_suffix(content) if training.network is Network.EMOTION else _song_suffix(name)
        size = content.seek(0, 2)
        with self._lock:
            if training.files.total() >= _MOST_FILES or training.size_bytes + size > _MOST_BYTES:
                raise TooLargeError(
                    say("training_too_large", "more was sent than one training takes: send fewer files")
                )
            training.files[label] += 1
            training.size_bytes += size
            target = training.data / label / f"{training.files[label]:06d}{suffix}"
        content.seek(0)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with target.open("xb") as out:
            shutil.copyfileobj(content, out, _BLOCK_BYTES)

    def run(self, training: Training) -> None:
        """Train.

        Raises:
            ConflictError: it ran already, there are too few labels, or another is running.
        """
        with self._lock:
            if training.state is not TrainingState.COLLECTING:
                raise ConflictError(say("training_ran", "this training ran already: begin another"))
            if len(training.files) < 2:  # noqa: PLR2004  (with one there is nothing to tell apart)
                raise ConflictError(say("training_needs_two", "send files of two labels at least"))
            if any(other.state is TrainingState.RUNNING for other in self._all.values()):
                raise ConflictError(
                    say("training_busy", "another training is running: wait for it, or stop it")
                )
            command = [sys.executable, "-m", "mien", "train", str(training.network), str(training.data)]
            if training.whole_pictures:
                command.append("--detect")
            with (training.folder / "log.txt").open("wb") as log:
                training.process = subprocess.Popen(  # noqa: S603  (the command is ours)
                    [*command, *_options(training)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            training.state = TrainingState.RUNNING
        threading.Thread(target=self._wait, args=(training,), name="training", daemon=True).start()
        self._tell(training)

    def stop(self, training: Training) -> None:
        """Stop a training; its files are deleted."""
        with self._lock:
            running = training.state is TrainingState.RUNNING
            training.state = TrainingState.STOPPED
        if running and training.process is not None:
            training.process.terminate()
        else:
            self._finish(training)

    def remove(self, training: Training) -> None:
        """Delete a training with all that it made."""
        self.stop(training)
        if training.process is not None:
            training.process.wait()
        self._all.pop(training.id, None)
        shutil.rmtree(training.folder, ignore_errors=True)

    def close(self) -> None:
        """Stop what is running."""
        for training in self.all():
            if training.state in {TrainingState.RUNNING, TrainingState.COLLECTING}:
                self.stop(training)
            if training.process is not None:
                training.process.wait()

    def _wait(self, training: Training) -> None:
        assert training.process is not None  # noqa: S101  (started just before)
        code = training.process.wait()
        with self._lock:
            if training.state is TrainingState.RUNNING:
                training.state = TrainingState.FAILED if code else TrainingState.DONE
                training.error = _fault(training, code) if code else None
        self._finish(training)

    def _finish(self, training: Training) -> None:
        shutil.rmtree(training.data, ignore_errors=True)
        shutil.rmtree(training.out / "checkpoints", ignore_errors=True)
        about = {
            "network": str(training.network),
            "state": str(training.state),
            "files": dict(training.files),
            "size_bytes": training.size_bytes,
            "begun_at": training.begun_at.isoformat(),
            "error": training.error and training.error.to_json(),
        }
        with suppress(OSError):
            (training.folder / "training.json").write_text(json.dumps(about), encoding="utf-8")
        self._tell(training)

    def _tell(self, training: Training) -> None:
        self._live.tell("training", {"id": training.id, "state": str(training.state)}, admins=True)


def _options(training: Training) -> list[str]:
    where = ["--out", str(training.out), "--fault-file", str(training.fault)]
    return [*where, "--about", "collected in the page"]


def _fault(training: Training, code: int) -> Sentence:
    """Why the process failed: what it left of it, else how it ended."""
    try:
        return Sentence.of_json(json.loads(training.fault.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    if code < 0:
        return say("training_killed", "it was ended from outside (signal {signal})", signal=-code)
    log = training.log()
    if not log:
        return say("training_silent", "it ended without a word")
    return say("training_broke", "it broke down: {fault}", fault=log[-1])


def _kept_fault(kept: dict[str, Any] | str | None) -> Sentence | None:
    """As ``training.json`` has it; an older Mien kept the words alone."""
    if isinstance(kept, str):
        return say("fault_other", "{fault}", fault=kept)
    return None if kept is None else Sentence.of_json(kept)


def can_train() -> bool:
    """Whether there is what training needs; asking does not import it."""
    return all(importlib.util.find_spec(name) is not None for name in ("keras", "tensorflow"))


def _left(folder: Path) -> list[Training]:
    """The trainings that an earlier server finished; what it left half-way is deleted."""
    found = []
    for place in folder.iterdir() if folder.is_dir() else ():
        try:
            about: dict[str, Any] = json.loads((place / "training.json").read_text(encoding="utf-8"))
            training = Training(
                place.name,
                Network(about["network"]),
                place,
                TrainingState(about["state"]),
                Counter(about["files"]),
                about["size_bytes"],
                datetime.fromisoformat(about["begun_at"]),
                _kept_fault(about["error"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            _log.warning("removing %s: its training was not finished", place.name)
            shutil.rmtree(place, ignore_errors=True)
        else:
            found.append(training)
    return found


def _picture_suffix(content: IO[bytes]) -> str:
    """The ending for a picture, by what it is; only its head is read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is checked here
            with Image.open(content, formats=tuple(_FORMATS)) as image:
                (width, height), kind = image.size, str(image.format)
    except Image.DecompressionBombError:  # Pillow's own limit, which is higher
        raise TooLargeError(
            say("picture_too_large", "a picture has more than 40 megapixels: that is not taken")
        ) from None
    except Exception as error:  # noqa: BLE001  (decoders of hostile files raise anything)
        raise DatasetError(
            say(
                "no_picture",
                "a file is no picture (JPEG, PNG, WebP, BMP): {fault}",
                fault=type(error).__name__,
            )
        ) from None
    if width * height > _LARGEST_PIXELS:
        raise TooLargeError(
            say("picture_too_large", "a picture has more than 40 megapixels: that is not taken")
        )
    return _FORMATS[kind]


def _song_suffix(name: str) -> str:
    suffix = PurePath(name.replace("\\", "/")).suffix.lower()
    if suffix not in AUDIO_SUFFIXES:
        raise DatasetError(say("no_song_ending", "a file is no song by its name's ending"))
    return suffix
