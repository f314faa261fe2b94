"""How many pixels of the screen make one of the window's own, as the system says."""

import ctypes
import tkinter

_USUAL_DPI = 96
_LEAST, _MOST = 1.0, 4.0
_NEARLY = 0.06


def screen_scale(root: tkinter.Misc) -> float:
    """1 on a usual screen, 2 on a dense one. From now on Tk counts so, too."""
    if root.tk.call("tk", "windowingsystem") == "aqua":
        # A Mac enlarges everything itself.
        return 1.0
    dpi = _desktop_dpi() if root.tk.call("tk", "windowingsystem") == "x11" else None
    scale = snapped((dpi or float(root.tk.call("tk", "scaling")) * 72) / _USUAL_DPI)
    root.tk.call("tk", "scaling", scale * _USUAL_DPI / 72)
    return scale


def snapped(scale: float) -> float:
    """Screens tell their size in whole millimetres, so 96 dpi come out as a little less or more."""
    quarter = round(scale * 4) / 4
    return min(max(quarter if abs(scale - quarter) < _NEARLY else scale, _LEAST), _MOST)


def _desktop_dpi() -> float | None:
    """What the settings of the desktop say, where they say anything. Tk itself asks the screen, which knows better
    how large it is than how large a person wants things to be."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XGetDefault.restype = ctypes.c_char_p
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    if not display:
        return None
    try:
        dpi = float(x11.XGetDefault(display, b"Xft", b"dpi") or 0)
    except ValueError:
        return None
    finally:
        x11.XCloseDisplay(display)
    return dpi if dpi > 0 else None
