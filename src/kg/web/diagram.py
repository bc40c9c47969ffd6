"""The picture of the ontology: its main classes, and the properties that lead between them."""

from collections.abc import Callable, Iterable

from flask_babel import gettext
from markupsafe import Markup

from kg.namespaces import MD
from kg.views.terms import Term
from kg.web.pictures.svg import COLOURS, INK, SIZE, element, frame, label, shortened, width_of

_WIDE, _HIGH = 168, 46
# Where the main classes stand; arrows follow from domains and ranges.
_BOXES = {
    "Territory": (450, 40), "Site": (140, 40), "PublicBody": (760, 40),
    "Agreement": (760, 190), "Event": (140, 190), "Person": (450, 290), "Post": (140, 390),
    "Evidence": (760, 390), "SourceDocument": (450, 390), "Observation": (140, 290),
}  # fmt: skip
_STRAIGHT = (  # arrows that the domains leave open because several classes share a property
    ("PublicBody", "Territory", "actsFor"), ("Agreement", "PublicBody", "party"),
    ("Agreement", "Territory", "involves"), ("Event", "Territory", "from"),
    ("Event", "Agreement", "produced"), ("Agreement", "Person", "signatory"),
    ("Post", "Person", "holder"), ("Agreement", "Evidence", "evidence"),
    ("Evidence", "SourceDocument", "inSource"), ("Event", "Site", "venue"),
    ("Observation", "Territory", "observedPlace"),
)  # fmt: skip


def diagram(terms: Iterable[Term], named: Callable[[str], str]) -> Markup | None:
    """Return the picture of those of `terms` that are main; None where the ontology has none.

    `named` gives the name of an address in the page's language.
    """
    known = {term.node.iri for term in terms}
    boxes = {name: spot for name, spot in _BOXES.items() if f"{MD}{name}" in known}
    arrows = [(one, other, name) for one, other, name in _STRAIGHT
              if one in boxes and other in boxes and f"{MD}{name}" in known]  # fmt: skip
    if len(boxes) < 2:
        return None
    parts = [_arrow(boxes[one], boxes[other], named(f"{MD}{name}")) for one, other, name in arrows]
    parts += [_box(name, spot, named(f"{MD}{name}")) for name, spot in boxes.items()]
    said = "; ".join(
        f"{named(f'{MD}{one}')} – {named(f'{MD}{name}')} → {named(f'{MD}{other}')}"
        for one, other, name in arrows
    )
    return frame(gettext("The main classes and how they hang together"), said, 440, *parts)


def _box(name: str, spot: tuple[int, int], words: str) -> Markup:
    x, y = spot
    return element(
        "g",
        element("rect", x=x - _WIDE / 2, y=y - _HIGH / 2, width=_WIDE, height=_HIGH, rx=6,
                fill="#ffffff", stroke=COLOURS[0], stroke_width=2, class_="p-box"),
        label(shortened(words, _WIDE - 12), x, y - 2, "middle", font_weight="bold"),
        label(f"md:{name}", x, y + 15, "middle", font_size=SIZE - 3),
    )  # fmt: skip


def _arrow(one: tuple[int, int], other: tuple[int, int], words: str) -> Markup:
    start, end = _edge(one, other), _edge(other, one)
    (x1, y1), (x2, y2) = start, end
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    tip = f"{x2:.1f},{y2:.1f} {x2 - 10 * dx - 4 * dy:.1f},{y2 - 10 * dy + 4 * dx:.1f}"
    tip += f" {x2 - 10 * dx + 4 * dy:.1f},{y2 - 10 * dy - 4 * dx:.1f}"
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    wide = width_of(words, SIZE - 2) + 8
    return Markup("").join([
        element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=COLOURS[5], stroke_width=1.2,
                class_="p-net"),
        element("polygon", points=tip, fill=INK, class_="p-ink"),
        element("rect", x=x - wide / 2, y=y - 9, width=wide, height=18, fill="#ffffff",
                class_="p-box", stroke="none"),
        label(words, x, y + 4, "middle", font_size=SIZE - 2),
    ])  # fmt: skip


def _edge(spot: tuple[int, int], towards: tuple[int, int]) -> tuple[float, float]:
    """Return where the line from the box at `spot` towards another leaves it."""
    dx, dy = towards[0] - spot[0], towards[1] - spot[1]
    reach = min(
        (_WIDE / 2) / abs(dx) if dx else float("inf"), (_HIGH / 2) / abs(dy) if dy else float("inf")
    )
    return spot[0] + dx * reach, spot[1] + dy * reach
