//! What is kept of polls, and for how long.

use super::{MadePoll, Timed, answer, look, people};
use crate::support::Running;
use ibbi_poll::{PollStore, polls_path};
use std::path::PathBuf;
use std::sync::Arc;

/// Returns the files of the polls.
fn files(server: &Running) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(polls_path(&server.ledger())).unwrap();
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some()).collect()
}

/// Returns whether a text is in any file beside the ledger.
fn is_on_the_disk(server: &Running, text: &str) -> bool {
    let folders = [server.folder.path().to_owned(), polls_path(&server.ledger())];
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten());
    let mut paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    paths.any(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).contains(text))
}

#[test]
fn deleted_poll_leaves_no_answer_on_the_disk() {
    let timed = Timed::start();
    let poll = timed.poll();
    let (_, link) = poll.link(0);
    assert_eq!(answer(&timed.server, link, "c0=can&note=note-on-the-disk").status, 200);
    assert!(is_on_the_disk(&timed.server, "note-on-the-disk"));
    let ask = timed.server.get(&format!("{}/delete", poll.page));
    assert!(ask.text().contains("The poll and its 1 answer are deleted."), "{}", ask.text());
    assert_eq!(timed.server.confirmed(&format!("{}/delete", poll.page), "").status, 303);
    assert!(!is_on_the_disk(&timed.server, "note-on-the-disk"));
    assert_eq!((files(&timed.server).len(), look(&timed.server, link).status), (0, 404));
    assert_eq!(timed.server.get(&poll.page).status, 404);
}

#[test]
fn poll_is_deleted_thirty_days_after_it_closed() {
    let timed = Timed::start();
    let poll = timed.poll();
    let (_, link) = poll.link(0);
    assert_eq!(answer(&timed.server, link, "c0=can&note=note-on-the-disk").status, 200);
    timed.wait_days(30);
    assert_eq!(look(&timed.server, link).status, 200, "it closed, and shows the own answers");
    timed.wait_days(8);
    assert_eq!((look(&timed.server, link).status, timed.server.get(&poll.page).status), (404, 404));
    // Another server deletes the file when it starts.
    let path = timed.server.ledger();
    let left = path.with_extension("ledger.polls").join("left-behind.new");
    std::fs::write(&left, "an answer of a program that was killed").unwrap();
    let store = PollStore::new(polls_path(&path));
    let now = ibbi_core::At::from_millis(crate::support::clock().unwrap().millis() + 40 * super::DAY).unwrap();
    assert_eq!(store.delete_old(now).unwrap(), 1);
    assert!(!left.exists() && !is_on_the_disk(&timed.server, "note-on-the-disk"));
}

#[test]
fn folder_or_damaged_file_among_the_polls_keeps_no_old_poll() {
    let timed = Timed::start();
    let polls: Vec<_> = (0..3).map(|_| timed.poll()).collect();
    for poll in &polls {
        assert_eq!(answer(&timed.server, poll.link(0).1, "c0=can&note=note-on-the-disk").status, 200);
    }
    let folder = polls_path(&timed.server.ledger());
    std::fs::create_dir(folder.join("0.new")).unwrap();
    std::fs::create_dir(folder.join(format!("{}.new", polls[1].id))).unwrap();
    std::fs::create_dir(folder.join(format!("{}.json", uuid::Uuid::now_v7()))).unwrap();
    std::fs::write(folder.join(format!("{}.json", uuid::Uuid::now_v7())), "{").unwrap();
    std::fs::copy(
        folder.join(format!("{}.json", polls[0].id)),
        folder.join(format!("{}.json", polls[0].id.to_uppercase())),
    )
    .unwrap();
    let store = PollStore::new(folder);
    assert_eq!(store.list().unwrap().polls.len(), 3, "a copy is not a poll");
    std::fs::remove_file(polls_path(&timed.server.ledger()).join(format!("{}.json", polls[0].id.to_uppercase())))
        .unwrap();
    let now = ibbi_core::At::from_millis(crate::support::clock().unwrap().millis() + 40 * super::DAY).unwrap();
    let failed = store.delete_old(now).unwrap_err().to_string();
    assert!(failed.contains(".new"), "{failed}");
    assert!(!is_on_the_disk(&timed.server, "note-on-the-disk"));
    assert!(store.list().unwrap().polls.is_empty());
}

#[test]
fn server_deletes_old_polls_when_it_starts() {
    let timed = Timed::start();
    let poll = timed.poll();
    let file = polls_path(&timed.server.ledger()).join(format!("{}.json", poll.id));
    let (name, content) = (file.file_name().unwrap().to_owned(), std::fs::read(&file).unwrap());
    let other = Running::start_with(|config| {
        let folder = polls_path(&config.ledger);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join(&name), &content).unwrap();
        config.clock = Arc::new(|| {
            let now = crate::support::clock()?;
            Ok(ibbi_core::At::from_millis(now.millis() + 40 * super::DAY).unwrap())
        });
    });
    let begun = std::time::Instant::now();
    while !files(&other).is_empty() && begun.elapsed() < std::time::Duration::from_secs(30) {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(files(&other), Vec::<PathBuf>::new());
    assert_eq!(files(&timed.server).len(), 1);
}

#[test]
fn answers_through_several_stores_at_once_are_all_kept() {
    let timed = Timed::start();
    let poll = timed.poll();
    let id: uuid::Uuid = poll.id.parse().unwrap();
    let folder = polls_path(&timed.server.ledger());
    // Half of the people answer by the server, and the others through a second program's store.
    std::thread::scope(|scope| {
        for (index, (person, link)) in poll.links.iter().enumerate() {
            let (server, folder) = (&timed.server, folder.clone());
            scope.spawn(move || {
                if index % 2 == 0 {
                    assert_eq!(answer(server, link, &format!("c0=can&note=note-{index}-")).status, 200);
                    return;
                }
                let done = PollStore::new(folder).update(id, |poll| {
                    let marks = vec![None; poll.grid.cells()];
                    let at = crate::support::clock().unwrap();
                    let answer = ibbi_poll::PollAnswer { marks, note: format!("note-{index}-"), at };
                    poll.save(&person.parse().unwrap(), answer, false)
                });
                done.unwrap();
            });
        }
    });
    let stored = PollStore::new(folder).read(id).unwrap();
    let notes = stored.people.iter().filter_map(|person| person.answer.as_ref()).map(|answer| answer.note.clone());
    assert_eq!(notes.count(), people().len());
}

#[test]
fn damaged_file_is_named_and_other_polls_work() {
    let timed = Timed::start();
    let (damaged, whole) = (timed.poll(), timed.poll());
    let file = polls_path(&timed.server.ledger()).join(format!("{}.json", damaged.id));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &text[..text.len() / 2]).unwrap();
    let page = timed.server.get(&damaged.page);
    assert_eq!(page.status, 503);
    assert!(page.text().contains(&format!("{}.json", damaged.id)), "{}", page.text());
    assert!(!page.text().contains(timed.server.folder.path().to_str().unwrap()), "no folder of the server");
    let list = timed.server.get("/polls");
    assert!(list.text().contains("is damaged") && list.text().contains(&whole.page), "{}", list.text());
    assert_eq!((timed.server.get(&whole.page).status, look(&timed.server, whole.link(0).1).status), (200, 200));
}

#[cfg(unix)]
#[test]
fn files_are_private_and_never_written_through_links() {
    use std::os::unix::fs::{MetadataExt as _, symlink};
    let timed = Timed::start();
    let poll = timed.poll();
    let folder = polls_path(&timed.server.ledger());
    let mode = |path: &std::path::Path| std::fs::symlink_metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&files(&timed.server)[0])), (0o700, 0o600));
    // A link in place of the file is not followed, and neither is one in place of the folder.
    let (file, elsewhere) = (files(&timed.server)[0].clone(), timed.server.folder.path().join("elsewhere"));
    std::fs::rename(&file, &elsewhere).unwrap();
    symlink(&elsewhere, &file).unwrap();
    assert_eq!(timed.server.get(&poll.page).status, 503);
    let other = timed.server.folder.path().join("other");
    std::fs::rename(&folder, &other).unwrap();
    symlink(&other, &folder).unwrap();
    let made = timed.server.form("/polls", &super::form("").1);
    assert_eq!(made.status, 422, "{}", made.text());
    assert_eq!(std::fs::read_dir(&other).unwrap().count(), 2, "nothing was written");
    std::fs::remove_file(&folder).unwrap();
    let _ = MadePoll::new(&timed.server, "");
}
