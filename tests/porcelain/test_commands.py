"""The table names every command, and each entry leads to the command that it is about."""

import sys

import pytest

from modelops_bundle.porcelain.commands import PLUMBING, PORCELAIN, load

NAMES = [*PORCELAIN, *PLUMBING]


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_leads_to_its_command(name: str) -> None:
    command = load(name)
    assert command is not None
    assert command.name == name
    assert command.callback and command.callback.__module__ == (PORCELAIN.get(name) or PLUMBING[name]).module
    assert command.help


def test_no_name_stands_twice() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_every_summary_goes_on_a_line_of_help() -> None:
    for entry in (*PORCELAIN.values(), *PLUMBING.values()):
        assert 0 < len(entry.summary) < 80 and not entry.summary.endswith("."), entry


def test_what_is_no_command_is_none() -> None:
    assert load("stauts") is None
    assert load("") is None


def test_loading_one_imports_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = [entry.module for entry in (*PORCELAIN.values(), *PLUMBING.values())]
    for module in modules:
        monkeypatch.delitem(sys.modules, module, raising=False)
    load("logout")
    assert [module for module in modules if module in sys.modules] == [PORCELAIN["logout"].module]
