"""Holds the exports against other programs: python3 check_exports.py FOLDER [PAGE]

FOLDER is what the example `export_cases` made. pm4py and Rust4PM (r4pm) read the logs and replay them on the net, lxml
checks the grammars, the CloudEvents SDK takes the messages, and Python's csv module the tables; each is compared with the
ledger's own lines. PAGE is a document whose table of figures, between `<!-- generated: replay -->` and `<!-- end -->`,
is to be the one that this run found. IBBI_UPDATE_DOCS=1 writes it.

Exit code 4: something disagrees, and what. 75: a peer is missing."""
import csv, hashlib, importlib.metadata, json, os, re, sys, warnings
from collections import defaultdict
from datetime import datetime
from pathlib import Path

# A peer that warns about an export has something against it.
warnings.simplefilter("error")
try:
    import pm4py
    import r4pm, r4pm.bindings, r4pm.petri_net
    from cloudevents.core.formats.json import JSONFormat
    from lxml import etree
    from pm4py.objects.ocel.importer.jsonocel import importer as jsonocel
except ImportError as error:
    print(f"a peer is missing: {error}; see requirements-audit.txt")
    sys.exit(75)

OWN = Path(__file__).resolve().parent / "audit"
wrong = []
counted = defaultdict(int)


def differs(where, what):
    wrong.append(f"{where}: {what}")


def same(where, what, found, expected):
    if found != expected:
        differs(where, f"{what} is {found!r} instead of {expected!r}")


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def xml_text(text):
    return re.sub("[\ufffe\uffff]", "\ufffd", text)


def attribute_text(text):
    stray = lambda c: ord(c) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(c) <= 0xFDEF
    return "".join("\ufffd" if stray(c) else c for c in text)


def read_ledger(path):
    """The records of a ledger, each with what the exports add: whether it is voided, and its place."""
    raw = path.read_bytes().splitlines()
    records = [json.loads(line) for line in raw]
    origin, records = records[0]["data"]["origin"], records[1:]
    by_seq = {record["seq"]: record for record in records}
    stages, districts = {}, {}
    for record, before in zip(records, raw):
        record["before"] = hashlib.sha256(before).hexdigest()
        record["from"] = stages.get(record["case"], "unopened")
        stages[record["case"]] = record["to"]
        if record["type"] == "case_opened":
            districts.setdefault(record["case"], record["data"]["district"])
        record["district"] = districts.get(record["case"], "")
        if record["type"] == "event_voided":
            voided = by_seq.get(record["data"]["seq"])
            if voided and voided["case"] == record["case"] and voided["seq"] < record["seq"]:
                voided.setdefault("voided_by", record["seq"])
    for record, line in zip(records, raw[1:]):
        line = line.decode()
        record["data_text"] = line[line.index(',"data":') + 8 : line.index(',"id":"')]
    return origin, records


def counting(records):
    return [r for r in records if "voided_by" not in r and r["type"] != "event_voided"]


def flat(data, prefix=""):
    """What an event carries as single values under flat names."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield from flat(value, prefix + key + "_")
        elif isinstance(value, list):
            yield prefix + key, json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        else:
            yield prefix + key, value


def check_csv(path, records):
    raw = path.read_bytes()
    if raw.count(b"\n") != raw.count(b"\r\n"):
        differs(path.name, "a line does not end in CRLF")
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    same(path.name, "the number of rows", len(rows), len(records))
    for row, record in zip(rows, records):
        where = f"{path.name}, {record['seq']}"
        for key in ("case", "id", "type", "at", "logged", "from", "to"):
            same(where, key, row[key], record[key])
        for key in ("seq", "rev", "voided_by"):
            same(where, key, row[key], str(record.get(key, "")))
        same(where, "data", row["data"], record["data_text"])
        for key in ("actor", "district"):
            text = record[key]
            guarded = "'" + text if text[:1] in tuple("=+-@＝＋－＠\t\r\n") and text else text
            same(where, key, row[key], guarded)
        for key, value in row.items():
            if value.startswith(("=", "+", "-", "@")):
                differs(where, f"{key} would be run by a spreadsheet: {value!r}")
    counted["rows of CSV"] += len(rows)


def check_xes(path, records, grammar):
    tree = etree.parse(str(path))
    if not grammar.validate(tree):
        differs(path.name, grammar.error_log.last_error)
    log = pm4py.read_xes(str(path), variant="iterparse")
    cases = defaultdict(list)
    for record in records:
        cases[record["case"]].append(record)
    # Events at the same time stay in ledger order.
    ordered = [record for case in cases.values() for record in sorted(case, key=lambda record: instant(record["at"]))]
    for case, rows in log.groupby("case:concept:name"):
        if not rows["time:timestamp"].is_monotonic_increasing:
            differs(path.name, f"the events of {case} are not in the order of their times")
    same(path.name, "the number of events", len(log), len(ordered))
    for row, record in zip(log.to_dict("records"), ordered):
        where = f"{path.name}, {record['seq']}"
        expected = {
            "case:concept:name": record["case"], "concept:name": record["type"], "org:resource": xml_text(record["actor"]),
            "lifecycle:transition": "complete", "stage_before": record["from"], "stage_after": record["to"],
            "ledger_seq": record["seq"], "case_rev": record["rev"], "record_id": record["id"],
        }
        for key, value in flat(record["data"]):
            expected[key] = xml_text(value) if isinstance(value, str) else value
        for key, value in expected.items():
            found = row.get(key)
            if key.startswith("slot_"):
                found, value = found.to_pydatetime(), instant(value)
            same(where, key, found, value)
        same(where, "time:timestamp", row["time:timestamp"].to_pydatetime(), instant(record["at"]))
    # pm4py's fastest reader finds attributes by a pattern and leaves character references as they are: it is held to the rest.
    fast = pm4py.read_xes(str(path), variant="chunk_regex")
    for key in ("case:concept:name", "concept:name", "time:timestamp", "stage_after"):
        if not fast[key].equals(log[key]):
            differs(path.name, f"pm4py's two readers differ in {key}")
    item = r4pm.import_item("EventLog", str(path))
    projection = r4pm.bindings.log_to_activity_projection(item)
    same(path.name, "Rust4PM's number of cases", r4pm.bindings.get_num_cases(projection), len(cases))
    counted["events of XES"] += len(log)
    return log, projection


VALUES = {"string": str, "integer": int, "boolean": bool, "time": str}


def check_ocel(path, records):
    log = json.loads(path.read_text(encoding="utf-8"))
    types = {}
    for kind in ("eventTypes", "objectTypes"):
        for declared in log[kind]:
            types[kind, declared["name"]] = {each["name"]: each["type"] for each in declared["attributes"]}
    objects = {each["id"]: each for each in log["objects"]}
    same(path.name, "the number of distinct objects", len(objects), len(log["objects"]))
    same(path.name, "the number of distinct events", len({each["id"] for each in log["events"]}), len(log["events"]))
    for kind, things in (("eventTypes", log["events"]), ("objectTypes", log["objects"])):
        for thing in things:
            where = f"{path.name}, {thing['id']}"
            for each in thing["attributes"]:
                declared = types[kind, thing["type"]].get(each["name"])
                if declared is None or type(each["value"]) is not VALUES[declared]:
                    differs(where, f"{each['name']} is declared {declared!r} and is {each['value']!r}")
                elif declared == "time":
                    instant(each["value"])
                if kind == "objectTypes":
                    instant(each["time"])
            for each in thing["relationships"]:
                if each["objectId"] not in objects or not each["qualifier"]:
                    differs(where, f"the relation {each} leads nowhere")
    same(path.name, "the number of events", len(log["events"]), len(records))
    for event, record in zip(log["events"], records):
        where = f"{path.name}, {record['seq']}"
        same(where, "the id", event["id"], f"event:{record['seq']}")
        same(where, "the type", event["type"], record["type"])
        same(where, "the time", event["time"], record["at"])
        found = {each["name"]: each["value"] for each in event["attributes"]}
        expected = dict(flat(record["data"])) | {"actor": record["actor"], "logged": record["logged"], "record_id": record["id"]}
        for key, value in expected.items():
            same(where, key, found.get(key), value)
        same(where, "the case", event["relationships"][0], {"objectId": f"case:{record['case']}", "qualifier": "case"})
    relations = sum(len(each["relationships"]) for each in log["events"])
    read = jsonocel.apply(str(path), variant=jsonocel.Variants.OCEL20_STANDARD)
    same(path.name, "pm4py's number of events", len(read.events), len(log["events"]))
    same(path.name, "pm4py's number of relations", len(read.relations), relations)
    same(path.name, "pm4py's number of objects", len(read.objects), len(log["objects"]))
    same(path.name, "pm4py's number of relations of objects", len(read.o2o), sum(len(each["relationships"]) for each in log["objects"]))
    item = r4pm.import_item("OCEL", str(path))
    same(path.name, "Rust4PM's number of events", r4pm.bindings.num_events(item), len(log["events"]))
    same(path.name, "Rust4PM's number of objects", r4pm.bindings.num_objects(item), len(log["objects"]))
    counted["events of OCEL"] += len(log["events"])
    counted["objects of OCEL"] += len(objects)


def check_cloudevents(folder, name, origin, records):
    path = folder / f"{name}.events.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    same(path.name, "the number of messages", len(lines), len(records))
    batch = json.loads((folder / f"{name}.events.json").read_text(encoding="utf-8"))
    same(path.name, "the batch", batch, [json.loads(line) for line in lines])
    identities = set()
    for line, record in zip(lines, records):
        where = f"{path.name}, {record['seq']}"
        event = JSONFormat().read(None, line)
        expected = {
            "id": f"{record['case']}/{record['id']}", "source": origin, "specversion": "1.0", "subject": record["case"],
            "type": f"ibbi.{record['type']}.v{record['v']}", "datacontenttype": "application/json",
            "actor": attribute_text(record["actor"]), "logged": record["logged"], "prevhash": record["before"],
            "rev": str(record["rev"]), "sequence": f"{record['seq']:016}", "stage": record["to"], "time": instant(record["at"]),
        }
        if "voided_by" in record:
            expected["voidedby"] = f"{record['voided_by']:016}"
        same(where, "the message", event.get_attributes(), expected)
        same(where, "prevhash", record["before"], record["prev"])
        same(where, "the data", event.get_data(), record["data"])
        identities.add((event.get_source(), event.get_id()))
    same(path.name, "the number of identities", len(identities), len(records))
    counted["messages"] += len(lines)


def reached(start, steps):
    """All nodes that steps lead to."""
    seen, new = {start}, [start]
    while new:
        more = steps[new.pop()] - seen
        seen |= more
        new += more
    return seen


CLOSING = {"case_referred", "application_declined", "party_decided", "session_closed", "case_withdrawn"}


class Net:
    """The process as a net, in both readers."""

    def __init__(self, path):
        grammar = etree.RelaxNG(etree.parse(str(OWN / "pnml.rng")))
        if not grammar.validate(etree.parse(str(path))):
            differs(path.name, grammar.error_log.last_error)
        self.net, self.initial, self.final = pm4py.read_pnml(str(path))
        same(path.name, "the initial marking", {p.name: n for p, n in self.initial.items()}, {"unopened": 1})
        same(path.name, "the final marking", {p.name: n for p, n in self.final.items()}, {"end": 1})
        # Every place lies on a way from the beginning to the end.
        onward, back = defaultdict(set), defaultdict(set)
        for arc in self.net.arcs:
            onward[arc.source.name].add(arc.target.name)
            back[arc.target.name].add(arc.source.name)
        nodes = {each.name for each in self.net.places | self.net.transitions}
        same(path.name, "what the beginning leads to", reached("unopened", onward), nodes)
        same(path.name, "what leads to the end", reached("end", back), nodes)
        self.other = r4pm.petri_net.import_pnml(str(path))
        same(path.name, "Rust4PM's number of transitions", len(self.other["transitions"]), len(self.net.transitions))

    def replay(self, log):
        """By token replay, each case's fitness."""
        return pm4py.conformance_diagnostics_token_based_replay(log, self.net, self.initial, self.final)

    def align(self, projection):
        """By optimal alignments, the log's fitness and the share of cases that fit."""
        found = r4pm.bindings.compute_fitness(r4pm.bindings.align_variants(self.other, projection), self.other)
        return found["log_fitness"], found["perfectly_fitting_frac"]


def check_replay(told, log, projection, net, closed):
    name, cases = told["name"], log["case:concept:name"].nunique()
    found = net.replay(log)
    fitness = min(each["trace_fitness"] for each in found)
    aligned, share = net.align(projection)
    fits = [fitness == 1.0 and all(each["trace_is_fit"] for each in found), aligned == 1.0 and share == 1.0]
    same(name, "whether it fits, by token replay and by alignments,", fits, [told["fits"]] * 2)
    # Every legal case that has an outcome fits the net that asks for an end, and no case whose last event cannot close one.
    ended = sum(each["trace_is_fit"] for each in closed.replay(log))
    last = log.groupby("case:concept:name", sort=False).last()
    outcomes = int(last["case:outcome"].notna().sum()) if "case:outcome" in last and not told["rules"] else 0
    most = int(last["concept:name"].isin(CLOSING).sum())
    least, most = (outcomes, most) if told["fits"] else (0, 0)
    if not least <= ended <= most:
        differs(name, f"{ended} cases fit and end, not {least} to {most}")
    counted["cases replayed"] += cases
    refused = ", ".join(f"`{rule}`" for rule in told["rules"]) or "none"
    print(f"{name}: {cases} cases, token replay {fitness:.4f} for the least fit, alignments {aligned:.4f}, rules unmet: {refused}")
    # Where a case does not fit, which transition pm4py forces, and so its figure, may change from run to run.
    replayed = "1" if fitness == 1.0 else "below 1"
    return f"| `{name}` | {told['what']} | {cases} | {replayed} | {aligned:.3f} | {refused} |"


def check_page(page, rows):
    begin, end = "<!-- generated: replay -->\n", "<!-- end -->"
    head = "| ledger | what it holds | cases | token replay, the least fit case | alignments, the whole log | rules unmet by the first event that is refused |\n|---|---|---|---|---|---|\n"
    text = page.read_text(encoding="utf-8")
    start = text.index(begin) + len(begin)
    made = text[:start] + head + "\n".join(rows) + "\n" + text[text.index(end, start):]
    if os.environ.get("IBBI_UPDATE_DOCS"):
        page.write_text(made, encoding="utf-8")
    elif made != text:
        differs(page.name, "its figures are not those of this run; IBBI_UPDATE_DOCS=1 writes them")


def check_ledger(folder, told, grammar, net, closed):
    name = told["name"]
    origin, records = read_ledger(folder / f"{name}.ledger")
    check_csv(folder / f"{name}.csv", records)
    check_ocel(folder / f"{name}.ocel.json", counting(records))
    check_ocel(folder / f"{name}.marked.ocel.json", records)
    check_cloudevents(folder, name, origin, records)
    check_xes(folder / f"{name}.marked.xes", records, grammar)
    log, projection = check_xes(folder / f"{name}.xes", counting(records), grammar)
    return check_replay(told, log, projection, net, closed)


def main():
    folder = Path(sys.argv[1])
    net, closed = Net(folder / "process.pnml"), Net(folder / "process-closed.pnml")
    grammar = etree.RelaxNG(etree.parse(str(OWN / "xes.rng")))
    rows = []
    for told in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        try:
            rows.append(check_ledger(folder, told, grammar, net, closed))
        except Exception as error:  # Whatever a peer says about a file that it cannot take.
            differs(told["name"], f"{type(error).__name__}: {error}")
    if len(sys.argv) > 2:
        check_page(Path(sys.argv[2]), rows)
    versions = ", ".join(f"{each} {importlib.metadata.version(each)}" for each in ("pm4pyminimal", "r4pm", "cloudevents", "lxml"))
    totals = ", ".join(f"{number} {what}" for what, number in counted.items())
    print(f"{versions}: {totals}, {len(wrong)} disagreements")
    print("\n".join(wrong[:50]), end="\n" if wrong else "")
    sys.exit(4 if wrong else 0)


main()
