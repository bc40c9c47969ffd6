"""The events of the synthetic world: visits, letters, gifts, meetings, posts."""

from world_documents import Document
from world_places import Place
from world_terms import Pair, dated, labels, some_date, text, typed

_VISIT = ("Delegation visit", "대표단 방문", "代表团访问")
_MOST_ON_A_LINE = 8


def write_events(document: Document, visits: int) -> None:
    """Write `visits` visits, several on a line as lists by year have them, and other events."""
    written = 0
    while written < visits:
        proof, year = document.next_line(), document.year()
        for _ in range(min(visits - written, document.chance.randint(1, _MOST_ON_A_LINE))):
            _write_visit(document, written, proof, year)
            written += 1
    for n in range(visits // 50 + 1):
        _write_letters(document, n)
    if document.number % 5 == 0:
        _write_suspension(document)
        _write_post(document)
    if document.number % 10 == 0:
        _write_meeting(document)


def _other(document: Document) -> Place:
    if document.partners and document.chance.random() < 0.8:
        return document.place(document.chance.choice(document.partners))
    return document.place(document.atlas.partner(document.chance, document.number))


def _write_visit(document: Document, n: int, proof: str, year: int) -> None:
    chance, other = document.chance, _other(document)
    node, edtf = f"event:{document.key}-v{n}", some_date(chance, year)
    draw, mark = chance.random(), "–"
    pairs: list[Pair] = [("md:evidence", proof), *dated(edtf)]
    if chance.random() < 0.003:
        direction, mark = "outbound", "→"
        pairs += [("md:from", document.city.iri), _unresolved(document, n, proof, other)]
    elif draw < 0.85:
        outbound = draw < 0.55
        direction, mark = ("outbound", "→") if outbound else ("inbound", "←")
        ends = (document.city, other) if outbound else (other, document.city)
        pairs += [("md:from", ends[0].iri), ("md:to", ends[1].iri)]
        if chance.random() < 0.3:
            body = chance.choice(("executive", "council"))
            pairs += [("md:sentBy", ends[0].body(body)), ("md:receivedBy", ends[1].body(body))]
    else:
        direction = "mutual" if draw < 0.95 else "unstated"
        pairs += [("md:between", document.city.iri), ("md:between", other.iri)]
    if chance.random() < 0.1:
        spelling = f"{other.names[0]} ({document.key})"
        document.spellings.setdefault(spelling, (other, proof))
        pairs.append(("md:placeAsWritten", text(spelling, document.language)))
    if chance.random() < 0.01:
        pairs.append(_delegation(document, n, proof))
    pairs.append(("md:direction", f"direction:{direction}"))
    document.add(node, "DelegationVisit", document.pair(other, mark, _VISIT, edtf), *pairs)


def _unresolved(document: Document, n: int, proof: str, other: Place) -> Pair:
    node = f"unresolved:{document.key}-v{n}"
    neighbour = document.place(document.atlas.partner(document.chance, document.number))
    english, korean, chinese = (
        f"{a} / {b}" for a, b in zip(other.names, neighbour.names, strict=True)
    )
    document.add(
        node,
        "UnresolvedPlace",
        (english, korean, chinese),
        ("md:candidatePlace", other.iri),
        ("md:candidatePlace", neighbour.iri),
        ("md:evidence", proof),
    )
    return "md:unresolvedPlace", node


def _delegation(document: Document, n: int, proof: str) -> Pair:
    node, persons = f"delegation:{document.key}-v{n}", document.chance.randint(3, 40)
    document.add(
        node,
        "Delegation",
        (f"Delegation of {persons}", f"대표단 {persons}명", f"{persons}人代表团"),
        ("md:headcount", typed(persons)),
        ("md:evidence", proof),
    )
    return "md:delegation", node


def _write_letters(document: Document, n: int) -> None:
    """Write a letter, its answer and a gift."""
    other, year = _other(document), document.year()
    letter, edtf = f"event:{document.key}-c{n}", f"{year}-03"
    there = [("md:from", document.city.iri), ("md:to", other.iri)]
    back = [("md:from", other.iri), ("md:to", document.city.iri)]
    for node, class_, mark, what, ends, more, when in (
        (letter, "Correspondence", "→", ("Letter", "서신", "信函"), there,
         [("md:item", "item:consolation-letter"), ("md:direction", "direction:outbound")], edtf),
        (f"{letter}-reply", "Correspondence", "←", ("Reply", "답신", "回信"), back,
         [("md:item", "item:reply"), ("md:replyTo", letter),
          ("md:direction", "direction:inbound")], f"{year}-04"),
        (f"{letter}-gift", "GiftTransfer", "→", ("Gift", "선물", "礼品"), there,
         [("md:item", "item:calendar-and-card"), ("md:direction", "direction:outbound")],
         f"{year}-12"),
    ):  # fmt: skip
        names = document.pair(other, mark, what, when)
        proof = ("md:evidence", document.next_line())
        document.add(node, class_, names, *ends, *more, proof, *dated(when))


def _write_suspension(document: Document) -> None:
    english, korean, chinese = document.city.names
    document.add(
        f"event:{document.key}-suspension",
        "Suspension",
        (f"Suspension: {english}", f"교류 중단: {korean}", f"交流中断: {chinese}"),
        ("md:participant", document.city.iri),
        ("md:evidence", document.next_line()),
        *labels(("Because of an epidemic.", "감염병 때문.", "因疫情。"), "skos:editorialNote"),
        *dated("2020/2021"),
    )


def _write_post(document: Document) -> None:
    english, korean, chinese = document.city.names
    person, body = f"person:{document.key}", document.city.body()
    names = f"Mayor {document.number}", f"{document.number}번 시장", f"{document.number}号市长"
    document.sheet.add("graph:reference", person, ("a", "md:Person"), *labels(names))
    document.add(
        f"post:{document.key}",
        "Post",
        (f"{names[0]} of {english}", f"{korean} {names[1]}", f"{chinese}{names[2]}"),
        ("md:holder", person),
        ("md:heldIn", body),
        *labels(("mayor", "시장", "市长"), "md:role"),
        ("md:evidence", document.next_line()),
        *dated(some_date(document.chance, document.year())),
    )


def _write_meeting(document: Document) -> None:
    others = [_other(document) for _ in range(3)]
    when = some_date(document.chance, document.year())
    document.add(
        f"event:{document.key}-meeting",
        "Conference",
        document.pair(others[0], "–", ("Conference", "회의", "会议"), when),
        ("md:host", document.city.body()),
        ("md:participant", document.city.iri),
        *[("md:participant", other.iri) for other in dict.fromkeys(others)],
        ("md:evidence", document.next_line()),
        *dated(when),
    )
