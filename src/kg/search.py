"""Search by name: an index in memory of everything that `kg.named` reads, and the ranked hits."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kg.errors import ParameterError
from kg.folding import letters, tight, words
from kg.named import KINDS, Spelling, Thing
from kg.places import key_of

RANKS = ("exact", "prefix", "word", "substring", "fuzzy")
FACETS: Mapping[str, Callable[[Thing], Sequence[str]]] = {
    "kind": lambda thing: (thing.kind,),
    "country": lambda thing: [key_of(iri) for iri in thing.countries],
    "source": lambda thing: [key_of(iri) for iri in thing.sources],
}
MOST_SIGNS = 200  # of what is asked

_EXACT, _PREFIX, _WORD, _SUBSTRING, _FUZZY = range(5)
_HOW = ("label", "other", "identifier", "text")
_FEW = 10  # hits besides which a name that is only similar is still worth showing
_LONGEST = 40  # signs of a beginning that are compared
_MOST_WORDS = 12
_ADDRESS = re.compile(r"(?:https?:/|[a-z]+:|/)\S+", re.IGNORECASE)
_GEONAMES = re.compile(r"geonames\.org/(\d+)")

_Closeness = tuple[int, int]  # the rank, and the slips in what is only similar


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: `spelling` is the name that fits, `rank` says how well, of RANKS."""

    thing: Thing
    spelling: Spelling
    rank: str


@dataclass(frozen=True)
class Found:
    """All hits, the best first, and for each facet the hits that each of its values would give."""

    hits: list[Hit]
    facets: Mapping[str, Mapping[str, int]]


class Index:
    """The names of `things`, arranged to be found; `complete` says whether these are all."""

    def __init__(self, things: Sequence[Thing], complete: bool = True) -> None:
        self.complete = complete
        self.values = {
            facet: sorted({value for thing in things for value in values_of(thing)})
            for facet, values_of in FACETS.items()
        }
        self.values["kind"] = [kind for kind in KINDS if kind in self.values["kind"]]
        self._names = [(thing, spelling) for thing in things for spelling in thing.spellings]
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._words: dict[str, str] = {}
        begins: list[tuple[str, int, int]] = []
        keys = []
        for number, (_, spelling) in enumerate(self._names):
            parts = words(spelling.text).split()
            key = "".join(parts)
            self._exact[key].append(number)
            is_code = spelling.how == "identifier"
            keys.append("" if is_code else key)
            if is_code:
                begins.append((key[:_LONGEST], number, _SUBSTRING))
                continue
            at = 0
            for part in parts:
                rank = _WORD if at else _PREFIX
                begins.append((key[at : at + _LONGEST], number, rank))
                at += len(part)
                self._words.setdefault(part, letters(part))
        self._begins = sorted(begins)
        self._text = "\n".join(keys) + "\n"
        self._offsets = [0]
        for key in keys:
            self._offsets.append(self._offsets[-1] + len(key) + 1)
        self._similar = {
            key: letters(key)
            for key, numbers in self._exact.items()
            if any(self._names[number][1].how in ("label", "other") for number in numbers)
        }

    def search(self, asked: str, language: str, chosen: Mapping[str, str]) -> Found:
        """Return what `asked` names; `chosen` gives a value for some of the facets.

        Names in `language` are preferred where several of one thing fit. Raises ParameterError
        where `asked` is too long, or a facet or its value is not known.
        """
        if len(asked) > MOST_SIGNS:
            raise ParameterError(
                "'%(value)s …' has %(number)s characters; want at most %(most)s",
                value=asked[:50], number=len(asked), most=MOST_SIGNS,
            )  # fmt: skip
        for facet, value in chosen.items():
            if value not in self.values[facet]:
                raise ParameterError(
                    "%(name)s is '%(value)s'; want one of %(names)s",
                    name=facet, value=value[:50], names=", ".join(self.values[facet][:100]),
                )  # fmt: skip
        hits = self._best(self._close(bare(asked)), language)
        facets = {}
        for facet, values_of in FACETS.items():
            others = {name: value for name, value in chosen.items() if name != facet}
            counts = Counter(
                value for hit in hits if _fits(hit, others) for value in values_of(hit.thing)
            )
            facets[facet] = {v: counts[v] for v in self.values[facet] if counts[v]}
        return Found([hit for hit in hits if _fits(hit, chosen)], facets)

    def _close(self, asked: str) -> dict[int, _Closeness]:
        """Return how close each name that fits is to `asked`."""
        key = tight(asked)
        if not key:
            return {}
        close: dict[int, _Closeness] = dict.fromkeys(self._exact.get(key, ()), (_EXACT, 0))
        for number, rank in self._beginning(key):
            close[number] = min(close.get(number, (_FUZZY, 0)), (rank, 0))
        for number in self._with_all(words(asked).split()):
            close.setdefault(number, (_WORD, 0))
        if len(key) > 1 or not key.isascii():
            for number in self._holding(key):
                close.setdefault(number, (_SUBSTRING, 0))
        if len(close) < _FEW and not self._exact.get(key):
            for number, slips in self._like(key):
                close.setdefault(number, (_FUZZY, slips))
        for number in () if close else self._with_all_like(words(asked).split()):
            close[number] = (_FUZZY, 0)
        return close

    def _beginning(self, key: str) -> Iterable[tuple[int, int]]:
        """Yield the names that `key` begins, or a word of which it begins, with the rank."""
        cut = key[:_LONGEST]
        for place in range(bisect_left(self._begins, (cut,)), len(self._begins)):
            begin, number, rank = self._begins[place]
            if not begin.startswith(cut):
                break
            if len(key) <= _LONGEST or key in self._key(number):
                yield number, rank

    def _with_all(self, asked: Sequence[str]) -> set[int]:
        """Return the names in which every word begins a word."""
        if not 1 < len(asked) <= _MOST_WORDS:
            return set()
        found: set[int] | None = None
        for word in sorted(set(asked), key=len, reverse=True):
            these = self._with_word(word)
            found = these if found is None else found & these
            if not found:
                break
        return found or set()

    def _with_word(self, word: str) -> set[int]:
        return {number for number, rank in self._beginning(word) if rank != _SUBSTRING}

    def _holding(self, key: str) -> Iterable[int]:
        at = self._text.find(key)
        while at >= 0:
            number = bisect_left(self._offsets, at + 1) - 1
            yield number
            at = self._text.find(key, self._offsets[number + 1])

    def _like(self, key: str) -> Iterable[tuple[int, int]]:
        """Yield the names that are a slip or two of the pen from `key`, with their number."""
        for other, slips in _near(key, self._similar, 50):
            for number in self._exact[other]:
                yield number, slips

    def _with_all_like(self, asked: Sequence[str]) -> set[int]:
        """Return the names in which every word begins a word, or one that is near to it."""
        if not 1 < len(asked) <= _MOST_WORDS:
            return set()
        found: list[set[int]] = []
        for word in set(asked):
            meant = [word, *(other for other, _ in _near(word, self._words, 5))]
            found.append({number for one in meant for number in self._with_word(one)})
        return set.intersection(*found)

    def _key(self, number: int) -> str:
        return self._text[self._offsets[number] : self._offsets[number + 1] - 1]

    def _best(self, close: Mapping[int, _Closeness], language: str) -> list[Hit]:
        """Return the things that bear these names, each once by its best name, in order."""
        best: dict[str, tuple[tuple[int, ...], int]] = {}
        for number, (rank, distance) in close.items():
            thing, spelling = self._names[number]
            how = _HOW.index(spelling.how)
            foreign = spelling.language != language
            order = (rank, distance, how > 1, KINDS.index(thing.kind), how, foreign,
                     -thing.weight, len(spelling.text))  # fmt: skip
            best[thing.iri] = min(best.get(thing.iri, (order, number)), (order, number))
        ordered = sorted(best.values())
        return [Hit(*self._names[number], RANKS[order[0]]) for order, number in ordered]


def _near(word: str, among: Mapping[str, str], most: int) -> list[tuple[str, int]]:
    """Return those of `among`, keys with their letters, that are few slips away, with how many."""
    wanted = letters(word)
    slips = min(3, len(wanted) // 4) if len(wanted) > 3 else len(wanted) // 3
    near = {key: slip for _, slip, key in _extract(wanted, among, slips, most)}
    if not word.isascii():  # a whole syllable or character may be wrong, missing or too many
        slips = 1 if len(word) < 8 else 2
        for key, slip, _ in _extract(word, among.keys(), slips, most):
            # Of two characters both must be right: many names share one.
            if len(word) > 2 or len(key) > len(word):
                near[key] = min(near.get(key, slip), slip)
    return sorted(near.items(), key=lambda pair: (pair[1], pair[0]))[:most]


def _extract(wanted: str, among: Any, slips: int, most: int) -> list[tuple[str, int, Any]]:
    if not slips or len(wanted) < 2:
        return []
    return process.extract(wanted, among, scorer=OSA.distance, score_cutoff=slips, limit=most)


def _fits(hit: Hit, chosen: Mapping[str, str]) -> bool:
    return all(value in FACETS[facet](hit.thing) for facet, value in chosen.items())


def bare(asked: str) -> str:
    """Return the number or key in an address such as `wd:Q8684` or `/id/place/kr-seoul`."""
    asked = asked.strip()
    if found := _GEONAMES.search(asked):
        return found[1]
    if _ADDRESS.fullmatch(asked):
        return key_of(asked).rpartition(":")[2] or asked
    return asked
