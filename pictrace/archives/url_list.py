"""Lists of addresses: text, one a line, or JSON [{"url": …}]."""

import json
from collections.abc import Iterator
from typing import Any

from pictrace.errors import ArchiveDamaged, MachineRefuses, PictureUnreadable
from pictrace.fetching import FetchLimits, fetch_picture, is_address
from pictrace.fetching.addresses import normal_form, without_login
from pictrace.language import _
from pictrace.picture import PassedOver, PictureRef

MAX_LIST_BYTES = 64 * 1024 * 1024


class UrlList:
    """Listing it asks nobody; reading fetches one picture. What reads many fetches them ahead (pictrace.refreshing)."""

    def __init__(self, location: str, addresses: list[str], limits: FetchLimits) -> None:
        self._location = location
        self._addresses = addresses
        self.limits = limits

    @property
    def location(self) -> str:
        return self._location

    def list(self) -> Iterator[PictureRef | PassedOver]:
        """Each address once, however it is written, in the order of the list."""
        seen = set()
        for address in self._addresses:
            if (key := normal_form(address)) in seen:
                continue
            seen.add(key)
            if is_address(address):
                yield _picture(self._location, address)
            else:
                yield PassedOver(self._location, address, _("It is no web address (http://… or https://…)."))

    def read(self, picture: PictureRef) -> bytes:
        try:
            return fetch_picture(picture.key, self.limits)
        except MachineRefuses as error:
            raise PictureUnreadable(error.message) from error

    def close(self) -> None:
        pass


class SingleAddress:
    """One picture given by its address; in a list it has the same key."""

    def __init__(self, location: str, limits: FetchLimits) -> None:
        self._list = UrlList(location, [location], limits)
        self.picture = _picture(location, location)

    @property
    def location(self) -> str:
        return self._list.location

    def list(self) -> Iterator[PictureRef | PassedOver]:
        yield self.picture

    def read(self, picture: PictureRef) -> bytes:
        return self._list.read(picture)

    def close(self) -> None:
        pass


def _picture(archive: str, address: str) -> PictureRef:
    """Its stamp is known once it was fetched. The name is for everybody's eyes."""
    key, name = normal_form(address), without_login(address)
    return PictureRef(archive=archive, name=name, key=key, stamp="", size_bytes=0, modified_ns=0, file_id=key)


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
    return lines if any(map(is_address, lines)) else None


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
