"""Data flow one way: a module imports only from the layers before it."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "kg"

LAYERS = [
    {"once"}, {"errors"}, {"namespaces"}, {"tags"}, {"reading"}, {"turtle"}, {"formatting"},
    {"dates"}, {"importers"}, {"tokens"}, {"guard"}, {"messages"}, {"syntaxes"}, {"releasing"},
    {"store"}, {"growing"}, {"loading"}, {"lines"}, {"canned"}, {"binding"}, {"queryfile"},
    {"reminders"}, {"displays"}, {"places"}, {"typed"}, {"narrowing"}, {"headers"}, {"reason"},
    {"graphs"}, {"paths"}, {"report"}, {"shapes"}, {"datagraph"}, {"validate"}, {"evidence"},
    {"jsonld"}, {"export"}, {"inventory"}, {"keptfiles"}, {"kept"}, {"release"}, {"queries"},
    {"folding"}, {"named"}, {"search"}, {"emptiness"}, {"examples"}, {"building"}, {"wording"},
    {"values"}, {"documents"}, {"account"}, {"spreadsheet"}, {"tables"}, {"overlap"},
    {"comparing"}, {"limits"}, {"endpoints"}, {"remote"}, {"workbook"}, {"calendars"},
    {"takeaway"}, {"settings"}, {"admission"}, {"confinement"}, {"outflow"}, {"streaming"},
    {"worker"}, {"forks"}, {"remote_worker"}, {"allocator"}, {"workers"}, {"forkserver"},
    {"running"}, {"coming"}, {"engine"}, {"parsing"}, {"connections"}, {"views"}, {"web"},
    {"logs"}, {"server"}, {"publishing"}, {"remote_export"}, {"remote_validation"}, {"commands"},
    {"exporting"}, {"elsewhere"}, {"asking"}, {"checking"}, {"pairing"}, {"library"}, {"cli"},
]  # fmt: skip
# pyoxigraph stands behind these alone: the parser, the store, the engine and the writers.
OXIGRAPH = {
    "reading", "syntaxes", "store", "growing", "loading", "remote", "remote_export", "streaming",
    "worker", "forks", "engine", "export", "validate",
}  # fmt: skip


def layer(module: str) -> int:
    """The number of the layer of a module of ours."""
    (number,) = [n for n, names in enumerate(LAYERS) if module in names] or [-1]
    assert number >= 0, f"src/kg/{module} is in no layer; put it into LAYERS"
    return number


def imported(path: Path) -> set[str]:
    """The modules that a file imports, by full name."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            if node.module == "kg":
                names |= {f"kg.{alias.name}" for alias in node.names}
    return names


def modules() -> list[tuple[str, Path]]:
    """Every file with the name of the module of the first level that it belongs to."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).with_suffix("").parts[0]
        if name not in ("__init__", "__main__"):
            found.append((name, path))
    return found


def test_imports_go_one_way() -> None:
    for module, path in modules():
        for name in imported(path):
            parts = name.split(".")
            if parts[0] != "kg" or len(parts) == 1 or parts[1].startswith("__"):
                continue
            assert parts[1] == module or layer(parts[1]) < layer(module), f"{path} imports {name}"


def test_pyoxigraph_stands_behind_few_modules() -> None:
    users = {module for module, path in modules() if "pyoxigraph" in imported(path)}
    assert users <= OXIGRAPH
