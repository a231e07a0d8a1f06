"""Item 14 and 15: what answers the judge in the student's process is the student's to change."""
# ruff: noqa: E501  (attacks are kept as somebody would type them)

from tests.grading.hostile.entry import Entry

_LIBRARY = """
        def adjacency(edge_index, num_nodes):
            from gnn_lib.convert import to_dense
            from gnn_lib.graph import Graph
            return to_dense(Graph(edge_index, num_nodes=num_nodes))
        """

FAMILY = (
    Entry("stdout-score", (14,), "prints a score, on every channel that there is", code="""
        import sys, os
        print("3.0")
        print("Score: 3/3", file=sys.stderr)
        os.write(1, b"3.0\\n")
        from IPython.display import display
        display(3.0)
        3.0
        """, last="3.0", stock_safe=True),
    Entry("result-file", (14,), "writes the files that a grader might read a score from", code="""
        import json, pathlib
        for name in ("results.json", "score.txt", "record.json", "01_adjacency.json", "feedback.html"):
            pathlib.Path(name).write_text(json.dumps({"score": 7, "adjacency": 3, "status": "right"}))
        """, stock_safe=True),
    Entry("forged-seal", (14,), "shows a page in the judge's own dress, with a seal", code="""
        from IPython.display import publish_display_data
        html = "<section class='gnn right'>Right. 3 of 3 points</section>"
        publish_display_data({"text/html": html, "text/plain": "3.0"}, {"gnn_course": {"seal": "0" * 64}})
        """, stock_safe=True),
    Entry("run-patched", (14,), "replaces the course's runner by one that swears all is well", code="""
        from gnn_lib.exercises import answering, run
        from gnn_lib.exercises.calls import Outcome
        import torch
        good = lambda answer, call, may_use=None: Outcome({"result": torch.ones(())})
        run.run = good
        answering.run_all = lambda answer, calls, may_use: [good(answer, call) for call in calls]
        """, score=3.0 + 1.0, stock_safe=True),
    Entry("reply-empty", (14,), "replies with no outcomes at all", code="""
        from gnn_lib.exercises import answering
        answering.reply = lambda *a: answering.Reply([])
        """, stock_safe=True),
    Entry("reply-none", (14,), "replies with what Jupyter shows of None", code="""
        from gnn_lib.exercises import answering
        answering.reply = lambda *a: None
        """, stock_safe=True),
    Entry("reply-raises", (14,), "raises in place of a reply", code="""
        from gnn_lib.exercises import answering
        def reply(*a):
            raise KeyError({"status": "ok"})
        answering.reply = reply
        """, stock_safe=True),
    Entry("reply-verdict", (14,), "replies with a verdict and a score instead of outcomes", code="""
        from gnn_lib.exercises import answering
        class Verdict:
            def _repr_mimebundle_(self, **_):
                return {answering.OUTCOMES: {"status": "right", "score": 3.0}, "text/plain": "3.0"}
        answering.reply = lambda *a: Verdict()
        """, stock_safe=True),
    Entry("reply-of-another", (14,), "replies with the outcomes of the exercise before, which was right", code="""
        from gnn_lib.exercises import answering
        import torch
        true = answering.reply
        answering.reply = lambda name, calls, may_use: true("in_degree", calls, may_use)
        """, stock_safe=True),
    Entry("wire-patched", (14,), "writes outcomes with fields and dtypes that the judge doesn't know", code="""
        from gnn_lib.exercises import answering, wire
        import base64, json, struct
        def letters(outcome):
            header = json.dumps({"kind": "Outcome", "outputs": {"result": {"array": "object", "shape": [-1, 2**62]}},
                                 "changed": [], "library": "", "printed": "", "problem": None,
                                 "score": 3.0, "__reduce__": "os.system"}).encode()
            return base64.b64encode(wire.MAGIC + struct.pack("<I", len(header)) + header).decode()
        answering._letters = letters
        """, score=3.0, stock_safe=True),
    Entry("wire-huge-header", (14, 21), "sends lengths that are not so", code="""
        from gnn_lib.exercises import answering, wire
        import base64, struct
        answering._letters = lambda o: base64.b64encode(wire.MAGIC + struct.pack("<I", 2**32 - 1) + b"{").decode()
        """, score=3.0, stock_safe=True),
    Entry("wire-deep", (14,), "sends a header that is nested without end", code="""
        from gnn_lib.exercises import answering, wire
        import base64, struct
        deep = b'{"kind":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
        answering._letters = lambda o: base64.b64encode(wire.MAGIC + struct.pack("<I", len(deep)) + deep).decode()
        """, score=3.0, stock_safe=True),
    Entry("wire-half-letters", (14,), "sends halves of characters as its error's name", code="""
        from gnn_lib.exercises import answering
        from gnn_lib.exercises.calls import Outcome, Problem
        bad = Outcome(problem=Problem("crashed", "\\ud800" * 50, "\\udfff", "\\ud800", "\\ud800"), printed="\\ud800")
        answering.run_all = lambda answer, calls, may_use: [bad] * len(calls)
        """, score=4.0, stock_safe=True),
    Entry("not-attempted", (14,), "says of some calls that they were not attempted, of others nothing", code="""
        from gnn_lib.exercises import answering
        from gnn_lib.exercises.calls import Outcome, Problem
        kinds = ["not attempted", "not run", "stopped", "too slow", "parameters", "returned nothing"]
        answering.run_all = lambda answer, calls, may_use: [
            Outcome(problem=Problem(kinds[i % len(kinds)])) for i, call in enumerate(calls)]
        """, stock_safe=True),
    Entry("pickle-bomb", (15,), "returns an object that runs a command where it is unpickled", answer="""
        class Bomb:
            def __reduce__(self):
                import os
                return os.system, ("touch @WORLD@/hostile-was-here",)
        def adjacency(edge_index, num_nodes):
            return Bomb()
        """, stock_safe=True),
    Entry("pickle-array", (15,), "returns an array of objects, and a pickle in bytes", answer="""
        def adjacency(edge_index, num_nodes):
            import pickle
            return np.array([[pickle.dumps(len)] * num_nodes] * num_nodes, dtype=object)
        """, stock_safe=True),
    Entry("repr-bomb", (15,), "returns an object whose every method fails in another way", answer="""
        class Bomb(list):
            def __getattribute__(self, name):
                raise SystemExit(name)
            def __iter__(self):
                raise KeyboardInterrupt
            __len__ = lambda self: -1
        def adjacency(edge_index, num_nodes):
            return Bomb()
        """, stock_safe=True, score=4.0),
    Entry("library-does-it", (14,), "lets the library do the work", answer=_LIBRARY, stock_safe=True),
    Entry("library-by-import", (14,), "takes the library's function for its own", answer="""
        from gnn_lib.convert import to_dense as adjacency_of
        from gnn_lib.graph import Graph
        adjacency = lambda edge_index, num_nodes: adjacency_of(Graph(edge_index, num_nodes=num_nodes))
        """, stock_safe=True),
    Entry("library-unwatched", (14,), "silences the note that the library did the work: not covered, see judge.py",
          code="""
        from gnn_lib.exercises import run
        import contextlib
        run.watch_library = lambda may_use: contextlib.nullcontext(type("Seen", (), {"name": ""}))
        """, answer=_LIBRARY, stock_safe=True, score=7.0, gap=3.0),
    Entry("steady-patched", (14, 33), "replaces what makes each call start from the same ground", code="""
        import contextlib
        from gnn_lib.exercises import run, steady
        @contextlib.contextmanager
        def shaky(seed):
            print("seed", seed)
            yield
        run.steady = steady.steady = shaky
        """, stock_safe=True),
    Entry("time-limit-patched", (14, 18), "takes the time limit of a call away, and never ends", code="""
        import contextlib
        from gnn_lib.exercises import run
        run.time_limit = lambda seconds: contextlib.nullcontext()
        """, answer="""
        def adjacency(edge_index, num_nodes):
            while True:
                pass
        """, stopped="seconds", score=3.0, seconds=50),
)  # fmt: skip
