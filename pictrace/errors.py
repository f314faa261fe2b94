"""Every failure that a person can see. One class, one exit code; the message is the whole sentence to show.

PicTraceError                       1
├── WrongWords                      2   the request itself makes no sense
├── Unreadable                      3   a query or an archive could not be read
│   ├── PictureUnreadable               this one picture; in an archive it is passed over
│   └── ArchiveUnreadable
│       ├── ArchiveMissing              gone, or on a drive that is not connected
│       ├── ArchiveProtected            needs a password
│       └── ArchiveDamaged              broken, hostile, or no archive at all
├── ModelUnavailable                4   the weights are missing, wrong or could not be had
│   └── WeightsMissing                  they are simply not on this computer yet
├── MachineRefuses                  5   disk full, no permission, no network, port taken, no display
└── Interrupted                   130   cancelled by the person
"""


class PicTraceError(Exception):
    exit_code = 1

    @property
    def message(self) -> str:
        return str(self.args[0])


class WrongWords(PicTraceError):
    exit_code = 2


class Unreadable(PicTraceError):
    exit_code = 3


class PictureUnreadable(Unreadable):
    pass


class ArchiveUnreadable(Unreadable):
    pass


class ArchiveMissing(ArchiveUnreadable):
    pass


class ArchiveProtected(ArchiveUnreadable):
    pass


class ArchiveDamaged(ArchiveUnreadable):
    pass


class ModelUnavailable(PicTraceError):
    exit_code = 4


class WeightsMissing(ModelUnavailable):
    pass


class MachineRefuses(PicTraceError):
    exit_code = 5


class Interrupted(PicTraceError):
    exit_code = 130
