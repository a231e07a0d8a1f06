"""Items 34 to 36: answers learned by heart, hidden cases carried out, and times that are not so."""
# ruff: noqa: E501  (attacks are kept as somebody would type them)

from pathlib import Path

from tests.grading.hostile.entry import LESSON, Entry

FAMILY = (
    Entry("by-heart", (34,), "has the answer to the lesson's own example by heart", answer="""
        def adjacency(edge_index, num_nodes):
            known = {(3, "[0, 0, 1, 2]", "[1, 2, 2, 0]"): [[0, 1, 1], [0, 0, 1], [1, 0, 0]],
                     (4, "[0, 1, 2]", "[1, 2, 3]"): [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]}
            key = (num_nodes, *(str(row.tolist()) for row in edge_index))
            return torch.tensor(known.get(key, [[0] * num_nodes] * num_nodes))
        """, stock_safe=True),
    Entry("by-heart-all", (34,), "has every shown case by heart", answer="""
        def right(edge_index, num_nodes):
            A = torch.zeros(num_nodes, num_nodes)
            for i, j in edge_index.T.tolist():
                A[i, j] += 1
            return A
        def adjacency(edge_index, num_nodes):
            from gnn_lib.exercises.graphs import sample_graphs
            shown = [graph.edge_index for _, graph in sample_graphs(torch.Generator().manual_seed(0))]
            if any(edge_index.shape == e.shape and torch.equal(edge_index, e) for e in shown):
                return right(edge_index, num_nodes)
            return torch.zeros(num_nodes, num_nodes) - 1
        """, stock_safe=True),
    Entry("replay", (34,), "keeps what it returned, and returns it again for whatever has that shape", answer="""
        KEPT = {}
        def adjacency(edge_index, num_nodes):
            return KEPT.setdefault(num_nodes, torch.ones(num_nodes, num_nodes))
        """, stock_safe=True),
    Entry("first-right-then-lazy", (34,), "is right as long as it believes to be watched", answer="""
        CALLS = []
        def adjacency(edge_index, num_nodes):
            CALLS.append(1)
            A = torch.zeros(num_nodes, num_nodes)
            if len(CALLS) < 10:
                for i, j in edge_index.T.tolist():
                    A[i, j] += 1
            return A
        """, stock_safe=True),
    Entry("last-right", (34,), "is wrong on every shown case and right on the hidden ones", answer="""
        CALLS = []
        def adjacency(edge_index, num_nodes):
            CALLS.append(1)
            A = torch.zeros(num_nodes, num_nodes)
            if len(CALLS) > 10:
                for i, j in edge_index.T.tolist():
                    A[i, j] += 1
            return A
        """, stock_safe=True),
    Entry("read-out", (35,), "carries the hidden cases out, in what a later cell prints", answer="""
        SEEN = []
        def adjacency(edge_index, num_nodes):
            SEEN.append((num_nodes, edge_index.tolist()))
            return torch.zeros(num_nodes, num_nodes) + len(SEEN)
        """, last="""
        print("hidden inputs:", len(SEEN), SEEN[-1])
        """, stock_safe=True, shows="hidden inputs: "),
    Entry("read-out-by-error", (35,), "carries them out in the words of an error", answer="""
        def adjacency(edge_index, num_nodes):
            raise ValueError(f"{num_nodes} {edge_index.tolist()}")
        """, stock_safe=True),
    Entry("time-to-come", (36,), "says that it was handed in next year", answer="def adjacency(e, n): return None",
          folder=lambda folder: _stamp(folder, "2999-01-01 00:00:00 UTC"), findings=("timestamp",),
          stock_safe=True),
    Entry("time-is-no-time", (36,), "says that it was handed in at a file's name",
          folder=lambda folder: _stamp(folder, "2026-01-01 00:00:00 ../../../etc/passwd"),
          findings=("timestamp",)),
    Entry("time-is-huge", (36,), "says it in ten megabytes",
          folder=lambda folder: _stamp(folder, "9" * 10_000_000), findings=("timestamp",)),
    Entry("time-by-link", (36, 27), "lets the time be read from elsewhere",
          folder=lambda folder: (folder / "timestamp.txt").symlink_to("/etc/passwd"), findings=("timestamp",)),
)  # fmt: skip


def _stamp(folder: Path, text: str) -> None:
    assert (folder / f"{LESSON}.ipynb").exists()
    (folder / "timestamp.txt").write_text(text)
