"""The pictures of a page about places: its map, its timeline, its visits by year."""

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext
from markupsafe import Markup

from kg.views.balance import visits_by_year
from kg.views.facts import Fact
from kg.views.nodes import Node
from kg.views.places import Briefing
from kg.web.labels import Name
from kg.web.pictures import Bar, Event, Spot, bars, ties, timeline
from kg.web.service import service

Names = Mapping[str, Name]
_MOST = 80  # marks of a timeline
_MOST_YEARS = 60
_LEVELS = {"executive": 0, "council": 1}


def map_of_place(place: Briefing, names: Names) -> Markup | None:
    """Return the map of a place with those that it has ties with; None where nobody knows where."""
    own = _spot(place.node, names)
    if own is None:
        return None
    return map_of(own, [(partner.iri, set(partner.ties)) for partner in place.partners], names)


def map_of(
    origin: Spot | None, partners: Iterable[tuple[str, set[str]]], names: Names
) -> Markup | None:
    """Return a map of ties by level; `partners` are places with the levels of their ties."""
    where = service().positions
    spots = []
    for iri, levels in partners:
        if iri in where:
            kind = 2 if "council" in levels else 1 if levels else 3
            spots.append(Spot(_text(iri, names), *where[iri], kind))
    kinds = ["", gettext("agreement of the governments"), gettext("agreement of the councils"),
             gettext("contacts, no agreement")]  # fmt: skip
    used = sorted({spot.kind for spot in spots})
    spots = [Spot(s.label, s.latitude, s.longitude, used.index(s.kind)) for s in spots]
    title = gettext("Map of ties")
    words = gettext("Lines lead to %(number)s places; the table beneath names them all.",
                    number=len(spots))  # fmt: skip
    return ties(title, words, origin, spots, [kinds[kind] for kind in used])


def timeline_of(facts: Sequence[Fact], names: Names) -> Markup | None:
    """Return what happened when, in rows by kind; None where less than two things have a date."""
    kinds = [gettext("agreement of the governments"), gettext("agreement of the councils"),
             gettext("other instrument, intent"), gettext("visit sent"),
             gettext("visit received"), gettext("other event")]  # fmt: skip
    found = [(_kind(fact), fact) for fact in facts if fact.date]
    if len(found) > _MOST:  # the visits have a picture of their own, by year
        found = [(kind, fact) for kind, fact in found if not fact.is_visit]
    if len(found) < 2:
        return None
    events = [
        Event(kinds[kind], fact.date, _text(fact.iri, names), kind)
        for kind, fact in sorted(found, key=lambda pair: (pair[0], pair[1].begin))
    ]
    words = gettext("%(number)s dated facts; the tables beneath hold all of them.",
                    number=len(events))  # fmt: skip
    return timeline(gettext("Timeline"), words, events)


def visits_of(facts: Iterable[Fact], names: Names) -> Markup | None:
    """Return the visits by year as bars; None where there are fewer than three years of them."""
    years = {
        int(year): [float(len(column)) for column in columns]
        for year, columns in visits_by_year(facts).items()
        if year
    }
    if len(years) < 3:
        return None
    series = [gettext("visits sent"), gettext("visits received"), gettext("other visits")]
    kept = [n for n in range(3) if any(counts[n] for counts in years.values())]
    every = range(min(years), max(years) + 1)
    shown = every if len(every) <= _MOST_YEARS else sorted(years)
    rows = [Bar(str(year), [years.get(year, [0, 0, 0])[n] for n in kept]) for year in shown]
    words = gettext("How many visits each year has in these sources.")
    return bars(gettext("Visits by year"), words, [series[n] for n in kept], rows)


def _kind(fact: Fact) -> int:
    if fact.node.kind == "agreement":
        return _LEVELS.get(fact.level, 2)
    if fact.node.kind == "intent":
        return 2
    if fact.is_visit:
        return {"sent": 3, "received": 4}.get(fact.way, 5)
    return 5


def _spot(node: Node, names: Names) -> Spot | None:
    position = service().positions.get(node.iri)
    return Spot(_text(node.iri, names), *position) if position else None


def _text(iri: str, names: Names) -> str:
    name = names.get(iri)
    return name.text if name else iri.rpartition("/")[2]
