"""Write a synthetic world in our own terms as N-Quads: `python benchmarks/world.py SCALE OUT.nq`.

Scale 1 is 1,000 municipalities, 10,000 agreements and 50,000 visits, some two million quads. One
scale always gives the same bytes. It has what a release has: a graph a source document, reference,
links, curation, ontology, and the derived graph by our rules. Few municipalities have many ties
and most have few: number n has a share that falls as the square root of n.
"""

import argparse
import contextlib
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from kg.export import canonical, nquads
from kg.growing import GrowingStore
from kg.namespaces import GRAPH
from kg.reading import read_graph, to_rdflib
from kg.reason import conclude
from measuring import ROOT
from world_agreements import write_agreements
from world_documents import Document
from world_events import write_events
from world_places import Atlas, write_links
from world_terms import Sheet

MUNICIPALITIES, AGREEMENTS, VISITS = 1_000, 10_000, 50_000


def main() -> None:
    """Write the world that the command line asks for, and tell how long it took."""
    parser = argparse.ArgumentParser(description="Write a synthetic world as N-Quads.")
    parser.add_argument("scale", type=float, help="1 is 1,000 municipalities")
    parser.add_argument("out", type=Path, help="a file for the N-Quads")
    arguments = parser.parse_args()
    if not 0.005 <= arguments.scale <= 100:
        parser.error(f"scale {arguments.scale} is not between 0.005 and 100")
    begin = time.perf_counter()
    quads = write_world(arguments.scale, arguments.out)
    seconds = time.perf_counter() - begin
    print(f"{quads:,} quads in {seconds:.1f} s, {quads / seconds:,.0f} a second")


def write_world(scale: float, out: Path) -> int:
    """Write the world to `out` in bounded memory; return the number of quads."""
    with out.open("w", encoding="utf-8", newline="\n") as file:
        sheet = Sheet(file)
        write_asserted(sheet, scale)
        ontology = read_graph(sorted((ROOT / "ontology").glob("*.ttl")))
        sheet.write(nquads(canonical({GRAPH.ontology: ontology})))
    with out.open("a", encoding="utf-8", newline="\n") as file, _store_of(out) as store:
        added = Sheet(file)
        conclude(store, ROOT / "ontology" / "rules")
        graph = f"<{GRAPH.derived}>"
        for quad in store.quads(GRAPH.derived):
            added.write(f"{' '.join(to_rdflib(term).n3() for term in quad.triple)} {graph} .\n")
    return sheet.quads + added.quads


def write_asserted(sheet: Sheet, scale: float) -> None:
    """Write everything but the ontology and what the rules conclude."""
    chance = random.Random(1)
    atlas = Atlas(round(MUNICIPALITIES * scale))
    atlas.write(sheet, chance)
    write_links(sheet, atlas, chance)
    agreements = _shares(atlas.municipalities, round(AGREEMENTS * scale))
    visits = _shares(atlas.municipalities, round(VISITS * scale))
    for number, (some, more) in enumerate(zip(agreements, visits, strict=True)):
        document = Document(sheet, atlas, number, random.Random(number))
        write_agreements(document, some)
        write_events(document, more)
        document.write_end()


def _shares(parts: int, total: int) -> Iterator[int]:
    """Yield how many of `total` each of `parts` has: part n a share that falls as √n."""
    before = 0
    for n in range(1, parts + 1):
        upto = round(total * (n / parts) ** 0.5)
        yield upto - before
        before = upto


@contextlib.contextmanager
def _store_of(path: Path) -> Iterator[GrowingStore]:
    with tempfile.TemporaryDirectory(prefix="kg-world-", ignore_cleanup_errors=True) as folder:
        store = ox.Store(folder)
        store.bulk_load(path=str(path))
        yield GrowingStore(store)
        del store


if __name__ == "__main__":
    main()
