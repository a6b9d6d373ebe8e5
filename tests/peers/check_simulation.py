"""Checks the program's simulation against SimPy's: python3 check_simulation.py SCENARIO... [--program 'ibbi simulate']

simpy_model.py was written from docs/simulation.md alone. With the numbers that the page defines for each draw, every count,
share, interval, percentile, milestone, deadline, point of the curve, and cause of delay must be the program's. So must every
run's end, if the program lists it (the example `forecast` with --each does). The same holds for made-up scenarios (--made-up
N) of one format (--format F). The page's test vectors are checked draw by draw (--page FILE). With Python's own randomness,
shares, percentiles, and the mean days on each cause must agree within sampling error.

Exit code 4: they disagree. 75: a peer is missing. --break WHAT makes the SimPy model wrong on purpose, and --self-test
checks that each such error of the format is found, and only in the results that it changes."""
import argparse, collections, json, pathlib, random, re, shlex, subprocess, sys, tempfile

try:
    import simpy_model as model
except ImportError as error:
    print(f"Python's {error.name} is missing, so the simulation was not checked")
    sys.exit(75)
import district, errors, made_up, results, sampling


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


def changed(path, change):
    return district.read(path, change(district.read(path).assumed))


def keyed(program, path, runs, seed, change):
    """Where the two differ with the same numbers: a list for each result."""
    scenario = changed(path, change)
    found = model.simulate(scenario, model.Keyed(scenario, seed), runs)
    ours, theirs = results.forecast(scenario, found, seed), results.program_says(program.forecast(path, runs, seed))
    return {key: lines for key in theirs if (lines := results.differences(key, ours[key], theirs[key]))}


def independent(program, path, runs, seed, change, count):
    """Where they differ by more than sampling, each with numbers of its own."""
    scenario = changed(path, change)
    found = model.simulate(scenario, model.Own(scenario, seed), runs)
    return sampling.apart(scenario, found, program.forecast(path, runs, seed), count)


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
MARKS = {"meeting_held": ["meeting"], "application_accepted": ["acceptance"], "party_decided": ["decisions"] * 2}


def vectors(page, place):
    """Where the page's test vectors differ, one for each model."""
    _, *texts = re.split(r"^#+ (?=Test vector)", pathlib.Path(page).read_text(encoding="utf-8"), flags=re.M)
    return [line for text in texts for line in vector(text, place / "vector.toml")]


def vector(text, path):
    """Where a test vector differs: its draws, in any order, its milestones, and its last day."""
    seed, run = map(int, re.search(r"Seed (\d+), run (\d+)", text).groups())
    path.write_text(re.search(r"```toml\n(.*?)```", text, re.S)[1], encoding="utf-8")
    rows = re.findall(r"^\| (?:\([^|]+\)|\w+) \| (\d+) \| (\d+) \| ([\d.]+) \|", text, re.M)
    wanted = sorted((int(stream), int(occurrence), u) for stream, occurrence, u in rows)
    events = re.findall(r"^\| (\d{4}-\d\d-\d\d)T\S+ \| (\w+) \|", text, re.M)
    scenario = district.read(path)
    draw = Watched(scenario, seed)
    draw.begin(run)
    found = model.Run(scenario, draw).result()
    heading = text.splitlines()[0]
    print(f"{heading}: {len(wanted)} draws, {found.ending} on {scenario.date(found.day)}")
    wrong = [] if sorted(draw.drawn) == wanted else [f"draws differ: {sorted({*draw.drawn} ^ {*wanted})}"]
    parts = [part.name for parts in scenario.parts.values() for part in parts]
    for event, names in {**MARKS, "session_closed": parts}.items():
        ours = sorted({str(scenario.date(found.milestones[name])) for name in names})
        theirs = [date for date, name in events if name == event]
        if ours != theirs[-len(ours):] or len(theirs) != len(names):
            wrong.append(f"{event}: SimPy {ours}, the page {theirs}")
    ours = found.ending, str(scenario.date(max(found.milestones.values())))
    theirs = "completed", events[-1][0]
    return [f"{heading}: {line}" for line in wrong + ([] if ours == theirs else [f"SimPy {ours}, the page {theirs}"])]


def compare(options, program, place, what=None, quiet=False):
    """All disagreements: those with the page's numbers, by result, and those with Python's own."""
    exact, sampled = collections.defaultdict(list), []

    def add(path, runs, change):
        found = keyed(program, path, runs, options.seed, change)
        for key, lines in found.items():
            exact[key] += [f"{path.name}: {line}" for line in lines]
        return sum(map(len, found.values()))

    with errors.broken(what) as change:
        for path in map(pathlib.Path, options.scenarios):
            if what and district.read(path).version != options.format:
                continue
            differ = add(path, options.runs, change)
            others = []
            if what is None or errors.ALL[what][1]:
                others = independent(program, path, options.runs, options.seed, change, comparisons(options))
            sampled += [f"{path.name}: {line}" for line in others]
            if not quiet:
                print(f"{path.name}: {options.runs} runs, {differ} differ with the same numbers, {len(others)} beyond sampling")
        for path, runs in made(options, place):
            add(path, runs, change)
    if not quiet and options.made_up:
        print(f"{options.made_up} made-up scenarios, {options.made_up_runs} runs each, with the same numbers")
    return exact, sampled


def comparisons(options):
    """How many comparisons there are of simulations with numbers of their own."""
    return sum(sampling.comparisons(district.read(path)) for path in options.scenarios)


def made(options, place):
    """The scenarios that are compared with the same numbers only, and how many runs of each."""
    name, text, _ = errors.SHOWN[options.format]
    texts = {name: (text, errors.RUNS)} if options.self_test else {}
    for number in range(options.made_up):
        text = made_up.scenario(random.Random(f"{options.seed} {number}"), options.format)
        texts[f"made-up-{number}"] = text, options.made_up_runs
    for name, (text, runs) in texts.items():
        path = place / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        yield path, runs


def self_test(options, program, place):
    """The errors on purpose that were not found, or not where they are."""
    unseen = []
    for what, (_, by_sampling, where) in errors.SHOWN[options.format][2].items():
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
    parser.add_argument("--format", type=int, choices=errors.SHOWN, default=1)
    parser.add_argument("--page")
    parser.add_argument("--break", dest="wrong", choices=errors.ALL)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    program = Program(options.program)
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        wrong = vectors(options.page, place) if options.page else []
        exact, sampled = compare(options, program, place, options.wrong)
        wrong += [line for lines in exact.values() for line in lines] + sampled
        if options.self_test:
            wrong += self_test(options, program, place)
    z = sampling.deviations(comparisons(options))
    print(f"SimPy {model.simpy.__version__}: {len(wrong)} disagreements; sampling error is up to {z:.2f} standard deviations")
    print("\n".join(wrong[:20]), end="\n" if wrong else "")
    return 4 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
