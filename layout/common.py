# SPDX-License-Identifier: Apache-2.0
"""What the programs of `emamba layout` share: the job file, failures, whole files, the netlist.

Lengths are in nanometres (integers) inside the programs and in micrometres in JSON, where the
name of the key ends in _um; keys that end in _nm stay integers.
"""

import ctypes
import json
import os
import shutil
import signal
import sys
import tempfile
import traceback

GRID = 5  # manufacturing grid
SITE = 480  # width of a site, and distance of vertical tracks
ROW = 3780  # height of a row: nine horizontal tracks
TRACK = 420  # distance of horizontal tracks

# GDS layer numbers of SG13G2; its LEF does not have them. Texts and pins have datatypes.
METALS = {"Metal1": 8, "Metal2": 10, "Metal3": 30, "Metal4": 50, "Metal5": 67}
CUTS = {"Via1": 19, "Via2": 29, "Via3": 49, "Via4": 66}
OUTLINE = 189
TEXT = 25

CUT = 190  # side of every via
PAD = (CUT // 2 + 50, CUT // 2 + 5)  # half length, along the wire, and half width of its metal
SPACE = {"Metal1": 180, "Metal2": 210, "Metal3": 210, "Metal4": 210, "Metal5": 210}
WIDTH = {"Metal1": 160, "Metal2": 200, "Metal3": 200, "Metal4": 200, "Metal5": 200}


class Failure(Exception):
    """Ends the program with one line: what is wrong, where, and what to try."""


def run(work, log_of):
    """Runs work(job) for the job file named on the command line, in a process of its own.

    The tools print thousands of lines, and can end the process: what they print goes to the file
    log_of(job), and their end becomes one line here. Their working folder is a scratch folder.
    """
    program = os.path.basename(sys.argv[0])
    try:
        job = read_job(sys.argv)
        log = log_of(job)
        os.makedirs(os.path.dirname(log), exist_ok=True)
        scratch = tempfile.mkdtemp(prefix=".layout-", dir=os.path.dirname(log))
    except (Failure, OSError) as error:
        sys.exit(f"error: {program}: {error}")
    try:
        message = in_child(work, job, log, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if message:
        sys.exit(f"error: {program}: {message}")


def in_child(work, job, log, scratch):
    """Returns what went wrong, or an empty string."""
    reader, writer = os.pipe()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    child = os.fork()
    if child == 0:
        os.close(reader)
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: ends with its parent
        os._exit(guarded(work, job, log, scratch, writer))  # the tools' destructors can fail
    os.close(writer)
    try:
        with os.fdopen(reader) as pipe:
            message = pipe.read()
        status = os.waitpid(child, 0)[1]
    except KeyboardInterrupt:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return "stopped by a signal"
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return f"the tools ended with {name}: see {log}, and try a lower utilisation"
    if status and not message:
        return f"the tools ended with code {os.WEXITSTATUS(status)}: see {log}"
    return message


def guarded(work, job, log, scratch, writer):
    """The exit code of work(job); what went wrong goes to the pipe `writer`."""
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(scratch)
        work(job)
        return 0
    except Failure as failure:
        os.write(writer, str(failure).encode())
    except BaseException as error:
        traceback.print_exc()
        text = " ".join(str(error).split()) or "no message"
        os.write(writer, f"{type(error).__name__}: {text[:300]} (see {log})".encode())
    sys.stderr.flush()
    return 1


def read_job(arguments):
    if len(arguments) != 2:
        raise Failure("one argument expected, the job file (JSON)")
    job = read_json(arguments[1])
    if not isinstance(job, dict):
        raise Failure(f"{arguments[1]}: not a JSON object")
    # All strings of a job are paths. The work is done in another folder, so they become absolute.
    return {key: os.path.abspath(value) if isinstance(value, str) else value
            for key, value in job.items()}


def read_json(path):
    try:
        with open(path) as file:
            return json.load(file)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise Failure(f"{path}: not JSON: {error}") from error


def path_of(job, key):
    value = job.get(key)
    if not isinstance(value, str):
        raise Failure(f"job: key '{key}' must be a path")
    return value


def number_of(job, key, low, high):
    value = job.get(key)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
        raise Failure(f"job: key '{key}' must be a number from {low} to {high}")
    return value


def write_whole(path, write):
    """Calls write(name) with a temporary name beside path, then renames: no half file is seen."""
    root, extension = os.path.splitext(path)
    part = root + ".part" + extension
    write(part)
    os.replace(part, path)


def write_json(path, value):
    def write(name):
        with open(name, "w") as file:
            json.dump(value, file, separators=(",", ":"))
            file.write("\n")

    write_whole(path, write)


def micrometres(nanometres):
    return round(nanometres / 1000, 3)


def width_of(library, kind):
    return round(library["cells"][kind][0] * 1000)


def read_library(folder):
    """library.json as library.py wrote it."""
    path = os.path.join(folder, "library.json")
    if not os.path.exists(path):
        raise Failure(f"{path}: not found: run library.py first")
    return read_json(path)


def read_netlist(path, library):
    """The netlist, after a check of all that the tools would stumble over."""
    netlist = read_json(path)
    try:
        check_netlist(netlist, library)
    except (KeyError, TypeError, AttributeError) as error:
        raise Failure(f"{path}: not in the netlist format ({error!r})") from error
    except Failure as failure:
        raise Failure(f"{path}: {failure}") from failure
    return netlist


def check_netlist(netlist, library):
    drivers = [0] * netlist["nets"]
    used = [False] * netlist["nets"]

    def join(net, drives, where):
        if not isinstance(net, int) or not 0 <= net < netlist["nets"]:
            raise Failure(f"{where}: net {net!r} is not in 0 .. {netlist['nets'] - 1}")
        drivers[net] += drives
        used[net] = True

    for port in netlist["ports"]:
        join(port["net"], bool(port["input"]), f"port {port['name']}")
    for index, cell in enumerate(netlist["cells"]):
        kind = cell["type"]
        where = f"cell {index} ({kind})"
        if kind in library["unroutable"]:
            reason = library["unroutable"][kind]
            raise Failure(f"{where}: not routable, {reason}: map without this cell")
        if kind not in library["outputs"]:
            raise Failure(f"{where}: not in the library")
        for pin, net in cell["pins"].items():
            if pin not in library["bars_nm"][kind]:
                raise Failure(f"{where}: has no pin {pin}")
            join(net, pin in library["outputs"][kind], where)
    if len(netlist.get("colour") or netlist["cells"]) != len(netlist["cells"]):
        raise Failure("'colour' must have one word for each cell")
    if not netlist["cells"]:
        raise Failure("no cells: nothing to lay out")
    for net, count in enumerate(drivers):
        if used[net] and count != 1:
            raise Failure(f"net {net}: {count} drivers instead of one")
