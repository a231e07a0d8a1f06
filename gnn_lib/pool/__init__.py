"""Pooling: from nodes to whole graphs, at once or step by step."""

from gnn_lib.pool.dense import from_dense_batch, to_dense_adj, to_dense_batch
from gnn_lib.pool.diffpool import DiffPool, DiffPooled, dense_diff_pool
from gnn_lib.pool.global_pool import (
    AttentionalAggregation,
    global_add_pool,
    global_max_pool,
    global_mean_pool,
)
from gnn_lib.pool.select import SelectTopK, top_k
from gnn_lib.pool.topk import Pooled, SAGPooling, TopKPooling

__all__ = [
    "AttentionalAggregation",
    "DiffPool",
    "DiffPooled",
    "Pooled",
    "SAGPooling",
    "SelectTopK",
    "TopKPooling",
    "dense_diff_pool",
    "from_dense_batch",
    "global_add_pool",
    "global_max_pool",
    "global_mean_pool",
    "to_dense_adj",
    "to_dense_batch",
    "top_k",
]
