"""The first stub of the course: a mean over the right axis."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.datasets import three_friends
from gnn_lib.exercises.exercise import Case, Exercise, Mistake

FRIENDS = "the three friends"
ANY = "any number of people and films"


def mean_rating(x: Tensor) -> Tensor:
    return x.mean(dim=0)


def cases(generator: torch.Generator) -> Iterator[Case]:
    friends = three_friends()
    yield Case(FRIENDS, dict(x=friends.x), names=friends.names)
    for people, films in ((2, 4), (5, 1), (1, 3), (6, 6)):
        yield Case(ANY, dict(x=torch.randint(1, 6, (people, films), generator=generator).float()))


exercise = Exercise(
    answer=mean_rating,
    task="Average the friends' ratings, film by film",
    cases=cases,
    points={FRIENDS: 1, ANY: 1},
    minutes=3,
    level="blank",
    mistakes=(
        Mistake(
            "averages over the films",
            "You got one number per person: how each of them rates films in general. Asked is one number per "
            "film. Which axis holds the people?",
            ("dim=0", "dim=1"),
        ),
        Mistake(
            "averages everything into one number",
            "Without an axis, `mean` runs over people and films alike. Which of the two shall it run over?",
            ("dim=0", ""),
        ),
        Mistake(
            "adds without dividing",
            "These are sums: twice as many people would make them twice as large. How many people are there?",
            ("x.mean(dim=0)", "x.sum(dim=0)"),
        ),
        Mistake(
            "divides by the wrong number",
            "You divided by the number of films. A mean over people is divided by the number of people.",
            ("x.mean(dim=0)", "x.sum(dim=0) / x.size(1)"),
        ),
        Mistake(
            "always divides by three",
            "Right for three friends, wrong for any other number of people. Read it off the shape of `x`.",
            ("x.mean(dim=0)", "x.sum(dim=0) / 3"),
        ),
        Mistake(
            "keeps the axis that it averaged over",
            "The numbers are right, but in a matrix with one row, `[1, F]`. One number per film is a vector: "
            "`[F]`.",
            ("dim=0", "dim=0, keepdim=True"),
        ),
        Mistake(
            "takes the median",
            "That is the rating in the middle, not the mean. (`median` also returns where it found it.)",
            ("x.mean(dim=0)", "x.median(dim=0).values"),
        ),
        Mistake(
            "writes down the friends' own means",
            "These are Ann's, Bob's and Cem's numbers, whoever is asked about. Work them out from `x`.",
            ("x.mean(dim=0)", "torch.tensor([3.0, 3.0])"),
        ),
        Mistake(
            "rounds the mean",
            "The three friends' means are whole numbers, and others are not: 2.6 is a mean, too. `//`, "
            "`int` and `round` cut it off.",
            ("x.mean(dim=0)", "x.sum(dim=0) // len(x)"),
        ),
        Mistake(
            "returns inside the loop",
            "You got one number, that of the first film: `return` ends the function at once. It belongs "
            "after the loop, at the margin of the `for`.",
            """
            def mean_rating(x):
                for film in range(x.size(1)):
                    return x[:, film].mean()
            """,
        ),
        Mistake(
            "asks the first person",
            "This is the first row of `x`: the ratings of one person. The mean takes all of them.",
            ("x.mean(dim=0)", "x[0]"),
        ),
    ),
    others=(
        """
        def mean_rating(x):
            return x.sum(0) / len(x)
        """,
        """
        def mean_rating(x):
            people, films = x.shape
            total = [0.0] * films
            for person in range(people):
                for film in range(films):
                    total[film] += float(x[person, film])
            return [entry / people for entry in total]
        """,
        """
        def mean_rating(x):
            weights = torch.full((len(x),), 1 / len(x))
            return weights @ x
        """,
        """
        def mean_rating(x):
            return np.asarray(x).mean(axis=0)
        """,
    ),
    hints=(
        "`x` has one row per person and one column per film. The answer has one number per column.",
        "`x.mean(dim=...)` averages along one axis, and that axis is gone afterwards. The people lie along "
        "axis 0, the films along axis 1.",
        "`return x.mean(dim=...)`, with the axis that should disappear.",
    ),
)  # fmt: skip
