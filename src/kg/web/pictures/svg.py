"""What all pictures are made of: elements, colours, words, and the frame that names them."""

import hashlib
import unicodedata
from collections.abc import Sequence

from markupsafe import Markup

# After Okabe and Ito: told apart without red and green; on white each has a contrast of 3:1.
COLOURS = ("#0072b2", "#c1500a", "#00805c", "#a3487f", "#8a6d00", "#5a5a5a")
MOST_KINDS = len(COLOURS)
INK, QUIET, RULE = "#1d2327", "#566069", "#d9dedb"
GROUND, LAND, SEA = "#ffffff", "#dfe4dc", "#f4f7f8"
FONT = ("Noto Sans, Noto Sans CJK KR, Noto Sans CJK SC, Apple SD Gothic Neo, Malgun Gothic, "
        "PingFang SC, Microsoft YaHei, sans-serif")  # fmt: skip
WIDTH = 900  # units of the drawing; a page makes it as wide as it is itself
SIZE = 14  # height of letters

Value = str | int | float | None


def element(name: str, *inside: Markup, **attributes: Value) -> Markup:
    """Return an element; `class_` means class, `stroke_width` stroke-width, None leaves it out."""
    pairs = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _written(value))
        for key, value in attributes.items()
        if value is not None
    )
    return Markup("<{name}{pairs}>{inside}</{name}>").format(
        name=name, pairs=pairs, inside=Markup("").join(inside)
    )


def words(text: str) -> Markup:
    """Return `text` escaped, without the signs that XML 1.0 cannot hold (section 2.2)."""
    return Markup.escape("".join(sign if _allowed(sign) else "\ufffd" for sign in text))


def label(text: str, x: float, y: float, anchor: str = "start", **attributes: Value) -> Markup:
    """Return a line of words at x, y; `anchor` is the part of it that stands there."""
    drawn = {"fill": INK, "class_": "p-ink", "font_size": SIZE, **attributes}
    anchored = None if anchor == "start" else anchor
    return element("text", words(text), x=x, y=y, text_anchor=anchored, **drawn)


def told(text: str) -> Markup:
    """Return the words that a pointer over a mark shows."""
    return element("title", words(text))


def colour(kind: int) -> str:
    """Return the colour of the kind with this number."""
    return COLOURS[kind % len(COLOURS)]


def colour_class(kind: int) -> str:
    """Return the class that gives the kind its colour in the dark."""
    return f"p-kind-{kind % len(COLOURS)}"


def width_of(text: str, size: float = SIZE) -> float:
    """Return about how wide `text` is: a Chinese sign counts as one, a Latin letter as half."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return size * (wide + 0.56 * (len(text) - wide))


def shortened(text: str, width: float, size: float = SIZE) -> str:
    """Return as much of `text` as is about `width` wide, with … where something is missing."""
    if width_of(text, size) <= width:
        return text
    text = text[: int(width / size * 2)]  # no letter is less than half as wide as high
    while text and width_of(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def legend(names: Sequence[str], y: float) -> tuple[Markup, float]:
    """Return the names of the kinds with their colours and shapes, and the height they take."""
    parts, x, line = [], 0.0, 0
    for kind, name in enumerate(names):
        shown = shortened(name, WIDTH / 2)
        needed = width_of(shown) + 38
        if x and x + needed > WIDTH:
            x, line = 0.0, line + 1
        at = y + line * 22
        parts += [mark(kind, x + 8, at - 5, 6), label(shown, x + 20, at)]
        x += needed
    return Markup("").join(parts), (line + 1) * 22.0 if names else 0.0


def mark(kind: int, x: float, y: float, size: float, **attributes: Value) -> Markup:
    """Return the mark of a kind: a shape of its own beside the colour, for who sees no colours."""
    drawn: dict[str, Value] = {
        "fill": colour(kind), "class_": colour_class(kind), "stroke": colour(kind), **attributes
    }  # fmt: skip
    s = size
    match kind % 4:
        case 0:
            return element("circle", cx=x, cy=y, r=s, **drawn)
        case 1:
            return element("rect", x=x - s * 0.9, y=y - s * 0.9, width=s * 1.8, height=s * 1.8,
                           **drawn)  # fmt: skip
        case 2:
            corners = [x, y - s * 1.25, x + s * 1.25, y, x, y + s * 1.25, x - s * 1.25, y]
        case _:
            corners = [x, y - s * 1.2, x + s * 1.2, y + s, x - s * 1.2, y + s]
    return element("polygon", points=" ".join(map(_written, corners)), **drawn)


def frame(title: str, description: str, height: float, *inside: Markup, note: str = "") -> Markup:
    """Return the picture: its words first, as title and description, then what is drawn.

    `note` is written under it, for who sees, and follows the description for who does not.
    """
    if note:
        inside = (*inside, label(note, 0, height + 14, fill=QUIET))
        description, height = f"{description} {note}", height + 24
    key = hashlib.sha256(f"{title}\0{description}\0{height}".encode(errors="replace")).hexdigest()
    name = f"picture-{key[:8]}"
    return element(
        "svg",
        element("title", words(title), id=name),
        element("desc", words(description), id=f"{name}-words"),
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {_written(height)}",
        role="img",
        aria_labelledby=f"{name} {name}-words",
        class_="picture",
        font_family=FONT,
        font_size=SIZE,
    )


def document(picture: Markup) -> bytes:
    """Return `picture` as an SVG file on white ground."""
    ground = str(element("rect", width="100%", height="100%", fill=GROUND))
    head, mark_, rest = str(picture).partition("</desc>")
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + head + mark_ + ground + rest).encode()


def _written(value: Value) -> str:
    """Return numbers with a tenth of a unit: finer is not seen, and makes the file larger."""
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return "".join(sign if _allowed(sign) else "\ufffd" for sign in str(value))


def _allowed(sign: str) -> bool:
    if sign < "\x20":
        return sign in "\t\n\r"
    return not ("\ud800" <= sign <= "\udfff" or sign in "\ufffe\uffff")
