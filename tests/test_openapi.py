"""The description of the site for programs: valid, complete, and true of what the site does."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from kg.namespaces import LANGUAGES
from kg.queries import read_queries
from kg.web import create_app
from kg.web.queries import offered
from serving import QUERIES

load_all_checks()

ALL = read_queries(QUERIES)
READ = ["/search", "/sparql", "/data", "/.well-known/void", "/health", "/downloads/{name}"]
OTHERS = [*((path, "GET") for path in READ), ("/sparql", "POST")]
OPERATIONS = [*((f"/queries/{name}", "GET") for name in ALL), *OTHERS]


@pytest.fixture(scope="module")
def app(built):
    app = create_app(built[1])
    yield app
    app.extensions["kg"].engine.close()


@pytest.fixture(scope="module")
def client(app):
    return app.test_client()


@pytest.fixture(scope="module")
def document(client):
    return client.get("/openapi.json").json


@pytest.fixture(scope="module")
def schema(app):
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_asked_is_answered_as_the_description_says(schema, path, method, mode):
    operation = schema[path][method]
    if mode is GenerationMode.NEGATIVE and path == "/health":
        return

    @settings(max_examples=10, deadline=None, derandomize=True, database=None,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case):
        # A place or a text that fits the schema may still be none that the graph knows.
        # Schemathesis unpacks nothing where it asks without a network in between.
        plain = {"Accept-Encoding": "identity"}
        case.call_and_validate(headers=plain, excluded_checks=[positive_data_acceptance])

    ask()


def test_the_description_is_valid_in_every_language(client):
    for language in LANGUAGES:
        response = client.get(f"/openapi.json?lang={language}")
        assert response.content_type == "application/json"
        validate(response.json)
        summaries = [path["get"]["summary"] for path in questions_of(response.json).values()]
        assert summaries == [ALL[name].title[language] for name in names_of(response.json)]


def test_every_question_is_described_with_its_parameters_forms_and_columns(client, document):
    assert set(names_of(document)) == set(ALL)
    for name, query in ALL.items():
        operation = document["paths"][f"/queries/{name}"]["get"]
        given = {one["name"]: one["schema"] for one in operation["parameters"]}
        assert set(given) == {*query.parameters, "lang", "format"}
        assert not any(one["required"] for one in operation["parameters"])
        for key, parameter in query.parameters.items():
            assert key == "lang" or "default" in given[key]
            assert ("enum" in given[key]) == (parameter.type in ("choice", "flag"))
        contents = operation["responses"]["200"]["content"]
        assert set(contents) == {media.partition(";")[0] for _, media in offered(query)}
        assert {syntax for syntax, _ in offered(query)} == {*given["format"]["enum"]} - {""}
        assert set(operation["responses"]) == {"200", "400", "404", "406"}
        rows = document["components"]["schemas"][name]["properties"]
        cells = rows["results"]["properties"]["bindings"]["items"]["properties"]
        assert {key: cell["x-kind"] for key, cell in cells.items()} == {
            key: column.kind for key, column in query.columns.items()
        }


def test_every_default_is_a_good_value_and_answers_as_the_rows_say(client, document):
    components = {"components": document["components"]}
    for path, verbs in questions_of(document).items():
        given = {one["name"]: one["schema"] for one in verbs["get"]["parameters"]}
        for schema in given.values():
            if "default" in schema:
                Draft202012Validator(schema).validate(schema["default"])
        defaults = {name: one["default"] for name, one in given.items() if "default" in one}
        answer = client.get(path, query_string={**defaults, "format": "json"})
        assert answer.status_code == 200
        rows = verbs["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator({**components, **rows}).validate(answer.json)


def test_answers_about_questions_lead_to_the_description(client):
    for path in ("/queries/", "/queries/intents", "/queries/intents?format=csv", "/queries/none"):
        assert 'rel="service-desc"' in client.get(path).headers["Link"]
    assert "Link" not in client.get("/health").headers


def test_the_description_is_open_compressed_and_known_again(client):
    first = client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.content_encoding == "gzip" and len(first.data) < 30_000
    again = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    other = client.get("/openapi.json?lang=ko", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def questions_of(document):
    """The paths of the questions."""
    return {path: one for path, one in document["paths"].items() if path.startswith("/queries/")}


def names_of(document):
    """The names of the questions, in their order."""
    return [path.removeprefix("/queries/") for path in questions_of(document)]
