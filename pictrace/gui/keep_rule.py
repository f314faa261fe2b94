"""Which picture of a group is proposed to stay."""

from enum import StrEnum

from pictrace.gui.trash import why_not_deletable
from pictrace.language import _
from pictrace.questions import GroupMember


class KeepRule(StrEnum):
    LARGEST = "largest"
    OLDEST = "oldest"
    NEWEST = "newest"
    SHORTEST_PATH = "shortest path"

    @property
    def words(self) -> str:
        return {
            KeepRule.LARGEST: _("the largest"),
            KeepRule.OLDEST: _("the oldest"),
            KeepRule.NEWEST: _("the newest"),
            KeepRule.SHORTEST_PATH: _("the shortest path"),
        }[self]


def worth(member: GroupMember, rule: KeepRule) -> tuple[object, ...]:
    """The lower, the better to keep. A backup in a ZIP is no reason to propose that all the files go."""
    picture = member.picture
    oldest = picture.modified_ns or float("inf")
    largest = -member.width * member.height
    by_rule: dict[KeepRule, float] = {
        KeepRule.LARGEST: largest,
        KeepRule.OLDEST: oldest,
        KeepRule.NEWEST: -picture.modified_ns,
        KeepRule.SHORTEST_PATH: len(picture.key),
    }
    inside_archive = why_not_deletable(picture) is not None
    return inside_archive, by_rule[rule], largest, oldest, picture.archive, picture.name
