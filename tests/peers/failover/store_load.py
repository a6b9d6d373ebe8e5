"""Load with ibbi-postgres: two processes with writers and a reader each, which use the store directly."""
import pathlib
import subprocess
import sys
import threading

from judge import STUCK, UNEXPLAINED

PROCESSES = 2
VERIFY = pathlib.Path(__file__).resolve().parents[3] / "docs" / "verify_ledger.py"


class Ledger:
    """A ledger of its own for each load on the same cluster."""

    made = 0

    def __init__(self, cluster):
        Ledger.made += 1
        self.cluster, self.name = cluster, f"load{Ledger.made}"
        self.address = f"{cluster.address()}&ledger={self.name}&sslmode=disable"

    def records(self):
        """Returns all records in the end, and the number of lines that are no records."""
        found = self.ask("json_agg(json_build_array(seq, id) ORDER BY seq)")
        return [tuple(row) for row in found if row[1] is not None], sum(row[1] is None for row in found)

    def verify(self, folder):
        """Returns the answer of `verify_ledger.py` to the lines of the ledger, which checks their chain; empty if it passes."""
        path = folder / f"{self.name}.ledger"
        path.write_text(self.ask("convert_from(string_agg(line || '\\x0a', '' ORDER BY seq), 'UTF8')"), encoding="utf-8")
        done = subprocess.run([sys.executable, VERIFY, path], capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def ask(self, what):
        lines = f"ibbi_line WHERE ledger = (SELECT ledger FROM ibbi_ledger WHERE name = '{self.name}')"
        return self.cluster.ask(self.cluster.leader(), f"SELECT {what} FROM {lines}")


class StoreLoad:
    """The load on a cluster by the example `writers` of ibbi-postgres; `seen` has what its writers and readers saw."""

    def __init__(self, cluster, seen, program, writers=4):
        self.seen, self.program, self.writers = seen, program, writers
        self.ledger = Ledger(cluster)
        self.processes, self.threads, self.wrong = [], [], []

    def start(self):
        subprocess.run([self.program, self.ledger.address, "init"], check=True)
        command = [self.program, self.ledger.address, "run", str(self.writers), "follow"]
        for _ in range(PROCESSES):
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
            self.processes.append(process)
            self.threads.append(threading.Thread(target=self.read, args=[process], daemon=True))
            self.threads[-1].start()

    def read(self, process):
        for line in process.stdout:
            what, _, rest = line.rstrip("\n").partition(" ")
            words = rest.split(" ")
            match what:
                case "ack":
                    self.seen.acknowledge(words[0], int(words[1]))
                case "shown" | "published":
                    self.seen.show([(int(words[0]), words[1])], getattr(self.seen, what))
                case "doubt":
                    self.seen.count("answers in doubt")
                case "later":
                    self.seen.count("answers to try again")
                case "known":
                    self.seen.count("in doubt, and recorded")
                case "wrong":
                    self.seen.count(UNEXPLAINED)
                    self.wrong.append(rest)

    def stop(self):
        """Ends the load once every event that was in doubt is settled, or after a minute. Returns errors to look at."""
        for process in self.processes:
            process.stdin.close()
        for process, thread in zip(self.processes, self.threads):
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                self.seen.count(STUCK)
                process.kill()
            thread.join()
        return self.wrong[:5]

    def records(self):
        return self.ledger.records()

    def verify(self, folder):
        return self.ledger.verify(folder)
