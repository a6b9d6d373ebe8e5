"""What check_simulation.py makes wrong on purpose to test itself, and scenarios that show it."""
import contextlib

import district, results, slots
import simpy_model as model


# Errors that scenarios of format 1 show.

def in_turn(run, process, numbers):
    def one_after_the_other():
        for number in numbers:
            yield run.env.process(process(number))

    return run.env.process(one_after_the_other())


def any_half(scenario, kind, minutes, start, taken=(), first=district.Scenario.first):
    return first(scenario, kind, min(minutes, 240), start, taken)


def no_last_withdrawal(run, stage, withdraws=model.Run.withdraws):
    return stage < 3 and withdraws(run, stage)


def accepted_later(run, milestone):
    run.milestones[milestone] = run.env.now + (3 if milestone == "acceptance" else 0)


def parts_swapped(run, milestone):
    run.milestones[milestone.translate(str.maketrans("12", "21"))] = run.env.now


def first_letter_counts(run, body):
    days = run.draw.days("written_confirmation_days", body)
    yield run.working(days)
    run.causes["letters"] = run.causes["letters"] or days


def management_counts(run, party, concern, days):
    if party == 1 or run.last_decision < run.env.now:
        run.causes["concerns"], run.causes["decisions"] = concern, days
    run.last_decision = run.env.now


def early_until_p20(values, percent, count=None, ranked=model.ranked):
    return ranked(values, 20 if count is None and percent == 10 else percent, count)


def of_the_completed(values, percent, count=None, ranked=model.ranked):
    return ranked(values, percent)


def until_p80(each, hits, found, finish, deadline=results.deadline):
    return deadline(each, hits, found, finish | {90: finish[80]})


# Errors that scenarios of format 2 show.

def no_pace(draws, run):
    draws.pace = 1


def notice_drawn(draws, name, occurrence, days=model.Draws.days):
    notice = draws.assumed[name]
    if name != "session_notice_days":
        return days(draws, name, occurrence)
    return round(draws.triangular(name, occurrence, [notice, 1.5 * notice, 3 * notice]))


def notice_at_the_pace(draws, name, occurrence, days=model.Draws.days):
    found = days(draws, name, occurrence)
    return found if isinstance(draws.assumed[name], list) else round(found * draws.pace)


def no_months(scenario, name, day=None, chance=district.Scenario.chance):
    return chance(scenario, name)


def need_is_can(calendar, person, kind, slots=district.Calendar.person):
    away, need = slots(calendar, person, kind)
    return away, [0 for _ in need]


def need_is_cannot(calendar, person, kind, slots=district.Calendar.person):
    away, need = slots(calendar, person, kind)
    return [one | other for one, other in zip(away, need)], need


def one_week_later(first, day, weeks=slots.weeks_between):
    return weeks(first, day) + 1


def weeks_from_sunday(first, day, weeks=slots.weeks_between):
    return weeks(first + slots.DAY, day + slots.DAY)


def last_is_fourth(day, week, in_week=slots.in_week):
    return in_week(day, "fourth" if week == "last" else week)


def hours_on_any_day(calendar, kind, open=district.Calendar.open):
    kept, calendar.named = calendar.named, [True] * district.HORIZON
    found = open(calendar, kind)
    calendar.named = kept
    return found


def booked_on_any_day(run, number, notice, occurrence):
    delay = run.draw.days("booking_delay_days", number)
    run.causes["booking_delay"] += delay
    yield run.until(run.env.now + delay)
    return max(run.env.now + run.draw.days(notice, occurrence), run.last_session + 1)


def booked_at_once(run, number, notice, occurrence):
    return max(run.env.now + run.draw.days(notice, occurrence), run.last_session + 1)
    yield


def no_booking_cause(run, number, notice, occurrence, booking=model.Run.booking):
    earliest = yield from booking(run, number, notice, occurrence)
    run.causes["booking_delay"] = 0
    return earliest


def make_ups_move_parts(run):
    for before, part in zip(run.parts, run.parts[1:]):
        if not part.sessions and part.day <= before.day:
            run.rebook(part, before.day + 1)


def no_one_makes_way(run, part, earliest):
    taken = {other.day for other in run.parts if other is not part}
    part.day = run.scenario.first(part.kind, part.minutes, earliest, taken)


def nothing_agreed(run, part, booked, earliest, before, first=model.Run.first_booking):
    return first(run, part._replace(fixed=None), booked, earliest, before)


def training_on_any_day(scenario, table, read=district.Scenario.read_sessions):
    read(scenario, table)
    scenario.training_days = set()


def blocks_in_a_row(scenario, table, read=district.Scenario.read_sessions):
    read(scenario, table)
    parts = enumerate(scenario.parts["facilitation"], len(scenario.parts["training"]))
    scenario.parts["facilitation"] = [part._replace(block=block) for block, part in parts]


def one_neutral(scenario, people, groups=district.Scenario.groups):
    first = next(person for person in people if person["role"] == "neutral")
    return groups(scenario, [person for person in people if person is first or person["role"] != "neutral"])


def cut_to_fewer(run, booked):
    occurrence = booked.base + booked.sessions
    if run.draw.true("session_cut_short", occurrence) and booked.minutes > 30:
        return run.draw.cut_after(max(1, booked.minutes // 30 - 1), occurrence)
    return booked.minutes


def no_margin(scenario, days, in_time=model.in_time):
    return [sum(scenario.date(day) <= deadline.date for day in days) for deadline in scenario.deadlines]


def ratified_on_any_day(run):
    if "ratification_days" in run.draw.assumed:
        run.milestones["ratification"] = run.env.now + run.draw.days("ratification_days", 0)


# Each is a change of the assumptions, or an owner, a name and what to put in its place; whether sampling can show it; and
# the only results that it changes, if they are few.
FIRST = {
    "postponed more often": (lambda assumed: {"session_postponed": assumed["session_postponed"] + 0.1}, True, None),
    "a caucus three days longer": (lambda assumed: {"caucus_days": [days + 3 for days in assumed["caucus_days"]]}, True, None),
    "adopted less often": (lambda assumed: {"labor_adopts": assumed["labor_adopts"] - 0.1}, True, None),
    "one after the other": ((model.Run, "together", in_turn), True, None),
    "half a day for a full day": ((district.Scenario, "first", any_half), True, None),
    "no holidays": ((district, "holidays", lambda year, county: set()), False, None),
    "no withdrawal at the end": ((model.Run, "withdraws", no_last_withdrawal), True, None),
    "every run goes ahead": ((model.Run, "stopped", lambda self, ending: None), True, None),
    "percentiles of the completed runs": ((model, "ranked", of_the_completed), False, {"finish", "milestones", "deadlines"}),
    "the margin from the P80": ((results, "deadline", until_p80), False, {"deadlines"}),
    "accepted three days later": ((model.Run, "reach", accepted_later), True, {"milestones"}),
    "the other part goes on": ((model.Run, "exist", lambda run: None), False, {"milestones"}),
    "the parts swapped": ((model.Run, "reach", parts_swapped), True, {"milestones"}),
    "the first letter counts": ((model.Run, "letter", first_letter_counts), True, {"delays"}),
    "management's days count": ((model.Run, "decided", management_counts), False, {"delays"}),
    "early until the P20": ((model, "ranked", early_until_p20), False, {"delays"}),
}
SECOND = {
    "no pace": ((model.Draws, "begin", no_pace), False, None),
    "the notice drawn": ((model.Draws, "days", notice_drawn), False, None),
    "the notice at the pace of the run": ((model.Draws, "days", notice_at_the_pace), False, None),
    "the months ignored": ((district.Scenario, "chance", no_months), False, None),
    "if need be for can": ((district.Calendar, "person", need_is_can), False, None),
    "if need be for can't": ((district.Calendar, "person", need_is_cannot), False, None),
    "waits longer than 14 days for a day that suits": ((district, "SOON", district.HORIZON), False, None),
    "waits 15 days for a day that suits": ((district, "SOON", 15), False, None),
    "every other week off by one": ((slots, "weeks_between", one_week_later), False, None),
    "weeks begin on Sunday": ((slots, "weeks_between", weeks_from_sunday), False, None),
    "the fourth for the last": ((slots, "in_week", last_is_fourth), False, None),
    "times for any kind of session": ((slots.Time, "counts_for", lambda time, kind: True), False, None),
    "hours without a day on all days": ((district.Calendar, "open", hours_on_any_day), False, None),
    "only the first neutral": ((district.Scenario, "groups", one_neutral), False, None),
    "training on any day": ((district.Scenario, "read_sessions", training_on_any_day), False, None),
    "nothing agreed before": ((model.Run, "first_booking", nothing_agreed), False, None),
    "booked on any day": ((model.Run, "booking", booked_on_any_day), False, None),
    "booked at once": ((model.Run, "booking", booked_at_once), False, None),
    "the blocks in a row": ((district.Scenario, "read_sessions", blocks_in_a_row), False, None),
    "later parts not moved": ((model.Run, "follow", lambda run: None), False, None),
    "later parts moved by make-up sessions": ((model.Run, "follow", make_ups_move_parts), False, None),
    "no part makes way": ((model.Run, "rebook", no_one_makes_way), False, None),
    "cut after fewer multiples": ((model.Run, "held", cut_to_fewer), False, None),
    "bookings not a cause": ((model.Run, "booking", no_booking_cause), False, {"delays"}),
    "no margin": ((model, "in_time", no_margin), False, {"deadlines", "ranges"}),
    "ratified on any day": ((model.Run, "ratify", ratified_on_any_day), False, {"milestones"}),
    "all chances better if lower": ((district, "GOOD", ()), False, {"ranges"}),
}
ALL = FIRST | SECOND

# A scenario in which many runs are unfinished, some of them with only one part of the facilitation held.
LATE = """
district = "Late"
start = 2026-09-14
contract_expires = 2028-03-31
format = "two_half_days"
people = [
  { id = "a", name = "A", role = "leader", seat = "superintendent", party = "management" },
  { id = "b", name = "B", role = "leader", seat = "union_president", party = "labor", unavailable = ["friday"] },
  { id = "c", name = "C", role = "leader", seat = "school_committee" },
  { id = "d", name = "D", role = "neutral" },
]
[assumptions]
session_notice_days = [50, 100, 150]
rebooking_days = [1, 50, 600]
session_postponed = 0
session_cut_short = 0.6
"""

# A scenario of format 2 that shows each of its errors.
EVENINGS = """
version = 2
district = "Evenings"
start = 2026-08-31
contract_expires = 2027-06-30
deadlines = [{ name = "vote", on = 2027-06-07, margin_days = 45 }, { name = "budget", on = 2027-04-05 }]

[calendar]
county = "suffolk"
hours = ["16:00-20:00", "saturday 9:00-16:00", { weekday = "monday", week = "last", hours = "8:00-21:00" }]
closed = [{ from = 2026-12-23, to = 2027-01-01 }, { weekday = "wednesday", every = 2, from = 2026-09-13, half = "evening" }]

[sessions]
training = [240, 100]
facilitation = [120, 105, 150]
meeting = 75
training_days = [
  2026-11-05, 2026-11-14, 2026-11-17, 2026-11-30, 2026-12-01, 2026-12-12, 2027-01-09, 2027-01-12, 2027-01-21, 2027-01-30,
  2027-02-04, 2027-02-13, 2027-02-22, 2027-02-25, 2027-03-06, 2027-03-09, 2027-03-18, 2027-03-27, 2027-04-08, 2027-04-17,
]
fixed = [
  { session = "training", on = 2026-12-03, at = "16:00" },
  { session = "facilitation", part = 2, on = 2027-03-04, at = "16:30" },
]

[[people]]
id = "a"
name = "A"
role = "leader"
seat = "superintendent"
unavailable = [{ weekday = "thursday", every = 2, from = 2026-09-06 }]
if_need_be = [{ weekday = "tuesday", for = "meeting" }]

[[people]]
id = "b"
name = "B"
role = "leader"
seat = "union_president"
party = "labor"
unavailable = [{ hours = "7:00-15:30", for = "meeting" }, { weekday = "thursday", every = 2, from = 2026-09-10 }]
if_need_be = [{ weekday = ["monday", "friday"], hours = "16:00-20:00" }]

[[people]]
id = "c"
name = "C"
role = "leader"
seat = "school_committee"
available = ["monday", "tuesday 17:00-20:00", "thursday", "sunday 16:00-20:00", { weekday = "saturday", week = "last" }]

[[people]]
id = "d"
name = "D"
role = "neutral"
unavailable = ["tuesday"]
also = [{ weekday = "tuesday", week = "last" }]

[[people]]
id = "e"
name = "E"
role = "neutral"
required = true
unavailable = [{ weekday = "saturday", week = "first" }, { weekday = "monday", week = "second" }]

[[people]]
id = "f"
name = "F"
role = "negotiator"
party = "management"
if_need_be = [{ weekday = "wednesday", from = 2026-10-01 }, "saturday 9:00-12:00"]

[assumptions]
ratification_days = [0, 1, 8]
booking_delay_days = [0, 5, 30]
meeting_notice_days = 5
session_postponed = [0.2, 0.3, 0.4]
session_postponed_in = { november = 0.6, january = 0.2 }
session_cut_short = 0.3
labor_adopts = [0.7, 0.9, 1]
"""
RUNS = 2000  # that show them
SHOWN = {1: ("late", LATE, FIRST), 2: ("evenings", EVENINGS, SECOND)}


@contextlib.contextmanager
def broken(what):
    """Makes the model wrong, and gives the change of the assumptions."""
    wrong = ALL[what][0] if what else lambda assumed: {}
    if callable(wrong):
        yield wrong
        return
    owner, name, instead = wrong
    kept = getattr(owner, name)
    setattr(owner, name, instead)
    try:
        yield lambda assumed: {}
    finally:
        setattr(owner, name, kept)
