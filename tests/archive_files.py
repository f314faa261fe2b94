"""Folders, ZIPs and TARs with known content, and what a picture archive makes of them."""

import io
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from pictrace.archives import PictureArchive, open_archive
from pictrace.picture import PassedOver, PictureRef

JPEG = b"\xff\xd8\xff\xe0 looks like a JPEG"


def write_folder(root: Path, files: Mapping[str, bytes]) -> Path:
    root.mkdir(exist_ok=True)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def zip_bytes(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as table:
        for name, content in files.items():
            table.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def tar_bytes(files: Mapping[str, bytes], compression: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{compression}") as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zip_by_hand(
    entries: list[tuple[bytes, bytes]],
    *,
    made_on: int = 3,
    flags: int = 0,
    method: int = 0,
    declared: int | None = None,
    extra: bytes = b"",
    offset: int | None = None,
) -> bytes:
    """As other programs write it, or nobody should."""
    data, table = b"", b""
    for name, content in entries:
        place = len(data) if offset is None else offset
        facts = (flags, method, 0, 33, zlib.crc32(content), len(content), declared or len(content), len(name))
        data += struct.pack("<4s5H3I2H", b"PK\3\4", 20, *facts, 0) + name + content
        table += struct.pack("<4s6H3I5H2I", b"PK\1\2", made_on << 8, 20, *facts, len(extra), 0, 0, 0, 0, place)
        table += name + extra
    count = len(entries)
    return data + table + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(table), len(data), 0)


def opened(path: str | os.PathLike[str]) -> "closing[PictureArchive]":
    return closing(open_archive(os.fspath(path)))


def content_of(path: str | os.PathLike[str]) -> dict[str, bytes]:
    """What an archive offers as pictures, all of it read."""
    with opened(path) as archive:
        found = [item for item in archive.list() if isinstance(item, PictureRef)]
        assert len({picture.name for picture in found}) == len(found)
        return {picture.name: archive.read(picture) for picture in found}


def passed_over(path: str | os.PathLike[str]) -> dict[str, str | None]:
    with opened(path) as archive:
        return {item.name: item.reason for item in archive.list() if isinstance(item, PassedOver)}


def picture_called(archive: PictureArchive, name: str) -> PictureRef:
    return next(item for item in archive.list() if isinstance(item, PictureRef) and item.name == name)
