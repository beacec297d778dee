"""The benchmark runs, compares what it says it does, and keeps its page; how fast anything is, is not tested."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.benchmarks import figure, page, report
from scripts.benchmarks.results import Result, ratios
from scripts.benchmarks.timing import Run
from scripts.benchmarks.wire import count_requests
from tests.support.cli import CHECKOUT

PROGRAM = Path(sys.executable).with_name("modelops-bundle")


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.benchmarks", *words]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_a_row_runs_and_reports_ratios_only(tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    done = bench("--rows", "start-up", "--quick", "--program", str(PROGRAM), "--json", str(found))
    assert done.returncode == 0, done.stderr
    results = [Result.from_json(each) for each in json.loads(found.read_text())["start-up"]["results"]]
    assert [each.work for each in results] == ["start of --version", "start of hash-object", "start of status"]
    for each in results:
        assert (each.against, each.unit, each.limit, len(each.values)) == ("python -c pass", "x", 5, 3)
        assert min(each.values) > 0
        assert each.work in done.stdout


def test_an_unknown_row_is_a_usage_error() -> None:
    done = bench("--rows", "nonsense")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'nonsense'" in done.stderr


def test_a_verdict_compares_the_median_with_the_limit() -> None:
    values = (1.0, 3.0, 2.0)
    assert Result("work", "peer", values=values, limit=2).verdict == "ok"
    assert Result("work", "peer", values=values, limit=1).verdict == "over by 2.00 x"
    assert Result("work", "peer", values=values).verdict == ""


def test_ratios_pair_the_runs_of_a_round() -> None:
    runs = {"ours": [Run(1, 0), Run(4, 0)], "fast": [Run(0.5, 0), Run(1, 0)], "slow": [Run(10, 0)]}
    fast, slow, gone = ratios("work", runs, {"fast": 5, "gone": 1})
    assert (fast.values, fast.limit) == ((2, 4), 5)
    assert (slow.values, slow.limit) == ((0.1,), None)
    assert (gone.values, gone.verdict) == ((), "not measured")


@pytest.mark.parametrize("cut", [1, 8, 20, 29, 30])
def test_requests_are_counted_wherever_the_stream_is_cut(cut: int) -> None:
    stream = b"GET /v2/a/blobs/b HTTP/1.1\r\nHost: x\r\n\r\n" * 2
    tail, first = count_requests(stream[:cut])
    assert first + count_requests(tail + stream[cut:])[1] == 2


def test_the_page_takes_new_rows_and_keeps_the_others(tmp_path: Path) -> None:
    (tmp_path / "performance.md").write_text(f"before\n{page.BEGIN}old\n{page.END}after\n")
    start = page.document(
        {"start-up": [Result("start", "pass", values=(4.0,), limit=5)]}, "a machine", {"git": "2"}
    )
    pull = page.document({"pull-1g": [Result("pull", "curl", values=(2.6,), limit=1.3)]}, "another", {"git": "3"})
    page.write(tmp_path, pull)
    page.write(tmp_path, start)
    text = (tmp_path / "performance.md").read_text()
    assert text.startswith(f"before\n{page.BEGIN}") and text.endswith(f"{page.END}after\n")
    assert "| start-up | start | pass | 4.00 x | 4.00–4.00 | 1 | at most 5.00 x | ok |" in text
    assert "over by 2.00 x" in text
    assert text.index("start-up") < text.index("pull-1g")
    assert "a machine; git 2: start-up." in text and "another; git 3: pull-1g." in text
    assert (tmp_path / "figures" / "start-up.svg").read_text().count("<circle") == 1
    assert "](figures/start-up.svg)" in text and "](figures/pull-1g.svg)" in text


def test_a_count_is_drawn_as_a_share_of_its_budget() -> None:
    drawn = figure.draw("edits", [Result("push", "", "bytes", (50.0,), 100), Result("memory", "", "MiB", (9.0,))])
    assert "push: 50 of 100 bytes" in drawn and "memory" not in drawn
    assert figure.draw("memory", [Result("memory", "", "MiB", (9.0,))]) == ""


def test_counts_are_shown_with_their_unit() -> None:
    shown = report.cells("push-same", Result("push", "", "requests", (1.0,), 2))
    assert shown == ("push-same", "push", "–", "1 requests", "1–1", "1", "at most 2 requests", "ok")
