"""The command `pictrace model`: the ResNet50 weights on this computer."""

from pathlib import Path
from typing import Annotated

import typer

from pictrace.embedders.weights import download_weights, install_weights, remove_weights, weights_status
from pictrace.events import Finished
from pictrace.language import _
from pictrace.settings import WEIGHTS_MEGABYTES, load_settings
from pictrace.terminal import answer, follow, harmless, say

model = typer.Typer(help=_("The ResNet50 weights: are they here, fetch them, take them from a file, remove them."))


@model.command(epilog=_("Example: pictrace model status"))
def status() -> None:
    """Say whether the weights are on this computer."""
    found = weights_status(load_settings()[0])
    if found.problem is not None:
        answer(harmless(found.problem))
    elif found.path is None:
        missing = _(
            'The ResNet50 weights are not on this computer. "pictrace model download" fetches them ({size} MB).'
        )
        answer(missing.format(size=WEIGHTS_MEGABYTES))
    else:
        answer(
            _("ResNet50: {file} ({megabytes:.0f} MB)").format(
                file=harmless(str(found.path)), megabytes=found.bytes / 1e6
            )
        )
        answer(_("Ready to be used.") if found.converted else _("It will be prepared when it is first used."))


@model.command(epilog=_("Example: pictrace model download"))
def download() -> None:
    """Fetch the weights from where Keras gets them; goes on where an earlier download ended."""
    for event in follow(download_weights(load_settings()[0])):
        if isinstance(event, Finished):
            answer(_("The ResNet50 weights are here: {file}").format(file=harmless(str(event.result))))


@model.command(
    epilog=_("Example: pictrace model install Downloads/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5")
)
def install(file: Annotated[Path, typer.Argument(help=_("The file with the weights."), show_default=False)]) -> None:
    """Take the weights from a file that you got in another way."""
    installed = install_weights(load_settings()[0], file)
    answer(_("The ResNet50 weights are here: {file}").format(file=harmless(str(installed))))


@model.command(epilog=_("Example: pictrace model remove"))
def remove() -> None:
    """Remove the weights from PicTrace's folder; a copy in Keras' own cache stays."""
    freed = remove_weights(load_settings()[0])
    if freed:
        answer(_("Removed; {megabytes:.0f} MB are free again.").format(megabytes=freed / 1e6))
    else:
        say(_("There was nothing to remove."))
