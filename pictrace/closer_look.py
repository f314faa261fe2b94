"""Two pictures side by side: what they have in common, how much that is, what to call it, and why."""

from pictrace.evidence import Evidence, Look, compare, look, whole_structure
from pictrace.keypoints import CHANCE_POINTS
from pictrace.language import _, ngettext
from pictrace.likeness import Knots, by_points, by_washes, fused, knots_from, share_of
from pictrace.one_picture import is_edited, is_safely_one
from pictrace.picture import Label

__all__ = [
    "Evidence",
    "Knots",
    "Label",
    "Look",
    "by_points",
    "by_washes",
    "compare",
    "fused",
    "knots_from",
    "label_of",
    "look",
    "reason_of",
    "same_picture",
    "share_of",
    "whole_structure",
]


_EDITED_WASHES = 0.5
_SAME_WASHES = 0.8


def label_of(evidence: Evidence | None, same_content: bool) -> Label:
    """By evidence, not by the number alone; without evidence nobody knows more than that they look alike."""
    if same_content:
        return Label.SAME_PICTURE
    if evidence is None:
        return Label.SIMILAR_LOOK
    if is_edited(evidence) or by_washes(evidence) >= _EDITED_WASHES:
        return Label.EDITED_COPY
    return Label.SAME_THING if evidence.points > CHANCE_POINTS + 1 else Label.SIMILAR_LOOK


def same_picture(evidence: Evidence) -> bool:
    """Safe enough to put both into one group of duplicates: not only what lies around them is the same."""
    if is_safely_one(evidence):
        return True
    return by_washes(evidence) > 0 and evidence.smooth is not None and evidence.smooth.difference < _SAME_WASHES


def reason_of(cosine_share: float, evidence: Evidence | None, same_content: bool) -> str:
    """One sentence that explains the score from its own numbers."""
    if same_content:
        return _("Both files have the same content.")
    whole = _("as a whole they look {share} alike").format(share=_percent(cosine_share))
    if evidence is None:
        return _("Not looked at closer; {whole}.").format(whole=whole)
    if evidence.points > CHANCE_POINTS and evidence.affine is not None:
        told = [_points_told(evidence)]
        if evidence.aligned is not None:
            told.append(_("the aligned pictures agree to {share}").format(share=_percent(evidence.aligned.coarse)))
        told.append(whole)
        return _sentence(told)
    if by_washes(evidence) > 0 and evidence.smooth is not None:
        return _sentence(
            [
                _("Hardly any corners to compare, but the colours run alike: they differ by {levels} of 255").format(
                    levels=f"{evidence.smooth.difference:.1f}"
                ),
                whole,
            ]
        )
    return _sentence([_("No key points agree on one map"), whole])


def _points_told(evidence: Evidence) -> str:
    how = []
    if evidence.mirrored:
        how.append(_("mirrored"))
    if abs(degrees := round(evidence.turned_degrees)) >= 2:
        how.append(_("turned by {degrees}°").format(degrees=degrees))
    if not 0.95 <= evidence.scale <= 1.05:
        how.append(_("scaled to {share}").format(share=_percent(evidence.scale)))
    told = ngettext(
        "{count} key point agrees on one map", "{count} key points agree on one map", evidence.points
    ).format(count=evidence.points)
    return told + (", " + ", ".join(how) if how else "")


def _sentence(parts: list[str]) -> str:
    return "; ".join(parts) + "."


def _percent(share: float) -> str:
    """Whole percents, but 100 only for all of it."""
    return f"{max(0.0, share):.0%}" if not 0.99 < share < 1 else "99%"
