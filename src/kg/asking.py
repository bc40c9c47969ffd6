"""What `kg query` does: values, question and data found, and the answer in the form asked for."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from kg import guard
from kg.account import Account, account_of
from kg.canned import CannedQuery
from kg.commands import find_project
from kg.elsewhere import remote_store
from kg.errors import InputError
from kg.graphs import complete
from kg.growing import GrowingStore
from kg.headers import read_query
from kg.kept import KeptStore
from kg.queries import find_query, read_queries, run
from kg.reading import rdf_files, read_quads, read_text
from kg.release import Release, current_release
from kg.store import Store
from kg.syntaxes import GRAPH_FORMATS, RESULT_FORMATS
from kg.tables import text_table
from kg.takeaway import TAKEAWAYS, taken
from kg.values import text_of

FORMATS = ("table", *RESULT_FORMATS, *TAKEAWAYS, *GRAPH_FORMATS)


def asked(
    project: Path | None,
    name: str,
    parameters: Sequence[str],
    data: Sequence[Path],
    format_: str,
    remote: str | None = None,
) -> bytes:
    """Return the answer to the query `name` (of a file, where it ends in `.rq`) in `format_`.

    `parameters` are texts such as `city=Seoul`; `remote` are addresses of endpoints that hold the
    release. Raises InputError, NotFoundError, ParameterError, QueryError or LimitError.
    """
    values = _values(parameters)
    release = None if data else current_release(find_project(project))
    question = _question(name, project, release)
    store: Store
    if release and remote:
        store = remote_store(release, remote)
    else:
        store = KeptStore.open(release.store) if release else _loaded(data, question, project)
    if format_ in TAKEAWAYS:
        return _taken(format_, question, values, store, release)
    hidden: set[str] = set()
    if isinstance(question, CannedQuery):
        sparql = run(question, values, store).sparql
        hidden = {name for name, column in question.columns.items() if column.kind == "evidence"}
    elif values:
        raise InputError(f"{name} has no header, so it takes no parameters; put them in its text")
    else:
        sparql = question
    return _written(sparql, format_, store, hidden)


def _written(sparql: str, format_: str, store: Store, hidden: set[str]) -> bytes:
    kind = store.kind(sparql)
    if format_ == "table" and kind == "rows":
        return text_table(store.select(sparql), hidden).encode()
    fitting: Sequence[str] = list(GRAPH_FORMATS if kind == "graph" else RESULT_FORMATS)
    if format_ == "table":
        format_ = "turtle" if kind == "graph" else "tsv"
    if format_ not in fitting:
        raise InputError(f"{format_} cannot hold this answer; want one of {', '.join(fitting)}")
    return store.write(sparql, format_) + (b"\n" if kind == "truth" else b"")


def _taken(
    format_: str,
    question: CannedQuery | str,
    values: Mapping[str, str],
    store: Store,
    release: Release | None,
) -> bytes:
    """Return the answer in a form to take away; a calendar looks ahead from this year."""
    if isinstance(question, str):
        raise InputError(f"{format_} needs titles of columns; give the query a header")
    identifier = release.id if release else "–"  # files of one's own are no release
    licence = release.description.get("licence", "") if release else ""

    def ask(values: Mapping[str, str]) -> Account:
        answer = run(question, values, store)
        language = text_of(answer.terms.get("lang")) or "en"
        return account_of(answer, store, language, release=identifier, licence=licence)

    return taken(format_, question, values, ask, date.today().year)


def _values(parameters: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for text in parameters:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"-p {text}: want NAME=VALUE, such as -p city=Seoul")
        if name in values:
            raise InputError(f"parameter '{name}' is given twice; give it once")
        values[name] = value
    return values


def _loaded(
    data: Sequence[Path], question: CannedQuery | str, project: Path | None
) -> GrowingStore:
    """Return the files in memory: as they are, or complete where a canned query asks them."""
    store = GrowingStore.of(quad for path in rdf_files(list(data)) for quad in read_quads(path))
    if isinstance(question, CannedQuery):
        complete(store, find_project(project))
    return store


def _question(name: str, project: Path | None, release: Release | None) -> CannedQuery | str:
    """Return the canned query called `name`, or the text of a file without a header."""
    if not name.endswith(".rq"):
        folder = release.queries if release else find_project(project).queries
        return find_query(read_queries(folder), name)
    path = Path(name)
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a FILE.rq or the name of a canned query")
    text = read_text(path)
    guard.check(text)  # a query asks the data at hand, here as on the endpoint
    return read_query(path) if text.lstrip().startswith("#+") else text
