"""Verifies an ibbi ledger or extract: python3 verify_ledger.py FILE [CHECKPOINTS]. The default is FILE.checkpoints, if it exists.
Needs ledger.schema.json in the same folder. Agrees with `ibbi verify`, except for signatures: exit code 0, or 4 and the first fault."""
import base64, calendar, datetime, hashlib, json, os, re, sys
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "ledger.schema.json"), encoding="utf-8") as file: DEFS = json.load(file)["$defs"]
CUSTODY = ("hold_placed", "hold_lifted", "texts_destroyed")  # lines about legal holds and the destruction of confidential texts
sha256, TYPES = hashlib.sha256, {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
KEYWORDS = {  # the keywords of the schema; `fits` checks the type, and `event` checks allOf
    **dict.fromkeys(("type", "allOf", "title", "description"), lambda *_: True), "enum": lambda value, codes, _: value in codes,
    **dict.fromkeys(("minimum", "minItems", "minProperties"), lambda value, least, _: (value if type(value) is int else len(value)) >= least),
    **dict.fromkeys(("maximum", "maxItems", "maxLength", "maxProperties"), lambda value, most, _: (value if type(value) is int else len(value)) <= most),
    "const": lambda value, only, _: type(value) is type(only) and value == only, "pattern": lambda value, form, _: re.fullmatch(form, value),
    "items": lambda value, form, _: all(fits(item, form) for item in value), "required": lambda value, keys, _: value.keys() >= set(keys),
    "properties": lambda value, forms, _: all(fits(value[key], form) for key, form in forms.items() if key in value),
    "additionalProperties": lambda value, form, outer: all(form and fits(value[key], form) for key in value.keys() - outer.get("properties", {}).keys()),
    "propertyNames": lambda value, form, _: all(fits(key, form) for key in value), "oneOf": lambda value, forms, _: sum(fits(value, form) for form in forms) == 1,
    "uniqueItems": lambda value, *_: len({json.dumps(item, sort_keys=True) for item in value}) == len(value),
    "$ref": lambda value, path, _: fits(value, DEFS[path.rsplit("/", 1)[1]])}
def fits(value, form):
    return type(value) is TYPES.get(form.get("type"), type(value)) and all(KEYWORDS[word](value, argument, form) for word, argument in form.items())
def require(condition, fault):
    if not condition: raise ValueError(fault)
RANKS = {key: {code: rank for rank, code in enumerate(DEFS[name]["properties"][key]["enum"])} for name, key in (("observer", "capacity"), ("adviser", "party"), ("adviser", "role"))}
def list_order(entry):  # the order of an entry in its list: codes in the order of the schema, everything else as text
    return [list_order(part) if type(part) is dict else RANKS.get(key, {}).get(part, part) for key, part in sorted(entry.items())] if type(entry) is dict else entry
def event(line):  # returns the record of a line, if the line alone is correct
    require(line.endswith(b"\n") and len(line) <= 65537, "cut off (no line feed at the end), or longer than 64 KiB")
    value, text = json.loads(line.decode()), line.decode()[:-1]
    require(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == text, "not in canonical form")
    two = "_2" if type(value) is dict and value.get("v") == 2 else ""
    lines = ["opening" + two, "record" + two] + (["format_line", "heads_line", *(kind + "_line" for kind in CUSTODY)] if two else [])
    require(any(fits(value, DEFS[line]) for line in lines), "the schema doesn't allow it")
    require(fits(value["data"], DEFS.get(value["type"] + two, DEFS.get(value["type"]))), "the schema doesn't allow its data")
    act = value.get("act", [1, 2])
    require(act[0] <= act[1] > 1, "the place in its act is not one of the act")
    for day in re.findall('"(?:at|logged|dated|contract_expires|starts|ends|due|from)":"(.{10})', text): datetime.date.fromisoformat(day)  # fails if the day doesn't exist
    data, program = value["data"], value["data"].get("program")
    times = [datetime.datetime.fromisoformat(data["slot"][edge]).timestamp() for edge in ("starts", "ends") if "slot" in data] or [0, 1]
    require(0 <= times[0] < times[1] <= min(times[0] + 86400, 253402300799), "the slot is longer than a day")
    for entries in (entries for entries in data.values() if type(entries) is list):
        order = [list_order(one) for one in entries]
        require(all(one < two for one, two in zip(order, order[1:])), "a list is not sorted, or has an entry twice")
    if type(program) is dict:
        formats = program.get("formats") or {key: program[key] for key in ("full_day", "two_half_days")}
        training = program["training"] if type(program["training"]) is list else [program["training"]]
        require(program["grace"] < min(training + sum(formats.values(), [])), "grace too long")
    return value
def end_of(day, keep):  # the first day after a time such as "7 years"; a day that the last month doesn't have is its last day
    count, unit = int(keep.split()[0]), keep.split()[1].rstrip("s")
    if unit == "day": return day + datetime.timedelta(count)
    years, month = divmod(day.month - 1 + count * {"month": 1, "year": 12}[unit], 12)
    return datetime.date(day.year + years, month + 1, min(day.day, calendar.monthrange(day.year + years, month + 1)[1]))
def follow_custody(kind, data, seq, holds, destroyed):  # checks a line about legal holds or destruction against the lines before it
    if kind == "hold_placed": holds.add(seq)
    elif kind == "hold_lifted":
        require(data["hold"] in holds, "it lifts a hold that isn't in force")
        holds.remove(data["hold"])
    else:
        require(data["key"].rsplit(".", 1)[0] == data["case"] + "." + data["party"], "the key is of another case or party")
        require(end_of(datetime.date.fromisoformat(data["from"]), data["keep"]).isoformat() == data["due"], "due is not the day that from and keep give")
        require(data["key"] not in destroyed, "the key was destroyed before")
        destroyed.add(data["key"])
def root(leaves):  # RFC 6962, section 2.1
    half = 1 << (len(leaves) - 1).bit_length() >> 1 if leaves else 0
    return sha256(b"\1" + root(leaves[:half]) + root(leaves[half:]) if half else b"\0" + leaves[0] if leaves else b"").digest()
def heads(cases):  # the state of all cases: how many they are, and the root over each one's ID, number of records, and last line
    leaves = [bytes.fromhex(case.replace("-", "")) + rev.to_bytes(8, "big") + digest for case, (rev, digest) in sorted(cases.items())]
    return {"cases": len(leaves), "root": root(leaves).hex()}
def above(leaf, index, size, proof):  # the root that a proof leads to (RFC 9162, section 2.1.3.2)
    place, last, digest = index, size - 1, sha256(b"\0" + leaf).digest()
    require(index < size, "a proof is of a place that the tree doesn't have")
    for text in proof:
        sibling = base64.b64decode(text, validate=True)
        require(last and len(sibling) == 32 and base64.b64encode(sibling).decode() == text, "a proof is too long, or has another form")
        left = place & 1 or place == last
        digest = sha256(b"\1" + (sibling + digest if left else digest + sibling)).digest()
        while left and place and not place & 1: place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    require(last == 0, "a proof is too short")
    return digest
B64, LAST = "[+/0-9A-Za-z]", "[AEIMQUYcgkosw048]="  # canonical form here too: unused bits are zero
SIGNATURE = rf"\u2014 [^\s\0-\x1f\x7f-\x9f+]+ (?=.{{6}}[^=])(?:{B64}{{4}})*(?:{B64}{{2}}{LAST}|{B64}[AQgw]==)?\n"
NOTE = rf"([^\0-\x1f]+)\n(0|[1-9][0-9]*)\n({B64}{{42}}{LAST})\n(?:[^\0-\x1f]+\n)*\n(?:{SIGNATURE})+\n*"
def verify(lines, checkpoints=""):
    require(re.fullmatch(rf"\n*(?:{NOTE})*", checkpoints), "the checkpoint file is not a sequence of complete signed notes")
    digests, logged, cases, origin, version, act, holds, destroyed = [], "", {}, None, None, None, set(), set()
    for number, line in enumerate(lines, 1):
        try:
            value, prev = event(line), digests[-1].hex() if digests else "0" * 64
            require(value["prev"] == prev, f"prev is not {prev}, the SHA-256 of the previous line")
            kind, case = value["type"], value.get("case")
            place = (number, cases.get(case, (0,))[0] + 1 if case else 1)
            require((value["seq"], value.get("rev", 1)) == place, f"seq and rev are not {place}")
            require((kind == "ledger_opened") == (number == 1), "the first line, and no other, must open the ledger")
            require(value["v"] == 2 or value["logged"] >= logged, "logged before the previous line")
            require(number == 1 or value["v"] == (2 if kind == "format_changed" and version == 1 else version), "another format than its place asks for")
            require(kind != "format_changed" or version == 1, "the ledger already has this format")
            require(kind != "heads" or value["data"] == heads(cases), "it doesn't state the last records of the cases as they are")
            if kind in CUSTODY: follow_custody(kind, value["data"], value["seq"], holds, destroyed)
            version = value["v"]
            expected = [case, act[1] + 1, act[2]] if act else None
            act = [case, *value["act"]] if "act" in value else None
            require(act == expected if expected else not act or act[1] == 1, "the records of an act don't follow one another")
            act = act if act and act[1] < act[2] else None
        except (ValueError, OverflowError, RecursionError) as fault: raise ValueError(f"line {number}: {fault}") from fault
        logged, origin = value["logged"], origin or value["data"]["origin"]
        digests.append(sha256(line[:-1]).digest())
        if case: cases[case] = (value["rev"], digests[-1])
    require(digests, "the ledger is empty")
    require(not act, "the ledger ends within an act")
    for named, size, hashed in re.findall(NOTE, checkpoints):
        found = (origin, len(digests[:int(size)]), base64.b64encode(root(digests[:int(size)])).decode())
        require(found == (named, int(size), hashed), f"a checkpoint covers {size} lines, and the ledger's lines are different")
def verify_extract(lines):  # returns what the extract shows, without checking who signed its checkpoint
    def read(keys):
        line = next(lines, b"")
        value = json.loads(line.decode())
        require(type(value) is dict and value.keys() == keys and json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == line.decode()[:-1], "not in canonical form")
        return value
    number, rev, last, ends = 1, 0, None, None
    try:
        head = read({"case", "checkpoint", "extract"})
        note = re.fullmatch(NOTE, head["checkpoint"])
        require(note and head["extract"] in (1, 2), "the checkpoint is not a signed note, or the format is not 1 or 2")
        origin, size, hashed = note[1], int(note[2]), base64.b64decode(note[3])
        for line in lines:
            number += 1
            value, digest = event(line), sha256(line[:-1]).digest()
            number += 1
            proof = read({"index", "proof"})
            require(above(digest, proof["index"], size, proof["proof"]) == hashed, "the proof doesn't lead from the line before to the checkpoint's root")
            require(proof["index"] + 1 == value["seq"], "the proof is of another line")
            if number == 3: require(value["type"] == "ledger_opened" and value["data"]["origin"] == origin, "this must be the first line of the checkpoint's ledger")
            elif value["type"] == "heads" and head["extract"] == 2 and rev:
                require(value["seq"] == size, "the line with the state of all cases must be the last one that the checkpoint covers")
                number += 1
                ends = read({"index", "path"})
                leaf = bytes.fromhex(head["case"].replace("-", "")) + rev.to_bytes(8, "big") + last
                require(above(leaf, ends["index"], value["data"]["cases"], ends["path"]).hex() == value["data"]["root"], f"record {rev} is not the last one of the case: records are missing")
                require(next(lines, None) is None, "nothing must follow the case's path")
                break
            else:
                require((value.get("case"), value.get("rev")) == (head["case"], rev + 1), f"this must be record {rev + 1} of the case")
                rev, last = rev + 1, digest
        require(rev, "the extract has no record of the case")
        number += not ends
        require(ends or head["extract"] == 1, "the line with the state of all cases is missing: the extract was shortened")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault: raise ValueError(f"line {number}: {fault}") from fault
    return f"sound: {rev} records, complete up to line {size}" if ends else f"sound: {rev} records; warning: later records might exist, even under this checkpoint"
if __name__ == "__main__":
    notes = sys.argv[2:] or [name for name in [os.path.realpath(sys.argv[1]) + ".checkpoints"] if os.path.exists(name)]
    with open(sys.argv[1], "rb") as file: is_extract = file.read(9) == b'{"case":"'
    try:
        if is_extract: print(verify_extract(open(sys.argv[1], "rb")))
        else: print(verify(open(sys.argv[1], "rb"), open(notes[0], "rb").read().decode(errors="replace") if notes else "") or "sound")
    except ValueError as fault: sys.exit(print(f"NOT sound: {fault}") or 4)
