"""Progress is counted once, from any number of threads."""

import threading

from modelops_bundle.progress import Event, Meter, ignore_events


def test_each_step_is_reported() -> None:
    events: list[Event] = []
    meter = Meter("fetch", events.append, 2, 10)
    meter.advance(4)
    meter.advance(6, 2)
    assert events == [Event("fetch", 0, 2, 0, 10), Event("fetch", 0, 2, 4, 10), Event("fetch", 2, 2, 10, 10)]


def test_nothing_is_lost_between_threads() -> None:
    events: list[Event] = []
    meter = Meter("push", events.append, 4, 4000)

    def work() -> None:
        for _ in range(1000):
            meter.advance(1)
        meter.advance(0, 1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert events[-1] == Event("push", 4, 4, 4000, 4000)
    done = [event.bytes_done for event in events]
    assert done == sorted(done)


def test_nobody_has_to_watch() -> None:
    Meter("push", ignore_events, 1, 1).advance(1, 1)


def test_what_there_is_to_do_may_grow_and_the_end_is_told_once() -> None:
    events: list[Event] = []
    with Meter("push", events.append) as meter:
        meter.expect(7)
        meter.advance(7, 1)
    assert events[-1] == Event("push", 1, 1, 7, 7, finished=True)
    assert [event.finished for event in events] == [False, False, False, True]
