"""Holds the program's simulation against SimPy's: python3 check_simulation.py SCENARIO... [--program 'ibbi simulate']

simpy_model.py was written from docs/simulation.md alone. With the numbers that the page defines for each draw, every count,
percentile, point of the curve, interval and bar of the tornado must be the program's, and every run's end where the
program tells it (the example `forecast` with --each does); so too on made-up scenarios (--made-up N), and the page's test
vector draw by draw (--page FILE). With Python's own randomness, shares and percentiles must agree within sampling error.

Exit code 4: they disagree. 75: a peer is missing. --break WHAT makes the SimPy model wrong on purpose, and --self-test
checks that each such wrong is found."""
import argparse, contextlib, json, pathlib, random, re, shlex, subprocess, sys, tempfile

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


# Each is a change of the assumptions, or an owner, a name and what to put in its place; and whether sampling can show it.
BREAKS = {
    "postponed more often": (lambda assumed: {"session_postponed": assumed["session_postponed"] + 0.1}, True),
    "a caucus three days longer": (lambda assumed: {"caucus_days": [days + 3 for days in assumed["caucus_days"]]}, True),
    "adopted less often": (lambda assumed: {"labor_adopts": assumed["labor_adopts"] - 0.1}, True),
    "one after the other": ((model.Run, "together", in_turn), True),
    "half a day for a full day": ((model.Run, "fitting", any_half), True),
    "no holidays": ((district, "holidays", lambda year, county: set()), False),
    "no withdrawal at the end": ((model.Run, "withdraws", lambda run, stage, true=model.Run.withdraws: stage < 3 and true(run, stage)), True),
}


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
    """Where the two differ with the same numbers."""
    scenario = changed(path, change)
    draw = results.Watched(scenario, seed)
    ends = model.simulate(scenario, draw, runs)
    ours, theirs = results.forecast(scenario, ends, draw.inputs), results.program_says(program.forecast(path, runs, seed))
    return [line for key in theirs for line in results.differences(key, ours[key], theirs[key])]


def independent(program, path, runs, seed, change, simulations):
    """Where they differ by more than sampling, each with numbers of its own."""
    scenario = changed(path, change)
    ends = model.simulate(scenario, model.Own(scenario, seed), runs)
    return sampling.apart(scenario, ends, program.forecast(path, runs, seed), simulations)


def vector(page, place):
    """Where the page's test vector differs: its draws, in any order, and its last day."""
    text = pathlib.Path(page).read_text(encoding="utf-8").split("## Test vector")[1]
    seed, run = map(int, re.search(r"Seed (\d+), run (\d+)", text).groups())
    path = place / "vector.toml"
    path.write_text(re.search(r"```toml\n(.*?)```", text, re.S)[1], encoding="utf-8")
    rows = re.findall(r"^\| (\(cut after\)|\w+) \| (\d+) \| (\d+) \| ([\d.]+) \|", text, re.M)
    wanted = sorted((int(stream), int(occurrence), u) for _, stream, occurrence, u in rows)
    scenario = district.read(path)
    draw = results.Watched(scenario, seed)
    draw.begin(run)
    ending, day = model.Run(scenario, draw).result()
    last = re.findall(r"^\| (\d{4}-\d\d-\d\d)T\S+ \| \w+ \|", text, re.M)[-1]
    print(f"the page's test vector: {len(wanted)} draws, {ending} on {scenario.date(day)}")
    wrong = [] if sorted(draw.drawn) == wanted else [f"draws differ: {sorted({*draw.drawn} ^ {*wanted})}"]
    return wrong + ([] if (ending, str(scenario.date(day))) == ("completed", last) else [f"its last day is {last}"])


def compare(options, program, place, what=None, quiet=False):
    """All disagreements: with the page's numbers, and with numbers of one's own."""
    exact, sampled = [], []
    with broken(what) as change:
        for path in options.scenarios:
            name = pathlib.Path(path).name
            lines = keyed(program, path, options.runs, options.seed, change)
            others = independent(program, path, options.runs, options.seed, change, len(options.scenarios))
            exact += [f"{name}: {line}" for line in lines]
            sampled += [f"{name}: {line}" for line in others]
            if not quiet:
                print(f"{name}: {options.runs} runs, {len(lines)} differ with the same numbers, {len(others)} beyond sampling")
        for number in range(options.made_up):
            path = place / f"made-up-{number}.toml"
            if not path.exists():
                path.write_text(made_up.scenario(random.Random(f"{options.seed} {number}")), encoding="utf-8")
            exact += [f"{path.name}: {line}" for line in keyed(program, path, options.made_up_runs, options.seed, change)]
    if not quiet and options.made_up:
        print(f"{options.made_up} made-up scenarios, {options.made_up_runs} runs each, with the same numbers")
    return exact, sampled


def self_test(options, program, place):
    """The wrongs on purpose that were not found."""
    unseen = []
    for what, (_, by_sampling) in BREAKS.items():
        exact, sampled = compare(options, program, place, what, quiet=True)
        print(f"wrong on purpose, {what}: {len(exact)} differ with the same numbers, {len(sampled)} beyond sampling")
        if not exact or (by_sampling and not sampled):
            unseen.append(f"wrong on purpose and not found: {what}")
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
        wrong += exact + sampled
        if options.self_test:
            wrong += self_test(options, program, place)
    z = sampling.deviations(len(options.scenarios))
    print(f"SimPy {model.simpy.__version__}: {len(wrong)} disagreements; sampling error is up to {z:.2f} standard deviations")
    print("\n".join(wrong[:20]), end="\n" if wrong else "")
    return 4 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
