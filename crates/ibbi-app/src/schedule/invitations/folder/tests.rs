//! Writing all invitations or none.

use super::super::{AddressList, InvitationOptions, SessionPeople, invitations};
use super::*;
use crate::schedule;

/// Returns the invitations to the sample's plan. A later stamp gives another version of all.
fn made(folder: &InvitationFolder, stamp: &str, address: &str) -> Vec<InvitationFile> {
    let scenario = schedule::load(None).unwrap();
    let plan = schedule::plan(&ibbi_sim::Simulator::new(&scenario), None).unwrap();
    let stamp = stamp.parse().unwrap();
    let current = schedule::planned_entries(&scenario, &plan, None, stamp).unwrap();
    let rows: String =
        scenario.people.iter().map(|person| format!("{},{}@{address}\n", person.name, person.id)).collect();
    let list = AddressList::read(format!("name,email\n{rows}").as_bytes()).unwrap();
    let organizer = "P. Sullivan <p.sullivan@example.org>".parse().unwrap();
    let options = InvitationOptions {
        organizer: &organizer,
        addresses: &list,
        allow_missing: false,
        sessions: &[],
        published: None,
        stamp,
    };
    invitations(current, &SessionPeople::of_scenario(&scenario), folder, options).unwrap().invitations
}

/// Returns the names and contents of a folder's files.
fn content(path: &Path) -> Vec<(String, String)> {
    let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    let mut all: Vec<_> = files
        .map(|file| (file.file_name().into_string().unwrap(), fs::read_to_string(file.path()).unwrap_or_default()))
        .collect();
    all.sort();
    all
}

#[test]
fn folder_is_written_whole_and_updated_only_when_asked() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("invitations");
    let new = InvitationFolder::open(&path, false).unwrap();
    let first = made(&new, "2026-01-01T00:00:00.000Z", "example.org");
    new.write(&first).unwrap();
    let written = content(&path);
    assert_eq!(written.len(), first.len());
    assert!(first.iter().all(|file| written.contains(&(file.file.clone(), file.text.clone()))));
    let error = InvitationFolder::open(&path, false).unwrap_err().to_string();
    assert!(
        error.ends_with("already has files; name another folder, or update the invitations in it with --update"),
        "{error}"
    );
    // The folder appeared while the invitations were made.
    assert!(new.write(&first).is_err());
    assert_eq!(content(&path), written);
    assert_eq!(content(place.path()).len(), 1, "no temporary folder is left");
    let known = InvitationFolder::open(&path, true).unwrap();
    let same = made(&known, "2026-01-02T00:00:00.000Z", "example.org");
    assert!(same.iter().all(|file| file.change == InvitationChange::Unchanged));
    known.write(&same).unwrap();
    assert_eq!(content(&path), written);
    let other = made(&known, "2026-01-03T00:00:00.000Z", "example.net");
    assert!(other.iter().all(|file| file.change == InvitationChange::Changed));
    known.write(&other).unwrap();
    let changed = content(&path);
    assert!(changed.iter().zip(&written).all(|(one, other)| one.0 == other.0 && one.1 != other.1));
}

#[test]
fn failed_update_puts_everything_back() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("invitations");
    let new = InvitationFolder::open(&path, false).unwrap();
    new.write(&made(&new, "2026-01-01T00:00:00.000Z", "example.org")).unwrap();
    let known = InvitationFolder::open(&path, true).unwrap();
    let mut changed = made(&known, "2026-01-02T00:00:00.000Z", "example.net");
    // The last file can't be replaced: it disappeared after the folder was read.
    let last = path.join(&changed.last().unwrap().file);
    fs::remove_file(&last).unwrap();
    let before = content(&path);
    assert!(known.write(&changed).is_err());
    assert_eq!(content(&path), before);
    // A file of another program has the name of a new invitation.
    changed.truncate(1);
    changed[0].file = "notes.ics".to_owned();
    fs::write(path.join("notes.ics"), "mine").unwrap();
    assert!(known.write(&changed).is_err());
    assert_eq!(fs::read_to_string(path.join("notes.ics")).unwrap(), "mine");
}

#[test]
fn other_calendars_in_the_folder_are_refused_and_replies_are_not_invitations() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path();
    fs::write(path.join("reply.ics"), "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n").unwrap();
    let error = InvitationFolder::read(path).unwrap_err().to_string();
    assert!(error.contains("has no invitations"), "{error}");
    assert!(InvitationFolder::open(path, true).unwrap().files().is_empty());
    fs::write(path.join("mine.ics"), "BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n").unwrap();
    let error = InvitationFolder::open(path, true).unwrap_err().to_string();
    assert!(
        error.contains("mine.ics is not an invitation that ibbi wrote: this is not an invitation: its METHOD"),
        "{error}"
    );
}
