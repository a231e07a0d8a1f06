"""Imports in gnn_lib run one way, and `import gnn_lib` costs little more than `import torch`."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "gnn_lib").rglob("*.py"))

# What stands further down may import what stands above it, never the reverse, not even by a detour.
# Modules that are not named here have no place of their own, but a path through them counts.
STAGES = (
    ("validate", "adjacency", "graph", "aggregate"),
    ("message_passing",),
    ("layers", "pool"),
    ("train",),
    ("plot",),
    ("exercises",),
    ("widgets",),
)
LIGHT = {"torch", "numpy", "gnn_lib"} | sys.stdlib_module_names  # what may be imported outside a function


class Import(NamedTuple):
    module: str  # the dotted name of what is imported
    function: str | None  # the function it stands in, if any
    checking: bool  # stands under `if TYPE_CHECKING:`

    @property
    def at_once(self) -> bool:
        """It runs when the module that holds it is imported."""
        return self.function is None and not self.checking


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in FILES}


def imports(node: ast.AST, function: str | None = None, checking: bool = False) -> Iterator[Import]:
    """Every import below `node`; `from gnn_lib import graph` counts as gnn_lib.graph."""
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, function, checking) for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: write the full name, not a relative import"
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            yield Import(inner if inner in MODULES else str(node.module), function, checking)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        function = node.name
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        checking = True
    for child in ast.iter_child_nodes(node):
        yield from imports(child, function, checking)


FOUND = {name: list(imports(ast.parse(path.read_text(), str(path)))) for name, path in MODULES.items()}


def stage(module: str) -> int | None:
    """The place of a module in STAGES: `gnn_lib.layers.gcn` stands where `layers` does."""
    part = module.split(".")[1:2]
    return next((place for place, names in enumerate(STAGES) if set(part) & set(names)), None)


def inside(module: str, late: bool = True) -> set[str]:
    """What `module` imports from gnn_lib; without `late`, only what it imports at once."""
    return {i.module for i in FOUND[module] if i.module in MODULES and (late or i.at_once)}


def reach(module: str, late: bool = True) -> set[str]:
    """Everything that `module` imports from gnn_lib, directly or through others."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        new = inside(waiting.pop(), late) - seen
        seen |= new
        waiting += new
    return seen


def test_the_parser_sees_every_kind_of_import() -> None:
    source = (
        "import a\nfrom b.c import d\nfrom gnn_lib import graph\n"
        "if TYPE_CHECKING:\n    import e\ndef f():\n    import g.h\n"
    )
    assert list(imports(ast.parse(source))) == [
        ("a", None, False), ("b.c", None, False), ("gnn_lib.graph", None, False), ("e", None, True),
        ("g.h", "f", False),
    ]
    assert "gnn_lib.validate" in reach("gnn_lib.batch"), "by way of gnn_lib.graph"


def test_imports_have_no_cycle() -> None:
    order = TopologicalSorter({module: inside(module) for module in MODULES}).static_order()
    assert set(order) == set(MODULES)  # a CycleError names the cycle


@pytest.mark.parametrize("module", [name for name in MODULES if stage(name) is not None])
def test_imports_run_one_way(module: str) -> None:
    later = [other for other in reach(module) if (stage(other) or 0) > (stage(module) or 0)]
    assert not later, f"{module} must not depend on {later}"


@pytest.mark.parametrize("module", MODULES)
def test_only_what_the_course_installs_is_imported(module: str) -> None:
    lines = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    installed = {line.split("==")[0].replace("-", "_") for line in lines}
    allowed = LIGHT | {{"scikit_learn": "sklearn"}.get(name, name) for name in installed} - {"nbgrader"}
    assert {i.module.split(".")[0] for i in FOUND[module]} <= allowed


@pytest.mark.parametrize("module", [name for name in MODULES if "._" not in name])
def test_heavy_packages_load_when_first_used(module: str) -> None:
    # A private module may stand for the package it is built on, `plot` for matplotlib, `widgets` for what
    # JupyterLab shows: whoever imports those at once is then found here.
    at_once = {i.module for name in {module} | reach(module, late=False) for i in FOUND[name] if i.at_once}
    heavy = {name.split(".")[0] for name in at_once} - LIGHT
    if module.startswith("gnn_lib.plot"):
        heavy -= {"matplotlib"}
    if module.startswith("gnn_lib.widgets"):
        heavy -= {"matplotlib", "anywidget", "ipywidgets", "traitlets"}
    assert not heavy, f"{module}: import {heavy} inside the function that uses it"


@pytest.mark.parametrize("module", MODULES)
def test_pyg_is_there_only_to_load_real_data_and_to_convert(module: str) -> None:
    uses = [i for i in FOUND[module] if i.module.split(".")[0] == "torch_geometric" and not i.checking]
    loads = module.startswith("gnn_lib.datasets.real")
    wrong = [i for i in uses if i.function is None or not (loads or i.function in ("to_pyg", "from_pyg"))]
    assert not wrong


def test_importing_the_library_loads_no_other_package() -> None:
    code = (
        "import sys, torch; before = set(sys.modules)\n"
        "import gnn_lib; print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    loaded = set(fresh_python(code).split())
    assert "gnn_lib" in loaded
    assert loaded <= LIGHT, f"import gnn_lib also loads {loaded - LIGHT}"


@pytest.mark.alone
@pytest.mark.slow
def test_importing_the_library_takes_no_time() -> None:
    code = (
        "import time, torch; start = time.perf_counter()\n"
        "import gnn_lib; print(time.perf_counter() - start)"
    )
    # The best of three: what else the machine does can only add to it.
    assert min(float(fresh_python(code)) for _ in range(3)) <= 0.15


def fresh_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout
