"""Sentences that the command line and the window share."""

from pictrace.events import Progress, Stage
from pictrace.language import _


def time_left(seconds: float) -> str:
    if seconds < 60:
        return _("about {count:.0f} s left").format(count=max(seconds, 1))
    if seconds < 5400:
        return _("about {count:.0f} min left").format(count=seconds / 60)
    return _("about {count:.1f} h left").format(count=seconds / 3600)


def described(progress: Progress) -> str:
    """As it stands beside the bar: n of N, rate and time left."""
    if progress.stage is Stage.COUNTING:
        return _("Looking for pictures… {done:,} found").format(done=progress.done)
    if progress.stage is Stage.CONVERTING:
        return _("Preparing the ResNet50 model, once…")
    if progress.stage is Stage.DOWNLOADING:
        words = [_("Downloading {done:.0f} of {total:.0f} MB")]
        values = {"done": progress.done / 1e6, "total": (progress.total or 0) / 1e6}
    else:
        words = [
            {
                Stage.INDEXING: _("Reading pictures {done:,} of {total:,}"),
                Stage.SEARCHING: _("Searching {done:,} of {total:,}"),
                Stage.TURNING: _("Looking at pictures turned {done:,} of {total:,}"),
                Stage.COMPARING: _("Comparing {done:,} of {total:,}"),
                Stage.ASKING: _("Asking sites what they allow {done:,} of {total:,}"),
                Stage.PAGES: _("Reading pages {done:,} of {total:,}"),
                Stage.MEASURING: _("Looking how large pictures are {done:,} of {total:,}"),
                Stage.COPYING: _("Copying {done:,} of {total:,}"),
            }[progress.stage]
        ]
        values = {"done": progress.done, "total": progress.total or 0}
        if progress.per_second is not None:
            words.append(_("{rate:.0f} a second"))
            values["rate"] = progress.per_second
    text = " · ".join(words).format(**values)
    return text if progress.seconds_left is None else f"{text} · {time_left(progress.seconds_left)}"
