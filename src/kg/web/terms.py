"""The page of the ontology: its terms together, because their addresses are fragments of it."""

from flask import render_template, url_for

from kg.namespaces import MD, PREFIXES
from kg.places import key_of
from kg.store import Literal, NamedNode
from kg.tags import language_tag
from kg.web.labels import names_of
from kg.web.languages import page_language
from kg.web.service import service

_TERMS = f"""
PREFIX owl: <{PREFIXES["owl"]}>
SELECT DISTINCT ?kind ?term WHERE {{
  VALUES ?kind {{ owl:Class owl:ObjectProperty owl:DatatypeProperty }}
  ?term a ?kind .
  FILTER (STRSTARTS(STR(?term), "{MD}"))
}}
ORDER BY ?kind ?term
"""
_SCHEMES = f"""
PREFIX skos: <{PREFIXES["skos"]}>
SELECT ?scheme (COUNT(DISTINCT ?concept) AS ?number)
WHERE {{ ?concept skos:inScheme ?scheme }} GROUP BY ?scheme ORDER BY ?scheme
"""


def terms_page(iri: NamedNode) -> str:
    """Return the page of the ontology `iri`."""
    terms: dict[str, list[str]] = {}
    for kind, term in service().store.select(_TERMS).rows:
        if isinstance(kind, NamedNode) and isinstance(term, NamedNode):
            terms.setdefault(kind.value, []).append(term.value)
    every = [term for listed in terms.values() for term in listed]
    schemes = {
        scheme.value: int(number.value)
        for scheme, number in service().store.select(_SCHEMES).rows
        if isinstance(scheme, NamedNode) and isinstance(number, Literal)
    }
    details = _details(every)
    others = [other for found in details.values() for _, other in found]
    names = names_of([iri.value, *every, *others, *schemes], service().store, page_language())
    return render_template(
        "ontology.html",
        iri=iri.value,
        terms=terms,
        names=names,
        definitions=_definitions(),
        details=details,
        schemes=schemes,
        key_of=key_of,
        data=[(end, url_for("resources.show", path=f"ontology.{end}"))
              for end in ("ttl", "jsonld", "nt")],
    )  # fmt: skip


def _definitions() -> dict[str, dict[str, str]]:
    """Return the definition of each term by language."""
    found: dict[str, dict[str, str]] = {}
    rows = (
        service()
        .store.select(
            f"SELECT ?term ?text WHERE {{ ?term <{PREFIXES['skos']}definition> ?text . "
            f'FILTER (STRSTARTS(STR(?term), "{MD}")) }}'
        )
        .rows
    )
    for term, text in rows:
        if isinstance(term, NamedNode) and isinstance(text, Literal):
            found.setdefault(term.value, {})[language_tag(text.language) or "en"] = text.value
    return found


def _details(terms: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Return what each term is under, and what it leads from and to, as (word, address)."""
    words = {"subClassOf": "kind of", "subPropertyOf": "kind of", "domain": "from", "range": "to"}
    found: dict[str, list[tuple[str, str]]] = {term: [] for term in terms}
    for word, said in words.items():
        rows = (
            service()
            .store.select(
                f"SELECT DISTINCT ?term ?other WHERE {{ ?term <{PREFIXES['rdfs']}{word}> ?other . "
                "FILTER (isIRI(?other)) } ORDER BY ?term ?other"
            )
            .rows
        )
        for term, other in rows:
            if isinstance(term, NamedNode) and isinstance(other, NamedNode) and term.value in found:
                found[term.value].append((said, other.value))
    return found
