"""What stands for the server's paths."""

from pathlib import Path

import pytest

from pictrace.web.labels import Labels

HOME = Path("/home/me/.pictrace")


def test_a_label_is_the_last_part_of_the_path_and_unique() -> None:
    archives = ["/srv/photos", "/mnt/photos/", "/srv/album.zip", "/", "/srv/photos"]
    labels = Labels(archives, HOME)
    assert labels.all() == ["photos", "photos (2)", "album.zip", "pictures"]
    assert [labels.of(archive) for archive in archives] == [*labels.all(), "photos"]


def test_an_archive_given_as_here_has_the_name_of_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "album").mkdir()
    monkeypatch.chdir(tmp_path / "album")
    labels = Labels(["."], HOME)
    assert labels.all() == ["album"]
    assert labels.hide_paths(f'There is nothing at "{tmp_path}/album". It is gone.') == (
        'There is nothing at "album". It is gone.'
    )


def test_a_path_that_ends_like_another_label_is_replaced_once() -> None:
    labels = Labels(["other/photos", "photos"], HOME)
    assert labels.hide_paths('"other/photos" and "photos" are gone.') == '"photos" and "photos (2)" are gone.'


def test_sentences_are_told_without_paths(tmp_path: Path) -> None:
    real = tmp_path / "a disk" / "photos"
    real.mkdir(parents=True)
    link = tmp_path / "photos"
    link.symlink_to(real)
    twin = tmp_path / "other" / "photos"
    labels = Labels([str(link), str(link / "inner"), str(twin)], HOME)
    for told, hidden in (
        (f'"{link}/b.zip" is damaged.', '"photos/b.zip" is damaged.'),
        (f'"{real}/b.zip" is damaged.', '"photos/b.zip" is damaged.'),
        (f'"{link}/inner/b.zip" is damaged.', '"inner/b.zip" is damaged.'),
        (f"{HOME}/catalogue.sqlite was damaged.", "the cache/catalogue.sqlite was damaged."),
        (f'"{twin}/b.zip" is damaged.', '"photos (2)/b.zip" is damaged.'),
        ("Nothing to hide.", "Nothing to hide."),
    ):
        assert labels.hide_paths(told) == hidden
