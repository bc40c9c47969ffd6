"""The question that the documentation shows how to add."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAME = "agreements-called"


def documented_question() -> str:
    """The text of its file."""
    page = (ROOT / "docs" / "queries.md").read_text("utf-8")
    found = re.search(r"question: begin.*?```sparql\n(.*?)```", page, re.DOTALL)
    assert found, "docs/queries.md shows no question"
    return found[1]
