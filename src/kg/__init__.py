"""A knowledge graph of municipal diplomacy: checked, cited, linked and served."""

__version__ = "0.1.0"
