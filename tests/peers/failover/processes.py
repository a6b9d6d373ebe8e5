"""Processes of the cluster: which belong to a node, signals to all of them, and none left at the end."""
import ctypes
import os
import pathlib
import signal
import threading
import time

PR_SET_CHILD_SUBREAPER = 36


def adopt():
    """Makes this process the parent of what its children leave behind, so that it can end and reap it.

    PostgreSQL's own start leaves the server without a parent. In a container whose first process reaps nothing, a killed
    server would stay as a zombie, and Patroni would take it for a running one.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    threading.Thread(target=reap, daemon=True).start()


KNOWN = set()  # the children that `subprocess` waits for


def reap():
    while True:
        for pid, (parent, state) in table().items():
            if parent == os.getpid() and state == "Z" and pid not in KNOWN:
                try:
                    os.waitpid(pid, os.WNOHANG)
                except ChildProcessError:
                    pass
        time.sleep(0.2)


def table():
    """Returns the parent and the state of every process."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            found[int(entry.name)] = (int(parent), state)
    return found


def tree(*roots):
    """Returns the processes and all that descend from them, parents first."""
    children = {}
    for pid, (parent, state) in table().items():
        if state != "Z":
            children.setdefault(parent, []).append(pid)
    found = list(roots)
    for pid in found:
        found.extend(child for child in children.get(pid, []) if child not in found)
    return found


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def end_all():
    """Ends every process that descends from this one: politely, then not. It takes at most some seconds."""
    for number, patience in ((signal.SIGCONT, 0), (signal.SIGTERM, 3), (signal.SIGKILL, 3)):
        deadline = time.monotonic() + patience
        send(tree(os.getpid())[1:], number)
        while time.monotonic() < deadline and len(tree(os.getpid())) > 1:
            collect()
            time.sleep(0.1)
    collect()


def collect():
    """Reaps the children that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
