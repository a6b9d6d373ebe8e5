//! Grants and tokens in their file.

use ibbi_access::{
    AccessError, AccessFile, Grant, NewToken, Principal, ReadLog, Registry, Role, Scope, access_path, read_log_path,
};
use ibbi_core::{At, Name, Party};
use std::fs;
use std::path::Path;
use uuid::Uuid;

const CASE: Uuid = Uuid::from_u128(7);

fn at(hour: i64) -> At {
    At::from_millis(1_790_000_000_000 + hour * 3_600_000).unwrap()
}

fn boss() -> Principal {
    Principal::local("root", "P. Sullivan").unwrap()
}

fn open(ledger: &Path) -> Registry {
    Registry::open(AccessFile::new(access_path(ledger))).unwrap()
}

fn service(name: &str, expires: Option<At>) -> NewToken {
    NewToken { name: Name::new(name).unwrap(), grants: vec![Grant::new(Role::Service, Scope::All)], expires }
}

#[test]
fn token_counts_until_it_expires_or_is_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("a.ledger");
    let mut registry = open(&ledger);
    // The server has its own registry. It sees what another process changes.
    let mut server = open(&ledger);
    let (first, text) = registry.issue(service("calendar sync", Some(at(10))), boss(), at(0)).unwrap();
    let (second, other) = registry.issue(service("reports", None), boss(), at(0)).unwrap();
    assert!(text.starts_with(&format!("ibbi_{first}_")) && text.len() == 5 + 12 + 1 + 64 && text != other);
    server.refresh().unwrap();
    let found = server.principal_of(&text, at(9)).unwrap();
    assert_eq!(
        (found.issuer.as_str(), found.subject.as_str(), found.name.as_str()),
        ("token", first.as_str(), "calendar sync")
    );
    assert_eq!(server.principal_of(&text, at(10)), None, "expired");
    assert!(server.is_current(&found, at(9)) && !server.is_current(&found, at(10)));
    for wrong in ["", "ibbi", &text[..text.len() - 1], &text.replace(&first, &second), &format!("{text}_x")] {
        assert_eq!(server.principal_of(wrong, at(1)), None, "{wrong}");
    }
    registry.revoke(&first, boss(), at(1)).unwrap();
    server.refresh().unwrap();
    assert_eq!(server.principal_of(&text, at(2)), None, "revoked");
    assert!(server.principal_of(&other, at(2)).is_some() && server.has_token(at(2)));
    // The file has no secret.
    let kept = fs::read_to_string(access_path(&ledger)).unwrap();
    assert!(!kept.contains(text.rsplit('_').next().unwrap()), "{kept}");
    let refused = |result: Result<(), AccessError>| result.unwrap_err().to_string();
    assert_eq!(refused(registry.revoke(&first, boss(), at(3))), format!("the token `{first}` was revoked before"));
    assert!(refused(registry.revoke("nope", boss(), at(3))).contains("`ibbi token list`"));
    let late = registry.issue(service("late", Some(at(0))), boss(), at(0)).unwrap_err();
    assert!(late.to_string().contains("later day"));
}

#[test]
fn grants_are_given_and_taken() {
    let folder = tempfile::tempdir().unwrap();
    let mut registry = open(&folder.path().join("a.ledger"));
    let ada = Principal::new("https://login.example.org", "u1", "Ada Yun").unwrap();
    let labor = Grant::party(Party::Labor, Scope::District(Name::new("Maple Hollow").unwrap()));
    registry.grant(ada.clone(), labor.clone(), boss(), at(0)).unwrap();
    registry.grant(ada.clone(), Grant::new(Role::Facilitator, Scope::Case(CASE)), boss(), at(0)).unwrap();
    assert_eq!(registry.viewer(ada.clone()).grants().len(), 2);
    // The same subject of another issuer is someone else.
    let other = Principal::new("https://evil.example", "u1", "Ada Yun").unwrap();
    assert!(registry.viewer(other).grants().is_empty());
    let again = registry.grant(ada.clone(), labor.clone(), boss(), at(1)).unwrap_err().to_string();
    assert_eq!(again, "Ada Yun has the role party member for labor in Maple Hollow already");
    registry.remove(ada.clone(), labor.clone(), boss(), at(1)).unwrap();
    assert_eq!(registry.viewer(ada.clone()).grants().len(), 1);
    assert!(registry.remove(ada.clone(), labor, boss(), at(2)).is_err());
    for (grant, says) in [
        (Grant::new(Role::Facilitator, Scope::All), "is for given cases"),
        (Grant::new(Role::Staff, Scope::Case(CASE)), "is for all cases"),
        (Grant::new(Role::Party, Scope::Case(CASE)), "needs a party"),
        (Grant { party: Some(Party::Labor), ..Grant::new(Role::Auditor, Scope::All) }, "only the role party member"),
    ] {
        let wrong = registry.grant(ada.clone(), grant, boss(), at(2)).unwrap_err().to_string();
        assert!(wrong.contains(says), "{wrong}");
    }
    assert!(registry.viewer(boss()).may_record(ibbi_core::EventKind::CaseOpened, None, None).is_ok());
}

#[test]
fn a_line_that_a_crash_cut_off_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("a.ledger");
    let mut registry = open(&ledger);
    registry.issue(service("one", None), boss(), at(0)).unwrap();
    let whole = fs::read(access_path(&ledger)).unwrap();
    for cut in 1..whole.len() {
        let mut torn = whole.clone();
        torn.extend_from_slice(&whole[..cut]);
        fs::write(access_path(&ledger), &torn).unwrap();
        let mut registry = open(&ledger);
        assert_eq!(registry.tokens().len(), 1, "{cut}");
        if cut % 50 == 0 {
            registry.issue(service("two", None), boss(), at(0)).unwrap();
            assert_eq!(open(&ledger).tokens().len(), 2, "{cut}");
        }
    }
    fs::write(access_path(&ledger), [whole.as_slice(), b"{}\n"].concat()).unwrap();
    let error = Registry::open(AccessFile::new(access_path(&ledger))).unwrap_err().to_string();
    assert!(error.contains("line 2: this is not a change of access"), "{error}");
}

#[test]
fn a_damaged_file_grants_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("a.ledger");
    let mut registry = open(&ledger);
    let (_, text) = registry.issue(service("one", None), boss(), at(0)).unwrap();
    let whole = fs::read(access_path(&ledger)).unwrap();
    fs::write(access_path(&ledger), b"garbage\n").unwrap();
    assert!(registry.refresh().is_err());
    assert_eq!(registry.principal_of(&text, at(1)), None);
    // It counts again once the file is restored.
    fs::write(access_path(&ledger), whole).unwrap();
    registry.refresh().unwrap();
    assert!(registry.principal_of(&text, at(1)).is_some());
}

#[cfg(unix)]
#[test]
fn files_are_private_and_never_opened_through_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("a.ledger");
    let mut registry = open(&ledger);
    registry.issue(service("one", None), boss(), at(0)).unwrap();
    let reads = ReadLog::new(read_log_path(&ledger));
    reads.add(at(0), &boss(), Some(CASE), Some(2), "/cases/7").unwrap();
    reads.add(at(1), &boss(), None, None, "/api/v1/ledger").unwrap();
    let lines = fs::read_to_string(read_log_path(&ledger)).unwrap();
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert!(lines.contains("\"path\":\"/cases/7\"") && lines.contains("\"subject\":\"root\""), "{lines}");
    for path in [access_path(&ledger), read_log_path(&ledger)] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
        let moved = folder.path().join("elsewhere");
        fs::rename(&path, &moved).unwrap();
        symlink(&moved, &path).unwrap();
    }
    let fails = || {
        let error = Registry::open(AccessFile::new(access_path(&ledger))).unwrap_err();
        assert!(matches!(error, AccessError::Io { doing: "open", .. }), "{error}");
        assert!(reads.add(at(2), &boss(), None, None, "/").is_err());
    };
    fails();
    // A pipe in its place doesn't stop the program.
    for path in [access_path(&ledger), read_log_path(&ledger)] {
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    }
    fails();
}
