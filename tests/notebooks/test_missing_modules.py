"""Is an author told what to install, and only where that helps?"""

from __future__ import annotations

import pytest

from coursepack.notebooks.missing_modules import remedy_for


@pytest.mark.parametrize("module", ["not_there", "not_there.deep"])
def test_is_a_package_that_is_missing_named_with_all_that_is_to_be_done(module: str) -> None:
    said = remedy_for(f"the check could not handle the answer (ModuleNotFoundError: No module named '{module}')")
    assert said.startswith("`pip install not_there`, then write not_there into requirements.txt")
    assert "“not_there” into `preload` in pyproject.toml" in said


def test_is_a_package_called_by_the_name_that_pip_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    said = remedy_for("ModuleNotFoundError: No module named 'sklearn'")
    assert said.startswith("`pip install scikit-learn`, then write scikit-learn into")
    assert "“sklearn” into `preload`" in said


@pytest.mark.parametrize(
    "error",
    [
        "",
        "ZeroDivisionError: division by zero",
        "ModuleNotFoundError: No module named 'json.not_there'",  # of the standard library
        "ModuleNotFoundError: No module named 'nbformat.not_there'",  # the package is here, a part of it is misspelt
    ],
)
def test_is_nothing_to_be_installed_for_other_errors(error: str) -> None:
    assert remedy_for(error) == ""
