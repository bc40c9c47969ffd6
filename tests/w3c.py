"""The page docs/conformance.md, written from real runs of the W3C's SPARQL tests.

    python tests/w3c.py ../shared/conformance-data docs/conformance.md

Every evaluation test is run twice: by pyoxigraph in this process, and over HTTP by `kg serve` on
the same data, asked in every format. What the engine answers must arrive; see `w3c_runs`.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from kg import __version__
from test_protocol import DOCUMENT, ROWS, W3C, W3C_BAD, W3C_QUERIES, W3C_TYPES, W3C_UPDATES
from w3c_cases import Suite
from w3c_runs import FAILED, PASSED, SPELLED, Outcome, run
from w3c_servers import QUERY, Endpoint, Served, served

# Why the engine fails a test, in a few words.
_SPELLING = "the store keeps numbers and not their spelling: `1`, `01` and `+1` are one term"
_GRAPH = "`GRAPH ?g` puts `?g` into each pattern of its group instead of joining it with the whole"
_PATH = "a path of length zero does not find a term that no triple holds"
_TAGS = "`GROUP_CONCAT` of strings in one language keeps the language"
_TERM = "the engine lets a literal or a triple term be the subject of a triple term"
REASONS = {
    "sparql10/distinct#distinct-1": _SPELLING,
    "sparql10/distinct#distinct-9": _SPELLING,
    "sparql10/expr-builtin#case-insensitive-booleans": "`TRUE` and `False` are no words to it",
    "sparql10/expr-builtin#dawg-str-1": _SPELLING,
    "sparql10/expr-builtin#dawg-str-2": _SPELLING,
    "sparql10/expr-builtin#sameTerm-eq": _SPELLING,
    "sparql10/expr-builtin#sameTerm-not-eq": _SPELLING,
    "sparql10/expr-builtin#sameTerm-simple": _SPELLING,
    "sparql10/expr-equals#eq-graph-1": _SPELLING,
    "sparql10/expr-equals#eq-graph-2": _SPELLING,
    "sparql10/graph#graph-optional": _GRAPH,
    "sparql10/graph#graph-variable-scope": _GRAPH,
    "sparql10/open-world#date-2": "days with and without a time zone are unequal to it",
    "sparql10/open-world#open-eq-01": _SPELLING,
    "sparql10/syntax-sparql3#syn-bad-26": "`?x<?a&&?b>?y` is read as two comparisons",
    "sparql11/aggregates#agg-empty-group-count-graph": _GRAPH,
    "sparql11/aggregates#agg-groupconcat-04": _TAGS,
    "sparql11/aggregates#agg-groupconcat-06": _TAGS,
    "sparql11/bindings#graph": _GRAPH,
    "sparql11/csv-tsv-res#csv03": _SPELLING,
    "sparql11/functions#bnode01": "`BNODE(?s)` gives one node for all rows, not one for each",
    "sparql11/negation#graph-minus": _GRAPH,
    "sparql11/property-path#zero_or_more_set_end": _PATH,
    "sparql11/property-path#zero_or_more_set_start": _PATH,
    "sparql11/property-path#zero_or_one_set_end": _PATH,
    "sparql11/property-path#zero_or_one_set_start": _PATH,
    "sparql12/grouping#group01": _SPELLING,
    "sparql12/grouping#select-variable-reuse": "`?count + 1` may not follow `COUNT(?v) AS ?count`",
    "sparql12/syntax#nested-aggregate-functions": "an aggregate of an aggregate is let through",
    "sparql12/syntax-triple-terms-negative#tripleterm-subject-03": _TERM,
    "sparql12/syntax-triple-terms-negative#tripleterm-subject-06": _TERM,
}
UNKNOWN = "not looked into yet"
UPDATES = {case[0] for case in W3C_UPDATES}

Lines = Iterator[str]


def protocol_quads() -> list[ox.Quad]:
    """Return the data of the W3C's protocol tests: three graphs of one triple each."""
    files = [f"<{W3C.format(number)}>" for number in (1, 2, 3)]
    text = "\n".join(f"{file} {DOCUMENT} {file} ." for file in files)
    return list(ox.parse(text, format=ox.RdfFormat.N_QUADS))


def protocol_outcomes(endpoint: Endpoint) -> list[tuple[str, bool, str]]:
    """Return of each of the 34 tests its name, whether it went well, and what happened."""

    def send(method: str, address: str, content_type: str | None, body: str | bytes | None):
        headers = {"Content-Type": content_type} if content_type else {}
        data = body.encode() if isinstance(body, str) else body
        return endpoint.send(method, address, headers, data)

    found = []
    for name, *request in W3C_QUERIES:
        status, media, body = send(*request)
        well = (status, media) == (200, ROWS["json"]) and b'"boolean":true' in body
        found.append((name, well, f"{status}, yes"))
    for name, query, types in W3C_TYPES:
        status, media, _ = send("POST", "/sparql", QUERY, query)
        found.append((name, status == 200 and media in types, f"{status}, {media}"))
    for kind, cases in (("refused", W3C_BAD), ("update, refused", W3C_UPDATES)):
        for name, *request, wanted in cases:
            status, _, _ = send(*request)
            found.append((name, status == wanted, f"{kind}: {status}"))
    return found


@dataclass(frozen=True)
class Results:
    """What was run: the commit of the tests, the protocol's with name and words, all others."""

    tests: str
    protocol: list[tuple[str, bool, str]]
    outcomes: list[Outcome]

    def of(self, *kinds: str) -> list[Outcome]:
        """Return the outcomes of tests of these kinds."""
        return [outcome for outcome in self.outcomes if outcome.case.kind in kinds]


def results(folder: Path, serve: Served = served) -> Results:
    """Return how the tests in `folder` went, which holds the W3C's test data."""
    suite = Suite(folder / "rdf-tests" / "sparql")
    with serve(protocol_quads()) as endpoint:
        protocol = protocol_outcomes(endpoint)
    return Results(commit(folder), protocol, run(suite, suite.cases(), serve))


def commit(folder: Path) -> str:
    """Return the commit of w3c/rdf-tests that the data were taken from."""
    line = r"^\| rdf-tests/.*\b([0-9a-f]{40})\b"
    found = re.search(line, (folder / "README.md").read_text("utf-8"), re.MULTILINE)
    return found[1] if found else "unknown"


def page(results: Results) -> str:
    """Return docs/conformance.md."""
    parts = (_head, _summary, _protocol, _evaluation, _syntax)
    return "\n".join(line for part in parts for line in part(results)).rstrip() + "\n"


def _head(results: Results) -> Lines:
    yield from (
        "# Conformance",
        "",
        "How `/sparql` does in the W3C's own tests.",
        "`make conformance` writes this page from real runs over HTTP; a test runs them again.",
        "",
        f"kg {__version__}, pyoxigraph {ox.__version__}, "
        f"[w3c/rdf-tests](https://github.com/w3c/rdf-tests) at `{results.tests[:12]}`.",
        "",
        "Every test is run twice: by pyoxigraph in the same process, and by `kg serve "
        "--default-graph own` on the same data.",
        "SELECT and ASK are asked for as JSON, XML, CSV and TSV; CONSTRUCT and DESCRIBE in all "
        "six formats of RDF, except that JSON-LD has no words for triple terms.",
        "A test is *lost* where the engine passes it and the endpoint does not, or where any "
        "format brings other rows, types, languages, blank nodes or columns than the engine gave.",
        "",
    )


def _summary(results: Results) -> Lines:
    queries = [well for name, well, _ in results.protocol if name not in UPDATES]
    updates = [well for name, well, _ in results.protocol if name in UPDATES]
    federated = results.of("federated")
    refused = sum(outcome.over_http == PASSED for outcome in federated)
    yield "| tests | number | in process | over HTTP | lost |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    yield f"| protocol, queries | {len(queries)} | | {sum(queries)} | |"
    yield f"| protocol, updates | {len(updates)} | | {sum(updates)} refused | |"
    yield f"| evaluation | {_numbers(results.of('evaluation'))} |"
    yield f"| syntax, correct | {_numbers(results.of('positive'))} |"
    yield f"| syntax, wrong | {_numbers(results.of('negative'))} |"
    yield f"| syntax, with SERVICE | {len(federated)} | | {refused} refused | |"
    yield ""


def _numbers(outcomes: Iterable[Outcome]) -> str:
    """Return four cells: tests, passed in process, passed over HTTP, lost."""
    found = list(outcomes)
    inside = sum(outcome.in_process != FAILED for outcome in found)
    outside = sum(outcome.over_http != FAILED for outcome in found)
    return f"{len(found)} | {inside} | {outside} | {sum(outcome.lost for outcome in found)}"


def _protocol(results: Results) -> Lines:
    address = "https://www.w3.org/TR/sparql11-protocol/"
    yield from ("## Protocol", "", f"The tests of the [SPARQL 1.1 Protocol]({address}), by name.")
    yield from ("Updates are refused, whichever way they come: the endpoint is read-only.", "")
    yield from ("| test | what the endpoint does | |", "| --- | --- | --- |")
    for name, well, what in results.protocol:
        verdict = ("by design" if name in UPDATES else "passes") if well else "**fails**"
        yield f"| {name} | {what} | {verdict} |"
    yield ""


def _evaluation(results: Results) -> Lines:
    outcomes = results.of("evaluation")
    spelled = [outcome for outcome in outcomes if outcome.in_process == SPELLED]
    yield from ("## Evaluation", "", *_table(outcomes), *_lost(outcomes), *_failures(outcomes))
    yield from ("### Spelled otherwise", "")
    yield (
        f"Of the tests passed, {len(spelled)} expect a number or a time in a spelling that the "
        "store does not keep: the answer holds `1` for `01` or `1.0e0`."
    )
    yield ""
    for folder, part in groupby(spelled, key=lambda outcome: outcome.case.folder):
        yield f"- {folder}: " + ", ".join(outcome.case.name for outcome in part)
    yield ""


def _syntax(results: Results) -> Lines:
    outcomes = results.of("positive", "negative")
    unanswered = [o.status for o in results.of("positive") if o.status not in (200, 400)]
    statuses = " or ".join(map(str, sorted(set(unanswered))))
    yield from ("## Syntax", "", "Wrong queries, and no others, must be answered with 400.")
    if unanswered:
        yield (
            f"{len(unanswered)} of the correct ones call a function that does not exist, and are "
            f"answered with {statuses}."
        )
    yield from ("", *_table(outcomes), *_lost(outcomes), *_failures(outcomes))
    yield from ("### Refused by design", "")
    yield "SERVICE would ask another server; a query that holds it is answered with 400."
    yield from ("", *(f"- {_name(outcome)}" for outcome in results.of("federated")))


def _table(outcomes: list[Outcome]) -> Lines:
    yield "| folder | tests | in process | over HTTP | lost |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for folder, part in groupby(outcomes, key=lambda outcome: outcome.case.folder):
        yield f"| {folder} | {_numbers(part)} |"
    yield f"| all | {_numbers(outcomes)} |"
    yield ""


def _lost(outcomes: list[Outcome]) -> Lines:
    yield from ("### Lost", "")
    lost = [outcome for outcome in outcomes if outcome.lost]
    for outcome in lost:
        yield f"- {_name(outcome)}: {outcome.changed or f'over HTTP {outcome.over_http}'}"
    yield from ([] if lost else ["Nothing."])
    yield ""


def _failures(outcomes: list[Outcome]) -> Lines:
    yield from ("### What the engine fails", "")
    names = defaultdict(list)
    for outcome in outcomes:
        if outcome.in_process == FAILED:
            names[REASONS.get(outcome.case.title, UNKNOWN)].append(_name(outcome))
    yield from (f"- {reason}: {', '.join(titles)}" for reason, titles in names.items())
    yield ""


def _name(outcome: Outcome) -> str:
    """Return the name of a test as a link to its query."""
    return f"[{outcome.case.title}]({quote(outcome.case.query, safe=':/')})"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(page(results(Path(sys.argv[1]))), "utf-8")
