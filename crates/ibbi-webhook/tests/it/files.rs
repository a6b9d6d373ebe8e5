//! Webhooks and what became of their messages, in their files.

use ibbi_access::{Grant, Principal, Role, Scope};
use ibbi_core::{At, Name};
use ibbi_webhook::{
    DeliveryEvent, DeliveryLog, DeliveryState, MAX_WEBHOOKS, NewWebhook, WebhookError, Webhooks, deliveries_path,
    delivery_states, webhooks_path,
};
use std::fs;
use std::path::Path;

fn at(hour: i64) -> At {
    At::from_millis(1_790_000_000_000 + hour * 3_600_000).unwrap()
}

fn boss() -> Principal {
    Principal::local("root", "P. Sullivan").unwrap()
}

fn open(ledger: &Path) -> Webhooks {
    Webhooks::open(webhooks_path(ledger)).unwrap()
}

fn new(name: &str) -> NewWebhook {
    NewWebhook {
        id: None,
        name: Name::new(name).unwrap(),
        target: "https://hooks.example.org/".parse().unwrap(),
        grants: vec![Grant::new(Role::Service, Scope::All)],
        after: 7,
    }
}

fn failed(record: u64, tries: u32) -> DeliveryEvent {
    DeliveryEvent::Failed { record, tries, why: "the receiver answered 500".to_owned() }
}

fn dead(record: u64) -> DeliveryEvent {
    DeliveryEvent::DeadLettered { record, tries: 3, why: "the receiver answered 500".to_owned() }
}

#[test]
fn changes_of_another_process_count_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("a.ledger");
    let (mut server, mut command) = (open(&ledger), open(&ledger));
    let (id, secret) = command.create(new("board"), boss(), at(0)).unwrap();
    assert!(server.get(&id).is_err());
    assert!(server.refresh().unwrap() && !server.refresh().unwrap(), "changed once");
    let found = server.get(&id).unwrap();
    assert_eq!((&found.secret, found.after, found.roles().as_str()), (&secret, 7, "service"));
    assert_eq!(found.viewer().unwrap().principal.issuer.as_str(), "webhook");
    command.change_roles(&id, vec![Grant::new(Role::Auditor, Scope::All)], boss(), at(1)).unwrap();
    command.request_resend(&id, 9, boss(), at(1)).unwrap();
    command.delete_letter(&id, 8, boss(), at(1)).unwrap();
    server.refresh().unwrap();
    let found = server.get(&id).unwrap();
    assert_eq!((found.roles().as_str(), found.resends.get(&9)), ("auditor", Some(&1)));
    assert!(found.deleted.contains(&8));
    command.remove(&id, boss(), at(2)).unwrap();
    server.refresh().unwrap();
    assert_eq!(server.current().count(), 0);
    for (error, says) in [
        (server.remove(&id, boss(), at(3)), "no webhook any more"),
        (server.remove("none", boss(), at(3)), "there is no webhook `none`"),
        (server.change_roles(&id, Vec::new(), boss(), at(3)), "without a role"),
    ] {
        assert!(error.unwrap_err().to_string().contains(says), "{says}");
    }
}

#[test]
fn webhooks_that_make_no_sense_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut webhooks = open(&folder.path().join("a.ledger"));
    let refused = |webhooks: &mut Webhooks, new: NewWebhook| match webhooks.create(new, boss(), at(0)) {
        Err(WebhookError::Refused(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(refused(&mut webhooks, NewWebhook { grants: Vec::new(), ..new("x") }).contains("without a role"));
    assert!(refused(&mut webhooks, NewWebhook { id: Some("../x".to_owned()), ..new("x") }).contains("12 digits"));
    let id = Webhooks::new_id().unwrap();
    webhooks.create(NewWebhook { id: Some(id.clone()), ..new("x") }, boss(), at(0)).unwrap();
    let again = refused(&mut webhooks, NewWebhook { id: Some(id), ..new("x") });
    assert!(again.contains("already"), "{again}");
    for _ in 1..MAX_WEBHOOKS {
        webhooks.create(new("x"), boss(), at(0)).unwrap();
    }
    assert!(refused(&mut webhooks, new("x")).contains("64 webhooks"));
}

#[test]
fn damaged_file_has_no_webhooks() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("a.ledger");
    let mut webhooks = open(&ledger);
    webhooks.create(new("board"), boss(), at(0)).unwrap();
    let whole = fs::read(webhooks_path(&ledger)).unwrap();
    fs::write(webhooks_path(&ledger), [whole.as_slice(), b"{}\n"].concat()).unwrap();
    let error = webhooks.refresh().unwrap_err().to_string();
    assert!(error.contains("line 2: this is not a change of a webhook"), "{error}");
    assert_eq!(webhooks.current().count(), 0);
    // A line that was cut off doesn't count, and the next change replaces it.
    fs::write(webhooks_path(&ledger), [whole.as_slice(), &whole[..40]].concat()).unwrap();
    webhooks.refresh().unwrap();
    assert_eq!(webhooks.current().count(), 1);
    webhooks.create(new("other"), boss(), at(1)).unwrap();
    assert_eq!(open(&ledger).current().count(), 2);
}

#[test]
fn state_is_the_same_after_a_crash_at_any_byte() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("a.ledger");
    let mut webhooks = open(&ledger);
    let (id, _) = webhooks.create(new("board"), boss(), at(0)).unwrap();
    let path = deliveries_path(&ledger);
    let mut log = DeliveryLog::open(path.clone()).unwrap();
    assert_eq!(log.state(&id).position(webhooks.get(&id).unwrap()), 7);
    let events = [
        DeliveryEvent::Delivered { record: 8 },
        failed(9, 1),
        failed(9, 2),
        dead(9),
        DeliveryEvent::Passed { record: 12 },
        dead(13),
        DeliveryEvent::ResendFailed { record: 9, answered: 1, why: "the receiver answered 404".to_owned() },
        DeliveryEvent::Resent { record: 13 },
        DeliveryEvent::Stopped { record: 14, why: "the receiver answered 410 Gone".to_owned() },
    ];
    let mut states = vec![DeliveryState::default()];
    for event in &events {
        log.add(&webhooks, &id, event.clone(), at(1)).unwrap();
        states.push(log.state(&id));
        assert_eq!(delivery_states(path.clone()).unwrap()[&id], log.state(&id));
    }
    let last = states.last().unwrap();
    assert_eq!((last.position, last.delivered, last.failed), (Some(13), 2, 5));
    assert_eq!((last.dead_letters.len(), last.dead_letters[0].record, last.dead_letters[0].tries), (1, 9, 4));
    assert!(last.stopped.is_some() && last.failing.is_none());
    let whole = fs::read(&path).unwrap();
    for cut in 0..=whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let lines = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
        let mut log = DeliveryLog::open(path.clone()).unwrap();
        assert_eq!(log.state(&id), states[lines], "{cut}");
        // The next entry replaces what was cut off.
        log.add(&webhooks, &id, DeliveryEvent::Passed { record: 99 }, at(2)).unwrap();
        assert_eq!(DeliveryLog::open(path.clone()).unwrap().state(&id).position, Some(99), "{cut}");
    }
}

#[test]
fn long_file_is_written_again_without_what_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("a.ledger");
    let mut webhooks = open(&ledger);
    let [(id, _), (gone, _)] = ["board", "gone"].map(|name| webhooks.create(new(name), boss(), at(0)).unwrap());
    let mut log = DeliveryLog::open(deliveries_path(&ledger)).unwrap();
    log.add(&webhooks, &gone, dead(8), at(0)).unwrap();
    log.add(&webhooks, &id, dead(8), at(0)).unwrap();
    log.add(&webhooks, &id, dead(9), at(0)).unwrap();
    webhooks.remove(&gone, boss(), at(1)).unwrap();
    webhooks.delete_letter(&id, 8, boss(), at(1)).unwrap();
    let mut longest = 0;
    for record in 10..20_000 {
        log.add(&webhooks, &id, DeliveryEvent::Delivered { record }, at(1)).unwrap();
        longest = longest.max(fs::metadata(deliveries_path(&ledger)).unwrap().len());
    }
    assert!(longest < 1_100_000, "{longest}");
    let states = delivery_states(deliveries_path(&ledger)).unwrap();
    assert_eq!(states.keys().collect::<Vec<_>>(), [&id]);
    let state = &states[&id];
    assert_eq!((state.position, state.delivered, state.dead_letters.len()), (Some(19_999), 19_990, 1));
}

#[cfg(unix)]
#[test]
fn files_are_private_and_never_opened_through_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("a.ledger");
    let mut webhooks = open(&ledger);
    let (id, _) = webhooks.create(new("board"), boss(), at(0)).unwrap();
    let mut log = DeliveryLog::open(deliveries_path(&ledger)).unwrap();
    log.add(&webhooks, &id, dead(8), at(0)).unwrap();
    for path in [webhooks_path(&ledger), deliveries_path(&ledger)] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
        let moved = folder.path().join("elsewhere");
        fs::rename(&path, &moved).unwrap();
        symlink(&moved, &path).unwrap();
    }
    assert!(Webhooks::open(webhooks_path(&ledger)).is_err());
    assert!(webhooks.create(new("other"), boss(), at(0)).is_err());
    assert!(DeliveryLog::open(deliveries_path(&ledger)).is_err());
}
