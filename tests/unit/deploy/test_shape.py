"""The figures of the code's layout are counted, and tell a cycle from none."""

from __future__ import annotations

from pathlib import Path

from deploy.checks.shape import SERVICES, module_cycles, one_off_names, services_of, slice_cycles

MODEL = "from veche_routing.deadlines import rules\n"


def a_copy(root: Path, files: dict[str, str]) -> Path:
    for service in SERVICES:
        package = root / f"services/{service}/src/veche_{service.split('-')[-1]}"
        package.mkdir(parents=True)
        (package / "bootstrap.py").write_text("def build(settings):\n    one = 1\n    return one\n\n\nX = 1\n")
    for name, text in files.items():
        path = root / "services/routing/src/veche_routing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_files_lines_and_the_length_of_build_are_counted(tmp_path: Path) -> None:
    routing = list(services_of(a_copy(tmp_path, {"cases/model.py": "a = 1\nb = 2\n"})))[1]
    assert (routing.files, routing.lines, routing.bootstrap, routing.build) == (2, 8, 6, 3)


def test_a_name_that_two_slices_have_is_no_one_off(tmp_path: Path) -> None:
    files = {"cases/model.py": "", "deadlines/model.py": "", "deadlines/sundial.py": "", "deadlines/__init__.py": ""}
    assert one_off_names(a_copy(tmp_path, files)) == ["sundial.py"]


def test_two_slices_that_lead_to_one_another_are_a_cycle_though_no_module_is_in_one(tmp_path: Path) -> None:
    there = {"cases/model.py": MODEL, "deadlines/rules.py": ""}
    assert slice_cycles(a_copy(tmp_path / "a", there)) == []
    back = there | {"cases/store.py": "", "deadlines/store.py": "import veche_routing.cases.store\n"}
    [cycle] = slice_cycles(a_copy(tmp_path / "b", back))
    assert set(cycle) == {"veche_routing.cases", "veche_routing.deadlines"}
    assert module_cycles(tmp_path / "b") == []


def test_two_modules_that_need_one_another_are_a_cycle(tmp_path: Path) -> None:
    files = {"cases/model.py": MODEL, "deadlines/rules.py": "from veche_routing.cases.model import Case\n"}
    assert module_cycles(a_copy(tmp_path, files))
    assert module_cycles(Path()) == []
