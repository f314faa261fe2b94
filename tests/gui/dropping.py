"""Another program that drops something on a window, by the protocol that file managers and browsers use under X11.

python -m tests.gui.dropping X Y TYPE TEXT: exits with 0 if it was taken, 1 if it was refused, 2 if nobody listened."""

import ctypes
import sys
import time
from collections.abc import Callable
from typing import Any

_SELECTION_REQUEST, _SELECTION_NOTIFY, _CLIENT_MESSAGE = 30, 31, 33
_SECONDS = 30
_Id = ctypes.c_ulong


class _Message(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", _Id),
        ("kind", _Id),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
    )


class _Request(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("owner", _Id),
        ("requestor", _Id),
        ("selection", _Id),
        ("target", _Id),
        ("property", _Id),
        ("time", _Id),
    )


class _Notify(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("requestor", _Id),
        ("selection", _Id),
        ("target", _Id),
        ("property", _Id),
        ("time", _Id),
    )


class _Event(ctypes.Union):
    _fields_ = (
        ("type", ctypes.c_int),
        ("message", _Message),
        ("request", _Request),
        ("notify", _Notify),
        ("room", ctypes.c_long * 24),
    )


class Source:
    def __init__(self, kind: str, data: bytes) -> None:
        self._x: Any = ctypes.CDLL("libX11.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        for function in ("XDefaultRootWindow", "XCreateSimpleWindow", "XInternAtom"):
            getattr(self._x, function).restype = _Id
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(None))
        self._root = _Id(self._x.XDefaultRootWindow(self._display))
        self._window = _Id(self._x.XCreateSimpleWindow(self._display, self._root, 0, 0, 1, 1, 0, _Id(0), _Id(0)))
        self._kind, self._data = self._atom(kind), data
        self._x.XSetSelectionOwner(self._display, _Id(self._atom("XdndSelection")), self._window, _Id(0))

    def drop(self, x: int, y: int) -> int:
        target = self._aware_window_at(x, y)
        if target is None:
            return 2
        copy = self._atom("XdndActionCopy")
        self._send(target, "XdndEnter", 5 << 24, self._kind, 0, 0)
        self._send(target, "XdndPosition", 0, x << 16 | y, 0, copy)
        status = self._answer("XdndStatus")
        if status is None or not status.data[1] & 1:
            return 1
        self._send(target, "XdndDrop", 0, 0, 0, 0)
        finished = self._answer("XdndFinished")
        # What was done with it, where it was taken; the flag beside it is set by few.
        return 0 if finished is not None and finished.data[2] else 1

    def _atom(self, name: str) -> int:
        return int(self._x.XInternAtom(self._display, name.encode(), 0))

    def _aware_window_at(self, x: int, y: int) -> int | None:
        window, aware = self._root, _Id(self._atom("XdndAware"))
        inside = [ctypes.c_int(), ctypes.c_int()]
        while True:
            if self._has(window, aware):
                return int(window.value)
            child = _Id()
            self._x.XTranslateCoordinates(
                self._display, self._root, window, x, y, *map(ctypes.byref, inside), ctypes.byref(child)
            )
            if not child.value:
                return None
            window = child

    def _has(self, window: _Id, atom: _Id) -> bool:
        kind, form, count, rest, found = _Id(), ctypes.c_int(), _Id(), _Id(), ctypes.c_void_p()
        whole, any_kind = (ctypes.c_long(0), ctypes.c_long(1)), _Id(0)
        answers = map(ctypes.byref, (kind, form, count, rest, found))
        self._x.XGetWindowProperty(self._display, window, atom, *whole, 0, any_kind, *answers)
        return bool(kind.value)

    def _send(self, target: int, kind: str, *data: int) -> None:
        event = _Event()
        event.message.type = _CLIENT_MESSAGE
        event.message.window = target
        event.message.kind = self._atom(kind)
        event.message.format = 32
        event.message.data[:] = [int(self._window.value), *data]
        self._post(target, event)

    def _post(self, target: int, event: _Event) -> None:
        self._x.XSendEvent(self._display, _Id(target), 0, ctypes.c_long(0), ctypes.byref(event))
        self._x.XFlush(self._display)

    def _answer(self, kind: str) -> _Message | None:
        """Handing out the data meanwhile, if it is asked for."""
        wanted, until = self._atom(kind), time.monotonic() + _SECONDS
        event = _Event()
        while time.monotonic() < until:
            if not self._x.XPending(self._display):
                time.sleep(0.01)
                continue
            self._x.XNextEvent(self._display, ctypes.byref(event))
            if event.type == _SELECTION_REQUEST:
                self._hand_out(event.request)
            elif event.type == _CLIENT_MESSAGE and event.message.kind == wanted:
                message: _Message = event.message
                return message
        return None

    def _hand_out(self, request: _Request) -> None:
        change: Callable[..., object] = self._x.XChangeProperty
        place, target = _Id(request.property), _Id(request.target)
        change(self._display, _Id(request.requestor), place, target, 8, 0, self._data, len(self._data))
        event = _Event()
        event.notify.type = _SELECTION_NOTIFY
        for name in ("requestor", "selection", "target", "property", "time"):
            setattr(event.notify, name, getattr(request, name))
        self._post(request.requestor, event)


if __name__ == "__main__":
    sys.exit(Source(sys.argv[3], sys.argv[4].encode()).drop(int(sys.argv[1]), int(sys.argv[2])))
