"""The simulation's results, from docs/simulation.md: what the program's JSON should say of the runs of simpy_model.py."""
import math, statistics

import simpy_model as model
from district import CHANCES, DURATIONS

GATES = ("leader_declines", "labor_adopts", "management_adopts", "withdraws")


class Watched(model.Keyed):
    """The page's numbers, which remembers what was drawn: per run, the sum of each assumption's results."""

    def __init__(self, scenario, seed):
        super().__init__(scenario, seed)
        self.inputs = []

    def begin(self, run):
        super().begin(run)
        self.drawn = []
        self.inputs.append({})

    def number(self, name, occurrence):
        number = super().number(name, occurrence)
        self.drawn.append((model.STREAMS[name], occurrence, f"{number:.9f}"))
        return number

    def note(self, name, result):
        self.inputs[-1][name] = self.inputs[-1].get(name, 0) + result
        return result

    def days(self, name, occurrence):
        return self.note(name, super().days(name, occurrence))

    def true(self, name, occurrence):
        return self.note(name, super().true(name, occurrence))


# What the page's section on results says.

def wilson(hits, runs):
    z = statistics.NormalDist().inv_cdf(0.975)
    share, spread = hits / runs, z * z / runs
    half = z * math.sqrt(share * (1 - share) / runs + spread / (4 * runs))
    return [share, max(0.0, (share + spread / 2 - half) / (1 + spread)), min(1.0, (share + spread / 2 + half) / (1 + spread))]


def ranked(values, percent):
    return values[max(1, -(-percent * len(values) // 100)) - 1]


def bar(scenario, name, results, inputs):
    """An input's P10 and P90, the mean completion days of the runs below and above, and their shares in time."""
    gate = name in GATES
    drew = [(each[name], end, day) for each, (end, day) in zip(inputs, results) if name in each and (gate or end == "completed")]
    if not drew:
        return None
    values = sorted(value for value, _, _ in drew)
    low, high = ranked(values, 10), ranked(values, 90)
    said = {"low": low, "high": high}
    for side, runs in [
        ("low", [run for run in drew if run[0] <= low]),
        ("high", [run for run in drew if run[0] >= high and run[0] > low]),
    ]:
        days = [day for _, end, day in runs if end == "completed"]
        said[f"days_{side}"] = sum(days) / len(days) if days else None
        if scenario.deadline is not None:
            said[f"in_time_{side}"] = sum(day <= scenario.deadline for day in days) / len(runs) if runs else None
    for kind in ("days", "in_time") if scenario.deadline is not None else ("days",):
        pair = said[f"{kind}_high"], said[f"{kind}_low"]
        said[f"{kind}_swing"] = None if None in pair or (gate and kind == "days") else pair[0] - pair[1]
    return said


def forecast(scenario, results, inputs):
    """What the program's JSON should say, as far as this check knows it."""
    said = model.summary(scenario, results)
    runs = len(results)
    bars = {name: bar(scenario, name, results, inputs) for name in [*DURATIONS, *CHANCES]}
    return {
        "assumptions": scenario.assumed,
        "runs": runs,
        "outcomes": {row["ending"]: [row["runs"], *wilson(row["runs"], runs)] for row in said["outcomes"]},
        "percentiles": {row["percent"]: row["date"] for row in said["percentiles"]},
        "in_time": said["in_time"] and wilson(said["in_time"]["runs"], runs),
        "curve": [[point["date"], point["completed"], point["completed"] / runs] for point in said["curve"]],
        "tornado": {name: bar for name, bar in bars.items() if bar},
        "each": [[end, None if end == "unfinished" else str(scenario.date(day))] for end, day in results],
    }


def program_says(said):
    """The program's JSON in the same shape."""
    interval = lambda it: [it["estimate"], it["low"], it["high"]]
    shape = {
        "assumptions": {row["name"]: row["value"] for row in said["assumptions"]},
        "runs": said["runs"],
        "outcomes": {row["ending"]: [row["runs"], *interval(row["share"])] for row in said["outcomes"]},
        "percentiles": {row["percent"]: row["date"] for row in said["percentiles"] if row["date"]},
        "in_time": said["in_time"] and interval(said["in_time"]),
        "curve": [[point["date"], point["completed"], point["share"]] for point in said["curve"]],
        # Without a contract date nothing is in time, and the page does not say what a bar then holds.
        "tornado": {
            bar["input"]: {key: it for key, it in bar.items() if key != "input" and (said["in_time"] or "in_time" not in key)}
            for bar in said["tornado"]
        },
    }
    if "each" in said:
        shape["each"] = [[end["ending"], end["date"]] for end in said["each"]]
    return shape


def differences(where, ours, theirs):
    """The places where two JSON values differ. Shares and means may differ in their last digits."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = sorted({*ours, *theirs}, key=str)
        return [line for key in keys for line in differences(f"{where}.{key}", ours.get(key), theirs.get(key))]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs))
        return [line for place, (our, their) in pairs for line in differences(f"{where}[{place}]", our, their)]
    if isinstance(ours, float) and isinstance(theirs, float) and math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9):
        return []
    return [] if ours == theirs else [f"{where}: SimPy {shown(ours)}, the program {shown(theirs)}"]


def shown(value):
    return f"a list of {len(value)}" if isinstance(value, list) else value
