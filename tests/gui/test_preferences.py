"""What the window remembers, on the disk."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pictrace.gui.preferences import Preferences, load_preferences, save_preferences


def test_saving_in_several_threads_leaves_one_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    several = [Preferences(threshold=number / 100, recent=("/photos" * number,)) for number in range(100)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: save_preferences(file, one), several))
    assert load_preferences(file) in several
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_replaced_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "window.json"
    save_preferences(file, Preferences(threshold=0.5))

    def refuse(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        save_preferences(file, Preferences(threshold=0.7))
    assert load_preferences(file).threshold == 0.5
    assert list(tmp_path.iterdir()) == [file]
