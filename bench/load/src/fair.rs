//! One client beside a greedy one, which has idle and slow connections, heavy simulations, and uploads that never end.

use crate::http::{Client, connect};
use crate::server::{Server, place, token};
use crate::{Result, Settings, median, quantile};
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const SOCKETS: usize = 600;
const SIMULATIONS: usize = 40;
const UPLOADS: usize = 4;
/// The greedy client and the other one have addresses of their own.
const GREEDY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));
const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// What the other client asks for, and how often in each round.
const ASKED: [(&str, usize); 2] = [("case page", 200), ("plan page", 25)];

/// Keeps so many connections open, half of them idle, half of them with a byte of a head now and then. Those that the server closes
/// are opened again.
fn hold_sockets(address: SocketAddr, ended: &AtomicBool, open: &AtomicUsize) {
    let mut held: Vec<Option<TcpStream>> = (0..SOCKETS).map(|_| None).collect();
    while !ended.load(Ordering::Relaxed) {
        let mut alive = 0;
        for (number, socket) in held.iter_mut().enumerate() {
            let is_alive = socket.as_mut().is_some_and(|stream| {
                let _ = stream.set_nonblocking(true);
                let closed = stream.peek(&mut [0]).is_ok();
                let sent = number % 2 == 0 || stream.write(b"G").is_ok();
                !closed && sent
            });
            if is_alive {
                alive += 1;
            } else {
                *socket = connect(address, GREEDY).ok();
            }
        }
        open.store(alive, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Sends heavy simulations, one after the other. Returns how many were answered.
fn simulate(address: SocketAddr, token: &str, ended: &AtomicBool) -> usize {
    let mut answered = 0;
    let mut connection: Option<Client> = None;
    while !ended.load(Ordering::Relaxed) {
        if connection.is_none() {
            connection = Client::new(address, GREEDY, token).ok();
        }
        let asked = connection.as_mut().and_then(|client| {
            let stream = client.stream.get_ref();
            let _ = stream.set_read_timeout(Some(Duration::from_secs(600)));
            client.ask("POST", "/api/v1/simulate", r#"{"runs":1000000}"#).ok()
        });
        match asked {
            Some(answer) if answer.status == 200 => answered += 1,
            _ => connection = None,
        }
    }
    answered
}

/// Begins uploads of five bytes and never ends them.
fn upload(address: SocketAddr, token: &str) -> Result<Vec<Client>> {
    let begin = |_| {
        let mut client = Client::new(address, GREEDY, token)?;
        client.send(
            "POST",
            "/api/v1/verify",
            "content-type: multipart/form-data; boundary=X",
            5_000_000,
            b"--X\r\n",
        )?;
        Ok(client)
    };
    (0..UPLOADS).map(begin).collect()
}

/// Asks for each page. Returns the times in seconds, by page.
fn ask(address: SocketAddr, token: &str, case: &str) -> Result<[Vec<f64>; 2]> {
    let mut client = Client::new(address, OTHER, token)?;
    let mut times = [Vec::new(), Vec::new()];
    for ((page, count), times) in ASKED.iter().zip(&mut times) {
        let path = if *page == "case page" { format!("/cases/{case}") } else { "/plan".to_owned() };
        for _ in 0..*count {
            let begun = Instant::now();
            let answer = client.ask("GET", &path, "")?;
            if answer.status != 200 {
                return Err(format!("{path}: {}", answer.status).into());
            }
            times.push(begun.elapsed().as_secs_f64());
        }
    }
    Ok(times)
}

pub(crate) fn run(settings: &Settings) -> Result<()> {
    let (_folder, ledger) = place(settings)?;
    let [greedy, other] = [token(settings, &ledger, "greedy")?, token(settings, &ledger, "other")?];
    let server = Server::start(settings, &ledger)?;
    let address = server.address;
    let case = server.open_cases(&other, 1)?.remove(0);
    let mut figures: Vec<[Vec<f64>; 4]> = vec![Default::default(), Default::default()];
    let note = |figures: &mut [Vec<f64>; 4], mut times: [Vec<f64>; 2]| {
        for (at, times) in times.iter_mut().enumerate() {
            figures[2 * at].push(quantile(times, 0.5));
            figures[2 * at + 1].push(quantile(times, 0.99));
        }
    };
    let (ended, open) = (AtomicBool::new(false), AtomicUsize::new(0));
    for _ in 0..settings.rounds {
        note(&mut figures[0], ask(address, &other, &case)?);
    }
    std::thread::scope(|scope| -> Result<()> {
        // The sockets come last, or nothing else of this client would get a connection.
        let simulations: Vec<_> =
            (0..SIMULATIONS).map(|_| scope.spawn(|| simulate(address, &greedy, &ended))).collect();
        std::thread::sleep(Duration::from_secs(1));
        let uploads = upload(address, &greedy)?;
        scope.spawn(|| hold_sockets(address, &ended, &open));
        std::thread::sleep(Duration::from_secs(2));
        let measured = (0..settings.rounds).try_for_each(|_| {
            note(&mut figures[1], ask(address, &other, &case)?);
            Ok(())
        });
        println!(
            "\nof the {SOCKETS} connections that the greedy client opens again and again, the server keeps {}",
            open.load(Ordering::Relaxed)
        );
        ended.store(true, Ordering::Relaxed);
        drop(uploads);
        drop(server);
        let answered: usize = simulations.into_iter().filter_map(|each| each.join().ok()).sum();
        println!("its simulations of 1,000,000 runs that were answered meanwhile: {answered}");
        measured
    })?;
    println!(
        "\n| another client | case page p50 | case page p99 | plan page p50 | plan page p99 |\n|---|---|---|---|---|"
    );
    for (what, figures) in ["alone", "beside the greedy client"].iter().zip(figures) {
        let cells: Vec<_> = figures.into_iter().map(|each| format!("{:.1} ms", 1000.0 * median(each))).collect();
        println!("| {what} | {} |", cells.join(" | "));
    }
    Ok(())
}
