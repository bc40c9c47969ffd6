"""The places of the synthetic world: countries, regions, municipalities, districts, bodies."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from measuring import ROOT
from world_terms import MOST_NAMES, Names, Pair, Sheet, labels, name, text, typed

_TYPES = ("province", "prefecture-level-city", "district")
_CLASSES = ("Region", "Municipality", "District")
_SUFFIXES = (("", "주", "省"), ("", "시", "市"), (" District", "구", "区"))
_REFERENCE = "graph:reference"


@dataclass(frozen=True)
class Place:
    """A place: its key, its names, and the key of what it lies in."""

    key: str
    names: Names
    within: str
    country: str
    level: int

    @property
    def iri(self) -> str:
        """Its address with prefix."""
        return f"place:{self.key}"

    def body(self, kind: str = "executive") -> str:
        """Return the address of its `executive` or `council`."""
        return f"body:{self.key}-{kind}"


class Atlas:
    """Where everything lies in a world of `municipalities`; the first ones have the most ties."""

    def __init__(self, municipalities: int) -> None:
        self.municipalities = municipalities
        self.regions = max(2, municipalities // 20)
        self.with_districts = max(2, municipalities // 4)  # these have two each
        if 3 * municipalities > MOST_NAMES:
            raise SystemExit(f"there are names for {MOST_NAMES // 3:,} municipalities, no more")

    @cached_property
    def countries(self) -> list[dict[str, str]]:
        """The countries and regions of the reference table, as rows."""
        with (ROOT / "data/reference/places.csv").open(encoding="utf-8", newline="") as file:
            rows = [r for r in csv.DictReader(file) if r["class"] == "CountryOrRegion"]
        return sorted(rows, key=lambda row: row["place"])

    @lru_cache(maxsize=10_000)  # noqa: B019 -- one atlas a run
    def region(self, number: int) -> Place:
        """Return region `number`; few countries have many of them."""
        share = (number * 0.6180339887 % 1) ** 2
        country = self.countries[int(len(self.countries) * share)]["place"]
        names = _named(number * 3, 1)
        return Place(f"{country}-r{number}", names, f"place:{country}", country, 1)

    @lru_cache(maxsize=100_000)  # noqa: B019
    def municipality(self, number: int) -> Place:
        """Return municipality `number`."""
        region = self.region(number % self.regions)
        names = _named(number * 3 + 1, 2)
        return Place(f"{region.country}-m{number}", names, region.iri, region.country, 2)

    def districts(self, number: int) -> list[Place]:
        """Return the districts of municipality `number`, if it has any."""
        if number >= self.with_districts:
            return []
        city = self.municipality(number)
        return [
            Place(f"{city.key}-d{n}", _named(number * 6 + n * 3 + 2, 3), city.iri, city.country, 3)
            for n in range(2)
        ]

    def partner(self, chance: random.Random, number: int) -> int:
        """Return the number of another municipality; the first ones are drawn most often."""
        other = int(self.municipalities * chance.random() ** 2)
        return other if other != number else (other + 1) % self.municipalities

    def write(self, sheet: Sheet, chance: random.Random) -> None:
        """Write countries, places and bodies."""
        where = {}
        for row in self.countries:
            where[row["place"]] = float(row["lat"]), float(row["lon"])
            sheet.add(
                _REFERENCE,
                f"place:{row['place']}",
                ("a", "md:CountryOrRegion"),
                *labels((row["en"], row["ko"], row["zh"])),
                ("skos:notation", text(row["iso_3166_1"])),
                ("md:adminType", "admin-type:country-or-region"),
                ("md:adminLevel", typed(0)),
                *_position(*where[row["place"]]),
            )
        for place in self._all():
            lat, long = where[place.country]
            at = _position(lat + chance.uniform(-3, 3), long + chance.uniform(-3, 3))
            self._write_place(sheet, place, at)
            for kind in ("executive", "council"):
                _write_body(sheet, place, kind)

    def _all(self) -> Iterator[Place]:
        yield from map(self.region, range(self.regions))
        for number in range(self.municipalities):
            yield self.municipality(number)
            yield from self.districts(number)

    def _write_place(self, sheet: Sheet, place: Place, at: list[Pair]) -> None:
        english, korean, chinese = place.names
        sheet.add(
            _REFERENCE,
            place.iri,
            ("a", f"md:{_CLASSES[place.level - 1]}"),
            *labels(place.names),
            ("skos:altLabel", text(f"{english} area", "en")),
            ("skos:altLabel", text(korean[:-1], "ko")),
            ("skos:altLabel", text(chinese[:-1], "zh-Hans")),
            ("md:adminType", f"admin-type:{_TYPES[place.level - 1]}"),
            ("md:adminLevel", typed(place.level)),
            ("md:countryOrRegion", f"place:{place.country}"),
            ("md:within", place.within),
            *at,
        )


def _named(number: int, level: int) -> Names:
    suffixes = _SUFFIXES[level - 1]
    english, korean, chinese = (a + b for a, b in zip(name(number), suffixes, strict=True))
    return english, korean, chinese


def _position(lat: float, long: float) -> list[Pair]:
    within = max(-89.0, min(89.0, lat)), (long + 180) % 360 - 180
    pairs = zip(("geo:lat", "geo:long"), within, strict=True)
    return [(predicate, typed(f"{value:.4f}", "decimal")) for predicate, value in pairs]


def _write_body(sheet: Sheet, place: Place, kind: str) -> None:
    english, korean, chinese = place.names
    names = (
        (f"Government of {english}", f"{korean} 정부", f"{chinese}政府")
        if kind == "executive"
        else (f"Council of {english}", f"{korean} 의회", f"{chinese}议会")
    )
    sheet.add(
        _REFERENCE,
        place.body(kind),
        ("a", f"md:{kind.capitalize()}"),
        *labels(names),
        ("md:actsFor", place.iri),
    )


def write_links(sheet: Sheet, atlas: Atlas, chance: random.Random) -> None:
    """Write a link to Wikidata for each municipality; the numbers are beyond those in use."""
    for number in range(atlas.municipalities):
        place, item = atlas.municipality(number), f"Q{9_000_000_000 + number}"
        draw = chance.random()
        state = "accepted" if draw < 0.85 else "proposed" if draw < 0.95 else "rejected"
        sheet.add(
            "graph:links",
            f"link:wikidata-{place.key}-{item.lower()}",
            ("a", "md:Link"),
            *labels((f"{place.names[0]} – {item}",) * 3),
            ("md:linkSubject", place.iri),
            ("md:linkPredicate", "skos:exactMatch"),
            ("md:linkObject", f"wd:{item}"),
            ("md:linkState", f"link-state:{state}"),
            ("md:establishedBy", text("synthetic")),
            ("md:reviewedOn", text("2026-11-21")),
        )
        if state == "accepted":
            sheet.add("graph:links", place.iri, ("skos:exactMatch", f"wd:{item}"))
