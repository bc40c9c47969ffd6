"""The addresses that are no questions, described for OpenAPI: SPARQL, graphs, dumps, health."""

from collections.abc import Iterable, Mapping
from typing import Any

from kg.web import formats
from kg.web.problems import HTTP_TITLES

PROBLEM = "application/problem+json"
_TEXT = {"type": "string"}
_ADDRESS = {"type": "string", "format": "uri"}
_TERM = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {"type": _TEXT, "value": _TEXT, "xml:lang": _TEXT, "datatype": _TEXT},
}
SCHEMAS: dict[str, Any] = {
    "Address": {**_TERM, "properties": {"type": {"const": "uri"}, "value": _ADDRESS}},
    "Number": {
        **_TERM,
        "properties": {**_TERM["properties"], "value": {"pattern": "^[+-]?[0-9.]+$"}},  # type: ignore[dict-item]
    },
    "Value": _TERM,
    "Results": {
        "type": "object",
        "required": ["head"],
        "properties": {
            "head": {"type": "object"},
            "boolean": {"type": "boolean"},
            "results": {
                "type": "object",
                "properties": {"bindings": {"type": "array", "items": {"type": "object"}}},
            },
        },
    },
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": _TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _TEXT,
            "instance": {"type": "string", "format": "uri-reference"},
        },
    },
    "Health": {
        "type": "object",
        "required": ["status", "release", "seconds"],
        "properties": {
            "status": {"const": "ok"},
            "release": _TEXT,
            "seconds": {"type": "number", "minimum": 0},
        },
    },
}

_QUERY = {"type": "string", "description": "SPARQL 1.1"}
_BESIDE: dict[str, dict[str, Any]] = {  # what may stand beside a query
    "default-graph-uri": {"type": "array", "items": _ADDRESS},
    "named-graph-uri": {"type": "array", "items": _ADDRESS},
    "timeout": {"type": "number", "exclusiveMinimum": 0, "description": "seconds"},
}
_SPARQL_ERRORS = (400, 406, 413, 415, 422, 429, 503, 504)


def problems(*statuses: int) -> dict[str, Any]:
    """Return the responses that are errors: problem+json, or a page for browsers."""
    content = {
        PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}},
        "text/html": {"schema": _TEXT},
    }
    return {
        str(status): {"description": HTTP_TITLES[status], "content": content} for status in statuses
    }


def endpoints() -> dict[str, Any]:
    """Return the paths that every release has, with their operations."""
    both = [*formats.RESULTS, *formats.TRIPLES, formats.HTML]
    sparql_answer = {"200": _answer("Rows, triples, or yes or no", both)}
    beside = [_in_query(name, schema) for name, schema in _BESIDE.items()]
    form = {"type": "object", "required": ["query"], "properties": {"query": _QUERY, **_BESIDE}}
    bodies = {
        "application/x-www-form-urlencoded": {"schema": form},
        "application/sparql-query": {"schema": _QUERY},
    }
    graph: dict[str, dict[str, Any]] = {
        "graph": _ADDRESS,
        "default": _TEXT,
    }
    return {
        "/sparql": {
            "get": {
                **_operation("sparql", "Ask in SPARQL; without a query, the service description"),
                "parameters": [_in_query("query", _QUERY), *beside, _format(both)],
                "responses": {**sparql_answer, **problems(*_SPARQL_ERRORS)},
            },
            "post": {
                **_operation("sparql-post", "Ask in SPARQL, with a form or the query as the body"),
                "parameters": [*beside, _format(both)],
                "requestBody": {"required": True, "content": bodies},
                "responses": {**sparql_answer, **problems(*_SPARQL_ERRORS)},
            },
        },
        "/data": {
            "get": {
                **_operation("data", "A whole graph; give either graph or default"),
                "parameters": [
                    *(_in_query(name, schema) for name, schema in graph.items()),
                    _format(formats.TRIPLES),
                ],
                "responses": {
                    "200": _answer("The triples", formats.TRIPLES),
                    **problems(400, 404, 406, 422, 429, 503, 504),
                },
            }
        },
        "/.well-known/void": {
            "get": {
                **_operation("void", "What the service offers and the data hold"),
                "parameters": [_format(formats.TRIPLES)],
                "responses": {"200": _answer("Triples", formats.TRIPLES), **problems(400, 406)},
            }
        },
        "/health": {
            "get": {
                **_operation("health", "Whether a query is answered now"),
                "responses": {
                    "200": {
                        "description": "It is",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Health"}}
                        },
                    },
                    **problems(429, 503, 504),
                },
            }
        },
    }


def dumps(known: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the path of the files of a release, where it has any."""
    media = {str(dump["file"]): str(dump["mediaType"]) for dump in known}
    name = {"type": "string", "enum": list(media)}
    operation = {
        **_operation("download", "A file of the release"),
        "parameters": [{"name": "name", "in": "path", "required": True, "schema": name}],
        "responses": {
            "200": {"description": "The file", "content": {one: {} for one in media.values()}},
            **problems(404),
        },
    }
    return {"/downloads/{name}": {"get": operation}} if media else {}


def asked(offered: Iterable[formats.Offer]) -> dict[str, Any]:
    """Return what `?format=` may be; an empty one counts for none."""
    return {"type": "string", "enum": [*dict.fromkeys(syntax for syntax, _ in offered), ""]}


def _operation(name: str, summary: str) -> dict[str, Any]:
    return {"operationId": name, "summary": summary, "tags": ["data"]}


def _in_query(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _format(offered: Iterable[formats.Offer]) -> dict[str, Any]:
    return {**_in_query("format", asked(offered)), "description": "Goes before Accept."}


def _answer(words: str, offered: Iterable[formats.Offer]) -> dict[str, Any]:
    """Return a response in each of the media types `offered`."""
    contents: dict[str, Any] = {media: {} for _, media in offered}
    for syntax, media in formats.RESULTS:
        if syntax == "json" and media != "application/json" and media in contents:
            contents[media] = {"schema": {"$ref": "#/components/schemas/Results"}}
    return {"description": words, "content": contents}
