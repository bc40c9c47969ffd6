"""Who may run a query now: places for all, a queue that ends, a budget for each client."""

import ipaddress
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from kg.limits import BudgetError, GoneError, Limits, OverloadError

_LOOK = 0.25  # seconds between two looks whether a waiting client is still there
_MOST_CLIENTS = 10_000  # remembered at once, while none of them is in debt


@lru_cache(1000)
def client_of(address: str) -> str:
    """Return the client that an address on the network stands for.

    In IPv6 that is a network of 64 bits, as providers give to one client; an IPv4 address in the
    form of IPv6 is one of IPv4. What is no address stands for itself.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


@dataclass
class _Client:
    """What one client has at work, and the query seconds that it has left."""

    seconds: float
    counted: float
    running: int = 0
    open: int = 0  # running, waiting, or still being read


@dataclass
class _Ticket:
    client: str
    called: threading.Event = field(default_factory=threading.Event)


class Admission:
    """Gives places to queries, in the order they come, fairly to clients. Safe for threads.

    The client "" is the house itself, which has no budget.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._share = max(1, limits.workers // 2)
        self._lock = threading.Lock()
        self._clients: dict[str, _Client] = {}
        self._waiting: deque[_Ticket] = deque()
        self.running = 0

    @property
    def waiting(self) -> int:
        """How many queries wait for a place."""
        return len(self._waiting)

    def check(self, client: str) -> None:
        """Raise BudgetError where the client may not ask now, before anything is done for it."""
        with self._lock:
            self._check(client, self._account(client))

    def charge(self, client: str, seconds: float) -> None:
        """Let the client pay for work that was no query in a worker."""
        with self._lock:
            self._account(client).seconds -= seconds

    def enter(self, client: str, gone: Callable[[], bool] | None = None) -> None:
        """Return when the client has a place; it must `leave` it later, and `finish` in the end.

        Raises BudgetError (the client's own limits), OverloadError (everyone's) or GoneError.
        """
        with self._lock:
            account = self._account(client)
            self._check(client, account)
            # Where a place is free, those who wait may not take it: their client has its share.
            if self._fits(client, account):
                account.running += 1
                account.open += 1
                self.running += 1
                return
            if len(self._waiting) >= self._limits.queue:
                raise OverloadError("too many queries wait already; try again in a moment")
            ticket = _Ticket(client)
            self._waiting.append(ticket)
            account.open += 1
        self._wait(ticket, gone)

    def leave(self, client: str, seconds: float) -> None:
        """Give the place back, and charge the client for `seconds`."""
        with self._lock:
            account = self._account(client)
            account.seconds -= seconds
            account.running -= 1
            self.running -= 1
            self._call()

    def finish(self, client: str) -> None:
        """Count a query of the client no more: its answer was read, or will not be."""
        with self._lock:
            self._account(client).open -= 1

    def _wait(self, ticket: _Ticket, gone: Callable[[], bool] | None) -> None:
        give_up = time.monotonic() + self._limits.wait_seconds
        while not ticket.called.wait(min(_LOOK, max(0, give_up - time.monotonic()))):
            left = gone is not None and gone()
            if (left or time.monotonic() >= give_up) and self._withdrawn(ticket):
                if left:
                    raise GoneError("the client went away while its query waited")
                raise OverloadError(
                    f"no worker was free within {self._limits.wait_seconds:g} seconds; "
                    "try again in a moment"
                )

    def _withdrawn(self, ticket: _Ticket) -> bool:
        """Take the ticket back; return False where it was called in the meantime."""
        with self._lock:
            if ticket.called.is_set():
                return False
            self._waiting.remove(ticket)
            self._account(ticket.client).open -= 1
            return True

    def _call(self) -> None:
        """Let in the first who waits and fits."""
        for ticket in self._waiting:
            account = self._account(ticket.client)
            if self._fits(ticket.client, account):
                self._waiting.remove(ticket)
                account.running += 1
                self.running += 1
                ticket.called.set()
                return

    def _fits(self, client: str, account: _Client) -> bool:
        fair = not client or account.running < self._share
        return fair and self.running < self._limits.workers

    def _check(self, client: str, account: _Client) -> None:
        if not client:
            return
        if account.seconds <= 0:
            raise BudgetError(
                f"your queries have used more than {self._limits.client_seconds:g} seconds a "
                "minute; wait, ask for less, or take a download of the release",
                -account.seconds / self._per_second,
            )
        if account.open >= self._limits.client_queries:
            raise BudgetError(
                f"{self._limits.client_queries} of your queries are running or waiting already, or "
                "their answers unread; send the next one when one of them has ended",
                1,
            )

    @property
    def _per_second(self) -> float:
        return self._limits.client_seconds / 60

    def _account(self, name: str) -> _Client:
        now = time.monotonic()
        most = self._limits.client_seconds
        client = self._clients.get(name)
        if client is None:
            if len(self._clients) >= _MOST_CLIENTS:
                self._forget()
            client = self._clients[name] = _Client(most, now)
        earned = (now - client.counted) * self._per_second
        client.seconds = min(most, client.seconds + earned)
        client.counted = now
        return client

    def _forget(self) -> None:
        """Drop the clients about whom there is nothing to remember."""
        for name in list(self._clients):
            client = self._clients[name]
            if not client.open and self._account(name).seconds >= self._limits.client_seconds:
                del self._clients[name]
