"""What the SPARQL editor knows of this graph: prefixes, terms to complete, questions to begin from.

The editor itself is a script that `make` builds; without it the form works, and so do these pages.
"""

import json
import re
from collections.abc import Iterable

from flask import Blueprint, Response, render_template, url_for

from kg.canned import CannedQuery
from kg.namespaces import PREFIXES
from kg.queries import find_query, shorten
from kg.store import Literal, NamedNode
from kg.tags import language_tag
from kg.web.answers import Kept
from kg.web.languages import page_language, text_in
from kg.web.pictures.land import BUILT
from kg.web.queries import found_of
from kg.web.repeats import kept_response
from kg.web.service import service

bp = Blueprint("editor", __name__, url_prefix="/editor")

_SCRIPT = "editor.js"
_TERMS = f"""
PREFIX owl: <{PREFIXES["owl"]}>
PREFIX rdf: <{PREFIXES["rdf"]}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>
PREFIX skos: <{PREFIXES["skos"]}>
SELECT DISTINCT ?term ?isClass ?label WHERE {{
  VALUES (?kind ?isClass) {{
    (owl:Class true) (rdfs:Class true) (rdf:Property false) (owl:ObjectProperty false)
    (owl:DatatypeProperty false) (owl:AnnotationProperty false)
  }}
  ?term a ?kind .
  OPTIONAL {{ ?term rdfs:label|skos:prefLabel ?label }}
}}
ORDER BY ?term ?label
"""
# Of other vocabularies, what the graph says most with.
_OTHERS = ("rdf:type", "rdfs:label", "skos:prefLabel", "skos:altLabel", "skos:hiddenLabel",
           "skos:definition", "skos:broader", "skos:inScheme", "skos:exactMatch",
           "skos:editorialNote", "dct:title", "dct:source", "geo:lat", "geo:long")  # fmt: skip


@bp.get("/terms.json")
def terms() -> Response:
    """Prefixes, classes and properties with their labels in the language of the page."""
    return kept_response(("terms", page_language()), _terms)


@bp.get("/<name>")
def question(name: str) -> str:
    """The form with the SPARQL of a question in it, its parameters filled in; not yet asked."""
    found = found_of(find_query(service().queries, name))
    heading = "\n".join(f"# {line}" for line in text_in(found.query.title).splitlines())
    return form_page(f"{heading}\n{found.sparql}")


def form_page(query: str) -> str:
    """Return the page of the SPARQL form with `query` in it, unanswered."""
    return render_template(
        "sparql.html", query=query, union=service().engine.union, graphs=[], linked=False,
        answered=False, error=None, spot=None,
    )  # fmt: skip


@bp.app_template_global("editor_script")
def script_address() -> str | None:
    """Return where the editor's script is; None where it has not been built."""
    if not (BUILT / _SCRIPT).is_file():
        return None
    return url_for("static", filename=f"built/{_SCRIPT}")


@bp.app_template_global("questions")
def questions() -> Iterable[CannedQuery]:
    """Return the questions, for the list to begin from."""
    return service().queries.values()


def _terms() -> Kept:
    labels: dict[str, dict[str, str]] = {}
    classes: set[str] = set()
    for term, is_class, label in service().store.select(_TERMS).rows:
        if isinstance(term, NamedNode) and isinstance(is_class, Literal):
            texts = labels.setdefault(term.value, {})
            if is_class.value in ("true", "1"):
                classes.add(term.value)
            if isinstance(label, Literal):
                texts.setdefault(language_tag(label.language), label.value)
    found = [
        {"name": name, "label": text_in(labels[iri]), "kind": _kind(iri in classes)}
        for iri, name in ((iri, shorten(iri)) for iri in labels)
        if re.fullmatch(r"[\w-]+:[\w-]+", name)
    ]
    known = {one["name"] for one in found}
    others = (name for name in _OTHERS if name not in known)
    found += [{"name": name, "label": "", "kind": _kind(False)} for name in others]
    body = json.dumps({"prefixes": PREFIXES, "terms": found}, ensure_ascii=False)
    return Kept(body.encode(), "application/json")


def _kind(is_class: bool) -> str:
    return "class" if is_class else "property"
