//! The process as a place/transition net: PNML, ISO/IEC 15909-2.
//!
//! The net is for conformance checking: a trace of [`xes`](super::xes) fits if the chart allows its kinds of event in their
//! order. The net is made from [`ibbi_core::chart::TRANSITIONS`].
//!
//! - A place is one or several stages: those in which a case can be after the events so far. After `service_chosen`, a case is
//!   in Introduction or, if the institute was chosen, in Application. The kind of event doesn't tell which; the next event
//!   does. As a result, no place has two transitions with the same label, and a replay never has to guess.
//! - Two stages count answers: a case leaves Inquiry when the third leader agrees, and Caucus when the second party decides.
//! - An event that doesn't change the stage is a transition from a place back to itself.
//! - The only token begins in the place `unopened` and ends in `end`. A silent transition leads to `end` from every place in
//!   which a case can be closed. With [`Ending::Anywhere`], there is one from every place of an opened case, because a
//!   ledger has cases that are still under way.
//! - A void has no transition, because a voided event never happened. Replay traces without voided events, as
//!   [`xes`](super::xes) writes them by default.
//!
//! # Limits of the net
//!
//! The net doesn't know the fields of an event, its time, or rules about the state: that letters, rosters, and pledges are
//! complete, that a session is booked before it opens and opens on its day, that hours are full. Cases that break such a
//! rule fit the net, but an audit finds them.
//!
//! # Beyond the standard
//!
//! The standard has neither final markings nor silent transitions. The net uses what process miners read: an element
//! `finalmarkings` after the page, and for a silent transition ProM's `toolspecific` element with the attribute
//! `activity="$invisible$"`. There are no positions, because every viewer has its own layout.

use crate::net::{Net, NetPlace};
use crate::xml::Xml;
use ibbi_core::Stage;
use std::io::{self, Write};

/// The places in which a trace can end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ending {
    /// After any event, because a case can still be under way.
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
/// Returns the errors of the output.
pub fn write(ending: Ending, out: &mut impl Write) -> io::Result<()> {
    let net = Net::from_chart();
    let ids: Vec<String> = net.places.iter().map(id).collect();
    let mut xml = Xml::new();
    xml.open("pnml", &[("xmlns", GRAMMAR)]);
    xml.open("net", &[("id", "ibbi"), ("type", NET_TYPE)]);
    write_name(&mut xml, "The Interest-Based Bargaining Institute");
    xml.open("page", &[("id", "page")]);
    for (place, id) in net.places.iter().zip(&ids) {
        xml.open("place", &[("id", id)]);
        write_name(&mut xml, &label(place));
        if place.iter().any(|net_stage| net_stage.stage == Stage::Unopened) {
            xml.open("initialMarking", &[]);
            xml.text("text", &[], "1");
            xml.close();
        }
        xml.close();
    }
    xml.open("place", &[("id", END)]);
    write_name(&mut xml, "The record ends");
    xml.close();
    for (from, kind, to) in &net.steps {
        transition(&mut xml, &format!("{kind}.from.{}", ids[*from]), &ids[*from], Some(kind.code()), &ids[*to]);
    }
    for (place, id) in net.places.iter().zip(&ids) {
        let ends = |stage: Stage| match ending {
            Ending::Anywhere => stage != Stage::Unopened,
            Ending::Closed => stage == Stage::Closed,
        };
        if place.iter().any(|net_stage| ends(net_stage.stage)) {
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
    xml.write_to(out)?;
    out.flush()
}

/// Writes a transition with its two arcs. Without a label, it is silent.
fn transition(xml: &mut Xml, id: &str, from: &str, label: Option<&str>, to: &str) {
    xml.open("transition", &[("id", id)]);
    match label {
        Some(label) => write_name(xml, label),
        None => xml.empty("toolspecific", &[("tool", "ProM"), ("version", "6.4"), ("activity", "$invisible$")]),
    }
    xml.close();
    xml.empty("arc", &[("id", &format!("in.{id}")), ("source", from), ("target", id)]);
    xml.empty("arc", &[("id", &format!("out.{id}")), ("source", id), ("target", to)]);
}

fn write_name(xml: &mut Xml, name: &str) {
    xml.open("name", &[]);
    xml.text("text", &[], name);
    xml.close();
}

/// Returns the ID of a place: the codes of its stages, each with the number of answers if the stage counts them.
fn id(place: &NetPlace) -> String {
    let stages = place.iter().map(|net_stage| match net_stage.required() {
        Some(_) => format!("{}.{}", net_stage.stage.code(), net_stage.answers),
        None => net_stage.stage.code().to_owned(),
    });
    stages.collect::<Vec<_>>().join("-or-")
}

fn label(place: &NetPlace) -> String {
    let stages = place.iter().map(|net_stage| match net_stage.required() {
        Some(required) => format!("{} ({} of {required})", net_stage.stage.label(), net_stage.answers),
        None => net_stage.stage.label().to_owned(),
    });
    stages.collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn write_to_string(ending: Ending) -> String {
        let mut out = Vec::new();
        write(ending, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn places_of_the_net() {
        let net = Net::from_chart();
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
    fn the_net_is_well_formed_with_unique_ids_and_complete_arcs() {
        for ending in [Ending::Anywhere, Ending::Closed] {
            let text = write_to_string(ending);
            assert_eq!(text, write_to_string(ending), "the same every time");
            let document = roxmltree::Document::parse(&text).unwrap();
            let mut ids = HashSet::new();
            for node in document.descendants() {
                if let Some(id) = node.attribute("id") {
                    assert!(ids.insert(id), "{id} occurs twice");
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
