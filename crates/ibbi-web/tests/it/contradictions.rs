//! Forms whose fields contradict each other. Each contradiction is an error at its field, and nothing is dropped silently.

use crate::support::{Answer, Running};

/// Sends a form, which is refused. Checks that the message is in the summary, at its field, and that its link leads to a
/// control that is marked as invalid.
fn is_refused_at(server: &Running, case: &str, form: &str, id: &str, message: &str) -> Answer {
    let before = std::fs::read_to_string(server.ledger()).unwrap();
    let answer = server.form(case, form);
    assert!(matches!(answer.status, 400 | 422), "{form}: {}", answer.status);
    let text = answer.text();
    let link = text.split(&format!("href=\"#{id}\">")).nth(1).unwrap_or_else(|| panic!("no link to {id}: {text}"));
    assert!(link.split("</a>").next().unwrap().contains(message), "{message}: {link}");
    let tags = text.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("textarea"));
    let control =
        tags.into_iter().find(|tag| tag.contains(&format!(" id=\"{id}\""))).unwrap_or_else(|| panic!("{id}: {text}"));
    assert!(control.contains("aria-invalid=\"true\""), "{control}");
    assert_eq!(std::fs::read_to_string(server.ledger()).unwrap(), before, "nothing is recorded");
    answer
}

#[test]
fn person_is_on_one_team_only() {
    let server = Running::start();
    let case = server.case_before("member_named");
    let teams = |labor: &str, management: &str| format!("type=teams&form=teams&labor={labor}&management={management}");
    let expected = "Management: Ana Ribeiro is on labor&#39;s team; a person can be on one team only.";
    is_refused_at(&server, &case, &teams("Ana+Ribeiro", "Bo+Kim%0AAna+Ribeiro"), "teams-management", expected);
    assert_eq!(server.form(&case, &teams("Ana+Ribeiro", "Bo+Kim")).status, 303);
    is_refused_at(&server, &case, &teams("", "Ana+Ribeiro"), "teams-management", expected);
    is_refused_at(&server, &case, &teams("Bo+Kim", ""), "teams-labor", "Labor: Bo Kim is on management&#39;s team");
    // The form of a correction has the same check.
    let last = std::fs::read_to_string(server.ledger()).unwrap().lines().count();
    let entry = format!("{case}/entries/{last}");
    let form = "do=record&party=management&member.id=bo-kim&member.name=Ana+Ribeiro&day=&time=";
    is_refused_at(&server, &entry, form, "entry-member", "New member: Ana Ribeiro is on labor&#39;s team");
}

#[test]
fn form_of_a_session_takes_no_contradictions() {
    let server = Running::start();
    let case = server.case_before("session_opened");
    let page = server.get(&case);
    let all: Vec<&str> =
        page.text().split("name=\"present\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let session = |absent: &str, more: &str| {
        let present: String = all.iter().filter(|id| **id != absent).map(|id| format!("&present={id}")).collect();
        format!("type=session.1&form=session-1&started=8:00+AM&neutral=Ines+Reyes{present}&{more}")
    };
    let exercise = "activity.kind=exercise&activity.title=A&activity.kind=bargaining_simulation&activity.title=B";
    let first = all[0];
    let stand_in = format!("ended=4:00+PM&substitutes.name=Jo+Park&substitutes.member={first}");
    for (form, id, message) in [
        (
            session(first, &format!("{stand_in}&late={first}&{exercise}")),
            "late",
            "Came late: a substitute stood in for",
        ),
        (session("", &format!("ended=&late={first}")), "late", "enter this when the session has ended"),
        (session("", &format!("ended=&left_early={first}")), "left_early", "Left before the end: enter this when"),
        (session("", "ended=&reason=A+storm"), "reason", "Reason for ending early: enter this when"),
        (
            session("", "ended=4:00+PM&observers.name=&observers.capacity=union_board"),
            "observers",
            "Observers: fill this in.",
        ),
        (
            session("", "ended=4:00+PM&substitutes.name=&substitutes.member=x"),
            "substitutes",
            "Substitutes: fill this in.",
        ),
        (session("", &format!("ended=2:00+PM&{exercise}")), "ended", "The session is 120 minutes short"),
        (session("", &format!("ended=4:00+PM&reason=A+storm&{exercise}")), "reason", "The session ran its full time"),
        (session("", "ended=4:00+PM"), "activity", "No exercise is recorded yet"),
    ] {
        is_refused_at(&server, &case, &form, &format!("session-1-{id}"), message);
    }
    let all_right = session(first, &format!("{stand_in}&{exercise}"));
    assert_eq!(server.form(&case, &all_right).status, 303, "the substitute is not late");
}

#[test]
fn spokesperson_is_present_and_speaks_for_a_decision() {
    let server = Running::start();
    let case = server.case_before("caucus_opened");
    let page = server.get(&case);
    let form = page.text().split("id=\"caucus-labor\"").nth(1).unwrap();
    let members: Vec<&str> =
        form.split("name=\"present\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).take(2).collect();
    let caucus = |more: &str| format!("type=caucus.labor&form=caucus-labor&present={}&{more}", members[0]);
    let id = "caucus-labor-spokesperson";
    let absent = caucus(&format!("decision=adopt&spokesperson={}", members[1]));
    is_refused_at(&server, &case, &absent, id, "this member is not checked as present");
    let undecided = caucus(&format!("decision=&spokesperson={}", members[0]));
    is_refused_at(&server, &case, &undecided, id, "the team has not decided");
    assert_eq!(server.form(&case, &caucus(&format!("decision=adopt&spokesperson={}", members[0]))).status, 303);
}

#[test]
fn opening_a_case_shows_every_error_at_once() {
    let server = Running::start();
    let form = "district=&contract_expires=soon&time_zone=eastern&day=someday&on_behalf=a%07b&follows=x";
    let page = server.form("/cases", form);
    assert_eq!(page.status, 400);
    for id in ["open-district", "open-contract_expires", "open-time_zone", "open-follows", "when-day", "when-on_behalf"]
    {
        assert!(page.text().contains(&format!("href=\"#{id}\"")), "{id}: {}", page.text());
        assert!(page.text().contains(&format!("id=\"{id}-wrong\"")), "{id}: {}", page.text());
    }
}

#[test]
fn wrong_date_of_several_pledges_is_one_error_at_its_field() {
    let server = Running::start();
    let case = server.case_before("member_named");
    assert_eq!(server.form(&case, "type=teams&form=teams&labor=Ana+Ribeiro&management=Bo+Kim").status, 303);
    let form = "type=pledges&form=pledges&pledged=ana-ribeiro&pledged=bo-kim&dated=soon";
    let message = "Date of the pledge: enter a valid date";
    let page = is_refused_at(&server, &case, form, "pledges-dated", message);
    assert_eq!(page.text().matches(&format!("\">{message}")).count(), 2, "in the summary and at the field");
}
