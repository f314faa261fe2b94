"""An explanation in words. Costs no imports: whoever shows it need not be able to compute it."""

from pictrace.language import _
from pictrace.questions import Explanation


def told(explanation: Explanation) -> list[str]:
    """Every number, and what was compared how: a line each."""
    lines = [
        _("{score:.0%} · {label}").format(score=explanation.score, label=explanation.label.words),
        explanation.reason,
        _("Look as a whole: cosine {cosine:.3f} of the fingerprints, worth {share:.0%}").format(
            cosine=explanation.cosine, share=explanation.share
        ),
        _("Structure: SSIM {structure:.3f} of both pressed into squares of 256 grey pixels").format(
            structure=explanation.structure
        ),
    ]
    if explanation.aligned_structure is not None:
        lines.append(
            _(
                "Structure, laid over: SSIM {structure:.3f} where they cover each other ({one:.0%} and {other:.0%})"
            ).format(structure=explanation.aligned_structure, one=explanation.overlap[0], other=explanation.overlap[1])
        )
    found_here, found_there = explanation.points_found
    lines.append(
        _("Key points: {count} of {one} and {other} ORB points agree on one map, worth {share:.0%}").format(
            count=explanation.points_agreeing, one=found_here, other=found_there, share=explanation.keypoints
        )
    )
    return lines
