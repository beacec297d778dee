"""What a page shows is run, and any difference is found."""

from pathlib import Path

import pytest

from tests.support.console_blocks import Step, check_page, steps_of


def page(*lines: str) -> str:
    return "\n".join(["Text.", "", "```console", *lines, "```", ""])


def test_blocks_are_read_in_order_with_continued_commands_and_empty_lines() -> None:
    text = page("$ cat <<END", "> one", ">", "> END", "one", "", "$ cd x") + page("$ ls")
    assert steps_of(text) == [Step("cat <<END\none\n\nEND", "one\n\n"), Step("cd x", ""), Step("ls", "")]


def test_other_blocks_are_left_out() -> None:
    assert steps_of("```\n$ a\n```\n```sh\n$ b\n```\n```console no-run\n$ c\n```\n") == []


def test_a_page_that_is_right_passes(tmp_path: Path) -> None:
    text = page("$ mkdir inner", "$ cd inner", "$ pwd", "…/inner", "$ where=here", "$ echo $where", "here")
    check_page(text, tmp_path)


def test_what_a_failing_command_says_is_compared_and_its_exit_code_asked_for(tmp_path: Path) -> None:
    check_page(page("$ echo seen; echo why >&2; (exit 7)", "seen", "why", "$ echo $?", "7"), tmp_path)


def test_names_stand_for_what_differs_between_runs(tmp_path: Path) -> None:
    check_page(
        page("$ echo registry.example.org", "registry.example.org"), tmp_path, {"registry.example.org": "x:1"}
    )


def test_the_home_is_shown_as_a_shell_writes_it(tmp_path: Path) -> None:
    check_page(page("$ echo ~/x", "~/x"), tmp_path)


def test_ages_are_not_compared_nor_the_widths_that_they_give_columns(tmp_path: Path) -> None:
    check_page(page("$ echo 'v1    12 seconds ago  push'", "v1  1 second ago   push"), tmp_path)


@pytest.mark.parametrize(
    "lines",
    [
        ("$ echo one", "two"),
        ("$ echo one",),
        ("$ true", "one"),
        ("$ false",),
        ("$ false", "$ true"),
        ("$ (exit 3)", "$ echo $?", "4"),
        ("$ printf '\\n'",),
    ],
)
def test_a_page_that_is_wrong_fails(lines: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        check_page(page(*lines), tmp_path)


def test_a_page_without_blocks_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        check_page("Text.", tmp_path)
