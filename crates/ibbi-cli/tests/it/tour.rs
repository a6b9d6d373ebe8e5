//! The tour, as the README promises it.

use crate::support::Place;

#[test]
fn the_tour_shows_two_refusals_and_replays_to_the_same_state() {
    let place = Place::new();
    let said = place.ibbi(&["tour"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.out.matches("Refused:").count(), 2);
    assert!(said.out.contains("The replay and the recording end in the same state."));
    let replayed = place.ibbi(&["replay", "ibbi-tour.ledger"]);
    assert_eq!(replayed.code, 0);
    assert!(replayed.out.ends_with("Closed: completed; the rules allow every event\n"), "{}", replayed.out);
}
