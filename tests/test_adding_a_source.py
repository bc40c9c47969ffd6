"""docs/adding-a-source.md, followed to the letter."""

import hashlib
import re
from pathlib import Path

from conftest import ROOT, copy_project
from kg.building import build_release
from kg.evidence import check_evidence, cite
from kg.export import union
from kg.graphs import build_graphs
from kg.queries import find_query, read_queries, run
from kg.store import EmbeddedStore

PAGE = (ROOT / "docs" / "adding-a-source.md").read_text("utf-8")
FILES = re.findall(r"^```(?:text|turtle|csv) (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CITED = re.findall(
    r"^\$ kg evidence cite (\S+) --line (\d+) --key (\S+)(?: --words (?:'([^']*)'|(\S+)))?\n(\S+)$",
    PAGE,
    re.MULTILINE,
)


def write(path: Path, text: str) -> None:
    """Write a new file, or add rows to a table that is there."""
    if path.exists():
        heading, _, rows = text.partition("\n")
        assert path.read_text("utf-8").startswith(f"{heading}\n"), f"{path} has another heading"
        text = path.read_text("utf-8") + rows
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_the_page_adds_a_source(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    for name, text in FILES:
        write(tmp_path / name, text)
    document = (tmp_path / "documents" / "northport.txt").read_bytes()
    assert hashlib.sha256(document).hexdigest() in PAGE
    assert len(CITED) == 3
    rows = []
    for name, line, key, quoted, plain, shown in CITED:
        row = cite(tmp_path / name, key, int(line), quoted or plain or None, 1)
        assert row == shown
        rows.append(row)
    evidence = tmp_path / "data" / "northport-partners" / "evidence.csv"
    evidence.write_text(evidence.read_text("utf-8") + "\n".join(rows) + "\n", "utf-8")

    release = build_release(project, lambda _: None)
    assert (tmp_path / "data" / "northport-partners" / "graph.ttl").exists()
    only = {n: g for n, g in build_graphs(project).items() if n.endswith("northport-partners")}
    assert check_evidence(union(only), tmp_path / "documents").findings == []
    store = EmbeddedStore.open(release.store)
    query = find_query(read_queries(release.queries), "ties-of")
    table = run(query, {"city": "Northport"}, store).table
    (row,) = table.rows
    assert row[table.columns.index("partnerLabel")].value == "Southport"  # type: ignore[union-attr]
