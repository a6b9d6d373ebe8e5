//! The objects of a log, held until its end.

use super::relations::{Relation, Thing};
use super::{Flat, relationship};
use crate::context::Place;
use crate::text;
use ibbi_core::{At, Event};
use ibbi_log::{Record, Uuid};
use std::collections::HashMap;
use std::io;

/// Every type of object with its attributes and their types.
pub(super) const TYPES: &[(&str, &[(&str, &str)])] = &[
    (
        "case",
        &[
            ("contract_expires", "string"),
            ("county", "string"),
            ("district", "string"),
            ("evergreen", "boolean"),
            ("stage", "string"),
            ("time_zone", "string"),
        ],
    ),
    ("party", &[]),
    ("member", &[("name", "string")]),
    ("seat", &[("name", "string"), ("office", "string")]),
    ("letter", &[("dated", "string"), ("document", "string")]),
    ("part", &[("ends", "time"), ("place", "string"), ("starts", "time")]),
    ("neutral", &[("name", "string")]),
    ("concern", &[("text", "string")]),
];

/// The objects, in the order in which events first touched them.
#[derive(Debug, Default)]
pub(super) struct Objects {
    places: HashMap<(Uuid, Thing), usize>,
    all: Vec<Object>,
}

#[derive(Debug)]
struct Object {
    case: Uuid,
    thing: Thing,
    /// Every value that an attribute had, with the instant from which on.
    values: Vec<(&'static str, At, Flat)>,
    related: Vec<(Uuid, Thing, &'static str)>,
}

impl Objects {
    /// Takes in what an event touches and, if it counts, what it says of that.
    pub(super) fn take_in(&mut self, record: &Record, place: &Place, related: &[Relation], counts: bool) {
        for relation in related {
            self.object(record.case, relation.object);
        }
        if counts {
            self.learn(record, place);
            let stage = Flat::Text(record.to.code().to_owned());
            self.object(record.case, Thing::Case).set("stage", record.at, stage);
        }
    }

    fn learn(&mut self, record: &Record, place: &Place) {
        let (case, at) = (record.case, record.at);
        let text = |value: &dyn core::fmt::Display| Flat::Text(value.to_string());
        match &record.event {
            Event::CaseOpened(event) => {
                let object = self.object(case, Thing::Case);
                object.set("district", at, text(&event.district));
                object.set("time_zone", at, text(&event.time_zone));
                object.set("evergreen", at, Flat::Truth(event.evergreen));
                if let Some(county) = &event.county {
                    object.set("county", at, text(county));
                }
                if let Some(expires) = &event.contract_expires {
                    object.set("contract_expires", at, text(expires));
                }
                if let Some(earlier) = event.follows {
                    object.relate(earlier, Thing::Case, "follows");
                }
            }
            Event::ContractDatesChanged(event) => {
                let object = self.object(case, Thing::Case);
                object.set("contract_expires", at, text(&event.contract_expires));
                object.set("evergreen", at, Flat::Truth(event.evergreen));
            }
            Event::LeaderAgreed(event) => {
                let object = self.object(case, Thing::Seat(event.seat));
                object.set("name", at, text(&event.name));
                if let Some(office) = &event.office {
                    object.set("office", at, text(office));
                }
            }
            Event::SupportConfirmed(event) => {
                let object = self.object(case, Thing::Letter(event.body));
                object.set("dated", at, text(&event.dated));
                if let Some(document) = &event.document {
                    object.set("document", at, text(document));
                }
            }
            Event::MemberNamed(event) => {
                let object = self.object(case, Thing::Member(event.member.id));
                object.set("name", at, text(&event.member.name));
                object.relate(case, Thing::Party(event.party), "on the team of");
            }
            Event::SessionScheduled(event) => {
                let neutral = self.object(case, Thing::Neutral(event.neutral.id));
                neutral.set("name", at, text(&event.neutral.name));
                let object = self.object(case, Thing::Part(place.from, event.part));
                object.set("starts", at, Flat::Time(event.slot.starts().to_string()));
                object.set("ends", at, Flat::Time(event.slot.ends().to_string()));
                if let Some(place) = &event.place {
                    object.set("place", at, text(place));
                }
            }
            Event::SessionOpened(event) => {
                let neutral = self.object(case, Thing::Neutral(event.neutral.id));
                neutral.set("name", at, text(&event.neutral.name));
            }
            Event::ConcernRaised(event) => {
                let object = self.object(case, Thing::Concern(event.concern));
                object.set("text", at, text(&event.text));
                object.relate(case, Thing::Party(event.party), "raised by");
            }
            _ => {}
        }
    }

    fn object(&mut self, case: Uuid, thing: Thing) -> &mut Object {
        let place = *self.places.entry((case, thing)).or_insert_with(|| {
            let belongs: &[(Uuid, Thing, &'static str)] = match thing {
                Thing::Party(_) => &[(case, Thing::Case, "side in")],
                Thing::Seat(_) => &[(case, Thing::Case, "key leader in")],
                Thing::Letter(_) => &[(case, Thing::Case, "in support of")],
                Thing::Part(..) => &[(case, Thing::Case, "part of")],
                Thing::Neutral(_) => &[(case, Thing::Case, "neutral in")],
                Thing::Case | Thing::Member(_) | Thing::Concern(_) => &[],
            };
            self.all.push(Object { case, thing, values: Vec::new(), related: belongs.to_vec() });
            self.all.len() - 1
        });
        &mut self.all[place]
    }

    /// Writes all objects, each on a line of its own.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> io::Result<()> {
        for (index, object) in self.all.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"\n{\"id\":" } else { b",\n{\"id\":" });
            text::json_string(&object.thing.id(object.case), out)?;
            out.extend_from_slice(b",\"type\":");
            text::json_string(object.thing.type_name(), out)?;
            out.extend_from_slice(b",\"attributes\":[");
            for (index, (name, at, value)) in object.values.iter().enumerate() {
                out.extend_from_slice(if index == 0 { b"{\"name\":" } else { b",{\"name\":" });
                text::json_string(name, out)?;
                out.extend_from_slice(b",\"time\":\"");
                text::instant(*at, out);
                out.extend_from_slice(b"\",\"value\":");
                value.write_json(out)?;
                out.push(b'}');
            }
            out.extend_from_slice(b"],\"relationships\":[");
            // A case may follow one that is in another ledger; what a log relates to must be in it.
            let known = |(case, thing, _): &&(Uuid, Thing, _)| self.places.contains_key(&(*case, *thing));
            for (index, (case, thing, qualifier)) in object.related.iter().filter(known).enumerate() {
                relationship(index, &thing.id(*case), qualifier, out)?;
            }
            out.extend_from_slice(b"]}");
        }
        Ok(())
    }
}

impl Object {
    /// Sets an attribute from an instant on, unless it has the value already.
    fn set(&mut self, name: &'static str, at: At, value: Flat) {
        let last = self.values.iter().rev().find(|(known, ..)| *known == name);
        if last.is_none_or(|(.., known)| *known != value) {
            self.values.push((name, at, value));
        }
    }

    fn relate(&mut self, case: Uuid, thing: Thing, qualifier: &'static str) {
        if !self.related.contains(&(case, thing, qualifier)) {
            self.related.push((case, thing, qualifier));
        }
    }
}
