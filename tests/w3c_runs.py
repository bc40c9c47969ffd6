"""The W3C's SPARQL query tests run twice: by pyoxigraph in this process, and over HTTP."""

import re
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath

import pyoxigraph as ox

from kg.store import Table, Term
from kg.syntaxes import GRAPH_FORMATS, RESULT_FORMATS
from w3c_answers import Answer, as_csv, read_answer, read_expected, same, table_of
from w3c_cases import ADDRESS, Case, Data, Suite
from w3c_servers import Endpoint, Served, served

SERVERS = 2  # at once

# How well a test went, from best to worst; a number spelled otherwise is still the same number.
PASSED, SPELLED, FAILED = "passed", "spelled otherwise", "failed"
VERDICTS = (PASSED, SPELLED, FAILED)

_ORDERED = re.compile(r"ORDER\s+BY[^}]*$", re.IGNORECASE)  # not one of a subquery


@dataclass(frozen=True)
class Outcome:
    """How one test went on both ways, and what the way over HTTP changed, in words."""

    case: Case
    in_process: str
    over_http: str
    changed: str = ""
    status: int = 200

    @property
    def lost(self) -> bool:
        """Whether something was lost between the engine and the client."""
        worse = VERDICTS.index(self.over_http) > VERDICTS.index(self.in_process)
        return worse or bool(self.changed)


def run(suite: Suite, cases: Sequence[Case], serve: Served = served) -> list[Outcome]:
    """Return how `cases` went, in their order; tests of the same data share a server."""
    groups: dict[Data, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.data].append(case)
    with ThreadPoolExecutor(SERVERS) as pool:
        parts = pool.map(lambda item: _run_group(suite, *item, serve), groups.items())
        outcomes = {outcome.case: outcome for part in parts for outcome in part}
    return [outcomes[case] for case in cases]


def _run_group(suite: Suite, data: Data, cases: Sequence[Case], serve: Served) -> list[Outcome]:
    quads = list(suite.quads(data))
    store = ox.Store()
    store.extend(quads)
    with serve(quads) as endpoint:
        return [
            _evaluate(suite, case, store, endpoint)
            if case.kind == "evaluation"
            else _parse(suite, case, store, endpoint)
            for case in cases
        ]


def _parse(suite: Suite, case: Case, store: ox.Store, endpoint: Endpoint) -> Outcome:
    """Run a syntax test: what is not SPARQL is a SyntaxError here, and 400 there.

    A federated query is not run here: it would ask another server.
    """
    query = suite.text(case.query)
    status, _ = endpoint.ask(query)
    over_http = PASSED if (status == 400) == (case.kind != "positive") else FAILED
    if case.kind == "federated":
        return Outcome(case, PASSED, over_http, status=status)
    well = _is_sparql(store, query) == (case.kind == "positive")
    return Outcome(case, PASSED if well else FAILED, over_http, status=status)


def _is_sparql(store: ox.Store, query: str) -> bool:
    """Return whether pyoxigraph can read `query`; it may then not know a function in it."""
    try:
        store.query(query, base_iri=ADDRESS)
    except SyntaxError:
        return False
    except RuntimeError as error:
        return "is not supported" in str(error)
    return True


def _evaluate(suite: Suite, case: Case, store: ox.Store, endpoint: Endpoint) -> Outcome:
    """Run an evaluation test; the answer is judged in the format that the test expects."""
    query = suite.rooted(case.query)
    result = PurePosixPath(case.result)
    is_rdf = result.suffix in (".ttl", ".rdf", ".nt")
    triples = [quad.triple for quad in suite.read(case.result)] if is_rdf else ()
    expected, numbered = read_expected(result, suite.file(case.result).read_bytes(), triples)
    ordered = numbered or bool(_ORDERED.search(query))

    def judge(answer: Answer | None) -> str:
        if answer is None:
            return FAILED
        if same(expected, answer, ordered, case.lax):
            return PASSED
        respelled = same(_respelled(expected), _respelled(answer), ordered, case.lax)
        return SPELLED if respelled else FAILED

    try:
        found = table_of(store.query(query, base_iri=case.query))
    except SyntaxError:
        status, _ = endpoint.ask(query)
        return Outcome(case, FAILED, FAILED, "" if status == 400 else f"status {status}")
    answers, changed = _answers(endpoint, query, found, ordered)
    native = {".srx": "xml", ".srj": "json", ".csv": "csv", ".tsv": "tsv"}.get(result.suffix)
    told = answers.get(native or next(iter(answers), ""))
    in_process = judge(as_csv(found) if native == "csv" else found)
    return Outcome(case, in_process, judge(told), "; ".join(changed))


def _answers(
    endpoint: Endpoint, query: str, found: Answer, ordered: bool
) -> tuple[dict[str, Answer], list[str]]:
    """Return the answers over HTTP by format, and how they differ from the one `found` here."""
    answers: dict[str, Answer] = {}
    changed = []
    for syntax in _formats(found):
        status, body = endpoint.ask(query, syntax)
        if status != 200:
            changed.append(f"{syntax}: status {status}")
            continue
        answer = answers[syntax] = read_answer(body, syntax)
        wanted = as_csv(found) if syntax == "csv" else found
        if not same(wanted, answer, ordered):
            changed.append(f"{syntax}: other rows")
        elif isinstance(found, Table) and found.columns != answer.columns:
            changed.append(f"{syntax}: columns in another order")
    return answers, changed


def _formats(found: Answer) -> list[str]:
    """Return the formats to ask for; JSON-LD has no words for triple terms."""
    if not isinstance(found, list):
        return list(RESULT_FORMATS)
    nested = any(isinstance(triple.object, ox.Triple) for triple in found)
    return [syntax for syntax in GRAPH_FORMATS if not (nested and syntax == "jsonld")]


def _respelled(answer: Answer) -> Answer:
    """Return `answer` with its numbers and times as the store spells them."""
    if isinstance(answer, Table):
        rows = [tuple(cell and _stored(cell) for cell in row) for row in answer.rows]
        return Table(answer.columns, rows)
    if isinstance(answer, list):
        return [ox.Triple(t.subject, t.predicate, _stored(t.object)) for t in answer]
    return answer


def _stored(term: Term) -> Term:
    store = ox.Store()
    place = ox.NamedNode("urn:x")
    store.add(ox.Quad(place, place, term))
    return next(iter(store)).object
