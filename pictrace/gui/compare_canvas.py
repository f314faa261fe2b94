"""The canvas of the comparison: shows its scene, writes what is to be read, and obeys the mouse."""

import tkinter
from collections.abc import Callable
from typing import Literal

from PIL import Image, ImageDraw, ImageTk

from pictrace.errors import PictureUnreadable
from pictrace.gui.compare_scene import Mode, Scene
from pictrace.gui.compare_words import caption_of
from pictrace.gui.lens import Lens, Pane, Size
from pictrace.gui.lettering import Lettering
from pictrace.gui.originals import readable
from pictrace.gui.painting import Painted
from pictrace.gui.pictures import PictureLoader
from pictrace.gui.theme import Theme
from pictrace.language import _
from pictrace.questions import Overlay

_STEP = 1.25
_REST_MS = 120
_PAINTED_MS = 15
_SLOW_MS = 250
"""Nothing is said of what takes less."""

_Anchor = Literal["w", "e"]


class CompareCanvas(tkinter.Canvas):
    def __init__(self, parent: tkinter.Misc, theme: Theme, on_view: Callable[[], None]) -> None:
        """`on_view` is called after each drawing: the pictures may be wanted larger now."""
        super().__init__(parent, highlightthickness=0, borderwidth=0, background=theme.paper, takefocus=True)
        self.scene = Scene(theme.paper, theme.px)
        self._theme = theme
        self._lettering = Lettering(self)
        self._on_view = on_view
        self._due: str | None = None
        self._slow: str | None = None
        self._moving: str | None = None
        self._photo: ImageTk.PhotoImage | None = None
        self._handle: ImageTk.PhotoImage | None = None
        # Paints in a thread what takes long; only the newest of what it is asked for is shown.
        self._painter: PictureLoader[Scene] = PictureLoader(Scene.painted, threads=1, megabytes=0)
        self._wanted: Scene | None = None
        self._painting: str | None = None
        self._grip: tuple[Pane, bool] | None = None
        self._last = (0, 0)
        self._sliding = False
        self.clear(("", ""))
        self.bind("<Configure>", lambda _event: self.redraw())
        self.bind("<ButtonPress-1>", self._press)
        self.bind("<B1-Motion>", self._drag)
        self.bind("<ButtonRelease-1>", self._release)
        self.bind("<Double-Button-1>", lambda event: self._double(event.x, event.y))
        self.bind("<MouseWheel>", lambda event: self._wheel(event, _STEP if event.delta > 0 else 1 / _STEP))
        self.bind("<Button-4>", lambda event: self._wheel(event, _STEP))
        self.bind("<Button-5>", lambda event: self._wheel(event, 1 / _STEP))

    def clear(self, names: tuple[str, str]) -> None:
        """A new pair; nothing of it is known but what to call the pictures."""
        self._names = names
        if self._slow is not None:
            self.after_cancel(self._slow)
        self._slow = self.after(_SLOW_MS, self._say_opening)
        self._problem = ""
        self._points = 0
        self.scene.clear()
        self.redraw()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._handle = None
        self.configure(background=theme.paper)
        self.scene.set_theme(theme.paper, theme.px)
        self.redraw()

    def set_picture(self, side: int, painted: Painted, original: Size) -> None:
        self.scene.set_picture(side, painted, original)
        self.redraw()

    def set_failure(self, side: int, reason: str) -> None:
        self.scene.failures[side] = reason
        self.redraw()

    def set_overlay(self, overlay: Overlay, points: int) -> None:
        """So many distinct points agree."""
        self._points = points
        self.scene.set_overlay(overlay)
        self.redraw()

    def set_problem(self, reason: str) -> None:
        """Why there will be no overlay."""
        self._problem = reason
        self.redraw()

    def set_mode(self, mode: Mode) -> None:
        self.scene.mode = mode
        self.redraw()

    def flip(self, flipped: bool) -> None:
        if flipped != self.scene.flipped:
            self.scene.flipped = flipped
            self.redraw()

    def fit(self) -> None:
        self.scene.lens = Lens()
        self.redraw()

    def slide(self, step: float) -> None:
        self._slide_to(self.scene.divider + step)

    def zoom(self, factor: float) -> None:
        self.scene.zoom(factor, None)
        self.redraw()

    @property
    def still(self) -> bool:
        """All is drawn as finely as it can be, and nothing moves."""
        return self._due is None and self._moving is None and self._painting is None

    def redraw(self) -> None:
        """Once, when everything that happens now has happened."""
        if self._due is None:
            self._due = self.after_idle(self._draw)

    def destroy(self) -> None:
        for due in (self._due, self._slow, self._moving, self._painting):
            if due is not None:
                self.after_cancel(due)
        self._painter.close()
        super().destroy()

    def _redraw_moving(self) -> None:
        self._rest_later()
        self.redraw()

    def _rest_later(self) -> None:
        if self._moving is not None:
            self.after_cancel(self._moving)
        self._moving = self.after(_REST_MS, self._rest)

    def _rest(self) -> None:
        self._moving = None
        self.redraw()

    def _say_opening(self) -> None:
        self._slow = None
        self.redraw()

    def _draw(self) -> None:
        """At once; what would take long is drawn roughly at first, and finely as soon as nothing moves."""
        self._due = None
        self.scene.resize(self.winfo_width(), self.winfo_height())
        self._painter.drop_waiting()
        self._wanted = None
        if self.scene.quick:
            self._show(self.scene.painted())
            return
        self._show(self.scene.previewed())
        if self._moving is not None:
            # Counted from here, so that a frame that took long is not taken for a rest.
            self._rest_later()
        elif self.scene.complete or any(map(self.scene.has_picture, (0, 1))):
            self._wanted = self.scene.snapshot()
            self._painter.request(self._wanted)
            self._painting = self._painting or self.after(_PAINTED_MS, self._take_painted)

    def _take_painted(self) -> None:
        self._painting = None
        for scene, sheet in self._painter.poll(0):
            if scene is self._wanted and not isinstance(sheet, PictureUnreadable):
                self._show(sheet)
        if not self._painter.idle:
            self._painting = self.after(_PAINTED_MS, self._take_painted)

    def _show(self, sheet: Image.Image) -> None:
        if self._photo is None or (self._photo.width(), self._photo.height()) != sheet.size:
            self._photo = ImageTk.PhotoImage(sheet, master=self)
        else:
            self._photo.paste(sheet)
        self.delete("all")
        self.create_image(0, 0, anchor="nw", image=self._photo)
        self._write_names()
        self._write_caption()
        panes = self.scene.panes
        for side in (0, 1):
            self._write_state(panes[side % len(panes)], side)
        if self.scene.mode is Mode.SLIDER and self.scene.complete:
            self._draw_divider(panes[0])
        self._on_view()

    def _write_names(self) -> None:
        px, theme, panes = self._theme.px, self._theme, self.scene.panes
        order = (1, 0) if self.scene.flipped else (0, 1)
        right = self.winfo_width() - panes[0].left
        second: tuple[int, _Anchor] = (right, "e") if self.scene.single else (panes[1].left, "w")
        starts: tuple[tuple[int, _Anchor], ...] = ((panes[0].left, "w"), second)
        room = self.winfo_width() / 2 - px(50)
        for side, (x, anchor) in zip(order, starts, strict=True):
            letter = self._word(x, px(17), "AB"[side], theme.accent, anchor, bold=True)
            left, _top, after, _bottom = self.bbox(letter)
            x = after + px(6) if anchor == "w" else left - px(6)
            self._word(x, px(17), self._shortened(self._names[side], room), theme.ink, anchor)

    def _write_caption(self) -> None:
        edge, y = self.scene.panes[0].left, self.winfo_height() - self._theme.px(17)
        hint = _("Scroll to zoom · drag to move · hold B to flip")
        said = self._word(self.winfo_width() - edge, y, hint, self._theme.faint, "e")
        caption, failed = caption_of(self.scene, self._points, self._problem)
        colour = self._theme.danger if failed else self._theme.faint
        room = self.bbox(said)[0] - edge - self._theme.px(12)
        self._word(edge, y, self._shortened(caption, room), colour, "w")

    def _word(self, x: float, y: float, text: str, colour: str, anchor: _Anchor, bold: bool = False) -> int:
        return self.create_text(
            x, y, text=text, fill=colour, anchor=anchor, font=self._theme.font(0, bold), tags="words"
        )

    def _shortened(self, text: str, room: float) -> str:
        return self._lettering.shortened(readable(text), self._theme.font(0), round(room))

    def _write_state(self, pane: Pane, side: int) -> None:
        """Where there is no picture, why."""
        if self.scene.has_picture(side):
            return
        x, y = pane.centre
        text, colour = self.scene.failures[side], self._theme.danger
        if not text:
            if self._slow is not None:
                return
            text, colour = _("Opening…"), self._theme.faint
        font = self._theme.font(0)
        room = pane.width * 0.8
        self.create_text(x, y, text=text, fill=colour, font=font, width=room, justify="center", tags="words")

    def _draw_divider(self, pane: Pane) -> None:
        x = pane.left + round(pane.width * self.scene.divider)
        for colour, width in (("#202020", 4), ("#ffffff", 2)):
            self.create_line(x, pane.top, x, pane.top + pane.height, fill=colour, width=self._theme.px(width))
        if self._handle is None:
            self._handle = ImageTk.PhotoImage(_handle(self._theme.px(34)), master=self)
        self.create_image(x, pane.centre[1], image=self._handle)

    def _slide_to(self, divider: float) -> None:
        self.scene.divider = min(1.0, max(0.0, divider))
        self._redraw_moving()

    def _press(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        self.focus_set()
        self._grip, self._last = self.scene.grip(event.x), (event.x, event.y)
        pane, _of_other = self._grip
        near = abs(event.x - pane.left - pane.width * self.scene.divider) <= self._theme.px(20)
        moves = self.scene.lens.zoom > 1
        self._sliding = self.scene.mode is Mode.SLIDER and (near or not moves)
        self.configure(cursor="sb_h_double_arrow" if self._sliding else "fleur" if moves else "")
        if self._sliding:
            self._drag(event)

    def _drag(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        if self._grip is None:
            return
        if self._sliding:
            pane, _of_other = self._grip
            self._slide_to((event.x - pane.left) / pane.width)
            return
        self.scene.move(self._grip, event.x - self._last[0], event.y - self._last[1])
        self._last = event.x, event.y
        self._redraw_moving()

    def _release(self, _event: "tkinter.Event[tkinter.Misc]") -> None:
        self._grip = None
        self.configure(cursor="")

    def _wheel(self, event: "tkinter.Event[tkinter.Misc]", factor: float) -> None:
        self.scene.zoom(factor, (event.x, event.y))
        self._redraw_moving()

    def _double(self, x: int, y: int) -> None:
        """Between all of it and its single pixels."""
        if self.scene.lens.zoom > 1:
            self.fit()
        elif self.scene.mode is not Mode.SLIDER:
            self.scene.zoom(max(2.0, 1 / self.scene.magnified), (x, y))
            self.redraw()


def _handle(size: int) -> Image.Image:
    """Of the slider: a disc with an arrow to each side."""
    fine = 4
    image = Image.new("RGBA", (size * fine, size * fine))
    draw = ImageDraw.Draw(image)
    last, ink = size * fine - 1, (32, 32, 32, 255)
    draw.ellipse((fine, fine, last - fine, last - fine), fill=(255, 255, 255, 255), outline=ink, width=fine)
    middle, reach, tip, wing = last / 2, last * 0.13, last * 0.30, last * 0.12
    for way in (-1, 1):
        base = middle + way * reach
        draw.polygon([(middle + way * tip, middle), (base, middle - wing), (base, middle + wing)], fill=ink)
    return image.reduce(fine)
