"""Whole graphs: the reading half of the SPARQL 1.1 Graph Store HTTP Protocol."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from kg.errors import NotFoundError, ParameterError
from kg.namespaces import GRAPH, PREFIXES
from kg.running import Dataset
from kg.store import NamedNode
from kg.web import formats
from kg.web.arriving import sent
from kg.web.protocol import asker
from kg.web.service import service
from kg.web.transfer import held, not_modified, tag_of, tagged

bp = Blueprint("graphs", __name__)

_ALL = (
    "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    + "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
)


@bp.get("/data", strict_slashes=False)
def show() -> Response:
    """One graph by its address, or the default graph: what a plain query sees."""
    iri = _asked()
    if iri is not None and not service().store.ask(f"ASK {{ GRAPH {iri} {{ ?s ?p ?o }} }}"):
        raise NotFoundError(f"no graph {iri}; the description at /sparql lists all")
    syntax, media = formats.negotiate(formats.TRIPLES, formats.asked_format())
    tag = tag_of("graph", str(iri), media)
    if held(tag):
        return not_modified(tag)
    dataset = Dataset((iri.value,)) if iri is not None else None
    answer = service().engine.answer(_ALL, graph=syntax, dataset=dataset, asker=asker())
    return tagged(sent(answer, syntax, media), tag)


def _asked() -> NamedNode | None:
    """Return the graph that is asked for, None for the default graph. Raises 400."""
    named, default = request.args.getlist("graph"), "default" in request.args
    if len(named) + default != 1:
        raise BadRequest(f"want either ?default or one graph, such as ?graph={GRAPH}ontology")
    try:
        return NamedNode(named[0]) if named else None
    except ValueError:
        raise ParameterError(
            f"graph is '{named[0][:200]}'; want an absolute address such as {GRAPH}ontology"
        ) from None
