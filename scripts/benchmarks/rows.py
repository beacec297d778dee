"""All rows, in the order of the table of budgets."""

from scripts.benchmarks import (
    rows_add,
    rows_edits,
    rows_growth,
    rows_memory,
    rows_models,
    rows_pull,
    rows_push,
    rows_startup,
    rows_status,
    rows_stores,
    rows_versions,
    rows_worker,
)
from scripts.benchmarks.bench import Row

ROWS: dict[str, Row] = {
    row.name: row
    for module in (
        *(rows_startup, rows_status, rows_models, rows_add, rows_push, rows_edits, rows_pull, rows_worker),
        rows_stores,
        *(rows_memory, rows_versions, rows_growth),
    )
    for row in module.ROWS
}
