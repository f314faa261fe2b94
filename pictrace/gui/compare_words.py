"""What is said below the pictures of a comparison."""

from pictrace.gui.compare_scene import LINES, Mode, Scene
from pictrace.language import _, ngettext


def caption_of(scene: Scene, points: int, problem: str) -> tuple[str, bool]:
    """Of how many points agree; the problem is why there is no overlay. True where it tells of a failure."""
    overlay = scene.overlay
    if scene.mode is Mode.SIDE_BY_SIDE or any(scene.failures):
        return "", False
    if overlay is None:
        return (problem, True) if problem else (_("Comparing…"), False)
    if scene.mode is Mode.POINTS:
        return _points_words(points if overlay.points else 0), False
    if overlay.affine is None:
        return _("Nothing shows how they lie over one another; both are pressed into one frame."), False
    if scene.mode is Mode.SLIDER:
        return "", False
    if scene.differing is None:
        return _("There is too little to compare."), False
    return _("{share} of what both show differs.").format(share=_share_words(scene.differing)), False


def _points_words(count: int) -> str:
    if count == 0:
        return _("No key points agree on one map.")
    if count > LINES:
        return _("{count} key points agree on one map; {shown} of them are joined.").format(count=count, shown=LINES)
    return ngettext("{count} key point agrees on one map.", "{count} key points agree on one map.", count).format(
        count=count
    )


def _share_words(share: float) -> str:
    return _("Less than 1%") if 0 < share < 0.01 else f"{share:.0%}"
