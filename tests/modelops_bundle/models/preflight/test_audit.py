"""What a watched command used is seen, however it runs, and the command itself notices nothing."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from modelops_bundle.checkout.project import Project
from modelops_bundle.errors import Invalid, NotFound
from modelops_bundle.models.preflight import audit
from modelops_bundle.models.preflight.audit import Usage, watch
from tests.modelops_bundle.source.projects import make_project

MODEL = "models/seir.py"
OWN = [MODEL, "models/__init__.py"]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells who else reads files")

READ = "def read(name):\n    with open(name) as file:\n        return file.read()\n"
FILES = {
    "models/__init__.py": "",
    MODEL: "def run(work):\n    return work()\n\n" + READ,
    "lib/plain.py": READ,
    "data/a.csv": "1\n",
    "data/b.csv": "2\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "project", FILES)


def run_script(project: Project, source: str, *arguments: str, **variables: str) -> Usage:
    """Watch a script that has the model's functions at hand."""
    (project.root / "run.py").write_text("from models.seir import read, run\n" + textwrap.dedent(source))
    return run(project, sys.executable, "run.py", *arguments, **variables)


def run(project: Project, *command: str, **variables: str) -> Usage:
    """Watch a command that must succeed."""
    usage = watch(project, OWN, command, project.root, {**os.environ, **variables})
    assert usage.exit_code == 0
    assert list(project.tmp.iterdir()) == []
    return usage


def test_files_that_the_model_reads_are_told_from_those_that_its_user_reads(project: Project) -> None:
    usage = run_script(project, "read('data/a.csv'); open('data/b.csv').close()")
    assert (usage.data, usage.aside) == (("data/a.csv",), ("data/b.csv", "run.py"))
    assert set(usage.code) == set(OWN)
    assert (usage.processes, usage.written, usage.unasked) == (1, (), ())


@pytest.mark.parametrize(
    "command",
    [
        ["-c", "import models.seir; models.seir.read('data/a.csv')"],
        ["-m", "lib.start"],
        ["lib/start.py"],
        ["-O", "-W", "error", "-m", "lib.start"],
    ],
)
def test_a_command_may_be_written_in_any_way(project: Project, command: list[str]) -> None:
    start = "import sys; sys.path.insert(0, '.')\nimport models.seir\nmodels.seir.read('data/a.csv')\n"
    (project.root / "lib/start.py").write_text(start)
    assert run(project, sys.executable, *command).data == ("data/a.csv",)


def test_a_console_script_is_watched(project: Project) -> None:
    script = project.root / "simulate"
    script.write_text(f"#!{sys.executable}\nimport models.seir\nmodels.seir.read('data/a.csv')\n")
    script.chmod(0o755)
    usage = run(project, str(script), PYTHONPATH=str(project.root))
    assert (usage.data, usage.aside) == (("data/a.csv",), ("simulate",))


def test_the_model_may_be_the_program(project: Project) -> None:
    (project.root / MODEL).write_text("open('data/a.csv').close()\n")
    usage = run(project, sys.executable, MODEL)
    assert (usage.code, usage.data, usage.aside) == ((MODEL,), ("data/a.csv",), ())


@pytest.mark.parametrize(
    "source",
    [
        "import os\nif os.fork():\n    os.wait()\nelse:\n    read('data/a.csv')\n    os._exit(0)",
        """
        import subprocess, sys
        subprocess.run([sys.executable, "-c", "import models.seir as m; m.read('data/a.csv')"])
        """,
        """
        import threading
        thread = threading.Thread(target=read, args=["data/a.csv"])
        thread.start()
        thread.join()
        """,
        """
        import multiprocessing
        if __name__ == "__main__":
            for method in ("fork", "spawn"):
                with multiprocessing.get_context(method).Pool(1) as pool:
                    pool.map(read, ["data/a.csv"])
        """,
    ],
    ids=["fork", "subprocess", "thread", "multiprocessing"],
)
def test_children_and_threads_are_watched(project: Project, source: str) -> None:
    usage = run_script(project, source)
    assert usage.data == ("data/a.csv",)
    assert usage.code == tuple(sorted(OWN))


@pytest.mark.parametrize(
    "how",
    [
        "open('data/a.csv', 'rb').close()",
        "open(b'data/a.csv').close()",
        "open('data/a.csv', 'r+').close()",
        "__import__('pathlib').Path('data/a.csv').read_text()",
        "__import__('os').close(__import__('os').open('data/a.csv', 0))",
        "__import__('shutil').copyfile('data/a.csv', 'copy.csv')",
        "__import__('linecache').getline('data/a.csv', 1)",
        "(__import__('os').chdir('data'), open('./../data/a.csv').close())",
    ],
)
def test_a_file_is_seen_however_it_is_read(project: Project, how: str) -> None:
    assert run_script(project, f"run(lambda: {how})").data == ("data/a.csv",)


def test_a_database_is_seen(project: Project) -> None:
    sqlite3.connect(project.root / "data/a.db").execute("create table t (x)").connection.close()
    source = "import sqlite3\nrun(lambda: sqlite3.connect('data/a.db').execute('select x from t').close())"
    assert run_script(project, source).data == ("data/a.db",)


@pytest.mark.parametrize(
    "source",
    [
        "open('out.csv', 'w').close()",
        "open('out.csv', 'w').close(); open('out.csv').close()",
        "open('data/a.csv', 'w').close(); open('data/a.csv').close()",
        "open('data/a.csv', 'w+').close()",
        "open('data/a.csv', 'a').close()",
        "open('new.csv', 'x').close()",
        "import os\nopen('new.tmp', 'w').close(); os.replace('new.tmp', 'out.csv'); open('out.csv').close()",
        "import shutil\nshutil.copy2('/etc/passwd', 'out.csv'); open('out.csv').close()",
        "import subprocess\nsubprocess.run('echo 1 >out.csv', shell=True); open('out.csv').close()",
    ],
)
def test_what_is_only_written_or_written_first_is_not_read(project: Project, source: str) -> None:
    lines = "\n".join(f"    {line}" for line in source.split("\n"))
    usage = run_script(project, f"def work():\n{lines}\nrun(work)")
    assert usage.data == ()
    assert usage.written or "echo" in source
    assert usage.aside == ("run.py",)


def test_what_is_read_and_then_written_is_both(project: Project) -> None:
    usage = run_script(project, "read('data/a.csv')\nrun(lambda: open('data/a.csv', 'w').close())")
    assert (usage.data, usage.written) == (("data/a.csv",), ("data/a.csv",))


@pytest.mark.parametrize("again", [False, True], ids=["source", "bytecode"])
def test_modules_that_the_model_loads_are_seen(project: Project, again: bool) -> None:
    source = """
    import importlib
    plain = run(lambda: importlib.import_module("lib.plain"))
    plain.read("data/a.csv")
    """
    usage = run_script(project, source, PYTHONDONTWRITEBYTECODE="")
    if again:
        assert list((project.root / "lib").glob("__pycache__/plain*"))
        usage = run_script(project, source)
    assert "lib/plain.py" in usage.code
    # What it loaded is its code, too.
    assert usage.data == ("data/a.csv",)


def test_modules_that_others_load_are_not_the_models(project: Project) -> None:
    usage = run_script(project, "import lib.plain\nlib.plain.read('data/a.csv')")
    assert usage.data == ()
    assert usage.aside == ("data/a.csv", "lib/plain.py", "run.py")


def test_a_function_of_others_that_the_model_calls_reads_for_the_model(project: Project) -> None:
    source = "import lib.plain\nrun(lambda: lib.plain.read('data/a.csv'))"
    assert run_script(project, source).data == ("data/a.csv",)


def test_files_outside_in_environments_and_of_our_own_are_left_out(project: Project, tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text("x\n")
    (project.root / "linked").symlink_to(tmp_path)
    paths = [
        "env/pyvenv.cfg",
        "env/share/x.csv",
        "lib/site-packages/x.csv",
        "models/__pycache__/x.csv",
        "model.egg-info/PKG-INFO",
        ".git/HEAD",
        ".modelops-bundle/registry.yaml",
    ]
    for path in paths:
        (project.root / path).parent.mkdir(parents=True, exist_ok=True)
        (project.root / path).write_text("x\n")
    names = [*paths, "linked/outside.csv", "../outside.csv", str(tmp_path / "outside.csv"), "data/b.csv"]
    source = "import subprocess\nfor name in NAMES:\n    read(name)\nsubprocess.run(['cat', *NAMES])"
    usage = run_script(project, f"NAMES = {names}\n{source}")
    assert usage.data == ("data/b.csv",)
    assert (usage.aside, usage.unasked) == (("run.py",), ())


def test_a_link_is_told_by_its_own_name(project: Project) -> None:
    (project.root / "data/latest.csv").symlink_to("a.csv")
    (project.root / "current").symlink_to("data")
    usage = run_script(project, "read('data/latest.csv'); read('current/b.csv')")
    assert usage.data == ("current/b.csv", "data/latest.csv")


def test_a_project_may_be_reached_through_a_link(project: Project, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(project.root)
    usage = run_script(project, f"read({str(tmp_path / 'link' / 'data' / 'a.csv')!r})")
    assert usage.data == ("data/a.csv",)


@pytest.mark.parametrize("name", ["a\nb.csv", "grün.csv", "-x", "caf\udce9.csv", "a\x01b"])
def test_names_of_any_kind_are_seen(project: Project, name: str) -> None:
    Path(os.fsdecode(os.fsencode(project.root) + b"/" + os.fsencode(name))).write_text("x\n")
    assert run_script(project, f"read({name!r})").data == (name,)


@LINUX
def test_what_is_read_without_asking_python_is_seen(project: Project) -> None:
    usage = run_script(project, "import subprocess\nsubprocess.run(['cat', 'data/a.csv'])")
    assert (usage.complete, usage.unasked, usage.data) == (True, ("data/a.csv",), ())


@LINUX
def test_a_python_that_cannot_be_watched_is_seen_from_outside(project: Project) -> None:
    usage = run(project, sys.executable, "-I", "-c", "open('data/a.csv').close()")
    assert (usage.processes, usage.unasked) == (0, ("data/a.csv",))


def test_the_sitecustomize_that_there_is_still_runs(project: Project, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "sitecustomize.py").write_text("import sys\nMARK = 1\nsys.seen = __file__\n")
    source = """
    import sitecustomize, sys
    assert sitecustomize.MARK == 1 and sitecustomize.__file__ == sys.seen
    assert sys.seen.startswith(sys.argv[1])
    assert not any("doctor-" in entry for entry in sys.path)
    read("data/a.csv")
    """
    assert run_script(project, source, str(other), PYTHONPATH=str(other)).data == ("data/a.csv",)


def test_without_us_python_starts_with_the_same_modules(project: Project) -> None:
    source = "import sys; print(sorted(set(sys.modules) - {'sitecustomize'}), sys.path)"
    command = [sys.executable, "-c", source]
    plain = subprocess.run(command, cwd=project.root, capture_output=True, check=True).stdout
    with (project.root.parent / "printed").open("w+b") as printed:
        watch(project, OWN, command, project.root, os.environ, printed.fileno())
        printed.seek(0)
        assert printed.read() == plain


@pytest.mark.parametrize("broken", ["import not_there", "raise RuntimeError", "1 / 0"])
def test_a_broken_sitecustomize_is_as_broken_as_before(project: Project, tmp_path: Path, broken: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"{broken}\n")
    assert run_script(project, "read('data/a.csv')", PYTHONPATH=str(tmp_path)).data == ("data/a.csv",)


def test_errors_of_the_program_are_its_own(project: Project) -> None:
    source = """
    for name in ("no.csv", "nul\\0byte", 3.5, None, "", "data", 10 ** 6, "x" * 5000):
        try:
            run(lambda: open(name).close())
        except (OSError, ValueError, TypeError) as error:
            print(type(error).__name__, file=sys.stderr)
        else:
            raise SystemExit(f"opened {name}")
    """
    assert run_script(project, "import sys\n" + textwrap.dedent(source)).data == ()


def test_a_program_may_close_files_that_it_did_not_open(project: Project) -> None:
    source = """
    import os
    os.closerange(3, 100)
    mine = open("out.csv", "w")
    read("data/a.csv")
    mine.close()
    assert open("out.csv").read() == ""
    """
    assert run_script(project, source).data == ("data/a.csv",)


@pytest.mark.parametrize(("source", "code"), [("raise SystemExit(3)", 3), ("1 / 0", 1), ("", 0)])
def test_the_exit_code_is_that_of_the_command(project: Project, source: str, code: int) -> None:
    command = [sys.executable, "-c", source]
    assert watch(project, OWN, command, project.root, os.environ).exit_code == code


def test_a_signal_that_ends_the_command_is_told_as_a_shell_does(project: Project) -> None:
    source = "import os, models.seir; models.seir.read('data/a.csv'); os.kill(os.getpid(), 9)"
    usage = watch(project, OWN, [sys.executable, "-c", source], project.root, os.environ)
    assert (usage.exit_code, usage.data) == (128 + signal.SIGKILL, ("data/a.csv",))


def test_an_interrupt_is_left_to_the_command(project: Project) -> None:
    before = signal.getsignal(signal.SIGINT)
    source = "import os, signal, models.seir; os.kill(os.getppid(), signal.SIGINT); models.seir.read('data/a.csv')"
    assert run(project, sys.executable, "-c", source).data == ("data/a.csv",)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_command_that_is_not_there_or_no_program_is_told(project: Project) -> None:
    with pytest.raises(NotFound, match="'no-such-program'"):
        run(project, "no-such-program")
    (project.root / "text").write_text("x")
    with pytest.raises(Invalid, match="Permission denied"):
        run(project, "./text")
    assert list(project.tmp.iterdir()) == []


def test_a_path_that_pythonpath_cannot_hold_is_told(tmp_path: Path) -> None:
    project = make_project(tmp_path / f"a{os.pathsep}b", FILES)
    with pytest.raises(Invalid, match="PYTHONPATH"):
        run(project, sys.executable, "-c", "")


def test_no_more_is_read_of_the_records_than_memory_can_hold(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MAX_RECORD_BYTES", 200)
    (project.root / "out").mkdir()
    usage = run_script(project, "for n in range(99):\n    open(f'out/{n}', 'w').close()")
    assert len(usage.written) < 10
