"""What a music file says of itself: title, artist, album and so on.

The reading is done by ``mien.audio.tag_process`` in a process of its own, which can be killed; this module
starts it, asks it, and cleans what it says.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import threading
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast

from mien.audio.files import require_regular_file, shown_name
from mien.domain import Tags
from mien.errors import DecodingError
from mien.sentences import Sentence, say, sentence_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Self

# -P: a folder of music must not be able to offer its own "json.py".
_COMMAND = (sys.executable, "-P", "-m", "mien.audio.tag_process")
_TIMEOUT_S = 3.0
_STARTING_S = 60.0
_LONGEST_TEXT = 500
_YEAR = re.compile(
    r"(?<!\d)(1\d{3}|2[01]\d{2})(?=\d{4}(?!\d)|(?!\d))"
)  # 1999, 1999-05-12, 12.05.1999, 19990512
_NUMBER = re.compile(r"\s*(\d{1,4})(?!\d)")  # 3, 03, 3/12
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # would reorder whatever is printed around them


@dataclass(frozen=True, slots=True)
class TagReading:
    """A file's tags.

    Attributes:
        tags: empty where the file has none or they cannot be read.
        problem: why they cannot be read, in one sentence; None where they can, or where there are none.
    """

    tags: Tags
    problem: Sentence | None = None


class TagReader:
    """Reads the tags of many files with one child process, which is replaced when it hangs or dies.

    Use it as a context manager, or call ``close``. One thread at a time may use it.

    Args:
        timeout_s: how long one file may take before the child is killed.
        command: starts the child.
    """

    def __init__(self, *, timeout_s: float = _TIMEOUT_S, command: Sequence[str] = _COMMAND) -> None:
        self._timeout_s = timeout_s
        self._command = command
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def read(self, path: Path) -> TagReading:
        """Read one file's tags. It never raises for what a file holds; see ``TagReading.problem``."""
        try:
            require_regular_file(path)
        except DecodingError as error:
            return TagReading(Tags(), sentence_of(error))
        answer = self._ask(str(path.absolute()))
        if "texts" not in answer:
            problem = say("tags_unreadable", "its tags cannot be read: {fault}", fault=answer["problem"])
            return TagReading(Tags(), problem)
        return TagReading(clean_tags(answer["texts"]))

    def picture(self, path: Path) -> bytes | None:
        """The picture in a file, as it lies there and unchecked; None where it has none.

        Raises:
            DecodingError: the file cannot be read.
        """
        found = self._beside("picture", path)
        return None if found is None else base64.b64decode(found)

    def lyrics(self, path: Path) -> str | None:
        """The words in a file, perhaps with times as in LRC files; None where it has none.

        Raises:
            DecodingError: the file cannot be read.
        """
        return self._beside("lyrics", path)

    def _beside(self, what: str, path: Path) -> str | None:
        require_regular_file(path)
        answer = self._ask([what, str(path.absolute())])
        if what not in answer:
            raise DecodingError(
                say(
                    "inside_unreadable",
                    "{file}: its {what} cannot be read: {fault}",
                    file=shown_name(path),
                    what=what,
                    fault=answer["problem"],
                )
            )
        found: str | None = answer[what]
        return found

    def close(self) -> None:
        """End the child process; reading again starts another."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def _ask(self, request: str | list[str]) -> dict[str, Any]:
        """What the child says, or ``{"problem": ...}``, a sentence or the child's own words."""
        if self._child is None:
            self._child = _Child(self._command)
            if not self._child.line(_STARTING_S):
                self.close()
                return {
                    "problem": say(
                        "tags_no_process", "the process that reads tags does not start; install Mien again"
                    )
                }
        line = self._child.line(self._timeout_s, json.dumps(request) + "\n")
        if not line:
            expired = self._child.expired.is_set()
            self.close()
            slow = say("tags_slow", "it took longer than {seconds:g} s", seconds=self._timeout_s)
            return {"problem": slow if expired else say("tags_broke", "the reader broke down on it")}
        answer: dict[str, Any] = json.loads(line)
        return {"problem": _clean_text(answer["problem"])} if "problem" in answer else answer


class _Child:
    """A process that is asked in lines and answers in lines, and is killed when it takes too long."""

    def __init__(self, command: Sequence[str]) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(  # noqa: S603  (the command is ours)
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, encoding="ascii", errors="replace"
        )
        self.expired = threading.Event()

    def line(self, timeout_s: float, request: str = "") -> str:
        """Send ``request`` and wait for a line; empty when the process died or had to be killed."""
        timer = threading.Timer(timeout_s, self._expire)
        timer.start()
        try:
            cast("IO[str]", self._process.stdin).write(request)
            cast("IO[str]", self._process.stdin).flush()
            line = cast("IO[str]", self._process.stdout).readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
            timer.join()
        return line if line.endswith("\n") and not self.expired.is_set() else ""

    def _expire(self) -> None:
        self.expired.set()
        self._process.kill()

    def close(self) -> None:
        self._process.kill()
        with suppress(BrokenPipeError), self._process:  # closes the pipes and waits for the process
            pass


def clean_tags(texts: Mapping[str, Sequence[str]]) -> Tags:
    """Make tags of raw texts: on one line, without control characters, with numbers read out of them.

    Args:
        texts: for each field of ``Tags`` what the file says; several artists or genres are joined by commas.
    """

    def first(field: str) -> str:
        return next(iter(all_of(field)), "")

    def all_of(field: str) -> list[str]:
        cleaned = (_clean_text(text) for text in texts.get(field, ()))
        return list(dict.fromkeys(text for text in cleaned if text))

    uuid = _UUID.fullmatch(first("musicbrainz_recording_id").lower())
    return Tags(
        title=first("title"),
        artist=", ".join(all_of("artist"))[:_LONGEST_TEXT],
        album=first("album"),
        genre=", ".join(all_of("genre"))[:_LONGEST_TEXT],
        year=_number(_YEAR.search(first("year"))),
        track_number=_number(_NUMBER.match(first("track_number"))),
        musicbrainz_recording_id=uuid.group() if uuid else "",
    )


def _number(match: re.Match[str] | None) -> int | None:
    """The number that was found; 0 says nothing."""
    return (int(match[1]) or None) if match else None


def _clean_text(text: str) -> str:
    """One line of text that can be stored and printed anywhere."""
    text = text.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")
    text = _DIRECTION_MARKS.sub("", unicodedata.normalize("NFC", text))
    text = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join(text.split())[:_LONGEST_TEXT]
