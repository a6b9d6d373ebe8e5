//! Two servers on one PostgreSQL database: many writers, while servers, sessions, and connections are killed.

use crate::database::Database;
use crate::direct::{Process, Said};
use crate::http::{Answer, Client};
use crate::relay::Relay;
use crate::server::{LOCALHOST, Server, program, token};
use crate::{Result, Settings, median, quantile};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

const SERVERS: usize = 2;
/// The writers of each server.
const WRITERS: usize = 64;
/// The events of a case before the next one is opened, so that a case stays as long as one of an office.
const CASE: usize = 100;
/// An event isn't sent more often. The server tries again by itself for half a minute.
const ATTEMPTS: usize = 400;

/// The parts that are running.
struct Office<'a> {
    settings: &'a Settings,
    database: Database,
    relay: Relay,
    ledger: String,
    token: String,
    servers: Vec<Mutex<Server>>,
    addresses: Vec<RwLock<SocketAddr>>,
    /// What runs in place of servers, with what its writers have said.
    direct: Vec<Mutex<Process>>,
    said: Arc<Mutex<Said>>,
}

/// The answers that the writers got.
#[derive(Default)]
struct Got {
    /// The ID of each acknowledged event, with its number.
    acknowledged: Vec<(String, u64)>,
    times: Vec<f64>,
    /// Attempts without an answer, which were made again.
    unanswered: usize,
    /// Answers that ask to try again later, by status.
    later: HashMap<u16, usize>,
    /// Events that were there when they were sent again.
    known: usize,
    /// Any other answer.
    wrong: Vec<String>,
}

impl Got {
    fn add(&mut self, other: Self) {
        self.acknowledged.extend(other.acknowledged);
        self.times.extend(other.times);
        self.unanswered += other.unanswered;
        self.known += other.known;
        self.wrong.extend(other.wrong);
        for (status, count) in other.later {
            *self.later.entry(status).or_default() += count;
        }
    }
}

impl<'a> Office<'a> {
    fn start(settings: &'a Settings) -> Result<Self> {
        let folder = settings.postgres.as_deref().ok_or("--postgres FOLDER names the folder of PostgreSQL's socket")?;
        let database = Database::create(folder)?;
        let relay = Relay::start(folder)?;
        let ledger = database.address(&relay.address.to_string());
        let (servers, addresses, direct, said) = (Vec::new(), Vec::new(), Vec::new(), Arc::default());
        let token = match &settings.writers {
            Some(program) => Process::init(program, &ledger).map(|()| String::new())?,
            None => {
                run(program(settings).args(["store", "init"]).arg(&ledger))?;
                token(settings, Path::new(&ledger), "clients")?
            }
        };
        Ok(Self { settings, database, relay, ledger, token, servers, addresses, direct, said })
    }

    /// Starts the servers, or what runs in place of them.
    fn serve(mut self) -> Result<Self> {
        let office = &mut self;
        let settings = office.settings;
        for _ in 0..SERVERS {
            if let Some(program) = &settings.writers {
                let process = Process::start(program, &office.ledger, WRITERS, &office.said)?;
                office.direct.push(Mutex::new(process));
                continue;
            }
            let server = Server::start(settings, Path::new(&office.ledger))?;
            office.addresses.push(RwLock::new(server.address));
            office.servers.push(Mutex::new(server));
        }
        Ok(self)
    }

    fn address(&self, server: usize) -> SocketAddr {
        *self.addresses[server % SERVERS].read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kills a server as `kill -9` does, and starts it again.
    fn kill_server(&self, number: usize) -> Result<()> {
        if let Some(process) = self.direct.get(number % SERVERS) {
            return process.lock().unwrap_or_else(PoisonError::into_inner).kill();
        }
        let mut server = self.servers[number % SERVERS].lock().unwrap_or_else(PoisonError::into_inner);
        server.kill()?;
        *server = Server::start(self.settings, Path::new(&self.ledger))?;
        *self.addresses[number % SERVERS].write().unwrap_or_else(PoisonError::into_inner) = server.address;
        Ok(())
    }
}

/// Runs a command and returns what it prints.
fn run(command: &mut Command) -> Result<String> {
    let done = command.output()?;
    if done.status.success() {
        return Ok(String::from_utf8(done.stdout)?);
    }
    let text = [done.stdout, done.stderr].concat();
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&text).trim()).into())
}

/// One writer, which sends each event until it is acknowledged: to its server, and after an error to the other one.
struct Writer<'a> {
    office: &'a Office<'a>,
    number: usize,
    server: usize,
    client: Option<Client>,
    sent: u64,
    got: Got,
}

impl Writer<'_> {
    /// Records an event under an ID of its own. Returns the case and the number, unless the event can't be recorded.
    fn record(&mut self, path: &str, event: &str, data: &str) -> Option<(String, u64)> {
        self.sent += 1;
        let id = format!("{:08x}-0000-4000-8000-{:012x}", self.number, self.sent);
        let kind = if event.is_empty() { String::new() } else { format!(r#""type":"{event}","#) };
        let body = format!(r#"{{{kind}"id":"{id}","data":{data}}}"#);
        let begun = Instant::now();
        for _ in 0..ATTEMPTS {
            let Some(answer) = self.ask(path, &body) else { continue };
            match answer.status {
                200 | 201 => {
                    self.got.known += usize::from(answer.status == 200);
                    self.got.times.push(begun.elapsed().as_secs_f64());
                    let found: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                    let seq = found["record"]["seq"].as_u64().or_else(|| found["seq"].as_u64()).unwrap_or(0);
                    self.got.acknowledged.push((id, seq));
                    return Some((found["case"].as_str().unwrap_or_default().to_owned(), seq));
                }
                502..=504 | 429 => {
                    *self.got.later.entry(answer.status).or_default() += 1;
                    self.server += 1;
                    self.client = None;
                    std::thread::sleep(Duration::from_millis(50));
                }
                status => {
                    self.got.wrong.push(format!("{status}: {}", String::from_utf8_lossy(&answer.body)));
                    return None;
                }
            }
        }
        self.got.wrong.push(format!("event {id} was sent {ATTEMPTS} times"));
        None
    }

    fn ask(&mut self, path: &str, body: &str) -> Option<Answer> {
        if self.client.is_none() {
            self.client = Client::new(self.office.address(self.server), LOCALHOST, &self.office.token).ok();
        }
        let answer = self.client.as_mut().and_then(|client| client.ask("POST", path, body).ok());
        if answer.is_none() {
            self.got.unanswered += 1;
            self.client = None;
            self.server += 1;
            std::thread::sleep(Duration::from_millis(20));
        }
        answer
    }

    /// Opens a case and records events in it, again and again until the common number is reached.
    fn run(mut self, left: &AtomicUsize) -> Got {
        let take = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        let dates = r#"{"contract_expires":"2030-06-30","evergreen":true}"#;
        while take() {
            let opened = format!(r#"{{"district":"District {}"}}"#, self.number);
            let Some((case, _)) = self.record("/api/v1/cases", "", &opened) else { break };
            let path = format!("/api/v1/cases/{case}/events");
            for _ in 1..CASE {
                if !take() || self.record(&path, "contract_dates_changed", dates).is_none() {
                    break;
                }
            }
            if self.got.wrong.len() > 20 {
                break;
            }
        }
        self.got
    }
}

/// How often each kind of fault was caused.
type Faults = Vec<(&'static str, usize)>;

/// Causes one fault after the other until the writers are done.
fn disturb(office: &Office<'_>, ended: &AtomicBool) -> Result<Faults> {
    let mut faults: Faults = ["servers killed", "sessions ended", "transactions canceled", "connections broken"]
        .map(|what| (what, 0))
        .into();
    for round in 0.. {
        // A time that differs from fault to fault.
        std::thread::sleep(Duration::from_millis(30 + (round as u64 * 7919) % 170));
        if ended.load(Ordering::Relaxed) {
            break;
        }
        match round % 7 {
            0 => {
                office.kill_server(round / 7)?;
                faults[0].1 += 1;
            }
            1 | 4 => faults[1].1 += office.database.terminate(round % 2 == 0)?,
            2 | 5 => faults[2].1 += office.database.cancel()?,
            _ => faults[3].1 += office.relay.drop_connections(round % 2 == 0),
        }
    }
    Ok(faults)
}

/// The findings about the database in the end.
#[derive(Default)]
struct Found {
    lines: usize,
    lost: usize,
    moved: usize,
    twice: usize,
    gaps: usize,
    clashes: usize,
    verified: String,
    exported: String,
}

impl Found {
    fn wrong(&self) -> bool {
        self.lost + self.moved + self.twice + self.gaps + self.clashes > 0
            || !self.verified.is_empty()
            || !self.exported.is_empty()
    }
}

/// Compares what was acknowledged with the lines in the database, verifies them, and compares an export with them.
fn judge(office: &Office<'_>, acknowledged: &[(String, u64)]) -> Result<Found> {
    let rows = office.database.lines()?;
    let folder = tempfile::tempdir_in(&office.settings.folder)?;
    let path = folder.path().join("lines.ledger");
    let mut bytes = Vec::new();
    let (mut places, mut twice, mut gaps): (HashMap<String, u64>, usize, usize) = (HashMap::new(), 0, 0);
    for ((seq, line), expected) in rows.iter().zip(1..) {
        gaps += usize::from(*seq != expected);
        let value: serde_json::Value = serde_json::from_slice(line)?;
        // Every line has an ID of its own, also the first.
        if let Some(id) = value["id"].as_str() {
            twice += usize::from(places.insert(id.to_owned(), *seq).is_some());
        }
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
    }
    std::fs::write(&path, &bytes)?;
    let mut found = Found { lines: rows.len(), twice, gaps, clashes: office.database.clashes()?, ..Found::default() };
    for (id, seq) in acknowledged {
        match places.get(id) {
            None => found.lost += 1,
            Some(place) if *seq != 0 && place != seq => found.moved += 1,
            Some(_) => {}
        }
    }
    if let Err(error) = run(program(office.settings).arg("verify").arg(&path)) {
        found.verified = error.to_string();
    }
    if office.settings.writers.is_some() {
        return Ok(found);
    }
    let export = folder.path().join("export.ledger");
    let mut command = program(office.settings);
    command.args(["export", "--to", "ledger", &office.ledger, "-o"]).arg(&export);
    found.exported = match run(&mut command) {
        Ok(_) if std::fs::read(&export)? == bytes => String::new(),
        Ok(_) => "the export differs from the lines in the database".to_owned(),
        Err(error) => error.to_string(),
    };
    Ok(found)
}

/// Sends all events to the servers.
fn write(office: &Office<'_>) -> Result<Got> {
    let left = AtomicUsize::new(office.settings.events);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..SERVERS * WRITERS)
            .map(|number| {
                let writer = Writer { office, number, server: number, client: None, sent: 0, got: Got::default() };
                let left = &left;
                scope.spawn(move || writer.run(left))
            })
            .collect();
        let mut whole = Got::default();
        for writer in writers {
            whole.add(writer.join().map_err(|_| "a writer panicked")?);
        }
        Ok(whole)
    })
}

/// Waits until the writers that use the store directly have recorded all events, or have found something wrong.
fn wait(office: &Office<'_>) -> Result<Got> {
    let (mut before, mut since) = (0, Instant::now());
    loop {
        let got = said(office);
        if got.acknowledged.len() >= office.settings.events || got.wrong.len() > 20 {
            return Ok(got);
        }
        if got.acknowledged.len() > before {
            (before, since) = (got.acknowledged.len(), Instant::now());
        }
        if since.elapsed() > Duration::from_secs(60) {
            return Ok(got);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn said(office: &Office<'_>) -> Got {
    let said = office.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Got {
        acknowledged: said.acknowledged,
        unanswered: said.again,
        known: said.known,
        wrong: said.wrong,
        ..Got::default()
    }
}

/// 64 writers on each of two servers, with faults. `without` is what is taken away to test this test: the lock, and the keys.
pub(crate) fn run_faults(settings: &Settings) -> Result<()> {
    let office = Office::start(settings)?;
    if settings.without_keys {
        office.database.drop_keys()?;
    }
    if settings.without_lock {
        // The statements that are prepared from now on have no lock.
        office.relay.remove_lock();
        office.relay.drop_connections(true);
    }
    let office = office.serve()?;
    let ended = AtomicBool::new(false);
    let begun = Instant::now();
    let (got, faults) = std::thread::scope(|scope| -> Result<(Got, Faults)> {
        let faults = scope.spawn(|| disturb(&office, &ended));
        let got = if settings.writers.is_some() { wait(&office) } else { write(&office) };
        ended.store(true, Ordering::Relaxed);
        let faults = faults.join().map_err(|_| "the faults panicked")?;
        let mut got = got?;
        let mut ends: Vec<String> = faults.as_ref().err().map(ToString::to_string).into_iter().collect();
        for process in &office.direct {
            if let Err(error) = process.lock().unwrap_or_else(PoisonError::into_inner).finish() {
                ends.push(error.to_string());
            }
        }
        if settings.writers.is_some() {
            got = said(&office);
        }
        got.wrong.extend(ends);
        Ok((got, faults.unwrap_or_default()))
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    let found = judge(&office, &got.acknowledged)?;
    let acknowledged = got.acknowledged.len();
    println!(
        "\n{WRITERS} writers × {SERVERS} servers: {acknowledged} events acknowledged in {seconds:.0} s, {} lines",
        found.lines
    );
    let counts: Vec<_> = faults.iter().map(|(what, count)| format!("{count} {what}")).collect();
    println!("faults: {}", counts.join(", "));
    let mut later: Vec<_> = got.later.iter().map(|(status, count)| format!("{count} × {status}")).collect();
    later.sort();
    println!(
        "sent again: {} without an answer, {}; {} were there already",
        got.unanswered,
        later.join(", "),
        got.known
    );
    println!(
        "lost: {}, at another number: {}, twice: {}, gaps: {}, two transactions for one number: {}",
        found.lost, found.moved, found.twice, found.gaps, found.clashes
    );
    if settings.without_lock {
        println!("the lock was removed from {} statements", office.relay.removed());
    }
    let mut wrong = got.wrong;
    wrong.truncate(5);
    let exported = settings.writers.is_none().then_some(("export", &found.exported));
    for (what, text) in [("verify", &found.verified)].into_iter().chain(exported) {
        println!("{what}: {}", if text.is_empty() { "passes" } else { text });
    }
    if !wrong.is_empty() {
        return Err(format!("answers that nothing explains: {}", wrong.join("; ")).into());
    }
    if found.wrong() || acknowledged < settings.events {
        return Err("the database doesn't have what was acknowledged, once and in order".into());
    }
    Ok(())
}

/// 200 clients on two servers, without faults.
pub(crate) fn run_offers(settings: &Settings) -> Result<()> {
    println!("\n| 200 clients on two servers | acknowledged a second | p50 | p99 | slowest |\n|---|---|---|---|---|");
    for (what, cases) in [("200 cases", 200), ("one case", 1)] {
        let (mut rates, mut middles, mut late, mut slowest) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..settings.rounds {
            let office = Office::start(settings)?.serve()?;
            let cases = {
                let server = office.servers[0].lock().unwrap_or_else(PoisonError::into_inner);
                server.open_cases(&office.token, cases)?
            };
            let each = if cases.len() == 1 { 40 } else { 100 };
            let begun = Instant::now();
            let mut got = std::thread::scope(|scope| -> Result<Got> {
                let clients: Vec<_> = (0..200)
                    .map(|number| {
                        let path = format!("/api/v1/cases/{}/events", cases[number % cases.len()]);
                        let office = &office;
                        scope.spawn(move || {
                            let (client, got) = (None, Got::default());
                            let mut writer = Writer { office, number, server: number, client, sent: 0, got };
                            for _ in 0..each {
                                let dates = r#"{"contract_expires":"2030-06-30","evergreen":true}"#;
                                writer.record(&path, "contract_dates_changed", dates);
                            }
                            writer.got
                        })
                    })
                    .collect();
                let mut whole = Got::default();
                for client in clients {
                    whole.add(client.join().map_err(|_| "a client panicked")?);
                }
                Ok(whole)
            })?;
            if let Some(wrong) = got.wrong.first() {
                return Err(wrong.clone().into());
            }
            rates.push(got.acknowledged.len() as f64 / begun.elapsed().as_secs_f64());
            middles.push(1000.0 * quantile(&mut got.times, 0.5));
            late.push(1000.0 * quantile(&mut got.times, 0.99));
            slowest.push(1000.0 * quantile(&mut got.times, 1.0));
        }
        let [middle, late, slowest] = [middles, late, slowest].map(median);
        println!("| {what} | {:.0} | {middle:.1} ms | {late:.1} ms | {slowest:.0} ms |", median(rates));
    }
    Ok(())
}
