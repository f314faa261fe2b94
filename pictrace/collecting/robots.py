"""What a site's robots.txt allows, as RFC 9309 reads it: the longest rule that fits decides, with * and $."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

_NAME = "pictrace"
_LONGEST_PAUSE_SECONDS = 10.0
_MOST_BYTES = 500 * 1024


@dataclass(slots=True)
class _Group:
    names: set[str] = field(default_factory=set)
    rules: list[tuple[str, bool]] = field(default_factory=list)
    """Path pattern → whether it is allowed."""
    pause_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Robots:
    rules: tuple[tuple[str, bool], ...] = ()
    pause_seconds: float = 0.0
    """What it asks for between two requests."""

    def allow(self, address: str) -> bool:
        parts = urlsplit(address)
        path = _plain(parts.path or "/") + (f"?{_plain(parts.query)}" if parts.query else "")
        fitting = [(len(pattern), allowed) for pattern, allowed in self.rules if _fits(pattern, path)]
        return max(fitting, default=(0, True))[1]


NOTHING_ALLOWED = Robots((("/", False),))


def robots_in(content: bytes) -> Robots:
    """For PicTrace by name, or else for everybody."""
    groups = _groups(content[:_MOST_BYTES].decode("utf-8-sig", "replace"))
    chosen = [group for group in groups if _NAME in group.names] or [group for group in groups if "*" in group.names]
    rules = tuple(rule for group in chosen for rule in group.rules)
    return Robots(rules, max((group.pause_seconds for group in chosen), default=0.0))


def _groups(text: str) -> list[_Group]:
    groups: list[_Group] = []
    takes_names = False
    for line in text.splitlines():
        key, colon, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        key = key.lower()
        if not colon:
            continue
        if key == "user-agent":
            if not takes_names:
                groups.append(_Group())
            takes_names = True
            groups[-1].names.add(value.partition("/")[0].strip().lower())
        elif groups and key in ("allow", "disallow"):
            takes_names = False
            if value:
                groups[-1].rules.append((_plain(value), key == "allow"))
        elif groups and key == "crawl-delay":
            takes_names = False
            if re.fullmatch(r"\d{1,6}(\.\d+)?", value):
                groups[-1].pause_seconds = min(float(value), _LONGEST_PAUSE_SECONDS)
    return groups


def _fits(pattern: str, path: str) -> bool:
    to_the_end = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    for number, part in enumerate(others, 1):
        if to_the_end and number == len(others):
            return path.endswith(part) and len(path) - len(part) >= place
        place = path.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return place == len(path) or not to_the_end


def _plain(path: str) -> str:
    """One way to write what may be written in several: "/%7Ea" is "/~a"."""
    return quote(unquote(path), safe="/*$?&=;:@!'(),+~%")
