"""A log that nobody waits for: lines are kept, and written by a thread of their own."""

import logging
import os
import threading
from collections import deque
from contextlib import suppress

_MOST = 10_000  # lines that wait while nobody reads the log; then some are lost, and counted
_EVERY = 0.05  # seconds
_LAST = 1.0  # seconds in which the last lines must be written


class PatientHandler(logging.Handler):
    """Writes lines to a file descriptor, a few times a second.

    A reader that stands still, such as a full pipe, holds up this log alone. Lines that find no
    room meanwhile are lost; a line that tells how many stands in their place.
    """

    def __init__(self, descriptor: int = 2) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._waiting: deque[logging.LogRecord] = deque()
        self._lost = 0
        self._ends = threading.Event()
        self._writer = threading.Thread(target=self._writing, name="kg-log", daemon=True)
        self._writer.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep `record`; it is put in words when it is written."""
        if len(self._waiting) < _MOST:
            self._waiting.append(record)
        else:
            self._lost += 1

    def close(self) -> None:
        """Write what is left, unless nobody reads it."""
        self._ends.set()
        self._writer.join(_LAST)
        super().close()

    def _writing(self) -> None:
        ended = False
        while not ended:
            ended = self._ends.wait(_EVERY)
            if self._waiting:
                self._write()

    def _write(self) -> None:
        records = [self._waiting.popleft() for _ in range(len(self._waiting))]
        lines = [self._line(record) for record in records]
        if self._lost:
            lost, self._lost = self._lost, 0
            lines.append(f"WARNING kg.logs: {lost} lines are lost here; nobody read the log")
        left = memoryview("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
        with suppress(OSError):  # closed: there is nobody to tell
            while left:
                left = left[os.write(self._descriptor, left) :]

    def _line(self, record: logging.LogRecord) -> str:
        try:
            return self.format(record)
        except Exception as error:  # a line that cannot be put in words must not end the log
            return f"ERROR kg.logs: a line of {record.name} cannot be written: {error!r}"
