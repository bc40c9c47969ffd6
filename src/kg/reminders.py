"""What makes a question a calendar: `x-kg: calendar` in its header, read strictly."""

import re
from collections.abc import Mapping
from typing import Any

from kg.canned import Calendar, Column, Parameter
from kg.queryfile import QueryFile

MOST_AHEAD = 30  # years; the question is asked for each of them
_FILLED = re.compile(r"\{([^{}]*)\}")


def read_calendar(
    file: QueryFile,
    declared: Any,
    columns: Mapping[str, Column],
    parameters: Mapping[str, Parameter],
) -> Calendar | None:
    """Return how the rows are days to remember, None where nothing is declared.

    Raises DataError with file and line where a name is no fitting column or parameter.
    """
    if declared is None:
        return None
    file.keys(declared, "calendar", ("about", "date", "year", "ahead", "summary"))
    for key, kind in (("about", "iri"), ("date", "date")):
        column = columns.get(str(declared[key]))
        if column is None or column.kind != kind:
            file.fail(key, f"{key} is {declared[key]!r}; want a column of kind {kind}")
    parameter = parameters.get(str(declared["year"]))
    if parameter is None or parameter.type != "year":
        file.fail("calendar", f"year is {declared['year']!r}; want a parameter of type year")
    ahead = declared["ahead"]
    if isinstance(ahead, bool) or not isinstance(ahead, int) or not 1 <= ahead <= MOST_AHEAD:
        file.fail("ahead", f"ahead is {ahead!r}; want a number of years from 1 to {MOST_AHEAD}")
    summary = file.texts(declared["summary"], "calendar")
    for text in summary.values():
        for name in _FILLED.findall(text):
            if name not in columns:
                file.fail("calendar", f"{{{name}}} in the calendar's summary; want a column")
        if re.search("[{}]", _FILLED.sub("", text)):
            file.fail("calendar", "a single brace in the calendar's summary; want {column}")
    return Calendar(declared["about"], declared["date"], declared["year"], ahead, summary)
