"""What a file is, judged by its name, or by its first bytes where the name does not tell."""

import re
from enum import Enum, auto

SNIFF_BYTES = 64

_PICTURES = frozenset(
    """
    jpg jpeg jpe jfif jif jps mpo png apng gif webp bmp dib tif tiff heic heics heif heifs hif avif avifs
    jp2 j2k j2c jpc jpx jpf ico psd
    3fr arw bay cap cr2 cr3 crw dcr dcs dng erf fff gpr iiq k25 kdc mdc mef mos mrw nef nrw orf pef ptx raf raw
    rw2 rwl rwz sr2 srf srw x3f
    """.split()  # noqa: SIM905
)
_ARCHIVES = (".zip", ".cbz", ".tar", ".cbt", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")
_OTHERS = frozenset(
    """
    txt md rst log csv tsv json xml yaml yml toml ini cfg conf html htm css js ts py pyc c h cpp hpp java class rs go
    rb php sh bat ps1 sql pdf doc docx docm dot dotx odt odp ods odg rtf tex xls xlsx xlsm ppt pptx pages numbers key
    epub mobi azw3 mp4 m4v mov avi mkv webm mpg mpeg mts m2ts wmv flv 3gp vob mp3 m4a aac ogg oga opus flac wav wma
    aif aiff mid midi svg svgz eps ps ai indd xcf kra blend stl obj ttf otf woff woff2 exe dll so dylib msi deb rpm
    apk jar war whl iso dmg img vmdk qcow2 7z rar gz bz2 xz zst lz4 cab xmp aae thm lrv db sqlite lnk url ics vcf eml
    pkl npy npz h5 onnx pt pth crdownload torrent
    """.split()  # noqa: SIM905
)
_ISO_BRANDS = frozenset(b"heic heix heim heis hevc hevx hevm hevs mif1 mif2 msf1 avif avis crx".split())
_BEGINNINGS = (
    b"\xff\xd8\xff",  # JPEG, MPO
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"II*\0",  # TIFF, and with it DNG, NEF, ARW, CR2, PEF, SRW
    b"MM\0*",
    b"II+\0",  # BigTIFF
    b"MM\0+",
    b"\0\0\0\x0cjP  \r\n\x87\n",  # JPEG 2000, in a file and bare
    b"\xff\x4f\xff\x51",
    b"8BPS\0\1",  # PSD
    b"IIRO",  # camera RAW of Olympus, Panasonic, Fujifilm, Minolta, Sigma
    b"IIRS",
    b"MMOR",
    b"IIU\0",
    b"FUJIFILMCCD-RAW",
    b"\0MRM",
    b"FOVb",
)
_BMP_HEADERS = frozenset((12, 16, 40, 52, 56, 64, 108, 124))


class Kind(Enum):
    PICTURE = auto()
    ARCHIVE = auto()
    OTHER = auto()
    UNKNOWN = auto()
    """The name does not tell: look at the content."""


def kind_of(name: str) -> Kind:
    base = name.rpartition("/")[2].lower()
    if base.endswith(_ARCHIVES):
        return Kind.ARCHIVE
    stem, _dot, extension = base.rpartition(".")
    if not stem:
        return Kind.UNKNOWN
    if extension in _PICTURES:
        return Kind.PICTURE
    return Kind.OTHER if extension in _OTHERS else Kind.UNKNOWN


def is_hidden(name: str) -> bool:
    """Some part of the path is hidden, or is what macOS puts beside the real files."""
    return name.startswith(".") or "/." in name or "__MACOSX" in name.split("/")


def leads_outside(name: str) -> bool:
    """Unpacked carelessly, this member would land outside the folder meant for it."""
    return (
        name.startswith(("/", "\\"))
        or ".." in re.split(r"[/\\]", name)
        or re.match(r"[A-Za-z]:[/\\]", name) is not None
    )


def looks_like_picture(head: bytes) -> bool:
    """Judged by the first SNIFF_BYTES of the content."""
    if head.startswith(_BEGINNINGS):
        return True
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    if head[4:8] == b"ftyp":
        return head[8:12].rstrip(b" ") in _ISO_BRANDS
    if head[:2] == b"BM":
        return len(head) >= 18 and int.from_bytes(head[14:18], "little") in _BMP_HEADERS
    if head[:4] == b"\0\0\1\0":  # ICO: a number of icons, then a byte that is always 0
        return len(head) >= 22 and head[4:6] != b"\0\0" and head[9] == 0
    return False
