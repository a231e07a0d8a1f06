"""Three kinds of questions: about nodes, about links, about whole graphs."""

from gnn_lib.tasks.base import Score, Split, Task, cross_entropy, evaluating
from gnn_lib.tasks.graphs import GraphTask
from gnn_lib.tasks.links import LinkTask, dot_product
from gnn_lib.tasks.nodes import NodeTask

__all__ = [
    "GraphTask",
    "LinkTask",
    "NodeTask",
    "Score",
    "Split",
    "Task",
    "cross_entropy",
    "dot_product",
    "evaluating",
]
