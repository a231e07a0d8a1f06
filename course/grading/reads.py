"""Which names a cell reads from the cells before it, in the order in which it runs."""

import ast
from collections.abc import Iterable, Iterator


def reads(block: Iterable[ast.stmt], bound: set[str]) -> Iterator[str]:
    """Names that the statements use before they bind them. `bound` has those bound already, and gets those
    that are bound for sure: not the ones in a branch or a loop, which may never run. What a function's body
    uses is not among them: it is looked up when the function is called."""
    for statement in block:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _of([*statement.decorator_list, statement.args], bound)
                bound.add(statement.name)
            case ast.ClassDef():
                yield from _of([*statement.decorator_list, *statement.bases, *statement.keywords], bound)
                yield from reads(statement.body, set(bound))
                bound.add(statement.name)
            case ast.For() | ast.AsyncFor():
                yield from _of([statement.iter], bound)
                inner = bound | stored(statement.target)
                yield from _of([statement.target], bound)
                yield from reads(statement.body, inner)
                yield from reads(statement.orelse, set(bound))
            case ast.If() | ast.While():
                yield from _of([statement.test], bound)
                yield from reads(statement.body, set(bound))
                yield from reads(statement.orelse, set(bound))
            case ast.With() | ast.AsyncWith():
                for item in statement.items:
                    yield from _of([item.context_expr], bound)
                    bound |= stored(item.optional_vars) if item.optional_vars else set()
                yield from reads(statement.body, bound)
            case ast.Try() | ast.TryStar() | ast.Match():
                yield from _of([statement], bound)  # all that may be read, whichever way it goes
            case _:
                yield from _of([statement], bound)
                if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
                    yield from {statement.target.id} - bound
                bound |= stored(statement)


def _of(nodes: Iterable[ast.AST], bound: set[str]) -> Iterator[str]:
    """What these read, less what is bound already or is a comprehension's own."""
    for node in nodes:
        match node:
            case ast.Name(ctx=ast.Load()):
                yield from {node.id} - bound
            case ast.Lambda():
                yield from _of([node.args], bound)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                own = set().union(*(stored(one.target) for one in node.generators))
                yield from _of(ast.iter_child_nodes(node), bound | own)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _of([*node.decorator_list, node.args], bound)
            case _:
                yield from _of(ast.iter_child_nodes(node), bound)


def stored(node: ast.AST) -> set[str]:
    """What it binds: assigned, imported, or walked over with := ; not what is bound inside of it apart."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    names = (inner for inner in ast.walk(node) if isinstance(inner, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}
