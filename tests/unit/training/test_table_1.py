"""The network is the one of the paper: MobileNet, Howard et al. 2017, "MobileNets: Efficient Convolutional
Neural Networks for Mobile Vision Applications", table 1.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from mien.training.emotion_network import mobilenet
from mien.training.emotion_recipe import EmotionTraining

pytestmark = pytest.mark.training

# As printed: type, stride, filter shape, input size.
TABLE_1 = """
Conv      s2  3x3x3x32      224x224x3
Conv dw   s1  3x3x32        112x112x32
Conv      s1  1x1x32x64     112x112x32
Conv dw   s2  3x3x64        112x112x64
Conv      s1  1x1x64x128    56x56x64
Conv dw   s1  3x3x128       56x56x128
Conv      s1  1x1x128x128   56x56x128
Conv dw   s2  3x3x128       56x56x128
Conv      s1  1x1x128x256   28x28x128
Conv dw   s1  3x3x256       28x28x256
Conv      s1  1x1x256x256   28x28x256
Conv dw   s2  3x3x256       28x28x256
Conv      s1  1x1x256x512   14x14x256
Conv dw   s1  3x3x512       14x14x512
Conv      s1  1x1x512x512   14x14x512
Conv dw   s1  3x3x512       14x14x512
Conv      s1  1x1x512x512   14x14x512
Conv dw   s1  3x3x512       14x14x512
Conv      s1  1x1x512x512   14x14x512
Conv dw   s1  3x3x512       14x14x512
Conv      s1  1x1x512x512   14x14x512
Conv dw   s1  3x3x512       14x14x512
Conv      s1  1x1x512x512   14x14x512
Conv dw   s2  3x3x512       14x14x512
Conv      s1  1x1x512x1024  7x7x512
Conv dw   s2  3x3x1024      7x7x1024
Conv      s1  1x1x1024x1024 7x7x1024
Avg Pool  s1  Pool 7x7      7x7x1024
FC        s1  1024x1000     1x1x1024
Softmax   s1  Classifier    1x1x1000
"""
CORRECTIONS = {
    "Conv dw   s2  3x3x1024      7x7x1024": "Conv dw   s1  3x3x1024      7x7x1024",
    "FC        s1  1024x1000     1x1x1024": "FC        s1  1024x7        1x1x1024",
    "Softmax   s1  Classifier    1x1x1000": "Softmax   s1  Classifier    1x1x7",
}
SMALL = EmotionTraining(width=0.25, resolution=64)


def size(shape: tuple[int | None, ...]) -> str:
    """Height x width x channels; a flat output is 1x1 high and wide."""
    sides = [str(side) for side in shape[1:]]
    return "x".join(["1"] * (3 - len(sides)) + sides)


def row(layer: Any, given: tuple[int | None, ...]) -> tuple[str, str, str, str]:
    """A layer as the table prints it; ``given`` is the size of what comes in, before padding."""
    kind = type(layer).__name__
    if kind == "GlobalAveragePooling2D":
        return "Avg Pool", "s1", f"Pool {given[1]}x{given[2]}", size(given)
    if kind == "Activation":
        assert layer.activation.__name__ == "softmax"
        return "Softmax", "s1", "Classifier", size(given)
    stride = f"s{layer.strides[0]}"
    filters = "x".join(str(side) for side in layer.kernel.shape)
    if kind == "DepthwiseConv2D":
        assert filters.endswith("x1")  # one filter a channel
        return "Conv dw", stride, filters.removesuffix("x1"), size(given)
    assert kind == "Conv2D"
    if given[1:3] == (1, 1):  # a fully connected layer is a 1x1 convolution of one pixel
        return "FC", stride, filters.removeprefix("1x1x"), size(given)
    return "Conv", stride, filters, size(given)


def table_of(model: Any) -> list[tuple[str, str, str, str]]:
    rows = []
    given = model.input_shape
    for layer in model.layers:
        kind = type(layer).__name__
        if kind in ("Conv2D", "DepthwiseConv2D", "GlobalAveragePooling2D", "Activation"):
            rows.append(row(layer, given))
        if kind != "ZeroPadding2D":
            given = layer.output.shape
    return rows


def printed(table: str) -> list[tuple[str, ...]]:
    return [
        tuple(cell.strip() for cell in (r[:10], r[10:14], r[14:28], r[28:]))
        for r in table.strip().split("\n")
    ]


@pytest.fixture(scope="module")
def full() -> Any:
    return mobilenet(EmotionTraining(width=1.0, resolution=224, channels=3))


def test_every_row_is_the_tables_but_for_its_misprint_and_the_number_of_classes(full: Any):
    """Table 1 row by row, at width 1.0 and 224 pixels.

    The table has one known misprint: its last depthwise row says stride 2, with an input of 7x7 and 7x7 again
    in the row after it, so its stride must be 1. And its head has the 1,000 classes of ImageNet, where ours
    has the seven emotions.
    """
    wanted = TABLE_1
    for wrong, right in CORRECTIONS.items():
        assert wanted.count(wrong) == 1
        wanted = wanted.replace(wrong, right)
    assert table_of(full) == printed(wanted)


def test_every_convolution_but_the_last_is_followed_by_batchnorm_and_relu(full: Any):
    """Howard et al. 2017, section 3.2: all layers but the final fully connected one."""
    kinds = [type(layer).__name__ for layer in full.layers]
    after = [kinds[i + 1 : i + 3] for i, kind in enumerate(kinds) if kind in ("Conv2D", "DepthwiseConv2D")]
    assert after[:-1] == [["BatchNormalization", "ReLU"]] * 27
    assert "BatchNormalization" not in after[-1]


def test_shipped_size_stays_under_three_and_a_half_million_parameters(full: Any):
    assert 3_000_000 < full.count_params() < 3_500_000


def test_width_multiplier_thins_every_layer():
    """Howard et al. 2017, section 3.3: alpha times as many channels in and out of every layer."""
    rows = table_of(mobilenet(SMALL))
    assert rows[0] == ("Conv", "s2", "3x3x1x8", "64x64x1")
    assert rows[2] == ("Conv", "s1", "1x1x8x16", "32x32x8")
    assert rows[-4] == ("Conv", "s1", "1x1x256x256", "2x2x256")
    assert rows[-2] == ("FC", "s1", "256x7", "1x1x256")


def test_resolution_and_channels_change_the_input_and_not_the_filters():
    """Howard et al. 2017, section 3.4."""
    small = table_of(mobilenet(SMALL))
    larger = table_of(mobilenet(dataclasses.replace(SMALL, resolution=96, channels=3)))
    assert larger[0] == ("Conv", "s2", "3x3x3x8", "96x96x3")
    assert larger[-3] == ("Avg Pool", "s1", "Pool 3x3", "3x3x256")
    assert [r[:3] for r in larger[1:-3]] == [r[:3] for r in small[1:-3]]


def test_contempt_adds_an_eighth_output():
    model = mobilenet(dataclasses.replace(SMALL, labels=(*SMALL.labels, "contempt")))
    assert model.output_shape == (None, 8)
