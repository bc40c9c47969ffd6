"""How the header of a query file says what picture goes with the answer."""

from collections.abc import Mapping
from typing import Any, NoReturn

from kg.canned import Column, Display, Parameter
from kg.queryfile import QueryFile

# What each picture is made of: the kind of column that feeds it, and the keys beside `as`.
_FED_BY = {"bars": "number", "timeline": "date", "map": "iri"}
_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "table": ((), ()),
    "bars": (("by", "of"), ("kind",)),
    "timeline": (("by", "of"), ("kind", "label")),
    "map": (("of",), ("from", "kind")),
}


def read_display(
    file: QueryFile,
    declared: Any,
    columns: Mapping[str, Column],
    parameters: Mapping[str, Parameter],
) -> Display | None:
    """Return the picture that `declared`, the header's `display`, describes; None for None.

    Raises DataError where it names what the query does not have.
    """
    if declared is None:
        return None
    form = declared.get("as") if isinstance(declared, dict) else None
    if form not in _KEYS:
        _fail(file, f"{declared!r}; want as: {', '.join(_KEYS)}")
    wanted, optional = _KEYS[form]
    for key in (*(key for key in wanted if key not in declared), *declared):
        if key not in ("as", *wanted, *optional):
            _fail(file, f"unknown key '{key}'; {form} wants {', '.join((*wanted, *optional))}")
        if key not in declared:
            _fail(file, f"'{key}' is missing; {form} wants it")
    fed = declared.get("of", [])
    if form != "table" and (not isinstance(fed, list) or not fed):
        _fail(file, f"of is {fed!r}; want a list of columns")
    kinds = {column.name: column.kind for column in columns.values()}
    for name in fed:
        if kinds.get(name) != _FED_BY[form]:
            _fail(file, f"{form} of '{name}'; want columns of kind {_FED_BY[form]}")
    for key in ("by", "kind", "label"):
        if declared.get(key) not in (None, *kinds):
            _fail(file, f"{key} is '{declared[key]}', which is not a column")
    if "kind" in declared and len(fed) > 1 and form != "map":
        _fail(file, "kind goes with one column in 'of'; several are kinds themselves")
    places = [name for name, one in parameters.items() if one.type == "place"]
    if declared.get("from") not in (None, *places):
        _fail(file, f"from is '{declared['from']}'; want a parameter of type place")
    return Display(
        form, tuple(fed), *(declared.get(key) for key in ("by", "kind", "label", "from"))
    )


def _fail(file: QueryFile, message: str) -> NoReturn:
    file.fail("display", f"display: {message}")
