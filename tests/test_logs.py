import json
import logging
import os
import threading

import pytest

from kg.logs import PatientHandler
from kg.web.journal import Told


@pytest.fixture
def log():
    """A logger that writes into a pipe, and both ends of it."""
    reading, writing = os.pipe()
    logger = logging.getLogger("kg.test_logs")
    logger.propagate = False
    handler = PatientHandler(writing)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger.addHandler(handler)
    yield logger, handler, reading, writing
    logger.removeHandler(handler)
    handler.close()
    for end in (reading, writing):
        os.close(end)


def read_all(reading, expected):
    text = b""
    while text.count(b"\n") < expected:
        text += os.read(reading, 1 << 16)
    return text.decode()


def test_lines_arrive_in_order(log):
    logger, _, reading, _ = log
    for number in range(1000):
        logger.warning("line %d", number)
    assert read_all(reading, 1000).splitlines() == [f"WARNING line {n}" for n in range(1000)]


def test_the_last_lines_are_written_when_the_log_is_closed(log):
    logger, handler, reading, _ = log
    logger.error("the end")
    handler.close()
    assert os.read(reading, 100) == b"ERROR the end\n"


def test_nobody_waits_for_a_reader_that_stands_still_and_the_log_says_what_it_lost(log):
    logger, _, reading, _ = log
    for _ in range(30):  # far more than a pipe and the handler hold
        for _ in range(1000):
            logger.warning("x" * 100)
    writing = threading.Thread(target=logger.warning, args=["not held up either"])
    writing.start()
    writing.join(5)
    assert not writing.is_alive()
    text = b""
    while b"lines are lost here" not in text:
        text += os.read(reading, 1 << 16)
    lost = int(text.partition(b"kg.logs: ")[2].split()[0])
    whole = text.partition(b"WARNING kg.logs")[0].count(b"\n")
    assert whole + lost <= 30_001 and lost > 10_000


def test_a_line_that_cannot_be_put_in_words_is_named_and_no_end(log):
    logger, handler, reading, _ = log
    wrong = logging.LogRecord(logger.name, logging.WARNING, "", 0, "%d", ("no number",), None)
    handler.handle(wrong)
    logger.warning("the next")
    first, second = read_all(reading, 2).splitlines()
    assert "a line of kg.test_logs cannot be written" in first
    assert second == "WARNING the next"


def test_the_line_of_a_request_is_ascii_and_keeps_nothing_of_its_query_but_what_it_tells():
    told = Told(client="192.0.2.1", method="GET", path="/\x1b[31m\u00e4\u00b8\u00ad")
    told.query = "SELECT" + "x" * 100_000
    told.end()
    line = str(told)
    assert line.isascii() and "\x1b" not in line and len(line) < 3000
    assert json.loads(line)["path"] == "/\x1b[31m中"
    assert told.query is None and told.answer is None
