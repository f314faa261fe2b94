"""Groups of duplicates as a table, a page, and JSON: whatever the names are."""

import csv
import json
from html.parser import HTMLParser
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictrace.errors import MachineRefuses
from pictrace.picture import Digest, PictureRef
from pictrace.questions import DuplicateGroup, GroupKind, GroupMember
from pictrace.report import group_row, write_csv, write_html
from pictrace.terminal import harmless

NAMES = st.text(st.characters(codec=None), min_size=1, max_size=30)


def group(*names: str, archive: str = "/photos", kind: GroupKind = GroupKind.EDITED) -> DuplicateGroup:
    members = [
        GroupMember(
            PictureRef(archive, name, f"/photos/{name}", "1", 12_345, 0, name),
            Digest(bytes([place]) * 32),
            0.5 + place / 10,
            640,
            480,
            damaged=False,
        )
        for place, name in enumerate(names)
    ]
    return DuplicateGroup(kind, tuple(members))


def table_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert all(not name.startswith("on") for name, _value in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_table_names_every_member_and_its_group(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", [group("a.jpg", "b.jpg"), group("c.jpg", "d.jpg", kind=GroupKind.EXACT)])
    rows = table_of(tmp_path / "a.csv")
    assert [(row["group"], row["kind"], row["name"]) for row in rows] == [
        ("1", "edited", "a.jpg"),
        ("1", "edited", "b.jpg"),
        ("2", "exact", "c.jpg"),
        ("2", "exact", "d.jpg"),
    ]
    assert rows[0] == {
        "group": "1",
        "kind": "edited",
        "archive": "/photos",
        "name": "a.jpg",
        "sha256": "00" * 32,
        "score": "0.5",
        "bytes": "12345",
        "width": "640",
        "height": "480",
    }


@pytest.mark.parametrize("name", ["=1+1.jpg", "+a", "-rf", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x","y")'])
def test_a_name_never_becomes_a_formula(name: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", [group(name, "b.jpg", archive=name)])
    row = table_of(tmp_path / "a.csv")[0]
    assert (row["name"], row["archive"]) == (f"'{name}", f"'{name}")


@given(names=st.lists(NAMES, min_size=1, max_size=4))
def test_a_table_survives_every_name(names: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    write_csv(file, [group(*names)])
    written = [row["name"].removeprefix("'") for row in table_of(file)]
    expected = [name.removeprefix("'").encode("utf-8", "backslashreplace").decode() for name in names]
    assert written == expected


@given(names=st.lists(NAMES, min_size=1, max_size=4))
def test_a_page_survives_every_name_and_runs_none(names: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.getbasetemp() / "any.html"
    write_html(file, [group(*names)], {Digest(bytes(32)): b"\xff\xd8"})
    page = Page(file.read_text(encoding="utf-8"))
    assert page.tags.count("li") == len(names)
    assert page.tags.count("img") == 1
    assert "script" not in page.tags


def test_names_full_of_html_are_shown_as_they_are(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>\"'&amp;.jpg"
    write_html(tmp_path / "a.html", [group(name, archive=name)], {})
    page = Page((tmp_path / "a.html").read_text())
    assert page.text.count(name) == 2
    assert "script" not in page.tags


def test_a_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    write_html(tmp_path / "a.html", [group("a.jpg")], {Digest(bytes(32)): b"\xff\xd8"})
    assert "http" not in (tmp_path / "a.html").read_text()


def test_a_page_without_groups_says_so(tmp_path: Path) -> None:
    write_html(tmp_path / "a.html", [], {})
    assert "There are no duplicates." in (tmp_path / "a.html").read_text()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MachineRefuses, match="cannot be written"):
        write_csv(tmp_path / "no folder" / "a", [])
    with pytest.raises(MachineRefuses, match="cannot be written"):
        write_html(tmp_path / "no folder" / "a", [], {})


@given(NAMES)
def test_json_keeps_every_name_in_plain_ascii(name: str) -> None:
    line = json.dumps(group_row(group(name)))
    assert line.isascii()
    assert json.loads(line)["members"][0]["name"] == name


@given(NAMES)
def test_what_a_terminal_would_obey_never_reaches_it(name: str) -> None:
    shown = harmless(name)
    assert all(letter.isprintable() or category(letter) == "Zs" for letter in shown)
    shown.encode("utf-8")
    if name.isprintable():
        assert shown == name


def test_spaces_that_do_not_break_are_shown_as_they_are() -> None:
    name = "Screenshot 2026-11-21 at 9.41\u202fAM, l\u00a0été.png"
    assert harmless(name) == name
