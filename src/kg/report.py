"""What a validation found: as text to read, as JSON, and as a SHACL validation report."""

import typing
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path as File

from rdflib import RDF, RDFS, SH, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.paths import Path
from rdflib.term import Node

from kg.namespaces import PREFIXES, bind_prefixes
from kg.paths import path_text, write_path

SEVERITIES = ("Violation", "Warning", "Info")

_WORDS = {
    "en": {
        "Violation": "Violation",
        "Warning": "Warning",
        "Info": "Info",
        "line": "document line",
        "shared": "no source of its own",
        "holds": "The data conform: no violations.",
        "fails": "The data do not conform: mend the violations and run the command again.",
        "checked": "The whole-graph checks find no violations.",
        "part": "Only they were run: the shapes were not held, so whether the data conform is "
        "not known.",
    },
    "ko": {
        "Violation": "위반",
        "Warning": "경고",
        "Info": "참고",
        "line": "문서 줄",
        "shared": "출처 없음",
        "holds": "데이터가 규칙에 맞습니다. 위반이 없습니다.",
        "fails": "데이터가 규칙에 맞지 않습니다. 위반을 고치고 명령을 다시 실행하세요.",
        "checked": "그래프 전체 검사에서는 위반이 없습니다.",
        "part": "이 검사만 했습니다. SHACL 형태(shapes)는 검사하지 않았으므로 데이터가 규칙에 "
        "맞는지는 알 수 없습니다.",
    },
    "zh-Hans": {
        "Violation": "违规",
        "Warning": "警告",
        "Info": "提示",
        "line": "文件行号",
        "shared": "没有自己的来源",
        "holds": "数据符合规则，没有违规。",
        "fails": "数据不符合规则：请改正违规之处，然后重新运行命令。",
        "checked": "全图检查没有发现违规。",
        "part": "只运行了全图检查，没有检查 SHACL 形状（shapes），因此不知道数据是否符合规则。",
    },
}


@dataclass(frozen=True)
class Result:
    """One finding: which node breaks which shape, and what to do about it by language.

    `rule` is the shape's notation ("S04"), `source` and `line` say where the node comes from,
    `labels` are its names by language; `component` is the SHACL constraint component.
    """

    focus: Node
    path: URIRef | Path | None
    value: Node | None
    severity: str
    shape: URIRef
    rule: str
    messages: Mapping[str, str]
    source: URIRef | None = None
    line: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    component: URIRef = SH.SPARQLConstraintComponent

    def order(self) -> tuple[object, ...]:
        """Return the key that sorts results: by source, line, node, rule, then all that differs."""
        parts = (self.shape, path_text(self.path), self.value, self.component)
        texts = (*(str(part or "") for part in parts), *sorted(self.messages.items()))
        nowhere = (self.source is None, str(self.source), self.line or 0)
        return (*nowhere, str(self.focus), self.rule, *texts)


@dataclass(frozen=True)
class Report:
    """All results in a fixed order.

    `files` tells in which folder a source is edited, or in which file a subject stands. With
    `checks_only` no shapes were held, and each form of the report says so.
    """

    results: tuple[Result, ...]
    files: Mapping[URIRef, File] = field(default_factory=dict, compare=False)
    checks_only: bool = False

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings and notes are allowed."""
        return not any(result.severity == "Violation" for result in self.results)

    @property
    def _is_known(self) -> bool:
        return not (self.checks_only and self.conforms)

    @property
    def counts(self) -> dict[str, int]:
        """The number of results by severity."""
        counted = Counter(result.severity for result in self.results)
        return {severity: counted[severity] for severity in SEVERITIES}

    def to_text(self, language: str = "en") -> str:
        """Return the report to read, grouped by source, messages in `language` or else English."""
        words = _WORDS.get(language, _WORDS["en"])
        blocks = []
        for source, group in groupby(self.results, lambda result: result.source):
            lines = [self._heading(source, words)]
            for result in group:
                file = self.files.get(URIRef(str(result.focus)))
                spot = f"{file}: " if file else ""
                spot += f"{words['line']} {result.line}: " if result.line else ""
                label = _in_language(result.labels, language)
                name = f"{label} <{curie(result.focus)}>" if label else f"<{curie(result.focus)}>"
                lines.append(f"  {spot}{words[result.severity]} {result.rule} {name}".rstrip())
                lines.append(f"    {_in_language(result.messages, language)}")
            blocks.append("\n".join(lines))
        counted = ", ".join(f"{words[severity]} {n}" for severity, n in self.counts.items())
        blocks.append(f"{counted}. {self._verdict(words)}")
        return "\n\n".join(blocks) + "\n"

    def _verdict(self, words: Mapping[str, str]) -> str:
        if not self.checks_only:
            return words["holds" if self.conforms else "fails"]
        return f"{words['checked' if self.conforms else 'fails']} {words['part']}"

    def _heading(self, source: URIRef | None, words: Mapping[str, str]) -> str:
        if source is None:
            return words["shared"]
        name = curie(source).removeprefix("source:")
        return f"{name} ({self.files[source]})" if source in self.files else name

    def to_json(self) -> dict[str, typing.Any]:
        """Return the report as plain values, ready for `json.dumps`; the same on any machine.

        Where only checks were run and hold, `conforms` is None: it is not known.
        """
        told = {"partial": _WORDS["en"]["part"]} if self.checks_only else {}
        return {
            **told,
            "conforms": self.conforms if self._is_known else None,
            "counts": self.counts,
            "results": [
                {
                    "rule": result.rule,
                    "severity": result.severity,
                    "shape": str(result.shape),
                    "focus": _json_term(result.focus),
                    "label": dict(result.labels),
                    "path": path_text(result.path),
                    "value": _json_term(result.value),
                    "source": result.source and str(result.source),
                    "line": result.line,
                    "message": dict(result.messages),
                }
                for result in self.results
            ],
        }

    def to_graph(self) -> Graph:
        """Return the report as SHACL defines it (section 3.6), with the rules as notations.

        Where only checks were run and hold, it has no sh:conforms: it is not known.
        """
        graph = bind_prefixes(Graph())
        report = BNode("report")
        graph.add((report, RDF.type, SH.ValidationReport))
        if self._is_known:
            graph.add((report, SH.conforms, Literal(self.conforms)))
        if self.checks_only:
            for language, words in _WORDS.items():
                graph.add((report, RDFS.comment, Literal(words["part"], lang=language)))
        for number, result in enumerate(self.results, 1):
            node = BNode(f"result{number:06d}")
            graph.add((report, SH.result, node))
            graph.add((node, RDF.type, SH.ValidationResult))
            graph.add((node, SH.focusNode, result.focus))
            graph.add((node, SH.resultSeverity, SH[result.severity]))
            graph.add((node, SH.sourceShape, result.shape))
            graph.add((node, SH.sourceConstraintComponent, result.component))
            if result.rule:
                graph.add((node, SKOS.notation, Literal(result.rule)))
            if result.path is not None:
                graph.add((node, SH.resultPath, write_path(graph, result.path, f"{node}p")))
            if result.value is not None:
                graph.add((node, SH.value, result.value))
            for language, text in result.messages.items():
                graph.add((node, SH.resultMessage, Literal(text, lang=language or None)))
        return graph


def curie(term: Node) -> str:
    """Return `term` for people: a short name with our prefix, or a literal's text."""
    if isinstance(term, URIRef):
        for prefix, namespace in PREFIXES.items():
            if term.startswith(namespace) and len(term) > len(namespace):
                return f"{prefix}:{term[len(namespace) :]}"
    return str(term)


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _json_term(term: Node | None) -> dict[str, str] | None:
    """Return a term as SPARQL 1.1 Query Results JSON writes it."""
    if term is None:
        return None
    if not isinstance(term, Literal):
        return {"type": "bnode" if isinstance(term, BNode) else "uri", "value": str(term)}
    found = {"type": "literal", "value": str(term)}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype and term.datatype != XSD.string:
        found["datatype"] = str(term.datatype)
    return found
