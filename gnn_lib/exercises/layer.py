"""The learner's layer: built as the exercise says, with the exercise's weights in it."""

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn

from gnn_lib.exercises.calls import Call
from gnn_lib.exercises.trace import TroubleError


def build(answer: Callable[..., Any], call: Call) -> Any:
    """Ready to be called: not in training, so dropout rests."""
    layer = answer(**(call.build or {}))
    if isinstance(layer, nn.Module):
        _load(layer, call.state)
        layer.eval()
    return layer


def _load(layer: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Every weight by its name and shape. A buffer more is the layer's own affair."""
    own = {name: list(value.shape) for name, value in layer.state_dict().items()}
    wanted = {name: list(value.shape) for name, value in state.items()}
    extra = [name for name, _ in layer.named_parameters() if name not in wanted]
    if extra or any(own.get(name) != shape for name, shape in wanted.items()):
        words = f"It has {_list(own)}; it should have {_list(wanted)}.{_help(layer)}"
        raise TroubleError("parameters", words)
    layer.load_state_dict(dict(state), strict=False)


def _list(shapes: Mapping[str, list[int]]) -> str:
    return ", ".join(f"`{name}` {shape}" for name, shape in shapes.items()) or "no parameters"


def _help(layer: nn.Module) -> str:
    """A weight that torch can't see: kept in a list, or a plain tensor."""
    for name, value in vars(layer).items():
        kind = type(value).__name__
        entries = list(value.values()) if isinstance(value, dict) else value
        if name.startswith("_") or not isinstance(entries, list | tuple | Tensor):
            continue
        if isinstance(value, Tensor):
            return f" `self.{name}` is a plain tensor: `nn.Parameter(...)` makes it a weight."
        if any(isinstance(entry, nn.Module) for entry in entries):
            return f" `self.{name}` is a plain {kind}: torch finds the layers in an `nn.ModuleList`."
        if any(isinstance(entry, Tensor) for entry in entries):
            return f" `self.{name}` is a plain {kind}: torch finds the weights in an `nn.ParameterList`."
    return ""
