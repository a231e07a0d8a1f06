"""Items 1 to 5 and 26: what decides in a notebook whether and how a cell runs, and what runs it."""

from nbformat import NotebookNode

from tests.grading.hostile.entry import Entry, marked


def _tag(*tags: str) -> object:
    def edit(notebook: NotebookNode) -> None:
        for name in ("adjacency", "check_adjacency"):
            marked(notebook, name).metadata["tags"] = list(tags)

    return edit


def _nbclient_says_skip(notebook: NotebookNode) -> None:
    notebook.metadata["execution"] = {"allow_errors": True, "skip_cells_with_tag": "grade"}
    marked(notebook, "check_adjacency").metadata["tags"] = ["grade"]


FAMILY = (
    Entry("tag-skip", (1,), "tags the check so that nbclient skips it",
          edit=_tag("skip-execution"), findings=("tagged",), stock_safe=True),
    Entry("tag-raises", (1,), "tags the check so that its error is expected",
          edit=_tag("raises-exception"), findings=("tagged",), stock_safe=True),
    Entry("tag-remove", (1,), "tags the cells so that nbconvert leaves them out",
          edit=_tag("remove_cell", "hide_input", "remove_output"), findings=("tagged",), stock_safe=True),
    Entry("tag-in-notebook", (1,), "asks for skipping in the notebook's own metadata",
          edit=_nbclient_says_skip, findings=("tagged",), stock_safe=True),
    Entry("input-transformer", (2,), "rewrites every check before it is parsed", code="""
        def nothing(lines):
            return ["3.0\\n"] if any("check(" in line for line in lines) else lines
        get_ipython().input_transformers_cleanup.append(nothing)
        """, stock_safe=True),
    Entry("input-transformer-post", (2,), "the same, after IPython's own transformers", code="""
        def nothing(lines):
            return ["3.0\\n"] if any("check" in line for line in lines) else lines
        get_ipython().input_transformers_post.append(nothing)
        """, stock_safe=True),
    Entry("transform-cell", (2,), "replaces the method that transforms cells", code="""
        shell = get_ipython()
        old = shell.transform_cell
        shell.transform_cell = lambda raw: "3.0\\n" if "check(" in raw else old(raw)
        """, stock_safe=True),
    Entry("ast-transformer", (3,), "removes asserts and checks from the syntax tree", code="""
        import ast
        class Nothing(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.Pass()
            def visit_Call(self, node):
                name = getattr(node.func, "id", "")
                return ast.copy_location(ast.Constant(3.0), node) if name == "check" else node
        get_ipython().ast_transformers.append(Nothing())
        """, stock_safe=True),
    Entry("compile", (3,), "replaces the compiler of cells", code="""
        shell = get_ipython()
        old = type(shell.compile).__call__
        def compile_(self, source, *rest, **more):
            return old(self, source, *rest, **more)
        type(shell.compile).__call__ = compile_
        import builtins
        true = builtins.compile
        builtins.compile = lambda s, *a, **k: true("3.0" if "check(" in str(s) else s, *a, **k)
        """, stock_safe=True),
    Entry("run-cell", (4,), "makes every later cell a success that did nothing", code="""
        from IPython.core.interactiveshell import ExecutionResult
        shell = get_ipython()
        async def run(*arguments, **more):
            return ExecutionResult(None)
        shell.run_cell = lambda *a, **k: ExecutionResult(None)
        shell.run_cell_async = run
        """, score=3.0),
    Entry("do-execute", (4,), "answers every later request with a score by itself", code="""
        kernel = get_ipython().kernel
        async def do_execute(code, silent, *rest, **more):
            content = dict(execution_count=9, data={"text/plain": "3.0"}, metadata={})
            kernel.session.send(kernel.iopub_socket, "execute_result", content, parent=kernel.get_parent())
            return dict(status="ok", execution_count=9, payload=[], user_expressions={})
        kernel.do_execute = do_execute
        """, score=3.0),
    Entry("run-code", (4,), "runs no code object of a check", code="""
        shell = get_ipython()
        old = shell.run_code
        async def run_code(code, *rest, **more):
            return False if "check" in code.co_names else await old(code, *rest, **more)
        shell.run_code = run_code
        """, stock_safe=True),
    Entry("pre-run-cell", (4,), "swaps the functions in a hook before each cell", code="""
        def swap(info):
            get_ipython().user_ns["check"] = lambda *a, **k: 3.0
        get_ipython().events.register("pre_run_cell", swap)
        """, stock_safe=True),
    Entry("check-replaced", (4, 6), "defines a check of its own", code="""
        def check(*answers, **named):
            return 3.0
        """, stock_safe=True),
    Entry("check-as-builtin", (4, 6), "replaces check, and makes sure that nobody gets it back", code="""
        class Space(dict):
            def __getitem__(self, name):
                return (lambda *a, **k: 3.0) if name == "check" else dict.__getitem__(self, name)
        import builtins, gnn_lib.exercises
        builtins.check = gnn_lib.exercises.start(1)[0]
        gnn_lib.exercises.start = lambda n: (lambda *a, **k: 3.0,) * 3
        check = lambda *a, **k: 3.0
        """, stock_safe=True),
    Entry("showtraceback", (5,), "shows no error, so none is seen", code="""
        shell = get_ipython()
        for name in ("showtraceback", "showsyntaxerror", "_showtraceback"):
            setattr(shell, name, lambda *a, **k: None)
        """, stock_safe=True),
    Entry("custom-exceptions", (5,), "handles every exception, and shows a score instead", code="""
        def handler(shell, kind, value, trace, tb_offset=None):
            print("3.0")
        get_ipython().set_custom_exc((BaseException,), handler)
        """, stock_safe=True),
    Entry("excepthook", (5,), "ends quietly what ends with an error", code="""
        import sys
        sys.excepthook = sys.unraisablehook = lambda *a: None
        get_ipython().CustomTB = lambda *a, **k: None
        """, stock_safe=True),
    Entry("user-expressions", (4, 14), "answers the judge's question with a sentence", code="""
        shell = get_ipython()
        shell.user_expressions = lambda expressions: {
            name: {"status": "ok", "data": {"text/plain": "3.0"}, "metadata": {}} for name in expressions}
        """, score=3.0),
    Entry("eval-replaced", (4, 14), "replaces eval, by which the judge's question would be answered", code="""
        import builtins
        from gnn_lib.exercises.answering import Reply
        true = builtins.eval
        builtins.eval = lambda s, *a, **k: Reply([]) if "answering" in str(s) else true(s, *a, **k)
        """, stock_safe=True, score=3.0),
    Entry("shell-magics", (26,), "looks around with %%bash and !", code="""
        !id; cat /etc/passwd /etc/shadow; echo tried-a-shell
        """, stock_safe=True, shows="tried-a-shell"),
    Entry("bash-cell", (26,), "writes where it should not, from a script", code="""%%bash
        for place in / /usr /etc @WORLD@ @REPOSITORY@ /dev/shm /var/tmp $HOME; do
            echo x > $place/hostile-was-here 2>/dev/null
        done
        echo tried-to-write
        """, shows="tried-to-write"),
    Entry("load-ext", (26,), "loads an extension of its own that redefines magics", code="""
        import pathlib, sys
        pathlib.Path("evil_ext.py").write_text(
            "def load_ipython_extension(shell):\\n shell.user_ns['check'] = lambda *a, **k: 3.0\\n")
        sys.path.insert(0, ".")
        %load_ext evil_ext
        """, stock_safe=True),
    Entry("javascript-cell", (26, 31), "clicks through the instructor's page", code="""%%javascript
        for (const b of document.querySelectorAll(".full-credit")) b.click();
        """, stock_safe=True),
)  # fmt: skip
