"""Verifies a proof, a checkpoint, or a cosignature of an ibbi ledger, without the ledger: python3 verify_proof.py FILE [PUBLIC KEY…].

FILE is a proof that `ibbi verify --since OLD --proof FILE` wrote, an answer of the server about a proof, or a checkpoint.
Each key, of the ledger or of a witness, must have signed each checkpoint in it. It needs Python's standard library and no other
file. Exit code: 0, or 4 and the first fault."""
import base64
import datetime
import hashlib
import json
import re
import sys

ORDER, PRIME = 2**252 + 27742317777372353535851937790883648493, 2**255 - 19
CURVE = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME


def require(condition, fault):
    if not condition:
        raise ValueError(fault)


def sha256(data):
    return hashlib.sha256(data).digest()


# Merkle trees: RFC 6962, section 2.1. The data of a leaf are the SHA-256 of a line.
def node(left, right):
    return sha256(b"\1" + left + right)


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
    """Checks an answer of /api/v1/proofs/inclusion or /api/v1/proofs/consistency. Returns what it shows."""
    decoded = [base64.b64decode(hash, validate=True) for hash in value["proof"]]
    require(all(len(hash) == 32 for hash in decoded), "a hash of the proof has not 32 bytes")
    if "line" in value:
        leaf = sha256(b"\0" + bytes.fromhex(value["sha256"]))
        found = root_by_inclusion(leaf, value["line"] - 1, value["size"], decoded)
        require(found == base64.b64decode(value["root"]), "the proof does not lead to the root")
        return f"line {value['line']} is among the first {value['size']} lines"
    else:
        first, second = base64.b64decode(value["from_root"]), base64.b64decode(value["to_root"])
        found = roots_by_consistency(first, value["from"], value["to"], decoded)
        require(0 < value["from"] and found == (first, second), "the proof does not lead to both roots")
        return f"the first {value['to']} lines begin with the first {value['from']}"


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
    """Returns the name, the ID, the bytes, and the type of a key: 1 of a ledger, 4 of a witness."""
    name, id, encoded = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)\n?", text).groups()
    key = base64.b64decode(encoded, validate=True)
    require(key[0] in (1, 4) and len(key) == 33, "not an Ed25519 key of a ledger or of a witness")
    require(sha256(name.encode() + b"\n" + key)[:4].hex() == id, "the key's ID is wrong: copy the key again")
    return name, bytes.fromhex(id), key[1:], key[0]


def signature_times(note, key, what):
    """Checks a key's signatures of a note, which must have one. Returns the times of the cosignatures among them."""
    text, signatures = note[: note.rindex("\n\n") + 1], note[note.rindex("\n\n") + 2 :]
    name, id, bytes_of_key, kind = key
    found = [base64.b64decode(line.split(" ")[2], validate=True) for line in signatures.splitlines() if line.split(" ")[1] == name]
    found = [signature[4:] for signature in found if signature[:4] == id]
    require(found, f"{name} did not sign {what}")
    times = []
    for signature in found:
        message = text.encode()
        if kind == 4:  # C2SP cosignature/v1: eight bytes of the time come first
            times.append(int.from_bytes(signature[:8], "big"))
            message, signature = b"cosignature/v1\ntime %d\n" % times[-1] + message, signature[8:]
        require(signed(bytes_of_key, message, signature), f"the signature of {name} is wrong")
    return times


def checkpoint(note, key):
    """Returns the origin, the size, and the root of a signed note, and the times of the key's cosignatures."""
    origin, size, root = note[: note.rindex("\n\n") + 1].split("\n")[:3]
    times = signature_times(note, key, f"the checkpoint over {size} lines") if key else []
    require(str(int(size)) == size, "the size of the checkpoint is not a plain number")
    return origin, int(size), base64.b64decode(root, validate=True), times


def check_note(note, keys):
    """Checks a signed note with each key. Returns the origin, the size, the root, and who signed."""
    signers = []
    for key in keys:
        moment = "".join(f" on {datetime.datetime.fromtimestamp(at, datetime.timezone.utc):%Y-%m-%d %H:%M:%S} UTC" for at in checkpoint(note, key)[3][-1:])
        signers.append(key[0] + moment)
    return *checkpoint(note, None)[:3], ", ".join(signers) or "signatures not checked: no key was given"


def verify(data, keys=()):
    if data.startswith((b'{"line":', b'{"from":')):
        return f"the proof holds: {check_proof(json.loads(data))}; compare its roots with a checkpoint that you keep"
    if not data.startswith(b"{"):
        origin, size, _, signers = check_note(data.decode(), keys)
        return f"a checkpoint of {origin} over {size} lines; {signers}"
    value = json.loads(data)
    require(value.keys() == {"consistency", "first", "proof", "second"} and value["consistency"] == 1, "not a proof in format 1")
    one, first, first_root, first_signers = check_note(value["first"], keys)
    two, second, second_root, second_signers = check_note(value["second"], keys)
    require(one == two, "the checkpoints are of two ledgers")
    encode = lambda root: base64.b64encode(root).decode()
    check_proof({"from": first, "from_root": encode(first_root), "proof": value["proof"], "to": second, "to_root": encode(second_root)})
    return f"the proof holds: {one} grew from {first} to {second} lines without a change; first: {first_signers}; second: {second_signers}"


if __name__ == "__main__":
    try:
        with open(sys.argv[1], "rb") as file:
            print("sound:", verify(file.read(), [public_key(text) for text in sys.argv[2:]]))
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError) as fault:
        sys.exit(print(f"NOT sound: {fault}") or 4)
