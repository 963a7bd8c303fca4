import json
import zipfile
from datetime import UTC, datetime

import pytest

from mien.errors import InteropError
from mien.interop import histories
from mien.interop.histories import Play, read_history

MBID = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
OTHER = "0a0a0a0a-d987-4042-ae91-78d6a3267d69"
AT = datetime(2021, 11, 6, 19, 10, 49, tzinfo=UTC)
UTS = int(AT.timestamp())


def listen(title="Skate", artist="Silk Sonic", at=UTS, mapping=None, **info):
    song = {"track_name": title, "artist_name": artist, "release_name": "Skate", "additional_info": info}
    return {"listened_at": at, "track_metadata": {**song, "mbid_mapping": mapping}, "user_name": "x"}


def scrobble(title="Skate", mbid="", **changes):
    return {
        "artist": {"mbid": "", "#text": "Silk Sonic"},
        "album": {"mbid": "", "#text": "Skate"},
        "name": title,
        "mbid": mbid,
        "date": {"uts": str(UTS), "#text": "06 Nov 2021, 19:10"},
        **changes,
    }


def read(tmp_path, content):
    file = tmp_path / "export"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_history(file)


SKATE = Play("Skate", "Silk Sonic", "Skate", AT)


class TestListenBrainz:
    def test_a_zip_of_months_is_read(self, tmp_path):
        file = tmp_path / "export.zip"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("user.json", "{}")
            archive.writestr("feedback.jsonl", json.dumps(listen("No listen")))
            archive.writestr("listens/2021/11.jsonl", json.dumps(listen()) + "\n\n" + json.dumps(listen("B")))
            archive.writestr("listens/2022/1.jsonl", json.dumps(listen("C")))
        history = read_history(file)
        assert history.source == "ListenBrainz"
        assert [play.title for play in history.plays] == ["Skate", "B", "C"]

    def test_one_month_and_the_older_list_are_read(self, tmp_path):
        lines = "\n".join(json.dumps(listen(title)) for title in "ab")
        assert [play.title for play in read(tmp_path, lines).plays] == ["a", "b"]
        assert read(tmp_path, json.dumps(listen())).plays == (SKATE,)
        assert [play.title for play in read(tmp_path, [listen("a"), listen("b")]).plays] == ["a", "b"]

    def test_the_mapped_recording_comes_before_the_submitted_one(self, tmp_path):
        entry = listen(mapping={"recording_mbid": MBID.upper()}, recording_mbid=OTHER, track_mbid="no id")
        assert read(tmp_path, [entry]).plays[0].recordings == (MBID, OTHER)

    def test_how_far_it_was_played_is_known_only_where_it_is_said(self, tmp_path):
        entries = [listen(duration_played=42), listen(duration_played="42"), listen(duration_played=-1)]
        assert [play.played_s for play in read(tmp_path, entries).plays] == [42.0, None, None]

    def test_entries_without_song_or_time_are_counted(self, tmp_path):
        entries = [listen(), listen(title=" "), listen(artist=None), listen(at=0), listen(at=None), 7, None]
        history = read(tmp_path, entries)
        assert (history.plays, history.left_out) == ((SKATE,), 6)


class TestLastFm:
    @pytest.mark.parametrize(
        "content",
        [
            {"recenttracks": {"track": [scrobble()], "@attr": {"page": "1"}}},
            [{"recenttracks": {"track": [scrobble()]}}],
            [{"track": [scrobble()]}],
            {"recenttracks": {"track": scrobble()}},
            [[scrobble()]],
            [scrobble()],
            [scrobble(artist="Silk Sonic", album="Skate", date=UTS)],
            [scrobble(artist={"name": "Silk Sonic"}, date=UTS * 1000)],
        ],
        ids=lambda content: str(content)[:40],
    )
    def test_pages_of_the_api_are_read(self, tmp_path, content):
        history = read(tmp_path, content)
        assert (history.source, history.plays) == ("Last.fm", (SKATE,))

    def test_what_is_playing_now_is_no_listen(self, tmp_path):
        now = scrobble(**{"@attr": {"nowplaying": "true"}})
        history = read(tmp_path, [now, scrobble(mbid=MBID)])
        assert (len(history.plays), history.left_out) == (1, 1)
        assert history.plays[0].recordings == (MBID,)

    @pytest.mark.parametrize(
        "table",
        [
            'Silk Sonic,Skate,Skate,"06 Nov 2021 19:10"\n',
            "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
            f'{UTS},"06 Nov 2021, 19:10",Silk Sonic,,Skate,,Skate,\n',
            f'Artist;Album;AlbumId;Track;Date#someone\n"Silk Sonic";Skate;;Skate;"{UTS}000"\n',
            "\ufeffartist,album,title,timestamp\nSilk Sonic,Skate,Skate,2021-11-06T19:10:49Z\n",
        ],
        ids=lambda table: table[:30],
    )
    def test_tables_of_the_common_exporters_are_read(self, tmp_path, table):
        history = read(tmp_path, table)
        assert history.source == "Last.fm"
        (play,) = history.plays
        assert (play.title, play.artist, play.album) == ("Skate", "Silk Sonic", "Skate")
        assert play.at.replace(second=0) == AT.replace(second=0)

    def test_rows_that_are_short_or_have_no_time_are_counted(self, tmp_path):
        history = read(tmp_path, f"artist,track,date\nA,B,{UTS}\nA\nA,B,soon\n\n")
        assert (len(history.plays), history.left_out) == (1, 2)


@pytest.mark.parametrize(
    "content",
    ["hello", "a,b,c\n1,2,3\n", "{}", "[]", '{"playlist": {"track": 7}}', "artist,track\nA,B\n"],
    ids=ascii,
)
def test_what_is_no_export_is_refused(tmp_path, content):
    with pytest.raises(InteropError, match="no export"):
        read(tmp_path, content)


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"], ids=ascii)
def test_an_empty_file_is_said_to_be_empty(tmp_path, content):
    with pytest.raises(InteropError, match="is empty"):
        read(tmp_path, content)


def test_a_zip_that_lost_its_end_is_said_to_be_damaged(tmp_path):
    file = tmp_path / "export.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("listens/2021/1.jsonl", json.dumps(listen()))
    file.write_bytes(file.read_bytes()[:60])
    with pytest.raises(InteropError, match="is a damaged or encrypted zip"):
        read_history(file)


def test_a_line_that_is_no_json_is_named(tmp_path):
    with pytest.raises(InteropError, match="line 2 is not JSON"):
        read(tmp_path, json.dumps(listen()) + '\n{"cut')


def test_a_nest_of_brackets_is_refused(tmp_path):
    with pytest.raises(InteropError):
        read(tmp_path, "[" * 200_000)


def test_a_zip_without_listens_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("other.txt", "x")
    with pytest.raises(InteropError, match="holds no listens"):
        read_history(tmp_path / "export.zip")


def test_what_unpacks_to_more_than_any_export_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(histories, "LARGEST_BYTES", 1_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("listens/2021/1.jsonl", " " * 100_000)
    with pytest.raises(InteropError, match="larger than any export"):
        read_history(tmp_path / "bomb.zip")
    (tmp_path / "text").write_text(" " * 2_000)
    with pytest.raises(InteropError, match="larger than any export"):
        read_history(tmp_path / "text")


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(InteropError, match=r"cannot read .*nothing"):
        read_history(tmp_path / "nothing")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InteropError, match="not UTF-8"):
        read_history(tmp_path / "bytes")
