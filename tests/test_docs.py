"""The pages of docs/commands: one for each command, up to date, and with examples that do what they show."""

import shutil
from pathlib import Path

import pytest

from modelops_bundle.porcelain.commands import PLUMBING, PORCELAIN
from scripts import command_pages
from scripts.command_pages import INDEX, PAGES, SECTIONS, page_names, stale
from tests.support.cli import CHECKOUT, run
from tests.support.console_blocks import check_page

ALL = sorted(PORCELAIN | PLUMBING)
WITHOUT_EXAMPLE = {"login", "logout"}
"""Their examples would need a registry on the Internet."""


def prepare(directory: Path) -> None:
    """Make what every example begins with: the project `seir`, published to the directory `registry`."""
    project = directory / "seir"
    shutil.copytree(CHECKOUT / "scripts/demo-project", project, ignore=shutil.ignore_patterns("__pycache__"))
    for command in (["init", "--remote", "oci:../registry"], ["add", "."], ["push"]):
        done = run(*command, cwd=project)
        assert done.code == 0, done


def commands_of(layer: str) -> set[str]:
    """Return the names of the command files of a layer."""
    files = {path.stem for path in (CHECKOUT / layer).glob("*.py")}
    return {name.replace("_", "-") for name in files if not name.startswith("_")} - {"main", "commands", "mops"}


def test_table_files_and_pages_name_the_same_commands() -> None:
    assert commands_of("porcelain") == set(PORCELAIN)
    assert commands_of("plumbing") == set(PLUMBING)
    assert page_names() == set(ALL)


def test_the_generated_parts_are_up_to_date() -> None:
    assert [str(path) for path in stale()] == [], "scripts/docs writes them"


@pytest.mark.parametrize("name", ALL)
def test_a_page_has_every_section_with_text_in_it(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text("utf-8")
    for section, after in zip(SECTIONS, [*SECTIONS[1:], None], strict=True):
        begin = page.index(f"\n{section}\n") + len(section) + 2
        assert page[begin : page.index(f"\n{after}\n") if after else None].strip(), section


@pytest.mark.parametrize("name", sorted(set(ALL) - WITHOUT_EXAMPLE))
def test_the_examples_do_what_they_show(name: str, tmp_path: Path) -> None:
    prepare(tmp_path)
    check_page((PAGES / f"{name}.md").read_text("utf-8"), tmp_path)


def test_the_index_is_linked_to_every_page() -> None:
    index = (PAGES / f"{INDEX}.md").read_text("utf-8")
    assert all(f"({name}.md)" in index for name in ALL)


def test_a_stale_page_is_told_and_mended_without_touching_the_prose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = tmp_path / "commands"
    shutil.copytree(PAGES, pages)
    monkeypatch.setattr(command_pages, "PAGES", pages)
    right = (pages / "add.md").read_text("utf-8")
    (pages / "add.md").write_text(right.replace("--dry-run", "--dryrun"), "utf-8")
    (pages / "tag.md").unlink()
    assert command_pages.main(["--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [f"stale: {pages / name}" for name in ("add.md", "tag.md")]
    assert not (pages / "tag.md").exists()
    assert command_pages.main([]) == 0
    assert (pages / "add.md").read_text("utf-8") == right
    assert all(section in (pages / "tag.md").read_text("utf-8") for section in SECTIONS)
    assert command_pages.main(["--check"]) == 0
    assert command_pages.main(["--wrong"]) == 2
