"""Lists of addresses: text, one a line, or JSON [{"url": …}]."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from pictrace.errors import ArchiveDamaged, PictureUnreadable
from pictrace.language import _
from pictrace.picture import PassedOver, PictureRef

MAX_LIST_BYTES = 64 * 1024 * 1024


class UrlList:
    """The addresses can be listed; what lies behind them is not fetched yet."""

    def __init__(self, location: str, addresses: list[str]) -> None:
        self._location = location
        self._addresses = addresses

    @property
    def location(self) -> str:
        return self._location

    def list(self) -> Iterator[PictureRef | PassedOver]:
        """Each address once, in the order of the list."""
        for address in dict.fromkeys(self._addresses):
            if _is_web_address(address):
                yield PictureRef(
                    archive=self._location,
                    name=address,
                    key=address,
                    stamp="",
                    size_bytes=0,
                    modified_ns=0,
                    file_id=address,
                )
            else:
                yield PassedOver(self._location, address, _("It is no web address (http://… or https://…)."))

    def read(self, picture: PictureRef) -> bytes:  # noqa: ARG002
        raise PictureUnreadable(_("Pictures from the web are not fetched yet in this version. Download it first."))

    def close(self) -> None:
        pass


def addresses_in(content: bytes, location: str) -> list[str] | None:
    """What a list of addresses says; None if this is no such list. Raises ArchiveDamaged for JSON that is wrong."""
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig").strip()
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    if text.startswith(("[", "{")):
        return _from_json(text, location)
    lines = [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]
    return lines if any(map(_is_web_address, lines)) else None


def _from_json(text: str, location: str) -> list[str]:
    sentence = _('"{list}" is no list of addresses such as [{{"url": "https://…"}}] ({reason}).')
    try:
        said: Any = json.loads(text)
    except ValueError as error:
        raise ArchiveDamaged(sentence.format(list=location, reason=error)) from error
    except RecursionError as error:
        raise ArchiveDamaged(sentence.format(list=location, reason=_("it is nested too deep"))) from error
    if not isinstance(said, list):
        raise ArchiveDamaged(sentence.format(list=location, reason=_("it must begin with [")))
    found = [item.get("url", item) if isinstance(item, dict) else item for item in said]
    return [item if isinstance(item, str) else json.dumps(item) for item in found]


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https") and bool(parts.hostname) and not any(c.isspace() or c < " " for c in address)
    )
