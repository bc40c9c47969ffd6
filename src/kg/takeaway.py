"""The forms in which an answer is taken away: workbook, CSV for spreadsheets, calendar."""

from collections.abc import Callable, Mapping

from kg.account import Account
from kg.calendars import accounts_of, to_calendar
from kg.canned import CannedQuery
from kg.errors import InputError
from kg.spreadsheet import sheet_of, to_csv
from kg.workbook import to_workbook

# Media type of each form, and the ending of its file's name.
TAKEAWAYS = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "spreadsheet": ("text/csv; charset=utf-8; header=present", "csv"),
    "ics": ("text/calendar; charset=utf-8", "ics"),
}


def offered(query: CannedQuery) -> list[str]:
    """Return in which forms the answer to `query` can be taken away."""
    return [form for form in TAKEAWAYS if form != "ics" or query.calendar]


def taken(
    form: str,
    query: CannedQuery,
    values: Mapping[str, str],
    ask: Callable[[Mapping[str, str]], Account],
    year: int,
) -> bytes:
    """Return the answer in `form`; `ask` gives the account of the query with the values given.

    A calendar without a year in `values` looks ahead from `year`. Raises InputError where the
    query declares no calendar, TooLargeError where a sheet cannot hold the answer.
    """
    if form == "ics":
        if query.calendar is None:
            forms = " or ".join(offered(query))
            raise InputError(f"{query.name} declares no calendar; want {forms}")
        return to_calendar(query.calendar, accounts_of(query.calendar, values, year, ask))
    account = ask(values)
    return to_workbook(account) if form == "xlsx" else to_csv(sheet_of(account))


def file_name(query: CannedQuery, release: str, form: str) -> str:
    """Return what the file is called: the question and the release."""
    return f"{query.name}-{release}.{TAKEAWAYS[form][1]}"
