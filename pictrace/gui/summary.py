"""What is marked for the trash, in words."""

from dataclasses import dataclass

from pictrace.language import _, ngettext


@dataclass(frozen=True, slots=True)
class Summary:
    files: int
    size_bytes: int
    stay: int
    """Of the groups that lose something."""

    @property
    def words(self) -> str:
        if not self.files:
            return _("Nothing is marked. Mark what should go to the trash.")
        go = ngettext(
            "{count:,} file, {size}, goes to the trash", "{count:,} files, {size}, go to the trash", self.files
        )
        return _("{go}; {stay}").format(go=self._filled(go), stay=self._stay)

    @property
    def question(self) -> str:
        """Asked before anything goes."""
        move = ngettext(
            "Move {count:,} file, {size}, to the trash?", "Move {count:,} files, {size}, to the trash?", self.files
        )
        return _("{move} {stay}.").format(move=self._filled(move), stay=self._stay)

    def _filled(self, words: str) -> str:
        return words.format(count=self.files, size=size_words(self.size_bytes))

    @property
    def _stay(self) -> str:
        return ngettext("{count:,} picture stays", "{count:,} pictures stay", self.stay).format(count=self.stay)


def size_words(size_bytes: int) -> str:
    if size_bytes < 1_000_000:
        return _("{size:,} KB").format(size=-(-size_bytes // 1000))
    if size_bytes < 999_500_000:
        return _("{size:,} MB").format(size=round(size_bytes / 1e6))
    return _("{size:,.1f} GB").format(size=size_bytes / 1e9)
