"""Pictures to and from the system's clipboard. Other programs take part, so none of it is for the window's thread."""

import os
import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageGrab

from pictrace.archives import find_picture
from pictrace.errors import MachineRefuses
from pictrace.home import reason_of
from pictrace.language import _
from pictrace.picture import PictureRef

_SECONDS = 20
_NO_PICTURE = (OSError, ValueError, EOFError, SyntaxError, Image.DecompressionBombError)
_TO_MAC = (
    "on run argv",
    "set the clipboard to (read (POSIX file (item 1 of argv)) as «class PNGf»)",
    "end run",
)


def copy_picture(picture: PictureRef, max_bytes: int) -> None:
    """The picture itself, upright and in full resolution, without what else its file tells.

    Raises Unreadable or MachineRefuses."""
    # Not needed before the first picture; the window opens sooner without it.
    from pictrace.decode import decode_pixels

    archive, found = find_picture(picture.key, max_bytes=max_bytes)
    try:
        data = archive.read(found)
    finally:
        archive.close()
    image = Image.fromarray(decode_pixels(data, max_bytes, None).pixels)
    coded = BytesIO()
    image.save(coded, "PNG", compress_level=1)
    if sys.platform == "win32":
        from pictrace.gui.windows_clipboard import offer

        offer(image, coded.getvalue())
    elif sys.platform == "darwin":
        _to_mac(coded.getvalue())
    else:
        _run(_program_that_offers(), coded.getvalue())


def pasted() -> list[str] | bytes | None:
    """Files, or a picture as PNG; None where the clipboard holds neither.

    Raises MachineRefuses where that cannot be found out."""
    try:
        grabbed: Any = ImageGrab.grabclipboard()
    except NotImplementedError as error:
        raise _program_missing(_("Pasting a picture")) from error
    except _NO_PICTURE:
        return None
    if isinstance(grabbed, Image.Image):
        coded = BytesIO()
        grabbed.convert("RGB").save(coded, "PNG", compress_level=1)
        return coded.getvalue()
    return grabbed if isinstance(grabbed, list) and grabbed else None


def _program_that_offers() -> list[str]:
    if _is_wayland() and (wl_copy := shutil.which("wl-copy")):
        return [wl_copy, "--type", "image/png"]
    if xclip := shutil.which("xclip"):
        return [xclip, "-selection", "clipboard", "-t", "image/png", "-i"]
    raise _program_missing(_("Copying a picture"))


def _program_missing(for_what: str) -> MachineRefuses:
    package = "wl-clipboard" if _is_wayland() else "xclip"
    sentence = _('{what} needs the program "{package}", which is not installed (on Debian and Ubuntu: {command}).')
    return MachineRefuses(sentence.format(what=for_what, package=package, command=f"apt install {package}"))


def _is_wayland() -> bool:
    return bool(os.environ.get("WAYLAND_DISPLAY"))


def _to_mac(png: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="pictrace-") as folder:
        file = Path(folder) / "picture.png"
        file.write_bytes(png)
        _run(["osascript", *(word for line in _TO_MAC for word in ("-e", line)), str(file)], b"")


def _run(command: list[str], given: bytes) -> None:
    """It may leave a process behind, which hands the picture out until something else is copied; so nothing that it
    says is waited for."""
    program = os.path.basename(command[0])  # noqa: PTH119
    try:
        done = subprocess.run(  # noqa: S603
            command,
            input=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _refused(program, _("it takes too long")) from error
    except OSError as error:
        raise _refused(program, reason_of(error)) from error
    if done.returncode != 0:
        raise _refused(program, _("it ended with {code}").format(code=done.returncode))


def _refused(program: str, reason: str) -> MachineRefuses:
    sentence = _('The program "{program}" did not take the picture ({reason}).')
    return MachineRefuses(sentence.format(program=program, reason=reason))
