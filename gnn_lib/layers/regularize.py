"""What keeps a deep network from smoothing everything away.

- `drop_edge`: in training, leave out some edges, others in each step (Rong et al., 2020).
- `PairNorm`: keep the total distance between nodes constant (Zhao and Akoglu, 2020).
- `JumpingKnowledge`: let the last layer see all layers, near and far (Xu et al., 2018).
- `Residual`: add what came in to what goes out (He et al., 2016).
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from gnn_lib.edges import select_edges
from gnn_lib.graph import Graph
from gnn_lib.hashing import mix64, uniform
from gnn_lib.layers.common import glorot_linear
from gnn_lib.validate import check_choice, check_edge_index, check_probability, check_rows

Edges = TypeVar("Edges", Graph, Tensor)


def drop_edge(
    edges: Edges,
    p: float = 0.5,
    training: bool = True,
    undirected: bool = False,
    generator: torch.Generator | None = None,
) -> Edges:
    """The edges, each left out with probability p; all of them when not training.

    edges: a Graph (what its edges carry goes with them) or edge_index [2, E]. undirected: i -> j and
    j -> i stay or go together, and so do copies of an edge. The rest keeps its order and its weight:
    a layer that normalises does so over what is left.

    >>> edges = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
    >>> drop_edge(edges, p=0.5, undirected=True, generator=torch.Generator().manual_seed(0)).tolist()
    [[1, 2], [2, 1]]
    """
    check_probability(p, "p")
    edge_index = edges.edge_index if isinstance(edges, Graph) else check_edge_index(edges, name="edges")
    if not training or p == 0:
        return edges
    kept = _coins(edge_index, undirected, generator) >= p
    return select_edges(edges, kept) if isinstance(edges, Graph) else edges[:, kept]


def _coins(edge_index: Tensor, undirected: bool, generator: torch.Generator | None) -> Tensor:
    """A number in [0, 1) for each edge, [E]; the same for both directions of a pair if undirected."""
    where = edge_index.device if generator is None else generator.device
    if not undirected:
        return torch.rand(edge_index.size(1), generator=generator, device=where).to(edge_index.device)
    seed = torch.randint(-(2**63), 2**63 - 1, (), generator=generator, device=where).to(edge_index.device)
    # Hashing the pair finds its two directions without a search: equal pairs, equal coins.
    return uniform(mix64(edge_index.amin(0) + seed) + edge_index.amax(0))


class PairNorm(nn.Module):
    """Centre the features, and scale them so that the mean squared length of a node is s².

    x̂_i = s (x_i - x̄) / sqrt( mean over j of ‖x_j - x̄‖² + eps ), and with `scale_individually`
    x̂_i = s (x_i - x̄) / ( ‖x_i - x̄‖ + eps ). In a batch, means run over each graph by itself.

    x [N, F] -> [N, F]; batch [N], with batch_size the number of graphs (else read off the batch).
    """

    def __init__(self, scale: float = 1.0, scale_individually: bool = False, eps: float = 1e-5) -> None:
        super().__init__()
        self.scale, self.scale_individually, self.eps = scale, scale_individually, eps

    def forward(self, x: Tensor, batch: Tensor | None = None, batch_size: int | None = None) -> Tensor:
        if batch is not None:
            check_rows(batch, len(x), "batch", "node")
        x = x - _mean(x, batch, batch_size)
        if self.scale_individually:
            length: Tensor = self.eps + torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        else:
            squares = x.square().sum(-1, keepdim=True)
            length = (self.eps + _mean(squares, batch, batch_size)).sqrt()
        return self.scale * x / length

    def extra_repr(self) -> str:
        return f"scale={self.scale}, scale_individually={self.scale_individually}"


def _mean(x: Tensor, batch: Tensor | None, batch_size: int | None) -> Tensor:
    """For each node, the mean over its graph: [N, F], or [1, F] where there is one graph."""
    if batch is None:
        return x.mean(0, keepdim=True)
    count = batch.bincount(minlength=batch_size or 0)
    total = x.new_zeros(len(count), x.size(1)).index_add(0, batch, x)
    return (total / count.clamp(min=1)[:, None])[batch]


class JumpingKnowledge(nn.Module):
    """One representation [N, *] out of those of all layers, [N, F] each.

    "cat": side by side, [N, sum of the widths]. "max": the largest in each channel, [N, F]. "lstm": the
    sum over layers of a_t x_t, where a (softmax over layers, for each node by itself) is read off a
    bidirectional LSTM that runs through the layers; give it `channels` (F) and `num_layers`.
    """

    def __init__(self, mode: str, channels: int | None = None, num_layers: int | None = None) -> None:
        super().__init__()
        self.mode = mode.lower()
        check_choice(self.mode, ("cat", "max", "lstm"), "mode")
        self.channels, self.num_layers = channels, num_layers
        self.lstm: nn.LSTM | None = None
        self.att: nn.Linear | None = None
        if self.mode == "lstm":
            if channels is None or num_layers is None:
                raise ValueError('mode "lstm" needs channels and num_layers: the width and number of layers.')
            hidden = num_layers * channels // 2
            self.lstm = nn.LSTM(channels, hidden, bidirectional=True, batch_first=True)
            self.att = nn.Linear(2 * hidden, 1)

    def forward(self, xs: Sequence[Tensor]) -> Tensor:
        if len(xs) == 0:
            raise ValueError("xs is empty: give the output of at least one layer.")
        if self.mode == "cat":
            return torch.cat(list(xs), dim=-1)
        if len({x.shape for x in xs}) > 1:
            shapes = ", ".join(str(list(x.shape)) for x in xs)
            raise ValueError(f'mode "{self.mode}" needs layers of one shape, got {shapes}; "cat" takes any.')
        if self.lstm is None or self.att is None:
            return torch.stack(list(xs), dim=-1).max(dim=-1).values
        x = torch.stack(list(xs), dim=1)  # [N, layers, F]
        weight: Tensor = self.att(self.lstm(x)[0]).softmax(dim=1)  # [N, layers, 1]
        return (x * weight).sum(dim=1)

    def extra_repr(self) -> str:
        sizes = f", channels={self.channels}, num_layers={self.num_layers}" if self.mode == "lstm" else ""
        return f"{self.mode!r}{sizes}"


class Residual(nn.Module):
    """out = skip(x) + module(x, ...): the module only has to learn what to change.

    skip is the identity. Where the module changes the width, say so with `in_channels` and
    `out_channels`, and skip is x Wᵀ.

    >>> Residual(nn.Linear(4, 4))(torch.ones(2, 4)).shape
    torch.Size([2, 4])
    >>> Residual(nn.Linear(4, 3), in_channels=4, out_channels=3)(torch.ones(2, 4)).shape
    torch.Size([2, 3])
    """

    def __init__(
        self, module: nn.Module, in_channels: int | None = None, out_channels: int | None = None
    ) -> None:
        super().__init__()
        if (in_channels is None) != (out_channels is None):
            raise ValueError("Give both in_channels and out_channels, or neither if the width stays.")
        self.module = module
        self.skip: nn.Module = nn.Identity()
        if in_channels is not None and out_channels is not None and in_channels != out_channels:
            self.skip = glorot_linear(in_channels, out_channels)

    def forward(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        carried: Tensor = self.skip(x)
        change: Tensor = self.module(x, *args, **kwargs)
        if carried.shape != change.shape:  # or it would broadcast without a word
            raise ValueError(
                f"The module turns {list(x.shape)} into {list(change.shape)}, which can't be added to "
                f"{list(carried.shape)}: set in_channels={x.size(-1)} and out_channels={change.size(-1)}."
            )
        return carried + change
