"""What Mien does: its use cases, and the one place that builds the real parts from settings.

Two flows, each to be read from top to bottom::

    frames -> detect faces -> crop -> emotion estimate -> reading -> policy -> wanted moods
           -> rank tracks -> queue -> listen -> taste (from the policy on: ``mien.usecases.listening``)
    files -> decode -> features -> mood estimate -> store
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol, Self

from mien import artifacts
from mien.audio.analyze import ANALYSIS_VERSION, SongAnalyzer, judge_again
from mien.audio.features import FEATURES_VERSION
from mien.audio.files import find_audio_files
from mien.audio.mood import MoodNetwork
from mien.audio.tags import TagReader
from mien.audio.workers import Result, map_files
from mien.domain import Box, Face, FrameFaces, Reading
from mien.sentences import say
from mien.store import FileStamp, open_store
from mien.usecases.calibrating import Calibrating
from mien.usecases.collaborative import Collaborative
from mien.usecases.feeling import FeelingSaid
from mien.usecases.histories import Histories
from mien.usecases.listening import Listening
from mien.usecases.playlists import PlaylistShelf
from mien.usecases.refreshing import Refreshing, environment_of, refresh_command
from mien.usecases.sleeves import Sleeves
from mien.usecases.whereabouts import Whereabouts
from mien.vision.camera import camera_frames, video_frames
from mien.vision.detect import FoundFace, HaarDetector
from mien.vision.emotion import EmotionNetwork, crop
from mien.vision.pictures import read_picture, to_grey
from mien.vision.quality import LEAST_QUALITY, gated, grey_square, measure
from mien.vision.reading import ReadingRules, Smoother
from mien.vision.tracking import FaceTracker

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from mien.config import Settings
    from mien.domain import Calibration, Emotion, Estimate, Listener, Quality, SongAnalysis
    from mien.sentences import Sentence
    from mien.store import Store

# A glance at the listener: long enough to smooth over a blink, short enough not to be waited for.
GLANCE_S = 3.0
_JUDGED_AT_ONCE = 500
# Decoding is the slowest part and runs a hundred times faster than the music; past this a file is hopeless.
SONG_TIMEOUT_S = 600.0


class FaceDetector(Protocol):
    """Finds faces."""

    def find(self, picture: NDArray[np.uint8], time_s: float | None = None) -> list[FoundFace]:
        """Where faces are in the picture ``[height, width, 3]``, the largest first."""


class EmotionClassifier(Protocol):
    """Estimates what cropped faces express."""

    def estimate(self, faces: Sequence[NDArray[np.uint8]]) -> list[Estimate[Emotion]]:
        """One estimate a face, in order."""


class FaceReader:
    """From a picture to the faces in it and what each expresses.

    Args:
        detector: finds them.
        classifier: estimates their emotions.
        margin: how much of the box's width is added around it, on each side.
        least: what a face must reach for its estimate to be acted on.
        colour: whether the classifier reads colour; if not, a picture is made grey once, for all.
    """

    def __init__(
        self,
        detector: FaceDetector,
        classifier: EmotionClassifier,
        margin: float,
        least: Quality = LEAST_QUALITY,
        *,
        colour: bool = False,
    ) -> None:
        self._colour = colour
        self._detector = detector
        self._classifier = classifier
        self._margin = margin
        self._least = least

    def read(
        self, picture: NDArray[np.uint8], *, cropped: bool = False, time_s: float | None = None
    ) -> FrameFaces:
        """Detect faces, crop them, estimate the emotion of each, and judge how well it can be seen.

        Args:
            picture: shape ``[height, width, 3]``, RGB, uint8.
            cropped: the whole picture is one face; none is looked for.
            time_s: of the frame, where it is one of a video.
        """
        height, width = picture.shape[:2]
        if not self._colour:
            picture = to_grey(picture)
        if cropped:
            found, crops = [FoundFace(Box(0, 0, width, height))], [picture]
        else:
            found = self._detector.find(picture, time_s)
            crops = [crop(picture, face.box, self._margin, face.angle_degrees) for face in found]
        estimates = self._classifier.estimate(crops)
        size = None if cropped else (width, height)
        qualities = [measure(grey_square(face), f.box, size) for face, f in zip(crops, found, strict=True)]
        faces = tuple(
            Face(f.box, gated(emotion, quality, self._least), quality, f.angle_degrees, f.id)
            for f, emotion, quality in zip(found, estimates, qualities, strict=True)
        )
        return FrameFaces(width, height, faces, time_s)


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """What a scan is going to do.

    Attributes:
        new: files to analyse, in order, and how each looks now; None where it cannot be looked at.
        unchanged: how many are known already and look as they did.
        judged_anew: how many songs of the library, of these folders or not, another network had judged.
        problems: folders and files that could not be looked at, and why.
        whereabouts: which files of the library moved and which are gone, as far as the scan knows by now.
    """

    new: Mapping[Path, FileStamp | None]
    unchanged: int
    judged_anew: int
    problems: tuple[tuple[Path, Sentence], ...]
    whereabouts: Whereabouts


class Mien:
    """Mien as its front ends use it; a context manager. Parts are built when they are first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if "sleeves" in self.__dict__:
            self.sleeves.close()
        if "store" in self.__dict__:
            self.store.close()

    @cached_property
    def store(self) -> Store:
        """The library."""
        return open_store(self.settings.database_url)

    @cached_property
    def emotion_artifact(self) -> artifacts.Artifact:
        """The network that reads faces."""
        return artifacts.chosen(self.settings.emotion_artifact, "emotion")

    @cached_property
    def mood_artifact(self) -> artifacts.Artifact:
        """The network that knows songs."""
        return artifacts.chosen(self.settings.mood_artifact, "mood")

    @cached_property
    def _mood_network(self) -> MoodNetwork:
        return MoodNetwork(self.mood_artifact)

    @cached_property
    def faces(self) -> FaceReader:
        """The emotion module, for pictures."""
        return self._face_reader(self._detector)

    def _face_reader(self, detector: FaceDetector) -> FaceReader:
        network = self._emotion_network
        how = network.preprocessing
        return FaceReader(detector, network, how.margin, self.reading_rules.quality, colour=how.channels > 1)

    @cached_property
    def _detector(self) -> HaarDetector:
        return HaarDetector()

    @cached_property
    def _emotion_network(self) -> EmotionNetwork:
        return EmotionNetwork(self.emotion_artifact)

    @cached_property
    def reading_rules(self) -> ReadingRules:
        """The artifact's numbers that shape a reading."""
        return ReadingRules.from_artifact(self.emotion_artifact.decision)

    @cached_property
    def calibrating(self) -> Calibrating:
        """What is learnt of the listeners' faces."""
        return Calibrating(self.store, self.reading_rules, self.emotion_artifact.version)

    @cached_property
    def feelings(self) -> FeelingSaid:
        """What listeners say they feel, in place of what their faces show."""
        return FeelingSaid(self.store, self.calibrating, self.reading_rules.calibration.floor)

    @cached_property
    def playlists(self) -> PlaylistShelf:
        """Smart and momentary playlists, and playlist files; plain ones are the store's."""
        return PlaylistShelf(self.store)

    @cached_property
    def histories(self) -> Histories:
        """What listeners heard elsewhere, and what they made here."""
        return Histories(self.store)

    @cached_property
    def collaborative(self) -> Collaborative:
        """What the listeners of one server learn from each other, if they agree to it."""
        return Collaborative(self.store, self.settings.home)

    @cached_property
    def refreshing(self) -> Refreshing:
        """Learns from those listeners anew, beside whatever else is done, for as long as it is entered."""
        members = self.store.collaborators.members
        return Refreshing(refresh_command(), environment_of(self.settings), members)

    @cached_property
    def listening(self) -> Listening:
        """Recommending and learning: policy -> wanted moods -> rank tracks -> queue -> listen -> taste."""
        return Listening(self.store, others=self.collaborative.scores)

    @cached_property
    def sleeves(self) -> Sleeves:
        """Covers, words and outlines of songs."""
        return Sleeves(self.settings.home / "cache")

    @cached_property
    def listener(self) -> Listener:
        """Who listens: the one that the settings name, or the first."""
        name = self.settings.listener
        return self.store.listeners.named(name) if name else self.store.listeners.default()

    # Faces: frames -> detect faces -> crop -> emotion estimate -> reading

    def read_picture(self, path: Path, *, cropped: bool = False) -> FrameFaces:
        """The faces in a picture file."""
        return self.faces.read(read_picture(path), cropped=cropped)

    def read_video(self, path: Path, *, cropped: bool = False, every: int = 1) -> Iterator[FrameFaces]:
        """The faces in each frame of a video file, or in every second, third, ... one."""
        faces = self._face_reader(FaceTracker(self._detector))
        with closing(video_frames(path, every)) as frames:
            for time_s, frame in frames:
                yield faces.read(frame, cropped=cropped, time_s=time_s)

    def watch(self, seconds: float | None = None) -> Generator[tuple[FrameFaces, Reading]]:
        """The faces before the camera, frame by frame, and what they say so far.

        The camera is on only while this is iterated over, and for ``seconds`` at most.
        """
        # All of this is ready before the camera goes on.
        faces, smoother = self._face_reader(FaceTracker(self._detector)), self._smoother()
        with closing(camera_frames(self.settings.camera)) as frames:
            for time_s, frame in frames:
                found = faces.read(frame, time_s=time_s)
                yield found, smoother.add(found)
                if seconds is not None and time_s >= seconds:
                    return

    def glance(self) -> Reading:
        """A reading of whoever is before the camera; it is on for a few seconds."""
        with closing(self.watch(GLANCE_S)) as seen:
            return [reading for _, reading in seen][-1]

    def reading_of_picture(self, path: Path) -> Reading:
        """A reading from one picture."""
        return self._smoother().add(self.read_picture(path))

    def _smoother(self) -> Smoother:
        return Smoother(self.reading_rules, self.calibrating.offsets(self.listener))

    def calibrate(self, shown: Mapping[Emotion, Iterable[FrameFaces]]) -> Calibration:
        """Learn this listener's face from frames in which they show what they were asked to."""
        return self.calibrating.learn(self.listener, shown)

    # Songs: files -> decode -> features -> mood estimate -> store

    def analyse(self, files: Iterable[Path]) -> Iterator[Result[SongAnalysis]]:
        """Analyse song files, one result a file as each is done; nothing is stored."""
        return map_files(
            partial(_make_analyse, self.settings.mood_artifact),
            files,
            workers=self.settings.workers,
            timeout_s=SONG_TIMEOUT_S,
        )

    def find_songs(self, paths: Iterable[Path]) -> tuple[list[Path], list[tuple[Path, Sentence]]]:
        """The song files in folders, and what of it could not be looked at and why."""
        problems: list[tuple[Path, Sentence]] = []
        files = list(find_audio_files(paths, on_problem=lambda path, why: problems.append((path, why))))
        return files, problems

    def plan_scan(self, folders: Iterable[Path]) -> ScanPlan:
        """Find the music in folders, and what of it is new or changed.

        Songs of the library that moved keep all that was said of them, and those that are gone are marked.
        What another network judged is judged by this one, from its stored features.
        """
        roots = [folder.expanduser().absolute() for folder in folders]
        files, problems = self.find_songs(roots)
        stamps = {path: _stamp(path) for path in files}
        whereabouts = Whereabouts(self.store)
        whereabouts.follow(stamps)
        problems += whereabouts.look_for(roots, files)
        judged_anew = self.judge_anew() if files else 0
        known = self.store.tracks.stamps(
            analysis_version=ANALYSIS_VERSION,
            features_version=FEATURES_VERSION,
            artifact_version=self.mood_artifact.version,
        )
        new = {path: stamp for path, stamp in stamps.items() if path not in known or known[path] != stamp}
        unchanged = len(files) - len(new.keys() | whereabouts.moved)
        return ScanPlan(new, unchanged, judged_anew, tuple(problems), whereabouts)

    def judge_anew(self) -> int:
        """Let this network judge what another judged, where the features are those it reads; how many."""
        find_others = partial(
            self.store.tracks.judged_by_others,
            analysis_version=ANALYSIS_VERSION,
            features_version=FEATURES_VERSION,
            artifact_version=self.mood_artifact.version,
            most=_JUDGED_AT_ONCE,
        )
        judged = 0
        while others := find_others():
            moods = judge_again(
                self._mood_network, [other.features for other in others], [other.mood for other in others]
            )
            numbers = (other.track_id for other in others)
            self.store.tracks.judge(dict(zip(numbers, moods, strict=True)), self._mood_network.version)
            judged += len(others)
        return judged

    def scan(self, plan: ScanPlan) -> Iterator[Result[SongAnalysis]]:
        """Analyse what is new and store it, one result a file; a bad file is remembered with its reason."""
        for result in self.analyse(plan.new):
            stamp = plan.new[result.path]
            if result.value is not None and stamp is not None:
                plan.whereabouts.recognise(result.value)
                self.store.tracks.save(result.value, stamp)
                yield result
            else:
                error = result.error or say(
                    "song_not_looked_at", "it could not be looked at when the scan began; scan again"
                )
                self.store.problems.record(result.path, error, stamp)
                yield Result(result.path, None, error)


def _make_analyse(folder: Path | None) -> Callable[[Path], SongAnalysis]:
    """Built once in each worker process."""
    return SongAnalyzer(MoodNetwork(artifacts.chosen(folder, "mood")), TagReader()).analyze


def _stamp(path: Path) -> FileStamp | None:
    try:
        return FileStamp.of(path)
    except OSError:
        return None
