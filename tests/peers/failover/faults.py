"""Faults of the primary and of standbys. Each fault leaves all nodes running, but not yet healthy."""
import signal
import time

import psycopg2

import processes

# How long replication is held before a primary dies, in seconds. What is committed meanwhile is on the primary alone.
HELD = 1.0
# How long the old primary stays away once there is a new one, in seconds: so long that events are acknowledged by the new one.
APART = 8.0
CANCEL = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


def kill(cluster, node):
    """kill -9 of PostgreSQL and Patroni at once."""
    processes.send(cluster.processes(node), signal.SIGKILL)
    cluster.patroni[node].wait()
    promoted(cluster, node)
    cluster.start_node(node)


def kill_postgres(cluster, node):
    """kill -9 of PostgreSQL alone: Patroni starts it again, or another node takes over."""
    processes.send(cluster.processes(node, patroni=False), signal.SIGKILL)
    time.sleep(2)


def kill_held(cluster, node):
    """kill -9 of both. What the standbys don't have never reaches them."""
    processes.send(cluster.processes(node), signal.SIGKILL)
    cluster.patroni[node].wait()
    cluster.network("drop", node, "replication")
    promoted(cluster, node)
    cluster.start_node(node)


def kill_behind(cluster, node):
    """kill -9 of both, while the standbys are a second behind."""
    cluster.network("hold", node, "replication")
    time.sleep(HELD)
    kill_held(cluster, node)


def cancel_behind(cluster, node):
    """The same, and the writers' waits for a standby are canceled before: their commits return success with a warning."""
    cluster.network("hold", node, "replication")
    canceled = 0
    for _ in range(5):
        time.sleep(HELD / 5)
        canceled += cluster.ask(node, CANCEL)
    kill_held(cluster, node)


def crash_behind(cluster, node):
    """kill -9 of PostgreSQL while the standbys are behind. It starts again, shows what no standby has, and both are killed.

    No other node may become the primary then, because none has all events: writing resumes when this one is back.
    """
    old = cluster.postmaster(node)
    cluster.network("hold", node, "replication")
    time.sleep(HELD)
    processes.send(cluster.processes(node, patroni=False), signal.SIGKILL)
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            if cluster.postmaster(node) != old and not cluster.ask(node, "SELECT pg_is_in_recovery()"):
                break
        except psycopg2.Error:
            pass
        time.sleep(0.1)
    time.sleep(HELD)
    processes.send(cluster.processes(node), signal.SIGKILL)
    cluster.patroni[node].wait()
    cluster.network("drop", node, "replication")
    cluster.start_node(node)


def freeze(cluster, node):
    """SIGSTOP of the whole node, whose network is dead meanwhile, until another is the primary. Then it goes on."""
    frozen = cluster.processes(node)
    cluster.network("hold", node)
    processes.send(frozen, signal.SIGSTOP)
    promoted(cluster, node)
    time.sleep(APART)
    processes.send(frozen, signal.SIGCONT)
    cluster.network("mend", node)


def cut(cluster, node):
    """The node's network is dead until another is the primary."""
    cluster.network("hold", node)
    promoted(cluster, node)
    time.sleep(APART)
    cluster.network("mend", node)


def stop_patroni(cluster, node):
    """SIGSTOP of Patroni alone: PostgreSQL goes on as a primary without a lease, until another is the primary."""
    stopped = [cluster.patroni[node].pid]
    processes.send(stopped, signal.SIGSTOP)
    promoted(cluster, node)
    time.sleep(APART)
    processes.send(stopped, signal.SIGCONT)


def kill_standby(cluster, node):
    """kill -9 of the synchronous standby: its place goes to the other one."""
    down(cluster, [number for number, member in cluster.members().items() if member["role"] == "sync_standby"])


def kill_standbys(cluster, node):
    """kill -9 of both standbys: nothing can be recorded until one is back."""
    down(cluster, [number for number in cluster.members() if number != node])


def down(cluster, nodes):
    for node in nodes:
        processes.send(cluster.processes(node), signal.SIGKILL)
        cluster.patroni[node].wait()
    time.sleep(APART)
    for node in nodes:
        cluster.start_node(node)


def promoted(cluster, node):
    """Waits until another node is the primary, at most a minute: the node may still be the only one that can be."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        leader = other_leader(cluster, node)
        try:
            if leader and not cluster.ask(leader, "SELECT pg_is_in_recovery()"):
                return
        except psycopg2.Error:
            pass
        time.sleep(0.2)


def other_leader(cluster, node):
    """Returns the primary, as the other nodes see it, unless it is this node."""
    for number, member in cluster.members(avoid=node).items():
        if member["role"] == "leader" and number != node:
            return number
    return None


# Those of the primary, which are done in turn unless others are named.
PRIMARY = {
    "kill": kill,
    "kill-behind": kill_behind,
    "freeze": freeze,
    "kill-postgres": kill_postgres,
    "crash-behind": crash_behind,
    "cut": cut,
    "cancel-behind": cancel_behind,
    "stop-patroni": stop_patroni,
}
STANDBY = {"kill-standby": kill_standby, "kill-standbys": kill_standbys}
FAULTS = PRIMARY | STANDBY
