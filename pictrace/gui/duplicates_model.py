"""What the list of duplicates shows and decides: which stays, which are marked, what goes to the trash."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pictrace.errors import MachineRefuses
from pictrace.gui.keep_rule import KeepRule, worth
from pictrace.gui.not_duplicates import NotDuplicates
from pictrace.gui.summary import Summary
from pictrace.gui.trash import Removal, may_be_kept, why_not_deletable
from pictrace.language import _
from pictrace.picture import Digest
from pictrace.questions import DuplicateGroup, GroupKind, GroupMember


@dataclass(slots=True)
class _Shown:
    group: DuplicateGroup
    keeper: str | None = None
    """The key of the one that stays whatever happens; None where none may be kept."""
    by_hand: bool = False
    """The person chose in it: rules leave it alone."""
    members: dict[str, GroupMember] = field(default_factory=dict)


class DuplicatesModel:
    """Groups are called by numbers, which do not change; files by their keys. A file is marked in all its groups.

    At any time every group with a mark has a member without one that may be kept.
    """

    def __init__(self, not_duplicates: NotDuplicates, rule: KeepRule = KeepRule.LARGEST) -> None:
        self._not_duplicates = not_duplicates
        self._rule = rule
        self._shown: dict[int, _Shown] = {}
        self._groups_of: dict[str, list[int]] = defaultdict(list)
        self._marked: set[str] = set()
        self._dismissed: list[tuple[int, _Shown]] = []
        self._next = 0

    def add(self, groups: Iterable[DuplicateGroup]) -> None:
        for group in groups:
            members = _different_files(group.members)
            if len(members) > 1 and not self._not_duplicates.covers([member.digest for member in members.values()]):
                self._show(self._next, _Shown(group, members=members))
                self._next += 1

    @property
    def rule(self) -> KeepRule:
        return self._rule

    def set_rule(self, rule: KeepRule) -> None:
        """Proposes anew in every group that the person did not choose in."""
        self._rule = rule
        for shown in self._shown.values():
            if not shown.by_hand:
                self._marked.difference_update(key for key in shown.members if not self._chosen_by_hand(key))
        for number in self.groups():
            if not self._shown[number].by_hand:
                self._propose(self._shown[number])

    def groups(self) -> list[int]:
        return sorted(self._shown)

    def kind(self, number: int) -> GroupKind:
        return self._shown[number].group.kind

    def as_shown(self, number: int) -> DuplicateGroup:
        """Without what went, and the one to keep first."""
        return DuplicateGroup(self.kind(number), tuple(self.members(number)))

    def members(self, number: int) -> list[GroupMember]:
        """The one to keep first."""
        shown = self._shown[number]
        return sorted(shown.members.values(), key=lambda member: member.picture.key != shown.keeper)

    def size(self, number: int) -> int:
        return len(self._shown[number].members)

    def keeper(self, number: int) -> GroupMember | None:
        shown = self._shown[number]
        return None if shown.keeper is None else shown.members[shown.keeper]

    def is_marked(self, member: GroupMember) -> bool:
        return member.picture.key in self._marked

    def why_not_markable(self, member: GroupMember) -> str | None:
        if (reason := why_not_deletable(member.picture)) is not None:
            return reason
        for number in self._groups_of[member.picture.key]:
            if not self._keeps_one(self._shown[number], without=member.picture.key):
                return _("One picture of each group always stays, and it must not be a damaged one.")
        return None

    def toggle(self, member: GroupMember) -> str | None:
        """Marks, or takes the mark away; or says why not."""
        if self.is_marked(member):
            self._marked.discard(member.picture.key)
        elif (reason := self.why_not_markable(member)) is not None:
            return reason
        else:
            self._marked.add(member.picture.key)
        self._chose_in(self._groups_of[member.picture.key])
        return None

    def keep(self, number: int, member: GroupMember) -> str | None:
        """Makes it the one to keep; the one before takes over its mark. Or says why not."""
        if not may_be_kept(member):
            return (
                _("A damaged picture is never the one to keep.")
                if member.damaged
                else _("What lies on the web cannot be the one to keep.")
            )
        shown = self._shown[number]
        before, was_marked = self.keeper(number), self.is_marked(member)
        self._marked.discard(member.picture.key)
        shown.keeper = member.picture.key
        if was_marked and before is not None and self.why_not_markable(before) is None:
            self._marked.add(before.picture.key)
            self._chose_in(self._groups_of[before.picture.key])
        self._chose_in(self._groups_of[member.picture.key])
        return None

    def mark_others(self, number: int) -> None:
        """All but the one to keep, as far as they may go."""
        shown = self._shown[number]
        for key, member in shown.members.items():
            if key != shown.keeper and self.why_not_markable(member) is None:
                self._marked.add(key)
        self._chose_in(number for key in shown.members for number in self._groups_of[key])

    def unmark(self, number: int) -> None:
        self._marked.difference_update(self._shown[number].members)
        self._chose_in(number for key in self._shown[number].members for number in self._groups_of[key])

    def has_marks(self, number: int) -> bool:
        return not self._marked.isdisjoint(self._shown[number].members)

    def dismiss(self, number: int) -> str | None:
        """Not duplicates: gone from the list, now and in future. Returns what the person should know, if anything."""
        shown = self._shown.pop(number)
        self._dismissed.append((number, shown))
        self._leave(number, shown)
        return self._tell(self._not_duplicates.remember, shown)

    @property
    def can_undo(self) -> bool:
        return bool(self._dismissed)

    def undo_dismiss(self) -> int:
        """Shows the group that was dismissed last again, and returns its number."""
        number, shown = self._dismissed.pop()
        self._tell(self._not_duplicates.forget, shown)
        self._show(number, _Shown(shown.group, members=shown.members))
        return number

    def summary(self) -> Summary:
        losing = {number for key in self._marked for number in self._groups_of[key]}
        kept = {key for number in losing for key in self._shown[number].members} - self._marked
        going = [self._shown[self._groups_of[key][0]].members[key] for key in self._marked]
        return Summary(len(going), sum(member.picture.size_bytes for member in going), len(kept))

    def removals(self) -> tuple[Removal, ...]:
        """What is marked, in the order of the list, with what stays in its place."""
        removals = {}
        for number in self.groups():
            for key, member in self._shown[number].members.items():
                if key in self._marked and key not in removals:
                    keepers = (self.keeper(other) for other in self._groups_of[key])
                    removals[key] = Removal(member, tuple(keeper for keeper in keepers if keeper is not None))
        return tuple(removals.values())

    def gone(self, members: Sequence[GroupMember]) -> None:
        """These are in the trash; a group with one picture left is none."""
        for _number, shown in self._dismissed:
            for member in members:
                shown.members.pop(member.picture.key, None)
        self._dismissed = [(number, shown) for number, shown in self._dismissed if len(shown.members) > 1]
        for member in members:
            self._marked.discard(member.picture.key)
            for number in self._groups_of.pop(member.picture.key, []):
                shown = self._shown[number]
                del shown.members[member.picture.key]
                if len(shown.members) < 2:
                    del self._shown[number]
                    self._leave(number, shown)
                else:
                    self._spare_one(shown)

    def _show(self, number: int, shown: _Shown) -> None:
        self._shown[number] = shown
        for key in shown.members:
            self._groups_of[key].append(number)
        self._propose(shown)

    def _leave(self, number: int, shown: _Shown) -> None:
        for key in shown.members:
            self._groups_of[key].remove(number)
            if not self._groups_of[key]:
                del self._groups_of[key]
                self._marked.discard(key)

    def _propose(self, shown: _Shown) -> None:
        shown.keeper = None
        self._spare_one(shown)
        if shown.group.kind is GroupKind.EXACT and shown.keeper is not None:
            for key, member in shown.members.items():
                if key != shown.keeper and self.why_not_markable(member) is None:
                    self._marked.add(key)
            self._keep_anew(number for key in shown.members for number in self._groups_of[key])

    def _spare_one(self, shown: _Shown) -> None:
        """Marked in other groups, all of them may be: here the best of them must stay."""
        if not any(self._staying(shown)) and not self._marked.isdisjoint(shown.members):
            stays = min(filter(may_be_kept, shown.members.values()), key=self._worth, default=None)
            self._marked.difference_update(shown.members if stays is None else {stays.picture.key})
        if shown.keeper not in shown.members or shown.keeper in self._marked:
            shown.keeper = self._best(shown)

    def _chose_in(self, numbers: Iterable[int]) -> None:
        changed = set(numbers)
        for number in changed:
            self._shown[number].by_hand = True
        self._keep_anew(changed)

    def _keep_anew(self, numbers: Iterable[int]) -> None:
        for number in set(numbers):
            shown = self._shown[number]
            if shown.keeper is None or shown.keeper in self._marked:
                shown.keeper = self._best(shown)

    def _chosen_by_hand(self, key: str) -> bool:
        return any(self._shown[number].by_hand for number in self._groups_of[key])

    def _keeps_one(self, shown: _Shown, without: str | None = None) -> bool:
        """Most often it is the keeper, and a group may have thousands."""
        keeper = shown.keeper
        if keeper is not None and keeper != without and keeper not in self._marked:
            return True
        return any(member.picture.key != without for member in self._staying(shown))

    def _staying(self, shown: _Shown) -> Iterator[GroupMember]:
        return (member for key, member in shown.members.items() if key not in self._marked and may_be_kept(member))

    def _best(self, shown: _Shown) -> str | None:
        best = min(self._staying(shown), key=self._worth, default=None)
        return None if best is None else best.picture.key

    def _worth(self, member: GroupMember) -> tuple[object, ...]:
        return worth(member, self._rule)

    @staticmethod
    def _tell(say: Callable[[Sequence[Digest]], None], shown: _Shown) -> str | None:
        try:
            say([member.digest for member in shown.members.values()])
        except MachineRefuses as refusal:
            return refusal.message
        return None


def _different_files(members: Sequence[GroupMember]) -> dict[str, GroupMember]:
    """By key. Two names of one file are one file."""
    files = {member.picture.file_id: member for member in reversed(members)}
    return {member.picture.key: member for member in reversed(files.values())}
