"""A running `ibbi serve` with a new ledger and a token, for the checks of its API."""

import contextlib
import json
import pathlib
import subprocess
import urllib.parse
import urllib.request


class Server:
    """Starts `ibbi serve` in a folder. Use it in a `with` statement, which stops the server."""

    def __init__(self, program, folder):
        self.program = str(pathlib.Path(program).resolve())
        self.ledger = f"{folder}/cases.ledger"
        self.ended = None

    def __enter__(self):
        self.start(0)
        made = [self.program, "--json", "token", "new", self.ledger, "peer", "--role", "staff"]
        self.token = json.loads(subprocess.run(made, capture_output=True, text=True, check=True).stdout)["token"]
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, port):
        goals = pathlib.Path(__file__).resolve().parents[2] / "docs/goals/sample.toml"
        command = [self.program, "--json", "serve", "--ledger", self.ledger, "--port", str(port), "--actor", "clerk", "--goals", str(goals)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.address = json.loads(self.process.stdout.readline())["address"]

    def stop(self):
        self.process.terminate()
        self.ended = self.process.wait()

    @contextlib.contextmanager
    def stopped(self):
        """Stops the server, so that a command can write to the ledger. Then starts it again at the same address."""
        port = urllib.parse.urlsplit(self.address).port
        self.stop()
        yield
        self.start(port)

    def ask(self, path, body=None):
        """Returns the JSON of an answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}"}
        with urllib.request.urlopen(urllib.request.Request(self.address + path, data, headers)) as answer:
            return json.load(answer)
