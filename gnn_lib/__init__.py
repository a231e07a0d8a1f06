"""Graph neural networks in plain PyTorch, with a heart that can be read in an evening.

The heart can be had from here (`from gnn_lib import Graph, MessagePassing`); everything else from the
module that it lives in (`from gnn_lib.layers import GCNConv`), or as `gnn_lib.layers.GCNConv`: a module
is loaded when it is first asked for.
"""

import importlib
from pkgutil import iter_modules
from types import ModuleType

from gnn_lib.adjacency import Adjacency, prepare
from gnn_lib.graph import Graph
from gnn_lib.message_passing import MessagePassing

__version__ = "0.1.0"
__all__ = ["Adjacency", "Graph", "MessagePassing", "prepare"]

_MODULES = frozenset(m.name for m in iter_modules(__path__) if not m.name.startswith("_"))


def __getattr__(name: str) -> ModuleType:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"gnn_lib has no {name!r}. Its modules: {', '.join(sorted(_MODULES))}.")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
