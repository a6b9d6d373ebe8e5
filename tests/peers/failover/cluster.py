"""Three members of etcd and three nodes with Patroni and PostgreSQL 15, on loopback and in a temporary folder."""
import json
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import psycopg2

import processes

PROGRAMS = "/usr/lib/postgresql/15/bin"
NODES = (1, 2, 3)
# In seconds. A standby takes over when the lease of the primary has run out, `ttl` after its last renewal.
LEASE = {"ttl": 12, "loop_wait": 2, "retry_timeout": 4}


class Unhealthy(Exception):
    """The cluster isn't as it should be."""


def free_ports(count):
    """Returns free ports below those that the system gives to outgoing connections, so that none is taken during a restart."""
    found = []
    for port in random.sample(range(20000, 32000), 4000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise Unhealthy(f"{count} ports between 20000 and 32000 are not free")


def unprivileged():
    """Returns the arguments of `Popen` for programs that refuse to run as root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}


class Cluster:
    """A running cluster. Use it in a `with` statement, which ends all of its processes and removes its files."""

    def __init__(self, synchronous=True, etcd_api=2):
        self.synchronous, self.etcd_api = synchronous, etcd_api
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ibbi-", dir="/tmp"))
        ports = iter(free_ports(3 * 6 + 9 + 6))
        take = lambda: next(ports)
        self.etcd = {number: (take(), take()) for number in NODES}
        kinds = ("postgres", "api", "clients", "replication", "api_relay", "unused")
        self.ports = {node: {kind: take() for kind in kinds} for node in NODES}
        self.ways = {(node, member): take() for node in NODES for member in NODES}
        self.patroni, self.relay = {}, None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # Nothing may interrupt this, or processes would be left.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        processes.end_all()
        if "IBBI_KEEP" in os.environ:
            print(f"kept: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        processes.adopt()
        if os.getuid() == 0:
            os.chown(self.folder, pwd.getpwnam("postgres").pw_uid, -1)
        self.start_relay()
        for number in NODES:
            self.start_etcd(number)
        self.wait(lambda: all(self.etcd_healthy(number) for number in NODES), "etcd is not healthy", 30)
        self.start_node(1)
        self.wait(lambda: self.leader() == 1, "the first node is not the primary", 60)
        for number in (2, 3):
            self.start_node(number)
        self.wait(self.healthy, "the nodes are not healthy", 90)

    def spawn(self, name, command, **more):
        log = open(self.folder / f"{name}.log", "ab", buffering=0)
        arguments = {"stdout": log, "stderr": log, "stdin": subprocess.DEVNULL} | unprivileged() | more
        # A session of its own: what the terminal sends on Ctrl-C goes to this program alone.
        process = subprocess.Popen(command, cwd=self.folder, start_new_session=True, **arguments)
        processes.KNOWN.add(process.pid)
        return process

    def start_relay(self):
        routes = []
        for node, ports in self.ports.items():
            for kind, to in (("clients", "postgres"), ("replication", "postgres"), ("api_relay", "api")):
                routes.append({"node": node, "kind": kind, "listen": ports[kind], "to": ports[to], "inbound": True})
        for (node, member), port in self.ways.items():
            routes.append({"node": node, "kind": "etcd", "listen": port, "to": self.etcd[member][0], "inbound": False})
        program = str(pathlib.Path(__file__).with_name("relay.py"))
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "user": None, "group": None, "extra_groups": None}
        self.relay = self.spawn("relay", [sys.executable, program, json.dumps(routes)], **pipes)
        self.expect("ready")

    def expect(self, answer):
        found = self.relay.stdout.readline().strip()
        if found != answer:
            raise Unhealthy(f"the relay answered {found!r}; see {self.folder}/relay.log")

    def network(self, what, node, kind="all"):
        """Holds, mends, or drops the connections of a node; see relay.py."""
        self.relay.stdin.write(f"{what} {node} {kind}\n")
        self.relay.stdin.flush()
        self.expect("done")

    def start_etcd(self, number):
        address = lambda port: f"http://127.0.0.1:{port}"
        client, peer = self.etcd[number]
        members = ",".join(f"etcd{each}={address(ports[1])}" for each, ports in self.etcd.items())
        settings = {
            "name": f"etcd{number}", "data-dir": self.folder / f"etcd{number}", "initial-cluster": members,
            "listen-client-urls": address(client), "advertise-client-urls": address(client),
            "listen-peer-urls": address(peer), "initial-advertise-peer-urls": address(peer),
            # Three members on one disk, which others use too: a slow sync is no reason for an election.
            "heartbeat-interval": 300, "election-timeout": 3000,
            "enable-v2": "true",
        }
        self.spawn(f"etcd{number}", ["etcd", *(f"--{name}={value}" for name, value in settings.items())])

    def etcd_healthy(self, number):
        try:
            return get(f"http://127.0.0.1:{self.etcd[number][0]}/health")["health"] == "true"
        except OSError:
            return False

    def start_node(self, number):
        """Starts Patroni, which starts PostgreSQL, or makes a copy of the primary, or rewinds what was the primary."""
        ports, home = self.ports[number], self.folder / f"node{number}"
        home.mkdir(exist_ok=True)
        home.chmod(0o700)
        if os.getuid() == 0:
            os.chown(home, pwd.getpwnam("postgres").pw_uid, -1)
        user = {"username": "postgres", "password": "trust"}
        settings = {
            "scope": "ibbi", "name": f"node{number}",
            "restapi": {"listen": f"127.0.0.1:{ports['api']}", "connect_address": f"127.0.0.1:{ports['api_relay']}"},
            # As proxies, so that Patroni doesn't learn the addresses that don't lead through the relay.
            {2: "etcd", 3: "etcd3"}[self.etcd_api]: {"hosts": [f"127.0.0.1:{self.ways[number, member]}" for member in NODES], "use_proxies": True},
            "bootstrap": {"dcs": self.shared_settings(), "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "data-checksums"]},
            "postgresql": {
                "listen": f"127.0.0.1:{ports['postgres']}", "connect_address": f"127.0.0.1:{ports['replication']}",
                "data_dir": str(home / "data"), "bin_dir": PROGRAMS, "pgpass": str(home / "pgpass"),
                "use_unix_socket": True, "parameters": {"unix_socket_directories": str(home)},
                "pg_hba": ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
                "authentication": {"superuser": user, "replication": user, "rewind": user},
                "remove_data_directory_on_rewind_failure": True, "remove_data_directory_on_diverged_timelines": True,
            },
        }
        file = self.folder / f"node{number}.json"
        file.write_text(json.dumps(settings))
        self.patroni[number] = self.spawn(f"node{number}", ["patroni", str(file)])

    def shared_settings(self):
        return LEASE | {
            "synchronous_mode": self.synchronous, "synchronous_mode_strict": self.synchronous,
            "maximum_lag_on_failover": 16 << 20, "check_timeline": True, "primary_start_timeout": 20,
            "postgresql": {
                "use_pg_rewind": True, "use_slots": True,
                "parameters": {
                    "max_connections": 200, "shared_buffers": "64MB", "max_wal_size": "256MB", "wal_keep_size": "256MB",
                    "wal_level": "replica", "wal_log_hints": True, "hot_standby": True, "synchronous_commit": "on",
                    # A primary that is cut off notices that a standby is gone, and ends connections whose client is gone.
                    "wal_sender_timeout": "5s", "wal_receiver_timeout": "5s", "tcp_keepalives_idle": 5,
                },
            },
        }

    def set_synchronous(self, synchronous):
        """Changes the cluster while it runs, and waits until the nodes have taken it over."""
        self.synchronous = synchronous
        body = json.dumps({"synchronous_mode": synchronous, "synchronous_mode_strict": synchronous}).encode()
        address = f"http://127.0.0.1:{self.ports[self.leader()]['api']}/config"
        urllib.request.urlopen(urllib.request.Request(address, body, method="PATCH"), timeout=5).close()
        names = lambda: self.ask(self.leader(), "SHOW synchronous_standby_names")
        self.wait(lambda: self.healthy() and bool(names()) == synchronous, "the nodes did not change their mode", 60)

    def members(self, avoid=None):
        """Returns the members as the first node that answers sees them, by number; `avoid` isn't asked."""
        for node in (each for each in NODES if each != avoid):
            try:
                found = get(f"http://127.0.0.1:{self.ports[node]['api']}/cluster")["members"]
                return {int(member["name"].removeprefix("node")): member for member in found}
            except (OSError, KeyError, ValueError):
                continue
        return {}

    def leader(self):
        """Returns the number of the node that holds the lease, or None."""
        for number, member in self.members().items():
            if member["role"] == "leader":
                return number
        return None

    def healthy(self):
        """Tells whether one node is the primary, the others follow it, and one of them synchronously, if the cluster does."""
        members = self.members()
        roles = sorted(member["role"] for member in members.values())
        wanted = ["leader", "replica", "sync_standby"] if self.synchronous else ["leader", "replica", "replica"]
        leader = [number for number, member in members.items() if member["role"] == "leader"]
        if roles != wanted or any(member["state"] not in ("running", "streaming") for member in members.values()):
            return False
        if len({member.get("timeline") for member in members.values()}) != 1:
            return False
        try:
            return self.ask(leader[0], "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == 2
        except psycopg2.Error:
            return False

    def ask(self, node, query):
        """Returns the first value that a node answers, over a connection of its own past the relay."""
        connection = psycopg2.connect(
            host="127.0.0.1", port=self.ports[node]["postgres"], user="postgres", dbname="postgres", connect_timeout=3
        )
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchone()[0]
        finally:
            connection.close()

    def address(self, database="postgres"):
        """Returns the address of all nodes, as a client of the cluster takes it: the one that is writable counts."""
        hosts = ",".join(f"127.0.0.1:{self.ports[node]['clients']}" for node in NODES)
        return f"postgres://postgres@{hosts}/{database}?target_session_attrs=read-write&connect_timeout=3"

    def postmaster(self, node):
        """Returns the process of a node's PostgreSQL, or None."""
        try:
            return int((self.folder / f"node{node}" / "data" / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def processes(self, node, patroni=True, postgres=True):
        """Returns the processes of a node."""
        table, roots = processes.table(), []
        if patroni and self.patroni[node].poll() is None:
            roots.append(self.patroni[node].pid)
        if postgres and (pid := self.postmaster(node)) in table:
            roots.append(pid)
        return processes.tree(*roots)

    def wait(self, holds, otherwise, seconds):
        """Waits until a condition holds. Raises Unhealthy after so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if holds():
                    return
            except (OSError, KeyError, psycopg2.Error):
                pass
            if time.monotonic() > deadline:
                raise Unhealthy(f"{otherwise} after {seconds} seconds: {json.dumps(self.members())}")
            time.sleep(0.2)


def get(address):
    with urllib.request.urlopen(address, timeout=3) as answer:
        return json.load(answer)
