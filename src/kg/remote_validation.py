"""A release in another server, held against shapes.

Whole-graph checks run there. What single nodes must look like pySHACL alone may judge, and it
takes a plain graph: the graphs are fetched for it, unless only the checks are wanted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from rdflib import DCTERMS, RDF, RDFS, SKOS, Graph, URIRef

from kg.datagraph import union_of
from kg.endpoints import Remote
from kg.errors import QueryError
from kg.limits import DeadlineError
from kg.namespaces import GRAPH, MD
from kg.publishing import require_whole
from kg.release import Release
from kg.remote import RemoteData, RemoteStore, whole
from kg.remote_export import quads_of
from kg.report import Report
from kg.shapes import Shapes
from kg.store import NamedNode, Store, Triple
from kg.validate import run_checks, validate_beside

_ASKED = 500  # nodes that are asked about at once
# What a report says of a node: its names, and where it comes from.
_TOLD = (
    RDF.type, RDFS.label, SKOS.prefLabel, DCTERMS.source, MD.evidence, MD.inSource, MD.line,
)  # fmt: skip


def validate_remote(
    release: Release,
    remote: Remote,
    shapes: Shapes,
    seconds: float,
    files: Mapping[URIRef, Path],
    checks_only: bool,
    tell: Callable[[str], None],
) -> Report:
    """Return what `shapes` find in `release` as `remote` holds it, as `kg.validate` does.

    With `checks_only` no graph is fetched and no shape held; the report says so. The store may
    take `seconds` for each check and each graph. `tell` hears of each step.

    Raises UnequalError where the store holds more or less than the release, also in the end;
    QueryError where a check fails, and LimitError.
    """
    store = RemoteStore(remote, seconds)
    with _told_how_to_go_on():
        tell("Counting")
        require_whole(release, store)
        if checks_only:
            tell("Checking")
            report = run_checks(store, shapes.checks, partial(told_of, store), files)
        else:
            tell("Fetching")
            union = _fetched(release, remote, seconds)
            tell("Validating")
            report = validate_beside(union, store, shapes, files)
        require_whole(release, store)  # nobody wrote meanwhile, and no answer was cut
    return report


def _fetched(release: Release, remote: Remote, seconds: float) -> Graph:
    """Return the union of the graphs, but for the one that describes the release itself."""
    names = [name for name in release.graphs if name != str(GRAPH.release)]
    counts = Counter({NamedNode(name): 0 for name in names})

    def counted() -> Iterator[Triple]:
        for quad in quads_of(RemoteData(remote), names, seconds):
            assert isinstance(quad.graph_name, NamedNode)  # noqa: S101
            counts[quad.graph_name] += 1
            yield quad.triple

    with whole():
        union = union_of(counted())
    require_whole(release, {name.value: number for name, number in counts.items()})
    return union


def told_of(store: Store, nodes: Iterable[URIRef]) -> Graph:
    """Return what the store says of `nodes` and of the evidence that they cite, as far as told."""
    asked: set[URIRef] = set()
    found = Graph()
    wanted = set(nodes)
    while wanted:
        rest = sorted(wanted)
        for at in range(0, len(rest), _ASKED):
            found += union_of(store.construct(_question(rest[at : at + _ASKED])))
        asked |= wanted
        cited = (spot for spot in found.objects(None, MD.evidence) if isinstance(spot, URIRef))
        wanted = set(cited) - asked
    return found


def _question(nodes: Iterable[URIRef]) -> str:
    # Addresses that a store gave may hold what would end them here.
    names = " ".join(node.n3() for node in nodes if _is_plain(node))
    properties = " ".join(term.n3() for term in _TOLD)
    return f"""
CONSTRUCT {{ ?node ?property ?value }}
WHERE {{
  VALUES ?property {{ {properties} }}
  VALUES ?node {{ {names} }}
  ?node ?property ?value .
}}
"""


def _is_plain(node: URIRef) -> bool:
    return not set(node) & set('<>" {}|\\^`')


@contextmanager
def _told_how_to_go_on() -> Iterator[None]:
    """Say in an error at a deadline how to give the store more time."""
    try:
        yield
    except (QueryError, DeadlineError) as error:
        if isinstance(error, DeadlineError) or isinstance(error.__cause__, DeadlineError):
            raise type(error)(f"{error}, or give it more time with --seconds") from error
        raise
