"""Keep docs/commands true: one page for each command, with name, synopsis and options made from the command.

A page's generated part stands between two marker lines; description, exit status and examples around it are
written by hand. `README.md` beside the pages is their index.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from modelops_bundle.porcelain._program import program
from modelops_bundle.porcelain.commands import PLUMBING, PORCELAIN, Entry, load

PAGES = Path(__file__).parents[1] / "docs" / "commands"
INDEX = "README"
BEGIN, END = "<!-- generated -->\n", "<!-- /generated -->\n"
SECTIONS = ("## DESCRIPTION", "## EXIT STATUS", "## EXAMPLES")
PROGRAM = "modelops-bundle"


def page_names() -> set[str]:
    """Return the names of the pages that exist, without the index."""
    return {path.stem for path in PAGES.glob("*.md")} - {INDEX}


def generated(name: str) -> str:
    """Return the generated part of a command's page."""
    command = load(name)
    assert command is not None, name
    commands = dict(_commands(name, command))
    lines = [
        *("## NAME", "", f"{PROGRAM} {name} - {(PORCELAIN | PLUMBING)[name].summary}", ""),
        *("## SYNOPSIS", ""),
        *(f"    {PROGRAM} {synopsis(path, each)}" for path, each in commands.items()),
        *("", "## OPTIONS", ""),
    ]
    for path, each in commands.items():
        if len(commands) > 1:
            lines += [f"### {path}", ""]
        lines += [*(f"- {text}" for text in options(each)), ""]
    return "\n".join(lines)


def generated_index() -> str:
    """Return the generated part of the index: the program's own options, and every command with its summary."""
    lines = ["## Options before the command", "", *(f"- {text}" for text in options(program)), ""]
    for title, table in (("Commands", PORCELAIN), ("Low-level commands", PLUMBING)):
        lines += [f"## {title}", "", "| command | does |", "|---|---|", *_rows(table), ""]
    return "\n".join(lines)


def synopsis(path: str, command: click.Command) -> str:
    """Return how a command is written."""
    arguments = [_argument(item) for item in command.params if isinstance(item, click.Argument)]
    return " ".join([path, "[OPTIONS]", *arguments])


def options(command: click.Command) -> Iterator[str]:
    """Yield one text for each option: its spellings, its value, and what it does."""
    for item in command.params:
        if isinstance(item, click.Option):
            names = ", ".join([*item.opts, *item.secondary_opts])
            default = f" Default: {item.default}." if item.show_default else ""
            repeat = " Repeatable." if item.multiple else ""
            yield f"`{names}{_value(item)}`: {item.help or ''}{default}{repeat}"
    yield "`-h, --help`: Show a summary and exit."


def stale() -> dict[Path, str]:
    """Return the pages whose generated part is not up to date, with the text that they should have.

    A page that does not exist yet gets its generated part and the headings of what is to be written.
    """
    wanted = {name: generated(name) for name in PORCELAIN | PLUMBING} | {INDEX: generated_index()}
    pages = {}
    for name, part in wanted.items():
        path = PAGES / f"{name}.md"
        old = path.read_text("utf-8") if path.exists() else ""
        new = _replaced(old, part) if old else _new_page(name, part)
        if new != old:
            pages[path] = new
    return pages


def main(arguments: list[str]) -> int:
    """Write the stale pages, or with `--check` only name them; return the exit code."""
    check = arguments == ["--check"]
    if arguments and not check:
        print("usage: scripts/docs [--check]", file=sys.stderr)
        return 2
    pages = stale()
    for path, text in pages.items():
        print(f"{'stale' if check else 'wrote'}: {path}")
        if not check:
            path.write_text(text, "utf-8")
    return 1 if check and pages else 0


def _commands(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            yield from _commands(f"{path} {name}", inner)


def _argument(argument: click.Argument) -> str:
    if argument.metavar:
        return argument.metavar
    name = (argument.name or "").upper()
    if isinstance(argument.type, click.Choice):
        name = "|".join(argument.type.choices)
    return (name if argument.required else f"[{name}]") + ("..." if argument.nargs == -1 else "")


def _value(option: click.Option) -> str:
    if option.is_flag or option.count:
        return ""
    if option.metavar:
        return f" {option.metavar}"
    if isinstance(option.type, click.Choice):
        return f" {'|'.join(option.type.choices)}"
    return f" {'N' if isinstance(option.type, click.types.IntParamType) else (option.name or '').upper()}"


def _rows(table: dict[str, Entry]) -> Iterator[str]:
    for name, entry in table.items():
        yield f"| [{name}]({name}.md) | {entry.summary} |"


def _replaced(page: str, part: str) -> str:
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"no generated part in: {page.splitlines()[0]}")
    return before + BEGIN + part + END + after


def _new_page(name: str, part: str) -> str:
    sections = () if name == INDEX else SECTIONS
    return f"# {name}\n\n{BEGIN}{part}{END}" + "".join(f"\n{section}\n" for section in sections)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
