import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from modelops_bundle.errors import TransferFailed
from modelops_bundle.registry.retry import RetryPolicy, Transient, parse_retry_after


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def policy_of(clock: Clock, retries: int = 6, jitter: float = 1.0) -> RetryPolicy:
    return RetryPolicy(retries, clock.sleep, lambda: clock.now, lambda: jitter)


def failing(times: int, retry_after: float | None = None) -> Callable[[], str]:
    left = [times]

    def attempt() -> str:
        if left[0]:
            left[0] -= 1
            raise Transient("lost 'reg'", hint="look", retry_after=retry_after)
        return "done"

    return attempt


def test_waits_double_up_to_half_a_minute(clock: Clock) -> None:
    assert policy_of(clock, retries=9).run("reg", failing(9)) == "done"
    assert clock.sleeps == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30]


def test_waits_are_spread(clock: Clock) -> None:
    policy_of(clock, jitter=0.5).run("reg", failing(2))
    assert clock.sleeps == [0.125, 0.25]


def test_the_last_failure_is_raised_with_the_number_of_tries(clock: Clock) -> None:
    with pytest.raises(TransferFailed, match=r"lost 'reg' \(tried 3 times\)") as caught:
        policy_of(clock, retries=2).run("reg", failing(9))
    assert not isinstance(caught.value, Transient) and caught.value.hint == "look"


def test_a_failure_may_be_worth_fewer_tries_than_the_settings_allow(clock: Clock) -> None:
    class Slow(Transient):
        most_retries = 2

    def attempt() -> None:
        raise Slow("silent")

    for retries, tries in ((6, 3), (1, 2)):
        with pytest.raises(TransferFailed, match=f"tried {tries} times"):
            policy_of(clock, retries).run("reg", attempt)


def test_without_retries_there_is_one_try(clock: Clock) -> None:
    with pytest.raises(TransferFailed, match=r"^lost 'reg'$"):
        policy_of(clock, retries=0).run("reg", failing(1))
    assert clock.sleeps == []


def test_other_failures_are_not_tried_again(clock: Clock) -> None:
    def attempt() -> None:
        raise TransferFailed("for good")

    with pytest.raises(TransferFailed, match="for good"):
        policy_of(clock).run("reg", attempt)
    assert clock.sleeps == []


def test_the_server_says_how_long_but_at_most_five_minutes(clock: Clock) -> None:
    policy = policy_of(clock, jitter=0.0)
    policy.run("reg", failing(1, retry_after=7))
    policy.run("reg", failing(1, retry_after=9999))
    assert clock.sleeps == [7, 300]


def test_one_refusal_holds_up_every_thread_and_no_other_host(clock: Clock) -> None:
    policy = policy_of(clock, jitter=0.0)
    policy.close_gate("reg", 20)
    policy.run("other", failing(0))
    assert clock.sleeps == []
    thread = threading.Thread(target=lambda: policy.run("reg", failing(0)))
    thread.start()
    thread.join()
    assert clock.sleeps == [20]


def test_progress_makes_patience_new(clock: Clock) -> None:
    patience = policy_of(clock, retries=1).patience("reg")
    for _ in range(5):
        patience.wait(Transient("lost"))
        patience.reset()
    assert clock.sleeps == [0.25] * 5


def test_stopping_ends_a_wait_at_once() -> None:
    policy = RetryPolicy(6, jitter=lambda: 1.0)
    failures: list[TransferFailed] = []

    def work() -> None:
        try:
            policy.run("reg", failing(1, retry_after=60))
        except TransferFailed as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    policy.stop()
    thread.join(5)
    assert [error.message for error in failures] == ["stopped while waiting to try again"]


def test_retry_after_is_a_number_or_a_date() -> None:
    assert parse_retry_after("120") == 120
    assert parse_retry_after(" 0 ") == 0
    seconds = parse_retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True))
    assert seconds is not None and 80 < seconds <= 90
    assert parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT") == 0
    for nonsense in (None, "", "soon", "-5", "1.5", "²"):
        assert parse_retry_after(nonsense) is None
