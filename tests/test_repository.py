"""The repository itself: what lies where, and that its words are true."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bench.readme import put

ROOT = Path(__file__).parents[1]


def tracked() -> list[Path]:
    """What git holds, or would hold after `git add`: relative paths."""
    # A clone that belongs to another user (CI as root) is still ours to read.
    git = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(line) for line in listed.splitlines() if (ROOT / line).is_file()]


FILES = tracked()
PAGES = [path for path in FILES if path.suffix == ".md"]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_top_level_is_the_house_that_was_designed() -> None:
    assert {path.parts[0] for path in FILES} == {
        ".ci", ".editorconfig", ".gitattributes", ".gitignore", ".pre-commit-config.yaml",
        "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "LICENSE-lessons", "Makefile", "README.md",
        "bench", "course", "environment.yml", "gnn_lib", "lessons", "pyproject.toml", "solutions", "tests",
    }  # fmt: skip


def test_no_file_is_large() -> None:
    assert not [str(path) for path in FILES if (ROOT / path).stat().st_size > 1_000_000]


def test_the_library_is_made_of_short_files() -> None:
    modules = [path for path in FILES if path.parts[0] == "gnn_lib" and path.suffix == ".py"]
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path in modules}
    assert lengths
    assert not {path: length for path, length in lengths.items() if length > 300}


def test_no_file_names_a_place_on_one_machine() -> None:
    place = re.compile(rb"(?<![\w.~}/-])/(?:root|work|home|Users)/")
    assert place.search(b"see /" + b"home/ann/x")
    assert not [str(path) for path in FILES if place.search((ROOT / path).read_bytes())]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", (ROOT / page).read_text())
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert not [link for link in inside if not (ROOT / page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_make_command_exists(page: Path) -> None:
    code = " ".join(re.findall(r"```.*?```|`[^`]+`", (ROOT / page).read_text(), re.DOTALL))
    assert set(re.findall(r"\bmake (?:-s )?([a-z][a-z-]*)", code)) <= targets()


def test_the_readme_gives_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "\nmake lab\n" in readme
    assert "\nmake test\n" in readme


def test_make_lists_every_target() -> None:
    command = ["make", "-s", "help"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([a-z-]+)", listed, re.MULTILINE)) == targets()


def test_an_old_python_is_turned_away_with_a_remedy(tmp_path: Path) -> None:
    old = tmp_path / "python3.8"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    command = ["make", "-s", "setup", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stdout + done.stderr
    assert not (tmp_path / "venv").exists()


def test_the_hooks_run_what_ci_runs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = {hook["entry"] for repo in config["repos"] for hook in repo["hooks"]}
    ci = (ROOT / ".ci" / "run").read_text().splitlines()
    assert hooks == {"make check", "make test"}
    assert hooks <= set(ci)


def test_the_licences_are_whole() -> None:
    assert "Neither the name of the copyright holder" in (ROOT / "LICENSE").read_text()
    lessons = (ROOT / "LICENSE-lessons").read_text()
    assert "Attribution 4.0 International" in lessons
    assert all(f"Section {number} – " in lessons for number in range(1, 9))


@pytest.mark.slow
def test_the_readmes_code_runs_and_prints_what_it_promises(tmp_path: Path) -> None:
    [block] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    [(least, total)] = re.findall(r"# at least (\d+) of (\d+)", block)
    command = [sys.executable, "-W", "error", "-c", block]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    right, of, out_of = done.stdout.split()
    assert (of, out_of) == ("of", total)
    assert int(right) >= int(least)


def test_the_readme_has_a_place_for_the_benchmarks() -> None:
    readme = (ROOT / "README.md").read_text()
    new = put(readme, r"| \1 | 8.0x |")
    assert r"| \1 | 8.0x |" in new
    assert put(new, "first\nsecond\n") == put(readme, "first\nsecond\n")
    with pytest.raises(SystemExit, match="one block"):
        put("no marks", "x")
