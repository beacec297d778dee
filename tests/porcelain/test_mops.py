"""mops is this program behind the word `bundle`, and the platform's behind any other."""

import sys
from pathlib import Path

import pytest

from modelops_bundle.porcelain.mops import main


def mops(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    return int(end.value.code or 0)


def install(directory: Path, monkeypatch: pytest.MonkeyPatch, module: str, distribution: str = "") -> None:
    """Put a platform on the path: a module that prints its arguments, and a distribution that declares it."""
    file = directory.joinpath(*module.split(".")).with_suffix(".py")
    file.parent.mkdir(parents=True, exist_ok=True)
    for parent in file.relative_to(directory).parents[:-1]:
        (directory / parent / "__init__.py").touch()
    file.write_text("import sys\n\ndef main():\n    print('platform', *sys.argv)\n    return 3\n")
    if distribution:
        info = directory / f"{distribution}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[console_scripts]\nmops = {module}:main\n")
    monkeypatch.syspath_prepend(directory)
    monkeypatch.setattr(sys, "argv", ["mops"])
    for name in [name for name in sys.modules if name.partition(".")[0] == module.partition(".")[0]]:
        monkeypatch.delitem(sys.modules, name)


def test_bundle_is_this_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert mops("bundle", "--version") == 0
    assert capsys.readouterr().out.startswith("modelops-bundle ")


def test_exit_codes_come_through(capsys: pytest.CaptureFixture[str]) -> None:
    assert mops("bundle", "nonsense") == 2
    assert "no such command" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["-h"], ["--help"]])
def test_help_mentions_bundle(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert mops(*words) == 0
    assert "mops bundle COMMAND" in capsys.readouterr().out


def test_without_the_platform_its_words_are_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert mops("jobs", "submit") == 2
    error, hint = capsys.readouterr().err.splitlines()
    assert error.startswith("error: ") and "'mops jobs'" in error
    assert hint.startswith("hint: ")


def test_another_distribution_gets_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(tmp_path, monkeypatch, "platform_of_test.commands", "modelops")
    assert mops("jobs", "submit") == 3
    assert capsys.readouterr().out == "platform mops jobs submit\n"


def test_an_importable_platform_gets_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(tmp_path, monkeypatch, "modelops.cli.main")
    assert mops("jobs") == 3
    assert capsys.readouterr().out == "platform mops jobs\n"


def test_help_is_the_platforms_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(tmp_path, monkeypatch, "modelops.cli.main")
    mops("--help")
    ours, platform = capsys.readouterr().out.split("platform ")
    assert "mops bundle" in ours
    assert platform == "mops --help\n"


def test_bundle_stays_ours_beside_a_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(tmp_path, monkeypatch, "modelops.cli.main")
    assert mops("bundle", "--version") == 0
    assert "platform" not in capsys.readouterr().out


def test_a_broken_platform_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "modelops.cli.main")
    (tmp_path / "modelops/cli/main.py").write_text("import a_module_that_nobody_has\n")
    with pytest.raises(ModuleNotFoundError, match="a_module_that_nobody_has"):
        main(["jobs"])
