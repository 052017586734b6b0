"""The process that runs one program, from inside: reads it, runs it, writes the answer as JSON.

`runner.py` hands this file's text, after that of `launch.py`, to a bare Python in the sandbox; it
imports only the standard library. It waits for a program with Python already booted, which is what
makes an answer quick, and takes exactly one. Everything here runs beside the program, which may
change any of it: the host therefore takes the message for a claim of the program.
"""

import _thread
import errno
import json
import math
import os
import resource
import sys

ERRORS = {
    errno.EFBIG: "file too large: a program may write {file_mb} MB into one file",
    errno.ENOSPC: "work folder full: a program may keep {disk_mb} MB in its files",
    errno.EMFILE: "too many open files",
}
MEMORY = "memory limit: the program needed more than {memory_mb} MB"
PROCESSES = "too many processes: a program is one process with at most {threads} threads"
MOST = 1_000  # characters of each part of a reason


def work(answers, request_text):
    """Run the program of a request and write one line of JSON to the descriptor `answers`."""
    request = json.loads(request_text)
    write, leave, dumps = os.write, os._exit, json.dumps  # whatever the program does to them
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    message = {"key": request["key"], "ok": False, "json": None}
    no_memory = dumps(message | {"reason": MEMORY.format(**request)}).encode() + b"\n"
    limit(request)
    try:
        text, reason = result_of(request)
        line = dumps(message | {"ok": not reason, "json": text, "reason": reason}).encode() + b"\n"
    except MemoryError:
        line = no_memory
    while line:
        line = line[write(answers, line) :]
    leave(0)


def limit(request):
    """Set the limits that come with the program."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime + request["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    _thread.stack_size(2**20)
    resource.setrlimit(resource.RLIMIT_AS, (request["memory_mb"] * 2**20,) * 2)


def result_of(request):
    """Run the program; return its answer as JSON and no reason, or None and the reason."""
    names = {"__name__": "__main__", **request["inputs"]}
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    try:
        code = compile(request["program"], "<program>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f" in line {line}" if line else ""
        return None, f"syntax error{where}: {cut(getattr(error, 'msg', None) or str(error))}"
    except RecursionError:
        return None, "syntax error: the program is nested too deeply"
    try:
        exec(code, names)
    except BaseException as error:
        return None, in_words(error, request)
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except Exception:
            pass  # the program closed them
    if "answer" not in names:
        return None, request["no_answer"]
    try:
        text = json.dumps(names["answer"], allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        return None, f"{request['not_json']}: {cut(str(error))}"
    if len(text) > request["longest"]:
        return None, request["too_long"]
    return text, ""


def in_words(error, request):
    """Say what ended the program, and in which of its lines."""
    if isinstance(error, MemoryError):
        return MEMORY.format(**request)
    number = error.errno if isinstance(error, OSError) else None
    if number in ERRORS:
        return ERRORS[number].format(**request)
    try:
        said = cut(str(error))
    except Exception:
        said = ""
    if number == errno.EAGAIN or said == "can't start new thread":
        return PROCESSES.format(**request)
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<program>":
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f"line {line}: " if line else ""
    if isinstance(error, SystemExit):
        return f"{where}the program ended itself with exit({said}) before its last line"
    name = cut(type(error).__name__)
    return f"{where}{name}: {said}" if said else f"{where}{name}"


def cut(text):
    """A text that is not too long to send; the host shortens it further."""
    return text[:MOST]
