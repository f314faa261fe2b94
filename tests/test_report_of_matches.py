"""Tables, JSON and pages of what was found."""

import base64
import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pictrace.errors import MachineRefuses
from pictrace.picture import Digest, Label, Match, PictureRef
from pictrace.questions import DuplicateGroup, GroupKind, GroupMember, SearchAnswer
from pictrace.report import (
    write_csv,
    write_groups_json,
    write_html,
    write_matches_csv,
    write_matches_html,
    write_matches_json,
)

ODD_NAMES = ["plain.jpg", "=cmd|' /C calc'!A0.jpg", '"><script>alert(1)</script>.jpg', "a,b;\n.jpg", "\udcff\u202e.jpg"]
DIGEST = Digest(bytes(range(32)))


def ref(name: str) -> PictureRef:
    return PictureRef("/album", name, f"/album/{name}", "1", 84_000, 0, "7:1")


def match(rank: int, name: str, structure: float | None = 0.7) -> Match:
    return Match(rank, ref(name), DIGEST, 0.93, 0.88, structure, structure, Label.EDITED_COPY, "<b>Because</b>")


ANSWER = SearchAnswer(
    "/tmp/<query>.jpg", tuple(match(n, name) for n, name in enumerate(ODD_NAMES, 1)), 1200, 0.18, 640, 480
)
GROUPS = [
    DuplicateGroup(GroupKind.EXACT, tuple(GroupMember(ref(name), DIGEST, 1.0, 900, 600, False) for name in ODD_NAMES))
]


class Page(HTMLParser):
    """The words of a page, its pictures, and which elements it is made of."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.words: list[str] = []
        self.pictures: list[str] = []
        self.elements: set[str] = set()
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.pictures += [value for name, value in attributes if name == "src" and value]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def table(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode(), newline="")))


def test_matches_as_a_table_have_a_line_for_each_and_no_formula(tmp_path: Path) -> None:
    write_matches_csv(tmp_path / "found.csv", ANSWER)
    rows = table(tmp_path / "found.csv")
    assert [row["name"] for row in rows] == ["plain.jpg", "'" + ODD_NAMES[1], *ODD_NAMES[2:4], "\\udcff\u202e.jpg"]
    assert rows[0] == {
        "rank": "1",
        "archive": "/album",
        "name": "plain.jpg",
        "sha256": DIGEST.hex(),
        "score": "0.93",
        "cosine": "0.88",
        "structure": "0.7",
        "keypoints": "0.7",
        "label": "edited copy",
    }


def test_what_was_not_looked_at_closer_is_an_empty_cell(tmp_path: Path) -> None:
    write_matches_csv(tmp_path / "found.csv", SearchAnswer("q", (match(1, "a.jpg", None),), 1, 0.1, 640, 480))
    (row,) = table(tmp_path / "found.csv")
    assert (row["structure"], row["keypoints"]) == ("", "")


def test_json_gives_back_the_names_that_the_file_system_gave(tmp_path: Path) -> None:
    write_matches_json(tmp_path / "found.json", ANSWER)
    content = (tmp_path / "found.json").read_bytes()
    assert content.isascii()
    said = json.loads(content)
    assert [one["name"] for one in said["matches"]] == ODD_NAMES
    assert (said["query"], said["searched"]) == ("/tmp/<query>.jpg", 1200)
    write_groups_json(tmp_path / "groups.json", GROUPS)
    (group,) = json.loads((tmp_path / "groups.json").read_bytes())
    assert group["kind"] == "exact"
    assert [one["name"] for one in group["members"]] == ODD_NAMES


def test_a_page_of_matches_shows_thumbnails_and_runs_nothing(tmp_path: Path) -> None:
    write_matches_html(tmp_path / "found.html", ANSWER, {DIGEST: b"jpeg"})
    page = Page(tmp_path / "found.html")
    assert "script" not in page.elements
    assert "b" not in page.elements
    assert 'Pictures that look like "<query>.jpg"' in page.words
    assert ODD_NAMES[2] in page.words
    assert "93% · edited copy" in page.words
    assert "<b>Because</b>" in page.words
    assert "Compared with 1,200 pictures." in page.words
    assert page.pictures == ["data:image/jpeg;base64," + base64.b64encode(b"jpeg").decode()] * len(ODD_NAMES)


def test_a_page_without_matches_says_so(tmp_path: Path) -> None:
    write_matches_html(tmp_path / "found.html", SearchAnswer("q.jpg", (), 1, 0.1, 640, 480), {})
    page = Page(tmp_path / "found.html")
    assert "Nothing is alike enough." in page.words
    assert "Compared with 1 picture." in page.words


def test_groups_as_a_table_and_as_a_page(tmp_path: Path) -> None:
    write_csv(tmp_path / "groups.csv", GROUPS)
    rows = table(tmp_path / "groups.csv")
    assert [(row["group"], row["kind"], row["bytes"], row["width"]) for row in rows] == [
        ("1", "exact", "84000", "900")
    ] * len(ODD_NAMES)
    write_html(tmp_path / "groups.html", GROUPS, {})
    page = Page(tmp_path / "groups.html")
    assert "Exact copies (5)" in page.words
    assert page.pictures == []
    assert "script" not in page.elements
    write_html(tmp_path / "none.html", [], {})
    assert "There are no duplicates." in Page(tmp_path / "none.html").words


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(MachineRefuses, match="cannot be written"):
        write_matches_json(tmp_path / "nowhere" / "found.json", ANSWER)
