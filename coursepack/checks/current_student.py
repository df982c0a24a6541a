"""`student`: the subject that checks question at present."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coursepack.checks.messages import student_errors
from coursepack.subject import (
    Array,
    FunctionPass,
    InstanceHandle,
    LocalSubject,
    ModuleHandle,
    Source,
    Subject,
    Use,
)


class CurrentSubject:
    """Forward every request to the current subject: the running kernel, unless another one was set.

    A test cell asks for a module before any check runs, so an error there is turned into a failed check here.
    """

    def __init__(self) -> None:
        self._subject: Subject = LocalSubject()

    def use(self, subject: Subject) -> None:
        """Make `subject` the current subject."""
        self._subject = subject

    def module(self, name: str, *args: Any, **options: Any) -> ModuleHandle:
        """Return a handle to the module `name`, or to the module that calling `name` returns.

        Raises:
            CheckFailed: the name is missing, its code raised, or it is not a module.
        """
        with student_errors(name):
            return self._subject.module(name, *args, **options)

    def instance(self, name: str, *args: Any, **options: Any) -> InstanceHandle:
        """Return a handle to an instance of the student's own class.

        Raises:
            CheckFailed: the name is missing, or its code raised.
        """
        about = f"{name}({', '.join(map(repr, args))})" if args else name
        with student_errors(about):
            return self._subject.instance(name, *args, **options)

    def call(self, name: str, *args: Any, **options: Any) -> Any:
        """Call the student's function; see `Subject.call`."""
        return self._subject.call(name, *args, **options)

    def value(self, name: str) -> Any:
        """Return the student's variable; see `Subject.value`."""
        return self._subject.value(name)

    def gradients(self, name: str, inputs: Sequence[Array], grad_outputs: Array) -> tuple[Array, list[Array]]:
        """Return output and gradients of the student's function; see `Subject.gradients`."""
        return self._subject.gradients(name, inputs, grad_outputs)

    def function_pass(
        self, name: str, inputs: Sequence[Array], grad_output: Array, *, constants: Sequence[Any], needs: Sequence[bool]
    ) -> FunctionPass:
        """Apply the student's `torch.autograd.Function`; see `Subject.function_pass`."""
        return self._subject.function_pass(name, inputs, grad_output, constants=constants, needs=needs)

    def run_loop(self, name: str, probe: str, batches: Any, **settings: Any) -> dict[str, Any]:
        """Run the student's loop on a probe network; see `Subject.run_loop`."""
        return self._subject.run_loop(name, probe, batches, **settings)

    def stand_in(self, names: Sequence[str] = (), text: str = "") -> None:
        """Replace parts of the notebook by stand-ins; see `Subject.stand_in`."""
        self._subject.stand_in(names, text)

    def file(self, filename: str, content: bytes) -> str:
        """Write a scratch file for the student's code; see `Subject.file`."""
        return self._subject.file(filename, content)

    def source(self, name: str) -> Source:
        """Return what a name refers to; see `Subject.source`."""
        return self._subject.source(name)

    def watch(self, rules: Sequence[str]) -> list[Use]:
        """Note which libraries student code calls; see `Subject.watch`."""
        return self._subject.watch(rules)


student = CurrentSubject()
