"""What nbgrader needs to know here.

It is read by nbgrader's commands when they are started in this folder, by the JupyterLab that `make lab`
opens (Validate, Assignment List, Formgrader), and by course/build, which runs the same preprocessors.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.append(str(HERE.parent))  # for course.preprocessors, wherever nbgrader was started

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "gnn-course"
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.source_directory = "../solutions"
c.CourseDirectory.release_directory = "../lessons"

# A class on one machine shares a folder that all may write to; alone, the one beside this file will do.
c.Exchange.root = os.environ.get("GNN_COURSE_EXCHANGE", str(HERE / "exchange"))
# What the Assignment List submits is what the learner works on.
c.Exchange.assignment_dir = str(HERE.parent / "lessons")

# nbgrader's own list, less what needs files that we don't have, after our one addition.
c.GenerateAssignment.preprocessors = [
    "course.preprocessors.DropInstructorCells",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# `check` takes NotImplementedError for "not attempted yet".
c.ClearSolutions.code_stub = {
    "python": '# YOUR CODE HERE\nraise NotImplementedError("not attempted yet")',
}

# Grading: the submission is rebuilt from the lesson and run in a sandbox; the judge outside of it decides.
# nbgrader's own lists, with Repair before the first and Judged in the place of Execute. For people whom you
# trust with your machine, GNN_COURSE_JUDGE=no leaves it all to nbgrader.
if os.environ.get("GNN_COURSE_JUDGE") != "no":
    c.Autograde.sanitize_preprocessors = [
        "course.grading.repair_step.Repair",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.DeduplicateIds",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        "course.grading.execute.Judged",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
# What students wrote and showed reaches other people's browsers on two pages, the feedback and the
# formgrader. nbconvert's HTMLExporter makes both: there it is cleaned.
c.HTMLExporter.preprocessors = ["course.grading.feedback.CleanFeedback"]
c.HTMLExporter.filters = {"markdown2html": "course.grading.markup.markdown_to_html"}
c.HTMLExporter.optimistic_validation = True  # once it is clean: before, it may be anything

c.Execute.timeout = 120  # seconds for one cell; a whole solved lesson takes less than 60
