//! 200 clients that record: on a case each, and on one case; and the same while the server is killed.

use crate::http::Client;
use crate::server::{LOCALHOST, Server, place, token};
use crate::{Result, Settings, median, quantile};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: usize = 200;
const KILLS: u64 = 20;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Returns an event with an ID of its own.
fn event() -> (String, String) {
    let id = format!("00000000-0000-4000-8000-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed));
    let data = r#"{"contract_expires":"2030-06-30","evergreen":true}"#;
    let body = format!(r#"{{"type":"contract_dates_changed","id":"{id}","data":{data}}}"#);
    (id, body)
}

/// What the clients got.
#[derive(Default)]
struct Got {
    acknowledged: Vec<String>,
    /// Sent, and without a response.
    in_doubt: Vec<(String, String, String)>,
    times: Vec<f64>,
}

/// Lets all clients record at the same time: each so many events, or until the server is gone.
fn clients(address: SocketAddr, token: &str, cases: &[String], each: usize) -> Result<Got> {
    let client = |number: usize| -> Result<Got> {
        let mut got = Got::default();
        let path = format!("/api/v1/cases/{}/events", cases[number % cases.len()]);
        let Ok(mut client) = Client::new(address, LOCALHOST, token) else { return Ok(got) };
        for _ in 0..each {
            let (id, body) = event();
            let sent = Instant::now();
            match client.ask("POST", &path, &body) {
                Ok(answer) if answer.status == 201 => {
                    got.times.push(sent.elapsed().as_secs_f64());
                    got.acknowledged.push(id);
                }
                Ok(answer) => {
                    return Err(format!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body)).into());
                }
                Err(_) => {
                    got.in_doubt.push((id, path, body));
                    break;
                }
            }
        }
        Ok(got)
    };
    let all = std::thread::scope(|scope| {
        let client = &client;
        let running: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        running
            .into_iter()
            .map(|each| each.join().unwrap_or_else(|_| Err("a client panicked".into())))
            .collect::<Result<Vec<_>>>()
    })?;
    let mut whole = Got::default();
    for got in all {
        whole.acknowledged.extend(got.acknowledged);
        whole.in_doubt.extend(got.in_doubt);
        whole.times.extend(got.times);
    }
    Ok(whole)
}

/// Checks the ledger: every acknowledged event is in it, and each once.
fn check(settings: &Settings, ledger: &Path, acknowledged: &[String]) -> Result<usize> {
    let verified = std::process::Command::new(&settings.program).arg("verify").arg(ledger).output()?;
    if !verified.status.success() {
        return Err(format!("the ledger: {}", String::from_utf8_lossy(&verified.stdout)).into());
    }
    let mut found: HashMap<String, usize> = HashMap::new();
    for line in std::fs::read_to_string(ledger)?.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        *found.entry(line["id"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let lost = acknowledged.iter().filter(|id| found.get(*id) != Some(&1)).count();
    let twice = found.values().filter(|count| **count > 1).count();
    if lost + twice > 0 {
        return Err(
            format!("{lost} acknowledged events are not there once, and {twice} records are there twice").into()
        );
    }
    Ok(found.len())
}

pub(crate) fn run(settings: &Settings) -> Result<()> {
    println!(
        "\n| 200 clients on | acknowledged a second | p50 | p99 | slowest | lost | twice |\n|---|---|---|---|---|---|---|"
    );
    for (count, each) in [(CLIENTS, 100), (1, 40)] {
        let (mut rates, mut middles, mut late, mut slowest) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..settings.rounds {
            let (_folder, ledger) = place(settings)?;
            let token = token(settings, &ledger, "clients")?;
            let mut server = Server::start(settings, &ledger)?;
            let cases = server.open_cases(&token, count)?;
            let begun = Instant::now();
            let mut got = clients(server.address, &token, &cases, each)?;
            rates.push(got.acknowledged.len() as f64 / begun.elapsed().as_secs_f64());
            middles.push(1000.0 * quantile(&mut got.times, 0.5));
            late.push(1000.0 * quantile(&mut got.times, 0.99));
            slowest.push(1000.0 * quantile(&mut got.times, 1.0));
            server.kill()?;
            check(settings, &ledger, &got.acknowledged)?;
        }
        let of = if count == 1 { "one case" } else { "200 cases" };
        let [middle, late, slowest] = [middles, late, slowest].map(median);
        println!("| {of} | {:.0} | {middle:.1} ms | {late:.1} ms | {slowest:.0} ms | 0 | 0 |", median(rates));
    }
    for (count, each, most) in [(CLIENTS, 10_000, 400), (1, 4, 60)] {
        killed(settings, count, each, most)?;
    }
    Ok(())
}

/// Kills the server again and again while the clients record, and sends what was in doubt again.
fn killed(settings: &Settings, count: usize, each: usize, most: u64) -> Result<()> {
    let (_folder, ledger) = place(settings)?;
    let token = token(settings, &ledger, "clients")?;
    let (mut acknowledged, mut again, mut cases, mut known) = (Vec::new(), 0, Vec::new(), 0);
    for kill in 0..KILLS {
        let mut server = Server::start(settings, &ledger)?;
        // A case has a limit of events.
        if cases.len() <= 1 {
            cases = server.open_cases(&token, count)?;
        }
        let address = server.address;
        let got = std::thread::scope(|scope| {
            let recording = scope.spawn(|| clients(address, &token, &cases, each));
            // A time that differs from kill to kill, so that the server dies at different places.
            std::thread::sleep(Duration::from_millis(20 + (kill * 7919) % most));
            server.kill()?;
            recording.join().unwrap_or_else(|_| Err("a client panicked".into()))
        })?;
        acknowledged.extend(got.acknowledged);
        // What had no response is sent again with its ID, to a new process.
        let server = Server::start(settings, &ledger)?;
        let mut client = server.client(&token)?;
        for (id, path, body) in got.in_doubt {
            let answer = client.ask("POST", &path, &body)?;
            match answer.status {
                201 => again += 1,
                200 => known += 1,
                status => return Err(format!("{id}: {status}: {}", String::from_utf8_lossy(&answer.body)).into()),
            }
            acknowledged.push(id);
        }
    }
    let lines = check(settings, &ledger, &acknowledged)?;
    println!(
        "{KILLS} kills with 200 clients on {count} case(s): {} events acknowledged, {lines} lines; 0 lost, 0 twice; of those without a \
         response, {known} were in the ledger and {again} were not",
        acknowledged.len()
    );
    Ok(())
}
