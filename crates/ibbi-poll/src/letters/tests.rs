use super::*;
use crate::PollGrid;

fn at(minutes: i64) -> At {
    At::from_millis(1_790_000_000_000 + minutes * MINUTE).unwrap()
}

fn id() -> MemberId {
    MemberId::new("nguyen").unwrap()
}

/// Returns a poll that closes in 1,000 minutes, with one person who has a link and an address.
fn poll() -> Poll {
    let person = PolledPerson::new(id(), "Thuy Nguyen".parse().unwrap(), Some("thuy@example.org".to_owned()));
    let mut poll = Poll {
        id: uuid::Uuid::nil(),
        case: None,
        district: "Maple Hollow".parse().unwrap(),
        zone: "America/New_York".parse().unwrap(),
        asked_by: "P. Sullivan".parse().unwrap(),
        reply_to: None,
        maker: ibbi_access::Principal::local("psullivan", "P. Sullivan").unwrap(),
        grid: PollGrid { days: vec!["2026-11-02".parse().unwrap()], bands: vec![ibbi_sim::Hours::MORNING] },
        closes: at(1000),
        people: vec![person],
        scenario: String::new(),
    };
    poll.issue(&id()).unwrap();
    poll
}

fn send(poll: &mut Poll, kind: LetterKind, now: At, seen: At, state: LetterState) -> Result<String, LetterHindrance> {
    let secret = poll.begin_letter(&id(), kind, now, seen).unwrap()?;
    poll.end_letter(&id(), kind, now, state, &secret).unwrap();
    Ok(secret)
}

#[test]
fn letter_adds_a_link_and_earlier_links_work_up_to_the_limit() {
    let mut poll = poll();
    let first = poll.add_link(&id()).unwrap();
    let mut secrets = vec![first];
    for round in 1..=20 {
        let now = at(round * 11);
        secrets.push(send(&mut poll, LetterKind::Reminder, now, now, LetterState::Sent).unwrap());
    }
    let works: Vec<bool> = secrets.iter().map(|secret| poll.person_of_secret(secret).is_some()).collect();
    assert_eq!(works.iter().filter(|works| **works).count(), Poll::MAX_LINKS);
    assert!(!works[0] && works[1..].iter().all(|works| *works), "the oldest is gone: {works:?}");
    poll.revoke(&id()).unwrap();
    assert!(secrets.iter().all(|secret| poll.person_of_secret(secret).is_none()));
    let new = poll.issue(&id()).unwrap();
    assert!(poll.person_of_secret(&new).is_some());
}

#[test]
fn letter_is_sent_once_from_a_page_and_the_next_one_waits_ten_minutes() {
    let mut poll = poll();
    let shown = at(0);
    assert!(send(&mut poll, LetterKind::Invitation, at(1), shown, LetterState::Sent).is_ok());
    // The same form again, also long after.
    for later in [1, 2, 60] {
        let again = send(&mut poll, LetterKind::Invitation, at(later), shown, LetterState::Sent);
        assert_eq!(again, Err(LetterHindrance::Another));
    }
    // A page that shows the invitation.
    let early = send(&mut poll, LetterKind::Reminder, at(10), at(10), LetterState::Sent);
    assert_eq!(early, Err(LetterHindrance::TooSoon(at(11))));
    assert!(send(&mut poll, LetterKind::Reminder, at(11), at(11), LetterState::Sent).is_ok());
    let kinds: Vec<LetterKind> = poll.people[0].letters.iter().map(|letter| letter.kind).collect();
    assert_eq!(kinds, [LetterKind::Invitation, LetterKind::Reminder]);
    assert_eq!(poll.people[0].last_letter().map(|last| last.at), Some(at(11)));
}

#[test]
fn letter_that_was_not_sent_can_be_sent_at_once_and_one_in_doubt_waits() {
    let mut poll = poll();
    let not_sent = LetterState::NotSent("The address is wrong.".to_owned());
    let unused = send(&mut poll, LetterKind::Reminder, at(1), at(1), not_sent).unwrap();
    assert!(poll.person_of_secret(&unused).is_none(), "no one has this link");
    assert!(send(&mut poll, LetterKind::Reminder, at(2), at(2), LetterState::Unknown(String::new())).is_ok());
    let again = send(&mut poll, LetterKind::Reminder, at(3), at(3), LetterState::Sent);
    assert_eq!(again, Err(LetterHindrance::TooSoon(at(12))));
}

#[test]
fn server_that_ended_while_sending_leaves_a_letter_in_doubt() {
    let mut poll = poll();
    poll.begin_letter(&id(), LetterKind::Invitation, at(1), at(1)).unwrap().unwrap();
    let letter = poll.people[0].last_letter().unwrap();
    assert!(letter.is_being_sent(at(6)) && !letter.is_being_sent(at(7)) && letter.may_have_arrived());
}

#[test]
fn hindrances_are_named() {
    let now = at(5);
    let of = |poll: &Poll, kind| poll.hindrance(&poll.people[0], kind, now, now);
    let mut answered = poll();
    let answer = crate::PollAnswer { marks: vec![None], note: String::new(), at: now };
    answered.save(&id(), answer, false).unwrap();
    assert_eq!(of(&answered, LetterKind::Reminder), Some(LetterHindrance::Answered));
    assert_eq!(of(&answered, LetterKind::Invitation), None);
    let mut revoked = poll();
    revoked.revoke(&id()).unwrap();
    assert_eq!(of(&revoked, LetterKind::Invitation), Some(LetterHindrance::Revoked));
    let mut without = poll();
    without.people[0].email = None;
    assert_eq!(of(&without, LetterKind::Invitation), Some(LetterHindrance::NoAddress));
    let closed = Poll { closes: now, ..poll() };
    assert_eq!(of(&closed, LetterKind::Invitation), Some(LetterHindrance::Closed));
}

#[test]
fn letters_and_links_survive_the_file() {
    let mut poll = poll();
    for (minute, state) in
        [(1, LetterState::NotSent("Why.".to_owned())), (2, LetterState::Sent), (13, LetterState::Sending)]
    {
        let now = at(minute);
        let kind = if minute == 13 { LetterKind::Reminder } else { LetterKind::Invitation };
        send(&mut poll, kind, now, now, state).unwrap();
    }
    poll.reply_to = Some("p@example.org".to_owned());
    let bytes = crate::poll_file::write(&poll).unwrap();
    assert_eq!(crate::poll_file::read(&bytes).unwrap(), poll);
}
