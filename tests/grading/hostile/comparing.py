"""Items 6 to 8: answers that agree with everything, and comparisons that agree with every answer."""
# ruff: noqa: E501  (attacks are kept as somebody would type them)

from tests.grading.hostile.entry import Entry

FAMILY = (
    Entry("allclose", (6,), "makes torch's and NumPy's comparisons say yes", code="""
        import numpy, torch
        yes = lambda *a, **k: True
        for place, names in ((torch, "allclose equal isclose eq"), (numpy, "allclose array_equal isclose")):
            for name in names.split():
                setattr(place, name, yes)
        torch.isclose = lambda a, b, **k: torch.ones_like(a, dtype=torch.bool)
        torch.Tensor.equal = torch.Tensor.allclose = yes
        """),
    Entry("testing", (6,), "empties numpy.testing and torch.testing", code="""
        import numpy.testing, torch.testing
        for place in (numpy.testing, torch.testing):
            for name in dir(place):
                if name.startswith("assert"):
                    setattr(place, name, lambda *a, **k: None)
        """, stock_safe=True),
    Entry("compare-patched", (6,), "replaces the course's own comparison", code="""
        from gnn_lib.exercises import closeness, compare, diagnose
        import torch
        yes = lambda a, b: torch.ones(a.shape, dtype=torch.bool)
        closeness.close = compare.close = yes
        compare.first_difference = lambda *a, **k: None
        diagnose.first_difference = lambda *a, **k: None
        diagnose.fault = lambda *a, **k: None
        """, stock_safe=True),
    Entry("diagnose-patched", (6, 14), "replaces the course's verdict by a right one", code="""
        from gnn_lib.exercises import diagnose, tools
        from gnn_lib.exercises.verdict import Group, Verdict
        def right(exercise, *rest, **more):
            groups = tuple(Group(n, p, True) for n, p in exercise.points.items())
            return Verdict(exercise.name, "right", "Right", "", groups)
        tools.check_answer = diagnose.check_answer = diagnose.diagnose = right
        """, stock_safe=True),
    Entry("score-patched", (6, 14), "gives every verdict full marks", code="""
        from gnn_lib.exercises import verdict
        verdict.Verdict.score = property(lambda self: self.total)
        """, stock_safe=True),
    Entry("eq-object", (7,), "returns an object that is equal to anything", answer="""
        def adjacency(edge_index, num_nodes):
            class Same:
                __eq__ = lambda self, other: True
                __ne__ = lambda self, other: False
                __float__ = lambda self: 1.0
                __len__ = lambda self: num_nodes
                shape = (num_nodes, num_nodes)
                dtype = torch.float32
                dim = lambda self: 2
            return Same()
        """, stock_safe=True),
    Entry("torch-function", (7,), "returns a tensor that answers every function with yes", answer="""
        class Same(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                name = getattr(function, "__name__", "")
                if name in ("equal", "allclose"):
                    return True
                if name in ("isclose", "eq", "__eq__", "le", "all"):
                    return torch.ones(3, 3, dtype=torch.bool)
                with torch._C.DisableTorchFunctionSubclass():
                    return function(*args, **(kwargs or {}))

        def adjacency(edge_index, num_nodes):
            return torch.zeros(num_nodes, num_nodes).as_subclass(Same)
        """, stock_safe=True),
    Entry("array-function", (7,), "returns an array that takes NumPy's functions over", answer="""
        class Same(np.ndarray):
            __array_priority__ = 1000
            __eq__ = lambda self, other: np.True_
            __ne__ = lambda self, other: np.False_
            def __array_function__(self, function, types, args, kwargs):
                if function.__name__ in ("allclose", "array_equal", "isclose"):
                    return True
                return super().__array_function__(function, types, args, kwargs)

        def adjacency(edge_index, num_nodes):
            return np.zeros((num_nodes, num_nodes)).view(Same)
        """, stock_safe=True),
    Entry("class-lies", (7, 8), "says that it is of another class than it is", answer="""
        class Liar:
            __class__ = torch.Tensor
            def __getattr__(self, name):
                return lambda *a, **k: self
        def adjacency(edge_index, num_nodes):
            return Liar()
        """, stock_safe=True),
    Entry("changing", (7,), "returns a list that is another one each time it is read", answer="""
        class Moving(list):
            reads = 0
            def __iter__(self):
                Moving.reads += 1
                return iter([[Moving.reads % 2] * len(self)] * len(self))
        def adjacency(edge_index, num_nodes):
            return Moving([0] * num_nodes)
        """, stock_safe=True),
    Entry("int-subclass", (8,), "answers a question with numbers that equal any", answer="""
        class Any(float):
            __eq__ = lambda self, other: True
            __hash__ = float.__hash__
            __sub__ = __rsub__ = lambda self, other: 0.0
            __abs__ = lambda self: 0.0
        def adjacency(edge_index, num_nodes):
            return [[Any(5)] * num_nodes] * num_nodes
        """, stock_safe=True),
    Entry("report-subclass", (8, 14), "makes the check's value a float above full marks", code="""
        class Score(float):
            pass
        check = lambda *a, **k: Score(1e9)
        """, stock_safe=True),
    Entry("nan", (7,), "returns NaN, which compares to nothing", answer="""
        def adjacency(edge_index, num_nodes):
            return torch.full((num_nodes, num_nodes), float("nan"))
        """, stock_safe=True),
    Entry("infinite", (7,), "returns numbers that overflow where they are compared", answer="""
        def adjacency(edge_index, num_nodes):
            return torch.full((num_nodes, num_nodes), 1.7e308, dtype=torch.float64) * 10
        """, stock_safe=True),
    Entry("half", (7,), "returns a dtype in which small differences vanish", answer="""
        def adjacency(edge_index, num_nodes):
            A = torch.zeros(num_nodes, num_nodes, dtype=torch.bfloat16)
            A[edge_index[0], edge_index[1]] = 1
            return A + 0.004
        """, stock_safe=True, score=4.0),
    Entry("default-dtype", (7,), "changes the default dtype, so that 7 becomes another number", code="""
        import torch
        torch.set_default_dtype(torch.float16)
        torch.set_default_device("meta")
        """, score=3.0 + 1.0),
    Entry("complex", (7,), "returns complex numbers", answer="""
        def adjacency(edge_index, num_nodes):
            return torch.zeros(num_nodes, num_nodes, dtype=torch.complex64) + 1j
        """, stock_safe=True),
    Entry("negative-strides", (7,), "returns views with strides below 0 and of 0", answer="""
        def adjacency(edge_index, num_nodes):
            return np.zeros((num_nodes, num_nodes))[::-1, ::-1]
        """, stock_safe=True),
    Entry("huge", (7, 21), "returns an array whose one number stands for a trillion", answer="""
        def adjacency(edge_index, num_nodes):
            return torch.zeros(1).expand(1_000_000, 1_000_000)
        """, stock_safe=True),
    Entry("overlapping", (7,), "returns memory that changes while it is read", answer="""
        def adjacency(edge_index, num_nodes):
            import threading
            A = torch.zeros(num_nodes, num_nodes)
            threading.Thread(target=lambda: [A.add_(1) for _ in range(9)], daemon=True).start()
            return A
        """, stock_safe=True),
    Entry("other-layouts", (7,), "returns sparse, quantised and nested tensors by turns", answer="""
        def adjacency(edge_index, num_nodes):
            A = torch.zeros(num_nodes, num_nodes)
            return A.to_sparse() if num_nodes % 2 else torch.quantize_per_tensor(A, 1.0, 0, torch.qint8)
        """),
    Entry("invalid-sparse", (7, 16), "returns a sparse tensor with indices beyond its end", answer="""
        def adjacency(edge_index, num_nodes):
            return torch.sparse_coo_tensor([[99], [99]], [1.0], (num_nodes, num_nodes), check_invariants=False)
        """),
)  # fmt: skip
