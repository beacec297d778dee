"""doctor tells what a model uses and does not declare, and how to declare it."""

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import start
from tests.support.workspace import Workspace

FILES = {
    "models/__init__.py": "",
    "models/seir.py": """\
import importlib
from models import rates

class SEIR:
    def run(self):
        self.plugin = importlib.import_module("plugins." + "fast")
        with open("data/cases.csv") as cases:
            return cases.read()
""",
    "models/rates.py": "BETA = 0.3\n",
    "plugins/fast.py": "",
    "data/cases.csv": "day,cases\n",
    "params.json": "{}",
    "run.py": """\
import json, sys
from models.seir import SEIR
json.load(open("params.json"))
SEIR().run()
open("out.csv", "w").close()
print("done")
sys.exit(int(sys.argv[1]) if sys.argv[1:] else 0)
""",
}
RUN = ("--", sys.executable, "run.py")
REGISTER = (
    "modelops-bundle register-model models/seir.py --class SEIR --code plugins/fast.py --data data/cases.csv"
)


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    """A project with a registered model, which reads a file and loads a module that it does not declare."""
    workspace = Workspace(tmp_path / "work")
    for path, content in FILES.items():
        workspace.write(path, content)
    workspace.ok("init")
    workspace.ok("register-model", "models/seir.py", "--class", "SEIR")
    return workspace


def diagnosis(workspace: Workspace, *command: str) -> dict[str, Any]:
    """Return what `doctor --json` prints."""
    return dict(json.loads(workspace.run("doctor", "SEIR", "--json", "--", *command).text))


def test_what_is_not_declared_is_told_with_the_command_that_declares_it(work: Workspace) -> None:
    done = work.run("doctor", "seir_seir", *RUN)
    assert done.code == 1
    assert done.text == (
        "'seir_seir' uses 2 files that it does not declare:\n"
        "  code plugins/fast.py\n"
        "  data data/cases.csv\n"
        f"Next: {REGISTER}\n"
    )
    assert done.stderr == (
        "used by others, not by the model: 'params.json', 'run.py'\nwritten, so no dependency: 'out.csv'\n"
    )


def test_the_command_that_it_prints_makes_it_content(work: Workspace) -> None:
    said = work.run("doctor", "SEIR", *RUN).text.splitlines()[-1]
    work.ok(*shlex.split(said)[2:])
    done = work.run("doctor", "SEIR", *RUN)
    assert (done.code, done.text) == (0, "All that 'seir_seir' used is declared\n")


def test_names_of_files_send_nothing_to_the_terminal(work: Workspace) -> None:
    work.write("models/seir.py", FILES["models/seir.py"].replace("data/cases.csv", "data/\\x1b[2J.csv"))
    work.write("data/\x1b[2J.csv", "")
    text = work.run("doctor", "SEIR", *RUN).text
    assert "\x1b" not in text
    assert "--data" in text.splitlines()[-1]


def test_paths_count_from_where_it_is_typed(work: Workspace) -> None:
    below = Workspace(work.root / "data")
    command = "import os, sys; os.chdir('..'); sys.path.insert(0, '.'); from models.seir import SEIR; SEIR().run()"
    said = below.run("doctor", "SEIR", "--", sys.executable, "-c", command).text.splitlines()[-1]
    assert said.endswith(
        "register-model ../models/seir.py --class SEIR --code ../plugins/fast.py --data cases.csv"
    )
    below.ok(*shlex.split(said)[2:])
    assert below.run("doctor", "SEIR", "--", sys.executable, "-c", command).code == 0


def test_a_name_that_a_shell_would_take_apart_is_quoted(work: Workspace) -> None:
    work.write("data/my cases.csv", "")
    work.write("models/seir.py", FILES["models/seir.py"].replace("data/cases.csv", "data/my cases.csv"))
    said = work.run("doctor", "SEIR", *RUN).text.splitlines()[-1]
    assert said.endswith("--data 'data/my cases.csv'")
    work.ok(*shlex.split(said)[2:])
    assert work.run("doctor", "SEIR", *RUN).code == 0


def test_an_ignored_file_can_be_declared_too(work: Workspace) -> None:
    work.write(".modelopsignore", "data/\n")
    work.ok(*shlex.split(work.run("doctor", "SEIR", *RUN).text.splitlines()[-1])[2:])
    assert work.run("doctor", "SEIR", *RUN).code == 0
    assert "data/cases.csv" in work.ok("ls-files")


def test_the_exit_code_of_the_command_comes_first(work: Workspace) -> None:
    done = work.run("doctor", "SEIR", *RUN, "7")
    assert done.code == 7
    assert "uses 2 files" in done.text
    assert "the command ended with exit code 7" in done.stderr


def test_a_command_that_does_not_run_the_model_shows_nothing(work: Workspace) -> None:
    done = work.run("doctor", "SEIR", "--", sys.executable, "-c", "")
    assert (done.code, done.text) == (1, "The command did not load 'models/seir.py', as far as could be seen\n")


def test_without_imports_followed_modules_are_to_be_declared(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--no-auto-code")
    found = diagnosis(work, sys.executable, "-c", "import models.rates, models.seir")
    assert found["code"] == ["models/__init__.py", "models/rates.py"]


def test_scripts_get_one_document(work: Workspace) -> None:
    found = diagnosis(work, sys.executable, "run.py", "3")
    assert found == {
        "model": "seir_seir",
        "exit_code": 3,
        "loaded": True,
        "code": ["plugins/fast.py"],
        "data": ["data/cases.csv"],
        "perhaps": [],
        "declare": REGISTER,
        "excluded": [],
        "aside": ["params.json", "run.py"],
        "written": ["out.csv"],
        "processes": 1,
        "complete": sys.platform.startswith("linux"),
    }


def test_excluded_files_are_left_to_whoever_excluded_them(work: Workspace) -> None:
    work.ok("register-model", "models/seir.py", "--exclude", "data/*", "--code", "plugins")
    done = work.run("doctor", "SEIR", *RUN)
    assert done.code == 0
    assert "used, but excluded: 'data/cases.csv'" in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells who else reads files")
def test_what_other_programs_read_is_marked(work: Workspace) -> None:
    work.write("run.py", "import models.seir, subprocess\nsubprocess.run(['cat', 'params.json'])\n")
    done = work.run("doctor", "SEIR", *RUN)
    assert done.code == 1
    assert "  data? params.json\n" in done.text
    assert done.text.endswith("--data params.json\n")


def test_many_files_of_others_are_counted(work: Workspace) -> None:
    for number in range(8):
        work.write(f"more/{number}.csv", "")
    work.write("run.py", "import models.seir\nfor n in range(8): open(f'more/{n}.csv').close()\n")
    assert "'more/4.csv', and 4 more (-v names all)" in work.run("doctor", "SEIR", *RUN).stderr
    assert "'more/7.csv', 'run.py'\n" in work.run("-v", "doctor", "SEIR", *RUN).stderr


@pytest.mark.parametrize(
    ("code", "says", "arguments"),
    [
        (1, "no such model or target: 'SIER'", ("SIER", *RUN)),
        (1, "no such command: 'no-such-program'", ("SEIR", "--", "no-such-program")),
        (2, "COMMAND", ("SEIR",)),
        (2, "COMMAND", ("SEIR", "--")),
        (2, "a target, not a model: 'cases'", ("cases", *RUN)),
    ],
)
def test_mistakes_are_told(work: Workspace, code: int, says: str, arguments: tuple[str, ...]) -> None:
    work.write("targets/cases.py", "@calibration_target(model_output='cases')\ndef cases(data): ...\n")
    work.write("targets/__init__.py", "")
    work.ok("register-target", "targets/cases.py")
    assert says in work.refused(code, "doctor", *arguments)


def test_nothing_of_it_stays(work: Workspace) -> None:
    before = work.everything()
    work.run("doctor", "SEIR", "--", sys.executable, "-B", "-c", "import models.seir")
    assert work.everything() == before
    assert list((work.root / ".modelops-bundle/tmp").iterdir()) == []


def test_output_and_input_are_those_of_the_command(work: Workspace) -> None:
    source = "import models.seir; print(input())"
    with start("doctor", "SEIR", "--", sys.executable, "-c", source, cwd=work.root) as process:
        out, _ = process.communicate(b"hello\n", timeout=60)
    assert out == b"hello\nAll that 'seir_seir' used is declared\n"
    assert process.returncode == 0
