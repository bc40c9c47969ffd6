"""Pictures of answers: bars, timelines and maps as SVG, with words in place of the picture.

Each function returns an `<svg role="img">` that stands in a page and, by `document`, alone as a
file: colours are attributes, so that it needs no stylesheet; classes let ours change them in the
dark and in print. Labels are escaped here. Show the same data as a table beneath.
A kind is a colour and a shape; there are MOST_KINDS of them.

    bars(title, description, ["outbound", "inbound"], [Bar("2010", (2, 4)), Bar("2011", (5, 1))])
    timeline(title, description, [Event("visits", "2010-05", "From Seoul to Bangkok", kind=0)])
    ties(title, description, Spot("Seoul", 37.57, 126.98), [Spot("Bangkok", 13.75, 100.5)])
"""

from kg.web.pictures.bars import Bar, bars, most_bars
from kg.web.pictures.maps import MOST_SPOTS, Spot, ties
from kg.web.pictures.svg import MOST_KINDS, document
from kg.web.pictures.timeline import MOST_ROWS, Event, timeline

__all__ = [
    "MOST_KINDS",
    "MOST_ROWS",
    "MOST_SPOTS",
    "Bar",
    "Event",
    "Spot",
    "bars",
    "document",
    "most_bars",
    "ties",
    "timeline",
]
