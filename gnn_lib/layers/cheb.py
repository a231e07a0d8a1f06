"""ChebConv: a filter on the graph's spectrum, made of sums over neighbours only.

A filter g keeps some frequencies of a signal and damps others: g(L) x, with L the Laplacian. Its exact
form needs every eigenvector. A polynomial of L needs none: L x is one sum over the neighbours, so a
polynomial of degree K - 1 reaches K - 1 steps far and costs K - 1 sums. Chebyshev's polynomials T_k are the
ones that stay tame on [-1, 1], which is where the eigenvalues of the rescaled L̂ lie.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.aggregate import aggregate
from gnn_lib.layers.common import add_bias, check_batch, check_width, glorot_linear
from gnn_lib.message_passing import MessagePassing
from gnn_lib.validate import check_ids


class ChebConv(MessagePassing):
    """x' = sum over k < K of T_k(L̂)ᵀ x W_kᵀ + b, with L̂ = 2 L / lambda_max - I.

    T_0(L̂) = I, T_1(L̂) = L̂, T_k(L̂) = 2 L̂ T_(k-1)(L̂) - T_(k-2)(L̂). L leaves self-loops out; D holds the
    out-degrees. normalization: "sym" (L = I - D^-1/2 A D^-1/2), "rw" (I - D^-1 A) or None (D - A).

    Defferrard, Bresson & Vandergheynst, 2016. x [N, in] -> [N, out]; edge_weight [E]; lambda_max a
    number, or [G] with batch [N]. Without it, twice the largest entry of L: a bound that needs no
    eigenvalues, 2 if L is normalised. It is taken graph by graph where `batch` says which is which.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        K: int,
        normalization: str | None = "sym",
        bias: bool = True,
    ) -> None:
        super().__init__(aggr="sum")
        if K < 1:
            raise ValueError(f"K is the number of terms of the polynomial, so 1 or more; got {K}.")
        if normalization not in ("sym", "rw", None):
            raise ValueError(f"normalization must be 'sym', 'rw' or None, got {normalization!r}.")
        self.in_channels, self.out_channels = in_channels, out_channels
        self.normalization = normalization
        self.lins = nn.ModuleList(glorot_linear(in_channels, out_channels) for _ in range(K))
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None

    def forward(
        self,
        x: Tensor,
        edges: Tensor | Adjacency,
        edge_weight: Tensor | None = None,
        batch: Tensor | None = None,
        lambda_max: Tensor | float | None = None,
    ) -> Tensor:
        adjacency = self.prepare(edges, x, edge_weight)
        check_width(x, self.in_channels)
        batch = None if batch is None else check_batch(batch, x)
        if len(self.lins) == 1:  # T_0 alone: no neighbours
            return add_bias(self.lins[0](x), self.bias)
        adjacency, edge_weight = self._scaled(adjacency, edge_weight, x.dtype, batch, lambda_max)
        terms = self._clenshaw if self.out_channels < self.in_channels else self._chebyshev
        return add_bias(terms(adjacency, x, edge_weight), self.bias)

    def _chebyshev(self, adjacency: Adjacency, x: Tensor, weight: Tensor | None) -> Tensor:
        """The recursion as it is written down: K - 1 sums, each as wide as x."""
        before, now = x, x
        out: Tensor = self.lins[0](x)
        for k, lin in enumerate(self.lins[1:], start=1):
            then = self.propagate(adjacency, now, weight)
            before, now = now, then if k == 1 else 2 * then - before
            out = out + lin(now)
        return out

    def _clenshaw(self, adjacency: Adjacency, x: Tensor, weight: Tensor | None) -> Tensor:
        """The same polynomial from its other end (Clenshaw, 1955): K - 1 sums as wide as the result.

        b_k = x W_kᵀ + 2 L̂ b_(k+1) - b_(k+2), and the polynomial is x W_0ᵀ + L̂ b_1 - b_2.
        """
        W = torch.cat(list(self.lins.parameters()))
        first, *rest = F.linear(x, W).chunk(len(self.lins), dim=1)
        now, after = rest.pop(), torch.zeros_like(first)
        for term in reversed(rest):
            now, after = term + 2 * self.propagate(adjacency, now, weight) - after, now
        return first + self.propagate(adjacency, now, weight) - after

    def _scaled(
        self,
        adjacency: Adjacency,
        weight: Tensor | None,
        dtype: torch.dtype,
        batch: Tensor | None,
        lambda_max: Tensor | float | None,
    ) -> tuple[Adjacency, Tensor | None]:
        """L̂ as edges and their weights; where nothing but the edges counts, constants kept with them."""
        if weight is None and batch is None and lambda_max is None:

            def scale() -> Adjacency:
                looped, entries = _laplacian(adjacency, None, dtype, self.normalization)
                return looped.weighted(_rescale(looped, entries, 2 * _largest(entries)))

            return adjacency.derive(("chebyshev", dtype, self.normalization), scale), None
        looped, entries = _laplacian(adjacency, weight, dtype, self.normalization)
        bound = _bound(looped, entries, batch, lambda_max)
        return looped, _rescale(looped, entries, bound)


def _laplacian(
    adjacency: Adjacency, weight: Tensor | None, dtype: torch.dtype, normalization: str | None
) -> tuple[Adjacency, Tensor]:
    """The entries of L that are not 0: one for each edge between two nodes, then the diagonal."""
    looped, between = adjacency.with_self_loops(), adjacency.sources != adjacency.targets
    weight = adjacency.weight if weight is None else weight
    w = torch.ones_like(between, dtype=dtype) if weight is None else weight.to(dtype)
    w = w[between]
    sources, targets = looped.edge_index[:, : w.numel()]
    degree = w.new_zeros(looped.num_sources).index_add(0, sources, w)
    if normalization is None:
        return looped, torch.cat([-w, degree])
    inverse = degree.masked_fill(degree == 0, torch.inf)
    if normalization == "rw":
        w = w / inverse[sources]
    else:
        scale = inverse.pow(-0.5)
        w = scale[sources] * w * scale[targets]
    return looped, torch.cat([-w, torch.ones_like(degree)])


def _bound(
    looped: Adjacency, entries: Tensor, batch: Tensor | None, lambda_max: Tensor | float | None
) -> Tensor:
    """lambda_max, one for all ([]) or one for each edge ([E'])."""
    if lambda_max is None:
        return 2 * (_largest(entries) if batch is None else _largest_by_graph(looped, entries, batch))
    bound = torch.as_tensor(lambda_max, dtype=entries.dtype, device=entries.device)
    if bound.numel() == 1:
        return bound.reshape(())
    if batch is None or bound.dim() != 1:
        raise ValueError(
            f"lambda_max must be one number, or [G] together with batch; got {list(bound.shape)}"
            f"{' without batch' if batch is None else ''}."
        )
    check_ids(batch, bound.numel(), "batch", "graphs in lambda_max")
    return bound[batch[looped.sources]]


def _largest(entries: Tensor) -> Tensor:
    return entries.max() if entries.numel() else entries.new_zeros(())


def _largest_by_graph(looped: Adjacency, entries: Tensor, batch: Tensor) -> Tensor:
    """For each edge, the largest entry of L within its graph."""
    num_graphs = int(batch.max()) + 1 if batch.numel() else 0
    home = batch[looped.sources]
    edges = torch.arange(entries.numel(), device=entries.device)
    membership = Adjacency(torch.stack([edges, home]), entries.numel(), num_graphs)
    return aggregate(membership, entries, "max")[home]


def _rescale(looped: Adjacency, entries: Tensor, bound: Tensor) -> Tensor:
    """The entries of 2 L / bound - I. Where L is 0, so is its bound, and 2 L / bound too."""
    diagonal = looped.sources == looped.targets
    return 2 * entries / bound.masked_fill(bound == 0, torch.inf) - diagonal.to(entries.dtype)
