"""Verifies a mirror, an extract, or a proof of an ibbi server: python3 verify_mirror.py FILE [PUBLIC KEY].

It needs Python's standard library, and verify_ledger.py, verify_proof.py, and ledger.schema.json in the same folder. Without a key, the
signatures of a mirror are checked with the key that is in the mirror. Exit code: 0, or 4 and the first fault."""
import base64
import json
import re
import sys

from verify_ledger import event, verify_extract
from verify_proof import check_proof, checkpoint, node, public_key, require, root_by_inclusion, sha256

class Tree:
    """A growing tree, as the roots of its full subtrees with their sizes, the largest first."""

    def __init__(self, peaks=()):
        self.peaks = list(peaks)

    def push(self, digest):
        size, root = 1, sha256(b"\0" + digest)
        while self.peaks and self.peaks[-1][0] == size:
            root, size = node(self.peaks.pop()[1], root), size * 2
        self.peaks.append((size, root))

    def root(self):
        if not self.peaks:
            return sha256(b"")
        root = self.peaks[-1][1]
        for _, left in reversed(self.peaks[:-1]):
            root = node(left, root)
        return root


def json_line(line):
    value = json.loads(line)
    again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    require(again.encode() == line, "the entry is not in canonical form")
    return value


def mirror(entries, key):
    head = json_line(entries[0])
    require(head == {"mirror": 1, "origin": head.get("origin")}, "the first entry is not the head of a mirror")
    digests, covered, tree, revs, readable = [], 0, Tree(), {}, 0
    for number, line in enumerate(entries[1:], 2):
        try:
            if line.startswith(b'{"act'):
                value = event(line + b"\n")
                require(value["seq"] == len(digests) + 1, f"this must be line {len(digests) + 1} of the ledger")
                require(value["prev"] == (digests[-1].hex() if digests else "0" * 64), "another line is before it")
                require(value["type"] != "ledger_opened" or value["data"]["origin"] == head["origin"], "another ledger")
                require(value.get("rev", 1) > revs.get(value.get("case"), 0), "not a later record of its case")
                if "case" in value:
                    revs[value["case"]] = value["rev"]
                digests.append(sha256(line))
                readable += 1
                continue
            value = json_line(line)
            if value.keys() == {"hash"}:
                require(re.fullmatch("[0-9a-f]{64}", value["hash"]), "not a hash")
                digests.append(bytes.fromhex(value["hash"]))
            elif value.keys() == {"key"}:
                require(key is None or key == public_key(value["key"]), "the mirror has another key than the given one")
                key = public_key(value["key"])
            else:
                require(value.keys() == {"checkpoint"}, "an entry of another kind")
                origin, size, root, _ = checkpoint(value["checkpoint"], key)
                require(origin == head["origin"] and covered < size <= len(digests), "a checkpoint of other lines")
                for digest in digests[covered:size]:
                    tree.push(digest)
                require(tree.root() == root, f"a line from {covered + 1} to {size} is not the one that was signed")
                covered = size
        except (ValueError, KeyError, IndexError, AttributeError) as fault:
            raise ValueError(f"entry {number}: {fault}") from fault
    return f"sound: {len(digests)} lines, {readable} of them in full; checkpoints cover {covered}"


def extract(entries, key):
    head = json_line(entries[0])
    require(head.keys() == {"case", "checkpoint", "extract"} and head["extract"] in (1, 2), "not the head of an extract")
    if head["extract"] == 2:
        checkpoint(head["checkpoint"], key)
        return verify_extract(iter([entry + b"\n" for entry in entries]))
    origin, size, root, _ = checkpoint(head["checkpoint"], key)
    rev = 0
    require(len(entries) > 3 and len(entries) % 2, "the extract has no record, or ends within one")
    for line, proof in zip(entries[1::2], entries[2::2]):
        value, proof = event(line + b"\n"), json_line(proof)
        require(proof.keys() == {"index", "proof"} and proof["index"] + 1 == value["seq"], "a proof of another line")
        hashes = [base64.b64decode(hash, validate=True) for hash in proof["proof"]]
        found = root_by_inclusion(sha256(b"\0" + sha256(line)), proof["index"], size, hashes)
        require(found == root, f"the proof of line {value['seq']} does not lead to the checkpoint's root")
        if rev == 0:
            require(value["type"] == "ledger_opened" and value["data"]["origin"] == origin, "not the ledger's first line")
        else:
            require((value.get("case"), value.get("rev")) == (head["case"], rev), f"this must be record {rev} of the case")
        rev += 1
    return f"sound: {rev - 1} records of case {head['case']}, proved under a checkpoint over {size} lines"


def verify(data, key=None):
    if data.startswith(b'{"line":') or data.startswith(b'{"from":'):
        check_proof(json.loads(data))
        return "sound: the proof holds"
    require(b"\n" in data, "the file has no whole entry")
    # A write that was cut off is not an entry yet.
    entries = data[: data.rindex(b"\n")].split(b"\n")
    return (extract if data.startswith(b'{"case":') else mirror)(entries, key)


if __name__ == "__main__":
    try:
        with open(sys.argv[1], "rb") as file:
            print(verify(file.read(), public_key(sys.argv[2]) if sys.argv[2:] else None))
    except (ValueError, KeyError, IndexError, AttributeError, RecursionError) as fault:
        sys.exit(print(f"NOT sound: {fault}") or 4)
