"""grlc's own parser, from PyPI, finds in every question what we find (https://grlc.io)."""

import json
import subprocess
import sys

import pytest
import rdflib
from rdflib.plugins.sparql.parser import parseQuery

from kg.queries import read_queries
from kg.store import EmbeddedStore
from serving import QUERIES, ROOT

ALL = read_queries(QUERIES)
INSTALLED = ROOT / "build" / "grlc"
# What the end of a variable means to grlc: type, format, datatype.
MEANT = {
    "place": ("string", "iri", None),
    "year": ("string", None, "xsd:integer"),
    "integer": ("string", None, "xsd:integer"),
    "date": ("string", None, "xsd:dateTime"),
    "flag": ("string", None, "xsd:boolean"),
    "text": ("string", None, None),
}
# In a process of its own: grlc reads its settings at import, and brings modules of its own.
READ = """
import json, sys
sys.path.append(sys.argv[1])
sys.exec_prefix = sys.argv[1]  # where grlc looks for its own version
from pathlib import Path
from grlc import gquery
found = {}
for name in sys.argv[3:]:
    text = (Path(sys.argv[2]) / f"{name}.rq").read_text("utf-8")
    told = gquery.get_metadata(text, "")
    given = {key: str(one["default"]) for key, one in told["parameters"].items()}
    told["rewritten"] = gquery.rewrite_query(told["query"], told["parameters"], given)
    found[name] = told
print("\\n" + json.dumps(found, default=str))
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    if not (INSTALLED / "grlc").is_dir():
        pytest.skip("grlc is not here; install it with: make grlc")
    command = [sys.executable, "-c", READ, str(INSTALLED), str(QUERIES), *ALL]
    folder = tmp_path_factory.mktemp("grlc")
    run = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", ALL)
def test_grlc_reads_the_header_as_we_do(read, name):
    told, query = read[name], ALL[name]
    assert told["type"] == "SelectQuery" and told["method"] == "GET"
    assert told["tags"] == list(query.tags)
    assert told["description"].endswith("?") and "\n" not in told["summary"]
    assert told["variables"] == list(query.columns)
    assert told["x-kg"]["title"] == dict(query.title)
    assert told["x-kg"]["description"] == dict(query.description)


@pytest.mark.parametrize("name", ALL)
def test_grlc_finds_the_same_parameters_of_the_same_types_and_defaults(read, name):
    told, query = read[name]["parameters"], ALL[name]
    assert set(told) == set(query.parameters)
    for key, parameter in query.parameters.items():
        found = told[key]
        kind = parameter.type
        if kind == "choice":
            kind = "place" if parameter.variable.endswith("_iri") else "text"
        meant = (found["type"], found.get("format"), found.get("datatype"))
        assert (found["original"], found["default"]) == (parameter.variable, parameter.default)
        assert found["required"] and meant == MEANT[kind]


@pytest.mark.parametrize("name", ALL)
def test_what_grlc_makes_of_a_question_with_its_defaults_is_sparql_on_both_engines(read, name):
    text = read[name]["rewritten"]
    assert "?_" not in text
    parseQuery(text)
    columns = EmbeddedStore.of([]).select(text).columns
    assert columns == tuple(ALL[name].columns)
    assert [str(v) for v in rdflib.Graph().query(text).vars or ()] == list(columns)
