"""What the session knows."""

from pictrace.gui.preferences import Preferences
from pictrace.gui.state import State
from pictrace.picture import Digest, Label, Match, PictureRef
from pictrace.questions import SearchAnswer


def answer(number: int) -> SearchAnswer:
    picture = PictureRef("/album", f"{number}.jpg", f"/album/{number}.jpg", "1", 1, 1, f"7:{number}")
    match = Match(1, picture, Digest(bytes(32)), 0.9, 0.9, None, None, Label.SIMILAR_LOOK, "")
    return SearchAnswer("query", (match,), 1, 0.1, 8, 8)


def test_results_are_those_of_the_last_answer_also_where_it_lies_in_memory_where_one_before_did() -> None:
    state = State(Preferences(threshold=0.0))
    for number in range(100):
        state.take(answer(2 * number))
        state.take(answer(2 * number + 1))
        assert [match.picture.name for match in state.results()] == [f"{2 * number + 1}.jpg"]


def test_results_are_the_same_object_while_nothing_changes() -> None:
    state = State(Preferences(threshold=0.0))
    state.take(answer(1))
    assert state.results() is state.results()
