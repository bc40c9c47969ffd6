"""What the documents of the synthetic world tell of ties: agreements, intents, partners."""

from world_documents import Document
from world_places import Place
from world_terms import Names, dated, labels, some_date, text, typed

_CURATION = "graph:curation"
_MISPRINT = ("A date is misprinted.", "날짜가 잘못 인쇄되었다.", "日期误印。")
_LEFT_OUT = ("The source leaves out the year.", "출처에 연도가 없다.", "来源未写年份。")
# By language of the document: type and word of ties, then of other instruments.
_TIES = {
    "en": (("en-friendship-city", "Friendship City Agreement"),),
    "ko": (("ko-uho-dosi", "우호도시 협정"),),
    "zh-Hans": (("zh-youhao-chengshi", "友好城市"), ("zh-youhao-hezuo-chengshi", "友好合作城市")),
}
_OTHERS = {
    "en": (("en-mou", "MOU"), ("en-friendship-cooperation", "Friendship and Cooperation")),
    "ko": (("ko-mou", "MOU"), ("ko-bimangnok", "우호교류 비망록"), ("ko-uihyangseo", "의향서")),
    "zh-Hans": (
        ("zh-beiwanglu", "备忘录"),
        ("zh-hezuo-xieyi", "合作协议"),
        ("zh-yixiangshu", "合作意向书"),
    ),
}
_AREAS = (
    "culture", "economy", "education", "environment", "tourism", "technology-innovation",
    "smart-city", "investment", "logistics", "arts-and-culture", "climate-change", "e-government",
)  # fmt: skip


def write_agreements(document: Document, number: int) -> None:
    """Write `number` agreements of the document's city, its list of partners, some intents."""
    latest: dict[int, str] = {}  # the last instrument with each partner
    for n in range(number):
        chance = document.chance
        if not latest or chance.random() < 0.6:
            other = document.atlas.partner(chance, document.number)
        else:
            other = chance.choice(document.partners)
        if other not in latest:
            document.partners.append(other)
            _write_listing(document, other)
        latest[other] = _write_agreement(document, n, other, latest.get(other))
        if chance.random() < 0.05:
            _write_intent(document, n, other)
    for n, other in enumerate(document.partners[:5]):
        _write_figures(document, n, document.place(other))


def _write_agreement(document: Document, n: int, other: int, before: str | None) -> str:
    chance, city, partner = document.chance, document.city, document.place(other)
    node = f"agreement:{document.key}-a{n}"
    draw = chance.random()
    channel = "executive" if before is None or draw < 0.5 else "council"
    ends = city, partner
    if before is not None and draw > 0.9:  # a tie of districts within tied cities
        mine, theirs = document.atlas.districts(document.number), document.atlas.districts(other)
        if mine and theirs:
            channel, ends = "executive", (chance.choice(mine), chance.choice(theirs))
    is_tie = channel == "executive" and chance.random() < 0.7
    type_, term = chance.choice((_TIES if is_tie else _OTHERS)[document.language])
    draw = chance.random()
    status = "signed" if draw < 0.95 else "exchanged" if draw < 0.97 else "signing-intended"
    edtf = some_date(chance, document.year())
    kind = "friendship tie" if is_tie else "agreement", "협정", "协议"
    names = zip(kind, ends[0].names, ends[1].names, strict=True)
    english, korean, chinese = (f"{k} ({term}): {a} – {b} ({edtf})" for k, a, b in names)
    school = before is not None and chance.random() < 0.02
    pairs = [
        ("md:agreementType", f"type:{type_}"),
        ("md:channel", f"channel:{'school' if school else channel}"),
        ("md:status", f"status:{status}"),
        ("md:sourceTerm", text(term, document.language)),
        ("md:listing", f"listing:{document.key}-p{other}"),
        ("md:evidence", document.next_line()),
    ]
    if not school:
        pairs += [("md:party", end.body(channel)) for end in ends]
        pairs.append(("md:partyBasis", f"basis:{'stated' if draw < 0.5 else 'inferred'}"))
    if chance.random() < 0.3:
        chosen = chance.sample(_AREAS, 2)
        pairs += [("md:area", f"area:{area}") for area in chosen]
    if chance.random() < 0.2:
        pairs += [("md:signedAt", chance.choice(ends).iri), ("md:method", "method:in-person")]
    if before is not None and chance.random() < 0.03:
        pairs += [("md:followUpOf", before), ("md:followUpBasis", "basis:stated")]
    amended = chance.random() < 0.02
    if amended:
        pairs.append(("md:dateAsWritten", text(f"misprinted {edtf}", document.language)))
        _write_amendment(document, node, edtf, (english, korean, chinese))
    else:
        pairs += dated(edtf)
    if chance.random() < 0.005:
        _write_claims(document, node, (english, korean, chinese))
    document.add(node, "Agreement", (english, korean, chinese), *pairs)
    return node


def _write_amendment(document: Document, node: str, edtf: str, names: Names) -> None:
    repaired = document.chance.random() < 0.5
    notes = _MISPRINT if repaired else _LEFT_OUT
    english, korean, chinese = names
    basis = "repaired" if repaired else "inferred"
    document.sheet.add(_CURATION, node, *dated(edtf, basis), *labels(notes, "md:dateNote"))
    document.sheet.add(
        _CURATION,
        f"amendment:{node.partition(':')[2]}",
        ("a", f"md:{'Repair' if repaired else 'Inference'}"),
        *labels((f"Reading: {english}", f"해석: {korean}", f"解读: {chinese}")),
        *labels(notes, "skos:editorialNote"),
        ("dct:creator", text("synthetic")),
        ("md:amends", node),
        ("md:amendedProperty", "md:edtf"),
        ("md:found", text(f"misprinted {edtf}")),
        ("md:replacement", text(edtf)),
        ("md:reviewedOn", text("2026-11-21")),
    )


def _write_claims(document: Document, node: str, names: Names) -> None:
    for n, state in enumerate(("stated", "external")):
        claim, edtf = f"claim:{node.partition(':')[2]}-{n}", some_date(document.chance, 1990 + n)
        english, korean, chinese = (f"{name}: {edtf}" for name in names)
        document.sheet.add(_CURATION, node, ("md:dateClaim", claim))
        date = [pair for pair in dated(edtf) if pair[0] != "md:dateBasis"]
        document.sheet.add(
            _CURATION,
            claim,
            ("a", "md:DateClaim"),
            *labels((english, korean, chinese)),
            ("md:claimedBy", f"source:{document.key}"),
            ("md:claimState", f"basis:{state}"),
            ("md:dateBasis", f"basis:{state}"),
            *date,
        )


def _write_listing(document: Document, other: int) -> None:
    partner, n = document.place(other), len(document.partners)
    english, korean, chinese = (f"{n}. {name}" for name in partner.names)
    document.add(
        f"listing:{document.key}-p{other}",
        "Listing",
        (english, korean, chinese),
        ("md:listedPlace", partner.iri),
        ("md:listPosition", typed(n)),
        ("md:evidence", document.next_line()),
    )


def _write_intent(document: Document, n: int, other: int) -> None:
    partner, edtf = document.place(other), some_date(document.chance, document.year())
    status = document.chance.choice(("proposed", "views-exchanged", "intent-confirmed"))
    document.add(
        f"intent:{document.key}-i{n}",
        "Intent",
        document.pair(partner, "–", ("intent", "의향", "意向"), edtf),
        ("md:status", f"status:{status}"),
        ("md:channel", "channel:council"),
        ("md:party", document.city.body("council")),
        ("md:party", partner.body("council")),
        ("md:partyBasis", "basis:stated"),
        ("md:evidence", document.next_line()),
        *dated(edtf),
    )


def _write_figures(document: Document, n: int, place: Place) -> None:
    """Write people, area and number of subdistricts of a partner."""
    proof, year = document.next_line(), str(document.chance.randint(2005, 2024))
    people = document.chance.randint(20, 9000) * 1000
    area = f"{document.chance.randint(50, 90_000) / 10:.1f}"
    for class_, what, pairs in (
        (
            "PopulationObservation",
            ("population", "인구", "人口"),
            (
                ("md:value", typed(people)),
                ("md:countMethod", "count-method:resident"),
                ("md:valueAsWritten", text(f"{people:,}", document.language)),
            ),
        ),
        (
            "AreaObservation",
            ("area", "면적", "面积"),
            (("md:value", typed(area, "decimal")), ("md:unit", text("km2"))),
        ),
        (
            "DivisionCount",
            ("subdistricts", "가도", "街道"),
            (("md:value", typed(people // 100_000 + 1)), ("md:counted", "counted:subdistrict")),
        ),
    ):
        english, korean, chinese = (f"{a}: {b}" for a, b in zip(place.names, what, strict=True))
        document.add(
            f"observation:{document.key}-o{n}-{class_.lower()}",
            class_,
            (english, korean, chinese),
            ("md:observedPlace", place.iri),
            ("md:evidence", proof),
            *pairs,
            *dated(year),
        )
