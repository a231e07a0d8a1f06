"""Run a solved notebook as a learner's JupyterLab would, away from everything that is the author's own."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from course.build.problems import BuildError
from course.build.rules import label

CELL_SECONDS = 120
MOST_BYTES = 1_000_000
OWN = ("NBGRADER", "GNN_COURSE_HOME", "XDG_")  # what the author's own machine says
LIVE = "application/vnd.jupyter.widget-view+json"
NOWHERE = "http://127.0.0.1:9"  # nothing listens there: a lesson that needs the network fails here first


def execute(notebook: NotebookNode, root: Path) -> None:
    """Run it in place. `root` holds the gnn_lib that it imports."""
    with tempfile.TemporaryDirectory(prefix="lesson-") as folder:
        work, home = Path(folder, "work"), Path(folder, "home")
        work.mkdir()
        home.mkdir()
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(work)}},
            record_timing=False,  # timestamps would change with every build
            store_widget_state=False,
            coalesce_streams=True,
        )
        language = notebook.metadata["language_info"]
        try:
            client.execute(env=environment(root, home))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise BuildError([f"a cell of the solution fails:\n{error}"]) from None
        finally:
            notebook.metadata["language_info"] = language  # nbclient puts the exact Python there
        still(notebook)
        left = sorted(path.name for path in work.iterdir())
    if left:
        raise BuildError([f"it writes {', '.join(left)}: what a lesson needs must come from gnn_lib"])


def still(notebook: NotebookNode) -> None:
    """Keep of a playground its picture and its words: what was live is gone with the kernel, and its id,
    which is drawn by lot, would be another in every build."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(LIVE, None)


def environment(root: Path, home: Path) -> dict[str, str]:
    """The environment of the kernel: `home` stands for every folder of the author's."""
    offline = {name: NOWHERE for proxy in ("http_proxy", "https_proxy") for name in (proxy, proxy.upper())}
    author = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    return {
        **author,
        **offline,
        "no_proxy": "localhost,127.0.0.1",
        "HOME": str(home),
        "MPLCONFIGDIR": matplotlib.get_configdir(),  # else it looks for fonts anew, and says so
        "GNN_LIB_DATA": str(home),
        "IPYTHONDIR": str(home),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "2",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")])),
    }


def faults(notebook: NotebookNode) -> Iterator[str]:
    """What is wrong with the outputs of a solved notebook."""
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code":
            where = f"cell {number} ({label(cell)})"
            if cell.execution_count is None:
                yield f"{where} has not run"
            for output in cell.outputs:
                if output.output_type == "stream" and output.name == "stderr":
                    yield f"{where} writes to stderr, an error in nbgrader's eyes: {output.text.strip()}"
    size = len(nbformat.writes(notebook).encode())
    if size >= MOST_BYTES:
        yield f"it has {size:,} bytes with its outputs, {MOST_BYTES:,} are too many: make them smaller"
