//! The subcommands, one per file.

mod access;
mod amend;
mod ask;
mod audit;
mod availability;
mod backtest;
mod calendar;
mod calibrate;
mod cases;
mod chart;
mod checkpoint;
mod compare;
mod config;
mod cosign;
mod custody;
mod diff;
mod export;
mod extract;
mod goals;
mod import;
mod keygen;
mod mail;
mod mirror;
mod new;
mod plan;
mod program_report;
mod record;
mod release;
mod replay;
mod report;
mod route;
mod rules;
mod scenario;
mod schema;
mod serve;
mod simulate;
mod status;
mod store;
mod tour;
mod verify;
mod void;
mod webhook;
mod who;

use crate::args::{Args, AsKnown as AsKnownArgs, Command, Correction, From, OneScenario, Runs, Signing, When};
use crate::output::Outcome;
use crate::terminal;
use ibbi_access::UNKNOWN_NAME;
use ibbi_app::case_log::CaseLog;
use ibbi_app::goals::AsKnown;
use ibbi_app::ledger::{self, ClockError, Collect, LedgerService, OpenOptions, Record};
use ibbi_app::output::{OutputFile, OutputKind};
use ibbi_app::service::{EventTime, Ids, Offer, Recorded};
use ibbi_app::signing::Signer;
use ibbi_app::sim::{Scenario, Settings, Simulator};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, place, schedule};
use ibbi_core::{At, Name, Warning};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) fn run(args: Args) -> Result<Outcome, AppError> {
    let json = args.json;
    if let Some(folder) = std::env::var_os("IBBI_TEXT_KEYS").filter(|folder| !folder.is_empty()) {
        ibbi_app::custody::use_key_folder(folder.into());
    }
    if let Some(folder) = std::env::var_os("IBBI_DATA").filter(|folder| !folder.is_empty()).map(PathBuf::from) {
        place::keep_files_in(folder);
    } else if let Ok(ledger) = serve::default_path() {
        place::keep_files_in(ledger.parent().map(Path::to_owned).unwrap_or_default());
    }
    match args.command {
        Command::New(args) => new::run(args, json),
        Command::Record(args) => record::run(args, json),
        Command::Amend(args) => amend::run(args, json),
        Command::Import(args) => import::run(args, json),
        Command::Void(args) => void::run(args, json),
        Command::Status(args) => status::run(args, json),
        Command::Replay(args) => replay::run(args, json),
        Command::Route(args) => route::run(args, json),
        Command::Cases(args) => cases::run(&args, json),
        Command::Audit(args) => audit::run(args, json),
        Command::Goals(args) => goals::run(&args, json),
        Command::ProgramReport(args) => program_report::run(&args, json),
        Command::Diff(args) => diff::run(&args, json),
        Command::Export(args) => export::run(&args, json),
        Command::Keygen(args) => keygen::run(&args, json),
        Command::Checkpoint(args) => checkpoint::run(&args, json),
        Command::Verify(args) => verify::run(args, json),
        Command::Cosign(args) => cosign::run(args, json),
        Command::Extract(args) => extract::run(&args, json),
        Command::Release(args) => release::run(&args, json),
        Command::Hold(args) => custody::hold(args, json),
        Command::Texts(args) => custody::texts(args, json),
        Command::Mirror(args) => mirror::run(&args, json),
        Command::Schema(args) => Ok(schema::run(&args, json)),
        Command::Scenario(args) => scenario::run(args, json),
        Command::Availability(args) => availability::run(&args, json),
        Command::Plan(args) => plan::run(args, json),
        Command::Simulate(args) => simulate::run(args, json),
        Command::Compare(args) => compare::run(&args, json),
        Command::Who(args) => who::run(&args, json),
        Command::Calibrate(args) => calibrate::run(&args, json),
        Command::Backtest(args) => backtest::run(&args, json),
        Command::Report(args) => report::run(&args, json),
        Command::Calendar(args) => calendar::run(&args, json),
        Command::Chart(args) => Ok(chart::run(args, json)),
        Command::Rules(args) => rules::run(&args, json),
        Command::Serve(args) => serve::run(*args, json),
        Command::Store(args) => store::run(args, json),
        Command::Config(args) => config::run(args, json),
        Command::Mail(args) => mail::run(args, json),
        Command::Token(args) => access::token(args, json),
        Command::Access(args) => access::access(args, json),
        Command::Webhook(args) => webhook::run(args, json),
        Command::Tour(args) => tour::run(args, json),
    }
}

mod clock {
    use super::{At, ClockError};
    use std::time::{SystemTime, UNIX_EPOCH};

    /// Returns the current time. This is the only place that reads the clock.
    pub(super) fn now() -> Result<At, ClockError> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
        since
            .and_then(|since| At::from_millis(i64::try_from(since.as_millis()).ok()?))
            .ok_or_else(|| ClockError("the clock of this computer is set before 1970; correct it".to_owned()))
    }
}

/// Returns the current time.
fn now() -> Result<At, AppError> {
    Ok(clock::now()?)
}

/// Returns the name of the person who records.
fn actor(given: Option<&str>) -> Result<Name, AppError> {
    let from_environment = || ["IBBI_ACTOR", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let text = given.map(str::to_owned).or_else(from_environment).unwrap_or_else(|| UNKNOWN_NAME.to_owned());
    Name::new(&text).map_err(|error| AppError::Usage(format!("actor: {error}")))
}

/// Returns the person or body for whom an event is recorded.
fn on_behalf(when: &When) -> Result<Option<Name>, AppError> {
    let name = when.on_behalf.as_deref().map(Name::new).transpose();
    name.map_err(|error| AppError::Usage(format!("on behalf: {error}")))
}

/// Returns how to open a ledger whose cases are kept in memory as `collect` says.
fn options(collect: Collect, signing: Option<&Signing>) -> Result<OpenOptions, AppError> {
    let signer = signing.map(signer).transpose()?.flatten();
    Ok(OpenOptions { collect, signer, ..OpenOptions::new(Arc::new(clock::now)) })
}

/// Reads all of a small file, or of standard input if its name is `-`. `purpose` says for what more bytes are too long.
fn read_input(file: &Path, most: u64, purpose: &str) -> Result<Vec<u8>, AppError> {
    if file == Path::new("-") {
        return read_limited(std::io::stdin().lock(), Path::new("standard input"), most, purpose);
    }
    let failed = |source| AppError::Io { doing: "read", path: file.to_owned(), source };
    read_limited(std::fs::File::open(file).map_err(failed)?, file, most, purpose)
}

/// Reads at most some bytes of a file.
fn read_limited(source: impl Read, path: &Path, most: u64, purpose: &str) -> Result<Vec<u8>, AppError> {
    let mut bytes = Vec::new();
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    source.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most {
        let message = format!("{} has more than {most} bytes, which is too long {purpose}", path.display());
        return Err(AppError::Usage(message));
    }
    Ok(bytes)
}

/// Parses a time in a zone; the default is now.
fn instant(at: Option<&str>, zone: Zone, now: At) -> Result<At, AppError> {
    Ok(at.map_or(Ok(now), |text| zone.read(text, now))?)
}

/// Returns as of when cases are looked at, and as they were known when.
fn as_known(args: &AsKnownArgs, now: At) -> Result<AsKnown, AppError> {
    AsKnown::read(args.as_of.as_deref(), args.logged.as_deref(), now)
}

/// Opens a ledger to record an event in it, or only reads it for a dry run.
fn open_to_record(ledger: &Path, when: &When, collect: Collect, dry_run: bool) -> Result<LedgerService, AppError> {
    let options = OpenOptions { trust_clock: when.clock_is_right, ..options(collect, Some(&when.signing))? };
    if dry_run { ledger::read(ledger, &options) } else { ledger::open(ledger, Ids::random(), &options) }
}

/// Records an offer, or checks whether it could be recorded.
fn record_offer(service: &mut LedgerService, offer: Offer, dry_run: bool) -> Result<Recorded, AppError> {
    if dry_run {
        return service.ask(&offer);
    }
    let recorded = service.record(offer)?;
    Ok(Recorded { set_aside: service.store().torn(), ..recorded })
}

/// Records a correction of an event. `correct` makes it from the recorded event, if it is in the case.
fn record_correction(
    args: &Correction,
    json: bool,
    correct: impl FnOnce(Option<&Record>, Option<EventTime>, Zone) -> Result<Offer, AppError>,
) -> Result<Outcome, AppError> {
    let mut service = open_to_record(&args.ledger, &args.when, Collect::CaseOf(args.seq), args.dry_run)?;
    let case = ledger::case_of(&service, args.seq)?;
    let log = service.case(case)?;
    let (zone, recorded) = (log.zone, log.records.iter().find(|record| record.seq == args.seq));
    let at = event_time(&args.when, zone)?;
    let offer = correct(recorded, at, zone)?;
    let offer = Offer { case: Some(case), at, id: args.id, on_behalf: on_behalf(&args.when)?, ..offer };
    let recorded = record_offer(&mut service, offer, args.dry_run)?;
    Ok(recorded_outcome(&recorded, zone, json))
}

/// Returns the outcome of a command that recorded an event.
fn recorded_outcome(recorded: &Recorded, zone: Zone, json: bool) -> Outcome {
    let outcome = if json { Outcome::json(recorded) } else { Outcome::done(terminal::recorded(recorded, zone, "")) };
    Outcome { messages: clock_message(std::slice::from_ref(recorded)), ..outcome }
}

/// Returns the message that asks to check the clock, if recording found it far ahead.
fn clock_message(recorded: &[Recorded]) -> String {
    let all = recorded.iter().flat_map(|recorded| &recorded.advisories);
    let about_clock = all.filter(|advisory| advisory.warning == Warning::ClockAhead);
    about_clock.map(|advisory| format!("ibbi: {} [{}]\n", advisory.found, advisory.warning.code())).collect()
}

/// Parses the time of an event, in the time zone of its case. Without one, the event happens when it is recorded.
fn event_time(when: &When, zone: Zone) -> Result<Option<EventTime>, AppError> {
    when.at.as_deref().map(|text| Ok(EventTime::read(text, zone, now()?)?)).transpose()
}

/// Loads the key that signs checkpoints, from the command line or the environment. It is loaded before anything is
/// recorded, so that a wrong key is reported early.
fn signer(signing: &Signing) -> Result<Option<Arc<Signer>>, AppError> {
    let Some(key) = signing.sign.clone().or_else(|| std::env::var_os("IBBI_KEY").map(Into::into)) else {
        return Ok(None);
    };
    let every = match (signing.every, std::env::var("IBBI_CHECKPOINT_EVERY")) {
        (Some(every), _) => every,
        (None, Ok(text)) => text.parse().map_err(|_| {
            AppError::Usage(format!("IBBI_CHECKPOINT_EVERY: `{text}` is not a whole number such as 100"))
        })?,
        (None, Err(_)) => 100,
    };
    Signer::load(&key, every).map(|signer| Some(Arc::new(signer)))
}

/// Returns the output file of a command that reads `inputs`, or none for `-`, which is standard output.
fn output_file<'a>(path: &'a Path, kind: OutputKind, inputs: &[&Path]) -> Result<Option<OutputFile<'a>>, AppError> {
    // Replacing the file behind standard output would lose what other programs write to it.
    let is_stdout = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path.as_os_str() == *name);
    (!is_stdout).then(|| OutputFile::check(path, kind, inputs)).transpose()
}

/// Returns the output file for a spreadsheet, which can't be standard output.
fn spreadsheet_file<'a>(path: &'a Path, inputs: &[&Path]) -> Result<OutputFile<'a>, AppError> {
    let file = output_file(path, OutputKind::Spreadsheet, inputs)?;
    file.ok_or_else(|| AppError::Usage("a spreadsheet can't be written to standard output; name a file".to_owned()))
}

/// Returns the settings of a simulation. The default is one thread per core.
fn settings(args: &Runs) -> Result<Settings, AppError> {
    let settings = Settings { runs: args.runs, seed: args.seed, threads: threads(args.threads) };
    settings.check()?;
    Ok(settings)
}

/// Returns a number of threads. The default is one per core.
fn threads(given: Option<u64>) -> usize {
    match given {
        Some(threads) => usize::try_from(threads).unwrap_or(usize::MAX),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    }
}

/// Loads a scenario, and continues from a real case if one is given.
fn simulator(one: &OneScenario, from: &From) -> Result<(Scenario, Simulator), AppError> {
    let scenario = schedule::with_changes(schedule::load(one.scenario.as_deref())?, &one.set)?;
    let scenario = schedule::with_format(scenario, one.format);
    let simulator = Start::read(from)?.simulator(&scenario)?;
    Ok((scenario, simulator))
}

/// Where runs start: at the start of a scenario, or at a real case.
struct Start(Option<RealStart>);

/// A real case from which runs continue.
struct RealStart {
    service: LedgerService,
    log: CaseLog,
    as_of: At,
    ledger: PathBuf,
}

impl Start {
    /// Reads the case, if one is given. The ledger is read once.
    fn read(from: &From) -> Result<Self, AppError> {
        let Some(ledger) = from.from.as_deref() else { return Ok(Self(None)) };
        let (mut service, case) = read_case(ledger, from.case.as_deref())?;
        let log = service.case(case)?.clone();
        let as_of = instant(from.as_of.as_deref(), log.zone, now()?)?;
        Ok(Self(Some(RealStart { service, log, as_of, ledger: ledger.to_owned() })))
    }

    fn simulator(&self, scenario: &Scenario) -> Result<Simulator, AppError> {
        let Some(RealStart { service, log, as_of, ledger }) = &self.0 else { return Ok(Simulator::new(scenario)) };
        let elsewhere = schedule::booked_elsewhere(scenario, service.store(), log.id, *as_of)?;
        schedule::resume(scenario, log, *as_of, &elsewhere, ledger)
    }
}

/// Reads a ledger once, without its lock, and selects a case.
fn read_case(path: &Path, wanted: Option<&str>) -> Result<(LedgerService, uuid::Uuid), AppError> {
    let service = ledger::read(path, &options(ledger::collect(wanted), None)?)?;
    let case = ledger::select(&service, wanted)?;
    Ok((service, case))
}
