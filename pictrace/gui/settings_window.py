"""The settings: how the window looks, the model, and what is remembered."""

import tkinter
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Any

import ttkbootstrap

from pictrace.errors import PicTraceError
from pictrace.gui.describing import download_words
from pictrace.gui.dialogs import closing_row, side_window
from pictrace.gui.originals import readable
from pictrace.gui.preferences import Appearance
from pictrace.gui.query import in_bytes
from pictrace.gui.shown import Act
from pictrace.gui.theme import Theme
from pictrace.language import _, ngettext

if TYPE_CHECKING:
    from pictrace.embedders.weights import WeightsStatus
    from pictrace.gui.app import Window
    from pictrace.remembered import Remembered

TEXT_SCALES = (0.9, 1.0, 1.15, 1.3, 1.5)


class Section(Enum):
    """What of the settings a menu leads to."""

    MODEL = auto()
    CACHE = auto()


def appearance_names() -> dict[Appearance, str]:
    return {Appearance.SYSTEM: _("System"), Appearance.LIGHT: _("Light"), Appearance.DARK: _("Dark")}


def show_settings(window: "Window", section: Section | None = None) -> tkinter.Toplevel:
    """Each change holds at once. The keyboard is led to the section."""
    theme, session = window.theme, window.session
    top = side_window(window.root, theme, _("Settings"), None)
    closing_row(top, theme)
    frame = ttkbootstrap.Frame(top, padding=theme.px(18))
    frame.pack(fill="both", expand=True)
    frame.columnconfigure(1, weight=1)
    preferences = session.shown.preferences
    appearance = tkinter.StringVar(top, preferences.appearance)
    scale = tkinter.StringVar(top, str(preferences.text_scale))
    offer = tkinter.BooleanVar(top, preferences.weights_bar)
    top.variables = (appearance, scale, offer)  # type: ignore[attr-defined]

    def add_choices(row: int, words: str, variable: tkinter.StringVar, name: str, choices: dict[Any, str]) -> None:
        _title(window, frame, words, row)
        line = ttkbootstrap.Frame(frame)
        line.grid(row=row, column=1, columnspan=2, sticky="w")
        for value, label in choices.items():
            choose = partial(session.prefer, **{name: value})
            ttkbootstrap.Radiobutton(line, text=label, value=str(value), variable=variable, command=choose).pack(
                side="left", padx=(0, theme.px(16))
            )

    add_choices(0, _("Theme"), appearance, "appearance", appearance_names())
    add_choices(1, _("Text size"), scale, "text_scale", {factor: f"{factor:.0%}" for factor in TEXT_SCALES})
    offer_box = ttkbootstrap.Checkbutton(
        frame,
        text=_("Offer to download the ResNet50 model where it is missing"),
        variable=offer,
        command=lambda: session.prefer(weights_bar=offer.get()),
    )
    offer_box.grid(row=3, column=1, columnspan=2, sticky="w", pady=(0, theme.px(8)))
    _add_model(window, frame, theme, 2, focus=section is Section.MODEL)
    CacheRow(window, frame, 4, focus=section is Section.CACHE)
    return top


def _add_model(window: "Window", frame: Any, theme: Theme, row: int, *, focus: bool) -> None:
    """Whether the weights are here is told once that is known: their checksum may have to be computed."""
    from pictrace.embedders.weights import weights_status

    _title(window, frame, _("Model"), row)
    words = ttkbootstrap.Label(frame, text=_("Looking…"), wraplength=theme.px(380))
    words.grid(row=row, column=1, sticky="w")
    buttons = ttkbootstrap.Frame(frame)
    buttons.grid(row=row, column=2, sticky="e", padx=(theme.px(16), 0))

    def tell(status: "WeightsStatus | PicTraceError") -> None:
        if not words.winfo_exists():
            return
        if isinstance(status, PicTraceError):
            words.configure(text=status.message)
        elif status.path is not None:
            words.configure(text=_("ResNet50 is on this computer ({size}).").format(size=in_bytes(status.bytes)))
        else:
            words.configure(text=status.problem or _("ResNet50 is not on this computer yet."))
            for label, act in ((download_words(), Act.DOWNLOAD_WEIGHTS), (_("Choose file…"), Act.CHOOSE_WEIGHTS)):
                button = ttkbootstrap.Button(buttons, text=label, command=partial(window.act, act))
                button.pack(side="left", padx=(theme.px(8), 0))
            if focus:
                buttons.winfo_children()[0].focus_set()

    window.session.errands.run(lambda: weights_status(window.session.settings), tell)


class CacheRow:
    """What is remembered of pictures, how much it is, and the way to forget it, which asks first."""

    def __init__(self, window: "Window", frame: Any, row: int, *, focus: bool) -> None:
        self._window = window
        theme = window.theme
        _title(window, frame, _("Cache"), row)
        self._words = ttkbootstrap.Label(frame, text=_("Looking…"), wraplength=theme.px(380), justify="left")
        self._words.grid(row=row, column=1, sticky="w")
        buttons = ttkbootstrap.Frame(frame)
        buttons.grid(row=row, column=2, sticky="e", padx=(theme.px(16), 0))
        self.keep = ttkbootstrap.Button(buttons, text=_("Keep"), command=self._look)
        self.clear = ttkbootstrap.Button(buttons, text=_("Clear…"), command=self._ask)
        self.clear.pack(side="right", padx=(theme.px(8), 0))
        if focus:
            self.clear.focus_set()
        self._look()

    def _look(self) -> None:
        from pictrace.remembered import what_is_remembered

        session = self._window.session
        session.errands.run(lambda: what_is_remembered(session.settings), self._tell)

    def _tell(self, remembered: "Remembered | PicTraceError") -> None:
        if not self._words.winfo_exists():
            return
        self.keep.pack_forget()
        self.clear.configure(text=_("Clear…"), bootstyle="default", command=self._ask)
        if isinstance(remembered, PicTraceError):
            self._words.configure(text=remembered.message)
            return
        pictures = 0 if remembered.catalogue is None else remembered.catalogue.pictures
        words = ngettext(
            "{count:,} picture: thumbnail and fingerprint, {size}, in {folder}",
            "{count:,} pictures: thumbnails and fingerprints, {size}, in {folder}",
            pictures,
        )
        folder = readable(str(self._window.session.settings.home))
        self._words.configure(text=words.format(count=pictures, size=in_bytes(remembered.bytes), folder=folder))
        self.clear.configure(state="normal" if pictures or remembered.fingerprints else "disabled")

    def _ask(self) -> None:
        self._words.configure(
            text=_("Forget all this? No picture of yours is touched; the next search reads all of them again.")
        )
        self.clear.configure(text=_("Clear"), bootstyle="danger", command=self._forget)
        self.keep.pack(side="right")
        self.keep.focus_set()

    def _forget(self) -> None:
        self.keep.pack_forget()
        self.clear.configure(state="disabled")
        self._words.configure(text=_("Clearing…"))
        self._window.session.forget_everything(self._forgotten)

    def _forgotten(self, problem: PicTraceError | None) -> None:
        if isinstance(problem, PicTraceError):
            self._window.session.notify(problem.message)
        self._look()


def _title(window: "Window", frame: Any, words: str, row: int) -> None:
    theme = window.theme
    label = ttkbootstrap.Label(frame, text=words, font=theme.font(0, bold=True))
    # The text size may change while the settings are open.
    label.bind("<<ThemeChanged>>", lambda _event: label.configure(font=window.theme.font(0, bold=True)))
    label.grid(row=row, column=0, sticky="w", padx=(0, theme.px(20)), pady=theme.px(6))
