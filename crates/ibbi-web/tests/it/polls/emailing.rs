//! Invitations and reminders that the server sends by email.

use super::{MadePoll, Timed, answer, links, look, people};
use crate::support::mail::{Inbox, Received};
use crate::support::{Answer, clock};
use ibbi_core::At;
use ibbi_mail::{MailSettings, Mailer, Security};
use ibbi_poll::{PollStore, polls_path};
use ibbi_web::Settings;
use std::sync::atomic::Ordering;

fn mailer(port: u16) -> Mailer {
    let from = "IBBI <ibbi@example.org>".parse().unwrap();
    let settings = MailSettings::new("127.0.0.1", Security::None, from);
    Mailer::from_settings(&MailSettings { port: Some(port), ..settings }).unwrap()
}

impl Timed {
    fn with_mail(port: u16) -> Self {
        Self::start_with(|config| {
            config.settings = Settings { mail: Some(mailer(port)), ..config.settings.clone() };
        })
    }

    fn wait_minutes(&self, minutes: i64) {
        self.later.fetch_add(minutes * 60 * 1000, Ordering::SeqCst);
    }

    /// Presses a button of the page with the letters, as it is now.
    fn press(&self, poll: &MadePoll, button: &str) -> Answer {
        let page = self.letters(poll);
        self.send(poll, &format!("{}&do={button}", seen(&page)))
    }

    fn send(&self, poll: &MadePoll, body: &str) -> Answer {
        self.server.form(&format!("{}/letters", poll.page), body)
    }

    /// Returns the page with the letters, once none is being sent.
    fn letters(&self, poll: &MadePoll) -> String {
        loop {
            let page = self.server.get(&format!("{}/letters", poll.page));
            assert_eq!(page.status, 200, "{}", page.text());
            if !page.text().contains("Letters are being sent") {
                return page.text().to_owned();
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

/// Returns the field with the time of a page.
fn seen(page: &str) -> String {
    let value = page.split("name=\"seen\" value=\"").nth(1).expect("the page has a form").split('"').next().unwrap();
    format!("seen={value}")
}

/// Returns addresses for the first people, as fields of the form.
fn emails(addresses: &[&str]) -> String {
    let fields = people().into_iter().zip(addresses);
    fields.map(|((id, _), address)| format!("&email-{id}={}", address.replace('@', "%40"))).collect()
}

const THREE: [&str; 3] = ["a@example.org", "b@example.org", "c@example.org"];

/// Returns the path of the link in a letter.
fn link_in(letter: &Received) -> String {
    let rest = &letter.content[letter.content.find("/answer/").expect("the letter has a link")..];
    rest.lines().next().unwrap().to_owned()
}

#[test]
fn invitations_go_to_their_people_once_with_links_that_work() {
    let inbox = Inbox::start();
    let timed = Timed::with_mail(inbox.port);
    let (id, form) = super::form(&format!("{}&reply_to=me%40example.org", emails(&THREE)));
    let made = timed.server.form("/polls", &form);
    assert!(made.text().contains("Send all invitations (3)"), "{}", made.text());
    assert_eq!(made.text().matches(">Send the invitation<").count(), 3, "one for each address");
    let body = format!("{}&do=invitations", seen(made.text()));
    let place = format!("/polls/{id}/letters");
    for _ in 0..3 {
        let sent = timed.server.form(&place, &body);
        assert_eq!((sent.status, sent.header("location")), (303, Some(place.as_str())), "{}", sent.text());
    }
    let poll = MadePoll { page: format!("/polls/{id}"), id, links: Default::default() };
    let page = timed.letters(&poll);
    assert_eq!(page.matches("Invitation sent ").count(), 3, "{page}");
    assert_eq!(inbox.recipients(), THREE, "a form that is sent again sends nothing");
    for (letter, (_, name)) in inbox.letters().iter().zip(people()) {
        let header = letter.content.split("\n\n").next().unwrap().to_lowercase();
        assert!(!header.contains("\nbcc:") && !header.contains("\ncc:"), "{header}");
        assert_eq!(header.matches("@example.org").count() - header.matches("message-id").count(), 3, "{header}");
        assert!(header.contains("reply-to: clerk <me@example.org>"), "{header}");
        let opened = look(&timed.server, &link_in(letter));
        assert!(opened.status == 200 && opened.text().contains(&name), "{}", opened.text());
        let others = people().into_iter().filter(|(_, other)| *other != name && other != "clerk");
        assert!(others.into_iter().all(|(_, other)| !letter.content.contains(&other)), "{}", letter.content);
    }
    // The links of the page work too, and no file has a secret.
    let shown = links(&made);
    assert!(shown.values().all(|link| look(&timed.server, link).status == 200));
    let file = timed.server.ledger().with_extension("ledger.polls").join(format!("{}.json", poll.id));
    let stored = std::fs::read_to_string(file).unwrap();
    for letter in inbox.letters() {
        assert!(!stored.contains(link_in(&letter).rsplit('/').next().unwrap()));
    }
}

#[test]
fn reminders_go_to_those_who_have_not_answered_and_wait_ten_minutes() {
    let inbox = Inbox::start();
    let timed = Timed::with_mail(inbox.port);
    let poll = MadePoll::new(&timed.server, &emails(&THREE));
    assert_eq!(timed.press(&poll, "invitations").status, 303);
    let first: Vec<String> = inbox.letters().iter().map(link_in).collect();
    assert_eq!(answer(&timed.server, &first[0], "c0=can&note=").status, 200);
    // Too soon for everyone, and for one person.
    assert_eq!(timed.press(&poll, "reminders").status, 303);
    let (second, name) = &people()[1];
    let early = timed.press(&poll, &format!("reminders:{second}"));
    assert_eq!(early.status, 422);
    assert!(early.text().contains(&format!("{name} had a letter less than ten minutes ago")), "{}", early.text());
    assert_eq!(inbox.letters().len(), 3);
    timed.wait_minutes(11);
    let results = timed.server.get(&poll.page);
    let all = "Send a reminder to 2 people";
    assert!(results.text().contains(all), "{}", results.text());
    assert_eq!(results.text().matches(">Send a reminder<").count(), 2, "{}", results.text());
    let body = format!("{}&do=reminders", seen(results.text()));
    assert_eq!(timed.send(&poll, &body).status, 303);
    assert_eq!(inbox.recipients()[3..], ["b@example.org", "c@example.org"]);
    // The same form again, also after ten minutes.
    timed.wait_minutes(60);
    assert_eq!(timed.send(&poll, &body).status, 303);
    assert_eq!(timed.send(&poll, &body.replace("reminders", &format!("reminders:{second}"))).status, 303);
    assert_eq!(inbox.letters().len(), 5);
    assert_eq!(timed.press(&poll, &format!("reminders:{second}")).status, 303);
    assert_eq!(inbox.recipients()[5..], ["b@example.org"]);
    // All links of a person work.
    assert!(inbox.letters().iter().all(|letter| look(&timed.server, &link_in(letter)).status == 200));
    assert!(inbox.letters()[5].content.contains("Reminder"), "{}", inbox.letters()[5].content);
    // After the person's links were revoked, none works, and no letter makes another one.
    assert_eq!(timed.server.confirmed(&format!("{}/people/{second}/revoke", poll.page), "").status, 303);
    assert_eq!(look(&timed.server, &link_in(&inbox.letters()[5])).status, 404);
    timed.wait_minutes(11);
    let revoked = timed.press(&poll, &format!("reminders:{second}"));
    assert!(revoked.status == 422 && revoked.text().contains("was revoked"), "{}", revoked.text());
}

#[test]
fn letter_that_was_refused_or_cut_off_is_not_shown_as_sent() {
    let inbox = Inbox::start();
    let timed = Timed::with_mail(inbox.port);
    let poll = MadePoll::new(&timed.server, &emails(&["gone@example.org", "cut@example.org", "c@example.org"]));
    assert_eq!(timed.press(&poll, "invitations").status, 303);
    let page = timed.letters(&poll);
    assert_eq!(page.matches("Invitation sent ").count(), 1, "{page}");
    assert!(page.contains(": not sent. ") && page.contains("5.1.1 &lt;gone@example.org&gt; is unknown"), "{page}");
    assert!(page.contains("not known whether it was sent. The connection to the mail server broke"), "{page}");
    assert_eq!(inbox.recipients(), ["c@example.org"]);
    // Only the one that was not sent is sent with the others again, with the address that was corrected.
    let (gone, _) = &people()[0];
    assert!(page.contains("Send all invitations (1)"), "{page}");
    let body = format!("{}&do=invitations&email-{gone}=a%40example.org", seen(&page));
    assert_eq!(timed.send(&poll, &body).status, 303);
    assert_eq!(inbox.recipients(), ["c@example.org", "a@example.org"]);
    assert!(!timed.letters(&poll).contains(": not sent. "));
    // Addresses are in no log.
    let log = timed.server.whole_log();
    assert!(log.iter().any(|line| line["message"] == "letters of a poll" && line["sent"] == 1 && line["unknown"] == 1));
    assert!(!log.iter().any(|line| line.to_string().contains("@example.org")), "{log:?}");
}

#[test]
fn nothing_counts_as_sent_while_the_mail_server_is_down() {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let timed = Timed::with_mail(port);
    let poll = MadePoll::new(&timed.server, &emails(&THREE));
    assert_eq!(timed.press(&poll, "invitations").status, 303);
    let page = timed.letters(&poll);
    assert_eq!((page.matches(": not sent. ").count(), page.matches("Invitation sent ").count()), (3, 0), "{page}");
    assert_eq!(page.matches("can\u{2019}t be reached").count(), 3, "{page}");
    assert_eq!(page.matches("It was not tried").count(), 2, "the others would have failed too: {page}");
    assert!(page.contains("Send all invitations (3)"), "{page}");
    // The links of the letters, which no one has, don't count.
    let stored = PollStore::new(polls_path(&timed.server.ledger())).read(poll.id.parse().unwrap()).unwrap();
    assert!(stored.people.iter().all(|person| person.links().count() == 1));
}

#[test]
fn server_without_mail_says_how_to_set_it_up_and_sends_nothing() {
    let timed = Timed::start();
    let poll = MadePoll::new(&timed.server, &emails(&THREE));
    for path in ["/letters", "/reminders"] {
        let page = timed.server.get(&format!("{}{path}", poll.page));
        assert!(page.text().contains("<code>[mail]</code>") && !page.text().contains("Send all"), "{}", page.text());
    }
    let refused = timed.press(&poll, "invitations");
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Nothing was sent: this server doesn\u{2019}t send email"), "{}", refused.text());
    let results = timed.server.get(&poll.page);
    assert!(!results.text().contains(">Send a reminder<"), "{}", results.text());
}

#[test]
fn text_of_a_form_adds_no_header_and_no_recipient() {
    let inbox = Inbox::start();
    let timed = Timed::with_mail(inbox.port);
    let (first, _) = &people()[0];
    for address in
        ["a%40example.org%0D%0ABcc:+b%40example.org", "a%40example.org,b%40example.org", "A+%3Ca%40example.org%3E"]
    {
        for field in [format!("email-{first}"), "reply_to".to_owned()] {
            let made = timed.server.form("/polls", &super::form(&format!("&{field}={address}")).1);
            assert_eq!(made.status, 422, "{address}: {}", made.text());
            let poll = timed.poll();
            let saved = timed.send(&poll, &format!("{}&do=save&{field}={address}", seen(&timed.letters(&poll))));
            assert!(
                saved.status == 422 && saved.text().contains("not an email address"),
                "{address}: {}",
                saved.text()
            );
        }
    }
    // A name with a line break is refused.
    let scenario = super::sample().to_toml();
    let (_, name) = &people()[0];
    let hostile = scenario.replace(&format!("\"{name}\""), &format!("\"{name}\\r\\nBcc: b@example.org\""));
    assert_ne!(hostile, scenario);
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("id", &uuid::Uuid::now_v7().to_string()).append_pair("scenario", &hostile);
    let refused = timed.server.form("/polls", &form.finish());
    assert!(matches!(refused.status, 400 | 422), "{}", refused.text());
    assert!(inbox.letters().is_empty());
}

#[test]
fn facilitator_whose_name_is_unknown_is_asked_for_it() {
    let inbox = Inbox::start();
    let timed = Timed::start_with(|config| {
        config.settings.mail = Some(mailer(inbox.port));
        let local = ibbi_access::Principal::local("unknown", ibbi_access::UNKNOWN_NAME).unwrap();
        config.settings.sign_in.local = Some(local);
    });
    let link = timed.server.link.clone().unwrap();
    let path = link.strip_prefix(timed.server.url.trim_end_matches('/')).unwrap();
    let signed = timed.server.stranger().ask("GET", path, &[], b"");
    let cookie = signed.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let ask = |method: &str, path: &str, body: &str| {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        timed.server.stranger().ask(method, path, &[kind, ("cookie", &cookie)], body.as_bytes())
    };
    let form = ask("GET", "/polls/new", "");
    assert!(form.text().contains("name=\"asked_by\" value=\"\""), "{}", form.text());
    let (id, body) = super::form(&emails(&THREE));
    for missing in [body.clone(), format!("{body}&asked_by=++"), format!("{body}&asked_by=A%0D%0ABcc:+b")] {
        let refused = ask("POST", "/polls", &missing);
        assert!(refused.status == 422 && refused.text().contains("Enter your name"), "{}", refused.text());
    }
    let made = ask("POST", "/polls", &format!("{body}&asked_by=Pat+Sullivan"));
    assert_eq!(made.status, 201, "{}", made.text());
    let (_, link) = links(&made).into_iter().next().unwrap();
    assert!(look(&timed.server, &link).text().contains("Only <bdi>Pat Sullivan</bdi> sees your answers"));
    let (first, _) = &people()[0];
    let file = ask("GET", &format!("/polls/{id}/people/{first}/poll.html"), "");
    assert!(file.text().contains("Pat Sullivan") && !file.text().contains("unknown sees"));
    let sent = ask("POST", &format!("/polls/{id}/letters"), &format!("{}&do=invitations", seen(made.text())));
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert!(inbox.letters()[0].content.contains("For Pat Sullivan"), "{}", inbox.letters()[0].content);
    // Someone with an account has the name of the account.
    let (_, body) = super::form("&asked_by=The+Governor");
    assert!(timed.server.form("/polls", &body).text().contains("For clerk"));
}

#[test]
fn letter_of_a_server_that_ended_is_in_doubt() {
    let timed = Timed::with_mail(1);
    let poll = MadePoll::new(&timed.server, &emails(&THREE));
    let store = PollStore::new(polls_path(&timed.server.ledger()));
    let now: At = clock().unwrap();
    let (first, _) = &people()[0];
    let begun = store.update(poll.id.parse().unwrap(), |poll| {
        poll.begin_letter(&first.parse().unwrap(), ibbi_poll::LetterKind::Invitation, now, now)
    });
    assert!(begun.unwrap().is_ok());
    assert!(timed.letters(&poll).contains("Invitation is being sent"));
    timed.wait_minutes(7);
    let page = timed.letters(&poll);
    assert!(page.contains("not known whether it was sent. The server ended"), "{page}");
    assert!(page.contains("Send all invitations (2)"), "{page}");
}
