"""Strangers' queries, answered by worker processes that can be killed; see `kg.worker`."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

from kg import guard
from kg.admission import Admission
from kg.coming import Answer
from kg.endpoints import Remote
from kg.errors import KgError
from kg.forkserver import ForkServer, room
from kg.limits import Limits
from kg.namespaces import BASE
from kg.narrowing import Narrowing
from kg.running import OUTCOMES, Asker, Dataset, Ended, Run
from kg.syntaxes import prefixes_of
from kg.tokens import names_graphs
from kg.workers import Worker

ENDPOINT = BASE + "sparql"  # what the endpoint calls itself, wherever it is served
_log = logging.getLogger(__name__)
_TICK = 0.05  # seconds between two looks at what is running
_READY = 2  # workers kept ready
_SMALL = 0.005  # seconds of looking at a text that are not counted
_A_WORKER = 0.5  # query seconds that a new one is worth


class Engine:
    """A bounded pool of workers on one store. Safe for threads.

    `union` says what a plain query sees: all graphs together, or the store's own default graph.
    `told` hears how each query ended.
    """

    def __init__(
        self,
        store: Path | Remote,
        limits: Limits | None = None,
        union: bool = True,
        told: Callable[[Ended], None] = lambda _: None,
    ) -> None:
        self.limits = limits or Limits()
        self.union = union
        self._store, self._told = store, told
        self._admission = Admission(self.limits)
        self._lock = threading.Lock()
        self._forks: ForkServer | None = None
        if isinstance(store, Path) and union and (most := room(store, self.limits)):
            self._forks = ForkServer(store, most, self.limits)
        self._ready: list[Worker] = []
        self._dying: list[Worker | ForkServer] = []
        self._runs: set[Run] = set()
        self._closed = threading.Event()
        self._watch = threading.Thread(target=self._watching, name="kg-watch", daemon=True)
        self._watch.start()

    @property
    def busy(self) -> int:
        """How many workers run a query."""
        return len(self._runs)

    @property
    def ready(self) -> int:
        """How many workers stand ready."""
        return len(self._ready)

    @property
    def holds(self) -> bool:
        """Whether new workers have the graph in memory."""
        return self._forks is not None and self._forks.ready

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return self._admission.waiting

    def answer(
        self,
        query: str,
        results: str = "json",
        graph: str = "turtle",
        seconds: float | None = None,
        dataset: Dataset | None = None,
        asker: Asker | None = None,
        ours: bool = False,
        narrowing: Narrowing | None = None,
    ) -> Answer:
        """Return the answer to `query`: rows and yes/no in `results`, triples in `graph`.

        Without `dataset` and without FROM it sees the default graph. Relative addresses in it
        begin at the address of the endpoint. A text that is `ours` is not looked through, and
        sees all graphs together; its `narrowing` tells how it follows from one that may be kept.

        It returns as soon as a worker has the query; the answer waits for it when it is read.

        Raises QueryError for what may not be run, LimitError where there is no place; what comes
        of it later is raised by the answer.
        """
        asker = asker or Asker()
        try:
            self._admission.check(asker.client)
            if not ours:
                self._look_through(query, asker)
            self._admission.enter(asker.client, asker.gone)
        except KgError as error:
            self._told(Ended(OUTCOMES[type(error)]))
            raise
        budget = min(seconds or self.limits.seconds, self.limits.seconds)
        question = {
            "query": query,
            "results": results,
            "graph": graph,
            "seconds": budget,
            "base": ENDPOINT,
            "dataset": [dataset.default, dataset.named] if dataset else None,
            "union": (self.union or ours) and not names_graphs(query),
            "prefixes": prefixes_of(query),
            "narrowing": narrowing and asdict(narrowing),
        }
        try:
            run = self._begin(asker, budget)
            run.ask(question)
            finish = partial(self._admission.finish, asker.client)
            return Answer(run, run.read(self.limits), finish)
        except BaseException:
            self._admission.finish(asker.client)
            raise

    def _look_through(self, query: str, asker: Asker) -> None:
        begun = time.monotonic()
        try:
            guard.check(query, self.limits.characters)
        finally:
            # Long texts take a while to look through, also those that are refused then.
            if (seconds := time.monotonic() - begun) > _SMALL:
                self._admission.charge(asker.client, seconds)

    def close(self) -> None:
        """Stop all workers, whatever they are doing, and wait until they are gone."""
        self._closed.set()
        self._watch.join()
        with self._lock:
            workers = [*self._ready, *self._dying, *(run.worker for run in self._runs)]
            idle, self._ready = self._ready, []
        for worker in workers:
            worker.kill()
        for worker in idle:
            worker.close()
        while not all(worker.is_gone() for worker in workers):
            time.sleep(0.001)
        if self._forks:
            self._forks.close()
            self._forks = None

    def _begin(self, asker: Asker, seconds: float) -> Run:
        with self._lock:
            try:
                worker = next(self._alive(), None) or self._new()
            except BaseException:
                self._admission.leave(asker.client, 0)
                raise
            run = Run(worker, asker, seconds, self._done)
            self._runs.add(run)
            return run

    def _done(self, run: Run, ended: Ended, usable: bool) -> None:
        with self._lock:
            self._runs.discard(run)
            if usable and run.worker.held == self.holds and not self._closed.is_set():
                self._ready.append(run.worker)
            else:
                run.worker.kill()
                self._dying.append(run.worker)
        # Who gets a worker killed pays for the next one too.
        cost = ended.seconds if usable else max(ended.seconds, _A_WORKER)
        self._admission.leave(run.asker.client, cost)
        self._told(ended)

    def _alive(self) -> Iterator[Worker]:
        """Yield workers that stand ready; what the system has killed meanwhile is left out."""
        while self._ready:
            worker = self._ready.pop()
            if not worker.is_gone():
                yield worker
            else:
                worker.close()

    def _new(self) -> Worker:
        if self._forks and self._forks.ready:
            try:
                return self._forks.fork()
            except OSError as error:
                _log.error("%s; workers read the disk from now on", error)
                self._without_forks(self._forks)
        return Worker.start(self._store, self.limits)

    def _without_forks(self, forks: ForkServer) -> None:
        """Give up the process that holds the graph; without waiting, since all wait for us."""
        forks.kill()
        self._dying.append(forks)
        self._forks = None

    def _watching(self) -> None:
        while not self._closed.wait(_TICK):
            try:
                self._look()
            except Exception:  # without this thread there would be no limits
                _log.exception("the watch over running queries failed; it goes on")

    def _look(self) -> None:
        """Look after what runs, bury what is dead, keep some workers ready."""
        runs = list(self._runs)
        places = self.limits.long_queries - sum(run.long for run in runs)
        for run in runs:
            was_long = run.long
            run.look(places)
            places -= run.long and not was_long
        with self._lock:
            self._look_after_forks()
            self._dying = [worker for worker in self._dying if not worker.is_gone()]
            wanted = min(_READY, self.limits.workers - len(self._runs))
            if len(self._ready) < wanted:
                self._ready.insert(0, self._new())

    def _look_after_forks(self) -> None:
        """Let workers that have the graph in memory take the place of others once they can."""
        if self._forks is None or self._forks.ready:
            return
        try:
            if not self._forks.look():
                return
        except OSError as error:
            _log.warning("%s; workers read the disk", error)
            self._without_forks(self._forks)
            return
        for worker in self._ready:
            worker.kill()
            worker.close()
        self._dying += self._ready
        self._ready = []
