"""The README says what is so."""

import os
import re
import subprocess
import sys

from rdflib import Graph

from conftest import ROOT
from kg.graphs import Project
from kg.namespaces import PREFIXES
from kg.queries import find_query, read_queries, run
from kg.release import Release
from kg.store import EmbeddedStore, Literal

README = (ROOT / "README.md").read_text("utf-8")
BEGIN = "<!-- answer: begin; a test holds this table against the graph -->\n"
COLUMNS = {
    "partnerLabel": "partner",
    "tieTypeLabel": "tie of the governments",
    "tieSigned": "signed",
    "tieSource": "source",
    "councilTypeLabel": "agreement of the councils",
    "councilSigned": "signed",
    "councilSource": "source",
}


def answer(store: EmbeddedStore) -> str:
    """The answer to the canned question as a table of the README."""
    query = find_query(read_queries(ROOT / "queries"), "friendship-and-council")
    table = run(query, {}, store).table
    lines = [f"| {' | '.join(COLUMNS.values())} |", f"|{' --- |' * len(COLUMNS)}"]
    for row in table.rows:
        cells = [row[table.columns.index(name)] for name in COLUMNS]
        texts = [cell.value if isinstance(cell, Literal) else "" for cell in cells]
        lines.append(
            f"| {' | '.join(text.replace('seoul-council-exchanges, ', '') for text in texts)} |"
        )
    return "\n".join(lines) + "\n"


def test_the_answer_shown_is_the_answer(store: EmbeddedStore) -> None:
    shown = re.search(f"{BEGIN}\n(.*?)\n<!-- answer: end -->", README, re.DOTALL)
    assert shown and shown[1] == answer(store), f"put this into README.md:\n{answer(store)}"


def test_the_python_shown_runs_and_says_what_it_says(built: tuple[Project, Release]) -> None:
    """As a reader runs it: in the folder of the project, where a release was built."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    environment = {name: value for name, value in os.environ.items() if name != "KG_PROJECT"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=built[0].folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    _, _, *rows = README.partition(BEGIN)[2].partition("\n\n<!--")[0].strip().splitlines()
    partner, _, _, line = rows[0].strip("| ").split(" | ")[:4]
    (count,) = re.findall(r"# (\d+)$", code, re.MULTILINE)
    assert done.stdout.splitlines() == [
        f"{len(rows)} {partner} seoul-council-exchanges, {line}",
        count,
    ]


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    assert len(README.splitlines()) < 150
    for target in re.findall(r"\]\(((?!https?:)[^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_page_under_docs_is_linked() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        assert f"docs/{page.name}" in README, page
    decisions = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    for page in (ROOT / "docs" / "decisions").glob("0*.md"):
        assert f"({page.name})" in decisions, page


def test_the_row_that_the_data_model_shows_is_in_the_graph(whole: Graph) -> None:
    page = (ROOT / "docs" / "data-model.md").read_text("utf-8")
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    blocks = re.findall(r"^```turtle\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 6
    for block in blocks:
        shown = Graph().parse(data=prefixes + block, format="turtle")
        missing = [triple for triple in shown if triple not in whole]
        assert missing == []
