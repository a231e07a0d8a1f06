"""An image as a graph: a convolution is message passing on a grid."""

import torch
from torch import Tensor

from gnn_lib.datasets._draw import check_at_least
from gnn_lib.graph import Graph
from gnn_lib.validate import check_tensor, describe

# Where a message comes from, seen by the pixel that gets it: (rows down, columns right).
_FOUR = ((-1, 0), (0, -1), (0, 1), (1, 0))
_EIGHT = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


def pixel_grid(height: int = 5, width: int = 5, neighbours: int = 8, image: Tensor | None = None) -> Graph:
    """Pixels as nodes, row by row; each is linked to its 4 or 8 neighbours, both ways.

    x [H * W, C] is the image ([H, W] or [H, W, C], an L of ones if you give none), pos puts pixel
    (0, 0) at the top left. edge_type says from which side the message comes, in reading order: 0 is
    the upper left of 8, or the one above of 4. One weight matrix per side, and one for the pixel
    itself, and message passing is a 3 x 3 convolution.

    >>> pixel_grid(2, 3, neighbours=4)
    Graph(6 nodes, 14 edges, x [6, 1], edge_type [14], pos [6, 2], names)
    >>> pixel_grid().x.view(5, 5).int().tolist()[3]
    [0, 1, 1, 1, 0]
    """
    check_at_least(height, 1, "height")
    check_at_least(width, 1, "width")
    if neighbours not in (4, 8):
        raise ValueError(f"neighbours must be 4 (no diagonals) or 8, got {neighbours!r}.")
    edge_index, edge_type = _neighbour_edges(height, width, _FOUR if neighbours == 4 else _EIGHT)
    row, column = _rows_and_columns(height, width)
    return Graph(
        edge_index,
        x=_letter(height, width) if image is None else _flatten(image, height, width),
        edge_type=edge_type,
        pos=torch.stack([column, -row], dim=1).float(),
        names=tuple(f"{r},{c}" for r in range(height) for c in range(width)),
    )


def _neighbour_edges(height: int, width: int, sides: tuple[tuple[int, int], ...]) -> tuple[Tensor, Tensor]:
    """Edges neighbour -> pixel, and from which of the sides each comes: [2, E], [E]."""
    row, column = _rows_and_columns(height, width)
    edges, types = [], []
    for side, (down, right) in enumerate(sides):
        from_row, from_column = row + down, column + right
        inside = (from_row >= 0) & (from_row < height) & (from_column >= 0) & (from_column < width)
        source, target = from_row * width + from_column, row * width + column
        edges.append(torch.stack([source, target])[:, inside])
        types.append(torch.full((int(inside.sum()),), side))
    return torch.cat(edges, dim=1), torch.cat(types)


def _rows_and_columns(height: int, width: int) -> tuple[Tensor, Tensor]:
    """The row and the column of each pixel, both [H * W]."""
    pixel = torch.arange(height * width)
    return pixel // width, pixel % width


def _letter(height: int, width: int) -> Tensor:
    """An L, one pixel from the border: unlike its mirror image, so a flipped axis shows."""
    image = torch.zeros(height, width)
    image[1:-1, 1:2] = 1
    image[-2:-1, 1:-1] = 1
    return image.reshape(-1, 1)


def _flatten(image: Tensor, height: int, width: int) -> Tensor:
    """[H, W] or [H, W, C] -> [H * W, C]."""
    check_tensor(image, "image")
    if image.dim() not in (2, 3) or image.shape[:2] != (height, width):
        raise ValueError(
            f"image must have shape [{height}, {width}] or [{height}, {width}, C], got {describe(image)}. "
            "height and width must be the image's own."
        )
    return image.reshape(height * width, -1)
