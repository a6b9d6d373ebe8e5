//! `ibbi token` and `ibbi access`: what they print, change, and refuse.

use crate::support::Place;
use serde_json::Value;

#[test]
fn tokens_are_made_listed_and_revoked() {
    let place = Place::new();
    let made = place.ibbi(&["token", "new", "a.ledger", "calendar sync", "--role", "service", "--expires", "30d"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let token = made.out.trim();
    assert!(token.starts_with("ibbi_") && made.err.contains("It is shown only now"), "{} {}", made.out, made.err);
    let id = token.split('_').nth(1).unwrap();
    let listed = place.ibbi(&["token", "list", "a.ledger"]).out;
    assert!(listed.starts_with(&format!("{id}  calendar sync: service, until ")), "{listed}");
    assert!(!listed.contains(token.rsplit('_').next().unwrap()), "{listed}");
    let json: Value = serde_json::from_str(&place.ibbi(&["--json", "token", "list", "a.ledger"]).out).unwrap();
    assert_eq!((&json[0]["counts"], &json[0]["grants"][0]["role"]), (&true.into(), &"service".into()), "{json}");
    assert_eq!(place.ibbi(&["token", "revoke", "a.ledger", id]).code, 0);
    assert!(place.ibbi(&["token", "list", "a.ledger"]).out.contains("revoked on "));
    for (args, says) in [
        (vec!["token", "revoke", "a.ledger", id], "was revoked before"),
        (vec!["token", "revoke", "a.ledger", "x"], "there is no token `x`"),
        (vec!["token", "new", "a.ledger", "x", "--role", "clerk"], "`clerk` is not a role"),
        (vec!["token", "new", "a.ledger", "x", "--role", "party", "--district", "B"], "needs a party"),
        (vec!["token", "new", "a.ledger", "x", "--role", "facilitator"], "is for given cases"),
        (vec!["token", "new", "a.ledger", "x", "--role", "auditor", "--expires", "soon"], "--expires is days from now"),
        (vec!["token", "new", "a.ledger", "x", "--role", "auditor", "--expires", "2020-01-01"], "a later day"),
        (vec!["token", "new", "a.ledger", "", "--role", "auditor"], "the name of the token"),
    ] {
        let refused = place.ibbi(&args);
        assert!(refused.code == 2 && refused.err.contains(says), "{args:?}: {} {}", refused.code, refused.err);
    }
}

#[test]
fn roles_are_given_listed_and_taken() {
    let place = Place::new();
    let empty = place.ibbi(&["access", "list", "a.ledger"]);
    assert_eq!(empty.code, 0);
    assert!(empty.out.contains("No one has a role but"), "{}", empty.out);
    let role =
        ["--subject", "ayun", "--name", "Ada Yun", "--role", "party", "--party", "labor", "--district", "Maple Hollow"];
    let change = |what: &str| place.ibbi(&[&["access", what, "a.ledger"], role.as_slice()].concat());
    assert_eq!(change("grant").out, "Ada Yun has the role party member for labor in Maple Hollow now.\n");
    assert!(change("grant").err.contains("has the role party member for labor in Maple Hollow already"));
    let listed = place.ibbi(&["access", "list", "a.ledger"]).out;
    assert!(listed.starts_with("Ada Yun (proxy, ayun): party member for labor in Maple Hollow\n"), "{listed}");
    assert_eq!(change("remove").code, 0);
    let again = change("remove");
    assert!(again.code == 2 && again.err.contains("doesn't have the role"), "{}", again.err);
    let table = place.ibbi(&["access", "table"]).out;
    assert!(table.contains("| `party_decided` | yes | own cases | own party | no | own cases |"), "{table}");
}

#[test]
fn damaged_records_of_access_are_not_overwritten() {
    let place = Place::new();
    std::fs::write(place.path("a.ledger.access"), "{}\n").unwrap();
    for args in [vec!["token", "list", "a.ledger"], vec!["token", "new", "a.ledger", "x", "--role", "auditor"]] {
        let refused = place.ibbi(&args);
        assert!(refused.code == 5 && refused.err.contains("line 1: this is not a change of access"), "{}", refused.err);
    }
    assert_eq!(std::fs::read_to_string(place.path("a.ledger.access")).unwrap(), "{}\n");
}

#[test]
fn server_says_how_to_replace_a_fixed_token() {
    let place = Place::new();
    let mut command = place.command(&["serve", "a.ledger", "--port", "0"]);
    command.env("IBBI_TOKEN", "secret");
    let refused = crate::support::run(command, b"");
    assert!(refused.code == 2 && refused.err.contains("ibbi token new"), "{}", refused.err);
    assert!(!place.path("a.ledger").exists());
}
