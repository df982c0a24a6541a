"""Are the rows the networks and the settings that the reference figures belong to?"""

from __future__ import annotations

import pytest
import torch

from coursepack.errors import CoursepackError
from coursepack.reproduce.rows import ROWS, Row, select_rows

RUNNABLE = [row for row in ROWS if row.build]
# Counted by hand: (inputs + 1) · outputs of every linear layer, (k²·inputs + 1) · outputs of every convolution,
# twice the width of every normalisation.
PARAMETERS = {
    "SimpleFC": 7_850,
    "SimpleCNN": 8_490,
    "DropoutCNN": 21_840,
    "DeepCNN": 1_797_642,
    "MLP": 417_746,
    "TwoConvNet": 105_194,
    "DeepMLP-0.01": 669_706,
    "DeepMLP-0.001": 669_706,
    "DeepMLP-0.0001": 669_706,
    "ps4-CNN-BN": 29_034,
    "ps4-CNN": 28_938,
    "ps4-MLP-BN": 235_914,
    "ps4-MLP": 235_146,
    "MultiLayerPerceptron": 79_510,
    "ConvMaxPoolNetwork": 85_526,
    "ConvBatchNormNetwork": 77_918,
}


def test_has_every_network_the_parameters_it_should_have() -> None:
    assert {row.name: row.parameters for row in RUNNABLE} == PARAMETERS


@pytest.mark.parametrize("row", RUNNABLE, ids=lambda row: row.name)
def test_does_every_network_give_ten_logits(row: Row) -> None:
    assert row.build is not None
    logits = row.build().eval()(torch.randn(2, 1, 28, 28))
    assert logits.shape == (2, 10)
    assert not torch.allclose(logits.exp().sum(dim=1), torch.ones(2)), "probabilities, not logits"


@pytest.mark.parametrize("row", RUNNABLE, ids=lambda row: row.name)
def test_is_every_epoch_that_a_figure_names_trained(row: Row) -> None:
    assert max(figure.epoch for figure in row.figures) <= row.epochs


def test_are_names_and_settings_enough_to_tell_rows_apart() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert len({(row.settings, row.build) for row in RUNNABLE}) == len(RUNNABLE)


def test_does_a_row_that_cannot_run_say_what_it_waits_for() -> None:
    waiting = [row for row in ROWS if not row.build]
    assert {row.name for row in waiting} == {"ps3-MLP", "ps3-DeepMLP", "ConvNet"}
    assert all("Needs CIFAR-10" in row.note for row in waiting)


def test_do_the_settings_name_every_stage() -> None:
    (row,) = select_rows(["DropoutCNN"])
    assert "0.001 (5 epochs), 0.0001 (5 epochs), 1e-05 (5 epochs)" in row.settings
    assert row.quick().settings != row.settings


def test_can_rows_be_named_by_assignment() -> None:
    names = [row.name for row in select_rows(["ps5_conv_blocks", "SimpleFC", "ConvMaxPoolNetwork"])]
    assert names == ["MultiLayerPerceptron", "ConvMaxPoolNetwork", "ConvBatchNormNetwork", "SimpleFC"]
    assert select_rows([]) == RUNNABLE


@pytest.mark.parametrize(("name", "says"), [("SimpleFCN", "there is no row"), ("ConvNet", "Needs CIFAR-10")])
def test_is_a_row_that_cannot_be_had_told(name: str, says: str) -> None:
    with pytest.raises(CoursepackError, match=says):
        select_rows([name])
