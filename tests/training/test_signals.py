"""Ctrl-C as a question: the step is finished and saved first; only the second stops at once."""

import os
import signal
import threading

import pytest
from tiny_runs import run, same

from workbook.training.signals import Interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path, number):
    def interrupt(record):
        if record["step"] == 3:
            os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt, match="after step 4 of 6.*start the same run again"):
        run(out=tmp_path, on_step=interrupt)
    assert signal.getsignal(number) is before
    assert same(run(out=tmp_path).model, run().model)
    with pytest.raises(KeyboardInterrupt, match="nothing is saved"):
        run(on_step=interrupt)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_is_noted_and_the_second_stops_at_once(number):
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(KeyboardInterrupt, match="stopped at once; what was saved before stays"):
        with Interrupts() as asked:
            assert not asked.to_stop
            signal.raise_signal(number)
            assert asked.to_stop
            signal.raise_signal(signal.SIGINT)
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before


def test_elsewhere_than_in_the_main_thread_nothing_changes():
    """Python gives signals to the main thread alone, and lets no other one ask for them."""
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def work():
        with Interrupts() as asked:
            seen.append((signal.getsignal(signal.SIGINT) is before, asked.to_stop))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(True, False)] and signal.getsignal(signal.SIGINT) is before
