"""The source documents of the synthetic world: their lines, their spellings, what they are."""

import hashlib
import random
from dataclasses import dataclass, field

from world_places import Atlas, Place
from world_terms import Names, Pair, Sheet, labels, text, typed

LANGUAGE_OF = ("ko", "zh-Hans", "en")


@dataclass
class Document:
    """One source document: whose it is, what was written of it so far, and its next line."""

    sheet: Sheet
    atlas: Atlas
    number: int
    chance: random.Random
    line: int = 0
    characters: int = 0
    partners: list[int] = field(default_factory=list)
    spellings: dict[str, tuple[Place, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = f"world-{self.number}"
        self.language = LANGUAGE_OF[self.number % 3]
        self.city = self.atlas.municipality(self.number)

    def add(self, subject: str, class_: str, names: Names, *pairs: Pair) -> None:
        """Write a node of this document."""
        self.sheet.add(
            f"graph:{self.key}",
            subject,
            ("a", f"md:{class_}"),
            *labels(names),
            ("dct:source", f"source:{self.key}"),
            *pairs,
        )

    def next_line(self) -> str:
        """Begin another line; return the address of the evidence for it."""
        self.line += 1
        start = self.characters + 4
        self.characters += self.chance.randint(30, 200)
        n, key = self.line, f"{self.key}-l{self.line}"
        english, korean, chinese = self.city.names
        self.add(
            f"evidence:{key}",
            "Evidence",
            (f"{english}, line {n}", f"{korean}, {n}번째 줄", f"{chinese}，第{n}行"),
            ("md:inSource", f"source:{self.key}"),
            ("md:line", typed(n)),
            ("oa:start", typed(start)),
            ("oa:end", typed(self.characters)),
            ("md:sha256", text(hashlib.sha256(key.encode()).hexdigest())),
        )
        return f"evidence:{key}"

    def place(self, number: int) -> Place:
        """Return municipality `number`."""
        return self.atlas.municipality(number)

    def year(self) -> int:
        """Return a year; late ones come more often."""
        return 2024 - int(60 * self.chance.random() ** 2)

    def pair(self, other: Place, mark: str, what: Names, when: str) -> Names:
        """Return names for something that joins this document's city and `other`."""
        both = zip(what, self.city.names, other.names, strict=True)
        english, korean, chinese = (f"{w}: {a} {mark} {b} ({when})" for w, a, b in both)
        return english, korean, chinese

    def write_end(self) -> None:
        """Write the document itself and the spellings that it uses."""
        for n, (spelling, (place, proof)) in enumerate(self.spellings.items()):
            english, korean, chinese = (f"{spelling} → {name}" for name in place.names)
            self.add(
                f"name:{self.key}-n{n}",
                "SurfaceForm",
                (english, korean, chinese),
                ("md:writtenAs", text(spelling, self.language)),
                ("md:denotes", place.iri),
                ("md:resolutionBasis", f"basis:{'curated' if n % 50 == 9 else 'stated'}"),
                ("md:evidence", proof),
            )
        english, korean, chinese = self.city.names
        graph, node = f"graph:{self.key}", f"source:{self.key}"
        self.sheet.add(
            graph,
            node,
            ("a", "md:SourceDocument"),
            *labels((f"{english}: exchanges", f"{korean}: 국제교류", f"{chinese}：国际交流")),
            ("dct:language", text(self.language)),
            ("dct:title", text(self.city.names[(1, 2, 0)[self.number % 3]], self.language)),
            ("dct:publisher", self.city.body()),
            ("md:focus", self.city.iri),
            ("md:ingestFirstLine", typed(1)),
            ("md:ingestLastLine", typed(max(1, self.line))),
            ("md:publishedOn", text("2026-01-15")),
            ("md:reliability", "reliability:official-publication"),
            ("md:sha256", text(hashlib.sha256(self.key.encode()).hexdigest())),
        )
