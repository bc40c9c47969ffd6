"""Days to remember as iCalendar (RFC 5545, and RFC 7986 for what tells of the whole calendar).

An event stands only on a day that the sources give. What has no day (a month, a year, an interval)
is no event: the calendar's description names it and says how many there are.
"""

import re
import uuid
from calendar import isleap
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar as Component
from icalendar import Event, Timezone, TimezoneStandard, vDuration, vText

from kg import __version__
from kg.account import Account
from kg.canned import Calendar
from kg.dates import DateError, read_edtf
from kg.namespaces import BASE
from kg.values import text_of
from kg.wording import in_language, word

Ask = Callable[[Mapping[str, str]], Account]

# When a release was made follows from nothing in it, so its calendars bear no time of their own.
_STAMP = datetime(2000, 1, 1, tzinfo=UTC)


def years_from(calendar: Calendar, year: int) -> range:
    """Return the years that a calendar covers in `year`: the one before, it, and those ahead."""
    return range(max(year - 1, 1), min(year + calendar.ahead, 9999) + 1)


def accounts_of(
    calendar: Calendar, values: Mapping[str, str], year: int, ask: Ask
) -> Sequence[Account]:
    """Return an account for each year: the one that `values` give, else all those from `year`.

    `ask` gives the account of the question with the values that it is called with.
    """
    if calendar.year in values:
        return [ask(values)]
    return [ask({**values, calendar.year: f"{n:04d}"}) for n in years_from(calendar, year)]


def to_calendar(calendar: Calendar, accounts: Sequence[Account]) -> bytes:
    """Return the calendar of one question in the years of `accounts`; same accounts, same bytes.

    What falls on 29 February is put on the 28th where the year has no such day, and says so.
    """
    writer = _Writer(calendar, accounts)
    events = [event for account in accounts for event in writer.events(account)]
    component = writer.head()
    for _, _, event in sorted(events, key=lambda entry: entry[:2]):
        component.add_component(event)
    if not events:
        component.add_component(_universal_time())  # RFC 5545, 3.6: at least one component
    return bytes(component.to_ical())


class _Writer:
    """One calendar being written; remembers what has no day."""

    def __init__(self, calendar: Calendar, accounts: Sequence[Account]) -> None:
        self.calendar = calendar
        self.accounts = accounts
        self.first = accounts[0]
        self.language = self.first.language
        self.dayless: list[str] = []
        self.seen: Counter[str] = Counter()

    def head(self) -> Component:
        """Return the calendar with what tells of the whole."""
        whole = Component()
        name = ": ".join([self.first.title, *self._asked()])
        years = [_year_of(account, self.calendar) for account in self.accounts]
        covers = self._word("covers").format(first=years[0], last=years[-1])
        lines = [self.first.description, covers, self._release()]
        if self.dayless:
            lines.append(self._word("dayless").format(count=len(self.dayless)))
            lines += [f"– {text}" for text in self.dayless]
        whole.add("prodid", f"-//{BASE.split('/')[2]}//kg {__version__}//EN")
        whole.add("version", "2.0")
        whole.add("calscale", "GREGORIAN")
        whole["NAME"] = self._text(name)
        whole["X-WR-CALNAME"] = _Text(_clean(name))
        whole["DESCRIPTION"] = self._text("\n".join(lines))
        whole["X-WR-CALDESC"] = _Text(_clean("\n".join(lines)))
        whole["REFRESH-INTERVAL"] = vDuration(timedelta(days=1), params={"VALUE": "DURATION"})
        whole["X-PUBLISHED-TTL"] = vDuration(timedelta(days=1))
        return whole

    def events(self, account: Account) -> list[tuple[date, str, Event]]:
        """Return day, identifier and event of each row of a year that has a day."""
        table = account.answer.table
        year = _year_of(account, self.calendar)
        found = []
        for row, spots in zip(table.rows, account.spots, strict=True):
            cells = {n: text_of(term) for n, term in zip(table.columns, row, strict=True)}
            pattern = in_language(self.calendar.summary, self.language)
            pieces = re.split(r"[{}]", pattern)  # every second one names a column
            pieces[1::2] = [cells[name] for name in pieces[1::2]]
            summary = "".join(pieces)
            day, is_moved = _day_in(year, cells[self.calendar.date])
            if day is None:
                dated = cells[self.calendar.date] or "?"
                self.dayless.append(f"{summary} ({year}; {dated})")
                continue
            lines = [self._word("dated").format(date=cells[self.calendar.date])]
            lines += [self._word("leap")] if is_moved else []
            lines.append(self._word("evidence").format(spots="; ".join(map(str, spots)) or "–"))
            lines += [self._remark(remark) for remark in _remarks(account, cells)]
            lines.append(self._release())
            event, identifier = Event(), self._identifier(account, cells, year)
            event.add("uid", identifier)
            event.add("dtstamp", _STAMP)
            event.add("dtstart", day)
            event["SUMMARY"] = self._text(summary)
            event["DESCRIPTION"] = self._text("\n".join(lines))
            if re.fullmatch(r"https?://[^\s\x00-\x20\x7f-\x9f]+", cells[self.calendar.about]):
                event.add("url", cells[self.calendar.about])
            event.add("transp", "TRANSPARENT")  # a day to remember keeps nobody busy
            found.append((day, identifier, event))
        return found

    def _identifier(self, account: Account, cells: Mapping[str, str], year: int) -> str:
        """Return an identifier that follows from the addresses in a row and the year (RFC 7986)."""
        columns = account.answer.query.columns
        others = [cells[name] for name, column in columns.items()
                  if column.kind == "iri" and name != self.calendar.about]  # fmt: skip
        key = " ".join([cells[self.calendar.about], *others, str(year)])
        self.seen[key] += 1
        if self.seen[key] > 1:
            key = f"{key} {self.seen[key]}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, key))

    def _asked(self) -> list[str]:
        """Return the values of the places, by which calendars of one question are told apart."""
        places = [n for n, parameter in enumerate(_shown(self.first)) if parameter == "place"]
        return [self.first.asked[n][1] for n in places]

    def _remark(self, name: str) -> str:
        known = ("repaired", "inferred", "disputed")
        return f"{self._word('remark')}: {self._word(name) if name in known else name}"

    def _release(self) -> str:
        return f"{self._word('release')}: {self.first.release}"

    def _text(self, text: str) -> vText:
        return _Text(_clean(text), params={"LANGUAGE": self.language})

    def _word(self, name: str) -> str:
        return word(name, self.language)


class _Text(vText):
    """A text whose backslashes stand for themselves (RFC 5545, 3.3.11).

    icalendar takes a backslash before an N for a line break and writes one.
    """

    def to_ical(self) -> bytes:
        return b"\\\\".join(vText(piece).to_ical() for piece in self.split("\\"))


def _shown(account: Account) -> list[str]:
    """Return the types of the parameters that `asked` tells."""
    return [p.type for p in account.answer.query.parameters.values() if not p.hidden]


def _year_of(account: Account, calendar: Calendar) -> int:
    return int(text_of(account.answer.terms[calendar.year]))


def _clean(text: str) -> str:
    """Return `text` without the controls that RFC 5545 (3.1) forbids; line ends become one kind."""
    lines = re.split("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", text)
    return "\n".join(re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]", " ", line) for line in lines)


def _remarks(account: Account, cells: Mapping[str, str]) -> list[str]:
    columns = account.answer.query.columns
    return [
        word for name, text in cells.items() if columns[name].kind == "remark"
        for word in text.split()
    ]  # fmt: skip


def _day_in(year: int, edtf: str) -> tuple[date | None, bool]:
    """Return the day of a date in `year`, and whether 29 February had to give way."""
    try:
        known = read_edtf(edtf)
    except DateError:
        return None, False
    if known.precision != "day" or not 1 <= year <= 9999:
        return None, False
    month, day = int(known.earliest[5:7]), int(known.earliest[8:10])
    if (month, day) == (2, 29) and not isleap(year):
        return date(year, 2, 28), True
    return date(year, month, day), False


def _universal_time() -> Timezone:
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "UTC")
    standard.add("dtstart", datetime(1970, 1, 1))
    standard.add("tzoffsetfrom", timedelta(0))
    standard.add("tzoffsetto", timedelta(0))
    zone.add_component(standard)
    return zone
