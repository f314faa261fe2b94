"""Small works in threads, and their answers."""

import threading
import time
from collections.abc import Callable, Iterator

from pictrace.errors import MachineRefuses, PicTraceError, PictureUnreadable
from pictrace.events import Cancelled, Event, Failed, Finished, Progress, Stage
from pictrace.gui.errands import Errands


def wait(errands: Errands, condition: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        errands.poll()
        time.sleep(0.002)


def test_an_answer_comes_on_the_thread_that_polls() -> None:
    errands = Errands()
    heard: list[tuple[object, threading.Thread]] = []
    errands.run(threading.current_thread, lambda worker: heard.append((worker, threading.current_thread())))
    wait(errands, lambda: heard)
    ((worker, listener),) = heard
    assert listener is threading.current_thread()
    assert worker is not listener


def test_what_goes_wrong_is_an_answer_too() -> None:
    errands = Errands()
    heard: list[object] = []

    def refuse() -> None:
        raise PictureUnreadable("It is damaged.")

    def fail() -> None:
        raise PermissionError(13, "Permission denied")

    errands.run(refuse, heard.append)
    wait(errands, lambda: heard)
    errands.run(fail, heard.append)
    wait(errands, lambda: len(heard) == 2)
    assert isinstance(heard[0], PictureUnreadable)
    assert isinstance(heard[1], MachineRefuses)
    assert "Permission denied" in heard[1].message


def test_events_are_told_one_by_one_and_end_with_the_last() -> None:
    errands = Errands()
    heard: list[Event] = []
    errands.follow(iter([Progress(Stage.DOWNLOADING, 1), Finished("done")]), heard.append)
    wait(errands, lambda: len(heard) == 2)
    assert heard == [Progress(Stage.DOWNLOADING, 1), Finished("done")]


def test_events_can_be_cancelled_and_their_source_is_closed() -> None:
    closed = threading.Event()

    def endless() -> Iterator[Event]:
        try:
            while True:
                time.sleep(0.002)
                yield Progress(Stage.DOWNLOADING, 1)
        finally:
            closed.set()

    errands = Errands()
    heard: list[Event] = []
    stop = errands.follow(endless(), heard.append)
    wait(errands, lambda: heard)
    stop.set()
    wait(errands, lambda: heard[-1] == Cancelled())
    assert closed.is_set()


def test_a_failure_among_events_is_told_as_such() -> None:
    def failing() -> Iterator[Event]:
        yield Progress(Stage.DOWNLOADING, 1)
        raise PicTraceError("No network.")

    errands = Errands()
    heard: list[Event] = []
    errands.follow(failing(), heard.append)
    wait(errands, lambda: heard and isinstance(heard[-1], Failed))


def test_closing_waits_for_what_is_nearly_done_and_not_for_what_hangs() -> None:
    errands = Errands()
    done, hanging = [], threading.Event()

    def nearly_done() -> None:
        time.sleep(0.3)
        done.append(True)

    errands.run(nearly_done, lambda _answer: None)
    errands.run(hanging.wait, lambda _answer: None)
    began = time.monotonic()
    errands.close(1.5)
    assert done
    assert 1.4 < time.monotonic() - began < 5
    hanging.set()
