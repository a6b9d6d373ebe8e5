//! The process as a place/transition net: PNML, ISO/IEC 15909-2.
//!
//! It is for conformance checking: a trace of [`xes`](super::xes) fits if the chart has a way for its kinds of event in
//! their order. It is made from [`ibbi_core::chart::TRANSITIONS`].
//!
//! - A place is a stage, or several: those in which a case can be after the events so far. After `service_chosen` a case is
//!   in Introduction or, if the institute was chosen, in Application; which of the two, the kind alone does not tell, and
//!   the next event shows. So no place has two transitions of one label, and a replay never has to guess.
//! - Two stages count answers: Inquiry is left with the third leader who agrees, Caucus with the second party that decides.
//! - An event that leaves a case where it is is a transition from a place back to it.
//! - The only token begins in the place `unopened` and ends in `end`. A silent transition leads there from every place in
//!   which a case can be closed and, with [`Ending::Anywhere`], from every place of an opened case: a ledger has cases that
//!   are still under way, and an end of the record is then no fault.
//! - A void is in no place: what it strikes never happened. The traces to be replayed are those without voided events,
//!   which is how [`xes`](super::xes) writes them unless asked otherwise.
//!
//! # What the net does not see
//!
//! What an event carries, when it happened, and what the rules ask of the state: that letters, rosters and pledges are
//! complete, that a session is booked before it opens and opens on its day, that hours are full. Cases that break such a
//! rule fit the net; an audit finds them.
//!
//! # Beyond the standard
//!
//! The standard has neither final markings nor silent transitions. What miners read is written: an element
//! `finalmarkings` after the page, and for a silent transition the `toolspecific` element of ProM with its attribute
//! `activity="$invisible$"`. There are no positions; every viewer lays a net out by itself.

use crate::net::{Net, Spots};
use crate::xml::Xml;
use ibbi_core::Stage;
use std::io::{self, Write};

/// Where a trace may end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ending {
    /// After any event: a case may be still under way.
    #[default]
    Anywhere,
    /// Only where the case can be closed.
    Closed,
}

const GRAMMAR: &str = "http://www.pnml.org/version-2009/grammar/pnml";
const NET_TYPE: &str = "http://www.pnml.org/version-2009/grammar/ptnet";
const END: &str = "end";

/// Writes the net. See the [module](self).
///
/// ```
/// use ibbi_export::pnml::{self, Ending};
/// let mut net = Vec::new();
/// pnml::write(Ending::Closed, &mut net)?;
/// assert!(String::from_utf8_lossy(&net).contains("<place id=\"caucus.1\">"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Those of the writer.
pub fn write(ending: Ending, out: &mut impl Write) -> io::Result<()> {
    let net = Net::of_the_chart();
    let ids: Vec<String> = net.places.iter().map(id).collect();
    let mut xml = Xml::new();
    xml.open("pnml", &[("xmlns", GRAMMAR)]);
    xml.open("net", &[("id", "ibbi"), ("type", NET_TYPE)]);
    named(&mut xml, "The Interest-Based Bargaining Institute");
    xml.open("page", &[("id", "page")]);
    for (place, id) in net.places.iter().zip(&ids) {
        xml.open("place", &[("id", id)]);
        named(&mut xml, &label(place));
        if place.iter().any(|spot| spot.stage == Stage::Unopened) {
            xml.open("initialMarking", &[]);
            xml.text("text", &[], "1");
            xml.close();
        }
        xml.close();
    }
    xml.open("place", &[("id", END)]);
    named(&mut xml, "The record ends");
    xml.close();
    for (from, kind, to) in &net.steps {
        transition(&mut xml, &format!("{kind}.from.{}", ids[*from]), &ids[*from], Some(kind.code()), &ids[*to]);
    }
    for (place, id) in net.places.iter().zip(&ids) {
        let ends = |stage: Stage| match ending {
            Ending::Anywhere => stage != Stage::Unopened,
            Ending::Closed => stage == Stage::Closed,
        };
        if place.iter().any(|spot| ends(spot.stage)) {
            transition(&mut xml, &format!("end.from.{id}"), id, None, END);
        }
    }
    xml.close();
    xml.open("finalmarkings", &[]);
    xml.open("marking", &[]);
    xml.open("place", &[("idref", END)]);
    xml.text("text", &[], "1");
    for _ in 0..5 {
        xml.close();
    }
    xml.hand_on(out)?;
    out.flush()
}

/// A transition with its two arcs; without a label it is silent.
fn transition(xml: &mut Xml, id: &str, from: &str, label: Option<&str>, to: &str) {
    xml.open("transition", &[("id", id)]);
    match label {
        Some(label) => named(xml, label),
        None => xml.empty("toolspecific", &[("tool", "ProM"), ("version", "6.4"), ("activity", "$invisible$")]),
    }
    xml.close();
    xml.empty("arc", &[("id", &format!("in.{id}")), ("source", from), ("target", id)]);
    xml.empty("arc", &[("id", &format!("out.{id}")), ("source", id), ("target", to)]);
}

fn named(xml: &mut Xml, name: &str) {
    xml.open("name", &[]);
    xml.text("text", &[], name);
    xml.close();
}

/// The id of a place: the codes of its stages, each with its answers where it counts any.
fn id(place: &Spots) -> String {
    let spots = place.iter().map(|spot| match spot.asked() {
        Some(_) => format!("{}.{}", spot.stage.code(), spot.answers),
        None => spot.stage.code().to_owned(),
    });
    spots.collect::<Vec<_>>().join("-or-")
}

fn label(place: &Spots) -> String {
    let spots = place.iter().map(|spot| match spot.asked() {
        Some(asked) => format!("{} ({} of {asked})", spot.stage.label(), spot.answers),
        None => spot.stage.label().to_owned(),
    });
    spots.collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn written(ending: Ending) -> String {
        let mut out = Vec::new();
        write(ending, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_places_of_the_net() {
        let net = Net::of_the_chart();
        let mut text = String::new();
        for (number, place) in net.places.iter().enumerate() {
            text.push_str(&format!("{}\n", label(place)));
            for (_, kind, to) in net.steps.iter().filter(|(from, ..)| *from == number) {
                text.push_str(&format!("  {kind} -> {}\n", label(&net.places[*to])));
            }
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn the_net_is_well_formed_names_each_thing_once_and_every_arc_has_its_ends() {
        for ending in [Ending::Anywhere, Ending::Closed] {
            let text = written(ending);
            assert_eq!(text, written(ending), "the same every time");
            let document = roxmltree::Document::parse(&text).unwrap();
            let mut ids = HashSet::new();
            for node in document.descendants() {
                if let Some(id) = node.attribute("id") {
                    assert!(ids.insert(id), "{id} stands twice");
                }
            }
            for arc in document.descendants().filter(|node| node.has_tag_name((GRAMMAR, "arc"))) {
                assert!(
                    ids.contains(arc.attribute("source").unwrap()) && ids.contains(arc.attribute("target").unwrap())
                );
            }
            let silent = document.descendants().filter(|node| node.has_tag_name((GRAMMAR, "toolspecific"))).count();
            println!("{ending:?}: {silent} silent transitions");
            let initial = document.descendants().filter(|node| node.has_tag_name((GRAMMAR, "initialMarking"))).count();
            assert_eq!(initial, 1);
        }
    }
}
