"""Computes program reports again with pandas, and opens their spreadsheets: python3 check_program_report.py IBBI [LEDGER ...]

The figures are computed from `ibbi export --to csv`, by the definitions of docs/program-report.md, and compared with those of
`ibbi program-report`. LibreOffice opens each spreadsheet and writes its sheets as CSV, which must have the values of ibbi's own
CSV. openpyxl reads the types of the cells: dates and numbers are real, and no cell is a formula. Besides the given ledgers, some
are made by simulation.

Exit code 4: something disagrees, and what. 75: a peer is missing."""
import csv, io, json, shutil, subprocess, sys, tempfile
from datetime import date, datetime
from pathlib import Path

try:
    import numpy as np
    import openpyxl
    import pandas as pd
except ImportError as error:
    print(f"a peer is missing: {error}; see requirements-program.txt")
    sys.exit(75)

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
if not SOFFICE:
    print("a peer is missing: LibreOffice (Debian: libreoffice-calc-nogui)")
    sys.exit(75)

from pandas_figures import IBBI, counted, ibbi, same, wrong
TABLES = ["summary", "districts", "cases", "neutrals"]
# A cell with a formula would be refused by LibreOffice's own count, so a name with a sign is part of the check.
DISTRICTS = ["Maple Hollow", "=1+2", "+Birch Valley", "-Otter Creek", "@Cedar Falls"]
# Cases that go on over the end of a fiscal year, and cases that don't.
STARTS = ["2026-09-08", "2026-03-02", "2026-05-11", "2026-06-15", "2026-01-12"]


def unguarded(text):
    """A text of ibbi's CSV without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:] if text.startswith("'") else text


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read_events(ledger):
    """The events that count, in the order in which they happened, with the day in the district's time zone."""
    events = pd.read_csv(io.StringIO(ibbi("export", ledger, "--to", "csv")), dtype=str, keep_default_na=False)
    events = events[(events.voided_by == "") & ~events.type.isin(["event_voided", "case_migrated"])].copy()
    events["data"] = events.data.map(json.loads)
    events["at"] = pd.to_datetime(events["at"], utc=True)
    events["seq"] = events.seq.astype(int)
    events = events.sort_values(["at", "seq"], kind="stable")
    zones = {row.case: row.data["time_zone"] for row in events[events.type == "case_opened"].itertuples()}
    events["day"] = [at.tz_convert(zones[case]).date() for at, case in zip(events["at"], events["case"])]
    return events


def read_sessions(events):
    """The sessions that ended: one row each, with the minutes from the opening to the end."""
    sessions, open_session, chosen = [], {}, set()
    for event in events.itertuples():
        if event.type == "format_chosen":
            chosen.add(event.case)
        elif event.type == "session_opened":
            people = [event.data["neutral"], *event.data.get("co_neutrals", [])]
            open_session[event.case] = (event, [person["name"] for person in people], event.case not in chosen)
        elif event.type in ("session_closed", "session_adjourned"):
            opened, neutrals, training = open_session.pop(event.case)
            minutes = int((event.at - opened.at).total_seconds() // 60)
            sessions.append((event.case, opened.day, minutes, neutrals, training))
    return pd.DataFrame(sessions, columns=["case", "day", "minutes", "neutrals", "training"])


def read_cases(events):
    """One row for each case: when it was opened, when and how it ended, and the decision on the method."""
    cases = []
    for case, own in events.groupby("case", sort=False):
        opening = own[own.type == "case_opened"].iloc[0]
        decisions, adopted, decided = {}, None, None
        closed = outcome = None
        for event in own.itertuples():
            if event.type == "party_decided":
                decisions[event.data["party"]] = event.data["decision"]
            elif event.type == "decision_reopened":
                decisions.pop(event.data["party"], None)
            if event.type == "party_decided" and adopted is None and list(decisions.values()) == ["adopt", "adopt"]:
                adopted, decided = True, event.day
        ends = {"case_withdrawn": "Withdrawn", "case_referred": "Referred to another service",
                "application_declined": "Application not accepted", "party_decided": "Not adopted by both parties",
                "session_closed": "Completed", "session_adjourned": "Completed"}
        if own.sort_values("seq").iloc[-1]["to"] == "closed":
            last = own[own.type.isin(ends)].iloc[-1]
            closed, outcome = last.day, ends[last.type]
            if last.type == "party_decided":
                adopted, decided = False, last.day
        first = own[own.type == "session_opened"].day.min()
        cases.append(dict(case=case, district=opening.data["district"], opened=opening.day, closed=closed, outcome=outcome,
                          adopted=adopted, decided=decided, first=None if pd.isna(first) else first))
    return pd.DataFrame(cases)


def results(events, first, last):
    """The cases with a tentative agreement, a ratified one, and none, by the dates in the events."""
    tentative, ratified, none, votes = set(), set(), set(), {}
    for event in events[events.type == "outcome_noted"].itertuples():
        day, result = date.fromisoformat(event.data["dated"]), event.data["result"]
        inside = first <= day <= last
        if result == "tentative_agreement" and inside:
            tentative.add(event.case)
        elif result == "no_agreement" and inside:
            none.add(event.case)
        elif result == "ratified":
            votes.setdefault(event.case, set()).add(event.data["party"])
            if inside and len(votes[event.case]) == 2:
                ratified.add(event.case)
    return tentative, ratified, none


def hours(minutes):
    return f"{int(minutes) / 60:.2f}"


def nearest(days, share):
    return "" if len(days) == 0 else str(int(np.quantile(days, share, method="inverted_cdf")))


def check_figures(ledger, year, where):
    events = read_events(ledger)
    first, last = date(year - 1, 7, 1), date(year, 6, 30)
    inside = lambda day: day is not None and first <= day <= last
    sessions, cases = read_sessions(events), read_cases(events)
    held = sessions[[inside(day) for day in sessions.day]] if len(sessions) else sessions
    tentative, ratified, none = results(events, first, last)
    cases = cases[cases.opened <= last]
    was_open = cases[[closed is None or closed >= first for closed in cases.closed]]
    opened, closed = cases[[inside(day) for day in cases.opened]], cases[[inside(day) for day in cases.closed]]
    decided = cases[[inside(day) for day in cases.decided]]
    firsts = cases[[inside(day) for day in cases["first"]]]
    days = [(begun - asked).days for begun, asked in zip(firsts["first"], firsts.opened)]
    in_year = events[[inside(day) for day in events.day]]
    count = lambda kind: int((in_year.type == kind).sum())
    training, facilitation = (held[held.training], held[~held.training.astype(bool)]) if len(held) else (held, held)
    ended = lambda outcome: int((closed.outcome == outcome).sum())
    adopted = int((decided.adopted == True).sum())  # noqa: E712
    expected = {
        "districts": was_open.district.nunique(),
        "open_at_start": int((was_open.opened < first).sum()),
        "opened": len(opened), "closed": len(closed),
        "open_at_end": sum(end is None or end > last for end in cases.closed),
        "completed": ended("Completed"), "ended_not_adopted": ended("Not adopted by both parties"),
        "not_accepted": ended("Application not accepted"), "referred": ended("Referred to another service"),
        "withdrawn": ended("Withdrawn"),
        "meetings": count("meeting_held"), "postponed": count("session_postponed"),
        "sessions": len(held), "hours": hours(held.minutes.sum()),
        "training_sessions": len(training), "training_hours": hours(training.minutes.sum()),
        "facilitation_sessions": len(facilitation), "facilitation_hours": hours(facilitation.minutes.sum()),
        "decided": len(decided), "adopted": adopted,
        "adoption": f"{adopted / len(decided):.4f}" if len(decided) else "",
        "tentative_agreements": len(tentative), "ratified": len(ratified), "no_agreement": len(none),
        "first_sessions": len(days), "days_median": nearest(days, 0.5), "days_least": str(min(days)) if days else "",
        "days_p90": nearest(days, 0.9), "days_most": str(max(days)) if days else "",
        "neutrals": len({name for names in held.neutrals for name in names}),
    }
    tables = {table: rows_of(ibbi("program-report", ledger, "--fiscal-year", year, "--csv", table)) for table in TABLES}
    summary = {row["measure"]: row["value"] for row in tables["summary"]}
    same(where, "the list of measures", sorted(summary), sorted(expected))
    for measure, value in expected.items():
        same(where, measure, summary.get(measure), str(value))
    check_districts(where, tables["districts"], was_open, held, decided, inside)
    check_cases(where, tables["cases"], was_open, held)
    workload = {}
    for session in held.itertuples():
        for place, name in enumerate(session.neutrals):
            row = workload.setdefault(name, [set(), 0, 0, 0])
            row[0].add(session.case)
            row[1 + min(place, 1)] += 1
            row[3] += session.minutes
    found = {unguarded(row["neutral"]): [row["led"], row["co_led"], row["hours"]] for row in tables["neutrals"]
             if row["led"] != "0" or row["co_led"] != "0"}
    same(where, "the workload of the neutrals", found,
         {name: [str(led), str(co_led), hours(minutes)] for name, (_, led, co_led, minutes) in workload.items()})
    counted["reports"] += 1
    return tables


def check_districts(where, rows, was_open, held, decided, inside):
    found = {unguarded(row["district"]): [row["cases"], row["opened"], row["closed"], row["sessions"], row["hours"],
                                          row["decided"]] for row in rows}
    expected = {}
    for district, own in was_open.groupby("district"):
        of_district = held[held.case.isin(own.case)]
        expected[district] = [str(len(own)), str(sum(map(inside, own.opened))), str(sum(map(inside, own.closed))),
                              str(len(of_district)), hours(of_district.minutes.sum()),
                              str(int(decided.case.isin(own.case).sum()))]
    same(where, "the districts", found, expected)


def check_cases(where, rows, was_open, held):
    found = {row["case"]: row for row in rows}
    for case in was_open.itertuples():
        row = found.get(case.case, {})
        own = held[held.case == case.case]
        same(where, f"the hours of {case.case}", row.get("hours"), hours(own.minutes.sum()))
        same(where, f"the opening of {case.case}", row.get("opened"), str(case.opened))
        training = int(own.training.astype(bool).sum()) if len(own) else 0
        same(where, f"the training of {case.case}", row.get("training_sessions"), str(training))


def check_spreadsheet(ledger, year, tables, where, place):
    file = place / f"{Path(ledger).stem}-{year}.xlsx"
    ibbi("program-report", ledger, "--fiscal-year", year, "--xlsx", file)
    # All sheets as CSV: a comma, a quote, UTF-8, contents as they are and not as they are shown.
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    done = subprocess.run([SOFFICE, f"-env:UserInstallation=file://{place}/profile", "--headless", "--convert-to", form,
                           "--outdir", place, file], capture_output=True, timeout=120, check=False)
    book = openpyxl.load_workbook(file)
    for table, sheet in zip(TABLES, book.worksheets, strict=True):
        same(where, "the name of a sheet", sheet.title.lower(), table)
        same(where, f"the frozen header of {table}", sheet.freeze_panes, "A2")
        written = place / f"{file.stem}-{sheet.title}.csv"
        if not written.exists():
            wrong.append(f"{where}: LibreOffice wrote no {written.name}: {done.stdout.decode()} {done.stderr.decode()}")
            continue
        seen = list(csv.DictReader(io.StringIO(written.read_text(encoding="utf-8"), newline="")))
        same(where, f"the number of rows of {table} in LibreOffice", len(seen), len(tables[table]))
        for number, (theirs, ours) in enumerate(zip(seen, tables[table]), 2):
            for place_of, (column, text) in enumerate(ours.items(), 1):
                counted["cells"] += 1
                check_cell(f"{where}, {table}, row {number}, {column}", theirs.get(column), text,
                           sheet.cell(row=number, column=place_of))
        counted["sheets"] += 1


def check_cell(where, seen, text, cell):
    if cell.data_type == "f":
        wrong.append(f"{where}: the cell is a formula: {cell.value}")
    elif isinstance(cell.value, datetime):
        same(where, "the date", cell.value.date().isoformat(), text)
        same(where, "the date in LibreOffice", seen, text)
    elif isinstance(cell.value, (int, float)):
        same(where, "the number", f"{cell.value:.4f}", f"{float(text):.4f}" if "." not in text else f"{cell.value:.4f}")
        if abs(cell.value - float(text)) > 0.005 or abs(float(seen.rstrip("%")) / (100 if "%" in seen else 1) - cell.value) > 1e-9:
            wrong.append(f"{where}: ibbi has {text}, the cell {cell.value}, and LibreOffice {seen}")
    else:
        same(where, "the text", cell.value or "", unguarded(text))
        same(where, "the text in LibreOffice", seen, unguarded(text))


def made_ledgers(place):
    """Ledgers of many simulated cases, in several districts and years."""
    scenario = Path(__file__).resolve().parents[2] / "docs/scenarios/maple-hollow.toml"
    for number, (district, start) in enumerate(zip(DISTRICTS, STARTS, strict=True)):
        ledger = place / f"made-{number}.ledger"
        ibbi("simulate", scenario, "--runs", 30, "--seed", number + 1, "--set", f"district={json.dumps(district)}",
             "--set", f"start={start}", "--set", f"neutral.name={json.dumps(f'=Neutral {number}')}", "--keep", ledger)
        yield ledger
    # Past cases of several districts.
    ledger = place / "imported.ledger"
    imported = subprocess.run([IBBI, "import", "cases", scenario.parents[1] / "past-cases.csv", "--into", ledger, "--actor", "A"],
                              capture_output=True, check=False)
    if not ledger.exists():
        raise SystemExit(f"no case was imported: {imported.stderr.decode()}")
    yield ledger


with tempfile.TemporaryDirectory() as folder:
    place = Path(folder)
    for ledger in [*map(Path, sys.argv[2:]), *made_ledgers(place)]:
        events = read_events(ledger)
        years = sorted({day.year + (day.month >= 7) for day in events.day})
        for year in years:
            where = f"{ledger.name}, fiscal year {year}"
            tables = check_figures(ledger, year, where)
            if year == years[0]:
                check_spreadsheet(ledger, year, tables, where, place)

for line in wrong[:40]:
    print(line)
if wrong:
    print(f"{len(wrong)} differences")
    sys.exit(4)
if counted["sheets"] == 0 or counted["reports"] < 5:
    print(f"too little was compared: {counted}")
    sys.exit(4)
version = subprocess.run([SOFFICE, "--version"], capture_output=True, check=False).stdout.decode().split()[:2]
print(f"{counted['reports']} program reports and {counted['figures']} figures as pandas {pd.__version__} computes them; "
      f"{counted['sheets']} sheets with {counted['cells']} cells in {' '.join(version)} as in the CSV")
