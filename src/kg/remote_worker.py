"""A worker like `kg.worker` over a store in another server.

Started as `python -m kg.remote_worker MEMORY ROWS BYTES`. The first question that it is sent is
no question but the `Remote` to ask. It needs sockets, and so gives up only memory: what a stranger
sends is evaluated elsewhere, and here just read with our own parser.
When it is killed its connection closes; by that the other server can see that nobody waits.
"""

import resource
import sys

from kg.endpoints import Remote
from kg.remote import RemoteData
from kg.worker import Found, Question, read_question, work


def main(memory: int, rows: int, size: int) -> None:
    """Answer the questions on standard input until it closes."""
    told = read_question(sys.stdin.buffer)
    if told is None:
        return
    lists = {name: tuple(told[name]) for name in ("addresses", "graphs")}
    data = RemoteData(Remote(**(told | lists)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    def ask(question: Question) -> Found:
        return data.ask(
            question["query"], question["seconds"], question["dataset"], question["base"]
        )

    work(ask, rows, size)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
