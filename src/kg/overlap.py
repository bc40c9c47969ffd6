"""What two graphs tell of the partners of the same places, as text, JSON or a sheet."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kg.spreadsheet import Field, Sheet
from kg.store import Literal, Table
from kg.tables import text_table

# What a partner is: told by both, by ours or theirs alone, or by ours without a link to compare by.
STATES = ("both", "only ours", "only theirs", "not linked")


@dataclass(frozen=True)
class Match:
    """The Wikidata items by which a place is compared; `close` where none matches it exactly."""

    items: tuple[str, ...] = ()
    close: bool = False

    def __str__(self) -> str:
        return ", ".join(self.items) + " (close match)" * self.close


@dataclass(frozen=True)
class Place:
    """A place of ours: its address, its name, and by what it is compared.

    `alike` are the items that theirs call by its English name, where theirs do not have its own.
    """

    iri: str
    label: str
    match: Match
    alike: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.label} (there: {', '.join(self.alike)})" if self.alike else self.label


@dataclass(frozen=True)
class Partner:
    """A partner of a place: its name, by what it is compared, its state, the agreements told.

    `ours` and `theirs` are the names of agreements; `state` is one of STATES.
    """

    label: str
    match: Match
    state: str
    ours: Sequence[str]
    theirs: Sequence[str]


@dataclass(frozen=True)
class Overlap:
    """Our places below a country with their partners: those found there, and those that are not.

    `absent` match an item of which the others tell nothing, `unlinked` match none.
    """

    found: Mapping[Place, Sequence[Partner]]
    absent: Sequence[Place]
    unlinked: Sequence[Place]

    def of(self, iris: Container[str]) -> "Overlap":
        """Return the part about the places with the addresses `iris`."""
        found = {place: partners for place, partners in self.found.items() if place.iri in iris}
        absent, unlinked = (
            [place for place in places if place.iri in iris]
            for places in (self.absent, self.unlinked)
        )
        return Overlap(found, absent, unlinked)

    def to_text(self) -> str:
        """Return how many partners of each place have which state, and what cannot be told."""
        rows = [
            (place.label, place.match, *_numbers(partners))
            for place, partners in self.found.items()
        ]
        parts = [_table(("place", "item", *STATES), rows)]
        for places, words in (
            (self.absent, "of our places match an item that is not there"),
            (
                self.unlinked,
                "of our places have no accepted link to Wikidata, so that nothing can be told",
            ),
        ):
            if places:
                parts.append(f"{len(places)} {words}: {', '.join(map(str, places))}\n")
        return "\n".join(parts)

    def partners_text(self, place: Place) -> str:
        """Return the partners of `place`, a line each."""
        rows = [
            (partner.state, partner.label, partner.match, "; ".join(partner.ours))
            for partner in self.found[place]
        ]
        return _table(("state", "partner", "item", "agreements of ours"), rows)

    def to_json(self) -> dict[str, Any]:
        """Return all of it as lists and texts."""
        return {
            "found": [
                {**asdict(place), "partners": [asdict(partner) for partner in partners]}
                for place, partners in self.found.items()
            ],
            "absent": list(map(asdict, self.absent)),
            "unlinked": list(map(asdict, self.unlinked)),
        }

    def to_sheet(self) -> Sheet:
        """Return a row for each partner of each place that is found there."""
        titles = ("place", "item", "partner", "partner item", "state", "ours", "theirs")
        rows = [
            (
                place.label, str(place.match), partner.label, str(partner.match), partner.state,
                "; ".join(partner.ours), "; ".join(partner.theirs),
            )
            for place, partners in self.found.items() for partner in partners
        ]  # fmt: skip
        return Sheet([Field(title) for title in titles], rows)


def _numbers(partners: Sequence[Partner]) -> list[int]:
    return [sum(partner.state == state for partner in partners) for state in STATES]


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    return text_table(Table(tuple(columns), [tuple(Literal(str(c)) for c in r) for r in rows]))
