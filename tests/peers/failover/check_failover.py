"""Kills the primary of a cluster again and again under load: nothing acknowledged is lost, and nothing published is erased.

Usage: check_failover.py [--ibbi PROGRAM | --writers PROGRAM] [--clients N] [--kills N] [--faults NAME,…] [--self-test]
                         [--asynchronous] [--etcd-api 2|3] [--transcript FILE]

Three etcd members and three nodes with Patroni and PostgreSQL run on loopback, in a temporary folder. The load are clients of two
`ibbi serve`; or two processes of the example `writers` of ibbi-postgres, which use the store directly; or writers in plain SQL.

--asynchronous commits without a standby, which loses events. --self-test does both, one after the other, and fails unless the losses
are found. --etcd-api 3 shows why the cluster uses version 2: Patroni 3.0.2 overwrites the lease of another
primary through version 3 when it was frozen (github.com/patroni/patroni/pull/2689).

Exit code 4: an acknowledged event was lost, a published one erased, one recorded twice, or a number is missing; the cluster
didn't recover; or writing took too long to resume. 75: the packages can't be installed.
"""
import argparse
import importlib.util
import os
import pathlib
import signal
import statistics
import sys
import time

import packages

DISAGREES = 4
PYTHON = "/usr/bin/python3"  # Debian's, which has the packages that Patroni needs
BROKEN = "faults from which the cluster did not recover"
MEDIAN = 30.0  # the most seconds until writing resumes, at the median of the kills


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ibbi", metavar="PROGRAM", help="the program: record over HTTP, with two servers")
    parser.add_argument("--writers", metavar="PROGRAM", help="the example `writers`: record with ibbi-postgres")
    parser.add_argument("--clients", type=int, default=4, metavar="N", help="clients of each server, or writers of each process (4)")
    parser.add_argument("--kills", type=int, default=3, metavar="N", help="how often the primary is killed, stopped, or cut off")
    parser.add_argument("--faults", metavar="NAME,…", help="only these, in turn")
    parser.add_argument("--self-test", action="store_true", help="then commit without a standby, and expect losses")
    parser.add_argument("--asynchronous", action="store_true", help="commit without a standby")
    parser.add_argument("--etcd-api", type=int, choices=(2, 3), default=2, help="the version of etcd's interface (2)")
    parser.add_argument("--transcript", metavar="FILE", help="also write what is printed here")
    return parser.parse_args()


class Transcript:
    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8") if path else None

    def say(self, text=""):
        print(text, flush=True)
        if self.file:
            print(text, file=self.file, flush=True)


def run(cluster, seen, names, kills, transcript, pauses):
    """Does the faults in turn, each on the node that is the primary at that time. Adds the pauses in writing, in seconds."""
    from faults import FAULTS

    transcript.say("| kill | fault | node | then primary | writing paused | healthy after | acknowledged so far |")
    transcript.say("|---|---|---|---|---|---|---|")
    for kill in range(1, kills + 1):
        warm_up(cluster, seen)
        name, node = names[(kill - 1) % len(names)], cluster.leader()
        begun = time.monotonic()
        FAULTS[name](cluster, node)
        cluster.wait(cluster.healthy, f"after {name}, the nodes are not healthy", 120)
        healthy = time.monotonic()
        warm_up(cluster, seen)
        pause = seen.pause(begun, time.monotonic())
        pauses.append(pause)
        acknowledged = len(seen.acknowledged)
        transcript.say(
            f"| {kill} | {name} | {node} | {cluster.leader()} | {pause:.1f} s | {healthy - begun:.1f} s | {acknowledged} |"
        )
    return pauses


def warm_up(cluster, seen):
    """Waits until some events were acknowledged after this."""
    now = time.monotonic()
    cluster.wait(lambda: seen.since(now) >= 20, "no events were acknowledged", 60)


def judged(cluster, make_load, names, kills, transcript):
    """Runs the faults under load. Returns the findings and the pauses."""
    from cluster import Unhealthy
    from judge import STUCK, UNEXPLAINED, Seen, findings

    seen, pauses = Seen(), []
    load = make_load(cluster, seen)
    load.start()
    try:
        run(cluster, seen, names, kills, transcript, pauses)
    except Unhealthy as error:
        # What was recorded is judged even so.
        transcript.say(f"\nthe cluster is not healthy: {error}")
        seen.count(BROKEN)
    for error in load.stop():
        transcript.say(f"\nnot explained by a failover: {error}")
    found = findings(seen, *load.records())
    transcript.say()
    if faults := load.verify(cluster.folder):
        transcript.say(f"docs/verify_ledger.py: {faults.strip()}\n")
        found["lines that don't verify"] = 1
    for what in (BROKEN, UNEXPLAINED, STUCK):
        if seen.counts[what]:
            found[what] = seen.counts[what]
    for what, count in (found | dict(sorted(seen.counts.items()))).items():
        transcript.say(f"{what}: {count}")
    return found, pauses or [float("inf")]


def main():
    options = arguments()
    versions = packages.install()
    if not importlib.util.find_spec("psycopg2") and sys.executable != PYTHON:
        os.execv(PYTHON, [PYTHON, *sys.argv])
    # Ctrl-C and `kill` end this as an error does, so that the processes are ended.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))

    from cluster import LEASE, Cluster, Unhealthy
    from faults import FAULTS, PRIMARY
    from judge import wrong
    from server_load import ServerLoad
    from sql_load import SqlLoad
    from store_load import StoreLoad

    names = options.faults.split(",") if options.faults else list(PRIMARY)
    if unknown := [name for name in names if name not in FAULTS]:
        sys.exit(f"there is no fault {', '.join(unknown)}; use {', '.join(FAULTS)}")
    make_load = SqlLoad
    for program, kind in ((options.writers, StoreLoad), (options.ibbi, ServerLoad)):
        if program:
            path = str(pathlib.Path(program).resolve())
            make_load = lambda cluster, seen, kind=kind, path=path: kind(cluster, seen, path, options.clients)
    transcript = Transcript(options.transcript)
    transcript.say(", ".join(f"{name} {version}" for name, version in sorted(versions.items())))
    transcript.say(", ".join(f"{name} {value} s" for name, value in LEASE.items()))
    try:
        with Cluster(not options.asynchronous, options.etcd_api) as cluster:
            mode = "without a standby" if options.asynchronous else "synchronous and strict"
            transcript.say(f"\n{options.kills} faults, {mode}\n")
            found, pauses = judged(cluster, make_load, names, options.kills, transcript)
            median = statistics.median(pauses)
            transcript.say(f"writing paused: {median:.1f} s at the median, {max(pauses):.1f} s at most")
            failed = wrong(found)
            if options.self_test:
                cluster.set_synchronous(False)
                transcript.say("\nself-test: the same load without a standby, which must lose events\n")
                lost, _ = judged(cluster, make_load, ["kill-behind"], 1, transcript)
                if not lost["acknowledged and lost"] or not lost["published and erased"]:
                    failed["self-test: losses that were not found"] = 1
    except Unhealthy as error:
        transcript.say(f"FAILED: {error}")
        sys.exit(DISAGREES)
    if median > MEDIAN:
        failed[f"seconds at the median, more than {MEDIAN:.0f}"] = round(median, 1)
    for what, count in failed.items():
        transcript.say(f"FAILED: {what}: {count}")
    if failed:
        sys.exit(DISAGREES)
    found = "; without a standby, the losses were found" if options.self_test else ""
    transcript.say(f"with standbys, nothing acknowledged was lost, and nothing published was erased{found}")


if __name__ == "__main__":
    main()
