//! Secret addresses at which calendar programs get booked dates.

use crate::access::{Matrix, Who};
use crate::support::{Answer, Running, errors};
use ibbi_access::{AccessFile, Grant, Principal, Registry, Role, Scope, access_path};
use serde_json::{Value, json};

/// Asks as a calendar program: without a token or a cookie.
fn ask(server: &Running, method: &str, address: &str, headers: &[(&str, &str)]) -> Answer {
    let path = format!("/calendars/{}", address.split("/calendars/").last().unwrap());
    server.stranger().ask(method, &path, headers, b"")
}

fn get(server: &Running, address: &str) -> Answer {
    ask(server, "GET", address, &[])
}

fn make(server: &Running, body: &Value) -> String {
    let made = server.post("/api/v1/calendars", body);
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["address"].as_str().unwrap().to_owned()
}

/// Returns the entries of a calendar: when each starts, its status, and its summary.
fn entries(answer: &Answer) -> Vec<(String, String, String)> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text().replace("\r\n ", "");
    let value = |event: &str, name: &str| {
        let line = event.lines().find(|line| line.split([':', ';']).next() == Some(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    let events = text.split("BEGIN:VEVENT").skip(1);
    events.map(|event| (value(event, "DTSTART"), value(event, "STATUS"), value(event, "SUMMARY"))).collect()
}

fn record(server: &Running, case: &str, body: &Value) {
    let answer = server.post(&format!("/api/v1{case}/events"), body);
    assert_eq!(answer.status, 201, "{body}: {}", answer.text());
}

#[test]
fn case_has_an_address_that_needs_no_account_and_follows_its_bookings() {
    let server = Running::start();
    let case = server.case_before("session_scheduled");
    let id = case.trim_start_matches("/cases/").to_owned();
    let made = server.post("/api/v1/calendars", &json!({ "case": id })).json();
    let address = made["address"].as_str().unwrap();
    assert!(address.starts_with(&server.url.trim_end_matches('/').replace("localhost", "127.0.0.1")), "{address}");
    assert_eq!(made["webcal"].as_str().unwrap(), address.replace("http://", "webcal://"));
    let first = get(&server, address);
    assert_eq!(first.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(first.header("cache-control"), Some("private, no-cache"));
    assert!(first.header("set-cookie").is_none());
    for line in ["REFRESH-INTERVAL;VALUE=DURATION:PT60M", "X-PUBLISHED-TTL:PT60M", "X-WR-CALNAME:IBBI: Maple Hollow"] {
        assert!(first.text().contains(line), "{line}: {}", first.text());
    }
    assert_eq!(entries(&first).len(), 1, "the meeting: {}", first.text());
    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(get(&server, address).text(), first.text(), "the same records make the same bytes");
    let unchanged = ask(&server, "GET", address, &[("if-none-match", &tag)]);
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    assert_eq!(unchanged.header("cache-control"), Some("private, no-cache"));
    assert!(unchanged.header("last-modified").is_some() && unchanged.header("etag") == Some(tag.as_str()));
    let head = ask(&server, "HEAD", address, &[]);
    assert_eq!((head.status, head.header("etag")), (200, Some(tag.as_str())));
    assert_eq!(head.header("content-length"), Some(first.body.len().to_string().as_str()));
    // Credentials make no difference, not even wrong ones.
    let wrong = ask(&server, "GET", address, &[("authorization", "Bearer wrong"), ("if-none-match", &tag)]);
    assert_eq!(wrong.status, 304);
    let slot = json!({ "starts": "2025-10-21T08:00:00-04:00", "ends": "2025-10-21T16:00:00-04:00" });
    let booking = json!({ "part": 1, "slot": slot, "neutral": { "id": "reyes", "name": "Ines Reyes" } });
    record(&server, &case, &json!({ "type": "session_scheduled", "data": booking, "at": "2025-10-06 11:30" }));
    let second = ask(&server, "GET", address, &[("if-none-match", &tag)]);
    let confirmed =
        |entries: &[(String, String, String)]| entries.iter().filter(|(_, status, _)| status == "CONFIRMED").count();
    assert_eq!(confirmed(&entries(&second)), 2, "{}", second.text());
    record(
        &server,
        &case,
        &json!({ "type": "session_postponed", "data": { "part": 1, "reason": "snow" }, "at": "2025-10-07 09:00" }),
    );
    let third = entries(&get(&server, address));
    assert!(third.iter().any(|(at, status, _)| at == "20251021T080000" && status == "CANCELLED"), "{third:?}");
    // What is after the ID of a path is not in the log.
    let secret = address.rsplit('/').next().unwrap().trim_end_matches(".ics");
    let log = server.whole_log();
    assert!(log.iter().any(|line| line["path"] == "/calendars/\u{2026}" && line["status"] == 304));
    assert!(log.iter().all(|line| !line.to_string().contains(secret)));
    assert!(!std::fs::read_to_string(format!("{}.calendars", server.ledger().display())).unwrap().contains(secret));
}

#[test]
fn date_of_the_last_change_answers_programs_without_etags() {
    // The clock of the server is an hour ahead, so that the changes are not of this second.
    let ahead = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let moved = std::sync::Arc::clone(&ahead);
    let server = Running::start_with(|config| {
        config.clock = std::sync::Arc::new(move || {
            let millis = crate::support::clock()?.millis() + moved.load(std::sync::atomic::Ordering::SeqCst);
            Ok(ibbi_core::At::from_millis(millis).unwrap())
        });
    });
    let case = server.case_before("session_scheduled");
    let address = make(&server, &json!({ "case": case.trim_start_matches("/cases/") }));
    let at_once = get(&server, &address).header("last-modified").unwrap().to_owned();
    ahead.store(3_600_000, std::sync::atomic::Ordering::SeqCst);
    let later = get(&server, &address).header("last-modified").unwrap().to_owned();
    let asked = |since: &str| ask(&server, "GET", &address, &[("if-modified-since", since)]).status;
    assert_eq!(asked(&later), 304);
    assert!(at_once == later || asked(&at_once) == 200, "what changed in the second of an answer is sent again");
    assert_eq!(asked("Mon, 01 Sep 2025 00:00:00 GMT"), 200);
    assert_eq!(asked("yesterday"), 200, "a date that can't be read is no condition");
    record(&server, &case, &json!({ "type": "note_added", "data": { "text": "x" } }));
    ahead.store(7_200_000, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(asked(&later), 200);
    let both = [("if-modified-since", "Mon, 01 Sep 2025 00:00:00 GMT"), ("if-none-match", "*")];
    assert_eq!(ask(&server, "GET", &address, &both).status, 304, "the ETag decides");
}

#[test]
fn address_that_is_wrong_or_revoked_is_refused_in_plain_text() {
    let server = Running::start();
    let id = server.open("Maple Hollow");
    let made = server.post("/api/v1/calendars", &json!({ "case": id })).json();
    let (address, calendar) = (made["address"].as_str().unwrap(), made["id"].as_str().unwrap());
    let empty = get(&server, address);
    assert_eq!(entries(&empty), [], "nothing is booked, and that is a calendar");
    assert!(empty.text().starts_with("BEGIN:VCALENDAR") && empty.text().contains("BEGIN:VTIMEZONE"));
    for wrong in ["x.ics", calendar, "0000000000000000000000000000000000000000000000000000000000000000.ics"] {
        let answer = get(&server, &format!("/calendars/{wrong}"));
        assert_eq!((answer.status, answer.header("content-type")), (404, Some("text/plain; charset=utf-8")), "{wrong}");
    }
    let removed = server.connect().ask("DELETE", &format!("/api/v1/calendars/{calendar}"), &[], b"");
    assert_eq!(removed.status, 200, "{}", removed.text());
    let gone = get(&server, address);
    assert_eq!((gone.status, gone.header("content-type")), (410, Some("text/plain; charset=utf-8")));
    assert!(gone.text().contains("was revoked"), "{}", gone.text());
    let again = server.connect().ask("DELETE", &format!("/api/v1/calendars/{calendar}"), &[], b"");
    assert_eq!(again.status, 404, "{}", again.text());
    // Someone who tries addresses must wait, as someone who tries tokens.
    let tried: Vec<u16> = (0..12).map(|number| get(&server, &format!("/calendars/{number}.ics")).status).collect();
    assert_eq!(tried.last(), Some(&429), "{tried:?}");
    assert_eq!(get(&server, address).status, 410, "an address that was known doesn't wait");
    // Only reading needs no account.
    let posted = server.stranger().ask("POST", &format!("/calendars/{calendar}/revoke"), &[], b"");
    assert_eq!(posted.status, 401);
}

#[test]
fn every_role_makes_addresses_of_the_cases_that_it_sees_and_manages_its_own() {
    let matrix = Matrix::new();
    let ask = |token: &str, method: &str, path: &str, body: &Value| {
        matrix.ask(token, method, path, "application/json", &body.to_string())
    };
    let mut made = Vec::new();
    for (who, token) in &matrix.tokens {
        let may = *who != Who::Auditor;
        for (case, own) in matrix.cases() {
            let answer = ask(token, "POST", "/api/v1/calendars", &json!({ "case": case }));
            let expected = match (may, who.sees(own)) {
                (false, _) => 403,
                (true, true) => 201,
                (true, false) => 404,
            };
            assert_eq!(answer.status, expected, "{who:?} own:{own}: {}", answer.text());
            let form =
                matrix.ask(token, "POST", &format!("/cases/{case}/calendar"), "application/x-www-form-urlencoded", "");
            assert_eq!(form.status, expected, "{who:?} own:{own}: {}", form.text());
            if expected == 201 {
                let address = answer.json()["address"].as_str().unwrap().to_owned();
                assert!(entries(&get(&matrix.server, &address)).len() >= 2, "{who:?}");
                made.push((*who, answer.json()["id"].as_str().unwrap().to_owned(), address));
                assert!(form.text().contains("It is shown only now"), "{}", form.text());
                // The server of the matrix has no public address.
                assert!(form.text().contains("which only this computer can open"), "{}", form.text());
            }
        }
        // A person who is in both districts: the address has the cases that its maker sees.
        let answer = ask(token, "POST", "/api/v1/calendars", &json!({ "person": "Ines Reyes" }));
        let sees = matrix.cases().iter().filter(|(_, own)| who.sees(*own)).count();
        assert_eq!(
            answer.status,
            if !may {
                403
            } else if sees == 0 {
                400
            } else {
                201
            },
            "{who:?}: {}",
            answer.text()
        );
        if answer.status == 201 {
            let calendar = get(&matrix.server, answer.json()["address"].as_str().unwrap());
            for (district, own) in [("Maple Hollow", true), ("Cedar Falls", false)] {
                assert_eq!(calendar.text().contains(district), who.sees(own), "{who:?} {district}");
            }
        }
        let stranger = ask(token, "POST", "/api/v1/calendars", &json!({ "person": "No One Here" }));
        assert_eq!(stranger.status, if may { 400 } else { 403 }, "{who:?}: {}", stranger.text());
    }
    // Each sees and revokes the own addresses, and program staff those of all people.
    let all = matrix.server.get("/api/v1/calendars").json()["calendars"].as_array().unwrap().len();
    for (who, token) in &matrix.tokens {
        let list = matrix.get(token, "/api/v1/calendars");
        let page = matrix.get(token, "/calendars");
        if *who == Who::Auditor {
            assert_eq!((list.status, page.status), (403, 403));
            continue;
        }
        let list = list.json()["calendars"].as_array().unwrap().clone();
        assert_eq!(list.len() == all, *who == Who::Staff, "{who:?}: {list:?}");
        assert!(
            list.iter().all(|calendar| *who == Who::Staff || calendar["created_by"] == format!("{who:?}").as_str())
        );
        assert_eq!(page.text().matches("/revoke\"").count(), list.len(), "{who:?}");
        let other = made.iter().find(|(maker, ..)| maker != who).map(|(_, id, _)| id).unwrap();
        if *who != Who::Staff {
            assert_eq!(ask(token, "DELETE", &format!("/api/v1/calendars/{other}"), &json!({})).status, 404, "{who:?}");
        }
    }
    for (who, id, address) in &made {
        assert_eq!(get(&matrix.server, address).status, 200, "{who:?}");
        let token = matrix.tokens.iter().find(|(other, _)| other == who).map(|(_, token)| token).unwrap();
        assert_eq!(ask(token, "DELETE", &format!("/api/v1/calendars/{id}"), &json!({})).status, 200, "{who:?}");
        assert_eq!(get(&matrix.server, address).status, 410, "{who:?}");
    }
}

#[test]
fn address_stops_when_its_maker_loses_the_role() {
    let server = Running::start();
    let case = server.case_before("session_scheduled");
    let id = case.trim_start_matches("/cases/").to_owned();
    let token = server.token("sync", Grant::new(Role::Facilitator, Scope::Case(id.parse().unwrap())));
    let make = |body: &Value| {
        let made = server.connect_as(&token).ask("POST", "/api/v1/calendars", &[], body.to_string().as_bytes());
        made.json()["address"].as_str().unwrap_or_else(|| panic!("{}", made.text())).to_owned()
    };
    let of_case = make(&json!({ "case": id }));
    let of_person = make(&json!({ "person": "Rosa Amari" }));
    assert!([&of_case, &of_person].iter().all(|address| !entries(&get(&server, address)).is_empty()));
    let mut registry = Registry::open(AccessFile::new(access_path(&server.ledger()))).unwrap();
    let root = Principal::local("root", "P. Sullivan").unwrap();
    registry.revoke(token.split('_').nth(1).unwrap(), root, crate::support::clock().unwrap()).unwrap();
    for address in [&of_case, &of_person] {
        let gone = get(&server, address);
        assert_eq!(gone.status, 410, "{}", gone.text());
        assert!(gone.text().contains("can't see these dates now"), "{}", gone.text());
        assert!(!gone.text().contains("Maple Hollow"));
    }
}

#[test]
fn address_of_a_person_follows_the_people_of_cases() {
    let server = Running::start();
    let case = server.case_before("session_scheduled");
    let second = server.case_before("session_opened");
    let address = make(&server, &json!({ "person": "Ines Reyes" }));
    let leader = make(&server, &json!({ "person": "Rosa Amari" }));
    let member = make(&server, &json!({ "person": "Ben Castellan" }));
    let of = |address: &str| entries(&get(&server, address)).len();
    assert_eq!(
        (of(&address), of(&leader), of(&member)),
        (2, 3, 3),
        "the neutral has one case yet, the leaders have two"
    );
    let slot = json!({ "starts": "2025-10-28T08:00:00-04:00", "ends": "2025-10-28T16:00:00-04:00" });
    let booking = json!({ "part": 1, "slot": slot, "neutral": { "id": "reyes", "name": "Ines Reyes" } });
    record(&server, &case, &json!({ "type": "session_scheduled", "data": booking, "at": "2025-10-06 11:30" }));
    assert_eq!((of(&address), of(&leader)), (4, 4));
    let succeeded = json!({ "name": "Dana Roy", "seat": "union_president" });
    record(
        &server,
        &second,
        &json!({ "type": "leader_left", "data": { "seat": "union_president", "reason": "elected to the board" }, "at": "2025-10-07 09:00" }),
    );
    record(&server, &second, &json!({ "type": "leader_succeeded", "data": succeeded, "at": "2025-10-07 09:05" }));
    assert_eq!(of(&member), 4, "still a member of the team");
    let successor = make(&server, &json!({ "person": "Dana Roy" }));
    assert_eq!(of(&successor), 2);
}

#[test]
fn page_of_a_case_makes_an_address_and_shows_it_once() {
    let server = Running::start_with(|config| {
        config.settings.public_url = Some("https://ibbi.example.org".parse().unwrap());
    });
    let case = server.case_before("session_opened");
    assert!(server.get(&case).text().contains(&format!("href=\"{case}/calendar\"")));
    let page = server.get(&format!("{case}/calendar"));
    assert!(
        page.text().contains(&format!("href=\"{case}/dates.ics\""))
            && page.text().contains("There are no calendar addresses yet.")
    );
    for person in ["Rosa Amari", "Ben Castellan", "Ines Reyes", "Noor Lindqvist", "Tola Okafor"] {
        assert!(page.text().contains(&format!("<option value=\"{person}\">")), "{person}: {}", page.text());
    }
    let made = server.form(&format!("{case}/calendar"), "person=Ines+Reyes");
    assert!(!made.text().contains("which only this computer can open"), "{}", made.text());
    assert_eq!(made.status, 201, "{}", made.text());
    let address = made.text().split("class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(address.starts_with("https://ibbi.example.org/calendars/") && address.ends_with(".ics"), "{address}");
    assert!(made.text().contains(&format!("href=\"{}\"", address.replace("https://", "webcal://"))));
    assert_eq!(entries(&get(&server, &address)).len(), 2);
    let list = server.get("/calendars").text().to_owned();
    assert!(list.contains("Ines Reyes, all cases") && !list.contains(&address), "{list}");
    assert!(server.get("/").text().contains("href=\"/calendars\""));
    let revoke =
        list.split("action=\"").find(|rest| rest.contains("/revoke\"")).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(server.confirmed(&revoke, "").status, 303);
    assert_eq!(get(&server, &address).status, 410);
    let refused = server.form(&format!("{case}/calendar"), "person=Someone+Else");
    assert!(refused.status == 400 && refused.text().contains("takes part in no case"), "{}", refused.text());
    // A page of another site can't make one with the session of the browser.
    let foreign = [("origin", "https://evil.example"), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(server.connect().ask("POST", &format!("{case}/calendar"), &foreign, b"").status, 403);
}

#[test]
fn answers_are_as_described() {
    let server = Running::start();
    let id = server.open("Maple Hollow");
    let document = server.get("/api/v1/openapi.json").json();
    let check = |schema: &str, value: &Value| {
        let reference = json!({ "$ref": format!("#/components/schemas/{schema}") });
        let wrong = errors(&document, &reference, value);
        assert!(wrong.is_empty(), "{schema}: {wrong:?}: {value}");
    };
    let body = json!({ "case": id });
    check("CalendarBody", &body);
    let made = server.post("/api/v1/calendars", &body).json();
    check("NewCalendar", &made);
    server.post("/api/v1/calendars", &body);
    let page = server.get("/api/v1/calendars?limit=1").json();
    check("CalendarList", &page);
    let next = server.get(&format!("/api/v1/calendars?after={}", page["next"].as_str().unwrap())).json();
    assert_eq!((next["calendars"].as_array().unwrap().len(), &next["next"]), (1, &Value::Null));
    let path = format!("/api/v1/calendars/{}", made["id"].as_str().unwrap());
    check("CalendarChanged", &server.connect().ask("DELETE", &path, &[], b"").json());
    for (body, why) in [
        (json!({}), "name a case or a person"),
        (json!({ "case": id, "person": "Rosa Amari" }), "name a case or a person"),
        (json!({ "case": "x" }), "is not the ID of a case"),
        (json!({ "person": "" }), "the person: "),
        (json!({ "all": true }), "unknown key `all`"),
    ] {
        let refused = server.post("/api/v1/calendars", &body);
        assert!(refused.status == 400 && refused.text().contains(why), "{body}: {}", refused.text());
    }
    assert_eq!(server.get("/api/v1/calendars?after=x").status, 404);
}

/// A file that can't be read stops the addresses, and nothing else.
#[test]
fn damaged_file_stops_the_addresses_only() {
    let server = Running::start();
    let address = make(&server, &json!({ "case": server.open("Maple Hollow") }));
    let path = format!("{}.calendars", server.ledger().display());
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, [whole.as_slice(), b"garbage\n"].concat()).unwrap();
    let answer = server.get("/api/v1/calendars");
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("calendars-unavailable")), "{}", answer.text());
    assert_eq!((get(&server, &address).status, server.get("/cases").status), (503, 200));
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(get(&server, &address).status, 200);
}
