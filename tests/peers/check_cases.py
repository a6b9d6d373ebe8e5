"""Measures all cases on a day again with pandas: python3 check_cases.py IBBI [LEDGER ...]

The days of each case and stage, the quartiles, Tukey's fences, and the outliers are computed from `ibbi export --to csv`, by the
definitions of docs/many-cases.md, and compared with those of `ibbi cases`, on several days. Where each case was is compared with
`ibbi replay --at` for "as it was", and with the last record that had been written for "as it was known". Besides the given
ledgers, some are made by simulation.

Exit code 4: something disagrees, and what. 75: a peer is missing."""
import csv, io, json, subprocess, sys, tempfile
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

try:
    import numpy as np
    import pandas as pd
except ImportError as error:
    print(f"a peer is missing: {error}; see requirements-program.txt")
    sys.exit(75)

from pandas_figures import IBBI, counted, ibbi, same, wrong
STAGES = ["inquiry", "introduction", "application", "training", "caucus", "agreement", "facilitation"]
MASSACHUSETTS = "America/New_York"


def read_records(ledger):
    """All records, in the order in which they were written, with the zone of the district."""
    records = pd.read_csv(io.StringIO(ibbi("export", ledger, "--to", "csv")), dtype=str, keep_default_na=False)
    records["at"] = pd.to_datetime(records["at"], utc=True)
    records["logged"] = pd.to_datetime(records["logged"], utc=True)
    records["seq"] = records.seq.astype(int)
    records["data"] = records.data.map(json.loads)
    return records.sort_values("seq", kind="stable")


def end_of(day):
    """The last instant of a day in Massachusetts, as ibbi takes a day."""
    return pd.Timestamp(day + timedelta(days=1)).tz_localize(MASSACHUSETTS).tz_convert("UTC") - pd.Timedelta(milliseconds=1)


def replayed(ledger, case, at, known={}):
    """The stage and the outcome of a case at an instant, as `ibbi replay` has them."""
    key = (ledger, case, at)
    if key not in known:
        answer = json.loads(ibbi("replay", ledger, "--case", case, "--at", at.isoformat(timespec="milliseconds"), "--json"))[0]
        known[key] = answer["stage"], answer["outcome"]
    return known[key]


def entries(ledger, own):
    """When a case entered each stage, in order: by the recorded stages, or by replay if records were written out of order."""
    counts = own[(own.voided_by == "") & ~own.type.isin(["event_voided", "case_migrated"])]
    # Records that were written together all have the stage after the last one.
    in_order = counts["at"].is_monotonic_increasing and counts.iloc[0].to == "inquiry"
    counts = counts.sort_values(["at", "seq"], kind="stable")
    found, stage = [], None
    for event in counts.itertuples():
        to = event.to if in_order else replayed(ledger, event.case, event.at)[0]
        if to != stage:
            # A stage that was left at the instant at which it was entered.
            if stage in STAGES and to in STAGES:
                found += [(event.at, between) for between in STAGES[STAGES.index(stage) + 1 : STAGES.index(to)]]
            found.append((event.at, to))
            stage = to
    return found


def measure(ledger, records, day):
    """The days of each case and of each of its stages, with whether they are over."""
    until, cases, stays = end_of(day), [], []
    for case, own in records.groupby("case", sort=False):
        zone = ZoneInfo(own[own.type == "case_opened"].iloc[-1]["data"]["time_zone"])
        entered = [(at.tz_convert(zone).date(), stage) for at, stage in entries(ledger, own) if at <= until]
        if not entered:
            continue
        today = until.tz_convert(zone).date()
        closed = entered[-1][0] if entered[-1][1] == "closed" else None
        cases.append(dict(case=case, opened=entered[0][0], closed=closed, stage=entered[-1][1],
                          days=((closed or today) - entered[0][0]).days, over=closed is not None,
                          total="completed" if closed is None or replayed(ledger, case, until)[1] == "completed" else "other_end"))
        for (begin, stage), after in zip(entered, [*entered[1:], None]):
            if stage != "closed":
                end = after[0] if after else today
                stays.append(dict(case=case, stage=stage, days=(end - begin).days, over=after is not None))
    cases = pd.DataFrame(cases, columns=["case", "opened", "closed", "stage", "days", "over", "total"])
    stays = pd.DataFrame(stays, columns=["case", "stage", "days", "over"])
    # A stage that a case was in twice has the days of both stays.
    stays = stays.groupby(["case", "stage"], sort=False).agg(days=("days", "sum"), over=("over", "last")).reset_index()
    return cases, stays


def spread(frame):
    """The figures of a row of the table of spreads, as texts, and the fence."""
    over, still = frame[frame.over.astype(bool)].days, frame[~frame.over.astype(bool)].days
    rank = lambda days, share: str(int(np.quantile(days.to_numpy(dtype=int), share, method="inverted_cdf"))) if len(days) else ""
    ends = [str(int(over.min())), str(int(over.max()))] if len(over) else ["", ""]
    fence = None
    if len(over) >= 5:
        first, third = int(rank(over, 0.25)), int(rank(over, 0.75))
        fence = third + 1.5 * (third - first)
    beyond = lambda days: str(int((days > fence).sum())) if fence is not None else "0"
    text = "" if fence is None else f"{fence:g}"
    return [str(len(over)), ends[0], rank(over, 0.25), rank(over, 0.5), rank(over, 0.75), rank(over, 0.9), ends[1], text,
            beyond(over), str(len(still)), rank(still, 0.5), str(int(still.max())) if len(still) else "", beyond(still)], fence


def table(ledger, day, code, *more):
    return list(csv.DictReader(io.StringIO(ibbi("cases", ledger, "--as-of", day, "--csv", code, *more), newline="")))


def check_durations(ledger, records, day):
    where = f"{ledger.name}, {day}"
    cases, stays = measure(ledger, records, day)
    rows = {row["stage"]: list(row.values())[1:] for row in table(ledger, day, "spread")}
    expected, fences = {}, {}
    for stage in STAGES:
        own = stays[stays.stage == stage]
        if len(own):
            expected[stage], fences[stage] = spread(own)
    for total in ["completed", "other_end"]:
        own = cases[cases.total == total]
        if len(own):
            expected[total], fences[total] = spread(own)
    same(where, "the spread", rows, expected)
    found = {row["case"]: row for row in table(ledger, day, "cases", "--sort", "opened")}
    same(where, "the cases", sorted(found), sorted(cases.case))
    for case in cases.itertuples():
        row = found.get(case.case, {})
        own = dict(stays[stays.case == case.case][["stage", "days"]].itertuples(index=False))
        expected = [str(case.opened), str(case.closed or ""), str(case.days), case.stage,
                    *(str(own.get(stage, "")) for stage in STAGES)]
        same(where, f"case {case.case}", [row.get(column) for column in
             ["opened", "closed", "days", "stage", *(f"days_{stage}" for stage in STAGES)]], expected)
        counted["cases"] += 1
    whole = [(case.case, case.total, case.days, case.over) for case in cases.itertuples()]
    parts = [(stay.case, stay.stage, stay.days, stay.over) for stay in stays.itertuples()]
    unusual = sorted((case, what, str(days), "no" if over else "yes") for case, what, days, over in whole + parts
                     if fences.get(what) is not None and days > fences[what])
    same(where, "the outliers", sorted((row["case"], row["stage"], row["days"], row["open"])
                                       for row in table(ledger, day, "outliers")), unusual)
    counted["outliers"] += len(unusual)


def check_states(ledger, records, day):
    where, until = f"{ledger.name}, {day}", end_of(day)
    found = {row["case"]: row for row in table(ledger, day, "states")}
    changed = {}
    for row in table(ledger, day, "changes"):
        changed.setdefault(row["case"], set()).add(int(row["number"]))
    for case, own in records.groupby("case", sort=False):
        known = own[own.logged <= until]
        as_known = known.iloc[-1]["to"] if len(known) else ""
        counts = own[(own.voided_by == "") & ~own.type.isin(["event_voided", "case_migrated"]) & (own["at"] <= until)]
        as_it_was = replayed(ledger, case, until)[0] if len(counts) else ""
        row = found.get(case, {"stage": "", "known_stage": ""})
        same(where, f"the stage of {case}", row["stage"], as_it_was)
        same(where, f"the known stage of {case}", row["known_stage"], as_known)
        # Records of events by that day that were written or corrected later.
        late = set(own[(own["at"] <= until) & (own.logged > until) & (own.voided_by == "")
                       & ~own.type.isin(["event_voided", "case_migrated"])].seq)
        corrections = dict(zip(own.seq.astype(str), own.logged))
        gone = {seq for seq, by in zip(known.seq, known.voided_by) if by and corrections.get(by, until) > until}
        unexplained = (late | gone) ^ changed.get(case, set())
        # A record that replaced a known one is reported with the number of the known one.
        replaced = {seq for seq in unexplained if seq in late and gone}
        same(where, f"the records of {case} that were written or corrected later", unexplained - replaced, set())
        counted["states"] += 1
        counted["differences"] += as_known != as_it_was


def made_ledgers(place):
    """Ledgers of many simulated cases, and of cases that were recorded late."""
    scenario = Path(__file__).resolve().parents[2] / "docs/scenarios/maple-hollow.toml"
    for number, runs in enumerate([1, 3, 60]):
        ledger = place / f"made-{number}.ledger"
        ibbi("simulate", scenario, "--runs", runs, "--seed", number + 1, "--keep", ledger)
        yield ledger
    ledger = place / "imported.ledger"
    imported = subprocess.run([IBBI, "import", "cases", scenario.parents[1] / "past-cases.csv", "--into", ledger, "--actor", "A"],
                              capture_output=True, check=False)
    if not ledger.exists():
        raise SystemExit(f"no case was imported: {imported.stderr.decode()}")
    yield ledger


with tempfile.TemporaryDirectory() as folder:
    for ledger in [*map(Path, sys.argv[2:]), *made_ledgers(Path(folder))]:
        records = read_records(ledger)
        days = sorted({at.tz_convert(MASSACHUSETTS).date() for at in records["at"]})
        # The first day, the day before it, some between, and long after the last.
        some = [days[0] - timedelta(days=1), days[0], *days[1 :: max(1, len(days) // 6)], days[-1] + timedelta(days=90)]
        for day in some:
            check_durations(ledger, records, day)
            if len(records.case.unique()) <= 12:
                check_states(ledger, records, day)
            counted["reports"] += 1

for line in wrong[:40]:
    print(line)
print(", ".join(f"{count} {what}" for what, count in counted.items()))
sys.exit(4 if wrong else 0)
