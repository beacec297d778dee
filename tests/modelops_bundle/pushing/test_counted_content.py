"""Progress counts each byte once, however often it is read."""

import io

from modelops_bundle.progress import Event, Meter
from modelops_bundle.pushing.counted_content import CountedContent


def test_each_byte_counts_once() -> None:
    events: list[Event] = []
    content = CountedContent(lambda: io.BytesIO(b"0123456789"), Meter("push", events.append, 1, 10))

    def done() -> tuple[int, int]:
        return events[-1].bytes_done, events[-1].blobs_done

    first = content.open()
    assert first.read(4) == b"0123"
    assert done() == (4, 0)
    first.seek(2)
    assert first.read(4) == b"2345"
    assert done() == (6, 0)
    first.close()
    again = content.open()
    assert again.read(3) == b"012"
    assert done() == (6, 0)
    assert again.read() == b"3456789"
    assert done() == (10, 0)
    content.finish(10)
    assert done() == (10, 1)


def test_what_did_not_have_to_be_sent_counts_for_nothing() -> None:
    events: list[Event] = []
    meter = Meter("push", events.append, 2, 20)
    content = CountedContent(lambda: io.BytesIO(b"0123456789"), meter)
    content.open().read(4)  # before somebody else was faster
    content.skip(10)
    CountedContent(io.BytesIO, meter).finish(10)
    last = events[-1]
    assert (last.bytes_done, last.bytes, last.blobs_done, last.blobs) == (10, 10, 1, 1)


def test_what_needed_no_reading_counts_at_the_end() -> None:
    events: list[Event] = []
    CountedContent(io.BytesIO, Meter("push", events.append, 1, 10)).finish(10)
    assert (events[-1].bytes_done, events[-1].blobs_done) == (10, 1)
