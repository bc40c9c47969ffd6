"""Everything in the graph that has a name, and the canned questions: what can be searched for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from kg.canned import CannedQuery
from kg.namespaces import BASE, ID, LANGUAGES, PREFIXES
from kg.places import key_of
from kg.store import Literal, NamedNode, Store, Term
from kg.tags import language_tag

MOST_THINGS = 50_000  # all of which are read, in some 300 MB of memory; of more than these
FIRST_THINGS = 15_000  # alone; a search says so
_BATCH = 5_000  # of these in one query, where not all are read
_LONGEST_NAME = 500  # signs

# The kinds that a reader tells apart, those that are looked for most first, with their classes.
_CLASSES = {
    "municipality": "md:Municipality",
    "territory": "md:SubnationalTerritory md:FormerTerritory",
    "country": "md:CountryOrRegion",
    "site": "md:Site md:UnresolvedPlace",
    "body": "md:Organisation",
    "person": "md:Person md:RoleHolder",
    "source": "md:SourceDocument",
    "question": "",
    "agreement": "md:Agreement md:Intent",
    "visit": "md:Event md:EventSeries md:Delegation md:ChangeEvent",
    "concept": "skos:Concept skos:ConceptScheme",
    "term": "owl:Ontology owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty",
    "record": "",
}
KINDS = tuple(_CLASSES)
PLACES = ("municipality", "territory", "country", "site")

_PREFIXES = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}> " for name in ("dct", "md", "owl", "rdfs", "skos")
)
_OURS = f'FILTER (STRSTARTS(STR(?thing), "{BASE}"))'
_OF_KIND = f"""{_PREFIXES}
SELECT DISTINCT ?thing WHERE {{
  VALUES ?class {{ %s }} ?sub rdfs:subClassOf* ?class . ?thing a ?sub . {_OURS}
}} LIMIT %d
"""
_NAMES = {
    "label": "?thing skos:prefLabel|rdfs:label|dct:title ?value",
    "other": "?thing skos:altLabel|skos:hiddenLabel ?value",
    "spelling": "?form md:denotes ?thing ; md:writtenAs ?value",
    "identifier": "?thing skos:notation|dct:identifier|skos:exactMatch|md:geonames ?value",
}
_FACTS = {
    "country": "?thing md:countryOrRegion ?value",
    "source": "?thing dct:source|(md:evidence/md:inSource) ?value",
    "about": "?thing ?any ?value . ?value md:countryOrRegion ?country",
    "unit of": "?thing md:unitOf/md:actsFor ?value",
    "holder": "?post md:holder ?thing ; md:heldIn/md:actsFor ?value",
    # What has no country, and is told of by documents all the same.
    "with": "?thing md:party|md:sentBy|md:receivedBy|md:host|md:participant|md:venue|md:heldIn"
    "|md:holder|md:unresolvedPlace|md:denotes|md:notableSite|md:operatedBy|md:occasion|md:ofSeries"
    "|md:initiatedBy|md:agreementType|md:characteristic|md:area|md:item ?value",
}
_COMMON = ("label", "source", "about", "with")  # what most things have
# Named after what they belong to, which is found by the same name.
_NOT_APART = (
    "MINUS { VALUES ?apart { md:SurfaceForm md:Link md:Evidence md:Coverage } ?thing a ?apart }"
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name: `how` is `label`, `other` (name or spelling), `text` or `identifier`."""

    text: str
    language: str
    how: str


@dataclass(slots=True)
class Thing:
    """Something that has names; countries and sources by address, `weight` in mentions of it."""

    iri: str
    kind: str = "record"
    spellings: list[Spelling] = field(default_factory=list)
    countries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    weight: int = 0

    def label(self, language: str) -> Spelling | None:
        """Return its name in `language`, else in one of ours, else any."""
        labels = {s.language: s for s in reversed(self.spellings) if s.how == "label"}
        wanted = (language, *LANGUAGES, *labels)
        return next((labels[tag] for tag in wanted if tag in labels), None)


def things_of(store: Store, queries: Mapping[str, CannedQuery]) -> tuple[list[Thing], bool]:
    """Return everything that has a name, by address, and whether that is all there is.

    Of more than MOST_THINGS it is the first FIRST_THINGS, in the order of KINDS.
    """
    kinds, complete = _kinds(store)
    wanted = None if complete else [*kinds]
    things: dict[str, Thing] = {}
    for iri, how, name in _rows(store, _NAMES, wanted, _NOT_APART):
        if not complete and iri not in kinds:
            continue
        found = things.setdefault(iri, Thing(iri, kinds.get(iri, "record")))
        if isinstance(name, NamedNode):
            found.spellings.append(Spelling(key_of(name.value), "", "identifier"))
        elif isinstance(name, Literal):
            tag = language_tag(name.language)
            how = "other" if how == "spelling" else how
            found.spellings.append(Spelling(name.value[:_LONGEST_NAME], tag, how))
    _add_facts(things, store, wanted)
    for thing in things.values():
        thing.spellings.append(Spelling(key_of(thing.iri), "", "identifier"))
        thing.spellings = sorted(set(thing.spellings), key=lambda s: (s.how, s.language, s.text))
    things |= {question.iri: question for question in map(_question, queries.values())}
    return [things[iri] for iri in sorted(things)], complete


def _kinds(store: Store) -> tuple[dict[str, str], bool]:
    """Return the things that are read, each with its kind, and whether these are all."""
    kinds: dict[str, str] = {}
    for kind, classes in _CLASSES.items():
        most = MOST_THINGS - len(kinds)
        rows = store.select(_OF_KIND % (classes, most + 1)).rows if classes else []
        for thing in (thing for (thing,) in rows[:most] if isinstance(thing, NamedNode)):
            kinds.setdefault(thing.value, kind)
        if len(rows) > most:
            return dict(islice(kinds.items(), FIRST_THINGS)), False
    return kinds, True


def _rows(
    store: Store, facts: Mapping[str, str], wanted: Sequence[str] | None, but: str = ""
) -> Iterator[tuple[str, str, Term | None]]:
    """Yield what `facts` tell of the things `wanted`, of all where it is None: thing, fact, value.

    What most things have is asked for with the things in each branch, some at a time, or else
    the engine reads all of it. What few have is read whole, which is less than to look for it.
    """
    asked = [(facts, "")]
    if wanted is not None:
        common = {fact: pattern for fact, pattern in facts.items() if fact in _COMMON}
        starts = range(0, len(wanted), _BATCH)
        asked = [(common, _among(wanted[start : start + _BATCH])) for start in starts]
        asked.append(({fact: facts[fact] for fact in facts if fact not in _COMMON}, ""))
    for patterns, these in asked:
        union = " UNION ".join(
            f'{{ {these} {pattern} . BIND ("{fact}" AS ?fact) }}'
            for fact, pattern in patterns.items()
        )
        text = f"SELECT ?thing ?fact ?value WHERE {{ {union} {_OURS} {but} }}"
        for thing, fact, value in store.select(_PREFIXES + text).rows:
            if isinstance(thing, NamedNode) and isinstance(fact, Literal):
                yield thing.value, fact.value, value


def _among(iris: Sequence[str]) -> str:
    return f"VALUES ?thing {{ {' '.join(str(NamedNode(iri)) for iri in iris)} }}"


def _question(query: CannedQuery) -> Thing:
    texts = [("label", query.title), ("text", query.description)]
    spellings = [
        Spelling(text, language, how) for how, each in texts for language, text in each.items()
    ]
    iri = f"{BASE}queries/{query.name}"
    return Thing(iri, "question", [*spellings, Spelling(query.name, "", "identifier")])


def _add_facts(things: Mapping[str, Thing], store: Store, wanted: Sequence[str] | None) -> None:
    """Give `things` their countries, sources and weights."""
    facts: dict[str, dict[str, set[str]]] = {fact: defaultdict(set) for fact in _FACTS}
    for iri, fact, value in _rows(store, _FACTS, wanted):
        if isinstance(value, NamedNode):
            facts[fact][iri].add(value.value)
    # A document that tells of something tells of all that this is about.
    told: dict[str, set[str]] = defaultdict(set)
    for fact in ("about", "country", "with"):
        for iri, others in facts[fact].items():
            for other in others & things.keys():
                told[other] |= facts["source"].get(iri, set())
    about = facts["about"]
    for fact in ("unit of", "holder"):
        for iri, places in facts[fact].items():
            about[iri] |= places
    for iri, thing in things.items():
        countries = facts["country"].get(iri) or {
            country for place in about.get(iri, ()) for country in facts["country"].get(place, ())
        }
        thing.countries = _of_ours(countries, "place")
        sources = facts["source"].get(iri, set()) | told[iri]
        thing.sources = _of_ours(sources | {iri} if thing.kind == "source" else sources, "source")
    for place in (place for places in about.values() for place in places):
        if place in things:
            things[place].weight += 1


def _of_ours(iris: Iterable[str], kind: str) -> tuple[str, ...]:
    return tuple(sorted(iri for iri in iris if iri.startswith(str(ID[kind]))))
