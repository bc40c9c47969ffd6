"""Everything in the graph that has a name, and the canned questions: what can be searched for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.canned import CannedQuery
from kg.namespaces import BASE, ID, LANGUAGES, PREFIXES
from kg.places import key_of
from kg.store import Literal, NamedNode, Store
from kg.tags import language_tag

MOST_NAMES = 300_000  # read, some 450 MB in memory; a search says where there are more
_MOST_FACTS = 1_000_000  # of their kinds, countries and sources
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
# These are named after what they belong to, which is found by the same name.
_APART = "md:SurfaceForm md:Link md:Evidence md:Coverage"

_PREFIXES = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}> " for name in ("dct", "md", "owl", "rdfs", "skos")
)
_OURS = f'FILTER (STRSTARTS(STR(?thing), "{BASE}"))'
_NAMES = f"""{_PREFIXES}
SELECT ?thing ?name ?how WHERE {{
  {{ ?thing skos:prefLabel|rdfs:label|dct:title ?name . BIND ("label" AS ?how) }}
  UNION {{ ?thing skos:altLabel|skos:hiddenLabel ?name . BIND ("other" AS ?how) }}
  UNION {{ ?form md:denotes ?thing ; md:writtenAs ?name . BIND ("other" AS ?how) }}
  UNION {{ ?thing skos:notation|dct:identifier|skos:exactMatch|md:geonames ?name .
           BIND ("identifier" AS ?how) }}
  {_OURS}
}} LIMIT {MOST_NAMES + 1}
"""
_FACTS = f"""{_PREFIXES}
SELECT DISTINCT ?thing ?fact ?value WHERE {{
  {{ VALUES (?class ?value) {{ %s }} ?sub rdfs:subClassOf* ?class . ?thing a ?sub .
     BIND ("kind" AS ?fact) }}
  UNION {{ ?thing md:countryOrRegion ?value . BIND ("country" AS ?fact) }}
  UNION {{ ?thing dct:source|(md:evidence/md:inSource) ?value . BIND ("source" AS ?fact) }}
  UNION {{ ?teller ?any ?thing ; dct:source|(md:evidence/md:inSource) ?value .
           BIND ("source" AS ?fact) }}
  UNION {{ ?thing ?any ?value . ?value md:countryOrRegion ?country . BIND ("about" AS ?fact) }}
  UNION {{ ?thing md:unitOf/md:actsFor ?value . BIND ("about" AS ?fact) }}
  UNION {{ ?post md:holder ?thing ; md:heldIn/md:actsFor ?value . BIND ("about" AS ?fact) }}
  {_OURS}
}} LIMIT {_MOST_FACTS + 1}
"""


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

    Two queries read it; see MOST_NAMES.
    """
    things: dict[str, Thing] = {}
    rows = store.select(_NAMES).rows
    for subject, name, how in rows[:MOST_NAMES]:
        if isinstance(subject, NamedNode) and isinstance(how, Literal):
            found = things.setdefault(subject.value, Thing(subject.value))
            if isinstance(name, NamedNode):
                found.spellings.append(Spelling(key_of(name.value), "", "identifier"))
            elif isinstance(name, Literal):
                tag = language_tag(name.language)
                found.spellings.append(Spelling(name.value[:_LONGEST_NAME], tag, how.value))
    complete = _add_facts(things, store) and len(rows) <= MOST_NAMES
    for thing in things.values():
        thing.spellings.append(Spelling(key_of(thing.iri), "", "identifier"))
        thing.spellings = sorted(set(thing.spellings), key=lambda s: (s.how, s.language, s.text))
    things |= {question.iri: question for question in map(_question, queries.values())}
    return [things[iri] for iri in sorted(things)], complete


def _question(query: CannedQuery) -> Thing:
    texts = [("label", query.title), ("text", query.description)]
    spellings = [
        Spelling(text, language, how) for how, each in texts for language, text in each.items()
    ]
    iri = f"{BASE}queries/{query.name}"
    return Thing(iri, "question", [*spellings, Spelling(query.name, "", "identifier")])


def _add_facts(things: dict[str, Thing], store: Store) -> bool:
    """Give `things` their kinds, countries, sources and weights; leave out those set apart.

    Return whether all that is told of them was read.
    """
    values = " ".join(
        f'({name} "{kind}")' for kind, names in (*_CLASSES.items(), ("apart", _APART))
        for name in names.split()
    )  # fmt: skip
    facts: dict[str, dict[str, set[str]]] = {
        fact: defaultdict(set) for fact in ("kind", "country", "source", "about")
    }
    rows = store.select(_FACTS % values).rows
    for row in rows[:_MOST_FACTS]:
        iri, fact, value = (t.value if isinstance(t, NamedNode | Literal) else "" for t in row)
        facts[fact][iri].add(value)
    for iri, thing in list(things.items()):
        kinds = facts["kind"][iri]
        if "apart" in kinds:
            del things[iri]
            continue
        thing.kind = next((kind for kind in KINDS if kind in kinds), "record")
        countries = facts["country"][iri] or {
            country for place in facts["about"][iri] for country in facts["country"][place]
        }
        thing.countries = _of_ours(countries, "place")
        if thing.kind == "source":
            facts["source"][iri].add(iri)
        thing.sources = _of_ours(facts["source"][iri], "source")
    for place in (place for places in facts["about"].values() for place in places):
        if place in things:
            things[place].weight += 1
    return len(rows) <= _MOST_FACTS


def _of_ours(iris: Iterable[str], kind: str) -> tuple[str, ...]:
    return tuple(sorted(iri for iri in iris if iri.startswith(str(ID[kind]))))
