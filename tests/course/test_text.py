"""From a text to a notebook: what the build fills in, and every error that an author can meet."""

import re

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from course.build.problems import BuildError
from course.build.text import read
from tests.course.tree import TEXT, Tree


def test_the_rest_of_nbgraders_metadata_is_filled_in(tree: Tree) -> None:
    notebook = tree.lesson.read()
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    marks = {cell.id: cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata}
    same = dict(schema_version=3, task=False)
    assert marks == {
        "twice": same | dict(grade_id="twice", grade=False, solution=True, locked=False),
        "check_twice": same | dict(grade_id="check_twice", grade=True, solution=False, locked=True, points=2),
        "why_even": same | dict(grade_id="why_even", grade=True, solution=True, locked=False, points=1.5),
    }


def test_a_cell_is_called_by_its_grade_id_or_its_place(tree: Tree) -> None:
    ids = [cell.id for cell in tree.lesson.read().cells]
    assert ids == ["cell-000", "cell-001", "twice", "cell-003", "check_twice", "why_even"]


def test_a_locked_cell_is_one_that_learners_cannot_change(tree: Tree) -> None:
    tree.write(TEXT + '\n# %% nbgrader={"grade_id": "setup", "locked": true}\nnumber = 1\n')
    marks = tree.lesson.read().cells[-1].metadata["nbgrader"]
    assert (marks["locked"], marks["solution"], marks["grade"]) == (True, False, False)


HEADER = '# %% nbgrader={"grade_id": "twice", "solution": true}'
CHECK = '# %% nbgrader={"grade_id": "check_twice", "grade": true}'
# What an author gets wrong (a passage of TEXT and what replaces it), and what the error must say.
ERRORS = [
    ("# # Twice\n", "# Twice\n", "no heading of level one"),
    ("# # Twice\n", "# # Doubled\n", "the heading 'Doubled' lacks the exercises' TITLE, 'Twice'"),
    ("# A number", "# # A number", "2 headings of level one, ['Twice', 'A number, doubled.']"),
    (CHECK, CHECK.replace("check_twice", "check_thrice"), "cell 5 (check_thrice): no exercise is called"),
    (CHECK, CHECK.replace("check_twice", "checks"), "cell 5 (checks): the grade_id of a check is check_ and"),
    (CHECK, "# %%", "exercise 'twice' has no graded cell: add check_twice"),
    ("why_even", "why_odd", "cell 6 (why_odd): no exercise is called 'why_odd'"),
    ("    ### BEGIN SOLUTION\n", "", "cell 3 (twice): a solution cell needs a line with BEGIN SOLUTION"),
    ("    ### END SOLUTION\n", "", "cell 3 (twice): a solution cell needs a line with BEGIN SOLUTION"),
    ("    ### END SOLUTION\n", "    ### BEGIN SOLUTION\n", "cell 3 (twice): a solution cell needs"),
    ("# <!-- BEGIN SOLUTION -->\n", "", "cell 6 (why_even): a solution cell needs"),
    (HEADER, "# %%", "cell 3 ('def twice(number):'): a solution in a cell that isn't one: add nbgrader="),
    ("print(twice(3))", "### BEGIN SOLUTION\n### END SOLUTION", "a solution in a cell that isn't one"),
    ("assert twice(2) == 4\n", "# BEGIN SOLUTION\n# END SOLUTION\n", "(check_twice): a solution in a cell"),
    ("check_twice", "twice", "cells 3, 5 all have the grade_id twice: give each its own"),
    ('["instructor"]', '["instuctor"]', "unknown tag 'instuctor': the tags are instructor"),
    ('["instructor"]', '"instructor"', "the header of a cell: 'instructor' is not of type 'array'"),
    ("tags=", "tag=", "unknown key 'tag' in its header"),
    ("# %% [markdown] tags", "# %% Notes [markdown] tags", "unknown key 'title' in its header"),
    ('"solution": true}\ndef', '"solutions": true}\ndef', "cell 3 (twice): unknown key 'solutions'"),
    ('"solution": true}\ndef', '"solution": "yes"}\ndef', "cell 3 (twice): solution is 'yes': write true"),
    ('"solution": true}\ndef', '"locked": false}\ndef', "cell 3 (twice): nothing is set in a code cell"),
    (CHECK, CHECK[:-1] + ', "points": 3}', "unknown key 'points' under nbgrader: leave it out;"),
    (CHECK, CHECK[:-1] + ', "solution": true}', "(check_twice): grade, solution is set in a code cell"),
    (', "grade": true}\n# Why', "}\n# Why", "solution is set in a markdown cell: set grade, solution; or"),
    ('{"grade_id": "twice", ', "{", "cell 3 ('def twice(number):'): grade_id is None: take 1 to 64"),
    ('"twice"', '"cell-001"', "grade_id is 'cell-001'"),
    ('"twice"', '"two times"', "grade_id is 'two times'"),
    ('{"grade_id": "twice", "solution": true}', '"twice"', "nbgrader='twice' is not a dictionary"),
]


@pytest.mark.parametrize(("old", "new", "says"), ERRORS, ids=[says for _, _, says in ERRORS])
def test_an_error_names_file_cell_and_remedy(tree: Tree, old: str, new: str, says: str) -> None:
    assert old in TEXT
    tree.write(TEXT.replace(old, new))
    with pytest.raises(BuildError, match=f"(?m)^42_twice.py, .*{re.escape(says)}"):
        tree.lesson.read()


def test_all_errors_are_told_at_once(tree: Tree) -> None:
    tree.write(TEXT.replace("# # Twice", "# Twice").replace("instructor", "notes").replace("### END", "###"))
    with pytest.raises(BuildError) as raised:
        tree.lesson.read()
    assert len(raised.value.problems) >= 3


@pytest.mark.parametrize("name", ["gcn", "3_gcn", "03-gcn", "03_GCN"])
def test_the_name_of_the_file_is_the_lessons(tree: Tree, name: str) -> None:
    path = tree.lesson.text.with_stem(name)
    path.write_text(TEXT)
    with pytest.raises(BuildError, match=r"call the file NN_name\.py"):
        read(path, Tree.POINTS)


def test_a_hash_in_a_block_of_code_is_no_heading(tree: Tree) -> None:
    tree.write(TEXT.replace("# A number", "# ```\n# # not a heading\n# ```\n# A number"))
    assert tree.lesson.read().cells
