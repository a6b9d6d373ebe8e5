"""Checks mirrors, extracts, and proofs of a running server with docs/verify_mirror.py, which shares no code with ibbi:
python3 check_mirror.py IBBI. Exit code: 0, or 4 and what disagrees."""
import base64
import json
import os
import random
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs"))
import verify_mirror
from verify_mirror import Tree, check_proof, public_key, sha256

IBBI = os.path.abspath(sys.argv[1])
RANDOM = random.Random(6962)


def run(folder, *args, code=0, given=None):
    done = subprocess.run([IBBI, *args], cwd=folder, input=given, capture_output=True, text=True)
    if done.returncode != code:
        sys.exit(print(f"ibbi {' '.join(args)}: {done.returncode}: {done.stderr}") or 4)
    return done.stdout


class Server:
    def __init__(self, folder, ledger):
        self.process = subprocess.Popen(
            [IBBI, "--json", "serve", ledger, "--sign", "key", "--every", "7", "--port", "0"],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = json.loads(self.process.stdout.readline())["address"].rstrip("/")

    def get(self, path, token):
        request = urllib.request.Request(self.url + path, headers={"authorization": "Bearer " + token})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def post(self, path, token, value):
        headers = {"authorization": "Bearer " + token, "content-type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(value).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def end(self):
        self.process.terminate()
        self.process.wait()


def root(digests):
    tree = Tree()
    for digest in digests:
        tree.push(digest)
    return base64.b64encode(tree.root()).decode()


def expect(condition, what):
    if not condition:
        sys.exit(print(f"disagrees: {what}") or 4)


def refuses(data, key):
    try:
        verify_mirror.verify(data, key)
        return False
    except (ValueError, KeyError, IndexError, AttributeError, RecursionError):
        return True


def check_proofs(server, token, digests, pairs):
    roots = {}
    for small, large in pairs:
        for size in (small, large):
            roots[size] = roots.get(size) or root(digests[:size])
        found = server.get(f"/api/v1/proofs/consistency?from={small}&to={large}", token)
        expect((found["from_root"], found["to_root"]) == (roots[small], roots[large]), f"the roots of {small} and {large}")
        check_proof(found)
        found = server.get(f"/api/v1/proofs/inclusion?line={small}&size={large}", token)
        expect((found["sha256"], found["root"]) == (digests[small - 1].hex(), roots[large]), f"line {small} of {large}")
        check_proof(found)
        if found["proof"]:
            found["proof"][0] = base64.b64encode(bytes(32)).decode()
            expect(refuses(json.dumps(found, separators=(",", ":")).encode(), None), "a wrong proof holds")


def small(folder):
    run(folder, "new", "a.ledger", "--district", "Maple Hollow", "--at", "2025-09-02 09:00")
    run(folder, "new", "a.ledger", "--district", "Cedar Falls", "--at", "2025-09-02 09:00")
    staff = run(folder, "token", "new", "a.ledger", "staff", "--role", "staff").strip()
    labor = run(folder, "token", "new", "a.ledger", "labor", "--role", "party", "--party", "labor", "--district", "Maple Hollow").strip()
    server = Server(folder, "a.ledger")
    cases = [case["case"] for case in server.get("/api/v1/cases", staff)["cases"]]
    for number in range(20):
        note = {"type": "note_added", "data": {"text": f"note {number}, “{number}”"}}
        server.post(f"/api/v1/cases/{cases[number % 2]}/events", staff, note)
    with open(os.path.join(folder, "a.ledger"), "rb") as file:
        digests = [sha256(line) for line in file.read().split(b"\n")[:-1]]
    check_proofs(server, staff, digests, [(one, two) for two in range(1, len(digests) + 1) for one in range(1, two + 1)])
    key, flips = public_key(run(folder, "keygen", "example.org/other", "other")), 0
    for name, token in (("staff", staff), ("labor", labor)):
        with open(os.path.join(folder, name + ".token"), "w") as file:
            file.write(token + "\n")
        run(folder, "mirror", server.url, name + ".mirror", "--token-file", name + ".token", "--once")
        with open(os.path.join(folder, name + ".mirror"), "rb") as file:
            data = file.read()
        print(name, verify_mirror.verify(data))
        expect(refuses(data, key), "a mirror is sound with the key of another")
        expect((b"Cedar" in data) == (name == "staff"), "the other district is in the mirror")
        for _ in range(60):
            place = RANDOM.randrange(len(data))
            changed = data[:place] + bytes([data[place] ^ 1 << RANDOM.randrange(8)]) + data[place + 1 :]
            with open(os.path.join(folder, "changed"), "wb") as file:
                file.write(changed)
            code = subprocess.run([IBBI, "verify", "changed"], cwd=folder, capture_output=True).returncode
            # Only ibbi tells files by their beginning.
            expect(refuses(changed, None) == (code != 0) or place < 12, f"the two disagree about byte {place} of {name}")
            flips += 1
    run(folder, "extract", "staff.mirror", "--case", "Maple Hollow", "-o", "case.extract")
    with open(os.path.join(folder, "case.extract"), "rb") as file:
        print(verify_mirror.verify(file.read(), public_key(server_key(server, staff))))
    server.end()
    print(f"proofs of {len(digests)} lines: all pairs; {flips} flipped bits: both programs agree")


def server_key(server, token):
    request = urllib.request.Request(server.url + "/api/v1/key", headers={"authorization": "Bearer " + token})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def large(folder):
    run(folder, "simulate", "--runs", "120", "--keep", "runs.ledger")
    staff = run(folder, "token", "new", "runs.ledger", "staff", "--role", "staff").strip()
    server = Server(folder, "runs.ledger")
    with open(os.path.join(folder, "runs.ledger"), "rb") as file:
        digests = [sha256(line) for line in file.read().split(b"\n")[:-1]]
    edges = [size for size in (1, 1023, 1024, 1025, 2047, 2048, 2049, 3072, len(digests)) if size <= len(digests)]
    pairs = [(one, two) for two in edges for one in edges if one <= two]
    pairs += [tuple(sorted((RANDOM.randint(1, len(digests)), RANDOM.randint(1, len(digests))))) for _ in range(30)]
    check_proofs(server, staff, digests, pairs)
    server.end()
    print(f"proofs of {len(digests)} lines: {len(pairs)} pairs")


with tempfile.TemporaryDirectory() as folder:
    run(folder, "keygen", "example.org/ibbi", "key")
    small(folder)
    large(folder)
