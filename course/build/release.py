"""From a solution to the lesson, by nbgrader's own hands: the same as `nbgrader generate_assignment`."""

from functools import cache
from pathlib import Path

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader


def release(notebook: NotebookNode, course: Path) -> str:
    """The lesson's file. `course` is the folder with nbgrader_config.py."""
    text, _ = _exporter(course).from_notebook_node(notebook)
    return str(text)


@cache
def _exporter(course: Path) -> Exporter:
    """What `nbgrader generate_assignment --no-db` converts with, minus the files and the folders."""
    config: Config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.SaveCells.enabled = False
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    exporter = converter.exporter_class(config=converter.config)
    for step in converter.preprocessors:
        exporter.register_preprocessor(step)
    return exporter
