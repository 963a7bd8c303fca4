"""Labelled data is read as it lies, and split so that no one is on two sides."""

from __future__ import annotations

import csv
import random
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from mien.errors import DatasetError
from mien.training import datasets
from mien.training.datasets import PAPER_PROPORTIONS, Example, LabelledData, Part, read_labelled, split


def index(folder: Path, header: str, *rows: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "index.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


def put(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


def zipped(folder: Path, names: list[str], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(folder / "images.zip", "w", method) as archive:
        for name in names:
            archive.writestr(name, name.encode() * 1000)
    return folder / "images.zip"


def data_of(examples: list[Example]) -> LabelledData:
    return LabelledData(Path("data"), None, tuple(examples))


def files(data: LabelledData) -> set[str]:
    return {e.file for e in data.examples}


# Reading what is labelled


def test_folder_per_class_gives_each_file_its_folders_label(tmp_path: Path):
    put(tmp_path, "Happy/b.jpg", "Happy/deep/a.jpg", "sad/c.png", ".cache/x.jpg", "sad/.hidden", "stray.jpg")
    data = read_labelled(tmp_path)
    assert [(e.file, e.label) for e in data.examples] == [
        ("Happy/b.jpg", "happy"),
        ("Happy/deep/a.jpg", "happy"),
        ("sad/c.png", "sad"),
    ]
    assert data.counts() == {"happy": 2, "sad": 1}
    assert list(data.read(data.examples)) == [b"Happy/b.jpg", b"Happy/deep/a.jpg", b"sad/c.png"]


@pytest.mark.parametrize(
    ("name", "label"),
    [("Anger", "angry"), ("afraid", "fear"), ("HAPPINESS", "happy"), (" Joy ", "happy"), ("rage", "rage")],
)
def test_nouns_and_other_spellings_become_miens_labels(tmp_path: Path, name: str, label: str):
    assert read_labelled(index(tmp_path, "file,label", f"a.jpg,{name}")).examples[0].label == label


def test_index_gives_all_that_is_known_of_an_example(tmp_path: Path):
    folder = index(
        tmp_path,
        "file,label,subject,split,twin_group,votes_happiness,votes_neutral,remark",
        'a.jpg,Happiness,S7,Training,12,8,2,"smiles, a lot"',
    )
    (example,) = read_labelled(folder).examples
    assert (example.file, example.label, example.group) == ("a.jpg", "happy", "S7")
    assert (example.split, example.twins) == ("training", "12")
    assert example.votes == {"happy": 8.0, "neutral": 2.0}
    assert example.row["remark"] == "smiles, a lot"


def test_empty_fields_are_unknown_and_twin_group_zero_is_none(tmp_path: Path):
    folder = index(tmp_path, "file,label,subject,twin_group,votes_sad", "a.jpg,sad,,0,", ",sad,x,1,1")
    (example,) = read_labelled(folder).examples
    assert (example.group, example.twins, example.votes) == ("", "", {"sad": 0.0})


def test_other_headers_are_mapped(tmp_path: Path):
    folder = index(tmp_path, "path,ferplus_majority,who,n_joy", "a.jpg,anger,7,3")
    columns = {"file": "path", "label": "ferplus_majority", "subject": "who", "votes_joy": "n_joy"}
    (example,) = read_labelled(folder, columns).examples
    assert (example.file, example.label, example.group, example.votes) == (
        "a.jpg",
        "angry",
        "7",
        {"happy": 3.0},
    )


def test_artist_is_a_group_too_and_the_index_itself_may_be_named(tmp_path: Path):
    folder = index(tmp_path, "file,label,artist", "a.ogg,calm,The Example")
    assert read_labelled(folder / "index.csv").examples[0].group == "The Example"


def test_spreadsheets_byte_order_mark_does_not_matter(tmp_path: Path):
    (tmp_path / "index.csv").write_bytes("\ufefffile,label\r\na.jpg,sad\r\n".encode())
    assert read_labelled(tmp_path).examples == (
        Example("a.jpg", "sad", row={"file": "a.jpg", "label": "sad"}),
    )


@pytest.mark.parametrize(
    ("header", "columns", "said"),
    [
        ("label,split", {}, "has no column file; it has label, split"),
        ("", {}, "has no column file; it has none"),
        ("files,label", {}, "has no column file; did you mean files"),
        ("file,label,ferplus_majority", {"label": "ferplus_mayority"}, "did you mean ferplus_majority"),
    ],
)
def test_missing_column_is_named_with_what_there_is(
    tmp_path: Path, header: str, columns: dict[str, str], said: str
):
    with pytest.raises(DatasetError, match=said):
        read_labelled(index(tmp_path, header, "a.jpg,sad,sad"), columns)


@pytest.mark.parametrize("votes", ["many", "-1", "nan", "inf"])
def test_votes_that_cannot_be_counted_are_refused(tmp_path: Path, votes: str):
    with pytest.raises(DatasetError, match=f"a count of votes is not a number from 0 up: '{votes}'"):
        read_labelled(index(tmp_path, "file,label,votes_sad", f"a.jpg,sad,{votes}"))


@pytest.mark.parametrize(
    "content", [b"file,label\na\xff.jpg,sad\n", b'file,label\n"' + b"a" * 200_000 + b'",sad\n']
)
def test_index_that_is_no_table_is_refused_by_name(tmp_path: Path, content: bytes):
    assert csv.field_size_limit() < 200_000
    (tmp_path / "index.csv").write_bytes(content)
    with pytest.raises(DatasetError, match=r"cannot read .*index\.csv"):
        read_labelled(tmp_path)


def test_where_nothing_is_labelled_it_says_what_to_give(tmp_path: Path):
    put(tmp_path, "loose/a.jpg", "folders/empty/.keep")
    for path in (tmp_path / "loose", tmp_path / "folders", index(tmp_path / "listed", "file,label")):
        with pytest.raises(DatasetError, match="holds nothing labelled: give a folder per class"):
            read_labelled(path)
    for path in (tmp_path / "nowhere", tmp_path / "loose" / "a.jpg"):
        with pytest.raises(DatasetError, match="is not a folder"):
            read_labelled(path)


# Reading the files themselves


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_files_in_a_zip_read_in_the_order_asked_for(tmp_path: Path, method: int):
    folder = index(tmp_path, "file,label", "a/1.jpg,sad", "a/2.jpg,happy", "3.jpg,fear")
    zipped(folder, ["3.jpg", "a/2.jpg", "a/1.jpg"], method=method)
    data = read_labelled(folder)
    assert data.archive == folder / "images.zip"
    assert [c[:7] for c in data.read(data.examples)] == [b"a/1.jpg", b"a/2.jpg", b"3.jpg3."]
    assert next(data.read(data.examples[2:])).startswith(b"3.jpg")


def test_paths_give_the_same_content_from_a_folder_and_from_a_zip(tmp_path: Path):
    loose = put(index(tmp_path / "loose", "file,label", "a.jpg,sad"), "a.jpg")
    packed = index(tmp_path / "packed", "file,label", "a.jpg,sad")
    zipped(packed, ["a.jpg"])
    for folder in (loose, packed):
        data = read_labelled(folder)
        with data.paths(data.examples) as (path,):
            assert path.suffix == ".jpg"
            assert path.read_bytes().startswith(b"a.jpg")
    assert not path.exists()
    assert (loose / "a.jpg").exists()


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "a/../../secret.txt"])
def test_index_never_reaches_outside_its_folder(tmp_path: Path, name: str):
    put(tmp_path, "secret.txt")
    data = read_labelled(index(tmp_path / "data", "file,label", f"{name},sad"))
    with pytest.raises(DatasetError, match="points outside the labelled data"):
        list(data.read(data.examples))
    with pytest.raises(DatasetError, match="points outside"), data.paths(data.examples):
        pass


def test_file_that_is_missing_is_named(tmp_path: Path):
    data = read_labelled(index(tmp_path, "file,label", "gone.jpg,sad"))
    with pytest.raises(DatasetError, match=r"cannot read .*gone\.jpg: No such file"):
        list(data.read(data.examples))
    zipped(tmp_path, ["a.jpg"])
    packed = read_labelled(tmp_path)
    with pytest.raises(DatasetError, match=r"images\.zip has no file gone\.jpg, which its index\.csv names"):
        list(packed.read(packed.examples))


def test_file_larger_than_any_picture_or_song_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(datasets, "LARGEST_FILE_BYTES", 4)
    data = read_labelled(put(index(tmp_path, "file,label", "a.jpg,sad"), "a.jpg"))
    with pytest.raises(DatasetError, match=r"a\.jpg is larger than"):
        list(data.read(data.examples))
    zipped(tmp_path, ["a.jpg"])
    packed = read_labelled(tmp_path)
    with pytest.raises(DatasetError, match=r"a\.jpg in .* unpacks to more than"):
        list(packed.read(packed.examples))


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_damaged_zip_is_a_dataset_error(tmp_path: Path, method: int):
    path = zipped(index(tmp_path, "file,label", "a.jpg,sad"), ["a.jpg"], method=method)
    data = read_labelled(tmp_path)
    whole = path.read_bytes()
    rng = random.Random(method)
    for _ in range(30):
        bent = bytearray(whole)
        for _ in range(3):
            bent[rng.randrange(35, len(bent))] = rng.randrange(256)
        path.write_bytes(bent)
        try:
            (content,) = data.read(data.examples)
        except DatasetError:
            continue
        assert content == b"a.jpg" * 1000
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatasetError, match=r"cannot read .*images\.zip"):
        list(data.read(data.examples))


# Splitting


def portraits(subjects: int, labels: int = 7, each: int = 2) -> list[Example]:
    return [
        Example(f"{s}-{label}-{n}.jpg", f"label {label}", group=f"subject {s}")
        for s in range(subjects)
        for label in range(labels)
        for n in range(each)
    ]


def test_paper_proportions_by_default():
    parts = split(data_of([Example(f"{n}.jpg", f"label {n % 7}") for n in range(2620)]), seed=1)
    counts = [len(parts[part].examples) for part in Part]
    assert PAPER_PROPORTIONS == (21_000, 2_600, 2_600)
    assert counts == pytest.approx([2100, 260, 260], abs=10)
    for part in Part:
        assert max(parts[part].counts().values()) - min(parts[part].counts().values()) <= 4


def test_every_example_is_in_exactly_one_part():
    data = data_of(portraits(30))
    parts = split(data, seed=3)
    assert Counter(f for part in Part for f in files(parts[part])) == Counter(files(data))


def strangers_and_copies(seed: int, *, own_split: bool) -> list[Example]:
    """Subjects, strangers, and copies across both; a split of the data's own has some on two sides."""
    rng = random.Random(seed)
    examples = []
    for number in range(600):
        subject = rng.choice(["", *(f"s{k}" for k in range(40))])
        twins = rng.choice([""] * 9 + [f"t{k}" for k in range(6)])
        side = {"s1": "valid", "s2": "valid", "s3": "test", "s4": "test"}.get(subject, "train")
        side = rng.choice(["train", "valid", "test"]) if number % 101 == 0 else side
        label = f"label {rng.randrange(4)}"
        examples.append(Example(f"{number}.jpg", label, subject, twins, side if own_split else ""))
    return examples


@pytest.mark.parametrize("own_split", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_no_subject_and_no_copy_is_ever_on_two_sides(seed: int, own_split: bool):
    parts = split(data_of(strangers_and_copies(seed, own_split=own_split)), seed)
    for name in ("group", "twins"):
        train, valid, test = ({getattr(e, name) for e in parts[part].examples} - {""} for part in Part)
        assert train.isdisjoint(valid | test)
        assert valid.isdisjoint(test)
    assert all(parts[part].examples for part in Part)


def test_subjects_are_divided_about_as_asked_and_every_label_is_on_every_side():
    parts = split(data_of(portraits(70)), seed=5)
    assert len(parts[Part.VALID].examples) == pytest.approx(980 * 0.1, abs=30)
    assert len(parts[Part.TEST].examples) == pytest.approx(980 * 0.1, abs=30)
    assert all(len(parts[part].counts()) == 7 for part in Part)


def test_the_same_seed_divides_alike_and_another_does_not():
    data = data_of(portraits(30))
    first, again, other = split(data, 1), split(data, 1), split(data, 2)
    assert first == again
    assert files(first[Part.TEST]) != files(other[Part.TEST])


def test_datas_own_split_is_kept():
    names = {"Training": Part.TRAIN, "PublicTest": Part.TEST, "validation": Part.VALID, "": Part.TRAIN}
    examples = [Example(f"{name}{n}.jpg", "sad", split=name.lower()) for name in names for n in range(5)]
    parts = split(data_of(examples), seed=1)
    for name, part in names.items():
        assert {f"{name}{n}.jpg" for n in range(5)} <= files(parts[part])


def test_only_the_part_that_lacks_is_taken_from_training():
    examples = [Example(f"{n}.jpg", "sad", split="train" if n < 900 else "test") for n in range(1000)]
    parts = split(data_of(examples), seed=1)
    assert files(parts[Part.TEST]) == {f"{n}.jpg" for n in range(900, 1000)}
    assert len(parts[Part.VALID].examples) == pytest.approx(900 * 2600 / 26_200, abs=2)


def test_held_out_copies_and_subjects_leave_training_and_not_the_test():
    examples = [
        Example("test.jpg", "sad", group="a", twins="1", split="test"),
        Example("valid copy.jpg", "sad", group="v", twins="1", split="valid"),
        Example("valid.jpg", "sad", group="w", split="valid"),
        Example("train copy.jpg", "sad", group="b", twins="1", split="train"),
        Example("train same subject.jpg", "sad", group="a", split="train"),
        Example("train.jpg", "sad", group="c", twins="2", split="train"),
    ]
    parts = split(data_of(examples), seed=1)
    assert [files(parts[part]) for part in Part] == [{"train.jpg"}, {"valid.jpg"}, {"test.jpg"}]


def test_own_split_with_every_subject_on_two_sides_is_refused():
    examples = [Example(f"{part}{s}.jpg", "sad", group=f"{s}", split=part) for s in range(5) for part in Part]
    with pytest.raises(DatasetError, match="every subject or file of its train part in another part too"):
        split(data_of(examples), seed=1)


@pytest.mark.parametrize("examples", [portraits(1), [Example("a.jpg", "sad")], portraits(2)])
def test_too_few_subjects_to_divide_are_refused(examples: list[Example]):
    with pytest.raises(DatasetError, match="too few examples or subjects"):
        split(data_of(examples), seed=1)


def test_data_with_nothing_to_train_on_is_refused():
    with pytest.raises(DatasetError, match="nothing in a part named train"):
        split(data_of([Example("a.jpg", "sad", split="test")]), seed=1)


def test_other_proportions_are_followed():
    parts = split(data_of([Example(f"{n}.jpg", "sad") for n in range(400)]), seed=1, proportions=(2, 1, 1))
    assert [len(parts[part].examples) for part in Part] == pytest.approx([200, 100, 100], abs=2)


def test_ungrouped_data_splits_picture_by_picture():
    """As the paper does: the same person is on both sides, whatever the data says."""
    data = data_of([replace(e, twins="t1", split="train") for e in portraits(10)])
    parts = split(datasets.ungrouped(data), seed=2)
    names = {part: {f.split("-")[0] for f in files(parts[part])} for part in Part}
    assert names[Part.TEST] & names[Part.TRAIN]
    assert {f for part in Part for f in files(parts[part])} == files(data)
