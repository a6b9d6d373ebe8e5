"""What the checks under pandas share: the program, given as the first argument, and the comparison of figures."""
import collections, subprocess, sys
from pathlib import Path

IBBI = str(Path(sys.argv[1]).resolve())
wrong, counted = [], collections.Counter()


def ibbi(*arguments):
    done = subprocess.run([IBBI, *map(str, arguments)], capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"ibbi {' '.join(map(str, arguments))}: {done.stderr.decode()}")
    return done.stdout.decode()


def same(where, what, found, expected):
    counted["figures"] += 1
    if found != expected:
        wrong.append(f"{where}: {what} is {found!r}, and pandas has {expected!r}")
