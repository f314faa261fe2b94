"""Groups of duplicates and matches of a search: a table for a spreadsheet, JSON, or a page to look at."""

import base64
import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from pictrace.errors import MachineRefuses
from pictrace.language import _, ngettext
from pictrace.picture import Digest, Match, PictureRef
from pictrace.questions import DuplicateGroup, GroupKind, GroupMember, SearchAnswer

MATCH_FACTS = ("rank", "archive", "name", "sha256", "score", "cosine", "structure", "keypoints", "label")
_FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem }
section { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 1rem 0 }
h2 { font-size: 1rem; margin: 0 0 .75rem }
ul { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); list-style: none; \
margin: 0; padding: 0 }
img { background: color-mix(in srgb, currentColor 8%, transparent); border-radius: .4rem; display: block; \
height: 11rem; object-fit: contain; width: 100% }
.name { font-weight: 600; overflow-wrap: anywhere }
.facts { opacity: .75 }
"""


def write_csv(file: Path, groups: Sequence[DuplicateGroup]) -> None:
    heads = ["group", "kind", "archive", "name", "sha256", "score", "bytes", "width", "height"]
    _write_table(
        file,
        heads,
        (
            (number, group.kind.value, *_row(member).values())
            for number, group in enumerate(groups, 1)
            for member in group.members
        ),
    )


def write_html(file: Path, groups: Sequence[DuplicateGroup], thumbnails: Mapping[Digest, bytes]) -> None:
    """One file that needs nothing else."""
    sections = [_section(group, thumbnails) for group in groups]
    body = sections or [f"<p>{escape(_('There are no duplicates.'))}</p>"]
    _write_page(file, _("Duplicates found by PicTrace"), body)


def write_groups_json(file: Path, groups: Sequence[DuplicateGroup]) -> None:
    _write_json(file, [group_row(group) for group in groups])


def write_matches_csv(file: Path, answer: SearchAnswer) -> None:
    rows = [match_row(match) for match in answer.matches]
    _write_table(file, MATCH_FACTS, (row.values() for row in rows))


def write_matches_json(file: Path, answer: SearchAnswer) -> None:
    _write_json(file, answer_row(answer))


def write_matches_html(file: Path, answer: SearchAnswer, thumbnails: Mapping[Digest, bytes]) -> None:
    """One file that needs nothing else."""
    title = _('Pictures that look like "{query}"').format(query=answer.query.replace("\\", "/").rpartition("/")[2])
    items = "".join(_match_item(match, thumbnails.get(match.digest)) for match in answer.matches)
    searched = ngettext("Compared with {count:,} picture.", "Compared with {count:,} pictures.", answer.searched)
    body = [f"<p>{escape(searched.format(count=answer.searched))}</p>"]
    body.append(f"<ul>{items}</ul>" if items else f"<p>{escape(_('Nothing is alike enough.'))}</p>")
    _write_page(file, title, body)


def write_file(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise MachineRefuses(
            _("{file} cannot be written ({reason}).").format(file=file, reason=error.strerror or error)
        ) from error


def _write_table(file: Path, heads: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(heads)
    table.writerows([_cell(value) for value in row] for row in rows)
    write_file(file, text.getvalue().encode("utf-8", "backslashreplace"))


def _write_json(file: Path, value: object) -> None:
    """Plain ASCII, so that odd names survive."""
    write_file(file, (json.dumps(value, ensure_ascii=True, indent=1) + "\n").encode())


def _write_page(file: Path, title: str, body: Iterable[str]) -> None:
    page = [
        '<!doctype html><html><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>",
        *body,
        "</body></html>",
    ]
    write_file(file, "\n".join(page).encode("utf-8", "backslashreplace"))


def answer_row(answer: SearchAnswer) -> dict[str, object]:
    return {
        "query": answer.query,
        "matches": [match_row(match) for match in answer.matches],
        "searched": answer.searched,
        "seconds": answer.seconds,
    }


def match_row(match: Match) -> dict[str, object]:
    facts = (
        match.rank,
        match.picture.archive,
        match.picture.name,
        match.digest.hex(),
        round(match.score, 6),
        round(match.cosine, 6),
        None if match.structure is None else round(match.structure, 6),
        None if match.keypoints is None else round(match.keypoints, 6),
        match.label.value,
    )
    return dict(zip(MATCH_FACTS, facts, strict=True))


def group_row(group: DuplicateGroup) -> dict[str, object]:
    return {"kind": group.kind.value, "members": [_row(member) for member in group.members]}


def _row(member: GroupMember) -> dict[str, object]:
    return {
        "archive": member.picture.archive,
        "name": member.picture.name,
        "sha256": member.digest.hex(),
        "score": round(member.score, 6),
        "bytes": member.picture.size_bytes,
        "width": member.width,
        "height": member.height,
    }


def _cell(value: object) -> object:
    """A name must not become a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_BEGINNINGS) else value


def _section(group: DuplicateGroup, thumbnails: Mapping[Digest, bytes]) -> str:
    members = "".join(_item(member, thumbnails.get(member.digest)) for member in group.members)
    return f"<section><h2>{escape(kind_words(group.kind, len(group.members)))}</h2><ul>{members}</ul></section>"


def _item(member: GroupMember, thumbnail: bytes | None) -> str:
    return _figure(member.picture, thumbnail, [facts_of(member)])


def _match_item(match: Match, thumbnail: bytes | None) -> str:
    likeness = _("{score:.0%} · {label}").format(score=match.score, label=match.label.words)
    return _figure(match.picture, thumbnail, [likeness, match.reason])


def _figure(picture: PictureRef, thumbnail: bytes | None, facts: Sequence[str]) -> str:
    shown = ""
    if thumbnail is not None:
        shown = f'<img alt="" loading="lazy" src="data:image/jpeg;base64,{base64.b64encode(thumbnail).decode()}">'
    lines = "".join(f'<div class="facts">{escape(fact)}</div>' for fact in (*facts, picture.archive))
    return f'<li>{shown}<div class="name">{escape(picture.name)}</div>{lines}</li>'


def kind_words(kind: GroupKind, count: int) -> str:
    words = {
        "exact": _("Exact copies ({count})"),
        "edited": _("One photograph, edited ({count})"),
        "similar": _("The same scene ({count})"),
    }[kind.value]
    return words.format(count=count)


def facts_of(member: GroupMember) -> str:
    return _("{score:.0%} · {width}×{height} · {kilobytes:,} KB").format(
        score=member.score,
        width=member.width,
        height=member.height,
        kilobytes=max(1, round(member.picture.size_bytes / 1000)),
    )
