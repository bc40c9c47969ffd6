"""Places by any of their names: address, key, Wikidata number, label or recorded spelling."""

import unicodedata
from collections import defaultdict

from rapidfuzz import fuzz, process

from kg.errors import ParameterError
from kg.namespaces import ID, PREFIXES, WD
from kg.store import EmbeddedStore, Literal, NamedNode, language_tag

_CLASSES = (
    "md:CountryOrRegion", "md:SubnationalTerritory", "md:Region", "md:Municipality",
    "md:District", "md:County", "md:SpecialZone", "md:FormerTerritory",
)  # fmt: skip

_NAMES = f"""
PREFIX md: <{PREFIXES["md"]}>
PREFIX skos: <{PREFIXES["skos"]}>
SELECT DISTINCT ?place ?preferred ?name WHERE {{
  VALUES ?class {{ {" ".join(_CLASSES)} }}
  ?place a ?class .
  {{ ?place skos:prefLabel ?name . BIND (true AS ?preferred) }}
  UNION {{ ?place skos:altLabel|skos:hiddenLabel ?name . BIND (false AS ?preferred) }}
  UNION {{ ?form md:denotes ?place ; md:writtenAs ?name . BIND (false AS ?preferred) }}
  UNION {{ ?place skos:exactMatch ?name . BIND (false AS ?preferred) }}
}}
ORDER BY ?place ?name
"""


class Places:
    """The places of one store with all their names, read once."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._labels: dict[str, dict[str, str]] = {}
        self._named: dict[str, set[str]] = defaultdict(set)
        for place, preferred, name in store.select(_NAMES).rows:
            if not isinstance(place, NamedNode):
                continue
            iri = place.value
            labels = self._labels.setdefault(iri, {})
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

    def all(self, language: str) -> list[tuple[str, str]]:
        """Return (address, name) of every place, sorted by name in `language`."""
        return sorted(
            ((iri, self.label(iri, language)) for iri in self._labels),
            key=lambda pair: (pair[1].casefold(), pair[0]),
        )

    def find(self, name: str) -> str:
        """Return the address of the one place that `name` means.

        Raises ParameterError, with the candidates, where it means none or more than one.
        """
        for iri in (name, ID["place"] + name, ID["place"] + name.removeprefix("place:")):
            if str(iri) in self._labels:
                return str(iri)
        found = sorted(self._named.get(_fold(name), ()))
        if len(found) == 1:
            return found[0]
        if found:
            raise ParameterError(
                f"'{name}' is the name of {len(found)} places: {self._list(found)}"
            )
        near = self._near(name)
        hint = f"did you mean {self._list(near)}?" if near else "see the list of places"
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


def _fold(name: str) -> str:
    """Return `name` as it is compared: one width, one case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
