"""Which cells are run to grade: all on which an answer depends, and few others."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from course.grading.names import names_in
from course.grading.needed import needed
from gnn_lib.exercises import Essay, load
from tests.grading.submissions import ROOT, Settings, answered, released, scores, sit, solutions, with_cell

LESSONS = sorted(path.stem for path in (ROOT / "lessons").glob("*/*.ipynb"))
CHECK = {"nbgrader": {"grade": True, "solution": False}}
SOLUTION = {"nbgrader": {"grade": False, "solution": True}}
OWN = {"gnn_course": {"extra": True}}


def run_of(*cells: str | tuple[str, dict[str, object]]) -> set[int]:
    """Plain text is a cell of the lesson's."""
    pairs = [cell if isinstance(cell, tuple) else (cell, {}) for cell in cells]
    return needed([new_code_cell(source, metadata=marks) for source, marks in pairs])


def test_what_only_shows_something_is_left_out() -> None:
    assert run_of(
        "import torch",
        ("def f(x): return torch.relu(x)", SOLUTION),
        "print(f(torch.ones(1)))",
        ("check(f)", CHECK),
    ) == {0, 1}


@pytest.mark.parametrize(
    "maker",
    [
        "a = 1",
        "a, b = 1, 2",
        "a: int = 1",
        "for a in range(3): pass",
        "with open(f) as a: pass",
        "import a",
        "from x import y as a",
        "def a(): pass",
        "class a: pass",
        "if b:\n    a = 1",
        "(a := 1)",
        "try:\n    a = 1\nexcept Exception:\n    pass",
        "def g():\n    global a\n    a = 1",
        "async def a(): pass",
    ],
)
def test_what_binds_a_name_that_an_answer_uses_is_run(maker: str) -> None:
    uses = (
        "f(a)",
        "[a for _ in x]",
        "def f(): return a",
        "f = lambda: a",
        "def f(x=a): pass",
        "class F(a): pass",
        "a += 1",
        "if x: print(a)",
        "while a: pass",
        "@a\ndef f(): pass",
        "f'{a}'",
        "a.b = 1",
        "a[0] = 1",
        "def f():\n    def g():\n        return a",
        "try: a\nexcept: pass",
        "match a:\n    case 1: pass",
    )
    for use in uses:
        for marks in (SOLUTION, OWN):
            assert run_of(maker, "print(1)", (use, marks)) == {0, 2}, use


@pytest.mark.parametrize(
    "change",
    [
        "train(m)",
        "m.train()",
        "m.a = 1",
        "m[0] = 1",
        "m += 1",
        "m.a.b.zero_()",
        "fit(m, x)",
        "step(x, model=m)",
        "del m.a",
        "torch.nn.init.zeros_(m)",
        "m.state()['x'].add_(1)",
        "for p in x: step(m)",
        "def go(): m.step()\ngo()",
    ],
)
def test_what_may_change_a_thing_that_an_answer_uses_is_run(change: str) -> None:
    imports = "import torch\nfrom gnn_lib.train import fit"
    assert run_of(imports, "m = Model()", change, ("r = m(1)", SOLUTION)) >= {1, 2, 3}


@pytest.mark.parametrize(
    "look", ["print(m)", "m.size(0)", "torch.relu(m)", "x = m + 1", "len(m)", "m.x.tolist()"]
)
def test_looking_at_it_changes_nothing(look: str) -> None:
    assert run_of("import torch", "m = torch.ones(1)", look, ("r = m * 2", SOLUTION)) == {0, 1, 3}


def test_a_name_that_is_bound_anew_needs_no_earlier_cell() -> None:
    assert run_of("x = slow()", ("x = 1\nr = x", SOLUTION)) == {1}
    assert run_of("x = slow()", ("for x in range(3): r = x", SOLUTION)) == {1}
    assert run_of("x = slow()", ("r = [x for x in range(3)]", SOLUTION)) == {1}
    assert run_of("x = slow()", ("def f(x): return x", SOLUTION)) == {1}
    assert run_of("x = slow()", ("if y:\n    x = 1\nr = x", SOLUTION)) == {0, 1}, "it may not be bound anew"


def test_a_cell_after_the_answer_matters_to_functions_only() -> None:
    assert run_of(("r = a", SOLUTION), "a = 1") == {0}
    assert run_of(("def f(): return a", SOLUTION), "a = 1") == {0, 1}


def test_a_syntax_error_costs_nobody_the_whole_notebook() -> None:
    """IPython runs nothing of such a cell."""
    for broken in ("def f(x)\n    return a", "r = 1\n    r = a", "r = (a", "r = a b\n%matplotlib inline"):
        assert run_of("a = 1", "print(1)", (broken, SOLUTION)) == {2}, broken


@pytest.mark.parametrize("mine", ["    r = a", "r = !ls", "%%time\nr = !ls", "def f():\n    nonlocal r"])
def test_what_python_cannot_read_and_ipython_runs_may_need_anything(mine: str) -> None:
    assert run_of("a = 1", "print(1)", (mine, SOLUTION)) == {0, 1, 2}


def test_whoever_looks_names_up_may_need_anything() -> None:
    assert run_of("b = 1", ("r = eval('b')", SOLUTION)) == {0, 1}
    assert run_of("%matplotlib inline\nb = 1", ("%time r = 1\nr = b", SOLUTION)) == {0, 1}
    assert names_in("!ls\nx = 1") is not None


def test_words_are_no_code() -> None:
    assert needed([new_markdown_cell("a = 1"), new_code_cell("r = 1", metadata=SOLUTION)]) == {1}


def test_lessons_run_a_third_of_their_cells_at_most() -> None:
    for lesson in LESSONS:
        cells = answered(released(lesson), solutions(lesson)).cells
        ordinary = {
            n for n, cell in enumerate(cells) if cell.cell_type == "code" and "nbgrader" not in cell.metadata
        }
        assert len(needed(cells) & ordinary) <= 0.36 * len(ordinary), lesson


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS)
def test_every_solved_lesson_gets_everything_all_the_same(lesson: str) -> None:
    """And imports next to nothing that the warm parent could have imported for all of them: without it, an
    optimizer's first step imports hundreds of modules.
    """
    notebook = answered(released(lesson), solutions(lesson))
    notebook = with_cell(notebook, "import sys\nbefore = set(sys.modules)")
    notebook.cells += with_cell(notebook, "print(*sorted(set(sys.modules) - before))").cells[:1]
    graded = sit(lesson, notebook, Settings())
    [printed] = graded.notebook.cells[-1].outputs
    assert len(printed.text.split()) <= 10, printed.text
    exercises = load(int(lesson[:2])).exercises
    wanted = {name: one.total for name, one in exercises.items() if not isinstance(one, Essay)}
    assert scores(graded) == wanted
    assert graded.record.stopped == ""
