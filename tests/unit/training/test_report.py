"""A report says everything, to people and to programs, and is safe to open."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from mien.errors import ArtifactError
from mien.training.evaluate import score
from mien.training.report import Mistake, Report, as_html, write_report
from mien.training.report_plots import HEIGHT, WIDTH

if TYPE_CHECKING:
    from pathlib import Path

    from mien.training.evaluate import Scores

LABELS = ("happy", "sad & blue", "<script>alert(1)</script>")
VOID = {"meta", "img", "br"}


def some_scores() -> Scores:
    rows = np.array([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.5, 0.4, 0.1], [0.1, 0.1, 0.8]])
    return score(np.array([0, 1, 1, 2]), rows, LABELS)


@pytest.fixture
def report() -> Report:
    return Report(
        title="Trained <here>",
        facts={"data": "faces & more", "width": 0.25},
        counts={"train": {"happy": 31, LABELS[2]: 2}, "test": {"happy": 4, "sad & blue": 17}},
        beside={"training loss": (0.5, 0.0887), "validation loss": (None, 0.2725)},
        history=[
            {"loss": 2.0, "accuracy": 0.2, "val_loss": 1.9, "val_accuracy": 0.3},
            {"loss": 1.0, "accuracy": 0.6, "val_loss": 1.5, "val_accuracy": 0.4},
        ],
        scores={"test": some_scores()},
    )


class Page(HTMLParser):
    """What a browser would see: the text, the elements, and whether they close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def rows(self) -> int:
        return sum(tag == "tr" for tag, _ in self.elements)

    def every(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_page_is_whole_and_every_element_closes(report: Report):
    page = Page(as_html(report))
    assert page.open == []
    assert as_html(report).startswith("<!doctype html>")
    assert "Trained <here>" in page.text


def test_every_label_name_and_figure_is_on_the_page(report: Report):
    said = " ".join(Page(as_html(report)).text)
    for word in (*LABELS, "faces & more", "0.25", "training loss", "0.0887", "0.2725", "31", "17"):
        assert word in said
    assert "75.00%" in said
    assert "30.06% to 95.44%" in said


def test_labels_are_words_and_never_markup(report: Report):
    page = Page(as_html(report))
    assert page.every("script") == []
    assert "<script>" not in as_html(report)
    assert page.text.count(LABELS[2]) >= 4  # counts, by class, and both sides of the confusion matrix


def test_page_needs_nothing_else(report: Report):
    for _, attributes in Page(as_html(report)).elements:
        assert not {"src", "href", "onclick", "onload"} & attributes.keys()
    assert "http" not in as_html(report)
    assert "url(" not in as_html(report)


def test_counts_come_first_then_the_figures_beside_the_papers(report: Report):
    said = "\n".join(Page(as_html(report)).text)
    order = ["Examples a class", "Beside the paper", "What and how", "Accuracy by epoch", "Confusion matrix"]
    places = [said.index(title) for title in order]
    assert places == sorted(places)


def test_confusion_matrix_shows_a_row_a_class(report: Report):
    html = as_html(report)
    matrix = html[html.index("Confusion matrix") :]
    matrix = matrix[: matrix.index("</table>")]
    cells = [row.count("<td style") for row in matrix.split("<tr>")[2:]]
    assert cells == [3, 3, 3]
    assert matrix.count('transparent)">0 <') == 5
    assert matrix.count('transparent)">1 <') == 4


def test_curves_rise_as_their_numbers_do(report: Report):
    accuracy, loss = Page(as_html(report)).every("polyline")[:2], Page(as_html(report)).every("polyline")[2:4]
    for lines, rises in ((accuracy, True), (loss, False)):
        for line in lines:
            (x0, y0), (x1, y1) = ([float(v) for v in p.split(",")] for p in (line["points"] or "").split())
            assert x0 < x1
            assert (y1 < y0) == rises  # a picture's y grows downwards


def test_calibration_plot_has_a_point_a_bin_within_its_frame(report: Report):
    points = Page(as_html(report)).every("circle")
    assert len(points) == len(report.scores["test"].calibration)
    for point in points:
        assert 0 <= float(point["cx"] or -1) <= WIDTH
        assert 0 <= float(point["cy"] or -1) <= HEIGHT


def test_songs_stand_on_the_plane_where_their_valence_and_arousal_are(report: Report, tmp_path: Path):
    corners = ((1.0, 1.0, "exuberance"), (-1.0, -1.0, "depression"), (0.0, 0.0, "depression"))
    with_plane = replace(report, plane=corners)
    svg = as_html(with_plane).split("<h2>Valence and arousal</h2>")[1].split("</svg>")[0]
    paths = [str(path["d"]).removeprefix("M") for path in Page(svg).every("path") if path.get("fill-opacity")]
    places, kinds = zip(*(path.split("m", 1) for path in paths[: len(corners)]), strict=True)
    (right, top), (left, bottom), (middle_x, middle_y) = (map(float, place.split()) for place in places)
    assert 0 < left < middle_x < right < WIDTH
    assert 0 < top < middle_y < bottom < HEIGHT
    assert middle_x == pytest.approx((left + right) / 2, abs=0.1)
    assert kinds[0] != kinds[1] == kinds[2]
    write_report(tmp_path, with_plane)
    assert json.loads((tmp_path / "report.json").read_text())["plane"] == [list(point) for point in corners]
    assert "Valence and arousal" not in as_html(report)


@pytest.mark.parametrize(
    "report",
    [
        Report("Evaluated", {"data": "x"}, scores={"all": some_scores()}),
        Report("One epoch", {}, history=[{"loss": 0.0, "accuracy": 0.0}]),
        Report("Nothing yet", {}),
    ],
)
def test_what_is_not_known_is_left_out(report: Report):
    page = Page(as_html(report))
    assert page.open == []
    assert "Examples a class" not in page.text
    assert "nan" not in as_html(report)


def test_unknown_figures_are_dashes(report: Report):
    text = Page(as_html(report)).text
    assert text[text.index("validation loss") + 1] == "-"


def test_writes_the_page_and_the_same_numbers_as_json(report: Report, tmp_path: Path):
    page = write_report(tmp_path / "deep" / "report", report)
    assert page == tmp_path / "deep" / "report" / "report.html"
    assert page.read_text(encoding="utf-8") == as_html(report)
    values = json.loads((page.parent / "report.json").read_text(encoding="utf-8"))
    assert values["scores"]["test"] == report.scores["test"].as_json()
    assert values["history"] == report.history
    assert values["counts"] == report.counts
    assert values["beside"]["validation loss"] == [None, 0.2725]
    assert values["facts"] == report.facts


def test_facts_of_any_type_are_written(tmp_path: Path):
    page = write_report(tmp_path, Report("Paths", {"data": tmp_path, "labels": ("a", "b")}))
    facts = json.loads((page.parent / "report.json").read_text(encoding="utf-8"))["facts"]
    assert facts == {"data": str(tmp_path), "labels": ["a", "b"]}


def test_folder_that_cannot_be_written_is_named(report: Report, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ArtifactError, match=r"cannot write a report to .*file: "):
        write_report(tmp_path / "file", report)


def test_faces_are_shown_only_where_asked_and_the_page_says_so(report: Report):
    assert Page(as_html(report)).every("img") == []
    coloured = np.zeros((8, 8, 3), np.uint8)
    coloured[..., 0] = 255
    mistakes = (
        Mistake("a <b>.png", "happy", "sad & blue", 0.97, np.zeros((8, 8, 1), np.uint8)),
        Mistake("c.png", "happy", "sad & blue", 0.91, coloured),
    )
    page = Page(as_html(replace(report, mistakes=mistakes)))
    assert page.open == []
    said = " ".join(page.text)
    assert "This part shows people's faces" in said
    assert "a <b>.png" in said
    shown = [picture["src"] or "" for picture in page.every("img")]
    assert all(src.startswith("data:image/png;base64,") for src in shown)
    red = cv2.imdecode(np.frombuffer(base64.b64decode(shown[1].split(",")[1]), np.uint8), cv2.IMREAD_COLOR)
    assert red is not None
    assert red[0, 0].tolist() == [0, 0, 255]  # OpenCV's order: blue, green, red


def test_what_was_left_out_is_counted_and_listed(report: Report, tmp_path: Path):
    told = replace(
        report, notes=["Split by subject."], left_out={"pictures without a face": ["x<.jpg", "y.jpg"]}
    )
    said = " ".join(Page(as_html(told)).text)
    assert "2 pictures without a face" in said
    assert "x<.jpg" in said
    assert "Split by subject." in said
    values = json.loads((write_report(tmp_path, told).parent / "report.json").read_text(encoding="utf-8"))
    assert values["left_out"] == {"pictures without a face": ["x<.jpg", "y.jpg"]}


def test_counts_are_summed_by_class_and_by_part(report: Report):
    text = Page(as_html(report)).text
    sums = text[text.index("Examples a class") :]
    at = len(sums) - 1 - sums[::-1].index("all") if "all" in sums else 0
    row = [word for word in sums[at:] if word.strip()][:4]
    assert row == ["all", "33", "21", "54"]


def test_every_plot_says_in_words_what_it_shows(report: Report):
    said = [plot["aria-label"] or "" for plot in Page(as_html(report)).every("svg")]
    assert len(said) == 4
    assert said[0].startswith("accuracy by epoch: training from 0.2 to 0.6")
    assert "expected error" in said[2]
    assert said[3].endswith("75.0% of 100%")
