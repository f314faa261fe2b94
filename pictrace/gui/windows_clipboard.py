"""The clipboard of Windows."""

import ctypes
import sys
import time
from io import BytesIO

from PIL import Image

from pictrace.errors import MachineRefuses
from pictrace.language import _

if sys.platform != "win32":
    raise ImportError("only for Windows")

_CF_DIB = 8
_GMEM_MOVEABLE = 2
_FILE_HEADER_BYTES = 14
"""What a BMP file has before what the clipboard calls a DIB."""
_TRIES = 20
_WAIT_SECONDS = 0.05


def offer(image: Image.Image, png: bytes) -> None:
    """In both forms that programs ask for. Raises MachineRefuses."""
    coded = BytesIO()
    image.save(coded, "BMP")
    user = ctypes.WinDLL("user32", use_last_error=True)
    user.CreateWindowExW.restype = ctypes.c_void_p
    user.RegisterClipboardFormatW.argtypes = [ctypes.c_wchar_p]
    user.OpenClipboard.argtypes = user.DestroyWindow.argtypes = [ctypes.c_void_p]
    user.SetClipboardData.argtypes = [ctypes.c_uint, ctypes.c_void_p]
    user.SetClipboardData.restype = ctypes.c_void_p
    # What is copied by no window is not kept.
    owner = user.CreateWindowExW(0, "STATIC", None, 0, 0, 0, 0, 0, None, None, None, None)
    try:
        for _try in range(_TRIES):
            if user.OpenClipboard(owner):
                break
            time.sleep(_WAIT_SECONDS)
        else:
            raise MachineRefuses(_("Another program keeps the clipboard to itself just now. Try again."))
        try:
            user.EmptyClipboard()
            forms = (_CF_DIB, coded.getvalue()[_FILE_HEADER_BYTES:]), (user.RegisterClipboardFormatW("PNG"), png)
            for form, data in forms:
                user.SetClipboardData(form, _shared(data))
        finally:
            user.CloseClipboard()
    finally:
        user.DestroyWindow(owner)


def _shared(data: bytes) -> int:
    """Memory that belongs to the clipboard once it is put there. Raises MachineRefuses."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.GlobalAlloc.argtypes = [ctypes.c_uint, ctypes.c_size_t]
    kernel.GlobalAlloc.restype = kernel.GlobalLock.restype = ctypes.c_void_p
    kernel.GlobalLock.argtypes = kernel.GlobalUnlock.argtypes = [ctypes.c_void_p]
    handle = kernel.GlobalAlloc(_GMEM_MOVEABLE, len(data))
    place = kernel.GlobalLock(handle) if handle else None
    if not place:
        raise MachineRefuses(_("There is not enough memory to copy this picture."))
    ctypes.memmove(place, data, len(data))
    kernel.GlobalUnlock(handle)
    return int(handle)
