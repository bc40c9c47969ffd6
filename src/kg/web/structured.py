"""What search engines read: the thing of a page in the words of schema.org."""

from typing import Any

from kg.namespaces import BASE, ID, PREFIXES
from kg.queries import expand
from kg.store import Literal, NamedNode, Term
from kg.tags import language_tag
from kg.web.statements import Statements

# The most exact type that fits; what stands first in a kind wins.
_TYPES = {
    "md:CountryOrRegion": "Country", "md:Municipality": "City", "md:Site": "Place",
    "md:Executive": "GovernmentOrganization", "md:Council": "GovernmentOrganization",
}  # fmt: skip
_KINDS = {
    "place": "AdministrativeArea", "body": "Organization", "person": "Person", "event": "Event",
    "agreement": "CreativeWork", "intent": "CreativeWork", "source": "CreativeWork",
    "series": "EventSeries",
}  # fmt: skip


def structured(iri: NamedNode, found: Statements) -> dict[str, Any]:
    """Return JSON-LD about `iri` in schema.org's terms; empty where none of its types fits.

    Only what is said of it directly: names, identifiers, dates, where it lies, what it is about.
    """
    said = {group.property: list(group.terms) for group in found.groups}
    kinds = {expand(name): type_ for name, type_ in _TYPES.items()}
    type_ = next((kinds[kind] for kind in found.kinds if kind in kinds), None) or _kind(iri.value)
    names = _literals(said, "skos:prefLabel") or _literals(said, "rdfs:label")
    if not type_ or not names:
        return {}
    about: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": type_,
        "@id": iri.value,
        "url": iri.value,
        "name": [_text(name) for name in names],
    }
    more = {
        "alternateName": [_text(name) for name in _literals(said, "skos:altLabel")],
        "sameAs": [
            same
            for same in _iris(said, "skos:exactMatch", "md:geonames")
            if same.startswith(("https://", "http://"))
        ],
        "description": [_text(text) for text in _literals(said, "skos:definition")],
        "isBasedOn": _links(_iris(said, "dct:source")),
    }
    if type_ == "Event":
        more |= _event(said)
    elif type_ == "CreativeWork":
        more |= {
            "temporal": _values(said, "md:edtf")[:1],
            "about": _links(_iris(said, "md:involves", "md:focus")),
            "publisher": _links(_iris(said, "dct:publisher")),
            "inLanguage": _values(said, "dct:language"),
        }
    elif iri.value.startswith(str(ID["place"])):
        more |= {"geo": _position(said), "containedInPlace": _links(_iris(said, "md:within"))}
    return about | {name: value for name, value in more.items() if value}


def _kind(iri: str) -> str:
    if iri.startswith(PREFIXES["md"].rstrip("#") + "#"):
        return ""
    if iri.startswith(BASE + "vocabulary/"):
        return "DefinedTerm"
    return _KINDS.get(iri.removeprefix(BASE + "id/").partition("/")[0], "")


def _event(said: dict[str, list[Term]]) -> dict[str, Any]:
    first, last = _values(said, "md:earliest"), _values(said, "md:latest")
    return {
        "startDate": [day[:10] for day in first[:1]],
        "endDate": [day[:10] for day in last[:1]],
        "location": _links(_iris(said, "md:venue") or _iris(said, "md:to")),
        "organizer": _links(_iris(said, "md:host")),
    }


def _position(said: dict[str, list[Term]]) -> dict[str, Any]:
    latitude, longitude = _values(said, "geo:lat"), _values(said, "geo:long")
    if not latitude or not longitude:
        return {}
    return {"@type": "GeoCoordinates", "latitude": latitude[0], "longitude": longitude[0]}


def _literals(said: dict[str, list[Term]], name: str) -> list[Literal]:
    return [term for term in said.get(expand(name), []) if isinstance(term, Literal)]


def _values(said: dict[str, list[Term]], name: str) -> list[str]:
    return [literal.value for literal in _literals(said, name)]


def _iris(said: dict[str, list[Term]], *names: str) -> list[str]:
    found = [term for name in names for term in said.get(expand(name), [])]
    return [term.value for term in found if isinstance(term, NamedNode)]


def _links(iris: list[str]) -> list[dict[str, str]]:
    return [{"@id": iri} for iri in iris]


def _text(literal: Literal) -> dict[str, str] | str:
    tag = language_tag(literal.language)
    return {"@value": literal.value, "@language": tag} if tag else literal.value
