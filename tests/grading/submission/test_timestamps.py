"""Is a time of hand-in read rightly, or told as unreadable, and never read wrongly?"""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.utils import parse_utc

from coursepack.grading.submission.timestamps import MONTHS, NAME, OFFSETS, parse, timestamp_of, unreadable_time

# The same moment, as systems write it.
HALF_PAST_ELEVEN = [
    "2026-03-01 23:30:00 UTC",
    "2026-03-01 23:30",
    "2026-03-01 11:30 PM",
    "2026-03-01 11:30:00 p.m. UTC",
    "2026-03-01T23:30:00Z",
    "2026-03-01T23:30:00.000000+00:00",
    "20260301T233000Z",
    "2026-W09-7T23:30",
    "2026/03/01 23:30:00",
    "2026-03-02 05:00:00 +0530",
    "2026-03-02T05:00+05:30",
    "2026-03-01 20:30 -03",
    "2026-03-01 20:30 \N{MINUS SIGN}0300",
    "2026-03-02 00:30 CET",
    "2026-03-01 18:30 EST",
    "2026-03-01 3:30 PM PST",
    "2026-03-02 00:30 UTC+1",
    "2026-03-02 00:30:00 Europe/Berlin",
    "2026-03-01 18:30:00.0 America/New_York",
    "1 March 2026 23:30",
    "1 Mar 2026, 23:30 GMT",
    "March 1, 2026 at 11:30 PM",
    "Sun, 01 Mar 2026 23:30:00 +0000",
    "Sun Mar  1 23:30:00 2026",
    "Mon Mar  2 00:30:00 CET 2026",
    "Mon Mar 02 2026 00:30:00 GMT+0100 (Central European Standard Time)",
    "\ufeff2026-03-01 23:30\r\n",
]
UNCERTAIN = {
    "03/04/2026 23:30": "the other way round",
    "2026-03-01 23:30 CST": "has several meanings",
    "2026-03-01 23:30 IST": "has several meanings",
    "2026-03-01 23:30 BST": "has several meanings",
    "2026-03-01": "form that is known",
    "23:30": "form that is known",
    "1772407800": "form that is known",
    "2026030123300": "form that is known",
    "2026-03-01 13:30 PM": "no such hour",
    "2026-02-29 12:00": "day is out of range",
    "2026-03-01 25:00": "hour must be",
    "26-03-01 12:00": "form that is known",
    "0026-03-01 12:00": "is impossible",
    "Mon, 01 Mar 2026 23:30:00 +0000": "the day of the week does not fit the date",
    "2026-03-29 02:30 Europe/Berlin": "the clocks changed",
    "2026-10-25 02:30 Europe/Berlin": "the clocks changed",
    "2026-03-01 23:30 Europe/Atlantis": "zone is not known",
    "2026-03-01 23:30 +2600": "no place on earth",
    "2026-03-01 23:30 2026-03-02 01:00": "form that is known",
    "gestern um halb zwölf": "letters",
    "": "form that is known",
}
MOMENTS = st.datetimes(datetime.datetime(1991, 1, 1), datetime.datetime(2098, 12, 31)).map(
    lambda moment: moment.replace(second=moment.second, microsecond=0)
)


@pytest.mark.parametrize("text", HALF_PAST_ELEVEN)
def test_is_every_way_to_write_a_time_read_rightly(text: str) -> None:
    assert parse(text) == datetime.datetime(2026, 3, 1, 23, 30)


@pytest.mark.parametrize("text", UNCERTAIN)
def test_is_what_could_mean_something_else_told(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text, encoding="utf-8")
    assert timestamp_of(tmp_path) is None
    (note,) = unreadable_time(tmp_path)
    assert UNCERTAIN[text] in note
    assert "taken as handed in on time: write 2026-03-01 23:30:00 UTC" in note


def test_is_a_file_that_is_no_text_told(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"\xff\xfe2026")
    assert "it is not text" in unreadable_time(tmp_path)[0]
    assert unreadable_time(tmp_path / "nowhere") == ()


@given(MOMENTS, st.sampled_from(sorted(OFFSETS)), st.booleans())
def test_does_a_time_with_a_zones_name_come_back(moment: datetime.datetime, zone: str, twelve: bool) -> None:
    """Is local time, less the zone's offset, what is read, in 24 hours and in 12?"""
    clock = (
        f"{moment.hour % 12 or 12}:{moment:%M:%S} {'pm' if moment.hour >= 12 else 'am'}"
        if twelve
        else f"{moment:%H:%M:%S}"
    )
    read = parse(f"{moment:%Y-%m-%d} {clock} {zone}")
    assert read + datetime.timedelta(hours=OFFSETS[zone]) == moment


@given(MOMENTS, st.integers(-14 * 60, 14 * 60), st.sampled_from(["", ":"]), st.sampled_from(["", " "]))
def test_does_a_time_with_an_offset_come_back(moment: datetime.datetime, minutes: int, colon: str, space: str) -> None:
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{colon}{abs(minutes) % 60:02}"
    assert parse(f"{moment.isoformat()}{space}{offset}") + datetime.timedelta(minutes=minutes) == moment


@given(MOMENTS)
def test_is_a_date_in_words_read_whatever_its_order(moment: datetime.datetime) -> None:
    day, month, year = moment.day, MONTHS[moment.month - 1].capitalize(), moment.year
    for text in (f"{day} {month} {year}", f"{month} {day}, {year}", f"{day}-{month[:3]}-{year}"):
        assert parse(f"{text} {moment:%H:%M:%S}") == moment


@given(MOMENTS, st.sampled_from("./-"))
def test_are_numbers_with_the_year_last_read_only_if_one_is_no_month(moment: datetime.datetime, mark: str) -> None:
    for first, second in ((moment.day, moment.month), (moment.month, moment.day)):
        text = f"{first}{mark}{second}{mark}{moment:%Y} {moment:%H:%M:%S}"
        if moment.day > 12 or moment.day == moment.month:
            assert parse(text) == moment
        else:
            with pytest.raises(ValueError, match="the other way round"):
                parse(text)


@given(st.text(max_size=60) | st.text(alphabet="0123456789-:/ .,+TZAPMaprESt", max_size=40))
def test_is_any_text_a_time_or_refused(text: str) -> None:
    """Does no text crash the reading, and does nbgrader read the written form as the same time?"""
    try:
        moment = parse(text)
    except ValueError:
        return
    assert moment.tzinfo is None
    assert parse_utc(f"{moment.isoformat(sep=' ')} UTC") == moment


def test_is_what_nbgrader_gets_what_was_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("2026-03-01 23:30:00.25 +0530", encoding="utf-8")
    written = timestamp_of(tmp_path)
    assert written == "2026-03-01 18:00:00.250000 UTC"
    assert parse_utc(written) == datetime.datetime(2026, 3, 1, 18, 0, 0, 250_000)
