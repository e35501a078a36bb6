"""Skeletons are made in a copy of the tree, pass the style's rules and their own tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.scaffold.writing import CADDYFILE, ScaffoldError, Written, new_connector, new_slice, ungated_paths

ROOT = Path(__file__).parents[3]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "services", tmp_path / "services", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "deploy/caddy").mkdir(parents=True)
    shutil.copy(ROOT / CADDYFILE, tmp_path / CADDYFILE)
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "keys.py", tmp_path / "tests")
    return tmp_path


def run(tree: Path, *command: str) -> None:
    paths = os.pathsep.join(str(source) for source in (*tree.glob("services/*/src"), ROOT))  # ROOT: deploy.checks
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def assert_sound(tree: Path, written: Written) -> None:
    files = [str(file) for file in (*written.files, written.listed_in)]
    run(tree, "ruff", "check", "--no-cache", *files)
    run(tree, "ruff", "format", "--no-cache", "--check", *files)
    run(tree, "pytest", "-q", "-p", "no:cacheprovider", *(file for file in files if file.startswith("tests")))


@pytest.mark.parametrize("service", ["intake", "notifications", "routing", "surveys"])
def test_a_slice_is_listed_in_the_composition_root(tree: Path, service: str) -> None:
    written = new_slice(tree, service, "petitions")
    bootstrap = (tree / written.listed_in).read_text(encoding="utf-8")
    assert f"from veche_{service}.petitions.module import petitions_module\n" in bootstrap
    assert bootstrap.count(" petitions_module(context),\n") == 1
    compile(bootstrap, "bootstrap.py", "exec")


def test_a_new_slice_passes_its_test(tree: Path) -> None:
    assert_sound(tree, new_slice(tree, "surveys", "street_petitions"))


@pytest.mark.parametrize("service", ["notifications", "routing", "surveys"])
def test_the_paths_that_the_gateway_must_learn_are_named_until_it_has_them(tree: Path, service: str) -> None:
    paths = ["/api/v1/street-petitions", "/api/v1/street-petitions/*"]
    assert ungated_paths(tree, service, "street_petitions") == paths
    gateway = (tree / CADDYFILE).read_text(encoding="utf-8")
    (tree / CADDYFILE).write_text(gateway.replace(f"@{service} path ", f"@{service} path {' '.join(paths)} "))
    assert ungated_paths(tree, service, "street_petitions") == []


def test_intake_gets_what_no_other_service_has_and_needs_no_path(tree: Path) -> None:
    assert ungated_paths(tree, "intake", "petitions") == []


def test_a_new_slice_admits_nobody_until_a_role_is_named(tree: Path) -> None:
    written = new_slice(tree, "surveys", "petitions")
    (http,) = (file for file in written.files if file.name == "http.py")
    source = (tree / http).read_text(encoding="utf-8")
    assert "ROLES: Final[tuple[Role, ...]] = ()\n" in source
    assert source.count("Depends(") == source.count("Depends(require_staff(*ROLES))") == 1


def test_a_new_connector_is_registered_and_passes_its_test(tree: Path) -> None:
    assert_sound(tree, new_connector(tree, "sms"))


@pytest.mark.parametrize("name", ["Petitions", "1st", "", "a-b", "../a", "class"])
def test_a_name_that_python_cannot_import_is_rejected(tree: Path, name: str) -> None:
    with pytest.raises(ScaffoldError, match="cannot be a name"):
        new_slice(tree, "surveys", name)
    with pytest.raises(ScaffoldError, match="cannot be a name"):
        new_connector(tree, name)


def test_a_taken_name_and_an_unknown_service_are_rejected(tree: Path) -> None:
    with pytest.raises(ScaffoldError, match="is taken"):
        new_slice(tree, "surveys", "polls")
    with pytest.raises(ScaffoldError, match="is taken"):
        new_connector(tree, "web_form")
    with pytest.raises(ScaffoldError, match="choose one of intake, notifications, routing, surveys"):
        new_slice(tree, "survey", "petitions")
