//! Refused forms of a case. The message names the fields by their labels and says what to do.

use crate::support::{Answer, Running};

/// Returns the warning at the top of a page, without markup.
fn message(answer: &Answer) -> String {
    let text = answer.text();
    let inside = text.split("class=\"warning\"").nth(1).unwrap_or_else(|| panic!("no warning: {text}"));
    let inside = inside.split_once('>').unwrap().1.split("</div>").next().unwrap();
    let mut plain = String::new();
    for part in inside.split('<') {
        plain.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    plain
}

fn enc(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Returns whether a text has codes or the syntax of a command line.
fn is_command(text: &str) -> bool {
    text.contains(['_', '=', '`']) || text.contains("U+")
}

#[test]
fn form_errors_use_labels_and_say_what_to_do() {
    let server = Running::start();
    let case = format!("/cases/{}", server.open("Maple Hollow"));
    let long = enc(&"x".repeat(121));
    let (tab, unseen) = (enc("Ann\tLee"), enc("Ann\u{200b} Lee"));
    for (path, form, expected) in [
        ("/cases", "district=".to_owned(), "District: fill this in."),
        (
            "/cases",
            "district=A&time_zone=eastern".to_owned(),
            "is not the name of a zone; if you mean America/New_York",
        ),
        ("/cases", "district=A&contract_expires=soon".to_owned(), "Contract expires: enter a valid date"),
        ("/cases", "district=A&at=soon".to_owned(), "When it happened: \u{201c}soon\u{201d} is not a time"),
        (
            "/cases",
            "district=A&at=9999-01-01+10:00".to_owned(),
            "When it happened: Fri, Jan 1, 9999, 10:00 AM is in the future",
        ),
        (&case, "type=member_named&party=labor".to_owned(), "New member: fill this in."),
        (
            &case,
            format!("type=member_named&party=labor&member.name={long}"),
            "this has 121 characters; shorten it to at most 120",
        ),
        (&case, format!("type=member_named&party=labor&member.name={tab}"), "this has a tab after \u{201c}Ann\u{201d}"),
        (
            &case,
            format!("type=leader_agreed&seat=superintendent&name={unseen}"),
            "Name: this has an invisible character after \u{201c}Ann\u{201d}",
        ),
        (
            &case,
            "type=session_scheduled&part=1&neutral.name=N".to_owned(),
            "Day and time: enter the day and both times.",
        ),
        (
            &case,
            "type=support_confirmed&body=school_committee&dated=x".to_owned(),
            "Date of the letter: enter a valid date",
        ),
        (
            &case,
            "type=leader_agreed&seat=superintendent&name=A&on_behalf=a%07b".to_owned(),
            "On behalf of: this has an invisible",
        ),
        (&case, "type=nothing".to_owned(), "The form is incomplete. Load the page again"),
    ] {
        let answer = server.form(path, &form);
        assert!(matches!(answer.status, 400 | 422), "{form}: {}", answer.status);
        let found = message(&answer);
        assert!(found.contains(expected), "{form}: {found}");
        assert!(!is_command(&found.replace("America/New_York", "")), "{form}: {found}");
    }
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 2, "nothing was recorded");
}

#[test]
fn case_pages_show_no_codes() {
    let server = Running::start();
    let case = format!("/cases/{}", server.open("Maple Hollow"));
    let early = server.form(&case, "type=format_chosen&format=full_day");
    assert_eq!(early.status, 422);
    assert!(!is_command(&message(&early)), "{}", message(&early));
    let page = server.get(&case);
    for kind in ["format_chosen", "leader_agreed", "session_closed", "caucus_opened"] {
        for around in [" ", "\u{201c}", "("] {
            assert!(!page.text().contains(&format!("{around}{kind}")), "{around}{kind}");
        }
    }
}

#[test]
fn names_with_characters_that_cannot_be_seen_are_refused() {
    let server = Running::start();
    let id = server.open("Maple Hollow");
    for c in [
        '\u{3164}',
        '\u{2800}',
        '\u{115f}',
        '\u{1160}',
        '\u{17b4}',
        '\u{ad}',
        '\u{202e}',
        '\u{2066}',
        '\u{200b}',
        '\u{200d}',
        '\u{feff}',
        '\u{fe0f}',
        '\u{e0041}',
        '\u{e0100}',
        '\u{fffc}',
        '\u{430}',
    ] {
        let name = format!("Ann{c}e Lee");
        let event = serde_json::json!({ "type": "leader_agreed", "data": { "seat": "superintendent", "name": name } });
        let answer = server.post(&format!("/api/v1/cases/{id}/events"), &event);
        assert_eq!(answer.status, 400, "{c:?}: {}", answer.text());
        let code_point = format!("U+{:04X}", u32::from(c));
        assert!(answer.text().contains(&code_point), "{code_point}: {}", answer.text());
        let form = format!("type=leader_agreed&seat=superintendent&name={}", enc(&name));
        let page = server.form(&format!("/cases/{id}"), &form);
        assert!((400..=422).contains(&page.status), "{code_point}: {}", page.status);
        assert!(!message(&page).is_empty());
    }
    // Separate accents are composed, and a script that needs joiners keeps them.
    for (seat, name) in
        [("superintendent", "Jose\u{301} Lee"), ("union_president", "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}")]
    {
        let event = serde_json::json!({ "type": "leader_agreed", "data": { "seat": seat, "name": name } });
        let answer = server.post(&format!("/api/v1/cases/{id}/events"), &event);
        assert_eq!(answer.status, 201, "{name}: {}", answer.text());
    }
    let ledger = server.get("/api/v1/ledger").text().to_owned();
    assert_eq!(ledger.matches("leader_agreed").count(), 2, "{ledger}");
    assert!(ledger.contains("Jos\u{e9} Lee"), "{ledger}");
}

#[test]
fn form_sent_twice_with_other_content_is_refused() {
    let server = Running::start();
    let case = format!("/cases/{}", server.open("Maple Hollow"));
    let id = "01920000-0000-7000-8000-000000000077";
    let sent = |name: &str| format!("type=leader_agreed&form=f0&rev=1&id={id}&seat=superintendent&name={name}");
    assert_eq!(server.form(&case, &sent("R.+Amari")).status, 303);
    // The user goes back, corrects the text, and sends the form again.
    let again = server.form(&case, &sent("Rosa+Amari"));
    assert_eq!(again.status, 409);
    let text = message(&again);
    for part in ["is recorded as number 3: ", "correct it in the history", "record it with one of the forms below"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains(id) && !is_command(&text), "{text}");
    assert!(!again.text().contains(id), "the forms have new IDs");
    assert!(again.text().contains("value=\"Rosa Amari\""), "what was typed is still there");
    // The form that opens a case does the same.
    let open = |district: &str| format!("district={district}&id=01920000-0000-7000-8000-000000000078");
    let place = server.form("/cases", &open("Pine")).header("location").unwrap().to_owned();
    let again = server.form("/cases", &open("Pine+Ridge"));
    assert_eq!(again.status, 409);
    assert!(message(&again).contains("has opened a case already"), "{}", message(&again));
    assert!(again.text().contains(&format!("href=\"{place}\"")) && again.text().contains("value=\"Pine Ridge\""));
    assert!(!again.text().contains("000000000078"));
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 4);
}

#[test]
fn refused_form_keeps_what_was_typed() {
    let server = Running::start();
    let case = format!("/cases/{}", server.open("Maple Hollow"));
    let lines = "type=note_added&form=note-added&text=one%0D%0A%0D%0A%20two%E2%80%AE%0D%0A&at=9999-01-01+10:00";
    let note = server.form(&case, lines);
    assert_eq!(note.status, 400, "a text can't have an invisible character");
    assert!(note.text().contains(">\none\n\n two&#8238;\n</textarea>"), "{}", note.text());
    assert!(!note.text().contains('\u{fffd}'), "{}", note.text());
    // The page has no form for this event at this stage.
    let early = server.form(&case, "type=format_chosen&form=f9&format=two_half_days");
    assert_eq!(early.status, 422);
    assert!(early.text().contains("The form that you sent"), "{}", early.text());
    assert!(early.text().contains("value=\"two_half_days\" checked=\"checked\""), "{}", early.text());
    // The form of a correction is on the page of its entry.
    assert_eq!(server.form(&case, "type=note_added&text=x").status, 303);
    let void = server.form(&format!("{case}/entries/3"), "do=void&void_reason=a+%26+b&rev=1");
    assert_eq!(void.status, 412);
    assert!(void.text().contains("name=\"void_reason\" value=\"a &amp; b\""), "{}", void.text());
}

#[test]
fn error_is_at_its_field_and_in_the_summary() {
    let server = Running::start();
    let case = format!("/cases/{}", server.open("Maple Hollow"));
    let form = "type=leader_agreed&form=leader-agreed-superintendent&seat=superintendent&name=";
    let page = server.form(&case, form);
    assert_eq!(page.status, 400);
    let id = "leader-agreed-superintendent-name";
    for part in [
        format!("<a href=\"#{id}\">Name: fill this in.</a>"),
        format!("<p class=\"wrong\" id=\"{id}-wrong\">Name: fill this in.</p>"),
    ] {
        assert!(page.text().contains(&part), "{part}: {}", page.text());
    }
    let input = page.text().split("<input").find(|input| input.contains(&format!("id=\"{id}\""))).unwrap();
    let input = input.split('>').next().unwrap();
    assert!(input.contains("aria-invalid=\"true\"") && input.contains(&format!("aria-describedby=\"{id}-wrong\"")));
    // A refusal by the rules is at the field that can be changed.
    let office =
        server.form(&case, "type=leader_agreed&form=leader-agreed-school-committee&seat=school_committee&name=T");
    assert!(office.text().contains("href=\"#leader-agreed-school-committee-office\""), "{}", office.text());
    // So is a time that can't be read. It is in the bar above the forms.
    let time = server.form(&case, "type=note_added&form=note-added&text=x&day=soon");
    assert!(time.text().contains("href=\"#when-day\"") && time.text().contains("value=\"soon\""), "{}", time.text());
}

#[test]
fn day_stays_for_the_next_entry_and_whom_it_is_for_does_not() {
    let server = Running::start();
    let opened = server.form("/cases", "district=Maple+Hollow&day=9/2/2025&time=9:00+AM&on_behalf=P.+Sullivan");
    assert_eq!(opened.status, 303, "{}", opened.text());
    let place = opened.header("location").unwrap();
    assert!(place.ends_with("?day=9%2F2%2F2025&time=9%3A00+AM"), "{place}");
    let page = server.get(place);
    for part in ["value=\"\" data-when=\"on_behalf\"", ">Record for Tue, Sep 2, 2025, 9:00 AM<"] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    // A button names the person for whom it records, and so does the answer.
    let named = server.get(&format!("{place}&on_behalf=Ellen+Park"));
    assert!(
        named.text().contains(">Record for Tue, Sep 2, 2025, 9:00 AM, on behalf of Ellen Park<"),
        "{}",
        named.text()
    );
    let case = place.split('?').next().unwrap();
    let lasting = server.form(case, "type=note_added&text=x&day=9/3/2025&on_behalf=P.+Sullivan");
    assert_eq!(lasting.status, 303, "{}", lasting.text());
    let ledger = std::fs::read_to_string(server.ledger()).unwrap();
    let lines: Vec<&str> = ledger.lines().skip(1).collect();
    assert!(
        lines[0].contains("\"at\":\"2025-09-02T13:00:00.000Z\"") && lines[0].contains("\"on_behalf\":\"P. Sullivan\"")
    );
    assert!(lines[1].contains("\"at\":\"2025-09-03T16:00:00.000Z\""), "{}", lines[1]);
}

#[test]
fn another_day_keeps_what_was_typed_and_the_button_names_it() {
    let server = Running::start();
    let opened = server.form("/cases", "district=Maple+Hollow&day=9/2/2025");
    let case = opened.header("location").unwrap().split('?').next().unwrap().to_owned();
    let form = "type=leader_agreed&form=leader-agreed-superintendent&seat=superintendent&name=R.+Amari&do=use";
    let page = server.form(&case, &format!("{form}&day=&other_day=9/4/2025"));
    assert_eq!(page.status, 200);
    for part in
        ["name=\"name\" value=\"R. Amari\"", "value=\"9/4/2025\" data-when=\"day\"", "Record for Thu, Sep 4, 2025"]
    {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    let wrong = server.form(&case, &format!("{form}&day=&other_day=soon"));
    assert_eq!(wrong.status, 400);
    for part in ["name=\"name\" value=\"R. Amari\"", "href=\"#when-day\"", "value=\"soon\""] {
        assert!(wrong.text().contains(part), "{part}: {}", wrong.text());
    }
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 2, "nothing was recorded");
}

#[test]
fn every_button_for_a_past_day_names_it() {
    let server = Running::start();
    let opened = server.form("/cases", "district=Maple+Hollow&day=9/2/2025");
    let case = opened.header("location").unwrap().split('?').next().unwrap().to_owned();
    let topics = "topics=interests&topics=next_steps&topics=services";
    for form in [
        "type=leader_agreed&seat=superintendent&name=A",
        "type=leader_agreed&seat=union_president&name=B",
        "type=leader_agreed&seat=school_committee&name=C&office=chair",
        &format!("type=meeting_held&representative=N&present=A&{topics}"),
    ] {
        assert_eq!(server.form(&case, &format!("{form}&day=9/4/2025")).status, 303, "{form}");
    }
    let page = server.get(&format!("{case}?day=9/5/2025"));
    let line = page.text().split("class=\"line\"").nth(1).unwrap();
    assert!(line.contains(">Record for Fri, Sep 5, 2025</button>"), "a step without fields: {line}");
    let buttons: Vec<&str> = page.text().split("data-record=\"1\">").skip(1).collect();
    let named = buttons.iter().filter(|button| button.starts_with("Record for Fri, Sep 5, 2025<")).count();
    assert!(buttons.len() > 3 && named == buttons.len(), "{named} of {}", buttons.len());
}

#[test]
fn corrections_are_for_whom_the_page_names() {
    let server = Running::start();
    let case = format!("/cases/{}", server.open("Maple Hollow"));
    for text in ["one", "two", "three"] {
        assert_eq!(server.form(&case, &format!("type=note_added&text={text}")).status, 303);
    }
    let sent = |path: String, form: &str| {
        let answer = server.form(&path, form);
        assert_eq!(answer.status, 303, "{form}: {}", answer.text());
        std::fs::read_to_string(server.ledger()).unwrap().lines().last().unwrap().to_owned()
    };
    assert_eq!(server.form(&case, "type=note_added&text=four&on_behalf=Ellen+Park").status, 303);
    // The form has for whom the entry was recorded, and a change of that is shown.
    let page = server.get(&format!("{case}/entries/6"));
    for part in ["by clerk, on behalf of Ellen Park.", "name=\"on_behalf\" value=\"Ellen Park\""] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    assert_eq!(page.text().matches("<form").count(), 1);
    let checked = server.form(&format!("{case}/entries/6"), "do=check&rev=5&text=four&on_behalf=Q.+Wexler");
    assert!(checked.text().contains("<td>Ellen Park</td><td>Q. Wexler</td>"), "{}", checked.text());
    // A void is for no one else, whatever the field above has.
    let void = sent(format!("{case}/entries/6"), "do=void&rev=5&void_reason=wrong&text=four&on_behalf=Ellen+Park");
    assert!(void.contains("event_voided") && !void.contains("on_behalf"), "{void}");
    let time = "day=9/2/2025&time=9:00+AM";
    let opened = format!("do=record&rev=6&district=Maple+Hollow&evergreen=false&{time}&time_zone=America/New_York");
    let corrected = sent(format!("{case}/entries/2"), &format!("{opened}&on_behalf=P.+Sullivan"));
    assert!(corrected.contains("\"on_behalf\":\"P. Sullivan\"") && corrected.contains("\"replaces\":2"), "{corrected}");
    // Without a name, it is for no one else.
    let own = sent(format!("{case}/entries/4"), "do=void&rev=7&void_reason=wrong&text=two&on_behalf=");
    assert!(own.contains("\"actor\":\"clerk\"") && !own.contains("on_behalf"), "{own}");
}

/// A newcomer opens the case today, and then records last week's meetings.
#[test]
fn event_from_before_the_opening_says_how_to_move_the_opening() {
    let server = Running::start();
    let opened = server.form("/cases", "district=Maple+Hollow&day=9/2/2025");
    let case = opened.header("location").unwrap().split('?').next().unwrap().to_owned();
    let form = "type=leader_agreed&form=leader-agreed-superintendent&seat=superintendent&name=R.+Amari&day=8/26/2025";
    let refused = server.form(&case, form);
    let says = "this is before the case was opened (Tue, Sep 2, 2025). If the case began earlier, first correct the day of entry 2";
    assert!(refused.status == 400 && refused.text().contains(says), "{}", refused.text());
    assert!(
        refused.text().contains("href=\"#when-day\"") && refused.text().contains("value=\"R. Amari\""),
        "{}",
        refused.text()
    );
    assert!(!refused.text().contains("Not opened"), "{}", refused.text());
    // The page of such a day keeps its forms, and says the same.
    let page = server.get(&format!("{case}?day=8/26/2025"));
    assert!(page.text().contains(says) && page.text().contains("leader-agreed-superintendent"), "{}", page.text());
}
