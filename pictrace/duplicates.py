"""The verb `duplicates`: files that show the same photograph, in groups."""

import hashlib
import os
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from pictrace.catalogue import Catalogue
from pictrace.closer_look import Evidence, Knots, Look, by_points, compare, fused, look, same_picture, share_of
from pictrace.decode import decode_pixels, thumbnail_pixels
from pictrace.errors import MachineRefuses, Unreadable
from pictrace.events import Decoding, Event, Stage
from pictrace.evidence import with_mirror_image
from pictrace.fingerprints import Fingerprints
from pictrace.grouping import Groups
from pictrace.neighbours import Pair, nearest_pairs
from pictrace.pace import Pace
from pictrace.picture import Digest, PictureRef
from pictrace.questions import DuplicateGroup, GroupKind, GroupMember
from pictrace.thumbnails import Thumbnails

FEW = 12
"""How many of the nearest of each picture are looked at closer."""
LEAST_COSINE = 0.35
_SIMILAR_BY_POINTS = 0.5
_REMEMBERED_LOOKS = 600
_PAIRS_AT_ONCE = 32
_FACTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Content:
    """Equal bytes: looked at once, however many files hold them."""

    digest: Digest
    files: tuple[PictureRef, ...]


_Family = Sequence[_Content]
_File = tuple[PictureRef, Digest]
_Found = tuple[GroupKind, Sequence[_File]]
"""What will be a group; the one to keep first."""


@dataclass(frozen=True, slots=True)
class _Facts:
    width: int
    height: int
    damaged: bool
    thumbnail: bytes
    """Its SHA-256."""


class Duplicates:
    """`turned` holds the fingerprint of every picture turned by a quarter; `read` opens a file once more."""

    def __init__(
        self,
        catalogue: Catalogue,
        thumbnails: Thumbnails,
        fingerprints: Fingerprints,
        turned: Fingerprints,
        knots: Knots,
        read: Callable[[PictureRef], bytes],
        max_bytes: int,
    ) -> None:
        self._catalogue = catalogue
        self._thumbnails = thumbnails
        self._fingerprints = fingerprints
        self._turned = turned
        self._knots = knots
        self._read = read
        self._max_bytes = max_bytes
        self._looks: OrderedDict[Digest, Look] = OrderedDict()

    def run(
        self, files: Iterable[tuple[PictureRef, Digest]], *, similar: bool
    ) -> Generator[Event, None, tuple[DuplicateGroup, ...]]:
        # Not those whose thumbnail and file are both gone.
        contents = [content for content in _contents(files) if content.digest in self._turned]
        digests = [content.digest for content in contents]
        same, alike = Groups(len(contents)), Groups(len(contents))
        upright = self._fingerprints.matrix[self._fingerprints.rows(digests)]
        turned = self._turned.matrix[self._turned.rows(digests)]
        pace = Pace(Stage.COMPARING, len(contents))
        threads = os.cpu_count() or 1
        done = 0
        with ThreadPoolExecutor(threads, thread_name_prefix="closer look") as pool:
            for rows, pairs in nearest_pairs(upright, turned, FEW, LEAST_COSINE, threads):
                for share in self._join(digests, rows, pairs, same, alike, pool):
                    if pace.is_due():
                        yield pace.progress(done + int(share * len(rows)))
                done += len(rows)
            yield pace.progress(done)
            families: dict[int, _Family] = {
                root: [contents[one] for one in group] for root, group in same.members().items()
            }
            copies = [family for family in families.values() if sum(len(one.files) for one in family) > 1]
            scenes = self._scenes(families, same, alike) if similar else []
            self._gather_facts(one.digest for some in [copies, *scenes] for family in some for one in family)
            found = []
            for family in copies:
                found.append((yield from self._copies(family)))
            found += map(self._similar, scenes)
            scores = yield from self._scores(found, pool)
        groups = [self._group(kind, files, scores) for kind, files in found]
        return tuple(sorted(groups, key=lambda group: (list(GroupKind).index(group.kind), _name(group.members[0]))))

    def _join(
        self,
        digests: Sequence[Digest],
        rows: Set[int],
        pairs: Sequence[Pair],
        same: Groups,
        alike: Groups,
        pool: ThreadPoolExecutor,
    ) -> Iterator[float]:
        """Of each pair at least one is in these rows. Yields the share done."""
        waiting = deque(sorted(pairs, key=lambda pair: (-pair[0], pair[1:])))
        while waiting:
            # A look at a query costs twice that at the others; this way few pictures are queries.
            chosen = [(one, other) if one in rows else (other, one) for one, other in _next_pairs(waiting, same)]
            self._look_at([(digests[one], digests[other]) for one, other in chosen], pool)
            chosen = [pair for pair in chosen if all(digests[one] in self._looks for one in pair)]
            evidence = pool.map(lambda pair: self._evidence(digests[pair[0]], digests[pair[1]]), chosen)
            for (one, other), found in zip(chosen, evidence, strict=True):
                if same_picture(found):
                    same.join(one, other)
                elif by_points(found) >= _SIMILAR_BY_POINTS:
                    alike.join(one, other)
            yield 1 - len(waiting) / len(pairs)

    def _look_at(self, pairs: Sequence[tuple[Digest, Digest]], pool: ThreadPoolExecutor) -> None:
        """The first of each is the query."""
        queries = dict.fromkeys(query for query, _other in pairs)
        wanted = queries | dict.fromkeys(other for _query, other in pairs)
        thumbnails = self._thumbnails.of(digest for digest in wanted if digest not in self._looks)
        looks = pool.map(lambda thumbnail: look(thumbnail_pixels(thumbnail), mirrored=False), thumbnails.values())
        self._looks.update(zip(thumbnails, looks, strict=True))
        one_sided = [one for one in queries if one in self._looks and self._looks[one].mirrored is None]
        mirrored = pool.map(with_mirror_image, [self._looks[digest] for digest in one_sided])
        self._looks.update(zip(one_sided, mirrored, strict=True))
        for digest in self._looks.keys() & wanted.keys():
            self._looks.move_to_end(digest)
        while len(self._looks) > _REMEMBERED_LOOKS:
            self._looks.popitem(last=False)

    def _evidence(self, one: Digest, other: Digest) -> Evidence:
        return compare(self._looks[one], self._looks[other])

    def _copies(self, family: _Family) -> Generator[Event, None, _Found]:
        files = [(file, content.digest) for content in family for file in content.files]
        exact = len(family) == 1 or (yield from self._have_equal_pixels(family))
        return GroupKind.EXACT if exact else GroupKind.EDITED, self._keeper_first(files)

    def _scenes(self, families: dict[int, _Family], same: Groups, alike: Groups) -> list[list[_Family]]:
        """Families that show the same scene."""
        scenes = Groups(len(families) and max(families) + 1)
        for group in alike.members().values():
            for one in group:
                scenes.join(same.root(group[0]), same.root(one))
        found = [[families[root] for root in scene if root in families] for scene in scenes.members().values()]
        return [scene for scene in found if len(scene) > 1]

    def _similar(self, scene: Sequence[_Family]) -> _Found:
        """Of each family of copies, only the one to keep."""
        return GroupKind.SIMILAR, self._keeper_first(list(map(self._keeper, scene)))

    def _gather_facts(self, digests: Iterable[Digest]) -> None:
        """A few at a time: all thumbnails together would not fit into memory."""
        self._facts = dict.fromkeys(digests, _Facts(0, 0, True, b""))
        remaining = iter(list(self._facts))
        while chunk := list(islice(remaining, _FACTS_AT_ONCE)):
            self._thumbnails.of(chunk)
            for digest, picture in self._catalogue.pictures(chunk).items():
                seen = hashlib.sha256(picture.thumbnail).digest()
                self._facts[digest] = _Facts(picture.width, picture.height, picture.damaged, seen)

    def _keeper(self, family: _Family) -> _File:
        return self._keeper_first([(file, content.digest) for content in family for file in content.files])[0]

    def _keeper_first(self, files: Sequence[_File]) -> list[_File]:
        keeper = min(files, key=lambda file: self._worth(*file))
        others = (file for file in files if file is not keeper)
        return [keeper, *sorted(others, key=lambda file: (file[0].archive, file[0].name))]

    def _worth(self, file: PictureRef, digest: Digest) -> tuple[bool, int, float, str, str]:
        """The lower, the better to keep."""
        picture = self._facts[digest]
        oldest = file.modified_ns or float("inf")
        return picture.damaged, -picture.width * picture.height, oldest, file.archive, file.name

    def _scores(
        self, found: Iterable[_Found], pool: ThreadPoolExecutor
    ) -> Generator[Event, None, dict[tuple[Digest, Digest], float]]:
        """How much each is like the one to keep, where they are not the same."""
        pairs = {
            (files[0][1], digest): 1.0
            for kind, files in found
            if kind is not GroupKind.EXACT
            for _file, digest in files
            if digest != files[0][1]
        }
        pace = Pace(Stage.COMPARING, len(pairs))
        remaining = iter(list(pairs))
        done = 0
        while chunk := list(islice(remaining, _PAIRS_AT_ONCE)):
            self._look_at(chunk, pool)
            pairs.update(zip(chunk, pool.map(self._score, chunk), strict=True))
            done += len(chunk)
            if pace.is_due():
                yield pace.progress(done)
        return pairs

    def _score(self, pair: tuple[Digest, Digest]) -> float:
        first, second = self._fingerprints.matrix[self._fingerprints.rows(pair)].astype(np.float32)
        share = share_of(float(first @ second), self._knots)
        if any(digest not in self._looks for digest in pair):
            return share
        return fused(share, self._evidence(*pair))

    def _group(
        self, kind: GroupKind, files: Sequence[_File], scores: Mapping[tuple[Digest, Digest], float]
    ) -> DuplicateGroup:
        keeper = files[0][1]
        members = (
            GroupMember(
                picture=file,
                digest=digest,
                score=scores.get((keeper, digest), 1.0),
                width=self._facts[digest].width,
                height=self._facts[digest].height,
                damaged=self._facts[digest].damaged,
            )
            for file, digest in files
        )
        return DuplicateGroup(kind, tuple(members))

    def _have_equal_pixels(self, family: _Family) -> Generator[Event, None, bool]:
        """To the last bit, in full resolution; only looked into where all else is equal."""
        if len({replace(self._facts[content.digest], damaged=False) for content in family}) > 1:
            return False
        pixels: set[bytes] = set()
        for content in family:
            yield Decoding((content.files[0].key,), 0.0)
            try:
                decoded = decode_pixels(self._read(content.files[0]), self._max_bytes, None)
                pixels.add(hashlib.sha256(decoded.pixels.tobytes()).digest())
            except (Unreadable, MachineRefuses):
                pixels.add(content.digest)
        yield Decoding((), 0.0)
        return len(pixels) == 1


def _next_pairs(waiting: deque[Pair], same: Groups) -> list[tuple[int, int]]:
    """The nearest that are not in one group yet. A pair that may come into one group by others, which are looked at
    now, goes on waiting until that is known: of many copies hardly more are compared than it takes to join them."""
    chosen: list[tuple[int, int]] = []
    later: list[Pair] = []
    in_question: set[int] = set()
    while waiting and len(chosen) < _PAIRS_AT_ONCE and len(later) < _PAIRS_AT_ONCE:
        pair = waiting.popleft()
        roots = {same.root(pair[1]), same.root(pair[2])}
        if len(roots) == 1:
            continue
        if roots <= in_question:
            later.append(pair)
        else:
            in_question |= roots
            chosen.append(pair[1:])
    waiting.extendleft(reversed(later))
    return chosen


def _contents(files: Iterable[tuple[PictureRef, Digest]]) -> list[_Content]:
    """By name, so that the answer does not depend on the order of reading. Two names of one file are one file."""
    seen: set[str] = set()
    by_digest: dict[Digest, list[PictureRef]] = defaultdict(list)
    for file, digest in sorted(files, key=lambda pair: (pair[0].archive, pair[0].name)):
        if file.file_id not in seen:
            seen.add(file.file_id)
            by_digest[digest].append(file)
    return [_Content(digest, tuple(same)) for digest, same in by_digest.items()]


def _name(member: GroupMember) -> tuple[str, str]:
    return member.picture.archive, member.picture.name
