"""The words that a person reads, in that person's language."""

import gettext
from functools import cache
from pathlib import Path


@cache
def _translations() -> gettext.NullTranslations:
    return gettext.translation("pictrace", Path(__file__).parent / "locale", fallback=True)


def _(message: str) -> str:
    return _translations().gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    return _translations().ngettext(one, many, count)
