"""What every test stands on: fixed seeds, no network, one thread, and rules for skipping.

The environment is set before anything heavy is imported. A skip is allowed only for a reason that
`allowed_skips.txt` lists; with WORKBOOK_STRICT_SKIPS=1 or CI=true any other fails the session.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
OFFLINE = HERE / "offline"

os.environ.update(
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    TOKENIZERS_PARALLELISM="false",
    OMP_NUM_THREADS=os.environ.get("OMP_NUM_THREADS", "1"),
    MPLBACKEND="Agg",
    PYTHONPATH=os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH", "")])),
)
for name in [name for name in os.environ if name.startswith("WORKBOOK_")]:
    if name != "WORKBOOK_STRICT_SKIPS":  # a learner's own settings must not steer the tests
        del os.environ[name]
LEARNER = tempfile.TemporaryDirectory(prefix="workbook-tests-")  # nobody's real progress
os.environ["WORKBOOK_HOME"] = LEARNER.name

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # a machine that is busy with other work is no fault of the code

pytest.register_assert_rewrite("exercise_rules", "lab")  # shared code explains a failure, too

from lab import browser, lab, opened, run_cells  # noqa: E402, F401


def load_guard():
    """The module that blocks the network; a Python under PYTHONPATH has it from its start."""
    import importlib.util

    started_with = sys.modules.get("sitecustomize")
    if hasattr(started_with, "NetworkBlocked"):
        return started_with
    spec = importlib.util.spec_from_file_location("network_guard", OFFLINE / "sitecustomize.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


guard = load_guard()


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's top folder."""
    return HERE.parent


@pytest.fixture(autouse=True)
def seeded():
    """The same random numbers in every test, whatever ran before."""
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


@pytest.fixture(autouse=True)
def torch_left_as_found():
    """Put torch's global settings back after a test that changed them."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
    gradients = torch.is_grad_enabled()
    yield
    torch.set_default_dtype(dtype)
    torch.set_grad_enabled(gradients)
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


@pytest.fixture(autouse=True)
def nothing_left_the_machine():
    """Fail a test that tried to reach the network, even if it swallowed the error."""
    guard.blocked.clear()
    yield
    assert not guard.blocked, f"this test tried to reach the network: {guard.blocked}"


@pytest.fixture
def blocked_connections():
    """The attempts so far; a test that makes one on purpose must clear the list."""
    return guard.blocked


@pytest.fixture
def tiny_llama():
    """A random two-layer Llama in eval mode, the same every time: V 97, C 32, H 4, 2 kv heads."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=97,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    torch.manual_seed(1234)
    return LlamaForCausalLM(config).eval()


@pytest.fixture
def shared_data(root) -> Path:
    """Data that lies beside the checkout on some machines and may not be put in it."""
    folder = root.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("shared data is not beside this checkout")
    return folder


def pytest_runtest_setup(item):
    """Tests marked `gpu` run only where there is one."""
    if item.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device")


# Groups of tests that stay together when several workers run the suite.

# Files that measure or execute whole lessons in a kernel.
KERNELS = ("test_notebooks.py", "publishing/test_runner.py", "publishing/test_new_lesson.py")


@cache
def group_of(file: Path) -> str:
    """Return the group of a test file: browsers take turns, kernels take turns, others go alone.

    So no two browsers, and no two measured kernels, disturb each other, and what the fixtures of a
    file make is made once.
    """
    if "mark.browser" in file.read_text(encoding="utf-8"):
        return "browser"
    return "kernel" if file.as_posix().endswith(KERNELS) else file.as_posix()


@cache
def long_tests() -> frozenset[str]:
    """The functions that long_tests.txt lists (see long_tests.py), such as "test_x.py::test_y"."""
    file = HERE / "long_tests.txt"  # which a copy of this file elsewhere has not got
    return frozenset(file.read_text(encoding="utf-8").split() if file.is_file() else ())


@pytest.hookimpl(tryfirst=True)  # before -m is looked at
def pytest_collection_modifyitems(config, items):
    """Mark the listed tests as slow. Let several workers begin with the long groups, so that none
    is alone at the end."""
    for item in items:
        if item.nodeid.partition("[")[0].removeprefix("tests/") in long_tests():
            item.add_marker("slow")
    if hasattr(config, "workerinput"):
        first = ("kernel", "browser")
        slow = {group_of(item.path) for item in items if item.get_closest_marker("slow")}

        def rank(item):
            group = group_of(item.path)
            return first.index(group) if group in first else 2 if group in slow else 3

        items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Schedule `--dist loadgroup` by `group_of`; xdist's own reads marks in a way that this pytest
    no longer allows, and would send every test alone."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(config.rootpath / nodeid.partition("::")[0])

    return Groups(config, log)


# Skips need a reason that the list allows.

skips: list[tuple[str, str]] = []  # (test, reason)


def allowed_reasons() -> list[re.Pattern]:
    """The patterns of allowed_skips.txt; a line is `pattern  # why`."""
    text = (HERE / "allowed_skips.txt").read_text(encoding="utf-8")
    patterns = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [re.compile(pattern) for pattern in patterns if pattern]


def unexplained() -> list[tuple[str, str]]:
    """The skips of this session that no pattern allows."""
    patterns = allowed_reasons()
    return [skip for skip in skips if not any(p.search(skip[1]) for p in patterns)]


def note_skip(report) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        skips.append((report.nodeid, str(reason).removeprefix("Skipped: ")))


def pytest_runtest_logreport(report):
    note_skip(report)


def pytest_collectreport(report):
    note_skip(report)


def strict() -> bool:
    """True where an unexplained skip is a failure."""
    return "1" in (os.environ.get("WORKBOOK_STRICT_SKIPS"), os.environ.get("CI")) or (
        os.environ.get("CI", "").lower() == "true"
    )


def pytest_sessionfinish(session, exitstatus):
    is_worker = hasattr(session.config, "workerinput")
    if strict() and not is_worker and unexplained() and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    for test, reason in unexplained():
        kind = "FAILED" if strict() else "note"
        terminalreporter.write_line(f"{kind}: skipped without an allowed reason: {test}: {reason}")
