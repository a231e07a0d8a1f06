"""From the texts to the notebooks: python -m course.build [NN ...] [--check] [--force]"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from course.build.lesson import Lesson
from course.build.problems import BuildError

ROOT = Path(__file__).resolve().parents[2]
KEPT = {".ipynb_checkpoints"}  # what JupyterLab leaves beside a notebook


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="python -m course.build", description=__doc__)
    parser.add_argument("lessons", nargs="*", metavar="NN", help="a lesson, such as 03; all if none")
    parser.add_argument("--check", action="store_true", help="write nothing, say what is not up to date")
    parser.add_argument("--force", action="store_true", help="run the solutions even where no cell changed")
    options = parser.parse_args(arguments)
    every = [Lesson(root, path.stem) for path in sorted((root / "course" / "text").glob("*.py"))]
    chosen = [one for one in every if not options.lessons or {one.name, one.name[:2]} & set(options.lessons)]
    for wanted in set(options.lessons) - {part for one in chosen for part in (one.name, one.name[:2])}:
        known = ", ".join(one.name for one in every) or "none"
        parser.error(f"there is no lesson {wanted}; there are: {known}")
    failed = [*strangers(root, every)]
    for stranger in failed:
        print(stranger, file=sys.stderr)
    for lesson in chosen:
        try:
            done = check(lesson) if options.check else lesson.build(options.force)
        except BuildError as error:
            print(f"{lesson.name}: {error}", file=sys.stderr)
            failed.append(lesson.name)
        else:
            print(f"{lesson.name}: {done}", flush=True)
    return 1 if failed else 0


def check(lesson: Lesson) -> str:
    if stale := lesson.differences():
        what = " and ".join(stale)
        raise BuildError([f"{what}: not what course/text/{lesson.name}.py says. Run `make build`."])
    return "up to date"


def strangers(root: Path, lessons: list[Lesson]) -> Iterator[str]:
    """What lies among the notebooks and doesn't belong there: a learner would get it, too."""
    ours = {path for lesson in lessons for path in (lesson.solution, lesson.lesson)}
    for folder in (root / "solutions", root / "lessons"):
        for path in sorted(folder.glob("*/*")):
            if path not in ours and path.name not in KEPT:
                yield f"{path.relative_to(root)} comes from no text in course/text: remove it"


if __name__ == "__main__":
    sys.exit(main())
