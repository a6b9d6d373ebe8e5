"""Checks the program's simulation against SimPy's: python3 check_simulation.py SCENARIO... [--program 'ibbi simulate']

simpy_model.py was written from docs/simulation.md alone. With the numbers that the page defines for each draw, every count,
share, interval, percentile, milestone, deadline, point of the curve, and cause of delay must be the program's. So must every
run's end, if the program lists it (the example `forecast` with --each does). The same holds for made-up scenarios (--made-up
N). The page's test vector is checked draw by draw (--page FILE). With Python's own randomness, shares, percentiles, and the
mean days on each cause must agree within sampling error.

Exit code 4: they disagree. 75: a peer is missing. --break WHAT makes the SimPy model wrong on purpose, and --self-test
checks that each such error is found, and only in the results that it changes."""
import argparse, collections, contextlib, json, pathlib, random, re, shlex, subprocess, sys, tempfile

try:
    import simpy_model as model
except ImportError as error:
    print(f"Python's {error.name} is missing, so the simulation was not checked")
    sys.exit(75)
import district, made_up, results, sampling


# Wrong on purpose.

def in_turn(run, process, numbers):
    def one_after_the_other():
        for number in numbers:
            yield run.env.process(process(number))

    return run.env.process(one_after_the_other())


def any_half(run, day, minutes):
    return run.scenario.half_day[min(day, district.HORIZON)]


def no_last_withdrawal(run, stage, withdraws=model.Run.withdraws):
    return stage < 3 and withdraws(run, stage)


def accepted_later(run, milestone):
    run.milestones[milestone] = run.env.now + (3 if milestone == "acceptance" else 0)


def parts_swapped(run, milestone):
    run.milestones[milestone.translate(str.maketrans("12", "21"))] = run.env.now


def first_letter_counts(run, body):
    days = run.draw.days("written_confirmation_days", body)
    yield run.first(run.scenario.work, days)
    run.causes["letters"] = run.causes["letters"] or days


def management_counts(run, party, concern, days):
    if party == 1 or run.last_decision < run.env.now:
        run.causes["concerns"], run.causes["decisions"] = concern, days
    run.last_decision = run.env.now


def early_until_p20(values, percent, count=None, ranked=model.ranked):
    return ranked(values, 20 if count is None and percent == 10 else percent, count)


def of_the_completed(values, percent, count=None, ranked=model.ranked):
    return ranked(values, percent)


def until_p80(scenario, found, finish, deadline=results.deadline):
    return deadline(scenario, found, finish | {90: finish[80]})


# Each is a change of the assumptions, or an owner, a name and what to put in its place; whether sampling can show it; and
# the only results that it changes, if they are few.
BREAKS = {
    "postponed more often": (lambda assumed: {"session_postponed": assumed["session_postponed"] + 0.1}, True, None),
    "a caucus three days longer": (lambda assumed: {"caucus_days": [days + 3 for days in assumed["caucus_days"]]}, True, None),
    "adopted less often": (lambda assumed: {"labor_adopts": assumed["labor_adopts"] - 0.1}, True, None),
    "one after the other": ((model.Run, "together", in_turn), True, None),
    "half a day for a full day": ((model.Run, "fitting", any_half), True, None),
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


@contextlib.contextmanager
def broken(what):
    """Makes the model wrong, and gives the change of the assumptions."""
    wrong = BREAKS[what][0] if what else lambda assumed: {}
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


def changed(path, change):
    return district.read(path, change(district.read(path).assumed))


# The comparisons.

class Program:
    """The program, which is asked for each forecast once."""

    def __init__(self, command):
        self.command, self.said = shlex.split(command), {}

    def forecast(self, path, runs, seed):
        key = str(path), runs, seed
        if key not in self.said:
            command = [*self.command, str(path), "--runs", str(runs), "--seed", str(seed), "--json"]
            try:
                done = subprocess.run(command, capture_output=True, text=True)
            except OSError:
                print(f"the program `{' '.join(self.command)}` is missing, so the simulation was not checked")
                sys.exit(75)
            if done.returncode:
                print(f"`{' '.join(command)}` ended with {done.returncode}: {done.stderr.strip()}")
                sys.exit(4)
            self.said[key] = json.loads(done.stdout)
        return self.said[key]


def keyed(program, path, runs, seed, change):
    """Where the two differ with the same numbers: a list for each result."""
    scenario = changed(path, change)
    found = model.simulate(scenario, model.Keyed(scenario, seed), runs)
    ours, theirs = results.forecast(scenario, found, seed), results.program_says(program.forecast(path, runs, seed))
    return {key: lines for key in theirs if (lines := results.differences(key, ours[key], theirs[key]))}


def independent(program, path, runs, seed, change, simulations):
    """Where they differ by more than sampling, each with numbers of its own."""
    scenario = changed(path, change)
    found = model.simulate(scenario, model.Own(scenario, seed), runs)
    return sampling.apart(scenario, found, program.forecast(path, runs, seed), simulations)


class Watched(model.Keyed):
    """The page's numbers, which remembers what was drawn."""

    def __init__(self, scenario, seed):
        super().__init__(scenario, seed)
        self.drawn = []

    def number(self, name, occurrence):
        number = super().number(name, occurrence)
        self.drawn.append((model.STREAMS[name], occurrence, f"{number:.9f}"))
        return number


# The events that end a step. Both decisions are events, of which the later one ends it.
MARKS = {
    "meeting_held": ["meeting"],
    "application_accepted": ["acceptance"],
    "party_decided": ["decisions", "decisions"],
    "session_closed": ["training", "facilitation 1", "facilitation 2"],
}


def vector(page, place):
    """Where the page's test vector differs: its draws, in any order, its milestones, and its last day."""
    text = pathlib.Path(page).read_text(encoding="utf-8").split("## Test vector")[1]
    seed, run = map(int, re.search(r"Seed (\d+), run (\d+)", text).groups())
    path = place / "vector.toml"
    path.write_text(re.search(r"```toml\n(.*?)```", text, re.S)[1], encoding="utf-8")
    rows = re.findall(r"^\| (\(cut after\)|\w+) \| (\d+) \| (\d+) \| ([\d.]+) \|", text, re.M)
    wanted = sorted((int(stream), int(occurrence), u) for _, stream, occurrence, u in rows)
    events = re.findall(r"^\| (\d{4}-\d\d-\d\d)T\S+ \| (\w+) \|", text, re.M)
    scenario = district.read(path)
    draw = Watched(scenario, seed)
    draw.begin(run)
    found = model.Run(scenario, draw).result()
    print(f"the page's test vector: {len(wanted)} draws, {found.ending} on {scenario.date(found.day)}")
    wrong = [] if sorted(draw.drawn) == wanted else [f"draws differ: {sorted({*draw.drawn} ^ {*wanted})}"]
    for event, names in MARKS.items():
        ours = sorted({str(scenario.date(found.milestones[name])) for name in names})
        theirs = [date for date, name in events if name == event]
        if ours != theirs[-len(ours):] or len(theirs) != len(names):
            wrong.append(f"{event}: SimPy {ours}, the page {theirs}")
    last = events[-1][0]
    return wrong + ([] if (found.ending, str(scenario.date(found.day))) == ("completed", last) else [f"its last day is {last}"])


def compare(options, program, place, what=None, quiet=False):
    """All disagreements: those with the page's numbers, by result, and those with Python's own."""
    exact, sampled = collections.defaultdict(list), []

    def add(path, runs, change):
        found = keyed(program, path, runs, options.seed, change)
        for key, lines in found.items():
            exact[key] += [f"{path.name}: {line}" for line in lines]
        return sum(map(len, found.values()))

    with broken(what) as change:
        for path in map(pathlib.Path, options.scenarios):
            differ = add(path, options.runs, change)
            others = []
            if what is None or BREAKS[what][1]:
                others = independent(program, path, options.runs, options.seed, change, len(options.scenarios))
            sampled += [f"{path.name}: {line}" for line in others]
            if not quiet:
                print(f"{path.name}: {options.runs} runs, {differ} differ with the same numbers, {len(others)} beyond sampling")
        for path in made(options, place):
            add(path, options.made_up_runs, change)
    if not quiet and options.made_up:
        print(f"{options.made_up} made-up scenarios, {options.made_up_runs} runs each, with the same numbers")
    return exact, sampled


def made(options, place):
    """The scenarios that are compared with the same numbers only."""
    texts = {"late": LATE} if options.self_test else {}
    for number in range(options.made_up):
        texts[f"made-up-{number}"] = made_up.scenario(random.Random(f"{options.seed} {number}"))
    for name, text in texts.items():
        path = place / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        yield path


def self_test(options, program, place):
    """The errors on purpose that were not found, or not where they are."""
    unseen = []
    for what, (_, by_sampling, where) in BREAKS.items():
        exact, sampled = compare(options, program, place, what, quiet=True)
        changed_keys = {*exact} - {"assumptions"}  # a changed assumption differs by itself
        count = sum(len(exact[key]) for key in changed_keys)
        print(f"wrong on purpose, {what}: {count} differ with the same numbers, {len(sampled)} beyond sampling")
        if not count or (by_sampling and not sampled):
            unseen.append(f"wrong on purpose and not found: {what}")
        if where and changed_keys != where:
            unseen.append(f"wrong on purpose, {what}: found in {sorted(changed_keys)}, not in {sorted(where)}")
    return unseen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("scenarios", nargs="+")
    parser.add_argument("--program", default="ibbi simulate")
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--made-up", type=int, default=0)
    parser.add_argument("--made-up-runs", type=int, default=200)
    parser.add_argument("--page")
    parser.add_argument("--break", dest="wrong", choices=BREAKS)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    program = Program(options.program)
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        wrong = vector(options.page, place) if options.page else []
        exact, sampled = compare(options, program, place, options.wrong)
        wrong += [line for lines in exact.values() for line in lines] + sampled
        if options.self_test:
            wrong += self_test(options, program, place)
    z = sampling.deviations(len(options.scenarios))
    print(f"SimPy {model.simpy.__version__}: {len(wrong)} disagreements; sampling error is up to {z:.2f} standard deviations")
    print("\n".join(wrong[:20]), end="\n" if wrong else "")
    return 4 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
