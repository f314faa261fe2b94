"""Groups of duplicates as a table for a spreadsheet, or as a page to look at."""

import base64
import csv
import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from pictrace.errors import MachineRefuses
from pictrace.language import _
from pictrace.picture import Digest
from pictrace.questions import DuplicateGroup, GroupMember

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
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["group", "kind", "archive", "name", "sha256", "score", "bytes", "width", "height"])
    for number, group in enumerate(groups, 1):
        for member in group.members:
            table.writerow([_cell(value) for value in (number, group.kind.value, *_row(member).values())])
    write_file(file, text.getvalue().encode("utf-8", "backslashreplace"))


def write_html(file: Path, groups: Sequence[DuplicateGroup], thumbnails: Mapping[Digest, bytes]) -> None:
    """One file that needs nothing else."""
    sections = [_section(group, thumbnails) for group in groups]
    title = escape(_("Duplicates found by PicTrace"))
    page = [
        '<!doctype html><html><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>",
        *(sections or [f"<p>{escape(_('There are no duplicates.'))}</p>"]),
        "</body></html>",
    ]
    write_file(file, "\n".join(page).encode("utf-8", "backslashreplace"))


def write_file(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise MachineRefuses(
            _("{file} cannot be written ({reason}).").format(file=file, reason=error.strerror or error)
        ) from error


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
    return f"<section><h2>{escape(kind_words(group))}</h2><ul>{members}</ul></section>"


def _item(member: GroupMember, thumbnail: bytes | None) -> str:
    picture = ""
    if thumbnail is not None:
        picture = f'<img alt="" loading="lazy" src="data:image/jpeg;base64,{base64.b64encode(thumbnail).decode()}">'
    name, place = escape(member.picture.name), escape(member.picture.archive)
    return (
        f'<li>{picture}<div class="name">{name}</div><div class="facts">{escape(facts_of(member))}</div>'
        f'<div class="facts">{place}</div></li>'
    )


def kind_words(group: DuplicateGroup) -> str:
    words = {
        "exact": _("Exact copies ({count})"),
        "edited": _("One photograph, edited ({count})"),
        "similar": _("The same scene ({count})"),
    }[group.kind.value]
    return words.format(count=len(group.members))


def facts_of(member: GroupMember) -> str:
    return _("{score:.0%} · {width}×{height} · {kilobytes:,} KB").format(
        score=member.score,
        width=member.width,
        height=member.height,
        kilobytes=max(1, round(member.picture.size_bytes / 1000)),
    )
