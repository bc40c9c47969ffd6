"""The release described for data catalogues: DCAT 3, a distribution for each file."""

from rdflib import DCTERMS, RDF, XSD, Graph, Literal, Namespace, URIRef

from kg.namespaces import BASE, DCAT, RELEASE, bind_prefixes
from kg.release import Release

_SPDX = Namespace("http://spdx.org/rdf/terms#")
_MEDIA = "https://www.iana.org/assignments/media-types/"


def catalogue(release: Release, titles: dict[str, str], words: dict[str, str]) -> Graph:
    """Return the description of `release`: title by language, licence, files with checksums.

    `words` tell what each form of file is good for, by its name.
    """
    graph = bind_prefixes(Graph())
    graph.bind("spdx", _SPDX)
    node = RELEASE[release.id]
    graph.add((node, RDF.type, DCAT.Dataset))
    graph.add((node, DCTERMS.identifier, Literal(release.id)))
    graph.add((node, DCAT.landingPage, URIRef(BASE)))
    for language, title in titles.items():
        graph.add((node, DCTERMS.title, Literal(title, lang=language)))
    licence = release.description.get("licence")
    if licence:
        graph.add((node, DCTERMS.license, URIRef(licence)))
    if release.description.get("version"):
        graph.add((node, DCAT.version, Literal(release.description["version"])))
    for dump in release.description.get("dumps", []):
        file = URIRef(f"{BASE}downloads/{dump['file']}")
        checksum = URIRef(f"{file}#checksum")
        graph.add((node, DCAT.distribution, file))
        graph.add((file, RDF.type, DCAT.Distribution))
        graph.add((file, DCTERMS.title, Literal(dump["file"])))
        graph.add((file, DCTERMS.description, Literal(words.get(dump["format"], dump["format"]))))
        graph.add((file, DCAT.downloadURL, file))
        graph.add((file, DCAT.mediaType, URIRef(_MEDIA + dump["mediaType"])))
        graph.add((file, DCAT.byteSize, Literal(dump["bytes"], datatype=XSD.nonNegativeInteger)))
        graph.add((file, _SPDX.checksum, checksum))
        graph.add((checksum, RDF.type, _SPDX.Checksum))
        graph.add((checksum, _SPDX.algorithm, _SPDX.checksumAlgorithm_sha256))
        graph.add((checksum, _SPDX.checksumValue, Literal(dump["sha256"], datatype=XSD.hexBinary)))
        if licence:
            graph.add((file, DCTERMS.license, URIRef(licence)))
    return graph
