"""The names of everything: one base address, and the prefixes that every file of ours uses."""

from rdflib import Graph, Namespace
from rdflib.namespace import DCTERMS, FOAF, OWL, PROV, RDF, RDFS, SKOS, XSD

BASE = "https://w3id.org/municipal-diplomacy/"

# Every term, concept and entity is named in these, as BCP 47 writes them.
LANGUAGES = ("en", "ko", "zh-Hans")

MD = Namespace(BASE + "ontology#")
SHAPE = Namespace(BASE + "shape/")
GRAPH = Namespace(BASE + "graph/")
VOCABULARY = Namespace(BASE + "vocabulary/")
RELEASE = Namespace(BASE + "release/")

OA = Namespace("http://www.w3.org/ns/oa#")
WD = Namespace("http://www.wikidata.org/entity/")
GEO = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#")
GN = Namespace("https://sws.geonames.org/")
SH = Namespace("http://www.w3.org/ns/shacl#")
VANN = Namespace("http://purl.org/vocab/vann/")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
VOID = Namespace("http://rdfs.org/ns/void#")

# One prefix a kind of thing; the last part of its address is the prefix's own name.
_KINDS = (
    "agreement", "amendment", "body", "claim", "coverage", "delegation", "event", "evidence",
    "expected", "intent", "link", "listing", "name", "observation", "person", "place", "post",
    "series", "source", "unresolved",
)  # fmt: skip
_SCHEMES = (
    "admin-type", "area", "basis", "channel", "characteristic", "count-method", "counted",
    "direction",
    "granularity", "initiative", "item", "link-state", "method", "precision", "reliability",
    "status", "type",
)  # fmt: skip

ID = {kind: Namespace(f"{BASE}id/{kind}/") for kind in _KINDS}
CONCEPT = {scheme: Namespace(f"{VOCABULARY}{scheme}/") for scheme in _SCHEMES}

PREFIXES: dict[str, str] = {
    "md": str(MD),
    "shape": str(SHAPE),
    "graph": str(GRAPH),
    "release": str(RELEASE),
    **{kind: str(namespace) for kind, namespace in ID.items()},
    **{scheme: str(namespace) for scheme, namespace in CONCEPT.items()},
    "dct": str(DCTERMS),
    "foaf": str(FOAF),
    "dcat": str(DCAT),
    "geo": str(GEO),
    "gn": str(GN),
    "oa": str(OA),
    "org": "http://www.w3.org/ns/org#",
    "owl": str(OWL),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "schema": "http://schema.org/",
    "sh": str(SH),
    "skos": str(SKOS),
    "vann": str(VANN),
    "void": str(VOID),
    "wd": str(WD),
    "xsd": str(XSD),
}


def bind_prefixes(graph: Graph) -> Graph:
    """Return `graph` with our prefixes bound, and no others of rdflib's own choosing."""
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, override=True, replace=True)
    return graph
