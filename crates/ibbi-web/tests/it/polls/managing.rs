//! The facilitator's side: making a poll, its results, links, and who may see it.

use super::{MadePoll, Timed, answer, day_after, form, links, look, people};
use crate::access::{Matrix, Who};
use crate::support::multipart;
use ibbi_poll::answer_line::{AnswerLine, grid_digest, write};
use ibbi_poll::{PollMark, PollStore, polls_path};

#[test]
fn plan_leads_to_a_poll_and_back_with_the_answers() {
    let timed = Timed::start();
    assert!(timed.server.get("/plan").text().contains("formaction=\"/polls/new\""));
    let empty = timed.server.get("/plan?begin=empty");
    // The button sends the fields of the scenario's link.
    let ask = empty.text().split("class=\"link\" href=\"/plan?").nth(1).expect("the plan has the link");
    let ask = ask.split('"').next().unwrap().replace("&amp;", "&");
    let of_plan = timed.server.get(&format!("/polls/new?{ask}"));
    assert!(of_plan.status == 200 && of_plan.text().contains("My District"), "{}", of_plan.text());
    let form = timed.server.get("/polls/new");
    assert_eq!(form.status, 200, "{}", form.text());
    assert!(form.text().contains("value=\"8:00-12:00\" checked=\"checked\""), "{}", form.text());
    assert!(!form.text().contains("value=\"16:00-20:00\" checked"), "the sample has no evenings");
    assert_eq!(form.text().matches("name=\"ask\"").count(), people().len());
    assert!(timed.server.get("/").text().contains("href=\"/polls\""));

    let poll = timed.poll();
    assert!(timed.server.get("/polls").text().contains(&poll.page));
    let nothing = timed.server.get(&poll.page);
    assert!(nothing.text().contains("No answer yet from"), "{}", nothing.text());
    // One person can come on no morning.
    let (_, link) = poll.link(4);
    let cells = PollStore::new(polls_path(&timed.server.ledger())).read(poll.id.parse().unwrap()).unwrap().grid.cells();
    let body: String =
        (0..cells).map(|cell| format!("c{cell}={}&", if cell % 2 == 0 { "cannot" } else { "can" })).collect();
    let sent = answer(&timed.server, link, &(body + "note="));
    assert_eq!(sent.status, 200, "{}", sent.text());
    let results = timed.server.get(&poll.page);
    let (text, name) = (results.text(), &people()[4].1);
    assert!(text.contains(&format!("1 of {} people have answered.", people().len())), "{text}");
    assert!(text.contains("Three calendars to choose from") && text.contains("can\u{2019}t come: "), "{text}");
    assert!(text.contains(&format!("can\u{2019}t come: {name}")), "{text}");
    let plan = timed.server.get(&format!("/plan?poll={}", poll.id));
    assert_eq!(plan.status, 200);
    assert!(plan.text().contains("haven\u{2019}t. The times of the others are their answers"), "{}", plan.text());
    assert!(plan.text().contains(&people()[0].1));
    // The reads were logged.
    let reads = std::fs::read_to_string(timed.server.folder.path().join("cases.ledger.reads")).unwrap();
    assert_eq!(
        reads.lines().filter(|line| line.contains(&poll.page) && line.contains("\"texts\":1")).count(),
        2,
        "{reads}"
    );
}

#[test]
fn form_says_what_to_correct() {
    let timed = Timed::start();
    for (change, why) in [
        (("first", "first=soon"), "Enter a date"),
        (("weeks", "weeks=27"), "from 1 to 26"),
        (("closes", "closes=1/1/2001"), "is over"),
        (("band", "bands=11:00-13:00"), "overlap"),
        (("x", &format!("email-{}=not+an+address", people()[0].0)), "not an email address"),
    ] {
        let (_, sent) = form("");
        let ((key, value), keeps_bands) = (change, change.0 == "band");
        let kept = sent.split('&').filter(|pair| keeps_bands || pair.split('=').next() != Some(key));
        let body = kept.chain([value]).collect::<Vec<_>>().join("&");
        let answer = timed.server.form("/polls", &body);
        assert_eq!(answer.status, 422, "{value}: {}", answer.text());
        assert!(answer.text().contains(why), "{value}: {}", answer.text());
    }
    assert!(timed.server.get("/polls").text().contains("There are no polls yet"));
    // A form that is sent twice makes one poll.
    let (id, sent) = form("");
    assert_eq!(timed.server.form("/polls", &sent).status, 201);
    let again = timed.server.form("/polls", &sent);
    assert_eq!((again.status, again.header("location")), (303, Some(format!("/polls/{id}").as_str())));
}

#[test]
fn new_link_replaces_the_earlier_ones_and_reminders_add_links() {
    let timed = Timed::start();
    let poll = timed.poll();
    let (id, link) = poll.link(0);
    assert_eq!(answer(&timed.server, link, "c0=can&note=mine").status, 200);
    let made = timed.server.confirmed(&format!("{}/people/{id}/link", poll.page), "");
    let new = links(&made).into_values().next().unwrap();
    assert_eq!(look(&timed.server, link).status, 404);
    assert!(look(&timed.server, &new).text().contains("mine"), "the answer stays");
    let reminders = timed.server.get(&format!("{}/reminders", poll.page));
    assert_eq!(reminders.text().matches("data-letter").count(), 0, "a look adds no links");
    assert!(
        reminders.text().contains(&people()[1].1) && !reminders.text().contains(&format!("from {}", people()[0].1))
    );
    let new_links = links(&timed.server.form(&format!("{}/reminders", poll.page), ""));
    assert_eq!(new_links.len(), people().len() - 1);
    assert!(!new_links.contains_key(&people()[0].1), "who has answered keeps the link");
    assert_eq!(look(&timed.server, &new_links[&people()[1].1]).status, 200);
    assert_eq!(look(&timed.server, poll.link(1).1).status, 200, "the earlier link works too");
    assert_eq!(look(&timed.server, &new).status, 200);
}

#[test]
fn closing_day_can_be_changed() {
    let timed = Timed::start();
    let poll = timed.poll();
    let (_, link) = poll.link(0);
    assert_eq!(timed.server.confirmed(&format!("{}/close", poll.page), "now=1").status, 303);
    assert_eq!(answer(&timed.server, link, "c0=can").status, 409);
    let body = format!("closes={}", day_after(3));
    assert_eq!(timed.server.form(&format!("{}/close", poll.page), &body).status, 303);
    assert_eq!(answer(&timed.server, link, "c0=can&note=").status, 200);
    let wrong = timed.server.form(&format!("{}/close", poll.page), "closes=1/1/2001");
    assert_eq!(wrong.status, 422, "{}", wrong.text());
}

#[test]
fn answer_that_came_as_a_line_is_taken_in() {
    let timed = Timed::start();
    let poll = timed.poll();
    let (id, link) = poll.link(2);
    let file = timed.server.get(&format!("{}/people/{id}/poll.html", poll.page));
    assert_eq!(file.status, 200);
    assert!(
        !people().iter().any(|(other, name)| other != id && file.text().contains(name.as_str())),
        "one person only"
    );
    let stored = PollStore::new(polls_path(&timed.server.ledger())).read(poll.id.parse().unwrap()).unwrap();
    let line = AnswerLine {
        poll: stored.id,
        person: id.parse().unwrap(),
        grid: grid_digest(&stored.grid),
        marks: vec![Some(PollMark::IfNeedBe); stored.grid.cells()],
        note: "from the file".to_owned(),
    };
    let send = |line: &AnswerLine| {
        let (kind, body) = multipart(&[("line", format!("Hello\n{}\n", write(line)).as_bytes()), ("file", b"")]);
        timed.server.connect().ask("POST", &format!("{}/answers", poll.page), &[("content-type", kind)], &body)
    };
    let other = send(&AnswerLine { poll: uuid::Uuid::from_u128(1), ..line.clone() });
    assert_eq!(other.status, 422, "{}", other.text());
    assert!(other.text().contains("another poll"), "{}", other.text());
    let taken = send(&line);
    assert_eq!(taken.status, 303, "{}", taken.text());
    assert!(look(&timed.server, link).text().contains("from the file"));
}

#[test]
fn api_makes_reads_lists_and_deletes_polls() {
    let timed = Timed::start();
    let server = &timed.server;
    let body = serde_json::json!({ "scenario": super::sample().to_toml(), "weeks": 2, "first_day": day_after(14).to_string() });
    let ids: Vec<String> = (0..3)
        .map(|_| {
            let made = server.post("/api/v1/polls", &body);
            assert_eq!(made.status, 201, "{}", made.text());
            let made = made.json();
            assert_eq!(made["links"].as_array().unwrap().len(), people().len());
            let link = made["links"][0]["link"].as_str().unwrap();
            let path = &link[link.find("/answer/").unwrap()..];
            assert_eq!(answer(server, path, "c0=if_need_be&note=by+the+API").status, 200);
            made["id"].as_str().unwrap().to_owned()
        })
        .collect();
    let results = server.get(&format!("/api/v1/polls/{}", ids[0])).json();
    assert_eq!(results["people"][0]["marks"][0], "if_need_be", "{results}");
    assert_eq!((&results["people"][0]["note"], &results["poll"]["answered"]), (&"by the API".into(), &1.into()));
    assert!(results["people"][1]["answered"].is_null());
    assert!(!results["scenario"]["people"][0]["unavailable"].as_array().unwrap().is_empty(), "blank times count");
    // Newest first, page by page.
    let (mut listed, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/api/v1/polls?limit=2{after}")).json();
        listed.extend(page["polls"].as_array().unwrap().iter().map(|poll| poll["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    listed.reverse();
    assert_eq!(listed, ids);
    assert_eq!(server.connect().ask("DELETE", &format!("/api/v1/polls/{}", ids[0]), &[], b"").status, 200);
    assert_eq!(server.get(&format!("/api/v1/polls/{}", ids[0])).status, 404);
    for wrong in [
        serde_json::json!({ "weeks": 27 }),
        serde_json::json!({ "times": ["8:00-12:00", "9:00-10:00"] }),
        serde_json::json!({ "people": ["no-such-person"] }),
        serde_json::json!({ "closes": "2001-01-01" }),
    ] {
        let refused = server.post("/api/v1/polls", &wrong);
        assert!(matches!(refused.status, 400 | 422), "{wrong}: {}", refused.text());
    }
}

#[test]
fn polls_are_seen_by_their_maker_by_staff_and_by_facilitators_of_their_case() {
    let matrix = Matrix::new();
    let kind = "application/x-www-form-urlencoded";
    // The staff makes one about the facilitator's case, one about another case, and one about none.
    let polls = [format!("&case={}", matrix.own), format!("&case={}", matrix.other), String::new()];
    let polls = polls.map(|case| MadePoll::new(&matrix.server, &case));
    for poll in &polls {
        assert_eq!(answer(&matrix.server, poll.link(0).1, "c0=can&note=private-note").status, 200);
    }
    let id = poll_person();
    for (who, token) in &matrix.tokens {
        let expected = |index: usize| match who {
            Who::Staff => 200,
            Who::Facilitator => {
                if index == 0 {
                    200
                } else {
                    404
                }
            }
            // A facilitator of another case can make polls, and sees none of these.
            Who::Nobody => 404,
            _ => 403,
        };
        for (index, poll) in polls.iter().enumerate() {
            for path in
                ["", "/delete", "/letters", "/reminders", &format!("/people/{id}"), &format!("/people/{id}/poll.html")]
            {
                let path = format!("{}{path}", poll.page);
                let page = matrix.get(token, &path);
                assert_eq!(page.status, expected(index), "{who:?} {path}: {}", page.text());
                assert!(page.status == 200 || !page.text().contains("private-note"), "{who:?} {path}");
            }
            let api = matrix.get(token, &format!("/api/v1/polls/{}", poll.id));
            assert_eq!(api.status, expected(index), "{who:?} API {index}: {}", api.text());
            assert_eq!(api.text().contains("private-note"), api.status == 200, "{who:?} API {index}");
            if api.status != 200 {
                let deleted = matrix.ask(token, "DELETE", &format!("/api/v1/polls/{}", poll.id), "text/plain", "");
                assert_eq!(deleted.status, expected(index), "{who:?} API {index}");
            }
            let plan = matrix.get(token, &format!("/plan?poll={}", poll.id));
            assert_eq!(plan.status, expected(index), "{who:?} plan {index}: {}", plan.text());
            if expected(index) != 200 {
                // A form of the wrong type is refused before its poll is looked for.
                for path in ["/delete", "/close", "/letters", "/reminders", "/answers"] {
                    let sent = matrix.ask(token, "POST", &format!("{}{path}", poll.page), kind, "now=1&do=save");
                    let refused = [403, 404, 422, if path == "/answers" { 400 } else { 404 }];
                    assert!(refused.contains(&sent.status), "{who:?} {path}: {}", sent.status);
                }
                for path in ["", "/link", "/revoke"] {
                    let path = format!("{}/people/{id}{path}", poll.page);
                    let sent = matrix.ask(token, "POST", &path, kind, "c0=cannot");
                    assert_eq!(sent.status, expected(index), "{who:?} {path}");
                }
            }
        }
        let list = matrix.get(token, "/polls");
        let seen = polls.iter().map(|poll| list.text().contains(&poll.page)).collect::<Vec<_>>();
        assert_eq!(seen, [0, 1, 2].map(|index| expected(index) == 200), "{who:?}");
        assert_eq!(matrix.get(token, "/plan").text().contains("/polls/new"), list.status == 200, "{who:?}");
        let made = matrix.ask(token, "POST", "/polls", kind, &form(&format!("&case={}", matrix.other)).1);
        let allowed = if *who == Who::Staff {
            201
        } else if list.status == 200 {
            404
        } else {
            403
        };
        assert_eq!(made.status, allowed, "{who:?}: {}", made.text());
    }
    // A facilitator makes a poll about no case, and sees it.
    let (_, token) = matrix.tokens.iter().find(|(who, _)| *who == Who::Nobody).unwrap();
    let (own, sent) = form("");
    assert_eq!(matrix.ask(token, "POST", "/polls", kind, &sent).status, 201);
    assert_eq!(matrix.get(token, &format!("/polls/{own}")).status, 200);
    // Nothing that was denied has changed anything.
    assert!(polls.iter().all(|poll| look(&matrix.server, poll.link(0).1).text().contains("private-note")));
}

#[test]
fn poll_is_never_replaced_by_another_with_its_id() {
    let matrix = Matrix::new();
    let kind = "application/x-www-form-urlencoded";
    let poll = MadePoll::new(&matrix.server, &format!("&case={}", matrix.own));
    let (_, link) = poll.link(0);
    assert_eq!(answer(&matrix.server, link, "c0=can&note=private-note").status, 200);
    let path = ibbi_poll::polls_path(&matrix.server.ledger()).join(format!("{}.json", poll.id));
    let kept = std::fs::read(&path).unwrap();
    // Each person who was asked knows the ID: it is in the link.
    let (new, sent) = form("");
    let sent = sent.replace(&new, &poll.id);
    for (who, token) in &matrix.tokens {
        let expected = match who {
            // They see the poll: for them, the form was sent twice.
            Who::Staff => 303,
            Who::Facilitator => 303,
            Who::Nobody => 422,
            _ => 403,
        };
        let made = matrix.ask(token, "POST", "/polls", kind, &sent);
        assert_eq!(made.status, expected, "{who:?}: {}", made.text());
        assert_eq!(std::fs::read(&path).unwrap(), kept, "{who:?}");
    }
    // A damaged file could be repaired, so it stays too.
    std::fs::write(&path, "{").unwrap();
    assert_eq!(matrix.server.form("/polls", &sent).status, 422);
    assert_eq!(std::fs::read(&path).unwrap(), b"{");
}

#[test]
fn form_that_is_sent_several_times_at_once_makes_one_poll_with_one_set_of_links() {
    let timed = Timed::start();
    let (id, sent) = form("");
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| timed.server.form("/polls", &sent))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (made, others): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), others.len()), (1, 7));
    assert!(
        others.iter().all(|other| other.status == 303 && other.header("location") == Some(&format!("/polls/{id}")))
    );
    for link in super::links(&made[0]).values() {
        assert_eq!(look(&timed.server, link).status, 200);
    }
}

fn poll_person() -> String {
    people()[0].0.clone()
}
