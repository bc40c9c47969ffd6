"""What the tables may refer to: entities, concepts and classes, with their names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef

from kg.dates import Date
from kg.errors import KgError
from kg.namespaces import CONCEPT, ID, LANGUAGES, MD, PREFIXES

UNDATED = {"en": "undated", "ko": "날짜 없음", "zh-Hans": "无日期"}

Labels = Mapping[str, str]


def near(value: str, known: Iterable[str]) -> str:
    """Return a hint that names what is spelt like `value`, empty where nothing is."""
    close = [
        name
        for name, _, _ in process.extract(
            value, list(known), scorer=fuzz.ratio, limit=3, score_cutoff=50
        )
    ]
    return f" Close to it: {', '.join(close)}." if close else ""


@dataclass
class Registry:
    """Every entity that a table may name. Filled by the ontology and the reference tables."""

    labels: dict[URIRef, dict[str, str]] = field(default_factory=dict)
    kinds: dict[URIRef, URIRef] = field(default_factory=dict)
    acts_for: dict[URIRef, URIRef] = field(default_factory=dict)

    def learn(self, graph: Graph) -> None:
        """Take in the classes, concepts and named entities of `graph`."""
        for predicate in (RDFS.label, SKOS.prefLabel):
            for node, label in graph.subject_objects(predicate):
                if isinstance(node, URIRef) and isinstance(label, Literal) and label.language:
                    known = next(
                        (k for k in LANGUAGES if k.lower() == label.language.lower()), None
                    )
                    if known:
                        self.labels.setdefault(node, {})[known] = str(label)
        for node, kind in graph.subject_objects(RDF.type):
            if isinstance(node, URIRef) and isinstance(kind, URIRef) and kind != OWL.Class:
                self.kinds[node] = kind
        for body, place in graph.subject_objects(MD.actsFor):
            self.acts_for[URIRef(str(body))] = URIRef(str(place))

    def entity(self, kind: str, key: str) -> URIRef:
        """Return the address of the known entity `key`; `kind` is `place`, `body`, `person` …

        Raises KgError with what is spelt alike.
        """
        found = ID[kind][key]
        if found not in self.kinds:
            base = str(ID[kind])
            known = [str(n)[len(base) :] for n in self.kinds if n.startswith(base)]
            raise KgError(
                f"no {kind} of that key.{near(key, known)} Correct it or add it to data/reference."
            )
        return found

    def curie(self, text: str) -> URIRef:
        """Return the address that a prefixed name such as `place:cn-beijing` stands for."""
        prefix, colon, local = text.partition(":")
        if not colon or prefix not in PREFIXES or not local:
            raise KgError("want a prefixed name such as place:cn-beijing.")
        return URIRef(PREFIXES[prefix] + local)

    def known(self, text: str) -> URIRef:
        """Return the address of a known entity written as a prefixed name."""
        node = self.curie(text)
        if node not in self.kinds:
            raise KgError(f"nothing of that name is known.{near(text, self._curies())}")
        return node

    def concept(self, scheme: str, name: str) -> URIRef:
        """Return the address of a concept of one of our vocabularies."""
        found = CONCEPT[scheme][name]
        if found not in self.labels:
            base = str(CONCEPT[scheme])
            known = [str(n)[len(base) :] for n in self.labels if n.startswith(base)]
            raise KgError(
                f"no concept of the vocabulary '{scheme}'; want one of: {', '.join(sorted(known))}."
            )
        return found

    def label(self, node: URIRef, language: str) -> str:
        """Return the name of `node` in `language`, in English where it has none."""
        names = self.labels.get(node, {})
        return names.get(language) or names.get("en") or str(node).rsplit("/", 1)[-1]

    def _curies(self) -> list[str]:
        spaces = {str(ns): prefix for prefix, ns in ID.items()}
        out = []
        for node in self.kinds:
            base = node[: node.rfind("/") + 1]
            if base in spaces:
                out.append(f"{spaces[base]}:{node[len(base) :]}")
        return out


def add_labels(graph: Graph, node: URIRef, labels: Labels) -> None:
    """Add one `skos:prefLabel` a language."""
    for language, text in labels.items():
        if text:
            graph.add((node, SKOS.prefLabel, Literal(text, lang=language)))


def add_date(graph: Graph, node: URIRef, date: Date, basis: URIRef) -> None:
    """Add an EDTF date with its bounds, year, precision and basis."""
    graph.add((node, MD.edtf, Literal(date.edtf)))
    graph.add((node, MD.earliest, Literal(date.earliest, datatype=XSD.dateTime)))
    graph.add((node, MD.latest, Literal(date.latest, datatype=XSD.dateTime)))
    graph.add((node, MD.year, Literal(date.year)))
    graph.add((node, MD.precision, CONCEPT["precision"][date.precision]))
    graph.add((node, MD.dateBasis, basis))
