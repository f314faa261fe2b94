"""Pictures from the web, in the window."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pictrace.errors import PictureUnreadable
from pictrace.gui.files import base_name, path_text, save_copy, show_in_folder
from pictrace.gui.query import is_archive
from pictrace.gui.trash import why_not_deletable
from pictrace.picture import PictureRef
from pictrace.settings import load_settings
from tests.gui.windows import opened, until
from tests.pictures import make_archive, make_picture
from tests.web_server import WebServer, serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    with serving() as server:
        for seed in range(3):
            make_picture(seed).save(tmp_path / "picture.jpg")
            server.give(f"/{seed}.jpg", (tmp_path / "picture.jpg").read_bytes())
        yield server


def on_the_web(address: str) -> PictureRef:
    return PictureRef("list.txt", address, address, "", 0, 0, address)


def test_an_address_that_is_pasted_is_searched_for_in_a_list_that_is_dropped(
    server: WebServer, screen: str, tmp_path: Path
) -> None:
    addresses = tmp_path / "list.json"
    addresses.write_text(json.dumps([{"url": server.url(f"/{seed}.jpg")} for seed in range(3)]))
    with opened(load_settings()[0]) as window:
        window.giving.take_paths([str(addresses)])
        until(window.root, lambda: window.session.shown.archives)
        assert window.session.shown.archives == (str(addresses),)
        assert window.giving.take_text(f" {server.url('/1.jpg')}\n")
        until(window.root, lambda: window.session.shown.chosen is not None)
        window.session.find()
        until(window.root, lambda: window.session.shown_answer is not None and window.session.shown.work is None)
        answer = window.session.shown_answer
        assert answer is not None
        assert answer.matches[0].picture.name == server.url("/1.jpg")


def test_an_address_without_a_picture_is_told_in_a_bar(server: WebServer, screen: str) -> None:
    with opened(load_settings()[0]) as window:
        window.giving.take_address(server.url("/none.jpg"))
        until(window.root, lambda: any("404" in bar.words for bar in window.session.shown.bars))


def test_a_list_of_addresses_is_a_place_to_look_in(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("https://example.org/a.jpg\n")
    (tmp_path / "letter.txt").write_text("Dear all,\n")
    make_archive(tmp_path, 1)
    assert [is_archive(str(tmp_path / name)) for name in ("list.txt", "letter.txt", "000.jpg")] == [True, False, False]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://example.org/2019/a%20b.jpg?size=large#x", "a b.jpg"),
        ("https://example.org/", "picture"),
        ("https://example.org/x!/..%2F..%2Fa.jpg", "a.jpg"),
    ],
)
def test_a_copy_from_the_web_has_a_sensible_name(address: str, name: str) -> None:
    assert base_name(on_the_web(address)) == name


def test_what_lies_on_the_web_is_copied_and_neither_shown_in_a_folder_nor_deleted(
    server: WebServer, tmp_path: Path
) -> None:
    picture = on_the_web(server.url("/1.jpg"))
    assert path_text(picture) == server.url("/1.jpg")
    (tmp_path / "copy.jpg").write_bytes(b"before")
    save_copy(picture, tmp_path / "copy.jpg")
    assert (tmp_path / "copy.jpg").read_bytes().startswith(b"\xff\xd8")
    with pytest.raises(PictureUnreadable, match="web"):
        show_in_folder(picture)
    assert "web" in (why_not_deletable(picture) or "")
