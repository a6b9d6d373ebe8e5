"""Measures goals again, from docs/goals.md alone: python3 check_goals.py IBBI [LEDGER ...]

The days and the result of each case are computed from `ibbi export --to csv` and compared with `ibbi goals --by case --csv`, for the
sample of goals and for business days, as of several days. numpy counts the business days. Besides the given ledgers, some are
made by simulation.

Exit code 4: something disagrees, and what. 75: a peer is missing."""
import csv, datetime, io, json, subprocess, sys, tempfile, tomllib
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

try:
    import numpy as np
except ImportError as error:
    print(f"a peer is missing: {error}; see requirements-program.txt")
    sys.exit(75)

IBBI = str(Path(sys.argv[1]).resolve())
ROOT = Path(__file__).resolve().parents[2]
DAY = datetime.timedelta(1)
SETS = {"leader_agreed": ({"leader_agreed"}, {"leader_declined"}, "seat", 3),
        "support_confirmed": ({"support_confirmed"}, {"support_withdrawn"}, "body", 3),
        "caucus_opened": ({"caucus_opened"}, set(), "party", 2),
        "party_decided": ({"party_decided"}, {"decision_reopened"}, "party", 2)}
# Goals that the sample doesn't have: every form of a moment, with business days.
MORE = """
[[goals]]
name = "Last letter in business days"
from = "last support_confirmed"
to = "leave application"
within = 8
days = "business"
share = 50
source = "a check"

[[goals]]
name = "Between the sessions"
from = "leave training"
to = "first session_opened in facilitation"
within = 35
days = "business"
share = 50
source = "a check"

[[goals]]
name = "After the last session"
from = "last session_closed in training"
to = "all caucus_opened"
within = 3
days = "business"
share = 50
source = "a check"
"""
wrong, results = [], Counter()


def ibbi(*arguments):
    done = subprocess.run([IBBI, *map(str, arguments)], capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"ibbi {' '.join(map(str, arguments))}: {done.stderr.decode()}")
    return done.stdout.decode()


def nth(year, month, weekday, number):
    first = datetime.date(year, month, 1)
    return first + DAY * ((weekday - first.weekday()) % 7 + 7 * (number - 1))


def holidays(year, suffolk):
    """The legal holidays of Massachusetts. One on a Sunday is kept on Monday."""
    fixed = [(1, 1), (7, 4), (11, 11), (12, 25)] + [(6, 19)] * (year >= 2021) + [(3, 17), (6, 17)] * suffolk
    for month, day in fixed:
        date = datetime.date(year, month, day)
        yield date + DAY * (date.weekday() == 6)
    yield from (nth(year, 1, 0, 3), nth(year, 2, 0, 3), nth(year, 4, 0, 3), nth(year, 9, 0, 1), nth(year, 10, 0, 2),
                nth(year, 11, 3, 4))
    may = [datetime.date(year, 5, day) for day in range(25, 32)]
    yield next(day for day in may if day.weekday() == 0)


CLOSED = {suffolk: sorted({day for year in range(2015, 2036) for day in holidays(year, suffolk)}) for suffolk in (False, True)}


def days_between(start, end, goal, suffolk):
    if goal.get("days", "calendar") == "calendar":
        return (end - start).days
    closed = CLOSED[suffolk]
    counted = int(np.busday_count(start + DAY, end + DAY, holidays=closed))
    # A day that doesn't count belongs to the next business day.
    return counted + int(end > start and not np.is_busday(end, holidays=closed))


def read_cases(ledger):
    cases = {}
    for row in csv.DictReader(io.StringIO(ibbi("export", ledger, "--to", "csv"), newline="")):
        if row["voided_by"] or row["type"] in ("event_voided", "case_migrated"):
            continue
        row["data"] = json.loads(row["data"])
        row["at"] = datetime.datetime.fromisoformat(row["at"].replace("Z", "+00:00"))
        cases.setdefault(row["case"], []).append(row)
    for events in cases.values():
        events.sort(key=lambda row: (row["at"], int(row["seq"])))
    return cases


def occurrences(moment, events):
    """The places of the events at which a moment occurs."""
    word, name, *at = moment.split()
    if word in ("enter", "leave"):
        side = "to" if word == "enter" else "from"
        # Only the last session completes a case. Another end is neither its completion nor the end of a stage.
        early = lambda row: row["to"] == "closed" and row["type"] != "session_closed"
        return [place for place, row in enumerate(events)
                if row[side] == name and row["from"] != row["to"] and not early(row)]
    if word == "all":
        given, taken, key, count = SETS[name]
        have, found = set(), []
        for place, row in enumerate(events):
            before = len(have)
            if row["type"] in given:
                have.add(row["data"][key])
            elif row["type"] in taken:
                have.discard(row["data"][key])
            if len(have) == count and before < count:
                found.append(place)
        return found
    return [place for place, row in enumerate(events) if row["type"] == name and (not at or row["from"] == at[1])]


def measure(goal, events, as_of):
    """The days and the result of a case, or None if the goal is not about it yet."""
    opening = events[0]["data"]
    zone, suffolk = ZoneInfo(opening["time_zone"]), opening.get("county") == "suffolk"
    chosen = [row["data"]["format"] for row in events if row["type"] == "format_chosen"]
    if "formats" in goal and not (chosen and chosen[-1] in goal["formats"]):
        return None
    starts, ends = occurrences(goal["from"], events), occurrences(goal["to"], events)
    if not starts:
        return None
    end = next((place for place in ends if place >= starts[0]), None)
    start = starts[0]
    if goal["from"].split()[0] in ("last", "all"):
        start = [place for place in starts if end is None or place <= end][-1]
    day = lambda place: events[place]["at"].astimezone(zone).date()
    closed = next((place for place, row in enumerate(events) if row["to"] == "closed" and row["from"] != "closed"), None)
    until = day(end) if end is not None else day(closed) if closed is not None else as_of.astimezone(zone).date()
    days = days_between(day(start), until, goal, suffolk)
    in_time = days <= goal["within"]
    if end is not None:
        result = "met" if in_time else "late"
    else:
        result = "overdue" if not in_time else "ended_first" if closed is not None else "not_due"
    late = 0 if result == "ended_first" else max(0, days - goal["within"])
    return [str(day(start)), "" if end is None else str(day(end)), str(days), str(late), result]


def check(ledger, goals_file, goals, as_of):
    cases = read_cases(ledger)
    # The day ends in Massachusetts.
    end = datetime.datetime.combine(as_of + DAY, datetime.time(), ZoneInfo("America/New_York"))
    instant = end - datetime.timedelta(milliseconds=1)
    found = {}
    for row in csv.DictReader(io.StringIO(ibbi("goals", ledger, "--goals", goals_file, "--by", "case", "--csv", "--as-of", as_of), newline="")):
        found[row["goal"], row["case"]] = [row[key] for key in ("started", "ended", "days", "late_by", "result")]
    expected = {}
    for goal in goals:
        for case, events in cases.items():
            known = [row for row in events if row["at"] <= instant]
            measured = measure(goal, known, instant) if known else None
            if measured:
                expected[goal["name"], case] = measured
                results[measured[-1]] += 1
    for key in sorted(found.keys() | expected.keys()):
        if found.get(key) != expected.get(key):
            wrong.append(f"{ledger.name} as of {as_of}, {key}: ibbi has {found.get(key)}, and the check {expected.get(key)}")


def made_ledgers(place):
    scenario = ROOT / "docs/scenarios/maple-hollow.toml"
    for number, (start, county) in enumerate([("2026-09-08", "suffolk"), ("2026-01-20", "norfolk"), ("2026-05-11", "worcester")]):
        ledger = place / f"made-{number}.ledger"
        ibbi("simulate", scenario, "--runs", 40, "--seed", number + 11, "--set", f"start={start}", "--set", f"calendar.county={county}",
             "--set", "concern_raised=0.4", "--keep", ledger)
        yield ledger


with tempfile.TemporaryDirectory() as folder:
    place = Path(folder)
    goals_file = place / "goals.toml"
    goals_file.write_text(ibbi("goals", "--sample") + MORE)
    goals = tomllib.loads(goals_file.read_text())["goals"]
    for ledger in [*map(Path, sys.argv[2:]), *made_ledgers(place)]:
        days = sorted({row["at"].date() for events in read_cases(ledger).values() for row in events})
        chosen = [days[0], days[len(days) // 3], days[len(days) // 2], days[-1], days[-1] + 60 * DAY]
        # Also the Saturday after each, when offices are closed.
        for as_of in {day for each in chosen for day in (each, each + DAY * ((5 - each.weekday()) % 7))}:
            check(ledger, goals_file, goals, as_of)

for line in wrong[:30]:
    print(line)
if wrong:
    print(f"{len(wrong)} differences")
    sys.exit(4)
missing = {"met", "late", "overdue", "not_due", "ended_first"} - results.keys()
if missing or sum(results.values()) < 1000:
    print(f"too little was compared: {results}")
    sys.exit(4)
print(f"{sum(results.values()):,} measurements of {len(goals)} goals as the check computes them: "
      + ", ".join(f"{count:,} {result}" for result, count in sorted(results.items())))
