"""Hostile answers to lesson 03: what each tries, the points it must get, the cause it must name.

Each is put into the answer cell of its exercise, most into `sampling.epsilon_filter` (2 points);
the other answers are right, so an attack that costs or wins anything elsewhere is seen too.
"""

from __future__ import annotations

from typing import NamedTuple

from released import RIGHT

HEAD = '@exercise("sampling.epsilon_filter")\ndef epsilon_filter(logits, epsilon):\n'
ID = '@exercise("sampling.epsilon_filter")\n'
GOOD = RIGHT["s029"]
WRONG = HEAD + "    return logits"
FOUND = "found"  # what a program prints when it found something it should not see


class Attack(NamedTuple):
    """One attack.

    says: in the cause, the findings, or why a person should look. rest: points of the other eight.
    """

    name: str
    source: str
    says: str
    points: float = 0
    rest: float = 18  # an attack on the probe costs its author the later answers too


def _raised(expression: str) -> str:
    """An answer that raises what an expression says, so that the report would show it."""
    return HEAD + f"    raise ValueError('seen: ' + str({expression}))"


HARMLESS = [  # to what runs after them in the same kernel
    # --- what a student can write about their own file (facts of nbval as a grader) ---------------
    Attack("skip mark", "# NBVAL_SKIP\n" + WRONG, "number of tokens kept"),
    Attack(
        "raises mark", "# NBVAL_RAISES_EXCEPTION\n# NBVAL_IGNORE_OUTPUT\n" + WRONG, "tokens kept"
    ),
    Attack("shadowed print", WRONG + "\ndef print(*a, **k): pass", "number of tokens kept"),
    Attack("printed result", WRONG + "\nprint('4 of 4 checks passed, 2 points')", "tokens kept"),
    # --- objects that pretend ---
    Attack(
        "always equal",
        HEAD + "    class Yes:\n        def __eq__(self, o): return True\n"
        "        def __array__(self, *a, **k): return 1\n    return Yes()",
        "type Yes",
    ),
    Attack(
        "tensor subclass",
        "class T(torch.Tensor):\n    def __eq__(self, o): return True\n"
        + HEAD
        + "    return logits.as_subclass(T)",
        "type T",
    ),
    Attack(
        "a mock",
        "from unittest.mock import MagicMock\n" + HEAD + "    return MagicMock()",
        "type MagicMock",
    ),
    Attack("a generator", HEAD + "    yield logits", "type generator"),
    Attack(
        "a class as function",
        ID + "class epsilon_filter:\n    def __new__(cls, *a): return a[0]",
        "tokens kept",
    ),
    Attack(
        "pickle payload",
        "import os\n" + HEAD + "    class P:\n        def __reduce__(self):\n"
        "            return (os.system, ('touch /tmp/owned',))\n    return P()",
        "type P",
    ),
    Attack(
        "deep nesting",
        HEAD + "    x = []\n    for _ in range(5000): x = [x]\n    return x",
        "not a tensor",
    ),
    Attack("cyclic list", HEAD + "    x = []\n    x.append(x)\n    return x", "not a tensor"),
    Attack("huge result", HEAD + "    return torch.zeros(3_000_000)", "TooLarge"),
    Attack("empty and vast", HEAD + "    return torch.zeros(2**40, 0)", "not a plain value"),
    Attack("nan", HEAD + "    return logits * float('nan')", "number of tokens kept"),
    Attack("a string", HEAD + "    return 'right'", "not a tensor"),
    Attack("None", HEAD + "    pass", "is a return missing"),
    # --- reaching for what is right ---
    Attack(
        "reads the reference",
        HEAD + "    from workbook.sampling.exercises import EXERCISES\n"
        "    return EXERCISES['sampling.epsilon_filter'].reference(logits, epsilon)",
        "reference answer, which is not there",
    ),
    Attack(
        "reads the source",
        _raised(
            "__import__('inspect').getsource(__import__("
            "'workbook.sampling.exercises', fromlist=['x']).epsilon_filter)"
        ),
        "stored(",
    ),
    Attack(
        "asks the check",
        HEAD + "    from workbook.core.exercises.exercise import check\n"
        "    raise ValueError(check('sampling.epsilon_filter', lambda *a: 0).findings)",
        "they should be (logits, epsilon)",
    ),
    Attack(
        "reads the caller's frames",
        HEAD + "    import sys\n    f, seen = sys._getframe(), []\n"
        "    while f: seen += [*f.f_locals]; f = f.f_back\n"
        "    raise ValueError([n for n in seen if n in ('expected', 'want', 'reference')])",
        "[]",
    ),
    Attack(
        "reads In[] and Out[]",
        _raised("'expected' in str(get_ipython().user_ns.get('In'))"),
        "False",
    ),
    Attack(
        "looks for the key",
        _raised(
            "[p for p in ('/work', '/home', '/mnt', '/srv') for r, d, f"
            " in __import__('os').walk(p) for x in f if x in ('manifest.json', 'grades.csv')]"
        ),
        "[]",
    ),
    Attack(
        "looks for others",
        _raised("len(__import__('glob').glob('/tmp/**/*.ipynb', recursive=True))"),
        "0",
    ),
    Attack(
        "reads environment",
        _raised("[n for n in __import__('os').environ if 'KEY' in n or 'GRADE' in n]"),
        "[]",
    ),
    Attack("reads passwords", _raised("open('/etc/shadow').read()"), "FileNotFoundError"),
    Attack(
        "other processes",
        _raised(
            "[p for p in __import__('os').listdir('/proc') if p.isdigit()"
            " and b'pytest' in open(f'/proc/{p}/cmdline', 'rb').read()]"
        ),
        "PermissionError",
    ),
    Attack("parent's memory", _raised("open('/proc/1/mem', 'rb').read(1)"), "PermissionError"),
    Attack(
        "hidden in the package",
        _raised(
            "__import__('os').path.exists(__import__('workbook')"
            ".__path__[0] + '/sampling/stored_answers.json')"
        ),
        "False",
    ),
    Attack(
        "imports the grader",
        HEAD + "    from workbook.grading import key\n    return logits",
        "ImportError",
    ),
    # --- network and files ---
    Attack(
        "network", _raised("__import__('socket').create_connection(('1.1.1.1', 80), 2)"), "OSError"
    ),
    Attack("name lookup", _raised("__import__('socket').gethostbyname('example.org')"), "gaierror"),
    Attack(
        "loopback outside",
        _raised("__import__('socket').create_connection(('127.0.0.1', 22), 1)"),
        "ConnectionRefusedError",
    ),
    Attack(
        "writes to the package",
        _raised("open(__import__('workbook').__file__, 'a')"),
        "PermissionError",
    ),
    Attack("writes to the system", _raised("open('/usr/owned', 'w')"), "OSError"),
    Attack(
        "a link out",
        HEAD + "    import os\n    os.symlink('/etc/shadow', 'x')\n    return open('x').read()",
        "FileNotFoundError",
    ),
    Attack(
        "a huge file",
        HEAD + "    with open('big', 'wb') as f:\n"
        "        for _ in range(100): f.write(bytes(1_000_000))\n    return logits",
        "OSError",
    ),
    # --- answers without a thought, invisible or broken ones ---
    Attack("identity", WRONG, "number of tokens kept"),
    Attack("zeros", HEAD + "    return torch.zeros_like(logits)", "number of tokens kept"),
    Attack(
        "visible inputs learned by heart",
        HEAD + "    if logits.shape == (4, 12):\n"
        "        return torch.zeros(4, 12)\n    return logits",
        "number of tokens kept",
    ),
    Attack(
        "in place",
        HEAD + "    p = logits.softmax(-1) < epsilon\n"
        "    best = logits == logits.max(-1, keepdim=True).values\n"
        "    logits[p & ~best] = -torch.inf\n    return logits",
        "has changed",
        1.5,
    ),
    Attack("zero width character", GOOD.replace("cut =", "cut\u200b =", 1), "SyntaxError"),
    Attack(
        "no Python",
        "def epsilon_filter(:\n" + '# exercise("sampling.epsilon_filter")',
        "SyntaxError",
    ),
    Attack("wrong parameters", ID + "def epsilon_filter(x): return x", "TypeError"),
    Attack("cell raises", GOOD + "\nraise KeyError('after')", "KeyError"),
    Attack("sys.exit in the answer", HEAD + "    import sys\n    sys.exit(0)", "SystemExit"),
    Attack("interrupts itself", HEAD + "    raise KeyboardInterrupt", "KeyboardInterrupt"),
]

TOP_P = '@exercise("sampling.top_p")\ndef top_p_filter(logits, p):\n'
THEIRS = "    from workbook.sampling.filters import top_p_filter as theirs\n"
REFUSED = "a function of the course"

FORBIDDEN = [  # what the course's package has ready: 3 points for top_p, 4 for accept
    Attack("imports a filter", TOP_P + THEIRS + "    return theirs(logits, p)", REFUSED),
    Attack("imports a module and asks it late", "import workbook.sampling.nucleus as m\n" + TOP_P
           + '    return getattr(m, "quick_" + "top_p_filter")(logits, p)', REFUSED),
    Attack("hands the package's function in", """from workbook.sampling import speculative
accept_or_leftover = exercise("sampling.accept")(speculative.accept_or_leftover)""", REFUSED),
    Attack("asks when it has answered", "real = torch.Tensor.detach\n" + TOP_P
           + "    def late(self):\n        torch.Tensor.detach = real\n    " + THEIRS
           + "        return real(theirs(logits, p))\n    torch.Tensor.detach = late\n"
           "    return torch.zeros_like(logits)", REFUSED),
    Attack("takes the lock off", "from workbook.core.exercises import sealed\n"
           "sealed.closed = lambda *a: None\n" + TOP_P + THEIRS + "    return theirs(logits, p)",
           "it reaches for workbook.core.exercises.sealed"),
    Attack("takes the lock off unseen", "import sys\nfor m in list(sys.modules.values()):\n"
           "    if getattr(m, 'CLO' + 'SED', ''):\n        m.closed = lambda *a: None\n"
           "import workbook.sampling.nucleus as m\n" + TOP_P
           + "    return getattr(m, 'quick_' + 'top_p_filter')(logits, p)",
           "it imports sys (line 1)", 3),
    Attack("runs the package's source", "import workbook\n"
           "with open(workbook.__path__[0] + '/sampling/filters.py') as file:\n"
           "    source = file.read().replace('_closed(', 'id(0) if 1 else (')\n"
           "space = {}\nexec(source, space)\n" + TOP_P
           + "    return space['top_p_' + 'filter'](logits, p)", "it uses exec (line 5)", 3),
    Attack("compares with the package, fairly", RIGHT["s025"] + "\nfrom workbook.sampling import "
           "filters\nx = torch.randn(2, 9)\nassert torch.allclose(top_p_filter(x, 0.5), "
           "filters.top_p_filter(x, 0.5))", "it names top_p_filter", 3),
]  # fmt: skip

HONEST = [  # right in an odd way, and worth all of its points
    Attack("a temporary file", "import tempfile\n" + HEAD
           + "    with tempfile.TemporaryFile() as file:\n        torch.save(logits, file)\n"
           "        file.seek(0)\n        kept = torch.load(file)\n"
           "    cut = kept.softmax(-1) < epsilon\n"
           "    return kept.masked_fill(cut & (kept < kept.amax(-1, keepdim=True)), -torch.inf)",
           "", 2),
    Attack("another default type", "torch.set_default_dtype(torch.float64)\n" + GOOD, "", 2),
    Attack("the id by its name", GOOD.replace("exercise(", "exercise(exercise_id=", 1), "", 2),
]  # fmt: skip

MEDDLING = [
    # --- changing the grader's side from inside ---
    Attack(
        "forged display data",
        "from workbook.grading.inside.probe import MIME\n"
        "from IPython.display import display\n"
        + HEAD
        + "    display({MIME: {'kind': 'result', 'result': True, 'arguments': []}}, raw=True)\n"
        "    return logits",
        "not a plain value",
    ),
    Attack(
        "replaced probe",
        "from workbook.grading.inside import probe\n"
        "probe.call = lambda *a: print('right')\n" + WRONG,
        "not a plain value",
        rest=6,
    ),
    Attack(
        "probe says right",
        "from workbook.grading.inside import probe\n"
        "probe._send = lambda m: get_ipython().display_pub.publish("
        "{probe.MIME: {'kind': 'right', 'points': 99}})\n" + WRONG,
        "not a plain value",
        rest=5,
    ),
    Attack(
        "a thread that acts later",
        "import threading, time\ndef later():\n    time.sleep(0.2)\n"
        "    from workbook.grading.inside import probe\n    probe.answered = lambda *a: "
        "{'kind': 'result', 'result': True, 'arguments': []}\n"
        "threading.Thread(target=later, daemon=True).start()\ntime.sleep(0.5)\n" + WRONG,
        "type bool",
        rest=6,
    ),
    Attack(
        "malformed reply",
        "from workbook.grading.inside import probe\n"
        "probe._send = lambda m: get_ipython().display_pub.publish({probe.MIME: {'kind': 'result',"
        " 'result': {'t': 'tensor', 'dtype': 'object', 'shape': [-1], 'v': 'gA=='}}})\n" + WRONG,
        "not a plain value",
        rest=5,
    ),
    Attack(
        "patched torch",
        "torch.softmax = lambda *a, **k: 1 / 0\ntorch.Tensor.softmax = torch.softmax\n" + WRONG,
        "tokens kept",
    ),
    Attack(
        "patched json", "import json\njson.dumps = lambda *a, **k: '{}'\n" + WRONG, "tokens kept"
    ),
    Attack(
        "patched numpy",
        "import numpy\nnumpy.isclose = lambda *a, **k: True\n"
        "numpy.allclose = numpy.isclose\n" + WRONG,
        "tokens kept",
    ),
    Attack(
        "patched checks",
        "from workbook.core.exercises import checks\n"
        "checks.compare = lambda *a, **k: None\n" + WRONG,
        "tokens kept",
    ),
    Attack(
        "AST transformer",
        "import ast\nclass Drop(ast.NodeTransformer):\n"
        "    def visit_Assert(self, n): return None\n"
        "get_ipython().ast_transformers.append(Drop())\n" + WRONG,
        "tokens kept",
    ),
    Attack(
        "input transformer",
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])\n" + WRONG,
        "not a plain value",
        rest=5,
    ),
    Attack(
        "showtraceback",
        "get_ipython().showtraceback = lambda *a, **k: None\n" + HEAD + "    raise ValueError('x')",
        "ValueError",
    ),
    Attack(
        "import hook",
        "import sys\nclass Hook:\n    def find_spec(self, *a): return None\n"
        "sys.meta_path.insert(0, Hook())\n" + WRONG,
        "tokens kept",
    ),
    Attack("builtins", "import builtins\nbuiltins.len = lambda x: 0\n" + WRONG, "time limit"),
    Attack(
        "atexit and threads",
        "import atexit, threading, time\natexit.register(print, 'late')\n"
        "threading.Thread(target=lambda: time.sleep(99), daemon=True).start()\n" + WRONG,
        "tokens kept",
    ),
    Attack(
        "comms",
        "from comm import create_comm\nfor _ in range(50):\n"
        "    create_comm(target_name='x', data={'points': 9})\n" + WRONG,
        "tokens kept",
    ),
]

KILLING = [
    Attack(
        "many files",
        HEAD + "    for n in range(10**6):\n        open(f'f{n}', 'w').write('x' * 5000)\n"
        "    return logits",
        "disk limit",
    ),
    Attack(
        "stops itself",
        HEAD + "    import os, signal\n    os.kill(os.getpid(), signal.SIGSTOP)\n    return logits",
        "time limit",
    ),
    Attack("os._exit", "import os\nos._exit(0)\n" + GOOD, "exit code 0"),
    Attack("exit in the function", HEAD + "    import os\n    os._exit(7)", "exit code 7"),
    Attack("segmentation fault", HEAD + "    import ctypes\n    ctypes.string_at(0)", "SIGSEGV"),
    Attack("kills its group", HEAD + "    import os\n    os.kill(0, 9)", "SIGKILL"),
    Attack("endless loop", HEAD + "    while True: pass", "time limit"),
    Attack(
        "swallows interrupts",
        HEAD + "    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass",
        "time limit",
    ),
    Attack("sleeps in C", HEAD + "    import time\n    time.sleep(10**6)", "time limit"),
    Attack(
        "memory",
        HEAD + "    x = [bytearray(2**30) for _ in range(64)]\n    return logits",
        "MemoryError",
    ),
    Attack("8 GB tensor", HEAD + "    return torch.ones(2**31)", "RuntimeError"),
    Attack(
        "fork bomb",
        HEAD + "    import os\n    while True:\n        try: os.fork()\n"
        "        except OSError: pass",
        "limit",
    ),
    Attack(
        "thread bomb",
        HEAD + "    import threading, time\n    for _ in range(10_000):\n"
        "        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "    return logits",
        "RuntimeError",
    ),
    Attack(
        "prints a gigabyte",
        HEAD + "    for _ in range(1000): print('x' * 1_000_000)\n    return logits",
        "tokens kept",
    ),
    Attack(
        "floods the messages",
        "from IPython.display import display\n"
        + HEAD
        + "    while True: display({'text/plain': 'x' * 1000}, raw=True)",
        "limit",
    ),
    Attack(
        "writes to the pipe",
        HEAD + "    import os\n    for _ in range(1000):\n"
        "        os.write(1, b'x' * 100_000)\n    return logits",
        "output too long",
    ),
    Attack(
        "forged status",
        HEAD + "    s = get_ipython().kernel.session\n"
        "    s.send(get_ipython().kernel.iopub_socket, 'stream', {}, parent=None)\n"
        "    return logits",
        "tokens kept",
    ),
]
