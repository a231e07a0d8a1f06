"""Does a submission cost the same in a class of 500 as in one of 20? And what would 10,000 take?

    python bench/bench_class_sizes.py --lesson 01_adjacency --sizes 20 100 500 --workers 2

Each class is graded in a course of its own, sandbox and judge on; the smallest once more on a Dask cluster
with as many workers, on this machine. What the engine does by itself (read, repair, write the gradebook) is
counted apart: more workers don't help there, so it bounds what any cluster can do.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench_grading import School, submission
from distributed import LocalCluster
from measure import table

MANY = 10_000
TICKS = os.sysconf("SC_CLK_TCK")


def graded(lesson: str, size: int, *how: str) -> tuple[float, float]:
    """Seconds that the class took, and of them the processor's in the engine's own process."""
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        school = School.found(Path(folder), lesson)
        for student in range(size):
            school.hand_in(f"s{student:04d}", submission(lesson, student))
        with processor_time("course.grading") as spent:
            seconds = school.run("course.grading", lesson, f"--course={school.course}", *how)
        with_points = school.points()
        assert len(with_points) == size, f"{size - len(with_points)} of {size} are not in the gradebook"
    return seconds, spent[0]


@contextmanager
def processor_time(word: str) -> Iterator[list[float]]:
    """Of the process that we start meanwhile with this word in its command line, as last seen."""
    spent, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            for place in Path("/proc").glob("[0-9]*"):
                with suppress(OSError, ValueError, IndexError):
                    fields = (place / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[1]) == os.getpid() and word.encode() in (place / "cmdline").read_bytes():
                        spent[0] = (int(fields[11]) + int(fields[12])) / TICKS

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield spent
    finally:
        over.set()
        watcher.join()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lesson", default="01_adjacency")
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 100, 500])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="classes of one and two: does it run?")
    given = parser.parse_args()
    sizes = [1, 2] if given.quick else sorted(given.sizes)
    home = tempfile.TemporaryDirectory(prefix="secret-")
    os.environ["GNN_COURSE_SECRET"] = str(Path(home.name, "secret"))  # the same for Dask's workers
    rows = []
    for size in sizes:
        seconds, own = graded(given.lesson, size, f"--workers={given.workers}")
        rows.append(("processes", size, seconds, own))
    with LocalCluster(n_workers=given.workers, threads_per_worker=1, dashboard_address=None) as cluster:
        seconds, own = graded(given.lesson, sizes[0], f"--dask={cluster.scheduler_address}")
        rows.append(("Dask", sizes[0], seconds, own))
    print(table(
        f"Classes of lesson {given.lesson}, {given.workers} workers",
        ("crew", "submissions", "seconds", "s per submission", "of it the engine's own"),
        [(crew, str(n), f"{s:.0f}", f"{s / n:.2f}", f"{own / n:.2f}") for crew, n, s, own in rows],
    ))  # fmt: skip
    if len(sizes) > 1:
        project(*((size, seconds, own) for _, size, seconds, own in (rows[0], rows[len(sizes) - 1])))


def project(small: tuple[int, float, float], large: tuple[int, float, float]) -> None:
    """From the slope between two classes, so that the start counts once."""
    more = large[0] - small[0]
    each, own = ((large[k] - small[k]) / more for k in (1, 2))
    hours, bound = MANY * each / 3600, MANY * own / 3600
    print(
        f"One more submission costs {each:.2f} s: {MANY:,} would take {hours:.1f} hours on these workers.\n"
        f"More workers shorten that to {bound:.1f} hours at best: {own:.2f} s of each are the engine's own."
    )


if __name__ == "__main__":
    start = time.perf_counter()
    main()
    print(f"({time.perf_counter() - start:.0f} s)")
