"""The sheet at the top of a page: what is said of a thing, what matters most first."""

from kg.queries import expand, shorten
from kg.store import Literal, NamedNode, Term
from kg.tags import language_tag
from kg.views.nodes import Node

# What a reader asks first of an instrument, an event, a body; the rest follows by name.
_FIRST = [
    "md:agreementType", "md:sourceTerm", "md:status", "md:channel", "md:involves", "md:party",
    "md:partyBasis", "md:from", "md:to", "md:between", "md:unresolvedPlace", "md:edtf",
    "md:dateAsWritten", "md:dateBasis", "md:dateNote", "md:direction", "md:granularity",
    "md:sentBy", "md:receivedBy", "md:host", "md:participant", "md:delegation", "md:venue",
    "md:signedAt", "md:method", "md:signatory", "md:area", "md:produced", "md:purpose",
    "md:holder", "md:role", "md:heldIn", "md:actsFor", "md:unitOf", "md:within",
    "md:countryOrRegion", "md:observedPlace", "md:value", "md:unit", "md:writtenAs", "md:denotes",
    "md:inSource", "md:line", "oa:start", "oa:end", "md:sha256", "skos:editorialNote",
]  # fmt: skip
# What other parts of the page tell, or what only programs need.
_ELSEWHERE = {
    "rdf:type", "skos:prefLabel", "rdfs:label", "md:evidence", "md:dateClaim", "dct:source",
    "md:earliest", "md:latest", "md:year", "md:precision",
}  # fmt: skip
_BASES = {"md:dateBasis": "basis:stated", "md:partyBasis": "basis:stated"}  # worth no line


def sheet(node: Node, language: str) -> list[tuple[str, list[Term]]]:
    """Return what is said of `node`, what matters most first: (property, values).

    Of texts in several languages one is taken: in `language`, else in English, else the first.
    """
    order = {name: number for number, name in enumerate(_FIRST)}
    rows = []
    for name in sorted(node.said, key=lambda name: (order.get(name, 100), name)):
        terms = _in_language(node.said[name], language)
        if name in _ELSEWHERE or [_BASES.get(name)] == [shorten(_value(t)) for t in terms]:
            continue
        rows.append((expand(name), terms))
    return rows


def _in_language(terms: list[Term], language: str) -> list[Term]:
    tags = {language_tag(term.language) for term in terms if isinstance(term, Literal)}
    if len(tags) < 2 or "" in tags:
        return terms
    best = next((tag for tag in (language, "en") if tag in tags), sorted(tags)[0])
    return [t for t in terms if not isinstance(t, Literal) or language_tag(t.language) == best]


def _value(term: Term) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""
