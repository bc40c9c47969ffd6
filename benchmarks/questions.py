"""The canned questions, and a dozen analytic ones, with many parameters from a synthetic world."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from urllib.parse import quote

import pyoxigraph as ox

from kg.namespaces import LANGUAGES, PREFIXES
from measuring import ROOT
from world_places import Atlas

_STEP = 617  # a prime: cities of all sizes come by turns
_TIES = ("formal-city-tie", "en-friendship-city", "ko-uho-dosi", "zh-youhao-chengshi")
_KINDS = ("PopulationObservation", "AreaObservation", "DivisionCount")
_STATES = ("any", "repaired", "inferred", "disputed", "unresolved", "curated", "same")
_WHERE = "PREFIX md: <{md}> PREFIX skos: <{skos}> PREFIX status: <{status}> ".format(**PREFIXES)
# Over the whole graph, as analysts ask; none takes a parameter.
ANALYTIC = {
    "count-all": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "classes": "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY DESC(?n)",
    "agreements-by-country-and-type": "SELECT ?c ?t (COUNT(DISTINCT ?a) AS ?n) { ?a a md:Agreement "
    "; md:agreementType ?t ; md:involves ?p . ?p md:countryOrRegion ?c } GROUP BY ?c ?t",
    "agreements-by-year": "SELECT ?y (COUNT(?a) AS ?n) { ?a a md:Agreement ; md:year ?y } "
    "GROUP BY ?y ORDER BY ?y",
    "visits-by-country-pair": "SELECT ?c ?d (COUNT(?v) AS ?n) { ?v md:from ?a ; md:to ?b . "
    "?a md:countryOrRegion ?c . ?b md:countryOrRegion ?d } GROUP BY ?c ?d ORDER BY DESC(?n) "
    "LIMIT 50",
    "most-partners": "SELECT ?p (COUNT(DISTINCT ?q) AS ?n) { ?p md:friendshipTieWith ?q } "
    "GROUP BY ?p ORDER BY DESC(?n) LIMIT 20",
    "triangles": "SELECT (COUNT(*) AS ?n) { ?a md:councilTieWith ?b . ?b md:councilTieWith ?c . "
    "?c md:councilTieWith ?a }",
    "both-ties": "SELECT (COUNT(*) AS ?n) { ?a md:councilTieWith ?b ; md:friendshipTieWith ?b }",
    "tied-never-visited": "SELECT (COUNT(*) AS ?n) { ?a md:friendshipTieWith ?b FILTER NOT EXISTS "
    "{ ?v md:from ?a ; md:to ?b } }",
    "names-with-a-part": 'SELECT ?s ?l { ?s a md:Municipality ; skos:prefLabel ?l FILTER '
    '(CONTAINS(?l, "kado")) }',
    "evidence-by-source": "SELECT ?d (COUNT(?e) AS ?n) { ?e md:inSource ?d } GROUP BY ?d "
    "ORDER BY DESC(?n) LIMIT 20",
    "long-pauses": "SELECT ?a ?b (MAX(?y) AS ?last) { ?a md:councilTieWith ?b . ?v md:from ?a ; "
    "md:to ?b ; md:year ?y } GROUP BY ?a ?b HAVING (MAX(?y) < 2000)",
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """One question with its parameters: the path that `kg serve` has it at, and the SPARQL."""

    question: str
    path: str
    sparql: str


class Questions:
    """Requests for a world; `store` holds it."""

    def __init__(self, scale: float, store: ox.Store) -> None:
        self._atlas = Atlas(round(1_000 * scale))
        pairs = "SELECT DISTINCT ?a ?b { ?a md:friendshipTieWith ?b } ORDER BY ?a ?b"
        found = store.query(_WHERE + pairs, use_default_graph_as_union=True)
        assert isinstance(found, ox.QuerySolutions)
        rows = [(row["a"], row["b"]) for row in found]
        spread = [rows[n * _STEP % len(rows)] for n in range(min(1_000, len(rows)))]
        keys = ((_key(a.value), _key(b.value)) for a, b in spread)
        self._pairs = [pair for pair in dict.fromkeys(keys) if None not in pair]

    @staticmethod
    def names() -> list[str]:
        """Return the names of the canned questions."""
        return sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))

    def requests(self, name: str, most: int) -> list[Request]:
        """Return different requests for the canned question `name`: as many as there are."""
        text = (ROOT / "queries" / f"{name}.rq").read_text("utf-8")
        defaults = dict(re.findall(r'^#\+   - (\w+): "(.*)"$', text, re.MULTILINE))
        body = "\n".join(line for line in text.splitlines() if not line.startswith("#+"))
        found = []
        for values in islice(self._values(set(defaults)), most):
            merged = {**defaults, **values}
            query = "&".join(f"{key}={quote(merged[key])}" for key in merged)
            found.append(Request(name, f"/queries/{name}?format=csv&{query}", _bound(body, merged)))
        return found

    @staticmethod
    def analytic(name: str, number: int = 0) -> Request:
        """Return an analytic question; each `number` makes another text of it."""
        text = f"{_WHERE}{ANALYTIC[name]} # {number}"
        return Request(name, f"/sparql?query={quote(text)}", text)

    def _values(self, wanted: set[str]) -> Iterator[dict[str, str]]:
        """Yield values for the parameters `wanted`, never the same twice."""
        if "partner" in wanted:
            yield from ({"city": a, "partner": b} for a, b in self._pairs)
        elif "city" in wanted:
            extra = [("year", [str(2024 - n) for n in range(20)])] if "year" in wanted else []
            extra += [("kind", [PREFIXES["md"] + kind for kind in _KINDS])] * ("kind" in wanted)
            extra += [("tie", [PREFIXES["type"] + tie for tie in _TIES[:1]])] * ("tie" in wanted)
            yield from self._each("city", self._cities(), extra)
        elif "region" in wanted:
            countries = [PREFIXES["place"] + row["place"] for row in self._atlas.countries]
            yield from self._each("region", countries, [("lang", list(LANGUAGES))])
        elif "from" in wanted:
            for year, month in product(range(2023, 1980, -1), range(1, 7)):
                yield {"from": f"{year}-{month:02d}-01", "before": f"{year}-{month + 6:02d}-01"}
        elif "least" in wanted:
            yield from ({"least": str(n)} for n in range(1, 201))
        elif "state" in wanted:
            yield from self._each("state", list(_STATES), [("lang", list(LANGUAGES))])
        elif "letters" in wanted:
            ties = [PREFIXES["type"] + tie for tie in _TIES]
            more = [("letters", ["true", "false"]), ("lang", list(LANGUAGES))]
            yield from self._each("tie", ties, more)
        else:
            yield from ({"lang": language} for language in LANGUAGES)

    def _cities(self) -> list[str]:
        total = self._atlas.municipalities
        numbers = dict.fromkeys(n * _STEP % total for n in range(total))
        return [PREFIXES["place"] + self._atlas.municipality(n).key for n in numbers]

    @staticmethod
    def _each(
        name: str, values: list[str], more: list[tuple[str, list[str]]]
    ) -> Iterator[dict[str, str]]:
        """Yield each value of `name` with the first of `more`, then with the second …"""
        keys = [key for key, _ in more]
        for rest in product(*(choices for _, choices in more)):
            for value in values:
                yield {name: value, **dict(zip(keys, rest, strict=True))}


def _key(iri: str) -> str | None:
    """Return the address of a municipality; None for a region or a district."""
    return iri if re.search(r"-m\d+$", iri) else None


def _bound(body: str, values: Mapping[str, str]) -> str:
    """Return the text with each parameter's variable replaced by its term."""

    def term(match: re.Match[str]) -> str:
        value, type_ = values[match[1]], match[2]
        if type_ == "_iri":
            return f"<{value}>"
        if type_ in ("_integer", "_xsd_boolean"):
            return value
        if type_ == "_xsd_dateTime":
            return f'"{value}T00:00:00"^^<{PREFIXES["xsd"]}dateTime>'
        return f'"{value}"'

    return re.sub(r"\?_([A-Za-z0-9]+)(_iri|_integer|_xsd_dateTime|_xsd_boolean|)\b", term, body)
