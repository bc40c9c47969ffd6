"""Who visited whom: the exchange of one place with each of the others."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kg.views.facts import Fact

_WAYS = {"sent": 0, "received": 1}  # the third column is for both ways and for none stated

_FEW = 3  # other places that a fact may have to count as one between two


@dataclass
class Partner:
    """One other place: its tie by level, visits by way, first and last year.

    The tie is the signed instrument that the source gives as its date, else the first signed.
    """

    iri: str
    ties: dict[str, Fact] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    facts: int = 0
    first: str = ""
    last: str = ""


def partners_of(facts: Iterable[Fact]) -> list[Partner]:
    """Return the other places, those with most facts first; `facts` stand oldest first.

    Who only sat at the same large conference is no partner.
    """
    found: dict[str, Partner] = {}
    for fact in facts:
        for iri in fact.others if len(fact.others) <= _FEW else ():
            partner = found.setdefault(iri, Partner(iri))
            partner.facts += 1
            if fact.begin:
                partner.first = partner.first or fact.begin[:4]
                partner.last = max(partner.last, fact.end[:4] or fact.begin[:4])
            if fact.is_signed:
                known = partner.ties.setdefault(fact.level, fact)
                if fact.is_headline and not known.is_headline:
                    partner.ties[fact.level] = fact
            elif fact.is_visit:
                partner.visits[fact.way] = partner.visits.get(fact.way, 0) + 1
    return sorted(found.values(), key=lambda partner: (-partner.facts, partner.iri))


def visits_by_year(facts: Iterable[Fact]) -> dict[str, tuple[list[Fact], list[Fact], list[Fact]]]:
    """Return the visits of each year: sent, received, and both ways or without a stated way.

    Those without a date come last, under an empty year.
    """
    found: dict[str, tuple[list[Fact], list[Fact], list[Fact]]] = {}
    for fact in facts:
        if fact.is_visit:
            columns = found.setdefault(fact.begin[:4], ([], [], []))
            columns[_WAYS.get(fact.way, 2)].append(fact)
    return dict(sorted(found.items(), key=lambda year: (not year[0], year[0])))
