"""What the comparison of two pictures shows, as one image; without tkinter."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from enum import Enum

from PIL import Image, ImageColor

from pictrace.gui.lens import Lens, Pane, Sight, Size, over_one_another
from pictrace.gui.maps import Map, Place
from pictrace.gui.painting import Colour, Painted, faded, heat, joined, share_that_differs
from pictrace.questions import Overlay

LINES = 40
"""More hide the pictures."""

_GREY_STRENGTH = 0.55
_QUICK_PIXELS = 1_000_000
"""Painted while nobody notices."""
_SMOOTH_PIXELS = 4_000_000
"""On larger canvases the pixels are so small that lines need not be smoothed, which would take long."""


class Mode(Enum):
    SIDE_BY_SIDE = 1
    POINTS = 2
    DIFFERENCES = 3
    SLIDER = 4


class Scene:
    """Of a pair, as far as it is known by now. Side 0 is the one picture, side 1 the other."""

    def __init__(self, paper: str, px: Callable[[float], int]) -> None:
        self.mode = Mode.SIDE_BY_SIDE
        self.flipped = False
        self.divider = 0.5
        """Of the slider: a share of the width."""
        self._size: Size = (1, 1)
        self._rough = False
        self._set_colours(paper, px)
        self.clear()

    def clear(self) -> None:
        """For another pair."""
        self.lens = Lens()
        self.overlay: Overlay | None = None
        self._painted: list[Painted | None] = [None, None]
        self._originals: list[Size | None] = [None, None]
        self.failures = ["", ""]
        """Why a side cannot be shown."""
        self._heat: Painted | None = None
        self.differing: float | None = None
        """What share of what both show."""

    def set_theme(self, paper: str, px: Callable[[float], int]) -> None:
        self._set_colours(paper, px)
        if self.overlay is not None:
            self.set_overlay(self.overlay)

    def _set_colours(self, paper: str, px: Callable[[float], int]) -> None:
        red, green, blue = ImageColor.getrgb(paper)[:3]
        self._paper: Colour = red, green, blue
        self._px = px

    def resize(self, width: int, height: int) -> None:
        self._size = max(1, width), max(1, height)

    def set_picture(self, side: int, painted: Painted, original: Size) -> None:
        self._painted[side] = painted
        self._originals[side] = original

    def set_overlay(self, overlay: Overlay) -> None:
        self.overlay = overlay
        self.differing = share_that_differs(overlay.differences)
        self._heat = Painted(heat(overlay.differences, self._paper))

    def has_picture(self, side: int) -> bool:
        return self._painted[side] is not None

    @property
    def complete(self) -> bool:
        return self._sight() is not None

    @property
    def single(self) -> bool:
        """One lies over the other, in one pane; not if there is only one."""
        return self.mode in (Mode.DIFFERENCES, Mode.SLIDER) and not any(self.failures)

    @property
    def panes(self) -> tuple[Pane, ...]:
        top, gap, edge = self._px(34), self._px(12), self._px(12)
        width, height = self._size[0] - 2 * edge, max(1, self._size[1] - 2 * top)
        if self.single:
            return (Pane(edge, top, max(1, width), height),)
        half = max(1, (width - gap) // 2)
        return Pane(edge, top, half, height), Pane(edge + half + gap, top, half, height)

    @property
    def magnified(self) -> float:
        """Pixels on the screen for one of the picture in the first pane."""
        sight = self._sight()
        if sight is None:
            return 1.0
        return sight.view(False, self.panes[0]).a / sight.one[0]

    @property
    def longest_sides(self) -> tuple[int, int]:
        """So many pixels of each picture, along its longer side, are of use now."""
        sight, panes = self._sight(), self.panes
        if sight is None:
            side = max(panes[0].width, panes[0].height)
            return side, side
        views = sight.view(False, panes[0]), sight.view(True, panes[-1])
        first, second = (round(max(view.a, view.d)) for view in views)
        return first, second

    def grip(self, x: int) -> tuple[Pane, bool]:
        """The pane there, and whether what is in it moves as the other picture does."""
        panes = self.panes
        if len(panes) == 1:
            return panes[0], self._onto_other
        right = x >= panes[1].left
        return panes[right], right != self.flipped

    def zoom(self, factor: float, around: Place | None) -> None:
        """Around a place, or the middle."""
        if (sight := self._sight()) is not None:
            pane, of_other = self.grip(0 if around is None else round(around[0]))
            self.lens = sight.zoomed(of_other, pane, factor, around or pane.centre).lens

    def move(self, grip: tuple[Pane, bool], dx: float, dy: float) -> None:
        if (sight := self._sight()) is not None:
            pane, of_other = grip
            self.lens = sight.moved(of_other, pane, dx, dy).lens

    @property
    def quick(self) -> bool:
        """It is so small that it can be painted finely while it moves."""
        return self._size[0] * self._size[1] <= _QUICK_PIXELS

    def snapshot(self) -> "Scene":
        """As it is now, to be painted by a thread."""
        taken = copy(self)
        taken._painted, taken._originals, taken.failures = self._painted[:], self._originals[:], self.failures[:]
        return taken

    def previewed(self) -> Image.Image:
        """The same in large pixels, at once: for as long as the pictures move."""
        part = 1
        while self._size[0] * self._size[1] > _QUICK_PIXELS * part * part:
            part += 1
        small = copy(self)
        small._rough = True
        small._size = -(-self._size[0] // part), -(-self._size[1] // part)
        small._px = lambda logical: self._px(logical / part)
        sheet = small.painted()
        whole = sheet.resize((sheet.width * part, sheet.height * part), Image.Resampling.NEAREST) if part > 1 else sheet
        return whole if whole.size == self._size else whole.crop((0, 0, *self._size))

    def painted(self) -> Image.Image:
        sheet = Image.new("RGB", self._size, self._paper)
        sight = self._sight()
        if sight is None:
            self._paint_alone(sheet)
        elif self.mode is Mode.DIFFERENCES:
            self._paint_differences(sheet, sight)
        elif self.mode is Mode.SLIDER:
            self._paint_slider(sheet, sight)
        else:
            self._paint_both(sheet, sight)
        return sheet

    def _sight(self) -> Sight | None:
        one, other = self._originals
        if one is None or other is None:
            return None
        affine = None if self.overlay is None or self.overlay.affine is None else Map(*self.overlay.affine)
        return Sight(one, other, affine, self.lens)

    @property
    def _onto_other(self) -> bool:
        """Which picture gives the frame where one is laid over the other: the one that shows more, or whose frame the
        differences have."""
        if self.overlay is None or self.overlay.affine is None:
            return True
        return self.overlay.over_other if self.mode is Mode.DIFFERENCES else abs(Map(*self.overlay.affine).area) <= 1

    def _paint_alone(self, sheet: Image.Image) -> None:
        """While one of the two is not there, or never will be."""
        for pane, painted, size in zip(self.panes, self._painted, self._originals, strict=False):
            if painted is not None and size is not None:
                painted.on(sheet, pane, Sight(size, size, None).view(False, pane), rough=self._rough)

    def _paint_both(self, sheet: Image.Image, sight: Sight) -> None:
        panes = self.panes
        sides = (1, 0) if self.flipped else (0, 1)
        views = [sight.view(bool(side), pane) for side, pane in zip(sides, panes, strict=True)]
        for side, pane, view in zip(sides, panes, views, strict=True):
            if (painted := self._painted[side]) is not None:
                painted.on(sheet, pane, view, rough=self._rough)
        if self.mode is Mode.POINTS and self.overlay is not None:
            places = [((a, b), (c, d)) for a, b, c, d in self.overlay.points]
            if self.flipped:
                places = [(there, here) for here, there in places]
            lines = [(views[0](left), views[1](right)) for left, right in places]
            smooth = not self._rough and self._size[0] * self._size[1] <= _SMOOTH_PIXELS
            joined(sheet, lines, (panes[0], panes[1]), LINES, self._px(4), smooth=smooth)

    def _paint_differences(self, sheet: Image.Image, sight: Sight) -> None:
        (pane,) = self.panes
        views = self._laid_over(sight)
        shown = self._onto_other != self.flipped
        if (painted := self._painted[shown]) is not None:
            painted.on(sheet, pane, views[shown], rough=self._rough)
            faded(sheet, pane, views[shown], self._paper, _GREY_STRENGTH)
        if self._heat is not None:
            self._heat.on(sheet, pane, views[self._onto_other], rough=self._rough)

    def _paint_slider(self, sheet: Image.Image, sight: Sight) -> None:
        (pane,) = self.panes
        views = self._laid_over(sight)
        cut = round(pane.width * self.divider)
        parts = replace(pane, width=cut), replace(pane, left=pane.left + cut, width=pane.width - cut)
        for part, side in zip(parts, (1, 0) if self.flipped else (0, 1), strict=True):
            if (painted := self._painted[side]) is not None:
                painted.on(sheet, part, views[side], rough=self._rough)

    def _laid_over(self, sight: Sight) -> tuple[Map, Map]:
        """The views of both pictures in the one pane."""
        (pane,) = self.panes
        below = sight.view(self._onto_other, pane)
        above = below.after(over_one_another(sight.affine, self._onto_other))
        return (above, below) if self._onto_other else (below, above)
