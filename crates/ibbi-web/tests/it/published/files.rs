//! The files of the memory when something is wrong with them.

use super::{by_api, by_page, entries, folder, in_one_second, scenario};
use serde_json::json;
use std::path::Path;

/// What is in place of the file, and what the problem says about it.
type Wrong = (&'static str, fn(&Path), &'static str);

fn garbage(path: &Path) {
    std::fs::write(path, b"BEGIN:VCALENDAR\r\nEND").unwrap();
}

fn empty(path: &Path) {
    std::fs::write(path, b"").unwrap();
}

fn directory(path: &Path) {
    std::fs::create_dir(path).unwrap();
}

#[cfg(unix)]
fn link(path: &Path) {
    let elsewhere = path.with_extension("elsewhere");
    std::fs::write(&elsewhere, b"stays").unwrap();
    std::os::unix::fs::symlink(&elsewhere, path).unwrap();
}

#[cfg(unix)]
fn pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[cfg(unix)]
const ALL: &[Wrong] = &[
    ("garbage", garbage, "is damaged"),
    ("empty", empty, "is damaged"),
    ("folder", directory, "it is not a file"),
    ("link", link, "it is a link"),
    ("pipe", pipe, "it is not a file"),
];
#[cfg(not(unix))]
const ALL: &[Wrong] = &[("garbage", garbage, "is damaged"), ("empty", empty, "is damaged")];

#[test]
fn file_that_is_wrong_stops_its_calendar_and_resets_nothing() {
    let server = in_one_second();
    let before = entries(&by_api(&server, &scenario(7, &["format=two_half_days"])));
    let other = entries(&by_api(&server, &scenario(8, &[])));
    let name = format!("shared.{}.ics", uuid::Uuid::from_u128(7));
    let (path, away) = (folder(&server).join(&name), folder(&server).join("away"));
    for (what, put, why) in ALL {
        std::fs::rename(&path, &away).unwrap();
        put(&path);
        let dropped = scenario(7, &["format=full_day"]);
        for answer in [by_api(&server, &dropped), by_page(&server, &dropped)] {
            assert_eq!(answer.status, 503, "{what}: {}", answer.text());
            for part in [*why, name.as_str(), "from a backup", "move it away"] {
                assert!(answer.text().contains(part), "{what}: {part}: {}", answer.text());
            }
            assert!(!answer.text().contains(server.folder.path().to_str().unwrap()), "{what}");
        }
        assert_eq!(by_api(&server, &dropped).json()["code"], json!("dates-unavailable"));
        assert_eq!(entries(&by_api(&server, &scenario(8, &[]))), other, "{what}: others work");
        match path.symlink_metadata().unwrap().is_dir() {
            true => std::fs::remove_dir(&path).unwrap(),
            false => std::fs::remove_file(&path).unwrap(),
        }
        std::fs::rename(&away, &path).unwrap();
    }
    let elsewhere = std::fs::read_to_string(path.with_extension("elsewhere")).unwrap_or_else(|_| "stays".to_owned());
    assert_eq!(elsewhere, "stays");
    assert_eq!(entries(&by_api(&server, &scenario(7, &["format=two_half_days"]))), before);
}

#[test]
fn memory_of_another_case_is_not_taken_for_this_one() {
    let server = in_one_second();
    by_api(&server, &scenario(7, &[]));
    let file = |id: u128| folder(&server).join(format!("shared.{}.ics", uuid::Uuid::from_u128(id)));
    std::fs::copy(file(7), file(8)).unwrap();
    let refused = by_api(&server, &scenario(8, &[]));
    assert!(refused.status == 503 && refused.text().contains("of another case"), "{}", refused.text());
}

#[cfg(unix)]
#[test]
fn files_are_private() {
    use std::os::unix::fs::MetadataExt as _;
    let server = in_one_second();
    by_api(&server, &scenario(7, &[]));
    let mode = |path: &Path| std::fs::symlink_metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(&folder(&server)), 0o700);
    for entry in std::fs::read_dir(folder(&server)).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    // A link in place of the folder is not followed.
    let away = server.folder.path().join("away");
    std::fs::rename(folder(&server), &away).unwrap();
    std::os::unix::fs::symlink(&away, folder(&server)).unwrap();
    let refused = by_api(&server, &scenario(7, &[]));
    assert!(refused.status == 503 && refused.text().contains("it is not a folder"), "{}", refused.text());
}
