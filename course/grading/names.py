"""What the source of a cell says about the notebook's names: which it uses, binds, and may change."""

import ast
import builtins
import re
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

from course.grading.reads import reads, stored
from gnn_lib import datasets

# What these do leaves the thing on which they are called as it was.
_HARMLESS = frozenset({
    "abs", "all", "any", "argmax", "argmin", "bincount", "bool", "clone", "count", "cumsum", "detach", "diag",
    "dim", "dot", "eigh", "eq", "exp", "flatten", "float", "format", "int", "index_select", "item", "items",
    "join", "keys", "log", "long", "lower", "matmul", "max", "mean", "min", "nonzero", "norm", "numel",
    "numpy", "permute", "pow", "prod", "reshape", "round", "size", "softmax", "split", "sqrt", "squeeze",
    "std", "sum", "t", "tolist", "topk", "transpose", "unique", "unsqueeze", "upper", "values", "var", "view",
})  # fmt: skip
_RUN_AT_ONCE = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})  # scopes, but no functions
_CHANGE = frozenset({"fit", "train", "setattr", "delattr", "next"})  # these change what they are given


@dataclass(frozen=True)
class Names:
    now: frozenset[str]  # read as the cell runs, before the cell itself binds them
    later: frozenset[str]  # used in a function, whenever that is called
    bound: frozenset[str]
    imported: frozenset[str]  # of the bound
    things: frozenset[str]  # of the bound, what can be changed: no function, class, module or data set
    changed: frozenset[str]  # what the cell may change without binding it anew
    handed: frozenset[tuple[str, str]]  # to which function what is handed as it is


@lru_cache(maxsize=4096)  # a lesson's own cells are the same in every submission
def names_in(source: str) -> Names | None:
    """None if it can't be told. Lines for IPython count as nothing, and so does a cell that never runs."""
    plain = re.sub(r"^[ \t]*[%!?].*$", "", source, flags=re.MULTILINE)
    try:
        tree, table = ast.parse(plain), symtable.symtable(plain, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _NOTHING if _never_runs(source) else None
    own = table.get_symbols()
    data = frozenset(_data(tree))
    functions = [part for part in _inside(table) if part.get_name() not in _RUN_AT_ONCE]
    inner = [one for part in functions for one in part.get_symbols() if one.is_global()]
    put = _called(one for one in inner if one.is_assigned())
    return Names(
        now=frozenset(reads(tree.body, set())),
        later=_called(one for one in inner if one.is_referenced()),
        bound=put
        | _called(one for one in own if one.is_assigned() or one.is_imported() or one.is_namespace()),
        imported=_called(one for one in own if one.is_imported()),
        things=put | _called(one for one in own if one.is_assigned() and not one.is_namespace()) - data,
        changed=frozenset(_changed(tree)),
        handed=frozenset(_handed(tree)),
    )


_NOTHING = Names(*(frozenset() for _ in fields(Names)))


def _never_runs(source: str) -> bool:
    """IPython reads a cell to its end before it runs any of it: with a syntax error, nothing happens."""
    try:
        ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return True
    except (ValueError, RecursionError, MemoryError):
        pass
    return False


def changes(cell: Names, imported: frozenset[str]) -> frozenset[str]:
    """What the cell may change, if these names are the library's: its functions leave alone what they get,
    but for those that train, or whose name ends in an underscore, as torch's do that work in place."""
    safe = (imported | set(dir(builtins))) - _CHANGE
    handed = {name for function, name in cell.handed if function not in safe or function.endswith("_")}
    return cell.changed | handed


def _called(symbols: Iterable[symtable.Symbol]) -> frozenset[str]:
    return frozenset(one.get_name() for one in symbols)


def _inside(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inside(child)


def _changed(tree: ast.AST) -> Iterator[str]:
    """Names of which a part is assigned to, or on which a method is called that may change them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            yield _root(node)
        elif isinstance(node, ast.AugAssign):
            yield _root(node.target)
        elif isinstance(node, ast.Call) and not _harmless(node.func):
            yield _root(node.func)


def _data(tree: ast.Module) -> Iterator[str]:
    """What a data set of the library is called: a Graph is never changed. Theirs are the only functions
    that a lesson calls so."""
    for node in tree.body:
        match node:
            case ast.Assign(value=ast.Call(func=ast.Name(id=name))) if name in datasets.__all__:
                yield from stored(node)


def _harmless(function: ast.expr) -> bool:
    method = isinstance(function, ast.Attribute) and function.attr in _HARMLESS
    return method or isinstance(function, ast.Name)  # what a function gets is another matter: _handed


def _handed(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = _root(node.func)
            if isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_"):
                function = node.func.attr
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                yield function, _root(argument)


def _root(node: ast.AST) -> str:
    """The name at which `name.a[0].b` begins; "" if it begins with something else."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
