//! A form that can't be carried out comes back with everything that was typed.
//!
//! The table is compared with the routes of the server, so that a form without an entry fails.

use crate::pages::{encoded, form_of};
use crate::polls::{MadePoll, form as poll_form};
use crate::support::{Answer, Running, multipart};
use std::collections::BTreeSet;

/// The routes whose forms have no fields to type into, and those whose texts are secret.
const WITHOUT_TEXTS: &[&str] = &[
    // A token is a secret.
    "/login",
    "/logout",
    "/cases/{case}/calendar",
    "/cases/{case}/calendar/planned",
    "/cases/{case}/calendar/planned/take-back",
    "/access/remove",
    "/access/revoke",
    "/webhooks/{webhook}/remove",
    "/webhooks/{webhook}/letters/{record}/resend",
    "/webhooks/{webhook}/letters/{record}/delete",
    "/calendars/{calendar}/revoke",
    // These are about what a page has shown. They have a test of their own.
    "/retention/holds/{hold}/lift",
    "/retention/destroy",
    "/polls/{poll}/delete",
    "/polls/{poll}/reminders",
    "/polls/{poll}/people/{person}/link",
    "/polls/{poll}/people/{person}/revoke",
];

/// A form with a wrong value, and the texts that its answer must have.
struct Case {
    route: &'static str,
    path: String,
    form: Form,
    typed: Vec<String>,
}

enum Form {
    Fields(Vec<(String, String)>),
    Parts(Vec<(&'static str, &'static str)>),
}

fn fields(pairs: &[(&str, &str)]) -> Form {
    Form::Fields(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

fn texts(typed: &[&str]) -> Vec<String> {
    typed.iter().map(|text| (*text).to_owned()).collect()
}

/// Returns the fields of an encoded form, with some in place of those with the same names.
fn changed(form: &str, changes: &[(&str, &str)]) -> Form {
    let old = form_urlencoded::parse(form.as_bytes()).into_owned();
    let kept = old.filter(|(key, _)| changes.iter().all(|(name, _)| name != key));
    let new = changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Form::Fields(kept.chain(new).collect())
}

fn sent(server: &Running, case: &Case) -> Answer {
    match &case.form {
        Form::Fields(pairs) => {
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            server.form(&case.path, &body)
        }
        Form::Parts(parts) => {
            let parts: Vec<_> = parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
            let (kind, body) = multipart(&parts);
            server.connect().ask("POST", &case.path, &[("content-type", kind)], &body)
        }
    }
}

/// Returns the fields of the form that decides about an import, as a browser sends them.
fn import_fields(server: &Running) -> Vec<(String, String)> {
    let (kind, body) = multipart(&[("text", b"Zora Quill: never Tuesdays\nFridays maybe xyzzy")]);
    let page = server.connect().ask("POST", "/plan/availability", &[("content-type", kind)], &body);
    let form = page.text().split("class=\"import-answers\"").nth(1).unwrap().split("</form>").next().unwrap();
    let tags = form.split('<').filter(|tag| tag.starts_with("input") && tag.contains("type=\"hidden\""));
    let attr =
        |tag: &str, name: &str| tag.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    tags.map(|tag| (attr(tag, "name"), attr(tag, "value"))).collect()
}

fn plan_fields() -> Vec<(&'static str, &'static str)> {
    vec![
        ("district", "Typed District"),
        ("start", "soonish"),
        ("closed", "Typed break xyz"),
        ("n0", "Typed Person"),
        ("u0", "frydays typed"),
    ]
}

fn cases(server: &Running) -> Vec<Case> {
    let open = server.open("Maple Hollow");
    assert_eq!(server.form(&format!("/cases/{open}"), "type=note_added&text=x").status, 303);
    let poll = MadePoll::new(server, "");
    let (person, link) = poll.link(0);
    let email = format!("email-{person}");
    let long = "n".repeat(5000);
    let plan = [fields(&plan_fields()), fields(&plan_fields())];
    let plan_texts = || {
        texts(&[
            "value=\"Typed District\"",
            "value=\"soonish\"",
            "Typed break xyz",
            "value=\"Typed Person\"",
            "value=\"frydays typed\"",
        ])
    };
    let [page, answer] = plan;
    let import = import_fields(server).into_iter().chain(
        [("answer", "new labor"), ("name", "Bad\u{202e} Typed")].map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    let poll_changes = [
        ("first", "typed first"),
        ("weeks", "typed weeks"),
        ("closes", "typed closes"),
        ("bands", "typed bands"),
        ("reply_to", "typed reply"),
        ("asked_by", "Typed Asker"),
        (email.as_str(), "typed email"),
    ];
    let case =
        |route, path: &str, form, typed: &[&str]| Case { route, path: path.to_owned(), form, typed: texts(typed) };
    vec![
        Case { route: "/plan", path: "/plan".to_owned(), form: page, typed: plan_texts() },
        Case { route: "/plan/answer", path: "/plan/answer".to_owned(), form: answer, typed: plan_texts() },
        case("/plan/file", "/plan/file", fields(&[("file", "district = typed")]), &["district = typed"]),
        case("/plan/open", "/plan/open", Form::Parts(vec![("scenario", "district = opened")]), &["district = opened"]),
        case(
            "/plan/availability",
            "/plan/availability",
            Form::Parts(vec![("text", "  \n "), ("x", "y")]),
            &["Choose a file, or paste rows or text."],
        ),
        case(
            "/plan/availability",
            "/plan/availability",
            Form::Parts(vec![("text", "Zora Quill: sometimes typed xyzzy")]),
            &["Zora Quill: sometimes typed xyzzy"],
        ),
        Case {
            route: "/plan/availability/answers",
            path: "/plan/availability/answers".to_owned(),
            form: Form::Fields(import.collect()),
            typed: texts(&["Bad&#8238; Typed", "Fridays maybe xyzzy", "value=\"new labor\" selected"]),
        },
        case(
            "/cases",
            "/cases",
            fields(&[("district", "Typed District"), ("contract_expires", "typed day"), ("time_zone", "Typed/Zone")]),
            &["value=\"Typed District\"", "value=\"typed day\"", "value=\"Typed/Zone\""],
        ),
        case(
            "/cases/{case}",
            &format!("/cases/{open}"),
            fields(&[("type", "note_added"), ("form", "note-added"), ("text", "typed note"), ("day", "typed day")]),
            &["typed note", "value=\"typed day\""],
        ),
        case(
            "/cases/{case}/entries/{seq}",
            &format!("/cases/{open}/entries/3"),
            fields(&[
                ("do", "record"),
                ("rev", "2"),
                ("text", "typed note"),
                ("day", "typed day"),
                ("on_behalf", "Typed Person"),
            ]),
            &["typed note", "value=\"typed day\"", "value=\"Typed Person\""],
        ),
        case(
            "/cases/{case}/forecast",
            &format!("/cases/{open}/forecast"),
            Form::Parts(vec![("link", "typed link")]),
            &["value=\"typed link\""],
        ),
        case(
            "/audit",
            "/audit",
            Form::Parts(vec![("key", "typed+key"), ("witnesses", "typed+witness\nsecond"), ("quorum", "3")]),
            &["typed+key", "typed+witness\nsecond", "name=\"quorum\" min=\"1\" value=\"3\""],
        ),
        case(
            "/audit",
            "/audit",
            Form::Parts(vec![("ledger", "{}"), ("witnesses", "typed+witness"), ("quorum", "many")]),
            &["typed+witness", "value=\"many\""],
        ),
        case(
            "/access/grant",
            "/access/grant",
            fields(&[("subject", "typed-id"), ("issuer", "typed-issuer"), ("name", "Typed Name"), ("role", "")]),
            &["value=\"typed-id\"", "value=\"typed-issuer\"", "value=\"Typed Name\""],
        ),
        case(
            "/access/tokens",
            "/access/tokens",
            fields(&[("program", "Typed program"), ("role", "staff"), ("days", "7")]),
            &["value=\"Typed program\""],
        ),
        case(
            "/webhooks",
            "/webhooks",
            fields(&[("name", "Typed receiver"), ("url", "typed url"), ("role", "service")]),
            &["value=\"Typed receiver\"", "value=\"typed url\""],
        ),
        Case {
            route: "/polls",
            path: "/polls".to_owned(),
            form: changed(&poll_form("").1, &poll_changes),
            typed: poll_changes
                .iter()
                .filter(|(key, _)| *key != "asked_by")
                .map(|(_, value)| format!("value=\"{value}\""))
                .collect(),
        },
        case(
            "/polls/{poll}/close",
            &format!("{}/close", poll.page),
            fields(&[("closes", "typed closes")]),
            &["value=\"typed closes\""],
        ),
        case(
            "/polls/{poll}/letters",
            &format!("{}/letters", poll.page),
            fields(&[("do", "open"), (&email, "typed email"), ("reply_to", "reply@example.org")]),
            &["value=\"typed email\"", "value=\"reply@example.org\""],
        ),
        case(
            "/polls/{poll}/answers",
            &format!("{}/answers", poll.page),
            Form::Parts(vec![("line", "a typed line"), ("file", "")]),
            &["a typed line"],
        ),
        case(
            "/polls/{poll}/people/{person}",
            &format!("{}/people/{person}", poll.page),
            fields(&[("c0", "can"), ("note", &long)]),
            &[&long, "value=\"can\" selected"],
        ),
        case(
            "/polls/{poll}/people/{person}",
            &format!("{}/people/{person}", poll.page),
            fields(&[("note", "typed note"), ("c0", "maybe")]),
            &["typed note"],
        ),
        case(
            "/retention/holds",
            "/retention/holds",
            fields(&[("case", ""), ("reason", "typed reason")]),
            &["typed reason"],
        ),
        case(
            "/retention/release",
            "/retention/release",
            fields(&[
                ("case", &open),
                ("exemption", "typed law"),
                ("reason", "typed reason"),
                ("rules", "[[rule]] # typed rule"),
                ("release_texts", "typed lines"),
                ("show_concern_ids", "1"),
                ("leave_out_later", "1"),
            ]),
            &[
                "typed law",
                "typed reason",
                "# typed rule",
                "typed lines",
                &format!("value=\"{open}\" checked"),
                "name=\"show_concern_ids\" value=\"1\" checked",
                "name=\"leave_out_later\" value=\"1\" checked",
            ],
        ),
        case(
            "/answer/{poll}/{secret}",
            link,
            fields(&[("c0", "can"), ("note", &long)]),
            &[&long, "value=\"can\" selected"],
        ),
    ]
}

#[test]
fn every_form_comes_back_with_what_was_typed() {
    let server = Running::start();
    let cases = cases(&server);
    let mut wrong = Vec::new();
    for case in &cases {
        let answer = sent(&server, case);
        // Text that can be read in part is shown with what was not understood.
        let is_shown = case.route == "/plan/availability" && answer.status == 200;
        if !matches!(answer.status, 400 | 422) && !is_shown {
            wrong.push(format!("{}: {}", case.path, answer.status));
        }
        let missing: Vec<&String> = case.typed.iter().filter(|typed| !answer.text().contains(typed.as_str())).collect();
        if !missing.is_empty() || !answer.text().contains("<form") {
            let text = answer.text().split("<main").nth(1).unwrap_or_default();
            wrong.push(format!("{}: {missing:?} is lost: {text:.600}", case.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let known: BTreeSet<&str> = cases.iter().map(|case| case.route).chain(WITHOUT_TEXTS.iter().copied()).collect();
    let forms = ibbi_web::routes().filter(|route| route.method == "POST" && !route.path.starts_with("/api/"));
    let forms: BTreeSet<&str> = forms.map(|route| route.path).collect();
    assert_eq!(known, forms, "add each form to the table, or to those without texts");
}

/// The poll's addresses have several buttons. None of them leaves behind what was typed.
#[test]
fn every_button_of_the_addresses_saves_them() {
    let server = Running::start();
    let poll = MadePoll::new(&server, "");
    let (person, _) = poll.link(0);
    let page = server.get(&format!("{}/letters", poll.page));
    let main = page.text().split("<main").nth(1).unwrap();
    assert!(!main.contains(&format!("href=\"{}\"", poll.page)), "a link leaves the addresses behind: {main}");
    for (button, to) in [("save", format!("{}/letters", poll.page)), ("open", poll.page.clone())] {
        assert!(main.contains(&format!("name=\"do\" value=\"{button}\"")), "{button}: {main}");
        let saved =
            server.form(&format!("{}/letters", poll.page), &format!("do={button}&email-{person}={button}@example.org"));
        assert_eq!((saved.status, saved.header("location")), (303, Some(to.as_str())), "{}", saved.text());
        let page = server.get(&format!("{}/letters", poll.page));
        assert!(page.text().contains(&format!("value=\"{button}@example.org\"")), "{button}: {}", page.text());
    }
}

/// A question is asked before each of these, and nothing is done before the answer.
#[test]
fn nothing_that_cannot_be_undone_is_done_by_one_click() {
    let server = Running::start();
    let poll = MadePoll::new(&server, "");
    let (person, link) = poll.link(0);
    for (path, body, heading) in [
        (format!("{}/close", poll.page), "now=1", "Close the poll now for"),
        (format!("{}/people/{person}/link", poll.page), "", "Make a new link for"),
        (format!("{}/people/{person}/revoke", poll.page), "", "Revoke the link of"),
        (format!("{}/delete", poll.page), "", "Delete the poll for"),
    ] {
        let asked = server.form(&path, body);
        assert_eq!(asked.status, 200, "{path}: {}", asked.text());
        for part in [format!("<h1>{heading} <bdi>"), format!("action=\"{path}\""), format!("href=\"{}\"", poll.page)] {
            assert!(asked.text().contains(&part), "{part}: {}", asked.text());
        }
        let page = server.stranger().ask("GET", link, &[], b"");
        assert!(page.status == 200 && page.text().contains("name=\"c0\""), "{path}: the link still takes answers");
    }
    assert_eq!(server.confirmed(&format!("{}/people/{person}/revoke", poll.page), "").status, 303);
    let gone = server.stranger().ask("GET", link, &[], b"");
    assert_eq!(gone.status, 404);
    for staff in ["<nav", "href=\"/plan\"", "href=\"/cases\"", "href=\"/audit\"", "href=\"/\""] {
        assert!(!gone.text().contains(staff), "{staff} is of no use without an account: {}", gone.text());
    }
    assert!(gone.text().contains("Ask the person who sent you the link for a new one."), "{}", gone.text());
}

/// Returns the names of the rows for people.
fn rows(page: &Answer) -> Vec<String> {
    let names = page.text().split("aria-label=\"Name of person").skip(1).count();
    let value = |row: usize| {
        let input = page.text().split('<').find(|tag| tag.contains(&format!("name=\"n{row}\""))).unwrap();
        input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    (0..names).map(value).collect()
}

#[test]
fn plan_form_always_has_rows_for_more_people() {
    let server = Running::start();
    let empty = |page: &Answer| rows(page).iter().filter(|name| name.is_empty()).count();
    let page = server.get("/plan");
    assert_eq!(empty(&page), 2);
    let mut form = form_of(page.text());
    for (key, value) in &mut form {
        if let ("n12" | "n13", Ok(row)) = (key.as_str(), key[1..].parse::<usize>()) {
            *value = format!("New Person {row}");
        }
    }
    // They have no team yet. The script takes the rows of this answer too.
    for path in ["/plan", "/plan/answer"] {
        let refused = server.form(path, &encoded(&form));
        assert!(refused.status == 422 && refused.text().contains("New Person 13"), "{path}: {}", refused.status);
        assert_eq!((rows(&refused).len(), empty(&refused)), (16, 2), "{path}");
    }
    let more = [form.clone(), vec![("do".to_owned(), "rows".to_owned())]].concat();
    let more = server.form("/plan", &encoded(&more));
    assert_eq!((more.status, rows(&more).len(), empty(&more)), (200, 21, 7), "a button adds more");
    assert!(more.text().contains("<details open=\"open\"><summary>People"), "the rows are shown");
    assert!(!more.text().contains("aria-invalid"), "nothing is checked yet");
}
