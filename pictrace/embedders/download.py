"""The weights from a web server into a file; what an earlier attempt left of it is not fetched again."""

import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from pathlib import Path
from urllib.parse import urlsplit

from pictrace.errors import MachineRefuses, ModelUnavailable
from pictrace.events import Progress, Stage
from pictrace.language import _
from pictrace.pace import Pace

MOST_BYTES = 1_000_000_000
_CHUNK_BYTES = 1 << 17


def download(url: str, part: Path, timeout_seconds: float) -> Iterator[Progress]:
    """Afterwards part is the whole file, unchecked. Closed or failed on the way, part is kept to go on from."""
    host = _host(url)
    with refusals(part):
        response, start = _answer(url, part, timeout_seconds)
        with response, part.open("ab" if start else "wb") as file:
            _origin(part).write_text(f"{url}\n{_validator(response)}", encoding="utf-8")
            done, total = start, _total(response)
            pace = Pace(Stage.DOWNLOADING, total)
            yield pace.progress(done, 0)
            while chunk := _read(response, host, done, total):
                file.write(chunk)
                done += len(chunk)
                if done > MOST_BYTES:
                    raise ModelUnavailable(_("{url} is far too big to be the weights.").format(url=url))
                if pace.is_due():
                    yield pace.progress(done, done - start)
            file.flush()
            os.fsync(file.fileno())
        if total is not None and done < total:
            raise _cut(host, done, total)
        yield pace.progress(done, done - start)


def forget_part(part: Path) -> None:
    part.unlink(missing_ok=True)
    _origin(part).unlink(missing_ok=True)


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Says in a sentence what the disk does not allow."""
    try:
        yield
    except OSError as error:
        if error.errno in (ENOSPC, EDQUOT):
            sentence = _("The disk is full: {path} cannot be written. Make some room and try again.")
        else:
            sentence = _("{path} cannot be read or written ({reason}).")
        raise MachineRefuses(sentence.format(path=path, reason=error.strerror or error)) from error


def _origin(part: Path) -> Path:
    """Remembers where a part came from and which version of the file it is, so that two are never glued together."""
    return part.with_name(f"{part.name}.origin")


def _host(url: str) -> str:
    try:
        address = urlsplit(url)
    except ValueError:
        address = urlsplit("")
    if address.scheme not in ("http", "https") or not address.hostname:
        raise _no_address(url)
    return address.hostname


def _answer(url: str, part: Path, timeout_seconds: float) -> tuple[http.client.HTTPResponse, int]:
    """What the server sends, and how many bytes of the part stay."""
    have, headers = 0, {"User-Agent": "PicTrace"}
    origin = _origin(part).read_text(encoding="utf-8").split("\n") if _origin(part).exists() else []
    if len(origin) == 2 and origin[0] == url and part.exists() and (have := part.stat().st_size):
        headers["Range"] = f"bytes={have}-"
        if origin[1]:
            headers["If-Range"] = origin[1]
    try:
        response: http.client.HTTPResponse = _opener().open(
            urllib.request.Request(url, headers=headers),  # noqa: S310 - the opener speaks nothing but http(s)
            timeout=timeout_seconds,
        )
    except urllib.error.HTTPError as error:
        error.close()
        if have and error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            forget_part(part)
            return _answer(url, part, timeout_seconds)
        raise ModelUnavailable(
            _(
                'The server answered "{status} {phrase}" for {url}. '
                'Try again later, or get the file in another way and run "pictrace model install FILE".'
            ).format(status=error.code, phrase=error.reason, url=url)
        ) from error
    except (http.client.InvalidURL, UnicodeError) as error:
        raise _no_address(url) from error
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(_host(url), error) from error
    start = _first_byte(response)
    if start in (0, have):
        return response, start
    response.close()
    if not have:
        raise ModelUnavailable(_("{url} sends only a part of the file.").format(url=url))
    forget_part(part)
    return _answer(url, part, timeout_seconds)


def _opener() -> urllib.request.OpenerDirector:
    """Unlike urllib's own it follows no redirection to ftp:."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _first_byte(response: http.client.HTTPResponse) -> int:
    if response.status != http.HTTPStatus.PARTIAL_CONTENT:
        return 0
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else -1


def _total(response: http.client.HTTPResponse) -> int | None:
    if response.status == http.HTTPStatus.PARTIAL_CONTENT:
        found = re.search(r"/(\d+)$", response.headers.get("Content-Range", ""))
        return int(found[1]) if found else None
    return response.length


def _validator(response: http.client.HTTPResponse) -> str:
    tag: str = response.headers.get("ETag", "")
    if tag.startswith('"'):
        return tag
    # A weak tag may stand for different bytes.
    return str(response.headers.get("Last-Modified", ""))


def _read(response: http.client.HTTPResponse, host: str, done: int, total: int | None) -> bytes:
    try:
        return response.read1(_CHUNK_BYTES)
    except TimeoutError as error:
        raise _unreachable(host, error) from error
    except (OSError, http.client.HTTPException) as error:
        raise _cut(host, done, total) from error


def _no_address(url: str) -> ModelUnavailable:
    return ModelUnavailable(_('"{url}" is no http or https address; correct weights_url.').format(url=url))


def _cut(host: str, done: int, total: int | None) -> MachineRefuses:
    if total is None:
        sentence = _("The connection to {host} was cut after {done:.1f} MB.")
    else:
        sentence = _("The connection to {host} was cut after {done:.1f} of {total:.1f} MB.")
    sentence += " " + _("What has arrived is kept: run it again to go on from there.")
    return MachineRefuses(sentence.format(host=host, done=done / 1e6, total=(total or 0) / 1e6))


def _unreachable(host: str, error: Exception) -> MachineRefuses:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return MachineRefuses(
            _("{host} takes too long to answer. Try again later; what has arrived is kept.").format(host=host)
        )
    return MachineRefuses(
        _("{host} cannot be reached ({reason}). Connect this computer to the network and try again.").format(
            host=host, reason=getattr(reason, "strerror", None) or reason
        )
    )
