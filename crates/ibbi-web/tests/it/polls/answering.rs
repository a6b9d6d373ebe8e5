//! The page of a person: own answers only, until the poll closes.

use super::{Timed, answer, look, people};

#[test]
fn person_answers_without_an_account_and_changes_the_answer() {
    let timed = Timed::start();
    let poll = timed.poll();
    let (_, link) = poll.link(0);
    let page = look(&timed.server, link);
    assert_eq!((page.status, page.header("referrer-policy")), (200, Some("no-referrer")), "{}", page.text());
    assert_eq!(
        (page.header("x-robots-tag"), page.header("cache-control")),
        (Some("noindex, nofollow"), Some("no-store"))
    );
    assert!(page.text().contains("name=\"c0\"") && !page.text().contains("data-saved"));
    let saved = answer(&timed.server, link, "c0=can&c1=cannot&c2=&c3=if_need_be&note=Call+me%0D%0Atomorrow");
    assert_eq!(saved.status, 200, "{}", saved.text());
    assert!(saved.text().contains("data-saved"), "{}", saved.text());
    let cells = look(&timed.server, link).text().matches("<select").count();
    let blank = format!("{} of {cells} times are blank, and count as times when you can\u{2019}t come.", cells - 3);
    assert!(saved.text().contains(&blank) && !saved.text().contains("Nothing else is needed"), "{}", saved.text());
    let all: String = (0..cells).map(|cell| format!("c{cell}=can&")).collect();
    assert!(answer(&timed.server, link, &(all + "note=")).text().contains("Nothing else is needed."));
    let none = answer(&timed.server, link, "note=");
    assert!(none.text().contains("No time is marked, which counts as no time when you can come."), "{}", none.text());
    assert_eq!(answer(&timed.server, link, "c0=can&c1=cannot&note=Call+me%0D%0Atomorrow").status, 200);
    let again = look(&timed.server, link);
    assert!(again.text().contains("Call me\ntomorrow"), "{}", again.text());
    assert!(again.text().contains("<option value=\"cannot\" selected=\"selected\">"), "{}", again.text());
    assert_eq!(answer(&timed.server, link, "c0=cannot&note=").status, 200);
    assert!(!look(&timed.server, link).text().contains("Call me"));
}

#[test]
fn page_of_a_person_has_nothing_about_others() {
    let timed = Timed::start();
    let poll = timed.poll();
    let people = people();
    for (index, (_, link)) in poll.links.iter().enumerate() {
        assert_eq!(answer(&timed.server, link, &format!("c0=can&note=secret-{index}-")).status, 200);
    }
    for (index, (id, link)) in poll.links.iter().enumerate() {
        let page = look(&timed.server, link);
        let text = page.text();
        assert!(text.contains(&format!("secret-{index}-")));
        for other in (0..poll.links.len()).filter(|other| *other != index) {
            assert!(!text.contains(&format!("secret-{other}-")), "{id} sees the note of {other}");
        }
        // The name of the person who asks is on every page.
        for (_, name) in people.iter().filter(|(other, name)| other != id && name != "clerk") {
            assert!(!text.contains(name.as_str()), "{id} sees the name {name}");
        }
        assert!(!text.contains("/polls/"), "no way to the facilitator's pages");
    }
    // The facilitator sees all of them.
    let page = timed.server.get(&poll.page);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!((0..poll.links.len()).all(|index| page.text().contains(&format!("secret-{index}-"))));
    assert!(page.text().contains(&format!("All {} people have answered.", poll.links.len())));
}

#[test]
fn link_that_is_wrong_or_revoked_gets_the_same_answer_and_guessing_ends() {
    let timed = Timed::start();
    let poll = timed.poll();
    let ((id, link), (_, other)) = (poll.link(0), poll.link(1));
    assert_eq!(timed.server.confirmed(&format!("{}/people/{id}/revoke", poll.page), "").status, 303);
    let mut cut = link.to_owned();
    cut.pop();
    let missing = link.replace(&poll.id, "01920000-0000-7000-8000-00000000ffff");
    let wrong = format!("/answer/{}/{}", poll.id, "0".repeat(64));
    let mut texts = Vec::new();
    for path in [link, &cut, &missing, &wrong, "/answer/x/y"] {
        let page = look(&timed.server, path);
        assert_eq!((page.status, page.header("referrer-policy")), (404, Some("no-referrer")), "{path}");
        texts.push(page.text().to_owned());
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
    assert_eq!(answer(&timed.server, link, "c0=can").status, 404);
    // After more failures, the address must wait, but links that count are not affected.
    let limited = (0..20).map(|_| look(&timed.server, &wrong).status).collect::<Vec<_>>();
    assert!(limited.contains(&429) && !limited.contains(&200), "{limited:?}");
    assert_eq!(look(&timed.server, other).status, 200);
}

#[test]
fn closed_poll_shows_the_own_answers_and_takes_no_more() {
    let timed = Timed::start();
    let poll = timed.poll();
    let (id, link) = poll.link(0);
    assert_eq!(answer(&timed.server, link, "c0=can&note=first").status, 200);
    timed.wait_days(7);
    let late = answer(&timed.server, link, "c0=cannot&note=second");
    assert_eq!(late.status, 409);
    for page in [late, look(&timed.server, link)] {
        assert!(page.text().contains("This poll closed on") && page.text().contains("first"), "{}", page.text());
        assert!(page.text().contains("disabled") && !page.text().contains("second"), "{}", page.text());
    }
    // The facilitator can still enter an answer that came by phone.
    let entered = timed.server.form(&format!("{}/people/{id}", poll.page), "c0=cannot&note=by+phone");
    assert_eq!(entered.status, 303, "{}", entered.text());
    assert!(look(&timed.server, link).text().contains("by phone"));
}

#[test]
fn hostile_answers_change_nothing() {
    let timed = Timed::start();
    let poll = timed.poll();
    let (_, link) = poll.link(0);
    assert_eq!(answer(&timed.server, link, "c0=can&note=kept").status, 200);
    let many: String = (0..10_000).map(|field| format!("x{field}=1&")).collect();
    let bodies = [
        "c9999=can".to_owned(),
        "c18446744073709551616=can".to_owned(),
        "c0=maybe".to_owned(),
        "c0=can&c0=cannot".to_owned(),
        format!("c0=cannot&note={}", "n".repeat(1001)),
        // A browser counts each as two characters.
        format!("c0=cannot&note={}", "%F0%9F%9A%8C".repeat(501)),
        "c0=cannot&note=a%00b".to_owned(),
        "c0=cannot&note=a%1B%5B31m".to_owned(),
        many,
        // Without a field of the form: of another kind, or not whole.
        String::new(),
        "{\"c0\":\"cannot\",\"note\":\"\"}".to_owned(),
        "--XX\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\n\r\n--XX--\r\n".to_owned(),
        "c0=cannot".to_owned(),
    ];
    for body in &bodies {
        let refused = answer(&timed.server, link, body);
        let shown = &body[..body.len().min(40)];
        assert_eq!(refused.status, 422, "{shown}");
        assert!(refused.text().contains("Your answers are not saved."), "{shown}");
        let now = look(&timed.server, link);
        assert!(now.text().contains("kept") && now.text().contains("value=\"can\" selected"), "{shown}");
    }
    // A page of another site can't send an answer for someone.
    let headers = [("origin", "null"), ("sec-fetch-site", "cross-site")];
    assert_eq!(timed.server.stranger().ask("POST", link, &headers, b"c0=cannot").status, 403);
    // A note of the longest length, with markup, is shown as it is.
    let longest = format!("{}%3Cb%3E", "n".repeat(997));
    assert_eq!(answer(&timed.server, link, &format!("c0=can&note={longest}")).status, 200);
    assert!(timed.server.get(&poll.page).text().contains("n&lt;b&gt;"));
}

#[test]
fn secret_of_a_link_is_in_no_log_and_no_file() {
    let timed = Timed::start();
    let poll = timed.poll();
    let (_, link) = poll.link(0);
    look(&timed.server, link);
    answer(&timed.server, link, "c0=can&note=");
    let secret = link.rsplit('/').next().unwrap();
    assert_eq!(secret.len(), 64);
    let log = timed.server.whole_log();
    let of_link = log.iter().filter(|line| line["path"] == format!("/answer/{}", poll.id)).count();
    assert_eq!(of_link, 2, "both requests are in the log");
    assert!(!log.iter().any(|line| line.to_string().contains(secret)));
    let mut files = 0;
    for folder in [timed.server.folder.path().to_owned(), timed.server.folder.path().join("cases.ledger.polls")] {
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
            assert!(!text.contains(secret), "{}", file.display());
            files += 1;
        }
    }
    assert!(files >= 4, "{files}");
}
