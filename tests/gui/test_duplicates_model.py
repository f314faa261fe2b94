"""What the list of duplicates decides, without a window."""

from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from pictrace.gui.duplicates_model import DuplicatesModel
from pictrace.gui.keep_rule import KeepRule
from pictrace.gui.not_duplicates import NotDuplicates
from pictrace.gui.summary import size_words
from pictrace.gui.trash import may_be_kept
from pictrace.questions import DuplicateGroup, GroupKind, GroupMember
from tests.gui.duplicate_groups import group, member, names

ONE_MB = 1_000_000


@pytest.fixture
def not_duplicates(tmp_path: Path) -> NotDuplicates:
    return NotDuplicates(tmp_path / "home" / "not-duplicates.txt")


def model_of(said: NotDuplicates, *groups: DuplicateGroup, rule: KeepRule = KeepRule.LARGEST) -> DuplicatesModel:
    model = DuplicatesModel(said, rule)
    model.add(groups)
    return model


def marked(model: DuplicatesModel, number: int = 0) -> list[str]:
    return sorted(names([one for one in model.members(number) if model.is_marked(one)]))


def kept(model: DuplicatesModel, number: int = 0) -> str | None:
    keeper = model.keeper(number)
    return None if keeper is None else keeper.picture.name


def test_the_largest_is_proposed_to_stay_and_of_equals_the_oldest(not_duplicates: NotDuplicates) -> None:
    small, young, old = (
        member("small.jpg", side=50, modified_ns=1),
        member("young.jpg", modified_ns=9),
        member("old.jpg", modified_ns=5),
    )
    model = model_of(not_duplicates, group(small, young, old))
    assert names(model.members(0)) == ["old.jpg", "small.jpg", "young.jpg"]
    assert marked(model) == ["small.jpg", "young.jpg"]


@pytest.mark.parametrize(
    ("rule", "stays"),
    [
        (KeepRule.LARGEST, "large-but-in-the-middle.jpg"),
        (KeepRule.OLDEST, "old.jpg"),
        (KeepRule.NEWEST, "new-one.jpg"),
        (KeepRule.SHORTEST_PATH, "a.jpg"),
    ],
)
def test_the_rule_decides_which_stays(not_duplicates: NotDuplicates, rule: KeepRule, stays: str) -> None:
    model = model_of(
        not_duplicates,
        group(
            member("large-but-in-the-middle.jpg", side=200, modified_ns=5),
            member("old.jpg", modified_ns=1),
            member("new-one.jpg", modified_ns=9),
            member("a.jpg", modified_ns=4),
        ),
    )
    model.set_rule(rule)
    assert kept(model) == stays
    assert len(marked(model)) == 3
    assert stays not in marked(model)


def test_a_file_of_unknown_age_is_not_the_oldest(not_duplicates: NotDuplicates) -> None:
    groups = group(member("unknown.jpg", modified_ns=0), member("known.jpg", modified_ns=9))
    assert kept(model_of(not_duplicates, groups, rule=KeepRule.OLDEST)) == "known.jpg"


@pytest.mark.parametrize("kind", [GroupKind.EDITED, GroupKind.SIMILAR])
def test_only_exact_groups_come_marked(not_duplicates: NotDuplicates, kind: GroupKind) -> None:
    model = model_of(not_duplicates, group(member("a.jpg"), member("b.jpg", content="other"), kind=kind))
    assert kept(model) == "a.jpg"
    assert marked(model) == []
    model.set_rule(KeepRule.NEWEST)
    assert marked(model) == []


def test_a_choice_by_hand_outlives_a_change_of_the_rule(not_duplicates: NotDuplicates) -> None:
    first = group(member("1a.jpg", modified_ns=1), member("1b.jpg", modified_ns=2))
    second = group(member("2a.jpg", modified_ns=1), member("2b.jpg", modified_ns=2))
    model = model_of(not_duplicates, first, second, rule=KeepRule.OLDEST)
    model.toggle(first.members[1])
    model.set_rule(KeepRule.NEWEST)
    assert (kept(model, 0), marked(model, 0)) == ("1a.jpg", [])
    assert (kept(model, 1), marked(model, 1)) == ("2b.jpg", ["2a.jpg"])


def test_keeping_another_one_swaps_their_marks(not_duplicates: NotDuplicates) -> None:
    pictures = group(member("a.jpg", side=200), member("b.jpg"), member("c.jpg"))
    model = model_of(not_duplicates, pictures)
    assert model.keep(0, pictures.members[2]) is None
    assert kept(model) == "c.jpg"
    assert marked(model) == ["a.jpg", "b.jpg"]


def test_the_last_one_of_a_group_cannot_be_marked(not_duplicates: NotDuplicates) -> None:
    pictures = group(member("a.jpg"), member("b.jpg"))
    model = model_of(not_duplicates, pictures)
    assert "always stays" in (model.toggle(pictures.members[0]) or "")
    assert marked(model) == ["b.jpg"]
    model.toggle(pictures.members[1])
    assert model.toggle(pictures.members[0]) is None
    assert (kept(model), marked(model)) == ("b.jpg", ["a.jpg"])


def test_a_damaged_picture_is_never_the_one_to_keep(not_duplicates: NotDuplicates) -> None:
    damaged, sound = member("a.jpg", side=999, damaged=True), member("b.jpg", content="other")
    model = model_of(not_duplicates, group(damaged, sound, kind=GroupKind.EDITED))
    assert kept(model) == "b.jpg"
    assert "damaged" in (model.keep(0, damaged) or "")
    assert "damaged" in (model.toggle(sound) or "")
    assert model.toggle(damaged) is None
    assert names([removal.victim for removal in model.removals()]) == ["a.jpg"]


def test_where_all_are_damaged_nothing_can_go(not_duplicates: NotDuplicates) -> None:
    pictures = group(member("a.jpg", damaged=True), member("b.jpg", damaged=True))
    model = model_of(not_duplicates, pictures)
    assert (kept(model), marked(model)) == (None, [])
    assert model.toggle(pictures.members[1]) is not None
    model.mark_others(0)
    assert model.removals() == ()


def test_two_names_of_one_file_are_no_group(not_duplicates: NotDuplicates) -> None:
    hard_links = group(member("a.jpg", file_id="7:1"), member("b.jpg", file_id="7:1"))
    with_a_copy = group(
        member("c.jpg", file_id="7:2", side=200), member("d.jpg", file_id="7:2"), member("e.jpg", file_id="7:3")
    )
    model = model_of(not_duplicates, hard_links, with_a_copy)
    assert [names(model.members(number)) for number in model.groups()] == [["c.jpg", "e.jpg"]]


def test_members_of_archives_are_shown_but_cannot_be_marked(not_duplicates: NotDuplicates) -> None:
    inside, outside = member("old.zip!/a.jpg", side=200), member("a.jpg")
    model = model_of(not_duplicates, group(inside, outside))
    assert kept(model) == "a.jpg"
    assert marked(model) == []
    assert "archive" in (model.toggle(inside) or "")
    assert model.keep(0, inside) is None
    assert model.toggle(outside) is None
    assert names([removal.victim for removal in model.removals()]) == ["a.jpg"]


def test_what_only_the_web_has_is_no_reason_to_delete_a_file(not_duplicates: NotDuplicates) -> None:
    address = member("https://example.org/a.jpg", file_id="https://example.org:80/a.jpg", side=200)
    model = model_of(not_duplicates, group(address, member("a.jpg"), kind=GroupKind.EDITED))
    assert kept(model) == "a.jpg"
    assert model.keep(0, address) is not None
    assert model.toggle(model.members(0)[0]) is not None


def test_a_file_in_two_groups_is_one_file(not_duplicates: NotDuplicates) -> None:
    a, a_copy, b = member("a.jpg", side=200), member("a-copy.jpg"), member("b.jpg", content="other")
    model = model_of(not_duplicates, group(a, a_copy), group(a, b, kind=GroupKind.SIMILAR))
    assert "always stays" in (model.toggle(a) or ""), "its copy is marked already"
    model.toggle(a_copy)
    assert model.toggle(a) is None
    (removal,) = model.removals()
    assert (removal.victim, set(names(removal.keepers))) == (a, {"a-copy.jpg", "b.jpg"})
    assert model.summary().files == 1


def test_the_summary_says_what_and_how_much(not_duplicates: NotDuplicates) -> None:
    groups = [
        group(
            *(member(f"{number}-{copy}.jpg", content=str(number), size_bytes=4 * ONE_MB) for copy in range(copies)),
        )
        for number, copies in enumerate([2] * 9 + [4])
    ]
    model = model_of(not_duplicates, *groups)
    assert model.summary().words == "12 files, 48 MB, go to the trash; 10 pictures stay"
    for number in range(9):
        model.unmark(number)
    model.toggle(groups[9].members[1])
    model.toggle(groups[9].members[2])
    assert model.summary().words == "1 file, 4 MB, goes to the trash; 3 pictures stay"
    model.unmark(9)
    assert model.summary().words == "Nothing is marked. Mark what should go to the trash."


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 KB"),
        (1, "1 KB"),
        (999_001, "1,000 KB"),
        (1_000_000, "1 MB"),
        (48_400_000, "48 MB"),
        (999_499_999, "999 MB"),
        (2_345_000_000, "2.3 GB"),
    ],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_words(size) == words


def test_marks_for_a_whole_group(not_duplicates: NotDuplicates) -> None:
    pictures = group(
        member("a.jpg", side=200), member("b.jpg", content="b"), member("c.jpg", content="c"), kind=GroupKind.EDITED
    )
    model = model_of(not_duplicates, pictures)
    assert not model.has_marks(0)
    model.mark_others(0)
    assert marked(model) == ["b.jpg", "c.jpg"]
    assert model.has_marks(0)
    model.unmark(0)
    assert marked(model) == []


def test_what_went_leaves_the_list_and_so_do_groups_of_one(not_duplicates: NotDuplicates) -> None:
    pair, three = (
        group(member("1a.jpg"), member("1b.jpg")),
        group(member("2a.jpg"), member("2b.jpg"), member("2c.jpg")),
    )
    model = model_of(not_duplicates, pair, three)
    model.gone([pair.members[1], three.members[1]])
    assert model.groups() == [1]
    assert names(model.members(1)) == ["2a.jpg", "2c.jpg"]
    assert model.summary().files == 1
    assert names([removal.victim for removal in model.removals()]) == ["2c.jpg"]


def test_not_duplicates_is_remembered_by_content(not_duplicates: NotDuplicates, tmp_path: Path) -> None:
    twins = group(member("a.jpg", content="a"), member("b.jpg", content="b"), kind=GroupKind.EDITED)
    model = model_of(not_duplicates, twins, group(member("c.jpg"), member("d.jpg")))
    assert model.dismiss(0) is None
    assert model.groups() == [1]
    moved = group(member("moved/x.jpg", content="b"), member("moved/y.jpg", content="a"), kind=GroupKind.EDITED)
    next_time = model_of(NotDuplicates(tmp_path / "home" / "not-duplicates.txt"), moved)
    assert next_time.groups() == []


def test_a_new_picture_in_a_dismissed_group_brings_it_back(not_duplicates: NotDuplicates) -> None:
    a, b, c = (member(f"{name}.jpg", content=name) for name in "abc")
    model_of(not_duplicates, group(a, b, kind=GroupKind.EDITED)).dismiss(0)
    assert model_of(not_duplicates, group(a, b, c, kind=GroupKind.EDITED)).groups() == [0]
    assert model_of(not_duplicates, group(a, c, kind=GroupKind.EDITED)).groups() == [0]


def test_that_two_contents_differ_says_nothing_about_copies_of_one(not_duplicates: NotDuplicates) -> None:
    a, a_copy, b = member("a.jpg", content="a"), member("copy.jpg", content="a"), member("b.jpg", content="b")
    model_of(not_duplicates, group(a, b, kind=GroupKind.EDITED)).dismiss(0)
    copies = model_of(not_duplicates, group(a, a_copy))
    assert copies.groups() == [0]
    copies.dismiss(0)
    assert model_of(not_duplicates, group(a, a_copy, member("third.jpg", content="a"))).groups() == []


def test_dismissed_groups_go_with_their_marks_and_come_back_when_it_is_undone(
    not_duplicates: NotDuplicates, tmp_path: Path
) -> None:
    model = model_of(not_duplicates, group(member("a.jpg"), member("b.jpg")), group(member("c.jpg"), member("d.jpg")))
    assert not model.can_undo
    model.dismiss(0)
    assert model.summary().files == 1
    assert model.can_undo
    assert model.undo_dismiss() == 0
    assert model.groups() == [0, 1]
    assert model.summary().files == 2
    assert not NotDuplicates(tmp_path / "home" / "not-duplicates.txt").covers([one.digest for one in model.members(0)])


def test_what_is_in_the_trash_does_not_come_back_when_a_dismissal_is_undone(not_duplicates: NotDuplicates) -> None:
    a, a_copy, b = member("a.jpg"), member("a-copy.jpg"), member("b.jpg", content="b")
    model = model_of(not_duplicates, group(a, a_copy), group(a_copy, b, kind=GroupKind.SIMILAR))
    model.dismiss(1)
    model.gone([a_copy])
    assert not model.can_undo


def test_a_home_that_cannot_be_written_costs_only_the_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    model = model_of(NotDuplicates(tmp_path / "file" / "not-duplicates.txt"), group(member("a.jpg"), member("b.jpg")))
    assert "forgotten" in (model.dismiss(0) or "")
    assert model.groups() == []


def test_a_broken_edit_of_the_memory_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "not-duplicates.txt"
    file.write_bytes(b"# mine\n\xff\xfe\n12 34\n\n" + b"ab" * 32 + b"\n")
    said = NotDuplicates(file)
    model_of(said, group(member("a.jpg"), member("b.jpg"))).dismiss(0)
    assert file.read_text().startswith("# mine\n")
    assert model_of(NotDuplicates(file), group(member("a.jpg"), member("b.jpg"))).groups() == []


def test_two_windows_remember_into_one_file(tmp_path: Path) -> None:
    file = tmp_path / "not-duplicates.txt"
    one, other = NotDuplicates(file), NotDuplicates(file)
    first = group(member("a.jpg", content="1"), member("b.jpg", content="1"))
    second = group(member("c.jpg", content="2"), member("d.jpg", content="2"))
    model_of(one, first).dismiss(0)
    model_of(other, second).dismiss(0)
    assert model_of(NotDuplicates(file), first, second).groups() == []


def test_what_another_window_holds_is_not_waited_for_and_remembered_until_the_end(tmp_path: Path) -> None:
    file = tmp_path / "not-duplicates.txt"
    pair = group(member("a.jpg"), member("b.jpg"))
    model = model_of(NotDuplicates(file), pair)
    with FileLock(f"{file}.lock"):
        assert "will be forgotten" in str(model.dismiss(0))
    model.add([pair])
    assert model.groups() == []
    assert not file.exists()


def test_five_thousand_groups_and_one_of_five_thousand_are_no_burden(not_duplicates: NotDuplicates) -> None:
    many = [group(member(f"{n}a.jpg", content=str(n)), member(f"{n}b.jpg", content=str(n))) for n in range(5000)]
    model = model_of(not_duplicates, *many, group(*(member(f"black-{n}.jpg", content="black") for n in range(5000))))
    model.set_rule(KeepRule.SHORTEST_PATH)
    assert model.summary().files == 5000 + 4999
    assert len(model.removals()) == 5000 + 4999


FILES = [
    member(f"{number}.jpg", content=str(number), side=number % 4, modified_ns=number % 3, damaged=number % 5 == 0)
    for number in range(9)
] + [member(f"in.zip!/{number}.jpg", content=str(number), side=9) for number in range(2)]
GROUPS = st.lists(
    st.builds(
        lambda kind, members: DuplicateGroup(kind, tuple(members)),
        st.sampled_from(GroupKind),
        st.lists(st.sampled_from(FILES), min_size=2, max_size=5, unique=True),
    ),
    min_size=1,
    max_size=5,
)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["toggle", "keep", "mark", "unmark", "rule", "dismiss", "undo", "gone"]),
        st.integers(0, 50),
        st.integers(0, 50),
    ),
    max_size=12,
)


@given(GROUPS, ACTS)
@settings(max_examples=300, deadline=None)
def test_whatever_is_done_a_sound_picture_of_every_group_stays(
    tmp_path_factory: pytest.TempPathFactory, groups: list[DuplicateGroup], acts: list[tuple[str, int, int]]
) -> None:
    model = model_of(_Forgetful(tmp_path_factory.getbasetemp() / "not-duplicates.txt"), *groups)
    for act, one, other in acts:
        _act(model, act, one, other)
        for number in model.groups():
            members = model.members(number)
            staying = [one for one in members if not model.is_marked(one)]
            if model.has_marks(number):
                assert any(map(may_be_kept, staying))
                assert model.keeper(number) in staying
        going = {removal.victim.picture.key for removal in model.removals()}
        for removal in model.removals():
            assert removal.keepers
            assert all(may_be_kept(keeper) and keeper.picture.key not in going for keeper in removal.keepers)


class _Forgetful(NotDuplicates):
    """Nothing on the disk, for speed."""

    def remember(self, digests: object) -> None:
        pass

    def forget(self, digests: object) -> None:
        pass


def _act(model: DuplicatesModel, act: str, one: int, other: int) -> None:
    numbers = model.groups()
    if act == "rule":
        model.set_rule(list(KeepRule)[one % len(KeepRule)])
    elif act == "undo" and model.can_undo:
        model.undo_dismiss()
    elif act == "gone":
        everything = [member for number in model.groups() for member in model.members(number)]
        model.gone(everything[one::5])
    elif numbers:
        number = numbers[one % len(numbers)]
        members: list[GroupMember] = model.members(number)
        chosen = members[other % len(members)]
        if act == "toggle":
            model.toggle(chosen)
        elif act == "keep":
            model.keep(number, chosen)
        elif act == "mark":
            model.mark_others(number)
        elif act == "unmark":
            model.unmark(number)
        elif act == "dismiss":
            model.dismiss(number)
