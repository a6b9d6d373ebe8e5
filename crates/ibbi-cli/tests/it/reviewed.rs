//! What a reading with fresh eyes has found, held so that it stays mended.

use crate::support::Place;

const NEW: [&str; 6] = ["new", "my.ledger", "--district", "Birch Bay", "--at", "2025-01-02 09:00"];

fn done(place: &Place, args: &[&str]) {
    let result = place.ibbi(args);
    assert_eq!(result.code, 0, "{args:?}: {}", result.err);
}

/// A ledger with three lines and a checkpoint over all of them.
fn signed(place: &Place) {
    done(place, &NEW);
    done(place, &["record", "my.ledger", "note_added", "text=first", "--at", "2025-01-02 10:00"]);
    done(place, &["keygen", "example.org/ibbi", "my.key"]);
    done(place, &["checkpoint", "my.ledger", "--key", "my.key"]);
}

#[test]
fn a_link_to_a_ledger_does_not_lead_around_its_checkpoints() {
    let place = Place::new();
    signed(&place);
    std::os::unix::fs::symlink(place.path("my.ledger"), place.path("link.ledger")).expect("a link");
    assert_eq!(place.ibbi(&["verify", "link.ledger"]).code, 0);
    let whole = std::fs::read(place.path("my.ledger")).expect("the ledger");
    let second = whole.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
    std::fs::write(place.path("my.ledger"), &whole[..second]).expect("the tail is cut off");
    for name in ["my.ledger", "link.ledger"] {
        assert_eq!(place.ibbi(&["verify", name]).code, 4, "{name}");
        let forged = place.ibbi(&["new", name, "--district", "Forged", "--at", "2025-01-03 09:00"]);
        assert_eq!(forged.code, 4, "{name}: {}{}", forged.out, forged.err);
    }
}

#[test]
fn a_key_without_a_checkpoint_proves_nothing() {
    let place = Place::new();
    signed(&place);
    let public = place.ibbi(&["keygen", "example.org/other", "other.key"]).out;
    std::fs::remove_file(place.path("my.ledger.checkpoints")).expect("the checkpoints are removed");
    let result = place.ibbi(&["verify", "my.ledger", "--key", public.trim()]);
    assert_eq!(result.code, 4, "{}", result.out);
    assert!(result.out.contains("[checkpoint.missing]"), "{}", result.out);
    assert_eq!(place.ibbi(&["verify", "my.ledger"]).code, 0, "the chain alone is sound");
}

#[test]
fn time_travel_knows_what_was_corrected_later() {
    let place = Place::new();
    done(&place, &NEW);
    let record = |name: &str, at: &str| {
        let name = format!("name={name}");
        done(&place, &["record", "my.ledger", "leader_agreed", "seat=superintendent", &name, "--at", at]);
    };
    record("Wrong", "2025-01-03 09:00");
    done(&place, &["void", "my.ledger", "3", "--reason", "a typo", "--at", "2025-02-01 09:00"]);
    record("Right", "2025-01-03 09:00");
    let result = place.ibbi(&["replay", "my.ledger", "--at", "2025-01-10 09:00"]);
    assert_eq!(result.code, 0, "{}", result.out);
    assert!(
        result.out.contains("(voided by 4)") && result.out.contains("Right, superintendent, agreed"),
        "{}",
        result.out
    );
    let believed = place.ibbi(&["replay", "my.ledger", "--to", "3"]);
    assert!(
        believed.out.contains("Wrong, superintendent, agreed") && !believed.out.contains("voided"),
        "{}",
        believed.out
    );
}

#[test]
fn a_year_out_of_bounds_is_a_message_and_no_panic() {
    let place = Place::new();
    done(&place, &NEW);
    for slot in ["slot=+262142-12-31 08:00-24:00", "slot=9999-12-31 08:00-24:00"] {
        let result = place.ibbi(&["record", "my.ledger", "meeting_scheduled", slot]);
        assert_eq!(result.code, 2, "{slot}: {}", result.err);
    }
}
