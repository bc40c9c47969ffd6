"""What a term is in Python: text, whole number, decimal, truth; None where nothing is bound."""

from decimal import Decimal, InvalidOperation

from kg.namespaces import PREFIXES
from kg.store import Literal, NamedNode, Term

Value = str | int | float | Decimal | bool | None

_XSD = PREFIXES["xsd"]
_WHOLE = {
    _XSD + name
    for name in (
        "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger",
        "nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort",
        "unsignedByte",
    )
}  # fmt: skip


def value_of(term: Term | None) -> Value:
    """Return `term` in Python: an address or any other literal as text, numbers as numbers.

    A number that is not written as one (`"x"^^xsd:integer`) stays text; so do dates, which keep
    the precision of their source.
    """
    if term is None:
        return None
    if not isinstance(term, Literal):
        return term.value if isinstance(term, NamedNode) else str(term)
    datatype = term.datatype.value
    try:
        if datatype in _WHOLE:
            return int(term.value)
        if datatype == _XSD + "decimal":
            return Decimal(term.value)
        if datatype in (_XSD + "double", _XSD + "float"):
            return float(term.value)
    except (ValueError, InvalidOperation):
        return term.value
    if datatype == _XSD + "boolean" and term.value in ("true", "false"):
        return term.value == "true"
    return term.value


def text_of(term: Term | None) -> str:
    """Return `term` as text, empty where nothing is bound."""
    return term.value if isinstance(term, Literal | NamedNode) else str(term or "")
