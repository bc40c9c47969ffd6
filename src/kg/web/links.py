"""Where questions, pairs of places and the data behind a page stand on this server."""

from typing import Any

from flask import url_for

from kg.namespaces import BASE, ID
from kg.places import key_of

_DATA = (("ttl", "text/turtle"), ("jsonld", "application/ld+json"),
         ("nt", "application/n-triples"), ("rdf", "application/rdf+xml"))  # fmt: skip


def question_address(question: str, **values: str) -> str:
    """Return the address of the page of `question`, asked with `values`."""
    return url_for("queries.show", **dict[str, Any](name=question) | values)


def pair_address(one: str, other: str) -> str | None:
    """Return the address of the page about the places `one` and `other`.

    None where one of them is no place: a name that may mean several, say.
    """
    place = str(ID["place"])
    if not one.startswith(place) or not other.startswith(place) or one == other:
        return None
    return url_for("pairs.show", one=key_of(one), other=key_of(other))


def data_links(iri: str) -> list[tuple[str, str, str]]:
    """Return the data forms of the page of `iri`: suffix, media type, address."""
    path = iri.removeprefix(BASE)
    return [(end, media, url_for("resources.show", path=f"{path}.{end}")) for end, media in _DATA]
