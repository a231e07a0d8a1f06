"""One hop of a sample in the playground of sampling.py: who is drawn, by the learner's code or ours."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gnn_lib.widgets.attempt import attempt


class Batch(NamedTuple):
    """What has been sampled: nodes [n] and edges [2, e] in old ids, local [2, e] in new ones.

    sizes: how many nodes were new in each hop, first the seeds.
    """

    nodes: Tensor
    edges: Tensor
    local: Tensor
    sizes: tuple[int, ...]

    @property
    def fresh(self) -> Tensor:
        return self.nodes[len(self.nodes) - self.sizes[-1] :]


def begin(seeds: list[int]) -> Batch:
    none = torch.empty(2, 0, dtype=torch.int64)
    return Batch(torch.tensor(seeds, dtype=torch.int64), none, none, (len(seeds),))


def draw_inbox(indptr: Tensor, indices: Tensor, nodes: Tensor, u: Tensor) -> Tensor:
    """K senders for each node, with replacement; -1 where there is nobody."""
    count = (indptr[nodes + 1] - indptr[nodes])[:, None]
    place = torch.where(count > 0, indptr[nodes][:, None] + (u * count).long(), len(indices))
    return torch.cat([indices, torch.tensor([-1])])[place]


def renumber(seeds: Tensor, edge_index: Tensor) -> tuple[Tensor, Tensor]:
    """The seeds first, then all others by their old ids; and the edges in these numbers."""
    others = sorted({*edge_index.flatten().tolist()} - {*seeds.tolist()})
    nodes = torch.tensor([*seeds.tolist(), *others], dtype=torch.int64)
    new = {node: number for number, node in enumerate(nodes.tolist())}
    local = [[new[node] for node in row] for row in edge_index.tolist()]
    return nodes, torch.tensor(local, dtype=torch.int64).reshape(2, -1)


def one_hop(
    batch: Batch, csr: tuple[Tensor, Tensor], u: Tensor,
    draw: Callable[..., Any] | None, number: Callable[..., Any] | None,
) -> tuple[Batch | None, str]:  # fmt: skip
    """The batch, grown by a hop, and what there is to say. None if a function failed."""
    fresh, N = batch.fresh, len(csr[0]) - 1
    drawn = attempt(draw, draw_inbox, indptr=csr[0], indices=csr[1], nodes=fresh, u=u)
    if drawn.value is None:
        return None, drawn.message
    heard = drawn.value.long()
    if ((heard < -1) | (heard >= N)).any():
        strange = heard[(heard < -1) | (heard >= N)][0].item()
        return None, f"<p>You drew {strange}: ids are from 0 to {N - 1}, and -1 stands for nobody.</p>"
    more = torch.stack([heard.flatten(), fresh.repeat_interleave(u.size(1))])
    edges = torch.cat([batch.edges, more[:, more[0] >= 0]], dim=1)
    new = attempt(number, renumber, seeds=batch.nodes, edge_index=edges)
    if new.values is None:
        return None, drawn.message + new.message
    nodes, local = (value.long() for value in new.values.values())
    message = drawn.message + new.message + _where_wrong(drawn.agrees(), fresh)
    if any(not torch.equal(new.values[name], right) for name, right in new.reference.items()):
        nodes, local = (value.long() for value in new.reference.values())
        message += "<p>Your new numbers are not the library's: the picture has the library's.</p>"
    return Batch(nodes, edges, local, (*batch.sizes, len(nodes) - len(batch.nodes))), message


def _where_wrong(agrees: Tensor, nodes: Tensor) -> str:
    wrong = nodes[~agrees.all(1)].tolist()
    if not wrong:
        return ""
    told = ", ".join(map(str, wrong[:5])) + (", ..." if len(wrong) > 5 else "")
    return f"<p>With the same u, the library draws others for {told}.</p>"
