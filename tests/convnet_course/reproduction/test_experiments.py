"""Are the rows the networks and the settings that the reference figures belong to?"""

from __future__ import annotations

import pytest
import torch

from convnet_course.reproduction.experiment import Experiment
from convnet_course.reproduction.experiments import EXPERIMENTS, select_experiments
from coursepack.errors import CoursepackError

RUNNABLE = [experiment for experiment in EXPERIMENTS if experiment.build]
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
    "ps3-MLP": 308_310,
    "ps3-DeepMLP": 3_452_260,
    "ps4-CNN-BN": 29_034,
    "ps4-CNN": 28_938,
    "ps4-MLP-BN": 235_914,
    "ps4-MLP": 235_146,
    "MultiLayerPerceptron": 79_510,
    "ConvMaxPoolNetwork": 85_526,
    "ConvBatchNormNetwork": 77_918,
    "ConvNet": 9_231_114,
    "Capstone": 6_878,
}
SHAPES = {"mnist": (1, 28, 28), "cifar10": (3, 32, 32)}


def test_has_every_network_the_parameters_it_should_have() -> None:
    assert {experiment.name: experiment.parameters for experiment in RUNNABLE} == PARAMETERS


@pytest.mark.parametrize("experiment", RUNNABLE, ids=lambda experiment: experiment.name)
def test_does_every_network_give_ten_logits(experiment: Experiment) -> None:
    assert experiment.build is not None
    logits = experiment.build().eval()(64 * torch.randn(2, *SHAPES[experiment.dataset]))
    assert logits.shape == (2, 10)
    assert not torch.allclose(logits.exp().sum(dim=1), torch.ones(2)), "probabilities, not logits"


@pytest.mark.parametrize("experiment", RUNNABLE, ids=lambda experiment: experiment.name)
def test_is_every_epoch_that_a_figure_names_trained(experiment: Experiment) -> None:
    assert max(figure.epoch for figure in experiment.figures) <= experiment.epochs
    assert experiment.measurings


def test_are_names_and_settings_enough_to_tell_rows_apart() -> None:
    assert len({experiment.name for experiment in EXPERIMENTS}) == len(EXPERIMENTS)
    assert len({(experiment.settings, experiment.build) for experiment in RUNNABLE}) == len(RUNNABLE)


def test_are_steps_measured_to_the_last() -> None:
    counted = [experiment.steps for experiment in EXPERIMENTS if experiment.steps]
    assert [steps.count % steps.every for steps in counted] == [0, 0, 0]
    assert all(
        sum(map(bool, (experiment.stages, experiment.steps, experiment.recipe))) == 1 for experiment in EXPERIMENTS
    )


def test_does_a_row_that_cannot_run_say_what_it_waits_for() -> None:
    waits = Experiment("later", "ps9", "ps9", (), note="Needs patience.")
    assert select_experiments([], [waits]) == []
    with pytest.raises(CoursepackError, match="later cannot be run yet: Needs patience"):
        select_experiments(["later"], [waits])


def test_are_the_first_weights_of_the_numpy_network_tiny() -> None:
    (experiment,) = select_experiments(["ps3-MLP"])
    assert experiment.build is not None
    torch.manual_seed(0)
    weights = [each for each in experiment.build().parameters() if each.dim() == 2]
    assert [round(1e4 * each.std().item(), 1) for each in weights] == [1.0, 1.0]


def test_do_the_settings_name_every_stage() -> None:
    (experiment,) = select_experiments(["DropoutCNN"])
    assert "0.001 (5 epochs), 0.0001 (5 epochs), 1e-05 (5 epochs)" in experiment.settings
    assert experiment.quick().settings != experiment.settings


def test_can_rows_be_named_by_assignment() -> None:
    names = [
        experiment.name for experiment in select_experiments(["ps5_conv_blocks", "SimpleFC", "ConvMaxPoolNetwork"])
    ]
    assert names == ["MultiLayerPerceptron", "ConvMaxPoolNetwork", "ConvBatchNormNetwork", "SimpleFC"]
    assert select_experiments([]) == RUNNABLE


def test_do_the_settings_of_steps_name_pixels_and_measuring() -> None:
    mlp, deep = select_experiments(["ps3-MLP", "ps3-DeepMLP"])
    assert "plain SGD, learning rate 0.002 (1,500 steps), batches of 200; pixels 0 to 255 less the mean" in mlp.settings
    assert "divided by 64; measured every 1,000 steps on all test and 10,000 training images" in deep.settings
    assert deep.quick().settings != deep.settings


def test_is_a_row_that_cannot_be_had_told() -> None:
    with pytest.raises(CoursepackError, match="there is no experiment"):
        select_experiments(["SimpleFCN"])
