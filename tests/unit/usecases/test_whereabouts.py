"""What a scan finds out about files that moved, went or came back, with real files."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from mien.domain import Rating
from mien.sentences import say
from mien.store import FileStamp
from mien.usecases.whereabouts import Whereabouts


class Shelf:
    """A folder of files that the library knows."""

    def __init__(self, folder, store, add_song):
        self.folder, self.store, self.add_song = folder, store, add_song

    def add(self, name, *, size=100, second=1, **analysed):
        """A file that was analysed."""
        path = self.write(name, size=size, second=second)
        track_id = self.add_song(path, **analysed)
        self.store.tracks.save(self.store.tracks.analysis(track_id), FileStamp.of(path))
        return track_id

    def write(self, name, *, size=100, second=1):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
        os.utime(path, (second, second))
        return path

    def move(self, name, to):
        (self.folder / to).parent.mkdir(parents=True, exist_ok=True)
        return (self.folder / name).rename(self.folder / to)

    def files(self, root=""):
        return [path for path in (self.folder / root).rglob("*") if path.is_file()]

    def follow(self):
        whereabouts = Whereabouts(self.store)
        whereabouts.follow({path: FileStamp.of(path) for path in self.files()})
        return whereabouts

    def look(self, *roots):
        whereabouts = Whereabouts(self.store)
        wanted = [self.folder / root for root in roots or ("",)]
        found = [path for root in wanted if root.is_dir() for path in root.rglob("*") if path.is_file()]
        return whereabouts, whereabouts.look_for(wanted, found)

    def path(self, track_id):
        return str(self.store.tracks.path(track_id).relative_to(self.folder))

    def playable(self):
        return self.store.columns.ids().tolist()


@pytest.fixture
def shelf(tmp_path, store, add_song):
    return Shelf(tmp_path / "music", store, add_song)


class TestFilesThatMoved:
    def test_a_whole_folder_that_was_renamed_keeps_its_tracks(self, shelf):
        numbers = [shelf.add(f"old/{i}.mp3", size=i + 1, second=i) for i in range(20)]
        shelf.move("old", "new")
        assert len(shelf.follow().moved) == 20
        assert [shelf.path(number) for number in numbers] == [f"new/{i}.mp3" for i in range(20)]

    def test_a_file_of_another_name_is_known_where_there_is_but_one(self, shelf):
        number = shelf.add("before.mp3")
        moved = shelf.move("before.mp3", "elsewhere/after.mp3")
        assert shelf.follow().moved == {moved}
        assert shelf.path(number) == "elsewhere/after.mp3"

    def test_a_copy_is_a_song_of_its_own(self, shelf):
        number = shelf.add("a.mp3")
        shelf.write("copy/a.mp3")
        assert shelf.follow().moved == set()
        assert shelf.path(number) == "a.mp3"

    @pytest.mark.parametrize("changes", [{"size": 101}, {"second": 2}])
    def test_a_file_that_looks_otherwise_is_another(self, shelf, changes):
        number = shelf.add("a.mp3")
        (shelf.folder / "a.mp3").unlink()
        shelf.write("b.mp3", **changes)
        assert shelf.follow().moved == set()
        assert shelf.path(number) == "a.mp3"

    def test_of_several_that_look_alike_the_name_says_which_is_which(self, shelf):
        numbers = [shelf.add(f"old/{name}.mp3") for name in ("c", "a", "b")]
        shelf.move("old", "new")
        shelf.follow()
        assert [shelf.path(number) for number in numbers] == ["new/c.mp3", "new/a.mp3", "new/b.mp3"]

    def test_of_several_that_look_alike_none_is_guessed(self, shelf):
        numbers = [shelf.add(f"{name}/1.mp3") for name in ("c", "a")]
        shelf.move("c", "new c")
        shelf.move("a", "new a")
        shelf.write("new/other.mp3")
        assert shelf.follow().moved == set()
        assert [shelf.path(number) for number in numbers] == ["c/1.mp3", "a/1.mp3"]

    def test_two_copies_of_a_lost_file_are_not_both_it(self, shelf):
        number = shelf.add("a.mp3")
        moved = shelf.move("a.mp3", "new/a.mp3")
        shelf.write("new/b.mp3")
        assert shelf.follow().moved == {moved}
        assert shelf.path(number) == "new/a.mp3"

    def test_only_what_looks_like_a_new_file_is_looked_for(self, shelf, monkeypatch):
        for i in range(50):
            shelf.add(f"{i}.mp3", size=i + 1)
        shelf.move("7.mp3", "new.mp3")
        stamps = {path: FileStamp.of(path) for path in shelf.files()}
        looked, stat = [], Path.stat

        def counted(path, **arguments):
            looked.append(path.name)
            return stat(path, **arguments)

        monkeypatch.setattr(Path, "stat", counted)
        Whereabouts(shelf.store).follow(stamps)
        assert looked == ["7.mp3"]


class TestFilesThatSoundTheSame:
    def analysis(self, shelf, number, path, **changes):
        return replace(shelf.store.tracks.analysis(number), path=path, **changes)

    def test_a_file_that_was_tagged_anew_and_moved_is_known_by_its_sound(self, shelf):
        number = shelf.add("a.mp3")
        (shelf.folder / "a.mp3").unlink()
        new = shelf.write("new/b.mp3", size=300)
        whereabouts = shelf.follow()
        whereabouts.recognise(self.analysis(shelf, number, new))
        assert (shelf.path(number), whereabouts.moved) == ("new/b.mp3", {new})

    @pytest.mark.parametrize("changes", [{"duration_s": 200.5}, {"features": (1.5,)}])
    def test_what_sounds_otherwise_is_another(self, shelf, changes):
        number = shelf.add("a.mp3")
        (shelf.folder / "a.mp3").unlink()
        whereabouts = shelf.follow()
        whereabouts.recognise(self.analysis(shelf, number, shelf.write("b.mp3", size=300), **changes))
        assert (shelf.path(number), whereabouts.moved) == ("a.mp3", set())

    def test_a_track_whose_file_is_there_is_not_taken(self, shelf):
        number = shelf.add("a.mp3")
        shelf.follow().recognise(self.analysis(shelf, number, shelf.write("b.mp3", size=300)))
        assert shelf.path(number) == "a.mp3"

    def test_a_track_whose_file_came_back_during_the_scan_is_not_taken(self, shelf):
        number = shelf.add("a.mp3")
        (shelf.folder / "a.mp3").unlink()
        whereabouts = shelf.follow()
        whereabouts.look_for([shelf.folder], [shelf.write("b.mp3", size=300)])
        shelf.write("a.mp3")
        whereabouts.recognise(self.analysis(shelf, number, shelf.folder / "b.mp3"))
        assert shelf.path(number) == "a.mp3"

    def test_of_tracks_that_sound_the_same_each_file_gets_its_own_the_one_of_its_name_first(self, shelf):
        numbers = [shelf.add(f"{name}.mp3", size=size) for size, name in enumerate(("a", "b"), 1)]
        for name in ("a", "b"):
            (shelf.folder / f"{name}.mp3").unlink()
        whereabouts = shelf.follow()
        for name in ("b", "x", "y"):
            path = shelf.write(f"new/{name}.mp3", size=300)
            whereabouts.recognise(self.analysis(shelf, numbers[0], path))
        assert [shelf.path(number) for number in numbers] == ["new/x.mp3", "new/b.mp3"]
        assert len(whereabouts.moved) == 2

    def test_what_was_marked_as_gone_a_moment_ago_is_so_no_more(self, shelf):
        number = shelf.add("a.mp3")
        shelf.add("here.mp3", size=7)
        (shelf.folder / "a.mp3").unlink()
        new = shelf.write("b.mp3", size=300)
        whereabouts, _ = shelf.look()
        assert whereabouts.gone == {shelf.folder / "a.mp3"}
        whereabouts.recognise(self.analysis(shelf, number, new))
        assert whereabouts.gone == set()
        assert number in shelf.playable()


class TestFilesThatAreGone:
    def test_are_marked_once_and_nothing_that_was_said_of_them_is_removed(self, shelf):
        gone, here = shelf.add("gone.mp3", size=1), shelf.add("here.mp3", size=2)
        me = shelf.store.listeners.default()
        shelf.store.ratings.rate(me, gone, Rating.LIKE)
        (shelf.folder / "gone.mp3").unlink()
        whereabouts, unplugged = shelf.look()
        assert (whereabouts.gone, unplugged) == ({shelf.folder / "gone.mp3"}, [])
        assert shelf.playable() == [here]
        assert shelf.store.ratings.of(me) == {gone: Rating.LIKE}
        stamp = shelf.store.columns.stamp()
        again, _ = shelf.look()
        assert again.gone == whereabouts.gone
        assert shelf.store.columns.stamp() == stamp

    def test_are_heard_again_once_they_are_back_as_they_were(self, shelf):
        number, _ = shelf.add("a.mp3", size=1), shelf.add("b.mp3", size=2)
        hidden = shelf.move("a.mp3", "../a.mp3")
        shelf.look()
        hidden.rename(shelf.folder / "a.mp3")
        whereabouts, _ = shelf.look()
        assert whereabouts.gone == set()
        assert number in shelf.playable()
        assert shelf.store.problems.all() == []

    def test_elsewhere_are_not_looked_for(self, shelf):
        for name in ("in/a.mp3", "in/b.mp3", "in side/a.mp3"):
            shelf.add(name, size=len(name))
        for name in ("in/a.mp3", "in side/a.mp3"):
            (shelf.folder / name).unlink()
        whereabouts, _ = shelf.look("in")
        assert whereabouts.gone == {shelf.folder / "in/a.mp3"}

    @pytest.mark.parametrize("is_there", [False, True])
    def test_with_their_whole_folder_are_on_a_drive_that_is_not_plugged_in(self, shelf, is_there):
        numbers = [shelf.add(f"drive/{i}.mp3", size=i + 1) for i in range(3)]
        shelf.move("drive", "../away")
        if is_there:
            (shelf.folder / "drive").mkdir()
        whereabouts, unplugged = shelf.look("drive")
        assert shelf.playable() == numbers
        assert whereabouts.gone == set()
        assert [(root, why.code) for root, why in unplugged] == (
            [(shelf.folder / "drive", "folder_unplugged")] if is_there else []
        )

    def test_that_were_marked_before_the_drive_was_unplugged_stay_marked(self, shelf):
        _, kept = (shelf.add(f"drive/{i}.mp3", size=i + 1) for i in range(2))
        (shelf.folder / "drive/0.mp3").unlink()
        shelf.look("drive")
        shelf.move("drive", "../away")
        (shelf.folder / "drive").mkdir()
        shelf.look("drive")
        assert shelf.playable() == [kept]
        assert len(shelf.store.files.gone()) == 1

    def test_are_not_those_that_may_not_be_looked_at(self, shelf, monkeypatch):
        number, _ = shelf.add("locked/a.mp3", size=1), shelf.add("b.mp3", size=2)
        stat = Path.stat

        def forbidden(path, **arguments):  # to root nothing is forbidden
            if path.parent.name == "locked":
                raise PermissionError(errno.EACCES, "Permission denied")
            return stat(path, **arguments)

        monkeypatch.setattr(Path, "stat", forbidden)
        whereabouts = Whereabouts(shelf.store)
        whereabouts.look_for([shelf.folder], [shelf.folder / "b.mp3"])
        assert whereabouts.gone == set()
        assert number in shelf.playable()

    def test_that_could_never_be_read_are_no_problem_any_more(self, shelf):
        shelf.add("here.mp3")
        there = shelf.write("bad.mp3")
        for path in (there, shelf.folder / "deleted.mp3", Path("/elsewhere/deleted.mp3")):
            shelf.store.problems.record(path, say("why", "cut off"), None)
        shelf.look()
        assert [problem.path.name for problem in shelf.store.problems.all()] == ["deleted.mp3", "bad.mp3"]
        assert shelf.store.problems.all()[0].path == Path("/elsewhere/deleted.mp3")
