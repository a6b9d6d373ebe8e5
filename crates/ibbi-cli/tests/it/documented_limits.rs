//! The limits that the documents name are those of the code.
//!
//! Most limits are private to their crate, so the test reads their values from the source. A sentence with a new limit needs a line here.

use ibbi_testing::repository;
use ibbi_web::Limits;
use std::collections::BTreeSet;

fn read(name: &str) -> String {
    std::fs::read_to_string(repository(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns the value of a constant of the source: `const NAME: u64 = 10 * 1024;` or `NAME: Duration = Duration::from_secs(60);`.
fn constant(file: &str, name: &str) -> u64 {
    let source = read(&format!("crates/{file}"));
    let found = source.split_once(&format!("const {name}: ")).unwrap_or_else(|| panic!("{file} has no {name}")).1;
    let value = found.split_once('=').unwrap().1.split(';').next().unwrap().trim();
    let value = value.strip_prefix("Duration::from_secs(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(value);
    let number = |text: &str| -> u64 {
        text.trim()
            .replace('_', "")
            .parse()
            .unwrap_or_else(|_| panic!("{file}: {name} is {value}, which isn't a plain number"))
    };
    match value.split_once("<<") {
        Some((number_of, bits)) => number(number_of) << number(bits),
        None => value.split('*').map(number).product(),
    }
}

/// Returns a number as the documents write it: `1,000`.
fn commas(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn word(number: u64) -> &'static str {
    match number {
        4 => "four",
        7 => "seven",
        8 => "eight",
        10 => "ten",
        12 => "twelve",
        other => panic!("add the word for {other}"),
    }
}

/// Returns what the documents say about limits, by page.
fn sentences() -> Vec<(&'static str, String)> {
    let limits = Limits::default();
    let Limits { connections, connections_each, uploads, upload, body, .. } = limits;
    let mebi = |bytes: u64| bytes >> 20;
    let mega = |bytes: u64| bytes / 1_000_000;
    let availability = |name: &str| constant("ibbi-availability/src/lib.rs", name);
    let ics = |file: &str, name: &str| commas(constant(&format!("ibbi-availability/src/ics/{file}.rs"), name));
    let poll = |name: &str| constant("ibbi-poll/src/lib.rs", name);
    let sign_in = |file: &str, name: &str| constant(&format!("ibbi-web/src/sign_in/{file}.rs"), name);
    let people = constant("ibbi-sim/src/scenario/mod.rs", "MAX_PEOPLE");
    let line = constant("ibbi-log/src/line.rs", "MAX_LINE") >> 10;
    let failures = word(sign_in("throttle", "FAILURES"));
    let minutes = sign_in("throttle", "WINDOW");
    assert_eq!(minutes, 60, "the documents say that failures count for a minute");
    let [listed, most_listed] = ["LISTED", "MAX_LISTED"].map(|name| constant("ibbi-web/src/api/paging.rs", name));
    let import = |name: &str| constant("ibbi-app/src/import/table.rs", name);
    let files = |name: &str| constant("ibbi-app/src/availability/mod.rs", name);
    let feeds = |name: &str| commas(constant("ibbi-web/src/calendar_feeds.rs", name));
    let steps = |name: &str| mega(constant("ibbi-availability/src/ics/budget.rs", name));
    let runs = commas(constant("ibbi-web/src/state.rs", "SHORT_RUNS"));
    let hours = word(sign_in("sessions", "IDLE") / 3600);
    let days = word(sign_in("sessions", "LASTS") / 86_400);
    let oidc = word(sign_in("sessions", "LASTS_OIDC") / 3600);
    let mails = word(constant("ibbi-mail/src/mailer.rs", "CONVERSATIONS"));
    let parts = ibbi_core::Threshold::TrainingParts.value();
    let formats = ibbi_core::Threshold::FormatParts.value();
    let [shortest, longest] =
        [ibbi_core::Threshold::ShortestPart, ibbi_core::Threshold::LongestPart].map(ibbi_core::Threshold::value);
    let voids = commas(u64::from(ibbi_core::Threshold::Corrections.value()));
    let audit = ibbi_audit::AuditOptions::default();
    vec![
        (
            "docs/operations.md",
            format!(
                "Each address can have {connections_each} of the {connections} connections, before anyone signs in."
            ),
        ),
        ("docs/operations.md", format!("at most {mails} are sent at the same time")),
        ("docs/operations/ibbi.toml", format!("connections = {connections} #")),
        (
            "docs/operations/ibbi.toml",
            format!(
                "connections_each = {connections_each} uploads = {uploads} upload_bytes = {upload} body_bytes = {body}"
            ),
        ),
        ("docs/performance.md", format!("each address can have {connections_each} connections")),
        ("docs/access.md", format!("lasts {oidc} hours at most")),
        ("docs/access.md", format!("It ends after {hours} hours without a request, after {days} days")),
        ("docs/access.md", format!("After {failures} failures to sign in within a minute")),
        ("docs/api.md", format!("the most entries of a page: 1 to {most_listed}, and {listed} if you leave it out")),
        ("docs/embedding.md", format!("Computations of more than {runs} runs wait")),
        (
            "docs/mirror.md",
            format!(
                "A page has at most {} lines, and ends after a line with which its lines have {} MiB.",
                commas(most_listed),
                mebi(constant("ibbi-web/src/api/lines.rs", "MOST_BYTES"))
            ),
        ),
        ("docs/ledger.md", format!("has at most {line} KiB")),
        (
            "docs/findings.md",
            format!(
                "reads up to {} GiB of a stream or a compressed file, uncompressed, and keeps {} million cases",
                audit.max_stream >> 30,
                word(mega(audit.max_cases as u64))
            ),
        ),
        ("docs/findings.md", format!("A line has at most {line} KiB")),
        ("docs/findings.md", format!("at most {voids} voids")),
        (
            "docs/findings.md",
            format!(
                "An audit reports at most {} of them, and a verification at most {}.",
                commas(constant("ibbi-audit/src/chain.rs", "MAX_WRONG_TIMES")),
                ibbi_log::Damage::KEPT
            ),
        ),
        (
            "docs/findings.md",
            format!(
                "distinguishes {} causes per case",
                word(constant("ibbi-audit/src/judge/follow_on.rs", "MAX_FOLLOW_ONS"))
            ),
        ),
        (
            "docs/import-cases.md",
            format!("A file can have {} rows and {} MB.", commas(import("MAX_ROWS")), mebi(import("MAX_BYTES"))),
        ),
        (
            "docs/scenario-format.md",
            format!(
                "the minutes of each part, {shortest} to {longest}; [480] if left out; at most {parts} parts of training and {formats} of facilitation"
            ),
        ),
        (
            "docs/polls.md",
            format!(
                "the number of weeks (1 to {}), the times of a day (1 to {})",
                poll("MAX_DAYS") / 7,
                poll("MAX_BANDS")
            ),
        ),
        ("docs/polls.md", format!("After {failures} wrong links within a minute")),
        ("docs/polls.md", format!("deleted with its answers {} days after it has closed", poll("KEPT_DAYS"))),
        (
            "docs/polls.md",
            format!(
                "A ledger has at most {} polls, a poll at most {people} people, and a note at most {} characters, as browsers count them",
                commas(constant("ibbi-poll/src/store.rs", "MAX_POLLS")),
                commas(poll("MAX_NOTE"))
            ),
        ),
        (
            "docs/polls.md",
            format!(
                "keep working: at most {}, after which the oldest",
                constant("ibbi-poll/src/letters.rs", "MAX_LINKS")
            ),
        ),
        (
            "docs/goals.md",
            format!(
                "at most {} goals and {} MiB.",
                constant("ibbi-sim/src/goals/read.rs", "MAX_GOALS"),
                mebi(constant("ibbi-sim/src/goals/read.rs", "MAX_BYTES"))
            ),
        ),
        (
            "docs/goals.md",
            format!(
                "with {} runs of each case. If there are more than",
                commas(constant("ibbi-web/src/api/goals.rs", "RUNS"))
            ),
        ),
        (
            "docs/calendars.md",
            format!("There are at most {};", commas(constant("ibbi-web/src/published_dates.rs", "MAX_MEMORIES"))),
        ),
        (
            "docs/calendars-invitations.md",
            format!(
                "A file has at most {} MiB.",
                mebi(constant("ibbi-app/src/schedule/invitations/replies.rs", "MAX_REPLY_BYTES"))
            ),
        ),
        (
            "docs/operations.md",
            format!(
                "must be regular files of at most {} MiB",
                mebi(constant("ibbi-cli/src/settings_file.rs", "MAX_BYTES"))
            ),
        ),
        (
            "docs/calendars-subscriptions.md",
            format!(
                "A person can have {} addresses, and all people together {}.",
                feeds("MAX_OF_ONE"),
                feeds("MAX_FEEDS")
            ),
        ),
        ("docs/calendars-subscriptions.md", format!("After {failures} wrong addresses within a minute")),
        (
            "docs/availability.md",
            format!(
                "A file has at most {} MB, {} cells, {} rows, {} columns, and {} sheets.",
                mebi(availability("MAX_BYTES")),
                commas(availability("MAX_CELLS")),
                commas(availability("MAX_ROWS")),
                commas(availability("MAX_COLUMNS")),
                availability("MAX_SHEETS")
            ),
        ),
        (
            "docs/availability.md",
            format!(
                "An unpacked spreadsheet has at most {} MB, and {} MB of texts that its cells share.",
                mebi(constant("ibbi-availability/src/workbook.rs", "MAX_UNPACKED")),
                mebi(constant("ibbi-availability/src/workbook.rs", "MOST_TEXT"))
            ),
        ),
        (
            "docs/availability.md",
            format!(
                "An import has at most {} files and {} MB; over the API, the body of a request has at most {} MB.",
                files("MAX_FILES"),
                mebi(files("MAX_BYTES")),
                body >> 20
            ),
        ),
        (
            "docs/availability.md",
            format!(
                "A list of the scenario has at most {} entries.",
                constant("ibbi-sim/src/scenario/mod.rs", "MAX_UNAVAILABLE")
            ),
        ),
        ("docs/availability-calendars.md", format!("| size of a file | {} MB |", mebi(availability("MAX_BYTES")))),
        ("docs/availability-calendars.md", format!("| days of an import | {} |", ics("mod", "MAX_DAYS"))),
        (
            "docs/availability-calendars.md",
            format!("| events and lists of free and busy times | {} |", ics("parts", "MAX_COMPONENTS")),
        ),
        (
            "docs/availability-calendars.md",
            format!("| dates in EXDATE, RDATE, and FREEBUSY | {} |", ics("parts", "MAX_DATES")),
        ),
        ("docs/availability-calendars.md", format!("| people, and zones | {} each |", ics("parts", "MAX_NAMES"))),
        ("docs/availability-calendars.md", format!("| components within each other | {} |", ics("scan", "MAX_DEPTH"))),
        ("docs/availability-calendars.md", format!("| steps for a file | {} million |", steps("STEPS_OF_FILE"))),
        (
            "docs/availability-calendars.md",
            format!(
                "| steps for an event, and its times in the window | {} million, and {} |",
                steps("STEPS_OF_EVENT"),
                ics("expand", "MAX_TIMES")
            ),
        ),
        (
            "docs/availability-calendars.md",
            format!("| length of a line that matters | {} characters |", ics("lines", "MAX_LINE")),
        ),
        ("docs/availability-calendars.md", format!("| problems that are listed | {} |", ics("report", "MAX_PROBLEMS"))),
    ]
}

/// Returns a text with its lines joined.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn limits_in_the_documents_are_those_of_the_code() {
    let mut wrong = Vec::new();
    for (page, sentence) in sentences() {
        if !joined(&read(page)).contains(&joined(&sentence)) {
            wrong.push(format!("{page} doesn't say: {sentence}"));
        }
    }
    assert!(wrong.is_empty(), "correct these pages, or the sentences of the test:\n{}", wrong.join("\n"));
}

/// Pages without limits of the program: the model of the simulation, the rules (made from the code), and what was measured.
const OTHER_PAGES: [&str; 3] = ["simulation.md", "process.md", "performance.md"];

/// What a page says with the same words about something else.
const OTHERS: [&str; 5] = [
    // Tests have these figures.
    "A school year of teaching with its holidays is at most 16 entries in the tests",
    "The server reads at most 2,048 lines for a proof",
    "repeats at most one message",
    // Texts, not numbers of the program.
    "at most the grace",
    "at most once",
];

#[test]
fn every_limit_in_the_documents_is_compared() {
    let known: Vec<String> = sentences().into_iter().map(|(_, sentence)| joined(&sentence)).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).chain(OTHERS).collect();
    let mut missing = BTreeSet::new();
    for entry in std::fs::read_dir(repository("docs")).expect("the documents").map(|entry| entry.expect("a page")) {
        let name = entry.file_name().into_string().expect("a name");
        if !name.ends_with(".md") || OTHER_PAGES.contains(&name.as_str()) {
            continue;
        }
        let text = joined(&read(&format!("docs/{name}")));
        for (place, _) in text.match_indices("at most ") {
            let figure = &text[place + "at most ".len()..];
            let covered = known.iter().any(|known| {
                known
                    .match_indices("at most ")
                    .any(|(within, _)| place.checked_sub(within).is_some_and(|start| text[start..].starts_with(known)))
            });
            if figure.starts_with(|first: char| first.is_ascii_digit()) && !covered {
                missing.insert(format!("docs/{name}: {:.60}", &text[place..]));
            }
        }
    }
    assert!(missing.is_empty(), "add these limits to the test: {missing:#?}");
}
