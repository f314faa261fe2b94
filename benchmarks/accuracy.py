"""How well is found what belongs together? Figures for labelled photographs, for edits of them, and under stress.

    python -m benchmarks.accuracy labels FOLDER --csv FILE [--set NAME ...] [--beside NAME] [--embedder NAME ...]
    python -m benchmarks.accuracy edits FOLDER [--count 40] [--embedder NAME ...]
    python -m benchmarks.accuracy stress [--count 25] [--first 0 300]

`labels`: the CSV has the columns path and group, and may have a column set; pictures of one group belong together.
Printed are mAP and R@1 by cosine alone and as shown, and how pairs of one group are called. `edits`: copies of the
photographs in a folder are edited in many ways and must find their original, be called edited copies, and be grouped
with it. `stress`: different generated pictures with the same thing around or over them; no two belong together."""

import argparse
import csv
import itertools
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageOps

from benchmarks.edits import EDITS, QUALITY, SURROUNDINGS
from pictrace.closer_look import Label, Look, compare, label_of, look, same_picture
from pictrace.decode import decode_picture, thumbnail_pixels
from pictrace.engine import Engine
from pictrace.events import Found
from pictrace.questions import DuplicateGroup, EmbedderChoice, Query, SearchAnswer, SearchOptions
from pictrace.settings import Settings, home_folder
from pictrace.training.generated import picture

_LARGEST = 1 << 29


def labels(options: argparse.Namespace) -> None:
    with options.csv.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for name in options.set or [None]:
        queries = [row for row in rows if name is None or row["set"] == name]
        beside = [row for row in rows if row.get("set") in (options.beside or [])]
        group = {row["path"]: row["group"] for row in queries}
        size = Counter(group.values())
        asked = [path for path in group if size[group[path]] > 1]
        with tempfile.TemporaryDirectory() as scratch:
            archive = Path(scratch) / "archive"
            for row in [*queries, *beside]:
                _link(options.folder / row["path"], archive / row["path"])
            for choice in options.embedder:
                answers = _searched(choice, Path(scratch), archive, [archive / path for path in asked])
                by_cosine, as_shown = [], []
                for path, answer in zip(asked, answers, strict=True):
                    shown = [match.picture.name for match in answer.matches]
                    cosine = sorted(answer.matches, key=lambda match: (-match.cosine, match.picture.name))
                    as_shown.append(_precision(shown, path, group))
                    by_cosine.append(_precision([match.picture.name for match in cosine], path, group))
                print(
                    f"{name or 'all':12} {choice:9} {len(asked):4} queries among {len(group) + len(beside)}: ", end=""
                )
                print(f"by cosine mAP {_mean(by_cosine, 0):.4f} R@1 {_mean(by_cosine, 1):.3f}, ", end="")
                print(f"as shown mAP {_mean(as_shown, 0):.4f} R@1 {_mean(as_shown, 1):.3f}")
        pairs = [pair for pair in itertools.combinations(asked, 2) if group[pair[0]] == group[pair[1]]]
        called = Counter(_called(options.folder / one, options.folder / other) for one, other in pairs)
        print(f"{name or 'all':12} pairs of one group are called: {_shares(called)}")


def edits(options: argparse.Namespace) -> None:
    photographs = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    step = max(1, len(photographs) // options.count)
    chosen = photographs[::step][: options.count]
    with tempfile.TemporaryDirectory() as scratch:
        archive, copies = Path(scratch) / "archive", Path(scratch) / "copies"
        for path in photographs:
            _link(path, archive / path.relative_to(options.folder))
        made = [(kind, copy, path) for path in chosen for kind, copy in _edited(path, copies)]
        called: dict[str, Counter[Label]] = defaultdict(Counter)
        for kind, copy, path in made:
            called[kind][_called(path, copy)] += 1
        for choice in options.embedder:
            answers = _searched(choice, Path(scratch), archive, [copy for _, copy, _ in made], top=1)
            found: dict[str, list[bool]] = defaultdict(list)
            for (kind, _, path), answer in zip(made, answers, strict=True):
                name = path.relative_to(options.folder).as_posix()
                found[kind].append(bool(answer.matches) and answer.matches[0].picture.name == name)
            for kind, hits in found.items():
                share = called[kind][Label.EDITED_COPY] / called[kind].total()
                print(f"{choice:9} {kind:18} R@1 {sum(hits) / len(hits):.3f}   called edited copy {share:.3f}")
            family = {str(copy): str(path) for _, copy, path in made}
            family |= {str(archive / path.relative_to(options.folder)): str(path) for path in chosen}
            _print_groups(choice, Path(scratch), [archive, copies], family)
    total = sum(called.values(), Counter())
    print(f"all edits are called: {_shares(total)}")


def stress(options: argparse.Namespace) -> None:
    crowds = [[Image.fromarray(picture(first + seed, 320)) for seed in range(options.count)] for first in options.first]
    for name, surround in SURROUNDINGS.items():
        joined = total = 0
        for plain in crowds:
            with tempfile.TemporaryDirectory() as scratch:
                files = []
                for number, image in enumerate(plain):
                    files.append(Path(scratch) / f"{number}.jpg")
                    surround(image).save(files[-1], quality=90)
                looks = [_look(file) for file in files]
            pairs = list(itertools.combinations(looks, 2))
            joined += sum(same_picture(compare(one, other)) for one, other in pairs)
            total += len(pairs)
        print(f"{name:34} {joined} of {total} unrelated pairs taken for one photograph")


def _edited(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    with Image.open(path) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    for kind, edit in EDITS.items():
        target = folder / kind / f"{path.parent.name} {path.stem}.jpg"
        target.parent.mkdir(parents=True, exist_ok=True)
        edit(image).save(target, quality=QUALITY.get(kind, 90))
        yield kind, target


def _searched(
    choice: EmbedderChoice, scratch: Path, archive: Path, queries: Sequence[Path], top: int = 1 << 30
) -> list[SearchAnswer]:
    with Engine(_settings(scratch), choice) as engine:
        asked = [Query(str(query)) for query in queries]
        found = engine.search(asked, [str(archive)], SearchOptions(top=top))
        answers = [event.answer for event in found if isinstance(event, Found)]
    failed = [answer for answer in answers if not isinstance(answer, SearchAnswer)]
    if failed:
        raise SystemExit(f"{failed[0].query}: {failed[0].reason}")
    return answers


def _print_groups(choice: EmbedderChoice, scratch: Path, archives: Sequence[Path], family: dict[str, str]) -> None:
    """Precision and recall over pairs of files; `family` names the photograph that a file was made from."""
    with Engine(_settings(scratch), choice) as engine:
        events = engine.duplicates([str(archive) for archive in archives])
        groups: list[DuplicateGroup] = [event.answer for event in events if isinstance(event, Found)]
    true = sum(count * (count - 1) // 2 for count in Counter(family.values()).values())
    right = reported = 0
    for group in groups:
        files = [str(Path(member.picture.archive) / member.picture.name) for member in group.members]
        names = [family.get(file, file) for file in files]
        reported += len(names) * (len(names) - 1) // 2
        right += sum(one == other for one, other in itertools.combinations(names, 2))
    precision = right / reported if reported else 1.0
    print(f"{choice:9} duplicates: precision {precision:.4f}, recall {right / true:.4f}")


def _settings(scratch: Path) -> Settings:
    """Models are those of this computer; nothing else of it is used."""
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    if not (home / "models").exists() and (home_folder() / "models").is_dir():
        (home / "models").symlink_to(home_folder() / "models")
    return Settings(home)


def _precision(ranked: Sequence[str], path: str, group: dict[str, str]) -> tuple[float, bool]:
    """Average precision, and whether the first one is right."""
    hits = [group.get(name) == group[path] for name in ranked]
    total = sum(1 for other, belongs in group.items() if belongs == group[path] and other != path)
    seen, precision = 0, 0.0
    for place, hit in enumerate(hits, 1):
        if hit:
            seen += 1
            precision += seen / place
    return precision / total, bool(hits and hits[0])


def _called(one: Path, other: Path) -> Label:
    return label_of(compare(_look(one), _look(other)), same_content=False)


def _look(file: Path) -> Look:
    return look(thumbnail_pixels(decode_picture(file.read_bytes(), _LARGEST).thumbnail))


def _link(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(file, target)


def _mean(pairs: Sequence[tuple[float, bool]], place: int) -> float:
    return sum(pair[place] for pair in pairs) / len(pairs)


def _shares(called: Counter[Label]) -> str:
    return ", ".join(f"{label} {count} ({count / called.total():.1%})" for label, count in called.most_common())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    everybody = [EmbedderChoice.BUILTIN]
    label = commands.add_parser("labels")
    label.add_argument("folder", type=Path)
    label.add_argument("--csv", type=Path, required=True)
    label.add_argument("--set", action="append")
    label.add_argument(
        "--beside", action="append", help="a set that lies beside as well, whose pictures belong to none"
    )
    label.set_defaults(run=labels)
    edit = commands.add_parser("edits")
    edit.add_argument("folder", type=Path)
    edit.add_argument("--count", type=int, default=40)
    edit.set_defaults(run=edits)
    for command in (label, edit):
        command.add_argument("--embedder", type=EmbedderChoice, nargs="+", default=everybody)
    stressed = commands.add_parser("stress")
    stressed.add_argument("--count", type=int, default=25)
    stressed.add_argument("--first", type=int, nargs="+", default=[0, 300], help="first seeds of the crowds")
    stressed.set_defaults(run=stress)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
