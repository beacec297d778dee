"""Progress is counted once, from any number of threads."""

import threading

from modelops_bundle.progress import Event, Meter, ignore_events


def test_each_step_is_reported() -> None:
    events: list[Event] = []
    meter = Meter("fetch", 2, 10, events.append)
    meter.advance(4)
    meter.advance(6, 2)
    assert events == [Event("fetch", 0, 2, 0, 10), Event("fetch", 0, 2, 4, 10), Event("fetch", 2, 2, 10, 10)]


def test_nothing_is_lost_between_threads() -> None:
    events: list[Event] = []
    meter = Meter("push", 4, 4000, events.append)

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
    Meter("push", 1, 1, ignore_events).advance(1, 1)
