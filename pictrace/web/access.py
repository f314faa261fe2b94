"""Who may do what: the token, the names by which the service may be called, and where requests may come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from fastapi import FastAPI


@dataclass(frozen=True, slots=True)
class Access:
    token: str | None
    """None where everybody who reaches the service may use it: on this machine alone."""
    was_generated: bool
    names: frozenset[str]
    """Under which it may be called, beside loopback names and the address that was connected to."""

    @classmethod
    def open_for(
        cls, host: str, token_file: Path | None, environ: Mapping[str, str], allow_hosts: Sequence[str] = ()
    ) -> Self:
        """Raises WrongWords where the token cannot be used. Without one, it is generated unless `host` is loopback."""
        raise NotImplementedError(host, token_file, environ, allow_hosts)


def install_access(app: FastAPI, access: Access, max_upload_bytes: int) -> None:
    """Last in create_app: what guards every route, and the routes /sign-in and /sign-out."""
    raise NotImplementedError(app, access, max_upload_bytes)
