"""Who may run: places, a queue in order, fair shares, budgets."""

import threading
import time

import pytest

from kg.admission import Admission
from kg.limits import BudgetError, GoneError, Limits, OverloadError


def waiting(admission: Admission, client: str, log: list[str]) -> threading.Thread:
    """Let a client queue in a thread of its own; it logs when it is let in."""
    before = admission.waiting

    def run() -> None:
        admission.enter(client)
        log.append(client)

    thread = threading.Thread(target=run)
    thread.start()
    while admission.waiting == before:
        time.sleep(0.001)
    return thread


def test_places_are_given_in_the_order_of_asking():
    admission = Admission(Limits(workers=1))
    admission.enter("a")
    log: list[str] = []
    threads = [waiting(admission, name, log) for name in ("b", "c", "d")]
    for name, thread in zip(("b", "c", "d"), threads, strict=True):
        admission.leave("a" if name == "b" else log[-1], 0)
        thread.join(5)
    assert log == ["b", "c", "d"]


def test_one_client_has_half_of_the_places_while_others_pass_it_in_the_queue():
    admission = Admission(Limits(workers=4))
    admission.enter("greedy")
    admission.enter("greedy")
    log: list[str] = []
    third = waiting(admission, "greedy", log)
    admission.enter("modest")  # though the other came first
    assert admission.running == 3
    admission.leave("greedy", 0)
    third.join(5)
    assert log == ["greedy"]


def test_the_house_has_no_budget_but_needs_a_place():
    admission = Admission(Limits(workers=2, client_seconds=1, wait_seconds=0.01))
    admission.enter("")
    admission.leave("", 1000)
    admission.enter("")
    admission.enter("")
    with pytest.raises(OverloadError):
        admission.enter("")


def test_a_budget_is_used_up_and_comes_back():
    admission = Admission(Limits(client_seconds=6000))  # a hundred each second
    admission.enter("a")
    admission.leave("a", 6005)
    with pytest.raises(BudgetError, match="more than 6000 seconds a minute") as caught:
        admission.enter("a")
    assert caught.value.retry == 1
    time.sleep(0.1)
    admission.enter("a")


def test_a_refused_query_takes_no_place():
    admission = Admission(Limits(workers=1, queue=0))
    admission.enter("a")
    for _ in range(5):
        with pytest.raises(OverloadError):
            admission.enter("b")
    assert (admission.running, admission.waiting) == (1, 0)
    admission.leave("a", 0)
    admission.enter("b")


def test_who_gives_up_or_goes_away_leaves_the_queue():
    admission = Admission(Limits(workers=1, wait_seconds=0.05))
    admission.enter("a")
    with pytest.raises(OverloadError, match="within 0\\.05 seconds"):
        admission.enter("b")
    with pytest.raises(GoneError):
        admission.enter("b", lambda: True)
    assert admission.waiting == 0


def test_clients_without_debt_are_forgotten_when_there_are_many(monkeypatch):
    monkeypatch.setattr("kg.admission._MOST_CLIENTS", 100)
    admission = Admission(Limits())
    for n in range(1000):
        admission.enter(str(n))
        admission.leave(str(n), 0)
        admission.finish(str(n))
    assert len(admission._clients) <= 100


def test_many_threads_never_exceed_the_places():
    admission = Admission(Limits(workers=3, queue=100, client_queries=100, wait_seconds=30))
    most = 0
    lock = threading.Lock()

    def work(name: str) -> None:
        nonlocal most
        for _ in range(30):
            admission.enter(name)
            with lock:
                most = max(most, admission.running)
            admission.leave(name, 0)
            admission.finish(name)

    threads = [threading.Thread(target=work, args=(str(n % 5),)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most <= 3
    assert (admission.running, admission.waiting) == (0, 0)


def test_an_answer_that_is_not_read_counts_until_it_is():
    admission = Admission(Limits(client_queries=2))
    for _ in range(2):
        admission.enter("a")
        admission.leave("a", 0)
    with pytest.raises(BudgetError, match="2 of your queries are running or waiting already"):
        admission.enter("a")
    admission.finish("a")
    admission.enter("a")
