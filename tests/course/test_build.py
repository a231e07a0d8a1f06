"""The build: solutions that have run, lessons that hide what they should, the same bytes each time."""

import json
import re

import nbformat
import pytest

from course.build.__main__ import main, strangers
from course.build.lesson import Lesson, bare, to_text
from course.build.problems import BuildError
from tests.course.tree import ROOT, TEXT, Tree, run

LESSONS = [Lesson(ROOT, path.stem) for path in sorted((ROOT / "course" / "text").glob("*.py"))]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_notebooks_are_what_their_text_says(lesson: Lesson) -> None:
    assert not lesson.differences(), "run `make build`, and commit what it writes"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_no_lesson_gives_its_answers_away(lesson: Lesson) -> None:
    assert lesson.lesson.exists(), "run `make build`, and commit what it writes"
    solved, released = (nbformat.read(path, as_version=4) for path in (lesson.solution, lesson.lesson))
    answers = {
        cell.id: re.findall(r"(?s)BEGIN SOLUTION[^\n]*\n(.*?)\n[^\n]*END SOLUTION", cell.source)
        for cell in solved.cells
    }
    assert any(answers.values())
    for cell in released.cells:
        assert not cell.get("outputs")
        assert "instructor" not in cell.metadata.get("tags", [])
        assert "END SOLUTION" not in cell.source
        assert "HIDDEN TESTS" not in cell.source
        assert not [answer for answer in answers[cell.id] if answer in cell.source]
        if answers[cell.id]:
            assert "YOUR CODE HERE" in cell.source or "YOUR ANSWER HERE" in cell.source


def test_nothing_else_lies_among_the_notebooks() -> None:
    assert not list(strangers(ROOT, LESSONS))


def test_a_solution_has_run(tree: Tree) -> None:
    tree.lesson.build()
    code = [cell for cell in tree.solution.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3]
    assert code[1].outputs == [nbformat.v4.new_output("stream", name="stdout", text="6\n")]
    assert "instructor" in json.dumps(tree.solution)


def test_a_lesson_hides_the_answers(tree: Tree) -> None:
    tree.lesson.build()
    text = json.dumps(tree.released)
    for hidden in ("number + number", "multiple of two", "twice(-1)", "HIDDEN", "Ask the room", "SOLUTION"):
        assert hidden in json.dumps(tree.solution)
        assert hidden not in text
    assert "what it does" not in text
    [stub] = [cell.source for cell in tree.released.cells if cell.id == "twice"]
    assert stub.endswith('    # YOUR CODE HERE\n    raise NotImplementedError("not attempted yet")')
    assert "Why is the result even?" in text
    assert all(not cell.outputs for cell in tree.released.cells if cell.cell_type == "code")
    assert [cell.id for cell in tree.released.cells] == [
        "cell-000", "twice", "cell-003", "check_twice", "why_even"
    ]  # fmt: skip


def test_a_build_repeats_byte_for_byte(tree: Tree) -> None:
    tree.lesson.build()
    first = tree.lesson.solution.read_bytes(), tree.lesson.lesson.read_bytes()
    tree.lesson.build(force=True)
    assert (tree.lesson.solution.read_bytes(), tree.lesson.lesson.read_bytes()) == first
    assert tree.lesson.differences() == []


def test_of_a_playground_the_picture_stays(tree: Tree) -> None:
    """Live, it has an id drawn by lot, and needs its kernel."""
    tree.write(TEXT.replace("print(twice(3))", "from gnn_lib.widgets import play_wl\nplay_wl()"))
    tree.lesson.build()
    solved = tree.lesson.solution.read_text()
    assert "widget-view" not in solved
    data = [o["data"] for cell in json.loads(solved)["cells"] for o in cell.get("outputs", []) if "data" in o]
    assert [sorted(one) for one in data] == [["image/svg+xml", "text/plain"]]
    tree.lesson.build(force=True)
    assert tree.lesson.solution.read_text() == solved


def test_only_what_changed_is_run_again(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.lesson.build()
    before = tree.lesson.solution.stat().st_mtime_ns
    with monkeypatch.context() as patched:
        patched.setattr("course.build.lesson.execute", lambda *_: pytest.fail("it ran again"))
        assert tree.lesson.build() == "its cells are unchanged"
    assert tree.lesson.solution.stat().st_mtime_ns == before
    tree.write(TEXT.replace("print(twice(3))", "print(twice(4))"))
    assert tree.lesson.differences() == [f"{one}/42_twice/42_twice.ipynb" for one in ("solutions", "lessons")]
    assert "ran in" in tree.lesson.build()
    assert "8\\n" in to_text(tree.solution)


def test_a_solution_that_never_ran_is_run(tree: Tree) -> None:
    tree.lesson.build()
    tree.lesson.solution.write_text(to_text(bare(tree.solution)))
    assert "ran in" in tree.lesson.build()


# What a solved cell does, and what the author is told.
RUNS = [
    ("1 / 0", "a cell of the solution fails.*ZeroDivisionError"),
    ("import warnings; warnings.warn('mind the gap')", r"cell 4 .*writes to stderr.*mind the gap"),
    ("for _ in range(11_000): print('x' * 99)", "1,000,000 are too many: make them smaller"),
    ("open('left.csv', 'w').close()", "it writes left.csv: what a lesson needs must come from gnn_lib"),
    ("import urllib.request as u; u.urlopen('http://example.com')", "a cell of the solution fails.*refused"),
]


@pytest.mark.parametrize(("line", "says"), RUNS, ids=[line for line, _ in RUNS])
def test_a_solution_that_does_wrong_is_not_written(tree: Tree, line: str, says: str) -> None:
    tree.write(TEXT.replace("print(twice(3))", line))
    with pytest.raises(BuildError, match=f"(?s){says}"):
        tree.lesson.build()
    assert not tree.lesson.solution.exists()
    assert not tree.lesson.lesson.exists()


def test_the_authors_own_settings_stay_outside(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNN_COURSE_HOME", "the author's")
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    names = ["GNN_COURSE_HOME", "NBGRADER_EXECUTION", "MPLBACKEND", "OMP_NUM_THREADS"]
    tree.write(TEXT.replace("print(twice(3))", f"import os\nprint(*map(os.environ.get, {names}))"))
    tree.lesson.build()
    home, *others = tree.solution.cells[3].outputs[0].text.split()
    assert "author" not in home
    assert others == ["None", "module://matplotlib_inline.backend_inline", "2"]


def test_the_command_builds_and_checks(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"], tree.root) == 1
    assert "not what course/text/42_twice.py says. Run `make build`." in capsys.readouterr().err
    assert main(["42"], tree.root) == 0
    assert main(["--check"], tree.root) == 0
    assert capsys.readouterr().out.endswith("42_twice: up to date\n")


def test_one_broken_lesson_does_not_hide_another(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    (tree.lesson.text.with_stem("41_broken")).write_text("# %% [markdown]\n# no title\n")
    assert main([], tree.root) == 1
    printed = capsys.readouterr()
    assert "41_broken: 41_broken.py, no heading of level one" in printed.err
    assert "42_twice: ran in" in printed.out


def test_a_lesson_that_is_not_there_is_named(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["43"], tree.root)
    assert "there is no lesson 43; there are: 42_twice" in capsys.readouterr().err


@pytest.mark.parametrize("stray", ["lessons/42_twice/data.csv", "solutions/41_old/41_old.ipynb"])
def test_what_no_text_made_is_told(tree: Tree, stray: str, capsys: pytest.CaptureFixture[str]) -> None:
    tree.lesson.build()
    (tree.root / stray).parent.mkdir(exist_ok=True)
    (tree.root / stray).write_text("")
    assert main([], tree.root) == 1
    assert f"{stray} comes from no text in course/text: remove it" in capsys.readouterr().err


def test_a_crash_leaves_the_old_file(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.lesson.build()
    old = tree.lesson.solution.read_bytes()
    tree.write(TEXT.replace("print(twice(3))", "print(twice(4))"))

    def crash(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("course.build.lesson.os.replace", crash)
    with pytest.raises(OSError, match="no space left"):
        tree.lesson.build()
    assert tree.lesson.solution.read_bytes() == old
    assert [path.name for path in tree.lesson.solution.parent.iterdir()] == ["42_twice.ipynb"]


@pytest.mark.slow
def test_plain_nbgrader_makes_the_same_lesson(tree: Tree) -> None:
    tree.lesson.build()
    ours = tree.lesson.lesson.read_bytes()
    tree.lesson.lesson.unlink()
    run("nbgrader", "generate_assignment", tree.name, "--force", cwd=tree.root / "course", root=tree.root)
    assert tree.lesson.lesson.read_bytes() == ours
