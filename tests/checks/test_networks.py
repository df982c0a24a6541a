"""Does the equivalence check catch every wrong network, and let every right one pass?"""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from convnet_course import references
from coursepack.checks import CheckFailed, networks
from coursepack.subject import LocalSubject, StudentError

CHANNELS = ((1, 32), (32, 64), (64, 100))


class MaxPool(nn.Module):
    """The three max-pool blocks with switches for one mistake each."""

    def __init__(self, mistake: str = "") -> None:
        super().__init__()
        self.mistake = mistake
        self.convs = nn.ModuleList([nn.Conv2d(a, b, 3, padding=1) for a, b in CHANNELS])
        self.output = nn.Linear(900, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for conv in self.convs:
            x = conv(x)
            if self.mistake == "leaky":
                x = F.leaky_relu(x)
            elif self.mistake != "no_relu":
                x = F.relu(x)
            x = F.avg_pool2d(x, 2) if self.mistake == "average" else F.max_pool2d(x, 2)
            if self.mistake == "detach":
                x = x.detach()
            if self.mistake == "dropout":
                x = F.dropout(x, 0.1, self.training)
        x = x.permute(0, 2, 3, 1) if self.mistake == "nhwc" else x
        x = self.output(x.flatten(1))
        return {"softmax": x.softmax(1), "relu": x.relu(), "log": x.log_softmax(1)}.get(self.mistake, x)


class BatchNorm(nn.Module):
    """The three batch-norm blocks, written with functions and bare parameters, with switches for one mistake each."""

    def __init__(self, mistake: str = "", **options: float) -> None:
        super().__init__()
        self.mistake = mistake
        self.weights = nn.ParameterList([torch.randn(b, a, 3, 3) * 0.1 for a, b in CHANNELS])
        self.biases = nn.ParameterList([torch.zeros(b) for _, b in CHANNELS])
        self.norms = nn.ModuleList([nn.BatchNorm2d(b, **options) for _, b in CHANNELS])
        self.head = nn.Linear(100, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for weight, bias, norm in zip(self.weights, self.biases, self.norms, strict=True):
            x = F.conv2d(x, weight, bias, stride=2, padding=int(self.mistake != "unpadded"))
            if self.mistake == "unused":
                x = F.relu(x)
            else:
                x = F.relu(norm(x)) if self.mistake == "before_relu" else norm(F.relu(x))
        x = x.squeeze() if self.mistake == "squeeze" else x
        return self.head(x.amax((2, 3)) if self.mistake == "global_max" else x.mean((-2, -1)))


def subject() -> LocalSubject:
    return LocalSubject({"MaxPool": MaxPool, "BatchNorm": BatchNorm})


@pytest.mark.parametrize("dtype_trap", [False, True])
def test_does_a_right_max_pool_network_pass(dtype_trap: bool) -> None:
    class Insists(MaxPool):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x.float() if dtype_trap else x)

    student = LocalSubject({"Insists": Insists})
    networks.assert_equivalent(student.module("Insists"), references.conv_max_pool())


def test_does_a_functional_batch_norm_network_pass() -> None:
    networks.assert_equivalent(subject().module("BatchNorm"), references.conv_batch_norm())


def test_does_a_lazy_network_pass() -> None:
    def lazy() -> nn.Module:
        blocks = [m for _, b in CHANNELS for m in (nn.LazyConv2d(b, 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2))]
        return nn.Sequential(*blocks, nn.Flatten(), nn.LazyLinear(10))

    networks.assert_equivalent(LocalSubject({"lazy": lazy}).module("lazy"), references.conv_max_pool())


def lazy_deep_cnn() -> nn.Module:
    layers: list[nn.Module] = []
    for channels, pool in ((32, 1), (64, 2), (64, 2)):
        layers += [nn.LazyConv2d(channels, 3, padding=1), nn.LazyBatchNorm2d(), nn.ReLU(), nn.MaxPool2d(pool)]
    layers.append(nn.Flatten())
    for features in (512, 256):
        layers += [nn.LazyLinear(features), nn.LazyBatchNorm1d(), nn.ReLU(), nn.Dropout()]
    return nn.Sequential(*layers, nn.LazyLinear(10))


def test_are_the_parameters_of_a_network_counted_that_has_never_been_called() -> None:
    networks.assert_parameter_count(LocalSubject({"lazy": lazy_deep_cnn}).module("lazy"), 1_797_642, (1, 28, 28))


def test_is_a_lazy_network_of_another_input_counted_on_such_an_input() -> None:
    def lazy() -> nn.Module:
        return nn.Sequential(nn.LazyConv2d(8, 3, padding=1), nn.Flatten(), nn.LazyLinear(10))

    handle = LocalSubject({"lazy": lazy}).module("lazy")
    networks.assert_parameter_count(handle, 3 * 8 * 9 + 8 + 8 * 32 * 32 * 10 + 10, (3, 32, 32))


def test_may_one_image_be_the_first_that_a_lazy_network_with_batch_normalisation_sees() -> None:
    """In train mode, one image has no variance."""
    networks.assert_batch_of_one(LocalSubject({"lazy": lazy_deep_cnn}).module("lazy"), references.deep_cnn())


def test_do_running_statistics_begin_as_they_should_after_lazy_layers_became_real() -> None:
    lazy = lazy_deep_cnn()
    LocalSubject({"lazy": lazy}).module("lazy").trace(np.random.default_rng(0).normal(size=(4, 1, 28, 28)))
    assert lazy.training
    assert all(norm.running_mean.eq(0).all() and norm.training for norm in lazy if hasattr(norm, "running_mean"))


def test_is_a_lazy_layer_that_forward_never_calls_told_so() -> None:
    class Forgets(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.forgotten = nn.LazyLinear(10), nn.LazyLinear(10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.used(x.flatten(1))

    with pytest.raises(CheckFailed, match="forward never calls it"):
        networks.assert_parameter_count(LocalSubject({"Forgets": Forgets}).module("Forgets"), 7_850, (1, 28, 28))


@pytest.mark.parametrize("read", ["state", "parameters"])
def test_is_a_network_that_is_read_before_it_is_real_told_so(read: str) -> None:
    handle = LocalSubject({"lazy": lazy_deep_cnn}).module("lazy")
    with pytest.raises(StudentError, match="has never been called"):
        getattr(handle, read)()


def test_does_a_wrong_count_show_which_layer_lacks_its_bias() -> None:
    def bare() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 10, bias=False))

    with pytest.raises(CheckFailed, match="linear without bias 7,840"):
        networks.assert_parameter_count(LocalSubject({"bare": bare}).module("bare"), 7_850, (1, 28, 28))


def test_does_a_wrong_count_show_what_each_layer_has_and_what_is_never_called() -> None:
    class Extra(MaxPool):
        def __init__(self) -> None:
            super().__init__()
            self.unused = nn.BatchNorm2d(32)

    with pytest.raises(CheckFailed, match=r"convolution 320, convolution 18,496(.|\n)*64 more .* never calls"):
        networks.assert_parameter_count(LocalSubject({"Extra": Extra}).module("Extra"), 85_526, (1, 28, 28))


HINTS = {
    "no_relu": "there is no activation",
    "leaky": "the activation is LeakyReLU",
    "average": "the pooling takes the mean",
    "nhwc": "the channels come last",
    "softmax": "went through softmax;",
    "relu": "went through ReLU",
    "log": "went through log-softmax;",
    "dropout": "look at what train mode changes",
    "detach": "something detaches it",
}


@pytest.mark.parametrize("mistake", HINTS)
def test_is_the_slip_of_a_network_named(mistake: str) -> None:
    with pytest.raises(CheckFailed, match=f"hint: .*{HINTS[mistake]}"):
        networks.assert_equivalent(subject().module("MaxPool", mistake), references.conv_max_pool())


@pytest.mark.parametrize(
    ("mistake", "hint"),
    [
        ("before_relu", "batch normalisation belongs after the activation; yours comes before it"),
        ("global_max", "the pooling at the end takes the largest value"),
        ("unpadded", "the convolutions lack their padding"),
    ],
)
def test_is_the_slip_of_a_normalised_network_named(mistake: str, hint: str) -> None:
    with pytest.raises(CheckFailed, match=f"hint: {hint}"):
        networks.assert_equivalent(subject().module("BatchNorm", mistake), references.conv_batch_norm())


def test_is_a_slip_that_we_do_not_know_not_guessed_at() -> None:
    class Odd(MaxPool):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x.abs().sqrt())

    with pytest.raises(CheckFailed, match="look at what comes between them"):
        networks.assert_equivalent(LocalSubject({"Odd": Odd}).module("Odd"), references.conv_max_pool())


def test_is_a_layer_that_is_called_twice_told_so_and_not_to_look_for_detach() -> None:
    def twice() -> nn.Module:
        conv, norm = nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32)
        head = [nn.Flatten(), nn.Linear(32 * 49, 10)]
        return nn.Sequential(nn.Conv2d(1, 32, 3, 4, 1), norm, conv, norm, *head)

    right = networks.Reference(
        *(nn.Conv2d(1, 32, 3, 4, 1), nn.BatchNorm2d(32), nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32)),
        *(nn.Flatten(), nn.Linear(32 * 49, 10)),
        input_shape=(1, 28, 28),
    )
    with pytest.raises(CheckFailed, match=r"layers 2 and 4 \(batch normalisation\)(.|\n)*called twice has one"):
        networks.assert_equivalent(LocalSubject({"twice": twice}).module("twice"), right)


def test_is_a_lost_batch_dimension_named() -> None:
    def squeezes() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Flatten(0))

    with pytest.raises(CheckFailed, match="the batch dimension is gone"):
        networks.assert_batch_of_one(LocalSubject({"squeezes": squeezes}).module("squeezes"), references.simple_fc())


@pytest.mark.parametrize(
    "mistake", ["no_relu", "leaky", "average", "detach", "dropout", "nhwc", "softmax", "relu", "log"]
)
def test_does_a_wrong_max_pool_network_fail(mistake: str) -> None:
    with pytest.raises(CheckFailed, match="MaxPool"):
        networks.assert_equivalent(subject().module("MaxPool", mistake), references.conv_max_pool())


@pytest.mark.parametrize("mistake", ["before_relu", "unused", "global_max"])
def test_does_a_wrong_batch_norm_network_fail(mistake: str) -> None:
    with pytest.raises(CheckFailed, match="BatchNorm"):
        networks.assert_equivalent(subject().module("BatchNorm", mistake), references.conv_batch_norm())


@pytest.mark.parametrize("options", [{"momentum": 0.01}, {"eps": 1e-3}, {"affine": False}, {"eps": 1e-6}])
def test_do_other_settings_of_batch_norm_fail(options: dict[str, float]) -> None:
    with pytest.raises(CheckFailed):
        networks.assert_equivalent(subject().module("BatchNorm", **options), references.conv_batch_norm())


def test_are_log_probabilities_right_only_where_allowed() -> None:
    def logarithmic() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.LogSoftmax(dim=1))

    student = LocalSubject({"logarithmic": logarithmic})
    networks.assert_equivalent(student.module("logarithmic"), references.simple_fc(), log_probabilities_allowed=True)
    with pytest.raises(CheckFailed, match="log-softmax"):
        networks.assert_equivalent(student.module("logarithmic"), references.simple_fc())


def test_does_the_hint_name_softmax() -> None:
    with pytest.raises(CheckFailed, match="went through softmax"):
        networks.assert_equivalent(subject().module("MaxPool", "softmax"), references.conv_max_pool())


def test_does_squeeze_without_a_dimension_fail_for_a_batch_of_one_only() -> None:
    class Squeezes(BatchNorm):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for weight, bias, norm in zip(self.weights, self.biases, self.norms, strict=True):
                x = norm(F.relu(F.conv2d(x, weight, bias, stride=2, padding=1)))
            return self.head(F.adaptive_avg_pool2d(x, 1).squeeze())

    student = LocalSubject({"Squeezes": Squeezes})
    networks.assert_equivalent(student.module("Squeezes"), references.conv_batch_norm())
    with pytest.raises(CheckFailed, match="shape of the output"):
        networks.assert_batch_of_one(student.module("Squeezes"), references.conv_batch_norm())


def test_is_the_parameter_count_told() -> None:
    networks.assert_parameter_count(subject().module("MaxPool"), 85_526, (1, 28, 28))
    with pytest.raises(CheckFailed, match="77,918"):
        networks.assert_parameter_count(subject().module("MaxPool"), 77_918, (1, 28, 28))


@pytest.mark.parametrize(
    ("reference", "parameters"),
    [
        (references.simple_fc, 7_850),
        (references.simple_cnn, 8_490),
        (references.multi_layer_perceptron, 79_510),
        (references.dropout_cnn, 21_840),
        (references.deep_cnn, 1_797_642),
        (references.mlp, 417_746),
        (references.two_conv_net, 105_194),
        (references.deep_mlp, 669_706),
        (references.conv_max_pool, 85_526),
        (references.conv_batch_norm, 77_918),
    ],
)
def test_have_the_references_the_specified_size(reference: object, parameters: int) -> None:
    assert sum(p.numel() for p in reference().parameters()) == parameters  # type: ignore[operator]


def test_is_a_trained_network_unchanged_by_a_check() -> None:
    model = MaxPool().train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    handle = LocalSubject({"model": model}).module("model")
    handle.trace(np.zeros((2, 1, 28, 28)), train=False, grad_output=np.ones((2, 10)))
    assert model.training
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())
    assert all(parameter.dtype == torch.float32 and parameter.grad is None for parameter in model.parameters())


def test_is_an_error_in_forward_told_with_its_message() -> None:
    class Broken(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise ValueError("no such thing")

    with pytest.raises(CheckFailed, match=r"raised ValueError(.|\n)*no such thing"):
        networks.assert_equivalent(LocalSubject({"Broken": Broken}).module("Broken"), references.conv_max_pool())
