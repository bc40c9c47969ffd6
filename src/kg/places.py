"""Places by any of their names: address, key, Wikidata number, label or recorded spelling."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import fuzz, process

from kg.errors import Message, ParameterError
from kg.namespaces import ID, PREFIXES, WD
from kg.store import Literal, NamedNode, Store
from kg.tags import language_tag

_CLASSES = (
    "md:CountryOrRegion", "md:SubnationalTerritory", "md:Region", "md:Municipality",
    "md:District", "md:County", "md:SpecialZone", "md:FormerTerritory",
)  # fmt: skip

_COUNTRY = NamedNode(PREFIXES["md"] + "CountryOrRegion")

ASKED = f"""
PREFIX md: <{PREFIXES["md"]}>
PREFIX skos: <{PREFIXES["skos"]}>
SELECT DISTINCT ?place ?preferred ?name ?class WHERE {{
  VALUES ?class {{ {" ".join(_CLASSES)} }}
  ?place a ?class .
  {{ ?place skos:prefLabel ?name . BIND ("yes" AS ?preferred) }}
  UNION {{ ?place skos:altLabel|skos:hiddenLabel ?name . BIND ("no" AS ?preferred) }}
  UNION {{ ?form md:denotes ?place ; md:writtenAs ?name . BIND ("no" AS ?preferred) }}
  UNION {{ ?place skos:exactMatch ?name . BIND ("no" AS ?preferred) }}
}}
ORDER BY ?place ?name ?preferred
"""

_WANTED = Message(
    "want a name, a Wikidata number such as Q8684, or an address such as /id/place/kr-seoul"
)


class Places:
    """The places of one store with all their names, read once."""

    def __init__(self, store: Store) -> None:
        self._labels: dict[str, dict[str, str]] = {}
        self._named: dict[str, set[str]] = defaultdict(set)
        self._countries: set[str] = set()
        for place, preferred, name, class_ in store.select(ASKED).rows:
            if not isinstance(place, NamedNode):
                continue
            iri = place.value
            labels = self._labels.setdefault(iri, {})
            if class_ == _COUNTRY:
                self._countries.add(iri)
            if isinstance(name, NamedNode) and name.value.startswith(str(WD)):
                self._named[_fold(name.value.removeprefix(str(WD)))].add(iri)
            elif isinstance(name, Literal):
                self._named[_fold(name.value)].add(iri)
                if isinstance(preferred, Literal) and preferred.value == "yes":
                    labels[language_tag(name.language)] = name.value
        self._bare: dict[str, set[str]] = defaultdict(set)
        for folded, iris in self._named.items():
            self._bare[_bare(folded)] |= iris

    def __contains__(self, iri: object) -> bool:
        return iri in self._labels

    def label(self, iri: str, language: str = "en") -> str:
        """Return the place's name in `language`, else in English, else any, else its key."""
        labels = self._labels.get(iri, {})
        return labels.get(language) or labels.get("en") or next(iter(labels.values()), key_of(iri))

    def territories(self, language: str) -> list[tuple[str, str]]:
        """Return (address, name) of every place below a country, by name in `language`."""
        below = self._labels.keys() - self._countries
        return sorted(
            ((iri, self.label(iri, language)) for iri in below),
            key=lambda pair: (pair[1].casefold(), pair[0]),
        )

    def find(self, name: str) -> str:
        """Return the address of the one place that `name` means.

        Raises ParameterError, with the candidates, where it means none or more than one.
        """
        place = ID["place"]
        for iri in (name, *(place + name.removeprefix(p) for p in ("", "place:", "/id/place/"))):
            if str(iri) in self._labels:
                return str(iri)
        found = sorted(self._meant(name))
        if len(found) == 1:
            return found[0]
        near = found or self._near(name)
        places = self.listed(near)
        if found:
            message = Message(
                "'%(value)s' is the name of %(number)s places: %(places)s",
                value=name, number=len(found), places=places,
            )  # fmt: skip
        else:
            hint = Message("did you mean %(places)s?", places=places) if near else _WANTED
            message = Message("no place is called '%(value)s'; %(hint)s", value=name, hint=hint)
        error = ParameterError(message)
        error.value, error.candidates = name, tuple(near)
        raise error

    def listed(self, iris: Iterable[str], language: str = "en") -> str:
        """Return the names of places with their keys, in a line."""
        return ", ".join(f"{self.label(iri, language)} ({key_of(iri)})" for iri in iris)

    def _meant(self, name: str) -> set[str]:
        """Return the places of this name; only where there are none, those of its bare letters."""
        for key in (_fold(name), _number(name)):
            if key in self._named:
                return self._named[key]
        return self._bare.get(_bare(_fold(name)), set())

    def _near(self, name: str) -> list[str]:
        matches = process.extract(
            _bare(_fold(name[:100])), self._bare.keys(), scorer=fuzz.WRatio, score_cutoff=75,
            limit=5,
        )  # fmt: skip
        near = dict.fromkeys(iri for text, _, _ in matches for iri in sorted(self._bare[text]))
        return [*near][:5]


def key_of(iri: str) -> str:
    """Return the last part of an address: `kr-seoul`, `Agreement`."""
    return iri.rstrip("/#").rpartition("#")[2].rpartition("/")[2]


def _number(name: str) -> str:
    """Return the Wikidata number that `wd:Q8684` or its address means, as it is compared."""
    return _fold(re.sub(rf"^(wd:|{re.escape(str(WD))})", "", name, flags=re.IGNORECASE))


def _fold(name: str) -> str:
    """Return `name` as it is compared: one width, one case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _bare(folded: str) -> str:
    """Return the letters without their marks: `sao paulo` of `são paulo`.

    Korean letters stay whole, and so do marks that stand alone.
    """
    parts = unicodedata.normalize("NFD", folded)
    bare = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", bare) or folded
