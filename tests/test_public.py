"""Are the project's public files true: workflows, issue forms, policies, metadata, dependencies?"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from coursepack import __version__
from coursepack.course import Course

# Those that test, which may only read; and all.
READERS = ("ci", "prove")
WORKFLOWS = (*READERS, "site", "release")
FORMS = ("1-bug", "2-wrong-grade", "3-course")
PAGES = ("SECURITY.md", "CODE_OF_CONDUCT.md")
ASKED = "torch torchvision jupyterlab nbgrader scikit-learn pandas torchinfo matplotlib"


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def workflow(repository: Course, name: str) -> dict[Any, Any]:
    content: dict[Any, Any] = read_yaml(repository.root / ".github" / "workflows" / f"{name}.yml")
    return content


def steps(repository: Course, name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(repository, name)["jobs"].values() for step in job["steps"]]


def form(repository: Course, name: str) -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(repository.root / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml")
    return content


@pytest.fixture(scope="module")
def project(repository: Course) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((repository.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def required(project: dict[str, Any], extras: set[str]) -> list[Requirement]:
    """Return what an installation with these extras asks for, through extras that name extras."""
    found, waiting = [Requirement(text) for text in project["dependencies"]], sorted(extras)
    done: set[str] = set()
    while waiting:
        extra = waiting.pop()
        for requirement in map(Requirement, project["optional-dependencies"][extra]):
            if requirement.name == project["name"]:
                waiting += sorted(requirement.extras - done)
            else:
                found.append(requirement)
        done.add(extra)
    return found


def pins(repository: Course) -> dict[str, str]:
    """Return the version that each distribution is pinned to."""
    lines = (repository.root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {plain(name): version for name, version in (line.split("==") for line in lines if "==" in line)}


def plain(name: str) -> str:
    return name.lower().replace("_", "-")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_is_every_action_pinned_to_a_commit_whose_version_stands_beside_it(repository: Course, name: str) -> None:
    text = (repository.root / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (.*)", text)
    assert used
    assert [use for use in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []


@pytest.mark.parametrize("name", READERS)
def test_may_a_workflow_only_read_the_repository(repository: Course, name: str) -> None:
    content = workflow(repository, name)
    assert content["permissions"] == {}
    for title, job in content["jobs"].items():
        assert job["permissions"] == {"contents": "read"}, title
    checkouts = [step for step in steps(repository, name) if "checkout@" in step.get("uses", "")]
    assert len(checkouts) == len(content["jobs"])
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def assert_only_reads(job: dict[str, Any]) -> None:
    """Check that a job may read the repository, and that its one checkout keeps no credentials."""
    assert job["permissions"] == {"contents": "read"}
    [checkout] = [step for step in job["steps"] if "checkout@" in step.get("uses", "")]
    assert checkout["with"]["persist-credentials"] is False


def test_may_only_the_job_that_publishes_the_site_write_and_only_where_it_was_asked_for(repository: Course) -> None:
    jobs = workflow(repository, "site")["jobs"]
    assert workflow(repository, "site")["permissions"] == {}
    assert_only_reads(jobs["build"])
    assert jobs["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert jobs["publish"]["if"] == "github.ref == 'refs/heads/main' && vars.PUBLISH_SITE == 'true'"
    assert [step.get("run") for step in jobs["publish"]["steps"]] == [None]


def test_may_only_the_job_that_publishes_packages_prove_itself_to_pypi_and_only_for_a_tag(repository: Course) -> None:
    """Does it hold no token, run nothing of ours, and come after the wheel has graded a class?"""
    jobs = workflow(repository, "release")["jobs"]
    assert workflow(repository, "release")["permissions"] == {}
    assert_only_reads(jobs["build"])
    assert "scripts/try_wheel.sh dist/*.whl" in [step.get("run") for step in jobs["build"]["steps"]]
    assert jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["if"] == "github.ref_type == 'tag' && vars.PUBLISH_PACKAGE == 'true'"
    assert [step.get("run") for step in jobs["publish"]["steps"]] == [None, None]
    assert not any("password" in step.get("with", {}) for step in jobs["publish"]["steps"])


@pytest.mark.parametrize("name", WORKFLOWS)
def test_does_every_job_end_and_no_run_pile_up(repository: Course, name: str) -> None:
    content = workflow(repository, name)
    assert content["concurrency"]["group"]
    assert [title for title, job in content["jobs"].items() if not 0 < job["timeout-minutes"] < 360] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_do_workflows_run_make_targets_that_exist(repository: Course, name: str) -> None:
    makefile = (repository.root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    named = {target for step in steps(repository, name) for target in re.findall(r"make (\w+)", step.get("run", ""))}
    assert named & {"setup", "site", "dist"}
    assert named <= targets


def test_are_the_promised_pythons_those_that_ci_tests(repository: Course, project: dict[str, Any]) -> None:
    tested = workflow(repository, "ci")["jobs"]["tests"]["strategy"]["matrix"]["python-version"]
    classified = [line.rpartition(" :: ")[2] for line in project["classifiers"] if "Python :: 3." in line]
    assert tested == classified
    assert project["requires-python"] == f">={tested[0]}"


def test_does_zizmor_find_nothing_in_the_workflows(repository: Course) -> None:
    tool = Path(sys.executable).with_name("zizmor")
    command = [tool, "--offline", "--no-progress", "--persona=pedantic", ".github"]
    said = subprocess.run(command, cwd=repository.root, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("name", FORMS)
def test_is_an_issue_form_one_that_github_takes(repository: Course, name: str) -> None:
    content = form(repository, name)
    assert {"name", "description", "body"} <= set(content) <= {"name", "description", "body", "labels"}
    fields = [field for field in content["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in fields} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert all(field["attributes"]["label"] for field in fields)
    ids = [field["id"] for field in fields]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[\w-]+", one) for one in ids)


@pytest.mark.parametrize("name", FORMS)
def test_does_an_issue_form_warn_of_what_must_not_be_posted(repository: Course, name: str) -> None:
    opening = form(repository, name)["body"][0]
    assert opening["type"] == "markdown"
    assert re.search(r"\*\*(Never post student names|Post no solution)", opening["attributes"]["value"])


def test_does_a_report_of_a_wrong_grade_ask_for_cell_points_and_message(repository: Course) -> None:
    fields = {field.get("id"): field for field in form(repository, "2-wrong-grade")["body"]}
    for wanted in ("exercise", "cell", "points", "page"):
        assert fields[wanted]["validations"]["required"] is True
    assert fields["privacy"]["attributes"]["options"][0]["required"] is True


def test_can_a_mistake_be_reported_for_every_assignment(repository: Course) -> None:
    fields = {field.get("id"): field for field in form(repository, "3-course")["body"]}
    assert fields["assignment"]["attributes"]["options"][:-1] == list(repository.assignments)


@pytest.mark.parametrize("page", PAGES)
def test_does_every_link_of_a_policy_lead_somewhere(repository: Course, page: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", (repository.root / page).read_text(encoding="utf-8"))
    assert targets
    assert [name for name in targets if not name.startswith("https:") and not (repository.root / name).exists()] == []


def test_do_package_and_changelog_name_this_version(repository: Course, project: dict[str, Any]) -> None:
    assert __version__ == project["version"]
    changes = (repository.root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(__version__)} - \d{{4}}-\d\d-\d\d$", changes, re.MULTILINE)


def test_does_the_citation_name_this_version_and_these_authors(repository: Course, project: dict[str, Any]) -> None:
    citation = read_yaml(repository.root / "CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == project["version"]
    assert citation["authors"] == project["authors"]
    assert project["license"] in citation["license"]


def test_is_everything_pinned_that_an_extra_asks_for(repository: Course, project: dict[str, Any]) -> None:
    pinned = pins(repository)
    for requirement in required(project, set(project["optional-dependencies"])):
        assert requirement.specifier, f"{requirement.name} has no bounds"
        assert requirement.specifier.contains(pinned[plain(requirement.name)]), str(requirement)


def test_does_conda_install_what_was_asked_for(repository: Course, project: dict[str, Any]) -> None:
    through_pip = read_yaml(repository.root / "environment.yml")["dependencies"][-1]["pip"]
    extras = set(re.fullmatch(r"-e \.\[([\w,]+)\]", through_pip[-1])[1].split(","))  # type: ignore[index]
    assert set(ASKED.split()) <= {plain(requirement.name) for requirement in required(project, extras)}


def test_does_nobody_who_sets_up_the_course_install_the_site(project: dict[str, Any]) -> None:
    named = {plain(requirement.name) for requirement in required(project, set(project["optional-dependencies"]))}
    assert {name for name in named if name.startswith("mkdocs")} == set()


def test_is_the_site_made_without_the_tools_libraries(repository: Course, project: dict[str, Any]) -> None:
    """Does its environment stay small, and within the bounds and pins of everything else?"""
    content = tomllib.loads((repository.root / "pyproject.toml").read_text(encoding="utf-8"))
    docs = {plain(one.name): one for one in map(Requirement, content["dependency-groups"]["docs"])}
    assert {"mkdocs", "mkdocs-material", "mkdocstrings"} <= set(docs)
    assert {"coursepack", "nbgrader", "jupyterlab"}.isdisjoint(docs)
    for requirement in required(project, set(project["optional-dependencies"])):
        if found := docs.get(plain(requirement.name)):
            assert found.specifier == requirement.specifier, found.name
    pinned = pins(repository)
    assert [name for name, one in docs.items() if not one.specifier.contains(pinned[name])] == []


def test_does_the_tool_install_without_torch(project: dict[str, Any]) -> None:
    names = {plain(requirement.name) for requirement in required(project, {"grade", "postgres"})}
    assert names.isdisjoint({"torch", "torchvision", "torchinfo"})


def test_is_every_import_declared_and_every_dependency_imported(repository: Course) -> None:
    command = [sys.executable, "-m", "deptry", "."]
    said = subprocess.run(command, cwd=repository.root, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
