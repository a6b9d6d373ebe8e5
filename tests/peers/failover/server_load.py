"""Load over HTTP: two `ibbi serve` on the database, clients that send each event until it is acknowledged, and a follower."""
import http.client
import itertools
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid

from judge import STUCK, UNEXPLAINED
from store_load import Ledger

SERVERS = 2
CASE = 100  # events, before a client opens its next case
# In seconds. A server tries for half a minute by itself before it answers.
TIMEOUT = 90
AGAIN = {429, 502, 503, 504}


class ServerLoad:
    """The load on a cluster by clients of two servers; `seen` has what they saw."""

    def __init__(self, cluster, seen, program, clients=4):
        self.seen, self.program, self.ended = seen, program, threading.Event()
        self.ledger = Ledger(cluster)
        # What belongs to the ledger and isn't in the database, such as the token.
        self.data = tempfile.TemporaryDirectory()
        (pathlib.Path(self.data.name) / "ibbi").mkdir(mode=0o700)
        self.environment = os.environ | {"XDG_DATA_HOME": self.data.name}
        self.servers, self.wrong, self.addresses = [], [], []
        clients = [(self.write, number) for number in range(SERVERS * clients)]
        followers = [(self.follow, number) for number in range(SERVERS)]
        self.threads = [threading.Thread(target=work, args=[number], daemon=True) for work, number in clients + followers]

    def run(self, *words):
        done = subprocess.run([self.program, "--json", *words], capture_output=True, text=True, env=self.environment, check=False)
        if done.returncode:
            raise RuntimeError(f"ibbi {' '.join(words)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def start(self):
        self.run("store", "init", self.ledger.address)
        self.token = self.run("token", "new", self.ledger.address, "clients", "--role", "staff")["token"]
        for number in range(SERVERS):
            command = [self.program, "--json", "serve", "--port", "0", "--store", self.ledger.address]
            log = open(pathlib.Path(self.ledger.cluster.folder) / f"server{number}.log", "ab")
            server = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=self.environment, start_new_session=True
            )
            self.servers.append(server)
            self.addresses.append(urllib.parse.urlsplit(json.loads(server.stdout.readline())["address"]).netloc)
        for thread in self.threads:
            thread.start()

    def stop(self):
        """Ends the load once every event that was in doubt is settled, or after some time. Returns errors to look at."""
        self.ended.set()
        deadline = time.monotonic() + TIMEOUT
        for thread in self.threads:
            thread.join(max(0, deadline - time.monotonic()))
        if stuck := sum(thread.is_alive() for thread in self.threads):
            self.seen.count(STUCK, stuck)
        for server in self.servers:
            server.terminate()
            server.wait()
        self.data.cleanup()
        return self.wrong[:5]

    def write(self, number):
        client = Client(self, number)
        while not self.ended.is_set():
            answer = self.record(client, "/api/v1/cases", {"data": {"district": f"District {number}"}})
            for place in range(1, CASE):
                if answer is None or self.ended.is_set():
                    break
                note = {"type": "note_added", "data": {"text": f"Note {place}."}}
                dates = {"type": "contract_dates_changed", "data": {"contract_expires": "2030-06-30", "evergreen": True}}
                body = dates if place % 5 else note
                if self.record(client, f"/api/v1/cases/{answer['case']}/events", body) is None:
                    break

    def record(self, client, path, body):
        """Sends an event under an ID of its own until it is acknowledged. Returns the answer, or None if it is refused."""
        event, doubt = str(uuid.uuid4()), False
        for _ in itertools.count():
            status, answer = client.ask("POST", path, body | {"id": event})
            if status in (200, 201):
                if doubt:
                    self.seen.count("in doubt, and recorded" if status == 200 else "in doubt, and not recorded")
                self.seen.acknowledge(event, number_of(answer))
                return answer
            if status is None or status in AGAIN:
                code = answer.get("code") if status else "no answer"
                self.seen.count(f"sent again after {code}")
                doubt = doubt or code in ("in-doubt", "no answer")
                time.sleep(0.2)
                continue
            self.seen.count(UNEXPLAINED)
            self.wrong.append(f"{status}: {answer}")
            return None

    def follow(self, number):
        client, after = Client(self, number, moves=False), 0
        while not self.ended.is_set():
            begun = time.monotonic()
            status, answer = client.ask("GET", f"/api/v1/records?limit=1000&after={after}", None)
            self.seen.longest("longest wait of a reader, in seconds", time.monotonic() - begun)
            if status == 200:
                records = [(int(record["sequence"]), record["id"]) for record in answer["records"]]
                self.seen.show([(number, event.rsplit("/", 1)[-1]) for number, event in records], self.seen.published)
                after = answer["position"]
            time.sleep(0.1)

    def records(self):
        return self.ledger.records()

    def verify(self, folder):
        return self.ledger.verify(folder)


class Client:
    """A connection to one of the servers, and after an error to the other one."""

    def __init__(self, load, number, moves=True):
        self.load, self.number, self.moves, self.connection = load, number, moves, None

    def ask(self, method, path, body):
        """Returns the status and the answer; without a status if there was none."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.load.addresses[self.number % SERVERS], timeout=TIMEOUT)
        headers = {"Authorization": f"Bearer {self.load.token}", "Content-Type": "application/json"}
        try:
            self.connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self.connection.getresponse()
            status, text = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            status, text = None, b""
        if status is None or status in AGAIN:
            self.connection.close()
            self.connection = None
            self.number += self.moves
        try:
            return status, json.loads(text)
        except ValueError:
            return status, {"text": text.decode(errors="replace")}


def number_of(answer):
    return answer.get("seq") or answer["record"]["seq"]
