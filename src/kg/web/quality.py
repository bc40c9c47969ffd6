"""The page about quality: what the checks found, what we changed, what nobody can tell."""

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template

from kg.namespaces import PREFIXES
from kg.views.nodes import mentioned
from kg.views.quality import doubtful, quality
from kg.web.labels import names_of
from kg.web.languages import page_language
from kg.web.paging import asked_part
from kg.web.repeats import kept_page
from kg.web.service import service

bp = Blueprint("quality", __name__)

_MOST = 100  # of each list, on one page


@bp.get("/quality", strict_slashes=False)
def show() -> Response:
    """What the release's validation found, and the repairs, inferences, disputes and links."""
    return kept_page(_page)


def _page() -> str:
    store = service().store
    report = _report(service().release.folder / "report.json")
    results: list[dict[str, Any]] = sorted(report.get("results", []), key=_order)
    amendments, disputes = doubtful(store)
    parts = {
        "checks": asked_part("checks", len(results), _MOST),
        "readings": asked_part("readings", len(amendments), _MOST),
        "disputes": asked_part("disputes", len(disputes), _MOST),
    }
    results = parts["checks"].of(results)
    documents = service().documents.every
    parts["coverage"] = asked_part("coverage", len(documents), _MOST)
    found = quality(store, parts["readings"].of(amendments), parts["disputes"].of(disputes),
                    parts["coverage"].of(documents))  # fmt: skip
    nodes = [*found.amendments, *(node for _, node in found.disputes), *found.claims.values()]
    wanted = mentioned(nodes) | set(found.links) | set(found.coverage)
    wanted |= {str(result["source"]) for result in results if result.get("source")}
    names = names_of(
        {iri for iri in wanted if not iri.startswith(PREFIXES["wd"])}, store, page_language()
    )
    return render_template(
        "quality.html", quality=found, names=names, counts=report.get("counts", {}), parts=parts,
        results=results, validated=bool(report),
    )  # fmt: skip


def _order(result: dict[str, Any]) -> tuple[int, str, str]:
    severity = {"Violation": 0, "Warning": 1}.get(result["severity"], 2)
    return severity, str(result["rule"]), str(result["focus"]["value"])


def _report(path: Path) -> dict[str, Any]:
    """Return the report of the release's validation; empty where it was never validated."""
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found
