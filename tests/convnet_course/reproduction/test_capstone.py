"""Is the capstone as small as it says, and is it trained the same way every time?"""

from __future__ import annotations

import copy
import dataclasses

import pytest
import torch
from torch import Tensor, nn

from convnet_course.reproduction.capstone import CapstoneNet, Muon, Recipe, distort, fit, moved, pace
from convnet_course.reproduction.experiment import Figure
from convnet_course.reproduction.experiments import select_experiments
from convnet_course.reproduction.images import Data, Split
from convnet_course.reproduction.results_file import TrainingRun
from convnet_course.reproduction.train import load_mnist, train
from coursepack.course import Course

(EXPERIMENT,) = select_experiments(["Capstone"])
STILL = Recipe(degrees=0, shear=0, zoom=0, shift=0)


@pytest.fixture(scope="module")
def mini(repository: Course) -> Data:
    return load_mnist(repository.root / "data" / "mnist_mini", torch.device("cpu"))


def few(data: Data) -> Data:
    train_part, test_part = (Split(split.images[:300], split.labels[:300]) for split in (data.train, data.test))
    return Data(data.origin, train_part, test_part)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_has_it_fewer_than_7000_parameters() -> None:
    # Counted by hand: kernels, two for each normalised channel, the linear layer with its bias.
    kernels = 16 * 9 + 2 * 16 * 16 * 9 + (16 * 9 + 16 * 28) + (28 * 9 + 28 * 28)
    counted = kernels + 2 * (16 + 16 + 16 + 28 + 28) + (28 + 1) * 10
    assert EXPERIMENT.parameters == counted == 6_878 < 7_000
    assert all(each.requires_grad for each in CapstoneNet().parameters())
    assert EXPERIMENT.settings.startswith("6,878 parameters; ")
    assert "120 epochs" in EXPERIMENT.settings


def test_are_its_predictions_the_mean_over_nine_views() -> None:
    torch.manual_seed(0)
    model, images = CapstoneNet().eval(), torch.randn(3, 1, 28, 28)
    with torch.no_grad():
        views = [model.logits(view) for view in moved(images)]
        assert len(views) == 9
        torch.testing.assert_close(model(images), sum(views) / 9)
        torch.testing.assert_close(views[4], model.logits(images))
        assert not torch.allclose(model(images), views[4], atol=1e-4)


def test_are_the_views_moved_by_one_pixel() -> None:
    images = torch.zeros(1, 1, 28, 28)
    images[0, 0, 10, 20] = 1
    places = [tuple((view[0, 0] == 1).nonzero()[0].tolist()) for view in moved(images)]
    assert set(places) == {(10 + down, 20 + across) for down in (-1, 0, 1) for across in (-1, 0, 1)}


def test_does_distortion_keep_shape_and_range(mini: Data) -> None:
    images = mini.train.images[:100]
    changed = distort(images, Recipe(), generator())
    assert changed.shape == images.shape
    assert changed.dtype == images.dtype
    # Interpolation weighs four pixels; the last digit of the weights may be rounded.
    assert images.min() - 1e-5 <= changed.min() <= changed.max() <= images.max() + 1e-5
    assert not torch.allclose(changed, images, atol=0.1)


def test_does_no_distortion_leave_the_images_alone(mini: Data) -> None:
    images = mini.train.images[:10]
    torch.testing.assert_close(distort(images, STILL, generator()), images, atol=1e-3, rtol=0)


@pytest.mark.parametrize("setting", ["degrees", "shear", "zoom", "shift"])
def test_does_every_setting_distort(mini: Data, setting: str) -> None:
    recipe = dataclasses.replace(STILL, **{setting: getattr(Recipe(), setting)})
    images = mini.train.images[:10]
    assert not torch.allclose(distort(images, recipe, generator()), images, atol=0.1)


def test_is_a_shift_in_pixels() -> None:
    images = torch.zeros(400, 1, 28, 28)
    images[:, :, 14, 14] = 1
    changed = distort(images, dataclasses.replace(STILL, shift=2.0), generator())
    seen = (changed > 0).any(dim=0)[0].nonzero()
    assert (seen.min().item(), seen.max().item()) == (12, 16)


def test_does_the_seed_decide_the_distortion(mini: Data) -> None:
    images = mini.train.images[:10]
    again, other = distort(images, Recipe(), generator()), distort(images, Recipe(), generator(1))
    assert torch.equal(distort(images, Recipe(), generator()), again)
    assert not torch.equal(other, again)


def test_are_steps_of_muon_orthogonal() -> None:
    torch.manual_seed(0)
    for shape in ((4, 8, 3, 3), (8, 2, 1, 1)):
        kernel = nn.Parameter(torch.zeros(shape))
        kernel.grad = torch.randn(shape)
        Muon([kernel], lr=1.0).step()
        tallness = max(1.0, shape[0] / (shape[1] * shape[2] * shape[3])) ** 0.5
        lengths: Tensor = torch.linalg.svdvals(kernel.detach().flatten(1)) / tallness
        assert 0.6 < lengths.min() <= lengths.max() < 1.3
        assert (kernel * kernel.grad).sum() < 0, "not downhill"


def test_does_the_pace_rise_and_fall() -> None:
    shares = [pace(step, 99, 0.1) for step in range(99)]
    assert max(shares) == pytest.approx(1) == shares[9]
    assert shares == [*sorted(shares[:10]), *sorted(shares[10:], reverse=True)]
    assert 0 < shares[-1] < 0.02


def test_does_a_quick_epoch_run_and_learn(mini: Data) -> None:
    told: list[None] = []
    outcome = train(EXPERIMENT.quick(), 0, mini, lambda: told.append(None))
    assert len(told) == len(outcome.losses) == len(outcome.accuracies) == 1
    assert outcome.accuracies[0] > 20
    run = TrainingRun("Capstone", 0, EXPERIMENT.settings, 3_000, "cpu, 1 thread", "2.15.0", outcome)
    assert run.value(Figure("test accuracy", 99.5)) == outcome.accuracies[0]


def test_does_a_seed_decide_the_training(mini: Data) -> None:
    runs = [train(EXPERIMENT.quick(), seed, few(mini)) for seed in (0, 0, 1)]
    assert runs[0].losses == runs[1].losses != runs[2].losses


def test_are_test_images_without_influence_on_the_training(mini: Data) -> None:
    data = few(mini)
    turned = Data(data.origin, data.train, Split(-data.test.images, 9 - data.test.labels))
    one, other = train(EXPERIMENT.quick(), 0, data), train(EXPERIMENT.quick(), 0, turned)
    assert (one.losses, one.training_accuracy) == (other.losses, other.training_accuracy)


def test_are_kernels_and_the_rest_all_trained(mini: Data) -> None:
    torch.manual_seed(0)
    model = CapstoneNet()
    before = copy.deepcopy(model.state_dict())
    fit(model, mini.train.images[:256], mini.train.labels[:256], dataclasses.replace(STILL, epochs=1), generator())
    assert [name for name, value in model.state_dict().items() if torch.equal(value, before[name])] == []
