"""Dates keep the precision of their source and are never mended on the quiet."""

import pytest
from edtf import parse_edtf
from hypothesis import given
from hypothesis import strategies as st

from kg.dates import DateError, read_edtf, read_written


@pytest.mark.parametrize(
    ("written", "edtf", "precision"),
    [
        ("1991年11月8日", "1991-11-08", "day"),
        ("2018年10月", "2018-10", "month"),
        ("2022", "2022", "year"),
        ("2020~21", "2020/2021", "interval"),
        ("1998년 8월 3일", "1998-08-03", "day"),
        ("2000년7월", "2000-07", "month"),
        ("2005년", "2005", "year"),
        ("2014년 9월", "2014-09", "month"),
        ("2000년 7월 10일 ~ 7월 15일", "2000-07-10/2000-07-15", "interval"),
        ("2000년1월 ~ 2001년1월 ", "2000-01/2001-01", "interval"),
        ("2015.06.04", "2015-06-04", "day"),
        ("2016.10.13.", "2016-10-13", "day"),
        ("1998-12-02", "1998-12-02", "day"),
        ("2013-04-21?", "2013-04-21?", "day"),
        ("199X", "199X", "year"),
    ],
)
def test_reads_dates_as_the_sources_write_them(written: str, edtf: str, precision: str) -> None:
    date = read_written(written)
    assert (date.edtf, date.precision) == (edtf, precision)


@pytest.mark.parametrize(
    "wrong",
    [
        "1993年10年23日",  # the misprint of T01
        "1998.13.02",
        "1998-13",
        "1998-02-30",
        "1998-8-3",
        "19xx",
        "199X-05",
        "1998-XX-03",
        "",
        "~",
        "2016-11/2016-10",
        "1998/1999/2000",
        "10月28日",
        "0000",
        "5/7/1998",
        "43040",
        "1998년 8月",
        "last year",
    ],
)
def test_refuses_what_is_no_date_and_says_what_is_wanted(wrong: str) -> None:
    with pytest.raises(DateError) as caught:
        read_written(wrong)
    assert f"'{wrong}'" in str(caught.value)


def test_bounds_are_the_first_and_last_second() -> None:
    assert bounds("2016-11") == ("2016-11-01T00:00:00", "2016-11-30T23:59:59")
    assert bounds("2020/2021") == ("2020-01-01T00:00:00", "2021-12-31T23:59:59")
    assert bounds("199X") == ("1990-01-01T00:00:00", "1999-12-31T23:59:59")
    assert read_edtf("2000-01/2001-01").year == 2000


def bounds(edtf: str) -> tuple[str, str]:
    """The first and last second that a date allows."""
    date = read_edtf(edtf)
    return date.earliest, date.latest


def _iso(moment: object) -> str:
    """A day of the oracle as ISO; it gives a time structure whose first fields are the date."""
    year, month, day = moment[:3]  # type: ignore[index]
    return f"{year:04d}-{month:02d}-{day:02d}"


@given(
    st.dates().map(lambda d: d.isoformat())
    | st.dates().map(lambda d: d.isoformat()[:7])
    | st.dates().map(lambda d: d.isoformat()[:4])
    | st.dates().map(lambda d: d.isoformat()[:4] + "-XX")
    | st.tuples(st.dates(), st.dates()).map(lambda p: "/".join(d.isoformat() for d in sorted(p)))
)
def test_bounds_agree_with_the_edtf_library(edtf: str) -> None:
    oracle = parse_edtf(edtf)
    earliest, latest = bounds(edtf)
    assert earliest[:10] == _iso(oracle.lower_strict())
    assert latest[:10] == _iso(oracle.upper_strict())
