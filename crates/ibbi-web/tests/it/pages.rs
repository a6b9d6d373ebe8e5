//! The pages without script: every address, every form, every download.

use crate::support::{Running, multipart};
use std::io::Read as _;
use std::time::Instant;

/// Returns the fields of the plan's form as a browser would send them.
pub(crate) fn form_of(page: &str) -> Vec<(String, String)> {
    let form = page.split("id=\"scenario\"").nth(1).unwrap().split("</form>").next().unwrap();
    let unescape = |text: &str| {
        let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    };
    let attr = |tag: &str, name: &str| {
        let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
        rest.split('"').next().map(unescape)
    };
    let mut pairs = Vec::new();
    for (place, _) in form.match_indices('<') {
        let tag = form[place..].split_inclusive('>').next().unwrap();
        let Some(name) = attr(tag, "name") else { continue };
        if tag.starts_with("<input") {
            let kind = attr(tag, "type").unwrap();
            if kind != "checkbox" || tag.contains(" checked=") {
                pairs.push((name, attr(tag, "value").unwrap_or_default()));
            }
        } else if tag.starts_with("<textarea") {
            let text = form[place + tag.len()..].split("</textarea>").next().unwrap();
            pairs.push((name, unescape(text)));
        } else if tag.starts_with("<select") {
            let options = form[place..].split("</select>").next().unwrap();
            let chosen = options.split("<option").find(|option| option.contains(" selected="));
            let option = chosen.or_else(|| options.split("<option").nth(1)).unwrap();
            pairs.push((name, attr(&format!("<option{option}"), "value").unwrap()));
        }
    }
    pairs
}

pub(crate) fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[test]
fn plan_form_and_link_round_trip() {
    let server = Running::start();
    let page = server.get("/plan");
    assert_eq!(page.status, 200);
    for part in
        ["class=\"verdict\"", "id=\"plan\"", "id=\"curve\"", "id=\"drivers\"", "id=\"comparison\"", "id=\"who\""]
    {
        assert!(page.text().contains(part), "{part}");
    }
    let mut form = form_of(page.text());
    assert!(form.len() > 60, "{}", form.len());
    for (key, value) in &mut form {
        if key == "district" {
            *value = "Pine & Ridge".to_owned();
        }
    }
    let sent = server.form("/plan", &encoded(&form));
    assert_eq!(sent.status, 303, "{}", sent.text());
    let link = sent.header("location").unwrap().split('#').next().unwrap().to_owned();
    assert!(link.len() < 1500, "{} bytes: {link}", link.len());
    let again = server.get(&link);
    let mut expected = form.clone();
    expected.sort();
    let mut found = form_of(again.text());
    found.sort();
    assert_eq!(found, expected);
    // The script gets the same link and the same answer.
    let scripted = server.form("/plan/answer", &encoded(&form));
    assert_eq!(scripted.header("ibbi-link"), Some(link.as_str()));
    let pieces: Vec<&str> = scripted.text().split("<!--next-->").collect();
    assert_eq!(pieces.len(), 4, "the answer, the plan, the comparison, whom to ask");
    let verdict =
        |text: &str| text.split("class=\"verdict\">").nth(1).unwrap().split("</p>").next().unwrap().to_owned();
    assert_eq!(verdict(scripted.text()), verdict(again.text()));
    // So do the scenario file and the downloads.
    let query = link.strip_prefix("/plan?").unwrap();
    let toml = server.get(&format!("/plan/scenario.toml?{query}"));
    assert!(toml.header("content-disposition").unwrap().contains("scenario.toml"));
    assert!(server.get(&format!("/plan/dates.ics?{query}")).text().starts_with("BEGIN:VCALENDAR"));
    assert!(server.get(&format!("/plan/report.html?{query}")).text().contains("Pine &amp; Ridge"));
    let (kind, body) = multipart(&[("scenario", &toml.body)]);
    let opened = server.connect().ask("POST", "/plan/open", &[("content-type", kind)], &body);
    assert_eq!(opened.header("location"), Some(link.as_str()));
}

#[test]
fn scenario_that_the_form_cannot_show_is_changed_as_its_file() {
    let server = Running::start();
    let file = std::fs::read_to_string(ibbi_testing::sample_scenario("evenings.toml")).unwrap();
    let (kind, body) = multipart(&[("scenario", file.as_bytes())]);
    let opened = server.connect().ask("POST", "/plan/open", &[("content-type", kind)], &body);
    let link = opened.header("location").unwrap().split('#').next().unwrap().to_owned();
    let page = server.get(&link);
    assert_eq!(page.status, 200);
    for said in ["Cedar Bluff", "class=\"verdict\"", "id=\"text\"", "# ", "Three calendars to choose from"] {
        assert!(page.text().contains(said), "{said}");
    }
    assert!(!page.text().contains("id=\"scenario\""), "the form would lose parts of the scenario");
    // The downloads are those of the file.
    let query = link.strip_prefix("/plan?").unwrap();
    let toml = server.get(&format!("/plan/scenario.toml?{query}"));
    let [one, other] = [file.as_str(), toml.text()].map(|text| ibbi_app::sim::Scenario::parse(text).unwrap().digest());
    assert_eq!(one, other);
    assert!(server.get(&format!("/plan/report.html?{query}")).text().contains("Cedar Bluff"));
    // A changed file has a link of its own. Line ends of a browser change nothing.
    let changed = file.replace("Cedar Bluff", "Birch & Alder").replace('\n', "\r\n");
    let sent = server.form("/plan/file", &encoded(&[("file".to_owned(), changed)]));
    let again = sent.header("location").unwrap().split('#').next().unwrap().to_owned();
    assert!(server.get(&again).text().contains("Birch &amp; Alder"));
    // A malformed file is shown as it was typed, with the place of the problem.
    let wrong = file.replace("version = 2", "version = 2\ncolour = \"<blue>\"");
    let refused = server.form("/plan/file", &encoded(&[("file".to_owned(), wrong.clone())]));
    assert_eq!(refused.status, 422);
    for said in ["unknown key `colour`", "colour = &quot;&lt;blue&gt;&quot;", "aria-invalid", "role=\"alert\""] {
        assert!(refused.text().contains(said), "{said}: {}", refused.text());
    }
    // So is one in a link, which anyone can write.
    let broken = server.get(&format!("/plan?{}", encoded(&[("file".to_owned(), wrong)])));
    assert!(broken.status == 422 && broken.text().contains("unknown key `colour`"), "{}", broken.status);
    let long = format!("{file}# {}", "x".repeat(60_000));
    let refused = server.form("/plan/file", &encoded(&[("file".to_owned(), long)]));
    assert!(refused.status == 422 && refused.text().contains("too long for a link"), "{}", refused.status);
}

#[test]
fn plan_form_errors_keep_what_was_typed() {
    let server = Running::start();
    let mut form = form_of(server.get("/plan?begin=empty").text());
    for (key, value) in &mut form {
        match key.as_str() {
            "start" => *value = "soon".to_owned(),
            "u0" => *value = "frydays".to_owned(),
            _ => {}
        }
    }
    let answer = server.form("/plan", &encoded(&form));
    assert_eq!(answer.status, 422);
    for said in [
        "Day you ask the leaders: enter a date, such as 9/8/2026",
        "The superintendent: ",
        "did you mean friday",
        "value=\"frydays\"",
        "value=\"soon\"",
        "aria-invalid",
    ] {
        assert!(answer.text().contains(said), "{said}");
    }
    for (content, said) in
        [(&b""[..], "The scenario file is missing or empty"), (b"district = 7", "problem"), (b"\xff\xfe", "not UTF-8")]
    {
        let (kind, body) = multipart(&[("scenario", content)]);
        let opened = server.connect().ask("POST", "/plan/open", &[("content-type", kind)], &body);
        assert!(opened.status >= 400 && opened.text().contains(said), "{said}: {}", opened.text());
    }
    assert_eq!(server.get("/plan?d=X&s=2026-09-08").status, 422, "a link without people");
}

#[test]
fn case_can_be_run_with_forms_only() {
    let server = Running::start();
    let id = "01920000-0000-7000-8000-000000000009";
    let open = format!("district=Maple+Hollow&county=norfolk&evergreen=false&contract_expires=2031-06-30&id={id}");
    let opened = server.form("/cases", &open);
    assert_eq!(opened.status, 303, "{}", opened.text());
    let case = opened.header("location").unwrap().to_owned();
    assert_eq!(
        server.form("/cases", &open).header("location"),
        Some(case.as_str()),
        "a second click opens no second case"
    );
    let wrong = server.form("/cases", "district=&county=norfolk");
    assert!(wrong.status == 400 && wrong.text().contains("District: fill this in."), "{}", wrong.text());

    let page = server.get(&case);
    for part in
        ["<strong>Next: </strong>The superintendent agrees", "Inquiry \u{b7} Step 1 of 7", "In the stage Caucus"]
    {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    let agree = "type=leader_agreed&rev=1&seat=superintendent&name=R.+Amari";
    let recorded = server.form(&case, agree);
    assert_eq!(recorded.status, 303);
    assert!(server.get(recorded.header("location").unwrap()).text().contains("Recorded as number 3"));
    // The page was loaded before the case changed.
    let stale = server.form(&case, agree);
    assert!(stale.status == 412 && stale.text().contains("has changed since you opened this page"));
    let refused = server.form(&case, "type=format_chosen&rev=2&format=full_day");
    assert_eq!(refused.status, 422);
    for said in ["This can&#39;t be recorded", "Not agreed yet", "Record the agreement of each leader"] {
        assert!(refused.text().contains(said), "{said}");
    }
    let entry = format!("{case}/entries/3");
    let form = server.get(&entry);
    assert!(form.text().contains("R. Amari, superintendent, agreed.") && form.text().contains("value=\"R. Amari\""));
    let voided = server.form(&entry, "do=void&rev=2&void_reason=the+wrong+person");
    assert_eq!(voided.status, 303, "{}", voided.text());
    let page = server.get(&case);
    assert!(page.text().contains("class=\"voided\"") && page.text().contains("voided by number 4"));
    assert_eq!(server.get(&format!("{case}/dates.ics")).status, 400, "nothing is booked");
    assert_eq!(server.get("/cases").text().matches("/cases/0").count(), 1);
    assert_eq!(server.form("/cases/01920000-0000-7000-8000-00000000ffff", agree).status, 404);
}

#[test]
fn corrected_entry_counts_in_place_of_the_recorded_one() {
    let server = Running::start();
    let case = server.form("/cases", "district=A").header("location").unwrap().to_owned();
    server.form(&case, "type=leader_agreed&rev=1&seat=superintendent&name=R.+Amari");
    let entry = format!("{case}/entries/3");
    let form = server.get(&entry).text().to_owned();
    let value = |name: &str| {
        let after = form.split(&format!("name=\"{name}\"")).nth(1).unwrap();
        let value = after.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>()
    };
    let fields = format!("rev=2&seat=superintendent&name=Rosa+Amari&day={}&time={}", value("day"), value("time"));
    let checked = server.form(&entry, &format!("do=check&{fields}"));
    assert!(checked.text().contains("Everything that follows is still valid."), "{}", checked.text());
    assert!(checked.text().contains("Record the correction"));
    let recorded = server.form(&entry, &format!("do=record&{fields}"));
    assert_eq!(recorded.status, 303, "{}", recorded.text());
    let page = server.get(&case);
    for part in ["Rosa Amari", "class=\"voided\"", "replaced by number 4", "replaces number 3"] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    // An event of an earlier day is recorded in its place.
    let late = "type=note_added&rev=3&text=so&when=other&day=1/1/2020";
    assert_eq!(server.form(&case, late).status, 400, "it is before the opening");
}

#[test]
fn plan_opens_a_case_with_its_people() {
    let server = Running::start();
    let plan = server.get("/plan");
    let place = plan.text().split("href=\"/cases?").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let form = server.get(&format!("/cases?{}", place.trim_end_matches("#open")));
    assert!(form.text().contains("name=\"district\" value=\"Maple Hollow\""), "{}", form.text());
    // A browser sends a line break as CR LF.
    let people = form_urlencoded::byte_serialize(
        "superintendent=R. Amari\r\nunion_president=B. Castellan\r\nlabor=B. Castellan\r\nlabor=Ada Yun\r\nneutral=I. Reyes"
            .as_bytes(),
    );
    let people: String = people.collect();
    let opened = server.form("/cases", &format!("district=A&people={people}"));
    let case = opened.header("location").unwrap().to_owned();
    let page = server.get(&case);
    assert!(page.text().contains("name=\"name\" value=\"R. Amari\""), "{}", page.text());
    // The names stay for the next entries, up to the teams.
    let case = case.split('?').next().unwrap();
    for (seat, more) in [("superintendent", ""), ("union_president", ""), ("school_committee", "&office=chair")] {
        assert_eq!(
            server.form(case, &format!("type=leader_agreed&seat={seat}&name=X{more}&people={people}")).status,
            303
        );
    }
    let held = "type=meeting_held&representative=N&present=X&topics=interests&topics=next_steps&topics=services";
    assert_eq!(server.form(case, held).status, 303);
    let chosen = server.form(case, &format!("type=service_chosen&service=ibbi&people={people}"));
    let page = server.get(chosen.header("location").unwrap());
    assert!(page.text().contains(">\nB. Castellan\nAda Yun\n</textarea>"), "{}", page.text());
    assert!(!page.text().contains('\u{fffd}') && !page.text().contains("&#13;"), "{}", page.text());
}

#[test]
fn forecast_of_a_case_has_the_calendars_of_a_plan() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let address = format!("/cases/{case}/forecast");
    let verdict =
        |page: &str| page.split("class=\"verdict\">").nth(1).unwrap().split("</p>").next().unwrap().to_owned();
    let plain = server.get(&address);
    assert!(plain.text().contains("All days count as available"), "{}", plain.text());
    let send = |parts: &[(&str, &[u8])]| {
        let (kind, body) = multipart(parts);
        server.connect().ask("POST", &address, &[("Content-Type", kind)], &body)
    };
    // The sample as its link and as its file: the same forecast, which isn't the one without calendars.
    let plan = server.get("/plan");
    let link = plan.text().split("href=\"/plan?d=").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let file = server.get("/plan/scenario.toml");
    let by_link = send(&[("link", format!("http://localhost/plan?d={link}#answer").as_bytes()), ("scenario", b"")]);
    let by_file = send(&[("link", b""), ("scenario", file.text().as_bytes())]);
    assert_eq!((by_link.status, by_file.status), (303, 303), "{}", by_link.text());
    assert_eq!(by_link.header("location"), by_file.header("location"));
    let planned = server.get(by_link.header("location").unwrap());
    assert!(planned.text().contains("of the plan for <bdi>Maple Hollow</bdi>"), "{}", planned.text());
    assert_ne!(verdict(planned.text()), verdict(plain.text()));
    assert_eq!(
        send(&[("link", b"http://localhost/plan"), ("scenario", b"")]).header("location"),
        by_file.header("location")
    );
    // A leader who is not in the plan is named.
    let agreed = "type=leader_agreed&seat=superintendent&name=Zoe+Newcomb&when=now";
    assert_eq!(server.form(&format!("/cases/{case}"), agreed).status, 303);
    let planned = server.get(by_link.header("location").unwrap());
    assert!(planned.text().contains("always available: <bdi>Zoe Newcomb</bdi>."), "{}", planned.text());
    for (link, file, says) in [
        ("", "", "give the link of a plan, or choose a scenario file"),
        ("http://localhost/cases", "", "this is not the link of a plan"),
        ("http://localhost/plan?d=A&s=yesterday", "", "this link of a plan is not complete"),
        ("", "district = 1", "district"),
    ] {
        let refused = send(&[("link", link.as_bytes()), ("scenario", file.as_bytes())]);
        assert_eq!(refused.status, 422, "{link} {file}");
        let kept = format!("name=\"link\" value=\"{}\"", link.replace('&', "&amp;"));
        assert_eq!(verdict(refused.text()), verdict(server.get(&address).text()), "the forecast stays");
        assert!(refused.text().contains(says) && refused.text().contains(&kept), "{}", refused.text());
    }
}

#[test]
fn audit_shows_every_event() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let answer = server.form(&format!("/cases/{case}"), "type=note_added&rev=1&text=a+note");
    assert_eq!(answer.status, 303);
    let ledger = std::fs::read(server.ledger()).unwrap();
    let (kind, body) = multipart(&[("ledger", &ledger), ("checkpoints", b""), ("key", b"")]);
    let sent = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
    let place = sent.header("location").unwrap().to_owned();
    for base in [place.clone(), "/audit/own".to_owned()] {
        let found = server.get(&base);
        assert!(found.text().contains("The ledger is sound: no errors,"), "{}", found.text());
        assert!(found.text().contains("No checkpoint was checked."), "{}", found.text());
        assert_eq!(server.get(&format!("{base}/audit.json")).json()["sound"], true);
        for (format, said) in
            [("csv", "note_added"), ("xes", "<log"), ("ocel", "objectTypes"), ("cloudevents", "specversion")]
        {
            let export = server.get(&format!("{base}/export/{format}"));
            assert!(export.status == 200 && export.text().contains(said), "{format}: {}", export.text());
        }
        assert_eq!(server.get(&format!("{base}/export/nothing")).status, 404);
        for (step, said) in
            [("", "After event 2 of 2"), ("?step=1", "After event 1 of 2"), ("?step=99", "After event 2 of 2")]
        {
            let page = server.get(&format!("{base}/cases/{case}{step}"));
            assert!(page.text().contains(said), "{step}");
        }
        let part = server.get(&format!("{base}/cases/{case}?step=1&part=state"));
        assert!(!part.text().contains("<html") && part.text().contains("After event 1 of 2"));
        assert_eq!(server.get(&format!("{base}/cases/01920000-0000-7000-8000-00000000ffff")).status, 404);
    }
    let mut changed = ledger.clone();
    let at = changed.windows(10).position(|bytes| bytes == b"\"sha256\":\"").unwrap() + 10;
    changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
    let (kind, body) = multipart(&[("ledger", &changed)]);
    let sent = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
    // No later line has the digest of the last line, so the chain does not show this change.
    assert_eq!(server.get(sent.header("location").unwrap()).status, 200);
    // A line that a crash cut off is not an error.
    let (kind, body) = multipart(&[("ledger", &ledger[..ledger.len() - 5])]);
    let sent = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
    let torn = server.get(sent.header("location").unwrap());
    assert!(torn.text().contains("id=\"findings\""), "{}", torn.text());
    let (kind, body) = multipart(&[("ledger", &ledger[10..])]);
    let sent = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
    let found = server.get(sent.header("location").unwrap());
    assert!(found.text().contains("is not sound") && found.text().contains("id=\"findings\""), "{}", found.text());
    let (kind, body) = multipart(&[("ledger", b"")]);
    let none = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
    assert!(none.status == 400 && none.text().contains("Choose a ledger"), "{}", none.text());
    assert_eq!(server.get("/audit/01920000-0000-4000-8000-00000000ffff").status, 404);
}

#[test]
fn the_first_answer_does_not_wait_for_the_rest() {
    let server = Running::start();
    let form = encoded(&form_of(server.get("/plan").text()));
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let mut client = server.connect();
    let begun = Instant::now();
    client.send("POST", "/plan/answer", &[kind], form.as_bytes());
    while !client.line().is_empty() {}
    let piece = client.chunk().unwrap();
    let first = begun.elapsed();
    assert!(String::from_utf8(piece).unwrap().contains("id=\"moves\""), "the first piece is the whole first answer");
    while client.chunk().is_some() {}
    println!("first answer (10,000 runs): {first:?}; all of it: {:?}", begun.elapsed());
    // The first compressed piece can also be read when it arrives.
    let mut client = server.connect();
    client.send("POST", "/plan/answer", &[kind, ("accept-encoding", "gzip")], form.as_bytes());
    while !client.line().is_empty() {}
    let (piece, mut text) = (client.chunk().unwrap(), Vec::new());
    let unpacked = flate2::read::GzDecoder::new(&piece[..]).read_to_end(&mut text);
    assert!(unpacked.is_err(), "the end is not here yet");
    assert!(String::from_utf8(text).unwrap().contains("id=\"moves\""));
}

#[test]
fn file_that_is_not_a_ledger_is_not_audited() {
    let server = Running::start();
    let ledger = std::fs::read(server.ledger()).unwrap();
    let key = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    let (good, private) = (("ledger", &ledger[..]), key.as_bytes());
    for (parts, status, said) in [
        (&[("ledger", &b"%PDF-1.7\n1 0 obj\n"[..])][..], 422, "it looks like a PDF document"),
        (&[("ledger", b"PK\x03\x04\x14\x00")], 422, "it looks like a zip archive"),
        (&[("ledger", b"seq,case,type\n1,2,3\n")], 422, "it looks like a table"),
        (&[("ledger", b"<?xml version=\"1.0\"?>\n<log/>\n")], 422, "it looks like XML"),
        (&[("ledger", b"no ledger\n")], 422, "it looks like another kind of text"),
        (&[("ledger", private)], 400, "his is a private key"),
        (&[good, ("checkpoints", private)], 400, "his is a private key"),
        (&[good, ("key", private)], 400, "his is a private key"),
        (&[good, ("checkpoints", b"\x1f\x8b\x08\x00")], 415, "he file of checkpoints is compressed"),
    ] {
        let (kind, body) = multipart(parts);
        for path in ["/audit", "/api/v1/audit", "/api/v1/verify", "/api/v1/replay"] {
            let answer = server.connect().ask("POST", path, &[("content-type", kind)], &body);
            assert_eq!(answer.status, status, "{path}: {}", answer.text());
            assert!(answer.text().contains(said), "{path} {said}: {}", answer.text());
            assert!(!answer.text().contains("id=\"findings\"") && !answer.text().contains("AYEKFALVF"), "{path}");
        }
    }
}

#[test]
fn too_many_people_is_an_error() {
    let server = Running::start();
    let mut form = form_of(server.get("/plan").text());
    for row in 0..62 {
        form.retain(|(key, _)| key.get(1..) != Some(&row.to_string()) || row < 10);
        if row >= 10 {
            form.extend([(format!("n{row}"), format!("Person {row}")), (format!("t{row}"), "labor".to_owned())]);
        } else if !form.iter().any(|(key, value)| *key == format!("n{row}") && !value.is_empty()) {
            form.retain(|(key, _)| *key != format!("n{row}"));
            form.extend([(format!("n{row}"), format!("Person {row}")), (format!("t{row}"), "labor".to_owned())]);
        }
    }
    let answer = server.form("/plan", &encoded(&form));
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("there are at least 62 people; at most 60 can take part"), "{}", answer.text());
    assert!(answer.text().contains("value=\"Person 61\""), "the form keeps what was typed");
}

#[test]
fn scenario_too_long_for_a_link_keeps_what_was_typed() {
    let server = Running::start();
    let mut form = form_of(server.get("/plan").text());
    let days: Vec<String> = (0..110).map(|day| format!("2030-{:02}-{:02}", day / 28 + 1, day % 28 + 1)).collect();
    let value = |form: &[(String, String)], key: &str| {
        form.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    for row in 0..60 {
        let [name, team, when] = ["n", "t", "u"].map(|part| format!("{part}{row}"));
        if value(&form, &name).is_empty() {
            form.retain(|(key, _)| *key != name && *key != team);
            form.extend([(name, format!("Person {row}")), (team, ["labor", "management"][row % 2].to_owned())]);
        }
        form.retain(|(key, _)| *key != when);
        form.push((when, days.join(", ")));
    }
    let sent = server.form("/plan", &encoded(&form));
    assert_eq!((sent.status, sent.header("location")), (422, None));
    let problems = sent.text().split("Correct these entries first").nth(1).unwrap_or_default();
    assert!(problems.contains("This scenario is too long for a link"), "{problems}");
    assert!(sent.text().contains(&days.join(", ")) && sent.text().contains("value=\"Person 59\""));
    let scripted = server.form("/plan/answer", &encoded(&form));
    assert_eq!((scripted.status, scripted.header("ibbi-link")), (200, None));
    assert!(
        scripted.text().contains("This scenario can&#39;t be downloaded")
            && !scripted.text().contains("href=\"/plan/dates.ics?")
    );
}

#[test]
fn page_with_several_forms_says_that_each_is_sent_alone() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let hint = "<noscript><p class=\"hint\">Each button sends only the form that it belongs to.";
    for (path, has_hint) in
        [(format!("/cases/{case}"), true), ("/access".to_owned(), true), ("/cases".to_owned(), false)]
    {
        let page = server.get(&path);
        assert_eq!((page.status, page.text().contains(hint)), (200, has_hint), "{path}: {}", page.text());
    }
}
