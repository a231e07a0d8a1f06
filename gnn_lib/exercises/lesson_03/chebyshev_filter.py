"""A filter on the spectrum, made of sums over neighbours only."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.datasets import path_abcd
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM

SHORT = "one weight, two weights"


def chebyshev_filter(x: Tensor, L: Tensor, theta: Tensor) -> Tensor:
    L_hat = L - torch.eye(L.size(0))
    before, now = x, L_hat @ x
    out = theta[0] * x
    for weight in theta[1:]:
        out = out + weight * now
        before, now = now, 2 * L_hat @ now - before
    return out


def cases(generator: torch.Generator) -> Iterator[Case]:
    path = path_abcd()
    step = torch.diag(torch.ones(3), 1) + torch.diag(torch.ones(3), -1)
    L = torch.eye(4) - 0.5 * step  # whole and half numbers, so that each step can be checked
    for theta in ([1.0, 2.0, 4.0], [0.0, 0.0, 0.0, 1.0]):
        yield Case(BY_HAND, dict(x=path.x, L=L, theta=torch.tensor(theta)), names=path.names)
    for nodes, features, terms in ((5, 2, 4), (3, 3, 6)):
        inputs = dict(
            x=torch.randn(nodes, features, generator=generator),
            L=torch.randn(nodes, nodes, generator=generator),
            theta=torch.randn(terms, generator=generator),
        )
        yield Case(RANDOM, inputs)
    for group, terms in ((SHORT, 1), (SHORT, 2), (GRADIENT, 4)):
        inputs = dict(
            x=torch.randn(4, 2, generator=generator),
            L=torch.randn(4, 4, generator=generator),
            theta=torch.randn(terms, generator=generator),
        )
        yield Case(group, inputs, grad=("x", "theta") if group == GRADIENT else ())


exercise = Exercise(
    answer=chebyshev_filter,
    task="Filter a signal by a Chebyshev polynomial of the Laplacian",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, SHORT: 0.5, GRADIENT: 0.5},
    minutes=7,
    mistakes=(
        Mistake(
            "forgets to shift the Laplacian",
            "The eigenvalues of L lie in [0, 2]; Chebyshev's polynomials stay tame on [-1, 1]. Subtract I "
            "first.",
            ("L - torch.eye(L.size(0))", "L"),
        ),
        Mistake(
            "forgets the factor two",
            "The recursion says 2 L̂ T_{k-1} - T_{k-2}. Without the 2, all is right up to T_1.",
            ("2 * L_hat @ now - before", "L_hat @ now - before"),
        ),
        Mistake(
            "forgets the term before the last",
            "You left out - T_{k-2}: each step only multiplies by 2 L̂ again, and grows.",
            ("2 * L_hat @ now - before", "2 * L_hat @ now"),
        ),
        Mistake(
            "uses plain powers",
            "These are L̂, L̂², L̂³. A polynomial as well, but its weights would mean something else, and "
            "high powers all look alike.",
            ("2 * L_hat @ now - before", "L_hat @ now"),
        ),
        Mistake(
            "doubles the first step, too",
            "T_1 is L̂ x, with no 2: the recursion starts with T_2.",
            ("before, now = x, L_hat @ x", "before, now = x, 2 * L_hat @ x"),
        ),
        Mistake(
            "overwrites what it still needs",
            "`before = now` comes first here, so that `now` is computed from itself. Change both at once: "
            "`before, now = now, ...`.",
            ("before, now = now, 2 * L_hat @ now - before",
             "before = now\n        now = 2 * L_hat @ now - before"),
        ),
        Mistake(
            "leaves out the last weight",
            "K + 1 weights, K + 1 terms: theta[K] T_K belongs to the sum.",
            ("theta[1:]", "theta[1:-1]"),
        ),
        Mistake(
            "takes the weights from the back",
            "theta[0] belongs to T_0 x, which is x itself, and so on upward.",
            ("out = theta[0] * x\n    for weight in theta[1:]",
             "theta = theta.flip(0)\n    out = theta[0] * x\n    for weight in theta[1:]"),
        ),
        Mistake(
            "gives the last term instead of the sum",
            "Every T_k x counts, each with its own weight: add them up as you go.",
            ("out = out + weight * now", "out = weight * now"),
        ),
        Mistake(
            "multiplies from the wrong side",
            "This gathers along the columns, L̂ᵀ x. Our L is symmetric, so you would not see it there; the "
            "formula says L̂ x.",
            ("L_hat = L - torch.eye(L.size(0))", "L_hat = L.T - torch.eye(L.size(0))"),
        ),
        Mistake(
            "fails for a single weight",
            "With one weight there is no theta[1]: the filter is theta[0] x. Let the loop run over the "
            "weights that are there.",
            """
            def chebyshev_filter(x, L, theta):
                L_hat = L - torch.eye(L.size(0))
                before, now = x, L_hat @ x
                out = theta[0] * before + theta[1] * now
                for k in range(2, len(theta)):
                    before, now = now, 2 * L_hat @ now - before
                    out = out + theta[k] * now
                return out
            """,
        ),
        Mistake(
            "adds the term before the last",
            "The recursion subtracts T_{k-2}: with a plus it is no longer Chebyshev's, and grows.",
            ("- before",
             "+ before"),
        ),
        Mistake(
            "shifts the wrong way",
            "I - L turns the sign of every odd term round. It is L - I.",
            ("L - torch.eye(L.size(0))",
             "torch.eye(L.size(0)) - L"),
        ),
        Mistake(
            "subtracts 1 from every entry",
            "`L - 1` changes every entry of the matrix. The shift of the eigenvalues by 1 is L - I.",
            ("L - torch.eye(L.size(0))",
             "L - 1"),
        ),
        Mistake(
            "takes the next term before using this one",
            "In the loop the new term was made first, so that theta[1] met T_2. First add, then step on.",
            ("out = out + weight * now\n        before, now = now, 2 * L_hat @ now - before",
             "before, now = now, 2 * L_hat @ now - before\n        out = out + weight * now"),
        ),
        Mistake(
            "doubles the Laplacian and shifts it",
            "2 L - I fits eigenvalues up to 1. Ours go up to 2, so L - I is enough.",
            ("L - torch.eye",
             "2 * L - torch.eye"),
        ),
        Mistake(
            "forgets the shift in the recursion",
            "T_1 is made with L̂, but the later terms with L. The shifted one belongs in every step.",
            ("2 * L_hat @ now", "2 * L @ now"),
        ),
        Mistake(
            "gives the first term no weight",
            "The sum begins with x itself. It should begin with theta[0] times x, like every other term.",
            ("out = theta[0] * x", "out = x"),
        ),
        Mistake(
            "leaves out the first term",
            "The sum begins with nothing: theta[0] T_0 x, a share of x itself, is missing.",
            ("out = theta[0] * x", "out = torch.zeros_like(x)"),
        ),
        Mistake(
            "begins with ones",
            "T_0 is the polynomial 1, and 1 times x is x. Here it became a table of ones, and the signal was "
            "lost.",
            ("before, now = x, L_hat @ x\n    out = theta[0] * x",
             "before, now = torch.ones_like(x), L_hat @ x\n    out = theta[0] * before"),
        ),
        Mistake(
            "gives the filter instead of what it makes of x",
            "This is the matrix g(L), [N, N]. Asked is the filtered signal, g(L) x. Let each term work on x: "
            "that is cheaper, too.",
            ("before, now = x, L_hat @ x\n    out = theta[0] * x",
             "before, now = torch.eye(len(L)), L_hat\n    out = theta[0] * before"),
        ),
        Mistake(
            "subtracts x in every step",
            "What is subtracted is the term before the last. That is x only when T_2 is made: it must move "
            "on with each step.",
            ("- before", "- x"),
        ),
        Mistake(
            "multiplies entry by entry",
            "`*` multiplies entry by entry. L̂ x is a sum over neighbours, a product of matrices: `@`.",
            """
            def chebyshev_filter(x, L, theta):
                L_hat = L - torch.eye(len(L))
                before, now = x, L_hat * x
                out = theta[0] * x
                for weight in theta[1:]:
                    out = out + weight * now
                    before, now = now, 2 * L_hat * now - before
                return out
            """,
        ),
        Mistake(
            "raises every entry to a power",
            "`L_hat ** k` raises each entry by itself, and that is no sum over neighbours. Besides, T_k is "
            "no plain power: follow the recursion.",
            """
            def chebyshev_filter(x, L, theta):
                L_hat = L - torch.eye(len(L))
                return sum(theta[k] * (L_hat ** k) @ x for k in range(len(theta)))
            """,
        ),
    ),
    others=(
        """
        def chebyshev_filter(x, L, theta):
            L_hat = L - torch.eye(len(L))
            terms = [x, L_hat @ x]
            while len(terms) < len(theta):
                terms.append(2 * L_hat @ terms[-1] - terms[-2])
            return sum(theta[k] * terms[k] for k in range(len(theta)))
        """,
        """
        def chebyshev_filter(x, L, theta):
            I = torch.eye(len(L))

            def T(k):
                if k == 0:
                    return I
                return L - I if k == 1 else 2 * (L - I) @ T(k - 1) - T(k - 2)

            return sum(weight * T(k) for k, weight in enumerate(theta)) @ x
        """,
        """
        def chebyshev_filter(x, L, theta):
            L_hat = L - torch.eye(len(L))
            now = after = torch.zeros_like(x)
            for weight in theta[1:].flip(0):
                now, after = weight * x + 2 * L_hat @ now - after, now
            return theta[0] * x + L_hat @ now - after
        """,
    ),
    hints=(
        "Keep two things at hand: the last term and the one before it. Each new term is made from these two.",
        "Start with T_0 x = x and T_1 x = L̂ x, and L̂ = L - I.",
        "In the loop: add `weight * now` to the sum, then `before, now = now, 2 * L_hat @ now - before`.",
    ),
)  # fmt: skip
