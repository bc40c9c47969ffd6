"""Data of others beside ours: which partners of a place both tell of, and which only one.

Two places are held to be one where both match the same Wikidata item, exactly or, as reviewers
found of ours, closely: the same territory under another item. Nothing is merged.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations, product

from kg.namespaces import PREFIXES, WD
from kg.overlap import STATES, Match, Overlap, Partner, Place
from kg.places import Places, key_of
from kg.store import Literal, NamedNode, Store

_PREFIXES = "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in ("md", "skos"))
# Rules add md:involves to ours; data of others come as they are.
_AGREEMENTS = f"""{_PREFIXES}
SELECT DISTINCT ?agreement ?place WHERE {{
  ?agreement a md:Agreement ; md:involves|(md:party/md:actsFor) ?place .
}}
"""
_ITEMS = f"""{_PREFIXES}
SELECT DISTINCT ?place ?item WHERE {{
  ?place skos:%s ?item . FILTER (STRSTARTS(STR(?item), "{WD}"))
}}
"""
_LABELS = f"""{_PREFIXES}
SELECT DISTINCT ?thing ?label WHERE {{
  {{ ?thing a md:Agreement }} UNION {{ ?thing skos:exactMatch ?item }}
  ?thing skos:prefLabel ?label . FILTER (LANG(?label) = "en")
}}
"""

Partners = Mapping[str, Mapping[str, Sequence[str]]]


def compare(ours: Store, theirs: Store) -> Overlap:
    """Return what `ours` and `theirs` tell of the partners of our places. Raises QueryError."""
    names, known, exact, close = Places(ours), _partners(ours), _items(ours), _items(ours, "close")
    there, called = _there(theirs)
    labels = _labels(ours), _labels(theirs)
    alike: dict[str, list[str]] = defaultdict(list)
    for item in sorted(there, key=lambda item: (len(item), item)):
        alike[called[item].removesuffix(f" ({item})").casefold()].append(item)

    def match(iri: str, among: Container[str]) -> Match:
        """By which items a place of ours is found among `among`; all of its own where by none."""
        own = [item for items in (exact, close) for item in items.get(iri, ())]
        found = tuple(item for item in own if item in among)
        return Match(found or tuple(own), bool(found) and found[0] not in exact.get(iri, ()))

    found: dict[Place, Sequence[Partner]] = {}
    absent: list[Place] = []
    unlinked: list[Place] = []
    for iri, label in names.territories("en"):
        place = Place(iri, label, match(iri, there))
        if not any(item in there for item in place.match.items):
            place = replace(place, alike=tuple(alike[label.casefold()]))
            (absent if place.match.items else unlinked).append(place)
            continue
        rest: dict[str, list[str]] = defaultdict(list)
        for item in place.match.items:
            for other, agreements in there[item].items():
                rest[other].extend(agreements)
        partners = []
        for partner, agreements in known.get(iri, {}).items():
            by = match(partner, rest)
            told = [agreement for item in by.items for agreement in rest.pop(item, ())]
            state = "both" if told else "only ours" if by.items else "not linked"
            mine, others = _named(agreements, labels[0]), _named(told, labels[1])
            partners.append(Partner(names.label(partner), by, state, mine, others))
        for item, told in rest.items():
            others = _named(told, labels[1])
            partners.append(Partner(called[item], Match((item,)), "only theirs", (), others))
        found[place] = sorted(partners, key=_order)
    return Overlap(found, absent, unlinked)


def _there(store: Store) -> tuple[Partners, dict[str, str]]:
    """Return the agreements of each item with each, and the names of the items."""
    items, labels = _items(store), _labels(store)
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for place, others in _partners(store).items():
        for partner, agreements in others.items():
            for one, other in product(items.get(place, ()), items.get(partner, ())):
                if one != other:
                    found[one][other].extend(agreements)
    called = {item: labels.get(place, item) for place, own in items.items() for item in own}
    return found, called


def _partners(store: Store) -> Partners:
    """Return the agreements of each place with each partner."""
    sides: dict[str, set[str]] = defaultdict(set)
    for agreement, place in _rows(store, _AGREEMENTS):
        sides[agreement].add(place)
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for agreement, places in sides.items():
        for one, other in permutations(sorted(places), 2):
            found[one][other].append(agreement)
    return found


def _items(store: Store, how: str = "exact") -> dict[str, list[str]]:
    """Return the items that each place matches, `how` is `exact` or `close`."""
    found: dict[str, list[str]] = defaultdict(list)
    for place, item in _rows(store, _ITEMS % f"{how}Match"):
        found[place].append(key_of(item))
    return found


def _labels(store: Store) -> dict[str, str]:
    return dict(_rows(store, _LABELS))


def _rows(store: Store, sparql: str) -> Iterator[tuple[str, str]]:
    """Yield the rows of two columns as texts; blank nodes have no address to go by."""
    for one, other in sorted(store.select(sparql).rows, key=str):
        if isinstance(one, NamedNode) and isinstance(other, NamedNode | Literal):
            yield one.value, other.value


def _named(agreements: Iterable[str], labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(labels.get(agreement, agreement) for agreement in agreements))


def _order(partner: Partner) -> tuple[int, str, str]:
    return STATES.index(partner.state), partner.label.casefold(), str(partner.match)
