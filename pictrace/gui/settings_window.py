"""The settings: how the window looks, the model, and what is remembered."""

import tkinter
from functools import partial
from typing import TYPE_CHECKING, Any

import ttkbootstrap

from pictrace.catalogue import CatalogueStatus
from pictrace.errors import PicTraceError
from pictrace.gui.dialogs import closing_row, side_window
from pictrace.gui.originals import readable
from pictrace.gui.preferences import Appearance
from pictrace.gui.query import in_bytes
from pictrace.gui.shown import Act
from pictrace.gui.theme import Theme
from pictrace.language import _

if TYPE_CHECKING:
    from pictrace.embedders.weights import WeightsStatus
    from pictrace.gui.app import Window

TEXT_SCALES = (0.9, 1.0, 1.15, 1.3, 1.5)


def show_settings(window: "Window") -> tkinter.Toplevel:
    """Each change holds at once."""
    theme, session = window.theme, window.session
    top = side_window(window.root, theme, _("Settings"), None)
    closing_row(top, theme)
    frame = ttkbootstrap.Frame(top, padding=theme.px(18))
    frame.pack(fill="both", expand=True)
    preferences = session.shown.preferences
    names = {Appearance.SYSTEM: _("System"), Appearance.LIGHT: _("Light"), Appearance.DARK: _("Dark")}
    appearance = tkinter.StringVar(top, preferences.appearance)
    scale = tkinter.StringVar(top, str(preferences.text_scale))
    offer = tkinter.BooleanVar(top, preferences.weights_bar)
    top.variables = (appearance, scale, offer)  # type: ignore[attr-defined]
    rows: list[tuple[str, list[Any]]] = [
        (
            _("Theme"),
            [
                ttkbootstrap.Radiobutton(
                    frame,
                    text=name,
                    value=str(one),
                    variable=appearance,
                    command=partial(session.prefer, appearance=one),
                )
                for one, name in names.items()
            ],
        ),
        (
            _("Text size"),
            [
                ttkbootstrap.Radiobutton(
                    frame,
                    text=f"{factor:.0%}",
                    value=str(factor),
                    variable=scale,
                    command=partial(session.prefer, text_scale=factor),
                )
                for factor in TEXT_SCALES
            ],
        ),
    ]
    for row, (words, choices) in enumerate(rows):
        _title(frame, theme, words, row)
        for column, choice in enumerate(choices, start=1):
            choice.grid(row=row, column=column, sticky="w", padx=(0, theme.px(10)))
    row = len(rows)
    offer_box = ttkbootstrap.Checkbutton(
        frame,
        text=_("Offer to download the ResNet50 model where it is missing"),
        variable=offer,
        command=lambda: session.prefer(weights_bar=offer.get()),
    )
    offer_box.grid(row=row, column=0, columnspan=8, sticky="w", pady=(theme.px(10), theme.px(6)))
    _add_model(window, frame, theme, row + 1)
    _add_memory(window, frame, theme, row + 2)
    return top


def _add_model(window: "Window", frame: Any, theme: Theme, row: int) -> None:
    """Whether the weights are here is told once that is known: their checksum may have to be computed."""
    from pictrace.embedders.weights import weights_status

    _title(frame, theme, _("Model"), row)
    words = ttkbootstrap.Label(frame, text=_("Looking…"), wraplength=theme.px(420))
    words.grid(row=row, column=1, columnspan=5, sticky="w")
    buttons = ttkbootstrap.Frame(frame)
    buttons.grid(row=row, column=6, columnspan=2, sticky="e")

    def tell(status: "WeightsStatus | PicTraceError") -> None:
        if not words.winfo_exists():
            return
        if isinstance(status, PicTraceError):
            words.configure(text=status.message)
        elif status.path is not None:
            words.configure(text=_("ResNet50 is on this computer ({size}).").format(size=in_bytes(status.bytes)))
        else:
            words.configure(text=status.problem or _("ResNet50 is not on this computer yet."))
            for label, act in ((_("Download 98 MB"), Act.DOWNLOAD_WEIGHTS), (_("Choose file…"), Act.CHOOSE_WEIGHTS)):
                ttkbootstrap.Button(buttons, text=label, command=partial(window.act, act)).pack(
                    side="left", padx=(theme.px(8), 0)
                )

    window.session.errands.run(lambda: weights_status(window.session.settings), tell)


def _add_memory(window: "Window", frame: Any, theme: Theme, row: int) -> None:
    _title(frame, theme, _("Remembered"), row)
    words = ttkbootstrap.Label(frame, text=_("Looking…"), wraplength=theme.px(420))
    words.grid(row=row, column=1, columnspan=5, sticky="w")

    def tell(status: CatalogueStatus | PicTraceError) -> None:
        if words.winfo_exists() and isinstance(status, CatalogueStatus):
            told = _("{pictures:,} pictures, {size}, in {folder}")
            folder = window.session.settings.home
            words.configure(
                text=told.format(pictures=status.pictures, size=in_bytes(status.bytes), folder=readable(str(folder)))
            )

    window.session.errands.run(lambda: window.thumbnails.catalogue().status(), tell)


def _title(frame: Any, theme: Theme, words: str, row: int) -> None:
    label = ttkbootstrap.Label(frame, text=words, font=theme.font(0, bold=True))
    label.grid(row=row, column=0, sticky="w", padx=(0, theme.px(20)), pady=theme.px(6))
