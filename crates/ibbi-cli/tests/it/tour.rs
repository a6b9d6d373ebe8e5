//! The tour, as the README promises it.

use crate::support::Place;

#[test]
fn the_tour_shows_two_refusals_and_replays_to_the_same_state() {
    let place = Place::new();
    let result = place.ibbi(&["tour"]);
    assert_eq!(result.code, 0, "{}", result.err);
    assert_eq!(result.out.matches("Refused:").count(), 2);
    assert!(result.out.contains("The replay and the recording end in the same state."));
    let replayed = place.ibbi(&["replay", "ibbi-tour.ledger"]);
    assert_eq!(replayed.code, 0);
    assert!(replayed.out.ends_with("Closed: completed; the rules allow every event\n"), "{}", replayed.out);
}
