"""The pictures that a web page shows or links to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from pictrace.fetching import is_address
from pictrace.fetching.addresses import normal_form

Attributes = dict[str, str]

_LINKED = re.compile(r"\.(jpe?g|jfif|png|apng|gif|webp|avif|heic|heif|bmp|tiff?|jp2|psd)$", re.IGNORECASE)
_LAZY_SETS = ("data-srcset", "data-lazy-srcset")
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-original-src", "data-full-src")
_METAS = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
_BETWEEN = " \t\r\n\f,"
_SIZE = re.compile(r"(?<!\S)(\d{1,6}(\.\d{1,6})?)([wx])(?!\S)")
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)
_CHARSET_WITHIN = 2048


@dataclass(frozen=True, slots=True)
class Candidate:
    address: str
    page: str
    alt: str = ""
    words: str = ""
    """What else the page calls it: its class and id."""
    width: int | None = None
    height: int | None = None
    """As the page declares them."""
    thumbnail: "Candidate | None" = None
    """Of a picture that is linked to: stands for it should the link lead to a page."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """One entry of a srcset."""

    link: str
    width: int
    """0 where it does not say."""
    density: float


def text_of(content: bytes, charset: str) -> str:
    said = _CHARSET.search(content[:_CHARSET_WITHIN])
    for name in (charset, said[1].decode("ascii", "replace") if said else "", "utf-8"):
        try:
            return content.decode(name, "replace")
        except (LookupError, ValueError):
            continue
    raise AssertionError("utf-8 is known")


def pictures_on(html: str, address: str) -> list[Candidate]:
    """Each address once, in the order of the page. None where the page asks that its pictures be left alone."""
    reader = _Reader(address)
    reader.feed(html)
    reader.close()
    if reader.keeps_pictures_to_itself:
        return []
    found: dict[str, Candidate] = {}
    for candidate in reader.found:
        found.setdefault(normal_form(candidate.address), candidate)
    return list(found.values())


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Candidate] = []
        self.keeps_pictures_to_itself = False
        self._page = self._base = address
        self._has_base = False
        self._sources: list[_Offer] | None = None
        """Of the <picture> that is open."""
        self._link: str | None = None
        """The picture that the open <a> leads to."""
        self._link_place = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said: Attributes = {}
        for name, value in attrs:
            said.setdefault(name, (value or "").strip())
        match tag:
            case "base" if not self._has_base and "href" in said:
                self._base, self._has_base = urljoin(self._page, said["href"]), True
            case "meta":
                self._meta(said)
            case "link" if said.get("rel", "").lower() == "image_src":
                self._add(said.get("href", ""))
            case "picture":
                self._sources = []
            case "source" if self._sources is not None:
                self._sources += _offers(said.get("srcset") or said.get("data-srcset", ""))
            case "img":
                self._img(said)
            case "a":
                self._close_link()
                address = self._absolute(said.get("href", ""))
                if address is not None and _LINKED.search(urlsplit(address).path):
                    self._link, self._link_place = address, len(self.found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "picture":
            self._sources = None
        elif tag == "a":
            self._close_link()

    def close(self) -> None:
        super().close()
        self._close_link()

    def _meta(self, said: Attributes) -> None:
        name = (said.get("property") or said.get("name") or said.get("itemprop", "")).lower()
        content = said.get("content", "")
        if name in _METAS or name == "image":
            self._add(content)
        elif name in ("og:image:width", "og:image:height") and self.found:
            if name.endswith("width"):
                self.found[-1] = replace(self.found[-1], width=_pixels(content))
            else:
                self.found[-1] = replace(self.found[-1], height=_pixels(content))
        elif name in ("robots", "pictrace"):
            self.keeps_pictures_to_itself |= bool({"none", "noimageindex"} & set(re.split(r"[\s,]+", content.lower())))

    def _img(self, said: Attributes) -> None:
        words = f"{said.get('class', '')} {said.get('id', '')}"
        offers = [offer for name in ("srcset", *_LAZY_SETS) for offer in _offers(said.get(name, ""))]
        offers += [offer for offer in self._sources or [] if offer.width]
        best = max(offers, key=lambda offer: (offer.width, offer.density), default=None)
        # The attributes say how large it is shown, the offer how large it is.
        if best is not None and self._add(best.link, said.get("alt", ""), words, best.width or None):
            return
        size = _pixels(said.get("width", "")), _pixels(said.get("height", ""))
        for name in (*_LAZY, "src"):
            if self._add(said.get(name, ""), said.get("alt", ""), words, *size):
                return

    def _close_link(self) -> None:
        """What is shown inside a link straight to a picture is a small version of that picture."""
        if self._link is not None:
            inside = self.found[self._link_place :]
            del self.found[self._link_place :]
            thumbnail = inside[0] if inside else None
            alt = thumbnail.alt if thumbnail is not None else ""
            self.found.append(Candidate(self._link, self._page, alt, thumbnail=thumbnail))
            self._link = None

    def _add(
        self, link: str, alt: str = "", words: str = "", width: int | None = None, height: int | None = None
    ) -> bool:
        address = self._absolute(link)
        if address is None:
            return False
        self.found.append(Candidate(address, self._page, alt, words, width, height))
        return True

    def _absolute(self, link: str) -> str | None:
        try:
            address = urljoin(self._base, link) if link else ""
        except ValueError:
            return None
        address = address.replace(" ", "%20")
        return address if is_address(address) else None


def _offers(srcset: str) -> Iterator[_Offer]:
    """An address may hold commas; only one at its end separates it from the next."""
    rest = srcset.strip(_BETWEEN)
    while rest:
        link, *others = rest.split(None, 1)
        rest, size = others[0] if others else "", ""
        if not link.endswith(","):
            size, _comma, rest = rest.partition(",")
        rest = rest.lstrip(_BETWEEN)
        told = _SIZE.search(size)
        value, unit = (float(told[1]), told[3]) if told else (0.0, "")
        yield _Offer(link.rstrip(","), int(value) if unit == "w" else 0, value if unit == "x" else 1.0)


def _pixels(text: str) -> int | None:
    """None for shares ("100%") and for nothing."""
    found = re.fullmatch(r"(\d{1,6})(\.\d+)?(px)?", text)
    return int(found[1]) if found else None
