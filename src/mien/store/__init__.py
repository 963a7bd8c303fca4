"""The library and what listeners did with it, in SQLite or PostgreSQL.

``open_store(url)`` gives a ``Store``; each of its attributes is one noun, in one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from mien.store.accounts import Account, Accounts, Role, Session, Sessions
from mien.store.browse import Browse, Order, Wanted
from mien.store.calibrations import Calibrations
from mien.store.collaborators import Collaborators
from mien.store.columns import LibraryColumns, LibraryStamp
from mien.store.database import Database
from mien.store.feelings import Feelings, SavedFeeling
from mien.store.files import Files, KnownFile
from mien.store.folders import Folder, Folders
from mien.store.imports import Import, Imports
from mien.store.labels import Labels
from mien.store.listeners import Listeners
from mien.store.listens import Listens
from mien.store.migrate import migrate
from mien.store.page_settings import PageSettings
from mien.store.playlists import Playlist, Playlists
from mien.store.preferences import PreferenceChoices
from mien.store.problems import Problem, Problems
from mien.store.ratings import Ratings
from mien.store.readings import Readings
from mien.store.snoozes import Snoozes
from mien.store.tracks import FileStamp, Tracks
from mien.store.wishes import Wishes

if TYPE_CHECKING:
    from types import TracebackType

__all__ = [
    "Account",
    "FileStamp",
    "Folder",
    "Import",
    "KnownFile",
    "LibraryStamp",
    "Order",
    "Playlist",
    "Problem",
    "Role",
    "SavedFeeling",
    "Session",
    "Store",
    "Wanted",
    "open_store",
]


class Store:
    """An open library, for use as a context manager, from any thread.

    Every change is saved when its call returns. Every method may raise ``StoreBusyError`` (another program is
    writing; try again) and ``StoreError`` (the disk is full, the file is damaged, and the like), with a
    sentence that says what to do.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.tracks = Tracks(database)
        self.files = Files(database)
        self.columns = LibraryColumns(database)
        self.problems = Problems(database)
        self.listeners = Listeners(database)
        self.listens = Listens(database)
        self.ratings = Ratings(database)
        self.labels = Labels(database)
        self.playlists = Playlists(database)
        self.readings = Readings(database)
        self.calibrations = Calibrations(database)
        self.accounts = Accounts(database)
        self.sessions = Sessions(database)
        self.page_settings = PageSettings(database)
        self.folders = Folders(database)
        self.browse = Browse(database)
        self.snoozes = Snoozes(database)
        self.wishes = Wishes(database)
        self.feelings = Feelings(database)
        self.preferences = PreferenceChoices(database)
        self.collaborators = Collaborators(database)
        self.imports = Imports(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


def open_store(url: str) -> Store:
    """Open a library, make it where it is missing, and bring it up to date.

    Args:
        url: ``sqlite:///PATH`` (the file and its folder are made, for their owner's eyes only) or
            ``postgresql://...``.

    Raises:
        StoreError: the database cannot be opened, is damaged, or belongs to a newer Mien or another program.
        StoreBusyError: another program holds it.
    """
    database = Database(url)
    try:
        migrate(database)
        database.use_write_ahead_log()
        store = Store(database)
        store.listeners.default()
    except BaseException:
        database.close()
        raise
    return store
