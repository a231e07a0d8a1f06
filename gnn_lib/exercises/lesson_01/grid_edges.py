"""A picture is a graph: each pixel and its four neighbours."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake

_SMALL, _RANDOM = "small pictures, checked by hand", "pictures of any size"
_THIN = "a single row, column or pixel"


def grid_edges(height: int, width: int) -> Tensor:
    pixel = torch.arange(height * width).view(height, width)
    across = torch.stack([pixel[:, :-1].flatten(), pixel[:, 1:].flatten()])
    down = torch.stack([pixel[:-1].flatten(), pixel[1:].flatten()])
    one_way = torch.cat([across, down], dim=1)
    return torch.cat([one_way, one_way.flip(0)], dim=1)


def cases(generator: torch.Generator) -> Iterator[Case]:
    for height, width in ((2, 2), (2, 3), (3, 2)):
        yield Case(_SMALL, dict(height=height, width=width))
    for _ in range(3):
        height, width = (3 + torch.randperm(6, generator=generator)[:2]).tolist()  # never a square
        yield Case(_RANDOM, dict(height=height, width=width))
    length = int(torch.randint(3, 9, (1,), generator=generator))
    for height, width in ((1, length), (length, 1), (1, 1)):
        yield Case(_THIN, dict(height=height, width=width))


exercise = Exercise(
    answer=grid_edges,
    task="Link every pixel with its neighbours",
    cases=cases,
    points={_SMALL: 1, _RANDOM: 1, _THIN: 1},
    minutes=6,
    level="stretch",
    order="columns",
    mistakes=(
        Mistake(
            "goes one way only",
            "Every edge leads right or down, none back. Neighbours are neighbours of each other: both "
            "directions.",
            ("return torch.cat([one_way, one_way.flip(0)], dim=1)", "return one_way"),
        ),
        Mistake(
            "reads on in the next line",
            "The last pixel of a row is linked with the first one of the next, as in a text. In the picture "
            "they are at opposite sides.",
            """
            def grid_edges(height, width):
                pixel = torch.arange(height * width)
                across = torch.stack([pixel[:-1], pixel[1:]])
                down = torch.stack([pixel[:-width], pixel[width:]])
                one_way = torch.cat([across, down], dim=1)
                return torch.cat([one_way, one_way.flip(0)], dim=1)
            """,
        ),
        Mistake(
            "glues the borders together",
            "Pixels at the left border are linked with those at the right, or the top with the bottom. That "
            "happens with `roll`, with `%`, and with the index -1, which Python counts from the end.",
            """
            def grid_edges(height, width):
                pixel = torch.arange(height * width).view(height, width)
                across = torch.stack([pixel.flatten(), pixel.roll(-1, 1).flatten()])
                down = torch.stack([pixel.flatten(), pixel.roll(-1, 0).flatten()])
                one_way = torch.cat([across, down], dim=1)
                return torch.cat([one_way, one_way.flip(0)], dim=1)
            """,
        ),
        Mistake(
            "adds the diagonals",
            "Here a pixel has four neighbours: left, right, above and below. You linked the diagonal ones, "
            "too.",
            """
            def grid_edges(height, width):
                edges = []
                for r in range(height):
                    for c in range(width):
                        for down in (-1, 0, 1):
                            for right in (-1, 0, 1):
                                inside = 0 <= r + down < height and 0 <= c + right < width
                                if inside and (down, right) != (0, 0):
                                    edges.append((r * width + c, (r + down) * width + c + right))
                return torch.tensor(edges, dtype=torch.long).view(-1, 2).T
            """,
        ),
        Mistake(
            "numbers the pixels column by column",
            "The links are right for pixels that are counted from top to bottom. Here they are counted like "
            "letters on a page: the pixel in row r and column c has the number r * width + c.",
            ("view(height, width)", "view(width, height).T"),
        ),
        Mistake(
            "forgets above and below",
            "Only the neighbours to the left and right are linked: the rows of your picture know nothing of "
            "each other.",
            ("one_way = torch.cat([across, down], dim=1)", "one_way = across"),
        ),
        Mistake(
            "links each pixel with itself",
            "Every pixel has a self-loop in your answer. A pixel is not its own neighbour.",
            (
                "return torch.cat([one_way, one_way.flip(0)], dim=1)",
                "return torch.cat([one_way, one_way.flip(0), pixel.flatten().expand(2, -1)], dim=1)",
            ),
        ),
        Mistake(
            "lists every edge twice",
            "Each pair of neighbours comes up at both of its pixels, and you added both directions each "
            "time.",
            (
                "return torch.cat([one_way, one_way.flip(0)], dim=1)",
                "return torch.cat([one_way, one_way.flip(0), one_way.flip(0), one_way], dim=1)",
            ),
        ),
        Mistake(
            "stops one row and one column short",
            "`range(height - 1)` and `range(width - 1)` leave the last row and the last column out of both "
            "loops. The last row still has neighbours side by side, the last column one above the other.",
            """
            def grid_edges(height, width):
                edges = []
                for r in range(height - 1):
                    for c in range(width - 1):
                        p = r * width + c
                        edges += [(p, p + 1), (p + 1, p), (p, p + width), (p + width, p)]
                return torch.tensor(edges, dtype=torch.long).view(-1, 2).T
            """,
        ),
        Mistake(
            "multiplies by the height",
            "You number the pixels by r * height + c. Before row r come r full rows, and each is `width` "
            "pixels long. On a square picture no one sees the difference.",
            """
            def grid_edges(height, width):
                edges = []
                for r in range(height):
                    for c in range(width):
                        for row, column in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
                            if 0 <= row < height and 0 <= column < width:
                                edges.append((r * height + c, row * height + column))
                return torch.tensor(edges, dtype=torch.long).view(-1, 2).T
            """,
        ),
    ),
    others=(
        """
        def grid_edges(height, width):
            edges = []
            for r in range(height):
                for c in range(width):
                    for row, column in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
                        if 0 <= row < height and 0 <= column < width:
                            edges.append((r * width + c, row * width + column))
            return torch.tensor(edges, dtype=torch.long).view(-1, 2).T
        """,
        """
        def grid_edges(height, width):
            row, column = torch.arange(height * width) // width, torch.arange(height * width) % width
            apart = (row[:, None] - row).abs() + (column[:, None] - column).abs()
            return (apart == 1).nonzero().T
        """,
        """
        def grid_edges(height, width):
            def path(n):
                return torch.diag(torch.ones(n - 1), 1) + torch.diag(torch.ones(n - 1), -1)

            A = torch.kron(torch.eye(height), path(width)) + torch.kron(path(height), torch.eye(width))
            return A.nonzero().T
        """,
        """
        def grid_edges(height, width):
            pixels = range(height * width)
            across = [(p, p + 1) for p in pixels if p % width < width - 1]
            down = [(p, p + width) for p in pixels if p + width < height * width]
            both = [*across, *down, *((j, i) for i, j in across + down)]
            return np.array(both, dtype=int).reshape(-1, 2).T
        """,
    ),
    hints=(
        "Draw a picture of 2 rows and 3 columns, with the numbers 0 to 5 in it. Which pairs are neighbours?",
        "The right neighbour of a pixel has the next number, the one below has a number larger by `width`. "
        "Not every pixel has both.",
        "`pixel = torch.arange(height * width).view(height, width)`: then `pixel[:, :-1]` are all that have "
        "a right neighbour, and `pixel[:, 1:]` are those neighbours.",
        "Do the same with `pixel[:-1]` and `pixel[1:]` for above and below, flatten, stack, and join "
        "everything with its reverse, `.flip(0)`.",
    ),
)
