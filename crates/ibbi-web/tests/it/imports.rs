//! Adding calendars, polls, and spreadsheets to a plan on its page.

use crate::support::{Answer, Running};

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Made up//EN\r\nX-WR-CALNAME:N. Beaumont\r\nBEGIN:VEVENT\r\n\
    UID:1\r\nDTSTART;VALUE=DATE:20261207\r\nDTEND;VALUE=DATE:20261212\r\nSUMMARY:A secret title\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

/// Returns a form with files that have their names, and a pasted text.
fn form(files: &[(&str, &str)], text: &str) -> (&'static str, Vec<u8>) {
    let mut body = String::new();
    for (name, content) in files {
        body += &format!(
            "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n"
        );
    }
    body += &format!("--XyZ\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n--XyZ--\r\n");
    ("multipart/form-data; boundary=XyZ", body.into_bytes())
}

fn sent(server: &Running, path: &str, kind: &str, body: &[u8]) -> Answer {
    server.connect().ask("POST", path, &[("content-type", kind)], body)
}

/// Returns the fields of the form with the decision, as a browser would send them.
fn decision(page: &str) -> Vec<(String, String)> {
    let form = page.split("class=\"import-answers\"").nth(1).unwrap().split("</form>").next().unwrap();
    let unescape = |text: &str| {
        let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let attr = |tag: &str, name: &str| {
        tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).map(unescape)
    };
    let tags = form.split('<').filter(|tag| tag.starts_with("input") && tag.contains("type=\"hidden\""));
    tags.map(|tag| (attr(tag, "name").unwrap(), attr(tag, "value").unwrap_or_default())).collect()
}

fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn with(pairs: &[(String, String)], more: &[(&str, &str)]) -> String {
    let more = more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    encoded(&pairs.iter().cloned().chain(more).collect::<Vec<_>>())
}

#[test]
fn calendars_and_pasted_lines_are_shown_before_they_count() {
    let server = Running::start();
    let (kind, body) = form(&[("busy.ics", CALENDAR)], "S. Whitfield: never Tuesdays");
    let shown = sent(&server, "/plan/availability", kind, &body);
    assert_eq!(shown.status, 200, "{}", shown.text());
    let page = shown.text();
    for part in ["N. Beaumont", "Dec 7, 2026", "Dec 11, 2026", "on Tuesdays", "They change the times of 2 people"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("secret title"), "a title is never kept");
    let fields = decision(page);
    let accepted = server.form("/plan/availability/answers", &with(&fields, &[("accept", "1")]));
    assert_eq!(accepted.status, 303, "{}", accepted.text());
    let link = accepted.header("location").unwrap().split('#').next().unwrap().to_owned();
    let scenario = server.get(&link.replacen("/plan?", "/plan/scenario.toml?", 1));
    assert!(scenario.text().contains("2026-12-07") && scenario.text().contains("2026-12-11"), "{}", scenario.text());
    // The same files again change nothing.
    let query = link.strip_prefix("/plan").unwrap();
    let (kind, body) = form(&[("busy.ics", CALENDAR)], "S. Whitfield: never Tuesdays");
    let again = sent(&server, &format!("/plan/availability{query}"), kind, &body);
    assert!(again.text().contains("Nothing in them changes the plan"), "{}", again.text());
    assert!(!again.text().contains("name=\"accept\""));
}

#[test]
fn unknown_name_is_asked_about_and_never_guessed() {
    let server = Running::start();
    let (kind, body) = form(&[], "Zora Quill: never Tuesdays");
    let shown = sent(&server, "/plan/availability", kind, &body);
    assert!(shown.text().contains("Zora Quill"), "{}", shown.text());
    assert!(!shown.text().contains("name=\"accept\""), "nothing can be accepted before the answer");
    let fields = decision(shown.text());
    // The button is not needed to ask for it: the server refuses as well.
    let early = server.form("/plan/availability/answers", &with(&fields, &[("accept", "1")]));
    assert_eq!(early.status, 200, "{}", early.text());
    let answered = server.form("/plan/availability/answers", &with(&fields, &[("answer", "s-whitfield")]));
    assert!(answered.text().contains("name=\"accept\""), "{}", answered.text());
    let skipped = server.form("/plan/availability/answers", &with(&fields, &[("answer", "skip")]));
    assert!(skipped.text().contains("Nothing in them changes the plan"), "{}", skipped.text());
}

#[test]
fn unknown_name_can_be_someone_new() {
    let server = Running::start();
    let (kind, body) = form(&[], "Zora Quill: never Tuesdays\nYves Ixo: never Wednesdays");
    let shown = sent(&server, "/plan/availability", kind, &body);
    let fields = decision(shown.text());
    let answers = |first: [&'static str; 2], second: [&'static str; 2]| {
        [("answer", first[0]), ("name", first[1]), ("answer", second[0]), ("name", second[1])]
    };
    // Two questions, in the order of the page.
    assert_eq!(fields.iter().filter(|(key, _)| key == "question").count(), 2, "{}", shown.text());
    for (name, why) in [
        ("", "Enter the name of this person."),
        ("S. Whitfield", "The plan has a person of this name."),
        ("a\tb", "This has a tab after"),
    ] {
        let form = with(&fields, &[&answers(["new labor", name], ["t-okafor", ""])[..], &[("accept", "1")]].concat());
        let refused = server.form("/plan/availability/answers", &form);
        assert!(refused.status == 422 && refused.text().contains(why), "{why}: {}", refused.text());
        assert!(refused.text().contains("aria-invalid") && !refused.text().contains("name=\"accept\""), "{why}");
    }
    let form = with(&fields, &answers(["new labor", "Zora Quill"], ["t-okafor", ""]));
    let answered = server.form("/plan/availability/answers", &form);
    assert!(answered.status == 200 && answered.text().contains("name=\"accept\""), "{}", answered.text());
    let again = with(&decision(answered.text()), &[("accept", "1")]);
    let accepted = server.form("/plan/availability/answers", &again);
    assert_eq!(accepted.status, 303, "{}", accepted.text());
    let link = accepted.header("location").unwrap().split('#').next().unwrap().to_owned();
    let scenario = server.get(&link.replacen("/plan?", "/plan/scenario.toml?", 1));
    let scenario = ibbi_app::sim::Scenario::parse(scenario.text()).unwrap();
    let zora = scenario.people.iter().find(|person| person.name.as_str() == "Zora Quill").unwrap();
    assert_eq!((zora.id.as_str(), zora.party), ("zora-quill", Some(ibbi_core::Party::Labor)));
    let tuesday = Some(ibbi_app::sim::Weekday::Tuesday);
    assert!(zora.unavailable.iter().any(|time| time.weekdays.single() == tuesday), "{:?}", zora.unavailable);
}

#[test]
fn unreadable_files_and_forged_forms_get_a_clear_error() {
    let server = Running::start();
    let (kind, body) = form(&[("photo.png", "\u{89}PNG\r\n\u{1a}\n\0\0\0\rIHDR\0\0")], "");
    let shown = sent(&server, "/plan/availability", kind, &body);
    assert_eq!(shown.status, 422, "{}", shown.text());
    assert!(shown.text().contains("photo.png"), "{}", shown.text());
    let (kind, body) = form(&[], "  ");
    let empty = sent(&server, "/plan/availability", kind, &body);
    assert!(empty.status >= 400 && empty.text().contains("Choose a file"), "{}", empty.text());
    // A form that can't be read isn't taken for one without files.
    let (kind, body) = form(&[("busy.ics", CALENDAR)], "");
    let many: Vec<_> = (0..90).map(|_| ("busy.ics", CALENDAR)).collect();
    let (_, many) = form(&many, "");
    for (kind, body) in [
        ("multipart/form-data; boundary=other", body.as_slice()),
        ("multipart/form-data", &body),
        ("multipart/mixed; boundary=XyZ", &body),
        ("text/plain", &body),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"text=S.+Whitfield%3A+never+Tuesdays"),
        (kind, &body[..body.len() - 8]),
        (kind, &many),
    ] {
        for path in ["/plan/availability", "/plan/open", "/audit", "/api/v1/audit", "/api/v1/verify", "/api/v1/replay"]
        {
            let sent = sent(&server, path, kind, body);
            assert_eq!(sent.status, 400, "{path} {kind}: {}", sent.text());
            assert!(sent.text().contains("has more than 80 parts"), "{path} {kind}: {}", sent.text());
        }
    }
    for read in ["", "{", "[]", "{\"files\":[]}", "null"] {
        let sent = server.form("/plan/availability/answers", &encoded(&[("read".to_owned(), read.to_owned())]));
        assert!(sent.status < 500, "{read}: {}", sent.text());
    }
}
