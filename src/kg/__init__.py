"""A knowledge graph of municipal diplomacy: checked, cited, linked and served."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.library import query as query

__all__ = ["__version__", "query"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Return `query` from its module when it is first used, so that `import kg` stays light."""
    if name == "query":
        from kg.library import query

        return query
    raise AttributeError(f"module 'kg' has no attribute '{name}'")
