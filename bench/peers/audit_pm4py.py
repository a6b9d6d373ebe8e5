"""The same with pm4py, from an export in XES: `statistics PATH` or `conformance PATH NET` on a line of its input, a line of
JSON as the answer. Conformance replays every case's tokens on the process's net as well. The time is that of the work
alone, reading included."""
import contextlib, io, json, sys, time, warnings

warnings.simplefilter("ignore")
with contextlib.redirect_stderr(io.StringIO()):  # it greets there
    import pm4py


def statistics(path):
    # Its own fastest reader; the one in Rust, which it prefers, needs another package.
    log = pm4py.read_xes(path, variant="chunk_regex")
    variants = pm4py.get_variants(log)
    lengths = pm4py.get_all_case_durations(log)
    return log, {
        "cases": len(lengths),
        "events": len(log),
        "variants": sorted(variants.values(), reverse=True),
        "minutes": sum(int(length // 60) for length in lengths),
    }


def conformance(path, net):
    log, found = statistics(path)
    replayed = pm4py.conformance_diagnostics_token_based_replay(log, *pm4py.read_pnml(net))
    return log, {**found, "fits": all(case["trace_is_fit"] for case in replayed)}


for line in sys.stdin:
    job, *arguments = line.rstrip("\n").split("\t")
    if job == "import":  # it is there
        print("{}", flush=True)
        continue
    begun, busy = time.perf_counter(), time.process_time()
    _, found = {"statistics": statistics, "conformance": conformance}[job](*arguments)
    print(json.dumps({"seconds": time.perf_counter() - begun, "busy": time.process_time() - busy, **found}), flush=True)
