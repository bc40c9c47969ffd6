"""Places by any of their names: address, key, Wikidata number, label or recorded spelling."""

import re
import unicodedata
from collections import defaultdict

from rapidfuzz import fuzz, process

from kg.errors import ParameterError
from kg.namespaces import ID, PREFIXES, WD
from kg.store import EmbeddedStore, Literal, NamedNode
from kg.tags import language_tag

_CLASSES = (
    "md:CountryOrRegion", "md:SubnationalTerritory", "md:Region", "md:Municipality",
    "md:District", "md:County", "md:SpecialZone", "md:FormerTerritory",
)  # fmt: skip

_NAMES = f"""
PREFIX md: <{PREFIXES["md"]}>
PREFIX skos: <{PREFIXES["skos"]}>
SELECT DISTINCT ?place ?preferred ?name ?country WHERE {{
  VALUES ?class {{ {" ".join(_CLASSES)} }}
  ?place a ?class .
  {{ ?place skos:prefLabel ?name . BIND (true AS ?preferred) }}
  UNION {{ ?place skos:altLabel|skos:hiddenLabel ?name . BIND (false AS ?preferred) }}
  UNION {{ ?form md:denotes ?place ; md:writtenAs ?name . BIND (false AS ?preferred) }}
  UNION {{ ?place skos:exactMatch ?name . BIND (false AS ?preferred) }}
  BIND (EXISTS {{ ?place a md:CountryOrRegion }} AS ?country)
}}
ORDER BY ?place ?name
"""

_WANTED = "want a name, a Wikidata number such as Q8684, or an address such as /id/place/kr-seoul"


class Places:
    """The places of one store with all their names, read once."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._labels: dict[str, dict[str, str]] = {}
        self._named: dict[str, set[str]] = defaultdict(set)
        self._countries: set[str] = set()
        for place, preferred, name, country in store.select(_NAMES).rows:
            if not isinstance(place, NamedNode):
                continue
            iri = place.value
            labels = self._labels.setdefault(iri, {})
            if isinstance(country, Literal) and country.value == "true":
                self._countries.add(iri)
            if isinstance(name, NamedNode) and name.value.startswith(str(WD)):
                self._named[_fold(name.value.removeprefix(str(WD)))].add(iri)
            elif isinstance(name, Literal):
                self._named[_fold(name.value)].add(iri)
                if isinstance(preferred, Literal) and preferred.value == "true":
                    labels[language_tag(name.language)] = name.value

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
        found = sorted(self._named.get(_fold(name), ()) or self._named.get(_number(name), ()))
        if len(found) == 1:
            return found[0]
        if found:
            raise ParameterError(
                f"'{name}' is the name of {len(found)} places: {self._list(found)}"
            )
        near = self._near(name)
        hint = f"did you mean {self._list(near)}?" if near else _WANTED
        raise ParameterError(f"no place is called '{name}'; {hint}")

    def _near(self, name: str) -> list[str]:
        matches = process.extract(
            _fold(name[:100]), self._named.keys(), scorer=fuzz.WRatio, score_cutoff=75, limit=5
        )
        near = dict.fromkeys(iri for text, _, _ in matches for iri in sorted(self._named[text]))
        return list(near)[:5]

    def _list(self, iris: list[str]) -> str:
        return ", ".join(f"{self.label(iri)} ({key_of(iri)})" for iri in iris)


def key_of(iri: str) -> str:
    """Return the last part of an address: `kr-seoul`, `Agreement`."""
    return iri.rstrip("/#").rpartition("#")[2].rpartition("/")[2]


def _number(name: str) -> str:
    """Return the Wikidata number that `wd:Q8684` or its address means, as it is compared."""
    return _fold(re.sub(rf"^(wd:|{re.escape(str(WD))})", "", name, flags=re.IGNORECASE))


def _fold(name: str) -> str:
    """Return `name` as it is compared: one width, one case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
