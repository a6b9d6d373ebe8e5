//! Availability polls: making one, answering it, and what is kept of it.

mod answering;
mod emailing;
mod kept;
mod managing;

use crate::support::{Answer, Running, clock};
use ibbi_core::{At, Date};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A server whose clock can be set forward.
struct Timed {
    server: Running,
    later: Arc<AtomicI64>,
}

impl Timed {
    fn start() -> Self {
        Self::start_with(|_| {})
    }

    fn start_with(change: impl FnOnce(&mut ibbi_web::Config)) -> Self {
        let later = Arc::new(AtomicI64::new(0));
        let clock_later = Arc::clone(&later);
        let server = Running::start_with(|config| {
            change(config);
            config.clock =
                Arc::new(move || Ok(At::from_millis(clock()?.millis() + clock_later.load(Ordering::SeqCst)).unwrap()));
        });
        Self { server, later }
    }

    fn wait_days(&self, days: i64) {
        self.later.fetch_add(days * DAY, Ordering::SeqCst);
    }

    /// Makes a poll of two weeks that closes in five days.
    fn poll(&self) -> MadePoll {
        MadePoll::new(&self.server, "")
    }
}

/// A poll, with the links of its people.
pub(crate) struct MadePoll {
    /// The address of its page.
    pub(crate) page: String,
    pub(crate) id: String,
    /// The path of each person's link, by the ID.
    links: BTreeMap<String, String>,
}

fn day_after(days: i64) -> Date {
    At::from_millis(clock().unwrap().millis() + days * DAY).unwrap().utc_date()
}

/// Returns a form that makes a poll for the sample.
pub(crate) fn form(more: &str) -> (String, String) {
    let id = uuid::Uuid::now_v7().to_string();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("id", &id).append_pair("scenario", &sample().to_toml());
    form.append_pair("first", &day_after(14).to_string()).append_pair("weeks", "2");
    form.append_pair("closes", &day_after(5).to_string());
    form.append_pair("band", "8:00-12:00").append_pair("band", "12:00-16:00");
    for person in people() {
        form.append_pair("ask", &person.0);
    }
    (id, form.finish() + more)
}

/// Returns the sample, which is open on all working days of the year that are no holidays.
fn sample() -> ibbi_app::sim::Scenario {
    let mut sample = ibbi_app::sim::Scenario::parse(ibbi_app::sim::EXAMPLE).unwrap();
    sample.calendar.closed.clear();
    sample
}

/// Returns the IDs and the names of the people of the sample.
fn people() -> Vec<(String, String)> {
    sample().people.iter().map(|person| (person.id.to_string(), person.name.to_string())).collect()
}

impl MadePoll {
    pub(crate) fn new(server: &Running, more: &str) -> Self {
        let (id, form) = form(more);
        let made = server.form("/polls", &form);
        assert_eq!(made.status, 201, "{}", made.text());
        // The servers of the tests have no public address.
        assert!(made.text().contains("which other computers can\u{2019}t open"), "{}", made.text());
        let links = links(&made);
        let of_person = |(id, name): &(String, String)| (id.clone(), links[name].clone());
        Self { page: format!("/polls/{id}"), id, links: people().iter().map(of_person).collect() }
    }

    pub(crate) fn link(&self, index: usize) -> (&str, &str) {
        let (id, _) = &people()[index];
        let (id, link) = self.links.get_key_value(id).unwrap();
        (id, link)
    }
}

/// Returns the paths of the links on a page, by the name of the person.
fn links(page: &Answer) -> BTreeMap<String, String> {
    let text = page.text();
    let area = text.split("id=\"links\"").nth(1).unwrap().split("</textarea>").next().unwrap();
    let lines = area.lines().filter_map(|line| line.rsplit_once(": ").or_else(|| line.split_once(": ")));
    let path = |link: &str| link[link.find("/answer/").unwrap()..].to_owned();
    lines.map(|(name, link)| (name.rsplit('>').next().unwrap().to_owned(), path(link))).collect()
}

/// Sends an answer without an account, as a browser does.
fn answer(server: &Running, link: &str, body: &str) -> Answer {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        // The page has the policy `no-referrer`, so a browser hides the origin.
        ("origin", "null"),
        ("sec-fetch-site", "same-origin"),
    ];
    server.stranger().ask("POST", link, &headers, body.as_bytes())
}

fn look(server: &Running, link: &str) -> Answer {
    server.stranger().ask("GET", link, &[], b"")
}
