"""Reviewed links to Wikidata and GeoNames: only the accepted ones become statements."""

import re
from pathlib import Path

from rdflib import RDF, SKOS, Graph, Literal, URIRef

from kg.dates import read_edtf
from kg.importers.registry import Registry, add_labels
from kg.importers.table import Row, each, read_table
from kg.namespaces import CONCEPT, GN, ID, LANGUAGES, MD, WD, bind_prefixes

LINKS = ("link", "subject", "predicate", "object", "state", "established_by", "reviewed", "note")

_TARGETS = {
    "wikidata": (WD, re.compile(r"Q[1-9][0-9]*"), "a Wikidata item such as Q8684"),
    "geonames": (GN, re.compile(r"[1-9][0-9]*"), "a GeoNames number such as 1835848"),
}
_PREDICATES = {
    "exactMatch": SKOS.exactMatch,
    "closeMatch": SKOS.closeMatch,
    "geonames": MD.geonames,
}


def links_graph(folder: Path, registry: Registry) -> Graph:
    """Return the graph of the tables `wikidata.csv` and `geonames.csv` in `folder`.

    Every row is an `md:Link` with its state; the statement itself stands only where the state is
    `accepted`. Two accepted exact matches of one item, or of one subject, are a BuildError.
    """
    graph = bind_prefixes(Graph())
    exact: dict[URIRef, str] = {}

    for name in _TARGETS:
        rows = read_table(folder / f"{name}.csv", LINKS, "link")
        each(rows, lambda row, name=name: _link(graph, row, name, registry, exact))  # type: ignore[misc]
    return graph


def _link(
    graph: Graph, row: Row, target: str, registry: Registry, exact: dict[URIRef, str]
) -> None:
    space, pattern, wanted = _TARGETS[target]
    subject = row.read("subject", registry.known)
    number = row.text("object")
    if not pattern.fullmatch(number):
        raise row.error("object", f"want {wanted}.")
    object_ = URIRef(space[f"{number}/" if target == "geonames" else number])
    predicate = _PREDICATES[row.choice("predicate", tuple(_PREDICATES))]
    state = row.read("state", lambda name: registry.concept("link-state", name))
    if state == CONCEPT["link-state"]["accepted"]:
        if predicate == SKOS.exactMatch:
            for end in (subject, object_):
                if end in exact:
                    whose = "this item" if end == object_ else "another item for this subject"
                    raise row.error(
                        "object", f"{exact[end]} already uses {whose}. Accept one only."
                    )
                exact[end] = f"{row.path}:{row.line}"
        graph.add((subject, predicate, object_))
    node = ID["link"][row.text("link")]
    graph.add((node, RDF.type, MD.Link))
    graph.add((node, MD.linkSubject, subject))
    graph.add((node, MD.linkPredicate, predicate))
    graph.add((node, MD.linkObject, object_))
    graph.add((node, MD.linkState, state))
    how = row.many("established_by")
    if not how:
        raise row.error("established_by", "tell which data sets agree, or who decided.")
    for source in how:
        graph.add((node, MD.establishedBy, Literal(source)))
    graph.add((node, MD.reviewedOn, Literal(row.read("reviewed", read_edtf).edtf)))
    if note := row.optional("note"):
        graph.add((node, SKOS.editorialNote, Literal(note, lang="en")))
    labels = {lang: f"{registry.label(subject, lang)} – {number}" for lang in LANGUAGES}
    add_labels(graph, node, labels)
