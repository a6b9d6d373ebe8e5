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


def deadline(each, hits, found, finish):
    """A date by which to be complete: its chance, and the days that are left until then."""
    left = lambda percent: None if finish[percent] is None else (each.date - the_day(finish[percent])).days
    row = {"name": each.name, "date": str(each.date), "chance": wilson(hits, found["runs_ahead"])}
    row |= {"days_left_p50": left(50), "days_left_p90": left(90)}
    return row | ({"margin_days": each.margin} if each.margin else {})


def deadlines(scenario, found, finish):
    """If no run goes ahead, there is nothing that a deadline could be a share of."""
    pairs = zip(scenario.deadlines, found["in_time"])
    return [deadline(each, hits, found, finish) for each, hits in pairs] if found["runs_ahead"] else []


def finish_dates(found):
    return dict.fromkeys(model.PERCENTS) | {row["percent"]: row["date"] for row in found["percentiles"]}


def ranges(scenario, likely, seed):
    """The figures of two more forecasts, with each range at its pessimistic or its other end."""
    runs, figures = likely["runs"], []
    for side in ("pessimistic", "optimistic"):
        other = scenario.at(side)
        found = model.summary(other, model.simulate(other, model.Keyed(other, seed), runs))
        ahead = found["runs_ahead"]
        figures.append((ahead / runs, finish_dates(found), [hits / ahead if ahead else None for hits in found["in_time"]]))
    (ahead, finish, shares), (most_ahead, earliest, best) = figures
    return {
        "goes_ahead": [ahead, most_ahead],
        "finish": {f"p{percent}": [earliest[percent], finish[percent]] for percent in model.PERCENTS},
        "deadlines": [[share, other] for share, other in zip(shares, best)] if likely["runs_ahead"] else [],
    }


def forecast(scenario, results, seed):
    """What the program's JSON should say."""
    found = model.summary(scenario, results)
    finish = finish_dates(found)
    return {
        "assumptions": scenario.assumed,
        "contract_expires": scenario.expires and str(scenario.expires),
        "seed": seed,
        "runs": found["runs"],
        "runs_ahead": found["runs_ahead"],
        "outcomes": {row["ending"]: [row["runs"], *wilson(row["runs"], found["runs"])] for row in found["outcomes"]},
        "goes_ahead": wilson(found["runs_ahead"], found["runs"]),
        "finish": finish,
        "not_ahead": {end: [runs, *wilson(runs, found["runs"])] for end, runs in found["not_ahead"].items()},
        "milestones": found["milestones"],
        "deadlines": deadlines(scenario, found, finish),
        "ranges": ranges(scenario, found, seed) if scenario.ranged() else None,
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
        "deadlines": [row | {"chance": interval(row["chance"])} for row in json["deadlines"]],
        "ranges": json.get("ranges"),
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
