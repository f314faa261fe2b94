"""A session that tests drive, and what they wait for."""

import time
from collections.abc import Callable
from dataclasses import replace

from pictrace.gui.session import Session
from pictrace.gui.shown import Bar, Button, Message, Shown

PATIENCE_SECONDS = 90


def wait(session: Session, condition: Callable[[Shown], object]) -> Shown:
    """Polls, as the window does, until the condition holds."""
    until = time.monotonic() + PATIENCE_SECONDS
    session.poll()
    while not condition(session.shown):
        assert time.monotonic() < until, replace(session.shown, results=())
        session.poll()
        time.sleep(0.005)
    return session.shown


def within(seconds: float, measured: Callable[[], float]) -> None:
    """So long it takes, at least one time of three: what else the machine does may slow down any of them."""
    took: list[float] = []
    while not took or took[-1] >= seconds:
        assert len(took) < 3, took
        took.append(measured())


def is_done(shown: Shown) -> bool:
    return shown.work is None and shown.heading == "Best matches" and not shown.dimmed


def message_of(shown: Shown) -> Message:
    assert shown.message is not None, shown
    return shown.message


def words_of(buttons: tuple[Button, ...]) -> list[str]:
    return [button.words for button in buttons]


def bar_with(shown: Shown, words: str) -> Bar | None:
    return next((bar for bar in shown.bars if words in bar.words), None)
