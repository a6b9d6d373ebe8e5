//! What people read on the pages of a case: names, not IDs, and nothing that only the program knows.

use crate::support::Running;

#[test]
fn case_pages_have_no_internal_words() {
    let server = Running::start();
    for kind in ["member_named", "support_confirmed", "session_scheduled", "session_opened", "caucus_opened", "none"] {
        let case = server.case_before(kind);
        for path in ["", "/summary"] {
            let page = server.get(&format!("{case}{path}"));
            // The address of the case is in links and forms.
            let text = page.text().replace(case.trim_start_matches("/cases/"), "");
            let visible: String =
                text.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
            for word in [
                "SHA-256",
                "hexadecimal",
                "(UTC)",
                "; then in",
                ", filled",
                "slot of exactly",
                "1 exercises",
                "(castellan",
                "(amari",
            ] {
                assert!(!visible.contains(word), "{kind}{path}: {word}: {visible}");
            }
            assert!(!visible.contains("0199") && !visible.contains("019a"), "{kind}{path}: an ID: {visible}");
        }
    }
}

#[test]
fn refusals_name_people_and_rules() {
    let server = Running::start();
    let case = server.case_before("session_opened");
    let session = "type=session.1&form=session-1&started=8:00+AM&ended=4:00+PM&neutral=Ines+Reyes";
    let exercise = "activity.kind=exercise&activity.title=A&activity.kind=bargaining_simulation&activity.title=B";
    let page = server.form(&case, &format!("{session}&present=castellan&left_early=amari&{exercise}"));
    assert_eq!(page.status, 422);
    assert!(page.text().contains("Missing: Rosa Amari. "), "{}", page.text());
    assert!(!page.text().contains("(amari)"), "{}", page.text());
    let page = server.form(&case, &format!("{session}&present=castellan&present=amari&left_early=x&{exercise}"));
    assert!(page.text().contains("Not listed as present: x. "), "{}", page.text());
    // A later event is named with its day, and the rules by their statements.
    let case = server.case_before("none");
    let removed = "type=member_released&party=labor&member=castellan&reason=Moved&day=9/23/2025&time=9:00+AM";
    let refused = server.form(&case, removed);
    assert_eq!(refused.status, 422);
    let text = refused.text().split("role=\"alert\"").nth(1).unwrap().split("</div>").next().unwrap();
    assert!(
        text.contains("(\u{201c}attendance pledged\u{201d}, Wed, Sep 24, 2025) would no longer be valid. "),
        "{text}"
    );
    assert!(!text.contains("roster."), "{text}");
}

#[test]
fn history_lists_corrections_and_says_when_the_case_moves() {
    let server = Running::start();
    let case = server.case_before("meeting_held");
    let page = server.get(&case);
    assert_eq!(page.text().matches("; the case moved to Introduction").count(), 1, "{}", page.text());
    let correction = "do=record&seat=superintendent&name=Rosa+M.+Amari&rev=5&day=9/3/2025&time=9:00+AM";
    assert_eq!(server.form(&format!("{case}/entries/3"), correction).status, 303);
    let notes = server.get(&format!("{case}?show=notes"));
    let list = notes.text().split("class=\"timeline\"").nth(1).unwrap().split("</ol>").next().unwrap();
    assert!(list.contains("Rosa M. Amari") && list.contains("replaces number 3"), "{list}");
    assert_eq!(list.matches("<li").count(), 1, "{list}");
}

#[test]
fn attendance_has_headings_that_say_which_session_it_was() {
    let server = Running::start();
    let summary = server.get(&format!("{}/summary", server.case_before("none")));
    let table = summary.text().split("id=\"attendance\"").nth(1).unwrap().split("</table>").next().unwrap();
    for heading in ["Training, part 1 (Oct 21, 2025)", "Caucus of labor (Oct 23, 2025)"] {
        assert!(table.contains(&format!("<th scope=\"col\">{heading}</th>")), "{heading}: {table}");
        assert!(table.contains(&format!("data-head=\"{heading}\"")), "{heading}: {table}");
    }
}

#[test]
fn other_case_is_chosen_by_its_district() {
    let server = Running::start();
    assert!(!server.get("/cases").text().contains("name=\"follows\""), "there is no other case");
    let first = server.open("Maple Hollow");
    let page = server.get("/cases");
    assert!(page.text().contains("Maple Hollow (Inquiry)"), "{}", page.text());
    let opened = server.form("/cases", &format!("district=Maple+Hollow&follows={first}"));
    assert_eq!(opened.status, 303, "{}", opened.text());
    let ledger = std::fs::read_to_string(server.ledger()).unwrap();
    assert!(ledger.lines().last().unwrap().contains(&format!("\"follows\":\"{first}\"")), "{ledger}");
}
