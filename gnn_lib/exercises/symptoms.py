"""Help by symptom: what torch's most common errors mean in this course, in plain words."""

import re

_SYMPTOMS: tuple[tuple[str, str], ...] = (
    (r"shapes cannot be multiplied|size mismatch.*mat|inconsistent tensor size",
     "In `P @ Q` the columns of P must be as many as the rows of Q: print both shapes."),
    (r"must match the size of tensor|not broadcastable|The expanded size",
     "Two tensors of these shapes can't be combined entry by entry. To line up [N] with [N, F], make it "
     "[N, 1] with `.unsqueeze(1)` or `[:, None]`."),
    (r"index \S+ is out of (bounds|range)|index out of range",
     "An index points past the end of what it indexes. Node ids run from 0 to N - 1: print the shape of what "
     "stands before the brackets."),
    (r"expected scalar type|expected .*dtype|same dtype|result type Float can't be cast",
     "Integers and floats are mixed: `.float()` makes one of the other."),
    (r"tensors used as indices must be|Expected tensor for argument.*(Long|Int)",
     "An index must hold integers: `.long()`."),
    (r"leaf Variable that requires grad|modified by an inplace operation",
     "Something was changed in place that the gradient needs. Build a new tensor instead."),
    (r"call numpy\(\) on Tensor that requires grad",
     "NumPy knows no gradients. Stay with torch's own functions."),
    (r"is not defined", "Has the cell that defines it been run?"),
    (r"takes .* positional argument|missing .* required positional",
     "The arguments don't fit what is called in that line. Your own function takes those in the stub, in "
     "that order."),
    (r"Boolean value of Tensor with more than one value",
     "`if` and `and` want one True or False, not one per entry. `torch.where` chooses entry by entry."),
    (r"only one element tensors can be converted|can only convert an array of size 1",
     "One number was asked for, but this tensor holds several."),
    (r"RecursionError", "A function calls itself, and nothing stops it."),
    (r"before Module.__init__\(\) call",
     "The first line of `__init__` must be `super().__init__()`: it makes room for the weights."),
    (r"missing the required .forward. function", "A layer's work is done in a method called `forward`."),
    (r"Could not run|not implemented for",
     "torch can't do this with this kind of tensor. `.to_dense()` makes a sparse one dense, `.float()` "
     "makes integers floats."),
    (r"MemoryError|can't allocate memory|Unable to allocate",
     "That is more memory than there is: what makes so large a tensor out of a small graph?"),
    (r"SystemExit", "`return` ends a function; `exit()` ends all of Python."),
    (r"is not written yet", "Do that exercise first."),
    (r"empty|numel\(\) == 0|non-zero size",
     "Something here is empty: an inbox to which nobody writes, or a graph without edges, whose "
     "`edge_index` has the shape [2, 0]."),
    (r"too many values to unpack",
     "`for ... in edge_index` runs over its two rows; `edge_index.T.tolist()` gives edge after edge."),
)  # fmt: skip


def remedy(error: str, message: str) -> str:
    """A sentence of help for a known error, else nothing.

    >>> remedy("NameError", "name 'degree' is not defined")
    'Has the cell that defines it been run?'
    """
    text = f"{error}: {message}"
    return next((words for pattern, words in _SYMPTOMS if re.search(pattern, text)), "")
