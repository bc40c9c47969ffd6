"""The search described for OpenAPI: what it takes, and its answer as JSON."""

from collections.abc import Mapping
from typing import Any

from kg.named import KINDS
from kg.namespaces import LANGUAGES
from kg.search import MOST_SIGNS, RANKS
from kg.web.endpoints import asked, problems
from kg.web.formats import Offer

_TEXT = {"type": "string"}
_ADDRESS = {"type": "string", "format": "uri-reference"}
_COUNT = {"type": "integer", "minimum": 0}
_SUGGESTIONS = {
    "type": "array",
    "description": "OpenSearch Suggestions 1.1: what was asked, names, a line for each",
    "prefixItems": [_TEXT, *[{"type": "array", "items": _TEXT}] * 2],
    "minItems": 3,
}


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


_RESULT = _object(
    iri=_ADDRESS,
    url={**_ADDRESS, "description": "its page on this server"},
    name=_TEXT,
    language=_TEXT,
    matched={**_TEXT, "description": "the spelling that fits"},
    matchedLanguage=_TEXT,
    rank={"enum": list(RANKS)},
    kind={"enum": list(KINDS)},
    kindLabel=_TEXT,
    description=_TEXT,
    questions={"type": "array", "items": _ADDRESS, "description": "canned questions about it"},
)
SCHEMA = _object(
    q=_TEXT,
    release=_TEXT,
    total={**_COUNT, "description": "results on all pages"},
    complete={"type": "boolean", "description": "whether all names were looked at"},
    results={"type": "array", "items": _RESULT},
    facets={
        "type": "object",
        "additionalProperties": {
            "type": "array",
            "items": _object(value=_TEXT, label=_TEXT, count=_COUNT),
        },
    },
)


def search_path(forms: tuple[Offer, ...], most_results: int) -> dict[str, Any]:
    """Return the path of the search, which answers in `forms`, with its operation."""
    schemas: Mapping[str, Any] = {
        "json": {"$ref": "#/components/schemas/Search"},
        "suggestions": _SUGGESTIONS,
    }
    whole = {"type": "integer", "minimum": 1}
    parameters: Mapping[str, dict[str, Any]] = {
        "q": {**_TEXT, "maxLength": MOST_SIGNS, "description": "a name, number or key"},
        "kind": {"enum": [*KINDS, ""]},
        "country": {**_TEXT, "description": "the key of a country, such as kr"},
        "source": {**_TEXT, "description": "the key of a source document"},
        "page": {**whole, "maximum": 10**6 - 1},
        "limit": {**whole, "maximum": most_results, "description": "results on a page"},
        "lang": {**_TEXT, "description": f"one of {', '.join(LANGUAGES)}; else none"},
        "format": {**asked(forms), "description": "Goes before Accept."},
    }
    operation = {
        "operationId": "search",
        "summary": "Whatever bears a name, in any language and spelling",
        "tags": ["data"],
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in parameters.items()
        ],
        "responses": {
            "200": {
                "description": "What was found, the best first",
                "content": {
                    media: {"schema": schemas.get(syntax, _TEXT)} for syntax, media in forms
                },
            },
            **problems(400, 406),
        },
    }
    return {"/search": {"get": operation}}
