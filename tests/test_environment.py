"""The two lists of packages say the same, and what is installed is what they say."""

import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {
    "torch": "pytorch",
    "torch-geometric": "pytorch_geometric",
    "matplotlib": "matplotlib-base",
    "psycopg2-binary": "psycopg2",
}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pinned() -> dict[str, str]:
    """Every direct dependency, with the one version it is pinned to."""
    optional = project()["optional-dependencies"]
    lines = project()["dependencies"] + optional["cluster"] + optional["dev"]
    found = {}
    for requirement in map(Requirement, lines):
        [pin] = requirement.specifier
        assert pin.operator == "==", f"{requirement} is not pinned to one version"
        found[requirement.name] = str(Version(pin.version))  # raises on a wildcard
    assert len(found) == len(lines), "a package is listed twice"
    return found


def conda() -> list[Any]:
    return yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]


def from_pip() -> list[str]:
    """What conda leaves to pip."""
    [lines] = [line["pip"] for line in conda() if isinstance(line, dict)]
    return lines


def test_conda_lists_the_same_versions() -> None:
    packages = dict(line.split("=") for line in conda() if isinstance(line, str) and "=" in line)
    python = packages.pop("python")
    packages |= dict(line.split("==") for line in from_pip() if "==" in line)
    assert packages == {CONDA_NAMES.get(name, name): pin for name, pin in pinned().items()}
    assert SpecifierSet(project()["requires-python"]).contains(python)


def test_conda_installs_the_course_itself() -> None:
    assert "--editable ." in from_pip()


@pytest.mark.parametrize(("name", "pin"), pinned().items())
def test_what_runs_is_what_is_pinned(name: str, pin: str) -> None:
    # 2.13.0+cpu is a build of 2.13.0, not another version.
    assert Version(version(name)).public == pin, f"`make setup` installs {name} {pin}"


def test_this_python_is_new_enough() -> None:
    assert SpecifierSet(project()["requires-python"]).contains(".".join(map(str, sys.version_info[:3])))


def test_the_makefile_asks_for_the_same_python() -> None:
    [(major, minor)] = re.findall(r"sys\.version_info < \((\d+), (\d+)\)", (ROOT / "Makefile").read_text())
    assert project()["requires-python"] == f">={major}.{minor}"
