"""Verifies a mirror, an extract, or a proof of an ibbi server: python3 verify_mirror.py FILE [PUBLIC KEY].

It needs Python's standard library, and verify_ledger.py and ledger.schema.json in the same folder. Without a key, the
signatures of a mirror are checked with the key that is in the mirror. Exit code: 0, or 4 and the first fault."""
import base64
import hashlib
import json
import re
import sys

from verify_ledger import event, require, verify_extract

ORDER, PRIME = 2**252 + 27742317777372353535851937790883648493, 2**255 - 19
CURVE = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME


def sha256(data):
    return hashlib.sha256(data).digest()


# Merkle trees: RFC 6962, section 2.1. The data of a leaf are the SHA-256 of a line.
def node(left, right):
    return sha256(b"\1" + left + right)


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


def split(size):  # the largest power of two that is smaller than the size
    return 1 << (size - 1).bit_length() - 1


def root_by_inclusion(leaf, index, size, proof):
    """Returns the root to which an inclusion proof leads: the definition of RFC 6962 read backward, from the top."""
    if size == 1:
        require(not proof and index == 0, "the proof has another length than its place asks for")
        return leaf
    require(proof, "the proof is too short")
    half = split(size)
    if index < half:
        return node(root_by_inclusion(leaf, index, half, proof[:-1]), proof[-1])
    return node(proof[-1], root_by_inclusion(leaf, index - half, size - half, proof[:-1]))


def roots_by_consistency(first, size, total, proof, whole=True):
    """Returns the roots of the smaller and of the larger tree to which a consistency proof leads."""
    if size == total:
        require(len(proof) == (0 if whole else 1), "the proof has another length than its sizes ask for")
        return (first, first) if whole else (proof[0], proof[0])
    require(proof, "the proof is too short")
    half = split(total)
    if size <= half:
        old, new = roots_by_consistency(first, size, half, proof[:-1], whole)
        return old, node(new, proof[-1])
    old, new = roots_by_consistency(first, size - half, total - half, proof[:-1], False)
    return node(proof[-1], old), node(proof[-1], new)


def check_proof(value):
    """Checks an answer of /api/v1/proofs/inclusion or /api/v1/proofs/consistency."""
    decoded = [base64.b64decode(hash, validate=True) for hash in value["proof"]]
    require(all(len(hash) == 32 for hash in decoded), "a hash of the proof has not 32 bytes")
    if "line" in value:
        leaf = sha256(b"\0" + bytes.fromhex(value["sha256"]))
        found = root_by_inclusion(leaf, value["line"] - 1, value["size"], decoded)
        require(found == base64.b64decode(value["root"]), "the proof does not lead to the root")
    else:
        first, second = base64.b64decode(value["from_root"]), base64.b64decode(value["to_root"])
        found = roots_by_consistency(first, value["from"], value["to"], decoded)
        require(found == (first, second), "the proof does not lead to both roots")


# Ed25519: RFC 8032, section 5.1. A point has the coordinates X, Y, Z, and T of section 5.1.4.
def add(one, two):
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % PRIME, (one[1] + one[0]) * (two[1] + two[0]) % PRIME
    c, d = 2 * one[3] * two[3] * CURVE % PRIME, 2 * one[2] * two[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def multiply(point, number):
    product = (0, 1, 1, 0)
    while number:
        product, point, number = (add(product, point) if number & 1 else product), add(point, point), number >> 1
    return product


def point(data):
    sign, y = data[31] >> 7, int.from_bytes(data, "little") & (1 << 255) - 1
    square = (y * y - 1) * pow(CURVE * y * y + 1, PRIME - 2, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if x * x % PRIME != square:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    require(x * x % PRIME == square and y < PRIME, "not a point of the curve")
    x = PRIME - x if x & 1 != sign else x
    return x, y, 1, x * y % PRIME


BASE = point(bytes.fromhex("58" + "66" * 31))


def signed(key, message, signature):
    if len(signature) != 64:
        return False
    number = int.from_bytes(signature[32:], "little")
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    one, two = multiply(BASE, number), add(point(signature[:32]), multiply(point(key), hashed))
    return number < ORDER and all((one[axis] * two[2] - two[axis] * one[2]) % PRIME == 0 for axis in (0, 1))


def public_key(text):
    name, id, encoded = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)\n?", text).groups()
    key = base64.b64decode(encoded, validate=True)
    require(key[0] == 1 and len(key) == 33 and sha256(name.encode() + b"\n" + key)[:4].hex() == id, "not an Ed25519 key")
    return name, bytes.fromhex(id), key[1:]


def checkpoint(note, key):
    """Returns the origin, the size, and the root of a signed note."""
    text, signatures = note[: note.rindex("\n\n") + 1], note[note.rindex("\n\n") + 2 :]
    origin, size, root = text.split("\n")[:3]
    if key:
        name, id, bytes_of_key = key
        found = [base64.b64decode(line.split(" ")[2], validate=True) for line in signatures.splitlines() if line.split(" ")[1] == name]
        found = [signature[4:] for signature in found if signature[:4] == id]
        require(found, "the key did not sign the checkpoint")
        require(all(signed(bytes_of_key, text.encode(), signature) for signature in found), "the checkpoint's signature is wrong")
    require(str(int(size)) == size, "the size of the checkpoint is not a plain number")
    return origin, int(size), base64.b64decode(root, validate=True)


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
                origin, size, root = checkpoint(value["checkpoint"], key)
                require(origin == head["origin"] and covered < size <= len(digests), "a checkpoint of other lines")
                for digest in digests[covered:size]:
                    tree.push(digest)
                require(tree.root() == root, f"a line from {covered + 1} to {size} is not the one that was signed")
                covered = size
        except (ValueError, KeyError, IndexError, AttributeError) as fault:
            raise ValueError(f"entry {number}: {fault}") from fault
    return f"sound: {len(digests)} lines, {readable} of them in full; checkpoints cover {covered}"


def extract(entries, key):
    checkpoint(json_line(entries[0])["checkpoint"], key)
    return verify_extract(line + b"\n" for line in entries)


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
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as fault:
        sys.exit(print(f"NOT sound: {fault}") or 4)
