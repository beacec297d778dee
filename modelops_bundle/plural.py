"""Numbers of things, as people say them."""


def count_of(number: int, noun: str) -> str:
    """Return `1 file`, `2 files`, `3 classes`, `4,000 rows`."""
    if number == 1:
        return f"1 {noun}"
    ending = "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{ending}"
