"""What the library says when it is handed something it can't use.

Every check raises a TypeError (wrong kind) or a ValueError (wrong value) that names the argument,
shows what it was, and says what it should be. The checks that read data are cheap: they run when
edges are prepared or a graph is built, never inside a layer's inner loop.
"""

import torch
from torch import Tensor


def describe(value: object) -> str:
    """A value in a few words, fit for an error message.

    >>> describe(torch.zeros(2, 3))
    'a torch.float32 tensor of shape [2, 3]'
    >>> describe([1, 2])
    'list [1, 2]'
    """
    if isinstance(value, Tensor):
        return f"a {value.dtype} tensor of shape {list(value.shape)}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def check_tensor(value: object, name: str) -> Tensor:
    """`value` if it is a tensor; a TypeError that says how to make one if not."""
    if isinstance(value, Tensor):
        return value
    raise TypeError(
        f"{name} must be a torch.Tensor, got {describe(value)}. "
        "torch.as_tensor(...) turns lists and NumPy arrays into one."
    )


def check_ids(ids: Tensor, bound: int, name: str, counted: str) -> None:
    """Every entry of `ids` must lie in 0 .. bound - 1."""
    if ids.numel() == 0:
        return
    low, high = (int(end) for end in torch.aminmax(ids))
    if low < 0 or high >= bound:
        wrong = low if low < 0 else high
        allowed = f"ids run from 0 to {bound - 1}" if bound else "no id is valid"
        raise ValueError(
            f"{name} refers to {wrong}, but there are {bound} {counted}, so {allowed}. "
            "Count from 0, and pass the number explicitly if the last ones have no edges."
        )


def check_node_ids(ids: object, num_nodes: int, name: str) -> Tensor:
    """`ids` as int64 node ids [K] in range; a node may come up more than once."""
    ids = check_tensor(ids, name)
    if ids.numel() == 0 and ids.dim() == 1:
        return ids.long()  # an empty list has no type of its own
    if ids.dtype not in (torch.int64, torch.int32) or ids.dim() != 1:
        remedy = f" A mask becomes ids with {name}.nonzero().view(-1)." if ids.dtype == torch.bool else ""
        raise TypeError(f"{name} must hold node ids, integers of shape [K]; got {describe(ids)}.{remedy}")
    check_ids(ids, num_nodes, name, "nodes")
    return ids.long()


def check_edge_index(edge_index: object, num_nodes: int | None = None, name: str = "edge_index") -> Tensor:
    """`edge_index` if it is an integer tensor of shape [2, E] with ids in range."""
    edge_index = check_tensor(edge_index, name)
    if edge_index.dtype not in (torch.int64, torch.int32):
        raise TypeError(
            f"{name} must hold integers (torch.int64), got {describe(edge_index)}. "
            f"Node ids are positions: convert with {name}.long()."
        )
    if edge_index.dim() != 2 or edge_index.size(0) != 2:
        remedy = (
            f" It looks like [E, 2]: use {name}.t()."
            if edge_index.dim() == 2 and edge_index.size(1) == 2
            else ""
        )
        raise ValueError(
            f"{name} must have shape [2, E] (row 0 the sources, row 1 the targets), "
            f"got {list(edge_index.shape)}.{remedy}"
        )
    if num_nodes is not None:
        check_ids(edge_index, num_nodes, name, "nodes")
    elif edge_index.numel() and int(edge_index.min()) < 0:
        raise ValueError(f"{name} refers to node {int(edge_index.min())}; node ids count from 0.")
    return edge_index.long()


def check_rows(value: object, rows: int, name: str, counted: str) -> Tensor:
    """`value` if it is a tensor with one row for each node (or edge, or graph)."""
    value = check_tensor(value, name)
    if value.dim() == 0 or value.size(0) != rows:
        raise ValueError(
            f"{name} must have one row per {counted}, so {rows} of them, got {describe(value)}."
        )
    return value


def check_features(x: object, rows: int, name: str = "x", counted: str = "node") -> Tensor:
    """`x` if it is a floating-point tensor with one row for each node (or edge)."""
    x = check_rows(x, rows, name, counted)
    if not x.is_floating_point():
        raise TypeError(f"{name} must be floating point, got {describe(x)}. Convert with {name}.float().")
    return x


def check_no_nan(x: Tensor, name: str) -> None:
    """No NaN where it would vanish silently: in a comparison, a ranking, a count."""
    if x.is_floating_point() and bool(torch.isnan(x).any()):
        where = torch.isnan(x).nonzero()[0].tolist()
        raise ValueError(
            f"{name} holds NaN, first at position {where} of {list(x.shape)}. "
            f"Find where it comes from, or replace it with torch.nan_to_num({name})."
        )


def check_same_device(first: Tensor, first_name: str, second: Tensor, second_name: str) -> None:
    """Two tensors that meet must live on one device."""
    if first.device != second.device:
        raise ValueError(
            f"{first_name} is on {first.device} and {second_name} is on {second.device}. "
            f"Move one with .to({str(second.device)!r})."
        )


def check_choice(value: object, choices: tuple[str, ...], name: str) -> None:
    """`value` must be one of a few words."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}.")


def check_probability(value: float, name: str) -> None:
    """`value` must lie in [0, 1]."""
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} is a probability, so from 0 to 1; got {value!r}.")
