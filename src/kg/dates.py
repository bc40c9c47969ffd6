"""Dates with the precision of their source: EDTF strings, their bounds, and how sources write them.

EDTF is ISO 8601-2:2019 as the Library of Congress profiles it. Read here: level 0 dates and
intervals (`1998`, `1998-08`, `1998-08-03`, `2000-07-10/2000-07-15`) and of level 1 the qualifiers
`?`, `~`, `%` and unspecified digits (`199X`, `1998-XX`, `1998-08-XX`). Seasons, open intervals and
years beyond four digits are refused: no source of ours needs them, and they have no sure bounds.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from kg.errors import KgError

_DATE = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d{2}XX)(?:-(?P<month>\d{2}|XX)(?:-(?P<day>\d{2}|XX))?)?[?~%]?"
)

# What sources write, on a copy in Unicode form NFKC: 1998年8月3日, 1998년 8월 3일, 2015.06.04(.)
_WRITTEN = re.compile(
    r"(?P<year>\d{4})\s*(?:[年년]|\.)?"
    r"(?:\s*(?P<month>\d{1,2})\s*(?:[月월]|\.)?(?:\s*(?P<day>\d{1,2})\s*(?:[日일]|\.)?)?)?"
)
_UNITS = re.compile(
    r"\d{4}"
    r"|\d{4}年(\d{1,2}月(\d{1,2}日)?)?"
    r"|\d{4}년(\s?\d{1,2}월(\s?\d{1,2}일)?)?"
    r"|\d{4}\.\d{1,2}(\.\d{1,2})?\.?"
)


class DateError(KgError):
    """A date that is not EDTF as read here, or not written in a way that we know."""

    exit_code = 1


@dataclass(frozen=True)
class Date:
    """A date and what follows from it.

    `earliest` and `latest` are the first and last second it allows, as `xsd:dateTime` without
    time zone; `year` is the calendar year in which it begins; `precision` is `day`, `month`,
    `year` or `interval`.
    """

    edtf: str
    earliest: str
    latest: str
    year: int
    precision: str


def read_edtf(text: str) -> Date:
    """Return the date that the EDTF string `text` means.

    Raises DateError for anything else, a month 13 and a 30 February included.
    """
    parts = text.split("/")
    if len(parts) > 2 or not text:
        raise _refused(text)
    spans = [_span(part, text) for part in parts]
    earliest, latest = spans[0][0], spans[-1][1]
    if earliest > latest:
        raise DateError(f"'{text}' ends before it begins; swap its two dates")
    return Date(
        text,
        f"{earliest.isoformat()}T00:00:00",
        f"{latest.isoformat()}T23:59:59",
        earliest.year,
        "interval" if len(parts) == 2 else spans[0][2],
    )


def read_written(text: str) -> Date:
    """Return the date that `text` means, in EDTF or as Chinese and Korean pages write it.

    `1998年8月3日`, `1998년 8월 3일`, `2015.06.04`, `2000년 7월 10일 ~ 7월 15일` (the second year is
    carried over) and `2020~21` are read. Nothing is mended: `1993年10年23日` is a DateError.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    if "~" in folded and not folded.endswith("~"):
        first, second = (part.strip() for part in folded.split("~", 1))
        begin = _written(first, text)
        return read_edtf(f"{begin}/{_written(_carry_year(begin, second), text)}")
    try:
        return read_edtf(folded)
    except DateError as error:
        if _DATE.fullmatch(folded) or "/" in folded:
            raise error
        return read_edtf(_written(folded, text))


def _carry_year(begin: str, end: str) -> str:
    """Complete the end of a range whose year, or first two digits of it, stand at its beginning."""
    if re.fullmatch(r"\d{2}", end):
        return begin[:2] + end
    if re.match(r"\d{4}", end):
        return end
    return f"{begin[:4]}{'년' if '월' in end else '年'}{end}"


def _written(token: str, whole: str) -> str:
    if not _UNITS.fullmatch(token):
        raise _refused(whole)
    match = _WRITTEN.fullmatch(token)
    if match is None:
        raise _refused(whole)
    edtf = match["year"]
    for part in ("month", "day"):
        if match[part]:
            edtf += f"-{int(match[part]):02d}"
    try:
        read_edtf(edtf)
    except DateError:
        raise _refused(whole) from None
    return edtf


def _span(part: str, whole: str) -> tuple[date, date, str]:
    """Return first day, last day and precision of one EDTF date."""
    match = _DATE.fullmatch(part)
    if match is None:
        raise _refused(whole)
    year, month, day = match["year"], match["month"], match["day"]
    first_year, last_year = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if "X" in year and month is not None:
        raise _refused(whole)
    if first_year < 1:
        raise _refused(whole)
    if month is None or month == "XX":
        if day not in (None, "XX"):
            raise _refused(whole)
        return date(first_year, 1, 1), date(last_year, 12, 31), "year"
    if not 1 <= int(month) <= 12:
        raise _refused(whole)
    last_day = calendar.monthrange(first_year, int(month))[1]
    if day is None or day == "XX":
        month_number = int(month)
        return (
            date(first_year, month_number, 1),
            date(first_year, month_number, last_day),
            "month",
        )
    if not 1 <= int(day) <= last_day:
        raise _refused(whole)
    exact = date(first_year, int(month), int(day))
    return exact, exact, "day"


def _refused(text: str) -> DateError:
    return DateError(f"'{text}' is no date; want an EDTF date such as 1998-12-02 or 1998-12")
