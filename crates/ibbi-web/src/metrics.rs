//! What the server has counted since it started.

use axum::http::StatusCode;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper bounds of the classes of response times, in seconds.
const BOUNDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// What the server has counted since it started.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Responses by the first digit of their status.
    responses: [AtomicU64; 6],
    /// Responses by their time: those within each bound, and all others.
    times: [AtomicU64; BOUNDS.len() + 1],
    /// The sum of all times, in microseconds.
    micros: AtomicU64,
    /// Failures to sign in.
    pub(crate) sign_in_failures: AtomicU64,
    /// Connections that were closed because their address had too many.
    pub(crate) connections_refused: AtomicU64,
}

/// The state of the server as it is now.
#[derive(Debug)]
pub(crate) struct Gauges {
    /// The lines of the ledger.
    pub(crate) lines: u64,
    /// Whether events are recorded.
    pub(crate) is_writable: bool,
    /// Messages to webhooks by result.
    pub(crate) webhook_sends: Vec<(&'static str, u64)>,
    /// Dead letters of webhooks, if their files can be read.
    pub(crate) dead_letters: Option<u64>,
}

impl Metrics {
    /// Counts a response. Its time ends when its head is sent.
    pub(crate) fn count(&self, status: StatusCode, time: Duration) {
        let add = |counter: Option<&AtomicU64>, count: u64| {
            counter.map(|counter| counter.fetch_add(count, Ordering::Relaxed));
        };
        add(self.responses.get(usize::from(status.as_u16() / 100)), 1);
        let class = BOUNDS.iter().position(|bound| time.as_secs_f64() <= *bound).unwrap_or(BOUNDS.len());
        add(self.times.get(class), 1);
        add(Some(&self.micros), u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// Returns the counts in the text format of Prometheus, with the state of the server.
    pub(crate) fn text(&self, now: &Gauges) -> String {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, samples: &[(String, String)]| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (sample, value) in samples {
                let _ = writeln!(text, "{sample} {value}");
            }
        };
        let responses = self.responses.iter().enumerate().skip(1);
        let responses = responses
            .map(|(class, count)| (format!("ibbi_responses_total{{class=\"{class}xx\"}}"), get(count).to_string()));
        family("ibbi_responses_total", "counter", "Responses by class of status.", &responses.collect::<Vec<_>>());
        let mut sum = 0;
        let bounds = BOUNDS.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
        let mut times: Vec<_> = bounds
            .zip(&self.times)
            .map(|(bound, count)| {
                sum += get(count);
                (format!("ibbi_response_seconds_bucket{{le=\"{bound}\"}}"), sum.to_string())
            })
            .collect();
        let seconds = Duration::from_micros(get(&self.micros)).as_secs_f64();
        times.push(("ibbi_response_seconds_sum".to_owned(), seconds.to_string()));
        times.push(("ibbi_response_seconds_count".to_owned(), sum.to_string()));
        family("ibbi_response_seconds", "histogram", "Time to the head of a response.", &times);
        let one = |name: &str, value: u64| [(name.to_owned(), value.to_string())];
        family("ibbi_ledger_lines", "gauge", "Lines of the ledger.", &one("ibbi_ledger_lines", now.lines));
        let writable = u64::from(now.is_writable);
        family(
            "ibbi_writable",
            "gauge",
            "1 if events are recorded, 0 after a failed write.",
            &one("ibbi_writable", writable),
        );
        let failures = get(&self.sign_in_failures);
        let name = "ibbi_sign_in_failures_total";
        family(name, "counter", "Failures to sign in.", &one(name, failures));
        let name = "ibbi_connections_refused_total";
        let refused = get(&self.connections_refused);
        family(name, "counter", "Connections closed because their address had too many.", &one(name, refused));
        let name = "ibbi_webhook_sends_total";
        let sends = now
            .webhook_sends
            .iter()
            .map(|(result, count)| (format!("{name}{{result=\"{result}\"}}"), count.to_string()));
        family(name, "counter", "Messages to webhooks by result.", &sends.collect::<Vec<_>>());
        if let Some(letters) = now.dead_letters {
            let name = "ibbi_webhook_dead_letters";
            family(name, "gauge", "Messages to webhooks that were tried for the last time.", &one(name, letters));
        }
        text
    }
}
