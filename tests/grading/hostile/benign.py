"""Item 37: what honest people hand in. It must lose nothing: all of these have solved all three exercises."""
# ruff: noqa: E501  (attacks are kept as somebody would type them)

import json
from typing import Any

from nbformat import NotebookNode

from tests.grading.hostile.entry import ALL, LESSON, Entry, marked, put
from tests.grading.submissions import solutions

RIGHT = solutions(LESSON)["adjacency"]


def _entry(name: str, does: str, code: str = "", answer: str = RIGHT, **more: Any) -> Entry:
    return Entry(name, (37,), does, code=code, answer=answer, score=ALL, stock_safe=True, **more)


def _vs_code(data: bytes) -> bytes:
    """VS Code keeps a language with each cell, writes long ids of its own, and its kernel's path."""
    notebook = json.loads(data)
    for cell in notebook["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}
    notebook["metadata"] = {"kernelspec": {"display_name": ".venv (3.11.2)", "language": "python", "name": "python3"},
                            "language_info": {"name": "python", "version": "3.12.1"}, "orig_nbformat": 4}  # fmt: skip
    return json.dumps(notebook, indent=1).encode()


def _colab(data: bytes) -> bytes:
    """Colab drops the cells' ids, puts its own into the metadata, and is of format 4.0."""
    notebook = json.loads(data)
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] |= {"id": f"Zt_{number}aB", "colab": {"base_uri": "https://localhost:8080/"}}
        del cell["id"]
    notebook |= {"nbformat": 4, "nbformat_minor": 0}
    notebook["metadata"]["colab"] = {"provenance": [], "toc_visible": True}
    return json.dumps(notebook).encode()


def _crlf(data: bytes) -> bytes:
    notebook = json.loads(data)
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        cell["source"] = source.replace("\n", "\r\n")
    return json.dumps(notebook, indent=1).replace("\n", "\r\n").encode()


def _stripped(data: bytes) -> bytes:
    notebook = json.loads(data)
    for cell in notebook["cells"]:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
    return json.dumps(notebook).encode()


def _ran_out_of_order(notebook: NotebookNode) -> None:
    counts = iter((7, 41, 3, 12, 2, 99, 1))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = next(counts)


def _helper_below(notebook: NotebookNode) -> None:
    """The solution calls a helper that is defined in a cell below it: so it was run before."""
    marked(notebook, "adjacency").source = "def adjacency(edge_index, num_nodes):\n    return helper(edge_index, num_nodes)"
    put(notebook, "adjacency", RIGHT.replace("def adjacency", "def helper"))


FAMILY = (
    _entry("solved", "has solved everything"),
    _entry("warnings", "is warned, on stderr and by Python", "import sys, warnings\n"
           "print('careful', file=sys.stderr)\nwarnings.warn('old')\nnp.log(np.zeros(1))",
           answer=RIGHT.replace("    A = ", "    import warnings\n    warnings.warn('deprecated')\n    A = ")),
    _entry("input", "asks a question that nobody answers", "name = input('Your name? ')\nprint(name)",
           shows="StdinNotImplementedError"),
    _entry("slow-imports", "imports a lot", "import sklearn, scipy.sparse, pandas as pd\nimport networkx\nimport time\n"
           "time.sleep(2)\n", seconds=40),
    _entry("out-of-order", "ran its cells in another order", edit=_ran_out_of_order),
    _entry("helper-below", "defines below what it calls above", edit=_helper_below),
    _entry("crlf", "works on Windows", raw=_crlf),
    _entry("vs-code", "works in VS Code", raw=_vs_code),
    _entry("colab", "works in Colab", raw=_colab),
    _entry("stripped", "had what cells need not have stripped by a tool", raw=_stripped),
    _entry("unicode", "names things in its own language", "größe_σ = 3\nприветствие = '你好 🙂 \\u202e'\nprint(приветствие, größe_σ)",
           answer=RIGHT.replace("A", "Матрица")),
    _entry("magics", "uses the magics that everyone uses",
           "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\n%timeit -n 2 -r 2 sum(range(9))\n"
           "%time x = 1\n%pwd\n%whos"),
    _entry("cell-magic", "times its cell", "%%time\ny = sum(range(99))"),
    _entry("shell", "looks around", "!ls -la\n!python --version\nfiles = !echo one two\nprint(files)"),
    _entry("pip", "installs what is there already", "%pip install numpy\n!pip install torch --quiet", seconds=30),
    _entry("tqdm", "shows progress", "from tqdm.auto import tqdm\nfor _ in tqdm(range(1000)):\n    pass\n"
           "import sys\nfor _ in tqdm(range(10), file=sys.stdout):\n    pass"),
    _entry("megabyte", "prints a megabyte", "for number in range(20_000):\n    print(number, 'x' * 45)"),
    _entry("figures", "draws", "for _ in range(3):\n    plt.plot([1, 2], [3, 4]); plt.title('μ'); plt.show()\n"
           "plt.imshow(np.random.rand(200, 200))", shows="image/png"),
    _entry("prints-in-answer", "prints while it is asked",
           answer=RIGHT.replace("    A = ", "    print('here', edge_index)\n    A = ")),
    _entry("error-elsewhere", "left a cell that fails", "1 / 0\n", last="undefined_name", shows="ZeroDivisionError"),
    _entry("assert-own", "tests itself", "assert in_degree(torch.tensor([[0], [1]]), 2).tolist() == [0, 1]"),
    _entry("threads", "asks torch for more threads", "torch.set_num_threads(4)\ntorch.set_printoptions(precision=9)"),
    _entry("seeds", "sets seeds and dtypes", "torch.manual_seed(0)\nnp.random.seed(1)\ntorch.set_default_dtype(torch.float64)"),
    _entry("no-grad", "switches gradients off for good", "torch.set_grad_enabled(False)"),
    _entry("class-and-cache", "keeps results in a cache",
           answer="import functools\n" + RIGHT.replace("def adj", "calls = []\ndef adj").replace("    A = ", "    calls.append(1)\n    A = ")),
    _entry("type-hints", "annotates, from the future", answer="from __future__ import annotations\n" + RIGHT),
    _entry("numpy-answer", "answers in NumPy", answer=(
        "def adjacency(edge_index, num_nodes):\n    A = np.zeros((num_nodes, num_nodes))\n"
        "    np.add.at(A, tuple(edge_index.numpy()), 1)\n    return A")),
    _entry("list-answer", "answers with lists", answer=(
        "def adjacency(edge_index, num_nodes):\n    A = [[0] * num_nodes for _ in range(num_nodes)]\n"
        "    for i, j in edge_index.T.tolist():\n        A[i][j] += 1\n    return A")),
    _entry("writes-files", "writes and reads files of its own", "import pathlib\npathlib.Path('notes.txt').write_text('x')\n"
           "torch.save(torch.ones(3), 'w.pt'); print(torch.load('w.pt'))"),
    _entry("interrupted-before", "has a cell that takes too long", "import time\ntime.sleep(60)", seconds=30),
    _entry("async", "awaits", "import asyncio\nawait asyncio.sleep(0.01)\nprint('awaited')", shows="awaited"),
    _entry("clears-output", "clears what it showed", "from IPython.display import clear_output, display\nfor i in range(5):\n"
           "    display(i); clear_output(wait=True)\nh = display('a', display_id=True); h.update('b')"),
    _entry("widgets", "shows a slider", "import ipywidgets\nipywidgets.interact(lambda x: x, x=3)\n"
           "out = ipywidgets.Output()\nwith out:\n    print('inside')\nout"),
    _entry("reload", "reloads the library", "%load_ext autoreload\n%autoreload 2\nimport importlib, gnn_lib\n"
           "importlib.reload(gnn_lib)"),
    _entry("subprocess", "calls a program", "import subprocess\nprint(subprocess.run(['echo', 'called'], capture_output=True, text=True).stdout)",
           shows="called"),
    _entry("pool", "computes in a pool", "from concurrent.futures import ThreadPoolExecutor\n"
           "print(list(ThreadPoolExecutor(4).map(abs, range(9))))"),
)  # fmt: skip
