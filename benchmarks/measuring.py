"""What the benchmarks share: data, queries and right answers, numbers and tables."""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyoxigraph as ox

ROOT = Path(__file__).parent.parent
CROSS_PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
IN_JSON, IN_CSV = ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.CSV
_MD = "https://w3id.org/municipal-diplomacy/ontology#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
HARMLESS = {
    "ASK": f"ASK {{ ?agreement a <{_MD}Agreement> }}",
    "count": f"SELECT (COUNT(?place) AS ?number) {{ ?place a <{_MD}Municipality> }}",
    "counts": "SELECT ?type (COUNT(?thing) AS ?number) { ?thing a ?type } GROUP BY ?type",
}
CANNED = "/queries/intents?format=csv"


def release_store() -> Path:
    """Return the store of the current release; build one where there is none."""
    current = ROOT / "build" / "current"
    if not current.is_file():
        subprocess.run([sys.executable, "-m", "kg", "--project", str(ROOT), "build"], check=True)
    return ROOT / "build" / "releases" / current.read_text("utf-8").strip() / "store"


def answer(store: ox.Store, text: str, results: ox.QueryResultsFormat = IN_JSON) -> bytes:
    """Return the answer to a SELECT or ASK, as `/sparql` gives it."""
    found = store.query(text, use_default_graph_as_union=True)
    assert not isinstance(found, ox.QueryTriples)
    return found.serialize(format=results) or b""


def places(store: ox.Store) -> list[str]:
    """Return the addresses of everything of the release that has a label."""
    text = f"SELECT DISTINCT ?place {{ ?place <{_SKOS}prefLabel> ?label }} ORDER BY ?place"
    return answer(store, text, IN_CSV).decode().split()[1:]


def point_query(subjects: Sequence[str], number: int) -> str:
    """Return a query for all about one subject; `number` makes each text another one."""
    subject = subjects[number % len(subjects)]
    return f"SELECT ?p ?o {{ <{subject}> ?p ?o }} # {number}"


def write_triples(path: Path, number: int) -> list[str]:
    """Write some `number` triples as N-Triples: things with ten each; return some subjects."""
    base = "https://example.org/"
    chance = random.Random(1)
    things = number // 10
    with path.open("w", encoding="utf-8") as file:
        for n in range(things):
            thing = f"<{base}thing/{n}> <{base}"
            file.write(
                f"{thing}type> <{base}Kind{n % 50}> .\n"
                f'{thing}label> "thing {n} of many"@en .\n'
                f'{thing}label> "물건 {n}"@ko .\n'
                f'{thing}number> "{n}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
                f'{thing}date> "{1950 + n % 75}-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .\n'
                f"{thing}knows> <{base}thing/{chance.randrange(things)}> .\n"
                f"{thing}knows> <{base}thing/{(n + 1) % things}> .\n"
                f"{thing}place> <{base}place/{n % 5000}> .\n"
                f'{thing}note> "a remark of some length about thing {n}" .\n'
                f"{thing}source> <{base}document/{n % 1000}> .\n"
            )
    return [f"{base}thing/{chance.randrange(things)}" for _ in range(1000)]


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def percentile(times: Sequence[float], percent: int) -> float:
    """Return the time that `percent` of 100 stay under."""
    if percent == 50 or len(times) < 2:
        return statistics.median(times)
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


def milliseconds(seconds: float) -> str:
    """Return a time to three figures or so; in seconds where it is many."""
    value = seconds * 1000
    if value >= 10_000:
        return f"{seconds:.1f} s"
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f} ms"


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown."""
    print("| " + " | ".join(columns) + " |")
    print("| " + " | ".join("---" for _ in columns) + " |")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)


def print_machine() -> None:
    """Print what else went on: numbers from a busy machine are worth less."""
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load {load:.1f}\n", flush=True)
