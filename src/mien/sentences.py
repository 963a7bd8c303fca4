"""What Mien says to people: each sentence with a code, for front ends of another language (decision 32).

Standard library only.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something that Mien says to people: in English, and by a code, for a front end of another language.

    Attributes:
        code: which sentence it is.
        english: its text, with the values' names in braces.
        values: what is filled in; one that is a sentence itself is a part of this one.
    """

    code: str
    english: str
    values: Mapping[str, str | float | datetime | Sentence] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.english.format_map(self.values)

    def to_json(self) -> dict[str, Any]:
        """As JSON has it, for the store and for processes; a moment becomes its text."""
        return {"code": self.code, "english": self.english, "values": dict(map(_plain, self.values.items()))}

    @classmethod
    def of_json(cls, content: Mapping[str, Any]) -> Sentence:
        """What :meth:`to_json` gave."""
        values = {
            name: cls.of_json(value) if isinstance(value, dict) else value
            for name, value in content["values"].items()
        }
        return cls(str(content["code"]), str(content["english"]), values)


def _plain(item: tuple[str, str | float | datetime | Sentence]) -> tuple[str, Any]:
    name, value = item
    if isinstance(value, Sentence):
        return name, value.to_json()
    return name, value if isinstance(value, str | int | float) else value.isoformat()


def say(code: str, english: str, /, **values: str | float | datetime | Sentence) -> Sentence:
    """A sentence; what is filled in is given by name."""
    return Sentence(code, english, values)


def in_english(sentences: Iterable[Sentence]) -> str:
    """Several sentences as one text; empty when there is none."""
    return "; ".join(map(str, sentences))


def sentence_of(error: BaseException) -> Sentence:
    """What an error says; where it has no code, its own words in a line that has one."""
    if error.args and isinstance(error.args[0], Sentence):
        return error.args[0]
    return say("fault_other", "{fault}", fault=" ".join(str(error).split()))


_OF_SYSTEMS = {
    errno.ENOENT: say("os_missing", "No such file or directory"),
    errno.EACCES: say("os_denied", "Permission denied"),
    errno.EPERM: say("os_forbidden", "Operation not permitted"),
    errno.EIO: say("os_io", "Input/output error"),
    errno.ENOTDIR: say("os_no_folder", "Not a directory"),
    errno.EISDIR: say("os_folder", "Is a directory"),
    errno.ELOOP: say("os_loop", "Too many levels of symbolic links"),
    errno.ENAMETOOLONG: say("os_long_name", "File name too long"),
    errno.ENOSPC: say("os_full", "No space left on device"),
    errno.EROFS: say("os_read_only", "Read-only file system"),
    errno.EMFILE: say("os_many_files", "Too many open files"),
}


def fault_of(error: OSError) -> Sentence:
    """What the operating system says is wrong, in its own words."""
    known = _OF_SYSTEMS.get(error.errno or 0)
    return known or say("os_other", "{fault}", fault=error.strerror or str(error) or type(error).__name__)
