"""What the comparison of servers says: tables in Markdown, a chart, and docs/performance.md."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from measuring import ROOT, milliseconds
from peer_load import geometric_mean

Results = Mapping[str, Mapping[str, Mapping[str, Any]]]
_DOCUMENT = ROOT / "docs" / "performance.md"
_CHART = ROOT / "docs" / "performance.svg"
_WAYS = {"cold 1": "cold, 1 client", "cold 8": "cold, 8 clients",
         "hot 1": "hot, 1 client", "hot 8": "hot, 8 clients"}  # fmt: skip


def write_report(results: Results, scale: float, small: float, into_docs: bool) -> None:
    """Print the tables; with `into_docs` put them and the chart into docs/performance.md."""
    big = results["world"]
    parts = [
        f"A world of scale {scale:g}:\n\n" + _table(*_servers(big)),
        "How many times the requests a second of the other one `kg serve` answers, geometric mean "
        "over the canned questions (in brackets: on the worst question).\n\n"
        + _table(*_ratios(big)),
    ]
    if "kg" in results["small"] and "rdflib-endpoint" in results["small"]:
        parts.append(
            f"rdflib-endpoint on a world of scale {small:g}, one client.\n\n"
            + _table(*_ratios(results["small"]))
        )
    for way in ("cold 8", "hot 8"):
        parts.append(f"Requests a second, {_WAYS[way]}:\n\n" + _table(*_questions(big, way)))
    parts.append("Analytic questions, one client, median:\n\n" + _table(*_analytic(big)))
    wrong = [
        f"- {name}, {question}: {what}"
        for found in results.values()
        for name, result in found.items()
        for question, what in result["wrong"].items()
    ]
    if wrong:
        parts.append("What went otherwise than wanted:\n\n" + "\n".join(wrong))
    text = "\n\n".join(parts)
    print(f"\n{text}")
    if into_docs:
        before = _DOCUMENT.read_text("utf-8")
        marked = f"<!-- peers -->\n\n{text}\n\n<!-- end of peers -->"
        after = re.sub(
            r"<!-- peers -->.*<!-- end of peers -->", lambda _: marked, before, flags=re.DOTALL
        )
        _DOCUMENT.write_text(after, "utf-8")
        _CHART.write_text(chart(big), "utf-8")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _peers(found: Mapping[str, Any]) -> list[str]:
    return [name for name in found if name not in ("in process", "kg")]


def _servers(found: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    rows = [
        [name, f"{r['load']:.1f} s", f"{r['start']:.1f} s", f"{r['memory']:,.0f} MB"]
        for name, r in found.items()
        if name != "in process"
    ]
    return ["server", "loads in", "starts in", "memory in the end"], rows


def _rate(result: Mapping[str, Any], question: str, way: str, what: str = "rate") -> float:
    return float(result["cells"].get(question, {}).get(way, {}).get(what, 0))


def _ratios(found: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    rows = []
    for peer in _peers(found):
        row = [peer]
        for way in _WAYS:
            pairs = {
                q: (_rate(found["kg"], q, way), _rate(found[peer], q, way))
                for q in found["in process"]["cells"]
            }
            ratios = {q: ours / theirs for q, (ours, theirs) in pairs.items() if ours and theirs}
            if ratios:
                worst = min(ratios, key=lambda q: ratios[q])
                mean = geometric_mean(list(ratios.values()))
                row.append(f"{mean:.2f} × ({ratios[worst]:.2f} ×, {worst})")
            else:
                row.append("–")
        rows.append(row)
    return ["beside", *_WAYS.values()], rows


def _questions(found: Mapping[str, Any], way: str) -> tuple[list[str], list[list[str]]]:
    names = ["kg", *_peers(found)]
    rows = []
    for question in found["in process"]["cells"]:
        row = [question]
        for name in names:
            rate, late = (_rate(found[name], question, way, what) for what in ("rate", "p99"))
            row.append(f"{rate:,.1f} ({milliseconds(late)})" if rate else "–")
        floor = _rate(found["in process"], question, "cold 1", "median")
        rows.append([*row, milliseconds(floor) if floor else "–"])
    columns = [f"{name} (99 %)" for name in names]
    return ["question", *columns, "engine in process, median"], rows


def _analytic(found: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    names = ["kg", *_peers(found)]
    canned = set(found["in process"]["cells"])
    questions = [q for q in found["kg"]["cells"] if q not in canned] if "kg" in found else []
    rows = []
    for question in questions:
        medians = [_rate(found[name], question, "cold 1", "median") for name in names]
        rows.append([question, *(milliseconds(m) if m else "–" for m in medians)])
    return ["question", *names], rows


def chart(found: Mapping[str, Any]) -> str:
    """Return a picture (SVG): hot requests a second of each server, on a logarithmic scale."""
    names = ["kg", *_peers(found)]
    colours = dict(zip(names, ("#0b5cad", "#b3541e", "#5b7f2b"), strict=False))
    questions = list(found["in process"]["cells"])
    height = 40 + 14 * len(names) * len(questions) + 6 * len(questions)
    marks = [
        f'<text x="{230 + 130 * n}" y="20" fill="{colours[name]}">{escape(name)}</text>'
        for n, name in enumerate(names)
    ]
    y = 36
    for question in questions:
        marks.append(f'<text x="222" y="{y + 16}" text-anchor="end">{escape(question)}</text>')
        for name in names:
            rate = _rate(found[name], question, "hot 8")
            width = 110 * max(0.0, math.log10(rate)) if rate else 0.0
            marks.append(
                f'<rect x="230" y="{y}" width="{width:.0f}" height="11" fill="{colours[name]}"/>'
                f'<text x="{234 + width:.0f}" y="{y + 10}">{rate:,.0f}</text>'
            )
            y += 14
        y += 6
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 {height}" '
        'font-family="sans-serif" font-size="11" role="img">\n'
        "<title>Requests a second, asked again by eight clients; each step right is ten times"
        "</title>\n" + "\n".join(marks) + "\n</svg>\n"
    )
