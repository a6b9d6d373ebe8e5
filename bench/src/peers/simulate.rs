//! Simulating the same scenario on one core: the model alone, this project with nothing kept, with every event kept in
//! memory, and with every event as a line of a ledger, and SimPy.

use super::simpy::{Found, SimPy};
use super::{Comparison, Contender, Failed, Options, Table, timed};
use ibbi_app::schedule::{Keep, keep};
use ibbi_bench::floor::{Floor, counts_of};
use ibbi_sim::{Forecast, Scenario, Settings, Simulator};
use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

const SCENARIO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/scenarios/maple-hollow.toml");
/// Runs of one turn.
const RUNS: u64 = 10_000;
/// Runs of one turn of SimPy, which needs longer for each.
const SIMPY_RUNS: u64 = 2_000;
/// Lines that `keep` writes with one sync.
const LINES_A_SYNC: usize = 1_000;
/// Standard deviations that a share may be off: with the few shares looked at here, one in some million times by chance.
const DEVIATIONS: f64 = 5.0;

pub(super) fn tables(options: &Options) -> Result<Vec<Table>, Failed> {
    let scenario = Scenario::parse(&std::fs::read_to_string(SCENARIO)?)?;
    Ok(vec![runs(options, &scenario)?, lines(options, &scenario)?, results(options, &scenario)?])
}

const fn one_core(seed: u64) -> Settings {
    Settings { runs: RUNS, seed, threads: 1 }
}

/// How many runs a second.
fn runs(options: &Options, scenario: &Scenario) -> Result<Table, Failed> {
    let simulator = &Simulator::new(scenario);
    let people = scenario.people.len();
    let title = format!("Simulating {} on its calendar, {people} people, one core", scenario.district.as_str());
    let floor = Floor::new(scenario);
    let mut contenders = vec![
        Contender {
            name: "floor: the model as one loop, no process, no events",
            turn: Box::new(|round| Ok(counted(&floor, round))),
        },
        Contender {
            name: "ibbi-sim, no events kept",
            turn: Box::new(|round| {
                let (time, done) = timed(|| simulator.simulate(one_core(round as u64)));
                let counts = counts_of(&done?, scenario.start);
                if counts == floor.simulate(RUNS, round as u64) {
                    Ok(time)
                } else {
                    Err("the floor counts otherwise".into())
                }
            }),
        },
        Contender {
            name: "ibbi-sim, the events of all runs kept in memory",
            turn: Box::new(|round| kept(simulator, round)),
        },
        Contender {
            name: "ibbi-sim, the events of all runs as lines of a ledger, synced",
            turn: Box::new(|round| Ok(written(simulator, &options.folder, round)?.0)),
        },
    ];
    let mut units = vec![RUNS; contenders.len()];
    let missing = match SimPy::start(Path::new(SCENARIO))? {
        Err(missing) => Some(missing),
        Ok(mut simpy) => {
            same_answer(simulator, &mut simpy)?;
            let forecast = simulator.simulate(Settings { runs: 10 * RUNS, ..one_core(0) })?;
            let turn = move |round: usize| {
                let found = simpy.own(SIMPY_RUNS, round as u64)?;
                within_sampling(&forecast, &found)?;
                Ok(found.time)
            };
            contenders.push(Contender { name: "SimPy (CPython)", turn: Box::new(turn) });
            units.push(SIMPY_RUNS);
            None
        }
    };
    let leaves_out = [
        "the process itself: nothing is offered, so nothing could be refused; events, causes of delay",
        "nothing; every run is offered to the real process",
        "nothing",
        "nothing",
        "the process itself",
    ];
    let rows = contenders.len();
    let comparison = Comparison { title, unit: "runs", units: RUNS, contenders };
    let table = comparison.measure_units(options.rounds.div_ceil(2), &units)?;
    Ok(table.remarked("leaves out", &leaves_out[..rows]).lacking(missing))
}

fn counted(floor: &Floor, round: usize) -> Duration {
    let (time, counts) = timed(|| floor.simulate(RUNS, round as u64));
    black_box(counts);
    time
}

/// With the same numbers both must find the same, to the last run.
fn same_answer(simulator: &Simulator, simpy: &mut SimPy) -> Result<(), Failed> {
    let forecast = simulator.simulate(Settings { runs: SIMPY_RUNS, ..one_core(1) })?;
    let found = simpy.keyed(SIMPY_RUNS, 1)?;
    let mut endings = Vec::new();
    for row in &forecast.outcomes {
        endings.push((serde_json::to_value(row.ending)?.as_str().unwrap_or_default().to_owned(), row.runs));
    }
    let dates = forecast.finish.all().into_iter();
    let dates = dates.filter_map(|(percent, date)| Some((u64::from(percent), date?.to_string())));
    let percentiles: Vec<_> = dates.collect();
    let curve: Vec<_> = forecast.curve.iter().map(|point| (point.date.to_string(), point.completed)).collect();
    if (&endings, &percentiles, &curve) == (&found.endings, &found.percentiles, &found.curve) {
        Ok(())
    } else {
        Err(format!("with the same numbers ibbi finds {endings:?} {percentiles:?} {curve:?}, but SimPy {found:?}")
            .into())
    }
}

/// With numbers of its own SimPy must find the same share of completed runs, and a P50 at which about half were done.
fn within_sampling(forecast: &Forecast, found: &Found) -> Result<(), Failed> {
    let ours = forecast.outcomes[0].share.estimate;
    let [(_, completed), ..] = found.endings.as_slice() else { return Err("SimPy reported no ending".into()) };
    let theirs = *completed as f64 / SIMPY_RUNS as f64;
    let deviation = |share: f64, runs: f64| (share * (1.0 - share) / runs).sqrt();
    let [_, (50, half), ..] = found.percentiles.as_slice() else { return Err("SimPy reported no P50".into()) };
    // By our curve, a half must have been completed about then: no less on the day, no more on the day before.
    let by = |test: &dyn Fn(&str) -> bool| forecast.curve.iter().rev().find(|point| test(&point.date.to_string()));
    let done = |point: Option<&ibbi_sim::CurvePoint>| point.map_or(0.0, |point| point.share);
    let (before, until) = (done(by(&|date| date < half.as_str())), done(by(&|date| date <= half.as_str())));
    let slack = DEVIATIONS * deviation(0.5, *completed as f64);
    if (ours - theirs).abs() > DEVIATIONS * deviation(ours, SIMPY_RUNS as f64) {
        Err(format!("ibbi completes {ours} of the runs, SimPy {theirs}: that is no sampling error").into())
    } else if before > 0.5 + slack || until < 0.5 - slack {
        Err(format!("SimPy's P50 is {half}; by then ibbi has completed {until:.3} of what it completes").into())
    } else {
        Ok(())
    }
}

/// Every run's events, all kept until the last run is done.
fn kept(simulator: &Simulator, round: usize) -> Result<Duration, Failed> {
    let (time, kept) = timed(|| {
        let mut kept = Vec::new();
        for run in 0..RUNS {
            let mut events = Vec::with_capacity(48);
            simulator.run(round as u64, run, |at, event, to| events.push((at, event.clone(), to)))?;
            kept.push(events);
        }
        Ok::<_, ibbi_sim::SimulationError>(kept)
    });
    let kept = black_box(kept?);
    assert_eq!(kept.len() as u64, RUNS, "every run is kept");
    Ok(time)
}

/// Every run as a case of a new ledger: the time it takes, and the bytes.
fn written(simulator: &Simulator, folder: &Path, round: usize) -> Result<(Duration, Vec<u8>), Failed> {
    let path = folder.join(format!("runs-{round}"));
    let what = Keep { file: &path, settings: one_core(round as u64), interleaved: false };
    let (time, done) = timed(|| keep(simulator, what, |_| {}));
    assert_eq!(done?.runs, RUNS, "every run is written");
    let bytes = std::fs::read(&path)?;
    std::fs::remove_file(&path)?;
    Ok((time, bytes))
}

/// What of a kept ledger is the disk's share: the same bytes, written and synced in the same pieces.
fn lines(options: &Options, scenario: &Scenario) -> Result<Table, Failed> {
    let simulator = &Simulator::new(scenario);
    let bytes = &written(simulator, &options.folder, 0)?.1;
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let (count, megabytes) = (lines.len(), bytes.len() / 1_000_000);
    let chunks: Vec<Vec<u8>> = lines.chunks(LINES_A_SYNC).map(<[&[u8]]>::concat).collect();
    let title = format!("Keeping {RUNS} runs as a ledger of {count} lines, {megabytes} MB");
    let contenders = vec![
        Contender {
            name: "bare writes of the same bytes, 1,000 lines a sync",
            turn: Box::new(|round| bare(options, &chunks, round)),
        },
        Contender {
            name: "ibbi: simulated, checked, and written as a ledger",
            turn: Box::new(|_| Ok(written(simulator, &options.folder, 0)?.0)),
        },
    ];
    Comparison { title, unit: "lines", units: count as u64, contenders }.measure(options.rounds.div_ceil(2))
}

fn bare(options: &Options, chunks: &[Vec<u8>], round: usize) -> Result<Duration, Failed> {
    let path = options.folder.join(format!("bare-{round}"));
    let (time, done) = timed(|| {
        let mut file = File::create(&path)?;
        chunks.iter().try_for_each(|chunk| file.write_all(chunk).and_then(|()| file.sync_data()))
    });
    done?;
    std::fs::remove_file(&path)?;
    Ok(time)
}

/// How long one waits for everything: calendar, runs, milestones, curve, and causes of delay.
fn results(options: &Options, scenario: &Scenario) -> Result<Table, Failed> {
    let whole = |threads: usize| {
        move |round: usize| {
            let settings = Settings { threads, ..one_core(round as u64) };
            let (time, done) = timed(|| Simulator::new(scenario).simulate(settings));
            assert!(!done?.drivers.is_empty(), "all results are there");
            Ok(time)
        }
    };
    let threads = std::thread::available_parallelism()?.get();
    let contenders = vec![
        Contender { name: "ibbi-sim, one core", turn: Box::new(whole(1)) },
        Contender { name: "ibbi-sim, every core", turn: Box::new(whole(threads)) },
    ];
    let title = format!("{RUNS} runs with all results: calendar, milestones, curve, causes of delay ({threads} cores)");
    Comparison { title, unit: "runs", units: RUNS, contenders }.measure(options.rounds)
}
