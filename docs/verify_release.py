"""Verifies a public-records release: python3 verify_release.py FOLDER [PUBLIC KEY].

It needs Python's standard library, and verify_ledger.py, verify_proof.py, and ledger.schema.json in the same folder. Get these
files from a place that the office can't change. It agrees with `ibbi verify FOLDER`. Exit code: 0, or 4 and the first fault."""
import base64
import binascii
import collections
import hashlib
import json
import os
import re
import sys

from verify_ledger import CUSTODY, NOTE, above, event, root
from verify_proof import checkpoint, public_key, require, sha256, signature_times

DATA = ("lines.jsonl", "released-texts.jsonl", "withheld.jsonl")
UUID, HASH, SALT = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[0-9a-f]{64}", "[0-9a-f]{32}"
TEXT = {"digest": HASH, "line": int, "salt": str, "text": str}
WITHHELD = {"basis": "destroyed|exempt|not_available", "case": UUID, "kind": "[a-z_]+", "line": int, "reason": str, "rev": int, "sha256": HASH, "what": "line|text"}

LINK = "it is a link; a release must have the file itself"


def read(folder, name):
    path = os.path.join(folder, name)
    require(not os.path.islink(path), f"{name}: {LINK}")
    require(os.path.isfile(path), f"{name}: the file is missing")
    with open(path, "rb") as file:
        return file.read()


def json_object(line):
    """Returns the JSON object of a line in canonical form, or None."""
    try:
        value = json.loads(line)
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if type(value) is dict and again == line else None


def has_form(value, form):
    def fits(key, kind):
        found = value.get(key)
        if kind is int:
            return type(found) is int and found > 0
        return type(found) is str and (kind is str or re.fullmatch(kind, found) is not None)

    return value is not None and value.keys() == form.keys() and all(fits(key, kind) for key, kind in form.items())


def hashes(value, key):
    """Returns the list under a key if each item is base64 of 32 bytes, or None."""
    found = value.get(key)
    try:
        decoded = [base64.b64decode(text, validate=True) for text in found]
        is_good = all(len(hash) == 32 and base64.b64encode(hash).decode() == text for hash, text in zip(decoded, found))
    except (binascii.Error, TypeError, ValueError):
        return None
    return found if type(found) is list and is_good else None


def leads_to(leaf, index, size, proof, expected):
    try:
        return above(leaf, index, size, proof) == expected
    except ValueError:
        return False


def entries_by_line(data, name, form, optional=None):
    """Reads a file with one entry for each line of the ledger."""
    require(data == b"" or data.endswith(b"\n"), f"{name}: the file is cut off")
    entries, before = {}, 0
    for place, line in enumerate(data.split(b"\n")[:-1], 1):
        value = json_object(line)
        wanted = {**form, optional: str} if value is not None and optional in value else form
        require(has_form(value, wanted), f"{name}: entry {place}: it is not an entry of this file")
        number = value["line"]
        require(number > before, f"{name}: line {number}: its entry must be once in the file, in the order of the lines")
        entries[number], before = value, number
    return entries


def read_withheld(data):
    name = "withheld.jsonl"
    entries = entries_by_line(data, name, WITHHELD, "exemption")
    for number, entry in entries.items():
        exempt = entry["basis"] == "exempt"
        require(not exempt or entry.get("exemption", "").strip(), f"{name}: line {number}: it is withheld without an exemption")
        require(exempt or entry["what"] == "text" and "exemption" not in entry, f"{name}: line {number}: only a text can be destroyed or not available, and then without an exemption")
        require(entry["reason"].strip(), f"{name}: line {number}: it is withheld without a reason")
    return entries


class Lines:
    """Checks lines.jsonl: that the checkpoint covers each line in its place, and that no record of a case is missing."""

    def __init__(self, origin, size, top, cases, withheld):
        self.origin, self.size, self.top, self.cases, self.withheld = origin, size, top, cases, withheld
        self.number, self.last, self.digests, self.unlinked = 0, None, [], []
        self.revs, self.states, self.records, self.left_out = {}, None, {}, set()

    def require(self, condition, reason, number=None):
        require(condition, f"lines.jsonl: line {number or self.number}: {reason}")

    def prove(self, digest, proof):
        before, self.number = self.number, proof["index"] + 1
        fits = leads_to(digest, proof["index"], self.size, proof["proof"], self.top)
        self.require(fits, "it is not the line that the checkpoint covers, or its proof was changed")
        self.require(self.number > before, f"it is in the file twice, or after line {before}")

    def take_record(self, case, rev, digest):
        self.require(self.last, "the first line of the ledger must be before it")
        self.require(self.cases is None or case in self.cases, f"it is of case {case}, which the release is not about")
        expected = self.revs.get(case, (0,))[0] + 1
        self.require(rev == expected, f"it must be record {expected} of case {case}, and it is record {rev}")
        self.revs[case] = (rev, digest)

    def take_withheld(self, digest):
        entry = self.withheld.get(self.number)
        self.require(entry and entry["what"] == "line", "it is withheld, but withheld.jsonl has no entry for it")
        self.require(entry["sha256"] == digest.hex(), "withheld.jsonl has another SHA-256 for it")
        self.left_out.add(self.number)
        self.take_record(entry["case"], entry["rev"], digest)

    def take_line(self, line, digest):
        try:
            value = event(line + b"\n")
        except (ValueError, RecursionError):
            value = None
        self.require(value, "it is not a line of a ledger")
        self.require(value["seq"] == self.number, f"line {value['seq']} is in its place")
        if self.cases is None:
            before = self.last.hex() if self.last else "0" * 64
            self.require(value["prev"] == before, f"it is not the line that line {self.number} follows", self.number - 1)
            del self.unlinked[-1:]
        kind = value["type"]
        if kind == "ledger_opened":
            self.require(self.number == 1 and value["data"]["origin"] == self.origin, "it must be the first line of the checkpoint's ledger")
            return
        self.require(self.last, "the first line of the ledger must be before it")
        if kind == "heads" and self.number == self.size:
            self.states = value["data"]
        elif kind in ("heads", "format_changed", *CUSTODY):
            self.require(self.cases is None, "it is of no case")
        else:
            self.take_record(value["case"], value["rev"], digest)
            self.records[self.number] = value

    def check(self, data):
        require(data.endswith(b"\n") and data != b"\n", "lines.jsonl: the file is empty or cut off")
        entries = collections.deque(enumerate(data.split(b"\n")[:-1], 1))
        while entries and not entries[0][1].startswith(b'{"case":'):
            place, entry = entries.popleft()
            is_line = entry.startswith(b'{"act')
            hash = None if is_line else json_object(entry)
            require(is_line or has_form(hash, {"sha256": HASH}), f"lines.jsonl: entry {place}: it is neither a line of the ledger nor the SHA-256 of one")
            digest = sha256(entry) if is_line else bytes.fromhex(hash["sha256"])
            if self.cases is None:
                self.number += 1
            else:
                proof = json_object(entries.popleft()[1]) if entries else None
                good = proof is not None and proof.keys() == {"index", "proof"} and type(proof["index"]) is int and proof["index"] >= 0
                require(good and hashes(proof, "proof") is not None, f"lines.jsonl: entry {place + 1}: it is not the proof of the line before it")
                self.prove(digest, proof)
            self.take_line(entry, digest) if is_line else self.take_withheld(digest)
            if self.cases is None:
                self.digests.append(digest)
                self.unlinked.append(self.number)
            self.last = digest
        self.end()
        self.complete(entries)

    def end(self):
        if self.cases is not None:
            for case in self.cases:
                require(case in self.revs, f"lines.jsonl: case {case} has no record in the release")
            return
        require(self.number == self.size, f"lines.jsonl: the lines end with line {self.number}, but the checkpoint covers {self.size}")
        listed = ", ".join(map(str, self.unlinked))
        require(root(self.digests) == self.top, f"lines.jsonl: one of the lines {listed} was changed, or the checkpoint is of other lines: they do not lead to its root")

    def complete(self, entries):
        paths = []
        for place, entry in entries:
            value = json_object(entry)
            good = value is not None and value.keys() == {"case", "index", "path"} and type(value["index"]) is int and value["index"] >= 0
            good = good and type(value["case"]) is str and re.fullmatch(UUID, value["case"]) and hashes(value, "path") is not None
            require(good, f"lines.jsonl: entry {place}: it is not the path of a case")
            paths.append(value)
        known = sorted(self.revs) if self.states else []
        require([path["case"] for path in paths] == known, "lines.jsonl: the paths at the end must be those of the cases of the release, in the order of their IDs")
        if not self.states:
            return
        count = self.states["cases"]
        require(self.cases is not None or count == len(known), f"lines.jsonl: the ledger has {count} cases, and the release has {len(known)}")
        for path in paths:
            rev, digest = self.revs[path["case"]]
            leaf = bytes.fromhex(path["case"].replace("-", "")) + rev.to_bytes(8, "big") + digest
            fits = leads_to(leaf, path["index"], count, path["path"], bytes.fromhex(self.states["root"]))
            require(fits, f"lines.jsonl: case {path['case']}: record {rev} is not its last one, or its path was changed")


def text_of(record):
    """Returns the digest of a record's confidential text, if its line has one."""
    found = record["data"].get("response" if record["type"] == "concern_addressed" else "text")
    return found["sha256"] if type(found) is dict and found.keys() == {"sha256"} else None


def check_texts(records, left_out, released, withheld):
    digests = {number: text_of(record) for number, record in records.items() if text_of(record)}
    for number, digest in digests.items():
        one, two, record = released.get(number), withheld.get(number), records[number]
        require(one or two, f"lines.jsonl: line {number}: its text is neither released nor withheld")
        require(not (one and two), f"released-texts.jsonl: line {number}: its text is both released and withheld")
        if one:
            require(one["digest"] == digest, f"released-texts.jsonl: line {number}: it has another digest than the line")
            is_salt = re.fullmatch(SALT, one["salt"])
            found = hashlib.sha256(bytes.fromhex(one["salt"]) + one["text"].encode()).hexdigest() if is_salt else None
            require(found == digest, f"released-texts.jsonl: line {number}: the text or its salt is not the recorded one")
        else:
            name = f"withheld.jsonl: line {number}"
            require(two["what"] == "text", f"{name}: the line is not withheld in lines.jsonl")
            require(two["sha256"] == digest, f"{name}: it has another digest than the line")
            same = (two["case"], two["rev"], two["kind"]) == (record["case"], record["rev"], record["type"])
            require(same, f"{name}: it has another case, number, or kind of record than the line")
    for number in released:
        require(number in digests, f"released-texts.jsonl: line {number}: the line has no confidential text, or is not in the release")
    for number, entry in withheld.items():
        if entry["what"] == "line":
            require(number in left_out, f"withheld.jsonl: line {number}: the line is not withheld in lines.jsonl")
        else:
            require(number in digests, f"withheld.jsonl: line {number}: the line has no confidential text, or is not in the release")


def check_files(folder, head):
    for name in DATA:
        require(name in head["files"], f"release.json: it does not list {name}")
    for name, digest in sorted(head["files"].items()):
        require(sha256(read(folder, name)).hex() == digest, f"{name}: the file was changed")
    known = {*head["files"], "release.json", "__pycache__", *(["release.note"] if "signer" in head else [])}
    for name in sorted(os.listdir(folder)):
        require(not os.path.islink(os.path.join(folder, name)), f"{name}: {LINK}")
    for name in sorted(os.listdir(folder)):
        require(name in known, f"{name}: the file is not part of the release")


def check_note(folder, head, origin, key):
    note = read(folder, "release.note").decode(errors="replace")
    text = f"ibbi release 1\n{origin}\n{sha256(read(folder, 'release.json')).hex()}\n"
    require(note.startswith(text + "\n\u2014 "), "release.note: it is not the signed statement about this release.json")
    try:
        if key:
            signature_times(note, key, "the release")
    except (ValueError, IndexError) as fault:
        raise ValueError("release.note: the given key did not sign it") from fault


def is_head(head):
    if head is None or not {"checkpoint", "files", "release"} <= head.keys() <= {"cases", "checkpoint", "files", "release", "signer"}:
        return False
    cases, files = head.get("cases", [""]), head["files"]
    good = type(cases) is list and cases and all(type(case) is str for case in cases) and cases == sorted(set(cases))
    good = good and ("cases" not in head or all(re.fullmatch(UUID, case) for case in cases))
    good = good and type(files) is dict and all(re.fullmatch("[a-zA-Z_][a-zA-Z_.-]*", name) and type(digest) is str for name, digest in files.items())
    return good and head["release"] == 1 and type(head["checkpoint"]) is str and type(head.get("signer", "")) is str


def verify(folder, key=None):
    head = json_object(read(folder, "release.json").removesuffix(b"\n"))
    require(is_head(head), "release.json: it is not the head of a release of format 1")
    note = re.fullmatch(NOTE, head["checkpoint"])
    require(note, "release.json: it has no signed checkpoint")
    try:
        origin, size, top, _ = checkpoint(head["checkpoint"], key)
    except ValueError as fault:
        raise ValueError("release.json: the given key did not sign the checkpoint") from fault
    lines, texts, reasons = (read(folder, name) for name in DATA)
    withheld = read_withheld(reasons)
    released = entries_by_line(texts, "released-texts.jsonl", TEXT)
    checked = Lines(origin, size, top, head.get("cases"), withheld)
    checked.check(lines)
    check_texts(checked.records, checked.left_out, released, withheld)
    check_files(folder, head)
    if "signer" in head:
        check_note(folder, head, origin, key)
    return summary(checked, head, released, withheld, key)


def summary(checked, head, released, withheld, key):
    destroyed, missing = (sum(entry["basis"] == basis for entry in withheld.values()) for basis in ("destroyed", "not_available"))
    hidden = sum(entry["what"] == "text" for entry in withheld.values()) - missing - destroyed
    is_complete = checked.states or checked.cases is None
    count = lambda number, noun: f"{number} {noun}{'' if number == 1 else 's'}"
    parts = [
        f"{count(len(checked.records), 'record')} of {count(len(checked.revs), 'case')}, and {count(len(checked.left_out), 'withheld line')}",
        f"{count(len(released), 'text')} released, {hidden} withheld, {destroyed} destroyed, {missing} not available",
        f"complete up to line {checked.size}" if is_complete else "warning: later records might exist, even under this checkpoint",
        f"checkpoint signed by {key[0]}" if key else "signatures not checked: no key was given",
        "the files are covered by release.note" if "signer" in head else "release.json is not signed: someone who passed the folder on could have changed the reasons and the page",
    ]
    return "; ".join(parts)


if __name__ == "__main__":
    try:
        print("sound:", verify(sys.argv[1], public_key(sys.argv[2]) if sys.argv[2:] else None))
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError) as fault:
        sys.exit(print(f"NOT sound: {fault}") or 4)
