"""What can be asked over HTTP, told to programs: OpenAPI 3.1, from the questions' declarations."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, request

from kg import __version__
from kg.canned import CannedQuery, Parameter
from kg.namespaces import LANGUAGES
from kg.places import key_of
from kg.queries import LONGEST_VALUE, shorten
from kg.web import formats
from kg.web.endpoints import SCHEMAS, asked, dumps, endpoints, problems
from kg.web.languages import page_language, text_in
from kg.web.queries import offered
from kg.web.search import FORMS, MOST_RESULTS
from kg.web.search_description import SCHEMA, search_path
from kg.web.service import Service, service
from kg.web.transfer import held, not_modified, tag_of, tagged

bp = Blueprint("openapi", __name__)

PATH = "/openapi.json"
_LINK = f'<{PATH}>; rel="service-desc"; type="application/json"'
# What a cell is in JSON, by the kind of its column.
_TERMS = {"iri": "Address", "number": "Number"}


@bp.get(PATH)
def show() -> Response:
    """The description of this site, in the reader's language."""
    tag = tag_of("openapi", page_language())
    if held(tag):
        return not_modified(tag)
    text = json.dumps(document(service()), ensure_ascii=False) + "\n"
    return tagged(Response(text, mimetype="application/json"), tag)


@bp.after_app_request
def link(response: Response) -> Response:
    """Tell of the description on every answer about questions (RFC 8631)."""
    if request.blueprint == "queries":
        response.headers.add("Link", _LINK)
    return response


def document(now: Service) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the questions and endpoints of `now`."""
    info: dict[str, Any] = {
        "title": "Municipal diplomacy",
        "summary": "Questions about agreements, councils and delegations, with their sources",
        "description": f"Each answer is of release {now.release.id} and cites its evidence.",
        "version": now.release.id,
        "x-software-version": __version__,
    }
    if licence := now.release.description.get("licence"):
        info["license"] = {"name": str(licence), "url": str(licence)}
    questions = {f"/queries/{name}": {"get": _operation(q, now)} for name, q in now.queries.items()}
    files = dumps(now.release.description.get("dumps", []))
    paths = {**questions, **search_path(FORMS, MOST_RESULTS), **endpoints(), **files}
    rows = {query.name: _rows(query) for query in now.queries.values()}
    tags = {tag for path in paths.values() for verb in path.values() for tag in verb["tags"]}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in sorted(tags)],
        "paths": paths,
        "components": {"schemas": {**SCHEMAS, "Search": SCHEMA, **rows}},
    }


def _operation(query: CannedQuery, now: Service) -> dict[str, Any]:
    parameters = [_parameter(parameter, now) for parameter in query.parameters.values()]
    if "lang" not in query.parameters:
        parameters.append(_in_query("lang", {"type": "string", "enum": list(LANGUAGES)}))
    forms = offered(query)
    parameters.append(_in_query("format", asked(forms), "Goes before Accept."))
    return {
        "operationId": query.name,
        "summary": text_in(query.title),
        "description": text_in(query.description),
        "tags": list(query.tags) or ["questions"],
        "parameters": parameters,
        "responses": {
            "200": {"description": "The answer", "content": _contents(query, forms)},
            **problems(400, 404, 406),
        },
    }


def _in_query(name: str, schema: Mapping[str, Any], words: str = "") -> dict[str, Any]:
    told = {"description": words} if words else {}
    return {"name": name, "in": "query", "required": False, **told, "schema": schema}


def _parameter(parameter: Parameter, now: Service) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": text_in(parameter.label), **_schema(parameter, now)}
    if not parameter.hidden:  # a hidden one goes by the reader's language
        schema["default"] = _default(parameter)
    return _in_query(parameter.name, schema, text_in(parameter.description))


def _schema(parameter: Parameter, now: Service) -> dict[str, Any]:
    """Return what values a parameter takes, as JSON Schema; each as it is written best."""
    match parameter.type:
        case "year":
            return {"type": "integer", "minimum": 1000, "maximum": 9999}
        case "integer":
            most = 10**15 - 1
            return {"type": "integer", "minimum": -most, "maximum": most}
        case "flag":
            return {"type": "string", "enum": ["true", "false", "yes", "no", "1", "0"]}
        case "date":
            return {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
        case "choice":
            values = [shorten(choice.value) for choice in now.choices.of(parameter)]
            default = _default(parameter)
            return {"type": "string", "enum": list(dict.fromkeys([*values, default]))}
        case "place":
            return {"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE}
        case _:
            return {"type": "string", "maxLength": LONGEST_VALUE}


def _default(parameter: Parameter) -> str | int:
    if parameter.type in ("year", "integer"):
        return int(parameter.default)
    if parameter.type == "place":
        return key_of(parameter.default)
    return shorten(parameter.default) if parameter.type == "choice" else parameter.default


def _contents(query: CannedQuery, forms: Iterable[formats.Offer]) -> dict[str, Any]:
    """Return the media types of an answer; the JSON of them with its rows."""
    contents: dict[str, Any] = {}
    for syntax, offer in forms:
        media = offer.partition(";")[0]
        if syntax == "json":
            contents[media] = {"schema": {"$ref": f"#/components/schemas/{query.name}"}}
        else:
            contents[media] = {"schema": {"type": "string"} if media.startswith("text/") else {}}
    return contents


def _rows(query: CannedQuery) -> dict[str, Any]:
    """Return the schema of SPARQL JSON results with these columns."""
    cells = {
        name: {
            "$ref": f"#/components/schemas/{_TERMS.get(column.kind, 'Value')}",
            "title": text_in(column.label),
            "x-kind": column.kind,
            **({"x-link": column.link} if column.link else {}),
        }
        for name, column in query.columns.items()
    }
    bindings = {"type": "object", "properties": cells, "additionalProperties": False}
    return {
        "type": "object",
        "required": ["head", "results", "release"],
        "properties": {
            "head": _object({"vars": {"const": list(query.columns)}}),
            "results": _object({"bindings": {"type": "array", "items": bindings}}),
            "release": {"type": "string"},
        },
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}
