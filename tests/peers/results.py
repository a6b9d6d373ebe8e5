"""The simulation's results, from docs/simulation.md: what the program's JSON should say of the runs of simpy_model.py.

Two fields are not compared, since the page does not say what they hold: `headline`, which is prose, and `digest`."""
import math, statistics

import simpy_model as model
from district import the_day


def wilson(hits, runs):
    """A share with its 95% interval."""
    z = statistics.NormalDist().inv_cdf(0.975)
    share, spread = hits / runs, z * z / runs
    half = z * math.sqrt(share * (1 - share) / runs + spread / (4 * runs))
    return [share, max(0.0, (share + spread / 2 - half) / (1 + spread)), min(1.0, (share + spread / 2 + half) / (1 + spread))]


def deadline(scenario, found, finish):
    """The contract date: its chance, and the days that are left until then."""
    date = scenario.date(scenario.deadline)
    left = lambda percent: None if finish[percent] is None else (date - the_day(finish[percent])).days
    chance = wilson(found["in_time"], found["runs_ahead"])
    return {"date": str(date), "chance": chance, "days_left_p50": left(50), "days_left_p90": left(90)}


def forecast(scenario, results, seed):
    """What the program's JSON should say."""
    found = model.summary(scenario, results)
    finish = dict.fromkeys(model.PERCENTS) | {row["percent"]: row["date"] for row in found["percentiles"]}
    expires = None if scenario.deadline is None else str(scenario.date(scenario.deadline))
    return {
        "assumptions": scenario.assumed,
        "contract_expires": expires,
        "seed": seed,
        "runs": found["runs"],
        "runs_ahead": found["runs_ahead"],
        "outcomes": {row["ending"]: [row["runs"], *wilson(row["runs"], found["runs"])] for row in found["outcomes"]},
        "goes_ahead": wilson(found["runs_ahead"], found["runs"]),
        "finish": finish,
        "not_ahead": {end: [runs, *wilson(runs, found["runs"])] for end, runs in found["not_ahead"].items()},
        "milestones": found["milestones"],
        # If no run goes ahead, there is nothing that a deadline could be a share of.
        "deadlines": {"contract": deadline(scenario, found, finish)} if expires and found["runs_ahead"] else {},
        "curve": [[point["date"], point["completed"], point["share"]] for point in found["curve"]],
        "delays": found["delays"],
        "each": [[run.ending, model.end_date(scenario, run)] for run in results],
    }


def program_says(json):
    """The program's JSON in the same shape."""
    interval = lambda it: [it["estimate"], it["low"], it["high"]]
    percentiles = lambda it: {percent: it[f"p{percent}"] for percent in model.PERCENTS}
    rest = lambda it, *keys: {key: value for key, value in it.items() if key not in keys}
    shape = {
        "assumptions": {row["name"]: row["value"] for row in json["assumptions"]},
        "contract_expires": json["contract_expires"],
        "seed": json["seed"],
        "runs": json["runs"],
        "runs_ahead": json["runs_ahead"],
        "outcomes": {row["ending"]: [row["runs"], *interval(row["share"])] for row in json["outcomes"]},
        "goes_ahead": interval(json["goes_ahead"]),
        "not_ahead": {row["ending"]: [row["runs"], *interval(row["share"])] for row in json["not_ahead"]},
        "finish": percentiles(json["finish"]),
        "milestones": {milestone(row): percentiles(row) for row in json["milestones"]},
        "deadlines": {row["name"]: rest(row, "name") | {"chance": interval(row["chance"])} for row in json["deadlines"]},
        "curve": [[point["date"], point["completed"], point["share"]] for point in json["curve"]],
        "delays": {row["cause"]: rest(row, "cause") for row in json["drivers"]},
    }
    if "each" in json:
        shape["each"] = [[end["ending"], end["date"]] for end in json["each"]]
    return shape


def milestone(row):
    return f"{row['step']} {row['part']}" if row.get("part") else row["step"]


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
    return [] if ours == theirs else [f"{where}: SimPy {short(ours)}, the program {short(theirs)}"]


def short(value):
    return f"a list of {len(value)}" if isinstance(value, list) else value
