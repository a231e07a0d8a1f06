"""The pixel grid: NetworkX's grid, and a convolution when each side has its own weight."""

import networkx as nx
import pytest
import torch

from gnn_lib.datasets import pixel_grid
from tests.datasets.helpers import has_both_directions, to_nx


@pytest.mark.parametrize(("height", "width"), [(5, 5), (2, 4), (1, 3), (1, 1)])
def test_four_neighbours_make_networkx_s_grid(height: int, width: int) -> None:
    grid = pixel_grid(height, width, neighbours=4)
    theirs = nx.convert_node_labels_to_integers(nx.grid_2d_graph(height, width), ordering="sorted")
    assert set(map(frozenset, to_nx(grid).edges)) == set(map(frozenset, theirs.edges))
    assert grid.num_nodes == height * width
    assert has_both_directions(grid)


def test_one_weight_per_side_is_a_convolution() -> None:
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(4, 6, generator=generator, dtype=torch.float64)
    kernel = torch.randn(3, 3, generator=generator, dtype=torch.float64)
    grid = pixel_grid(4, 6, image=image)
    sides = kernel.reshape(-1)[[0, 1, 2, 3, 5, 6, 7, 8]]  # in reading order, without the middle
    source, target = grid.edge_index
    heard = torch.zeros(24, dtype=torch.float64)
    heard.index_add_(0, target, sides[grid.edge_type] * grid.x[source, 0])
    expected = torch.nn.functional.conv2d(image[None, None], kernel[None, None], padding=1)
    torch.testing.assert_close((heard + kernel[1, 1] * grid.x[:, 0]).view(4, 6), expected[0, 0])


def test_sides_of_four_are_above_left_right_below() -> None:
    grid = pixel_grid(3, 3, neighbours=4)
    middle = grid.edge_index[1] == 4
    heard = zip(grid.edge_type[middle].tolist(), grid.edge_index[0][middle].tolist(), strict=True)
    assert dict(heard) == {0: 1, 1: 3, 2: 5, 3: 7}


def test_the_picture_is_upright() -> None:
    grid = pixel_grid(2, 3)
    assert grid.pos[0].tolist() == [0, 0]
    assert grid.pos[5].tolist() == [2, -1]
    assert grid.names == ("0,0", "0,1", "0,2", "1,0", "1,1", "1,2")


def test_an_image_with_channels_becomes_rows() -> None:
    image = torch.arange(12.0).view(2, 2, 3)
    assert pixel_grid(2, 2, image=image).x.tolist() == image.view(4, 3).tolist()


def test_the_default_image_is_an_l() -> None:
    drawn = ["".join("#" if pixel else "." for pixel in row) for row in pixel_grid().x.view(5, 5)]
    assert drawn == [".....", ".#...", ".#...", ".###.", "....."]


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"neighbours must be 4 .* got 6"):
        pixel_grid(neighbours=6)
    with pytest.raises(ValueError, match=r"image must have shape \[5, 5\].*shape \[4, 5\]"):
        pixel_grid(image=torch.zeros(4, 5))
    with pytest.raises(TypeError, match=r"image must be a torch\.Tensor"):
        pixel_grid(1, 1, image=[[0.0]])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="height must be at least 1"):
        pixel_grid(0, 5)
