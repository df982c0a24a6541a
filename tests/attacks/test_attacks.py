"""Does any attack gain a point, reach anything outside, or leave the worker worse than it was?"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from attacks.ground import CLASSES, FOLDER, WRONG, Attack, Ground, load_attacks, told
from lab import with_cell
from tiny_course import answered

from coursepack.grading.notebook.verdict_records import GradedNotebook

ATTACKS = load_attacks()
# The test cells of each of the two assignments, by name.
TESTS = (["double-hidden", "double-visible", "treble-hidden"], ["net-hidden"])

# What these do might last; the others change their own process alone, and a right notebook ends the whole run.
LASTING = ("writing", "escaping", "exhausting", "faults")

RIGHT_NETWORK = """import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(784, 10)
    def forward(self, images):
        return self.output(images.flatten(1))"""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A running worker on a course with secrets; right notebooks before and after all attacks earn everything."""
    with Ground(tmp_path_factory.mktemp("ground")).open() as opened:
        assert_honest_earns_all(opened)
        yield opened
        assert_honest_earns_all(opened)


def assert_honest_earns_all(ground: Ground) -> None:
    """Check that a right notebook is graded as if nothing else had been."""
    honest = ground.grade_honest()
    assert (honest.points, honest.notes) == (5, ()), told(honest)[:3000]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.kind}/{attack.path.stem}")
def test_an_attack_gains_nothing(ground: Ground, attack: Attack) -> None:
    """Are points, the course, other processes and the next notebook as if the attack had not been?"""
    before, cpu_before = ground.state(), ground.cpu_seconds()
    graded = ground.grade(attack)
    assert ground.cpu_seconds() - cpu_before < attack.costs
    said = told(graded)
    if isinstance(graded, GradedNotebook):
        assert set(graded.lost) == attack.loses, said[:3000]
        assert sorted(record.grade_id for record in graded.records) == TESTS["net" in attack.cells]
        assert all(record.message for record in graded.records if record.grade_id in graded.lost)
        assert all(note.isprintable() and len(note) < 600 for note in graded.notes), graded.notes
    assert any(words in said for words in attack.says), said[:3000]
    assert ground.leaked(said) == []
    assert ground.state() == before
    assert ground.visitors() == []
    assert ground.witness.poll() is None
    if attack.kind in LASTING:
        assert_honest_earns_all(ground)


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_has_attacks(kind: str) -> None:
    """Is there no class without attacks, and no attack that gains nothing in theory either?"""
    attacks = [attack for attack in ATTACKS if attack.kind == kind]
    assert len(attacks) >= 4
    assert all(attack.gain.endswith(".") and all(attack.says) for attack in attacks)


@pytest.mark.parametrize("kind", CLASSES)
def test_the_page_on_security_counts_the_attacks(kind: str) -> None:
    """Does docs/security.md say how many attacks of each class there are?"""
    page = (FOLDER.parents[1] / "docs" / "security.md").read_text(encoding="utf-8")
    count = sum(attack.kind == kind for attack in ATTACKS)
    assert f"| {kind} | {count} | " in page


def test_a_leak_would_be_seen(ground: Ground) -> None:
    """Does the harness find a secret in an output and in a check's message?"""
    secret = ground.secrets["GRADEBOOK"]
    shown = ground.grade_submission(with_cell(f"print({secret!r})"), ground.sources["numbers"])
    raised = answered(double=f"raise ValueError({secret!r})")
    assert ground.leaked(told(shown)) == ["GRADEBOOK"]
    assert ground.leaked(told(ground.grade_submission(raised, ground.sources["numbers"]))) == ["GRADEBOOK"]


def test_a_change_would_be_seen(ground: Ground) -> None:
    """Does the harness see a file that was made, one that was changed, and a visitor?"""
    before, book = ground.state(), ground.course.root / "gradebook.db"
    made = ground.course.root / "made"
    made.touch()
    assert ground.state() != before
    made.unlink()
    assert ground.state() == before
    book.write_bytes(book.read_bytes())
    assert ground.state() != before
    with socket.create_connection(ground.services[0].getsockname(), timeout=5):
        assert ground.visitors() == [ground.services[0].getsockname()]
        ground.services[0].accept()[0].close()


def test_wrong_and_right_answers_differ(ground: Ground) -> None:
    """Do the answers that attacks give earn nothing by themselves, and right ones everything?"""
    assert ground.grade_submission(answered(**WRONG), ground.sources["numbers"]).points == 0
    network = json.loads(json.dumps(ground.sources["network"]))
    network["cells"][0]["source"] = RIGHT_NETWORK
    assert ground.grade_submission(network, ground.sources["network"]).points == 4
