"""Where pictures come from: folders, ZIP, TAR and lists of addresses, all behind one protocol."""

from pictrace.archives.opening import find_picture, is_list_of_addresses, open_archive
from pictrace.archives.protocol import PictureArchive

__all__ = ["PictureArchive", "find_picture", "is_list_of_addresses", "open_archive"]
