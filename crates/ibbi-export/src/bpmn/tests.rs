//! Tests of the diagram.

use super::*;
use crate::bpmn::model::Bounds;
use std::collections::{HashMap, HashSet};

fn write_to_string() -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn diagram_as_text() {
    assert_eq!(write_to_string(), write_to_string(), "the same every time");
    insta::assert_snapshot!(write_to_string());
}

#[test]
fn ids_are_unique_and_references_lead_to_one() {
    let text = write_to_string();
    let document = roxmltree::Document::parse(&text).unwrap();
    let mut ids = HashSet::new();
    for node in document.descendants() {
        if let Some(id) = node.attribute("id") {
            assert!(ids.insert(id), "{id} occurs twice");
        }
    }
    for node in document.descendants() {
        for reference in ["sourceRef", "targetRef", "attachedToRef", "bpmnElement"] {
            if let Some(id) = node.attribute(reference) {
                assert!(ids.contains(id), "{reference} {id} leads nowhere");
            }
        }
    }
}

/// Every row of the chart is drawn, and nothing else.
#[test]
fn the_diagram_has_every_row_of_the_chart() {
    let drawing = layout::draw(&ChartByStage::new());
    let mut elements = HashMap::new();
    all(&drawing.elements, &mut |element| {
        elements.insert(element.id.clone(), (element.kind.clone(), element.name.clone()));
    });
    let inside = drawing.elements.iter().find(|element| element.id == "under_way").unwrap();
    for row in ibbi_core::chart::TRANSITIONS.iter().filter(|row| row.from.is_open()) {
        let (task, leaves) = (format!("{}.{}", row.from, row.event), format!("{}.after.{}", row.from, row.event));
        if elements.contains_key(row.event.code()) {
            assert!(!elements.contains_key(&task) && !elements.contains_key(&leaves), "{task} is drawn for all stages");
            continue;
        }
        assert_eq!(elements.contains_key(&task), row.to.contains(&row.from), "{task} stays");
        let mut reached: Vec<_> =
            reachable(&inside.flows, &leaves).into_iter().filter(|id| !id.ends_with(".which")).collect();
        let stages = row.to.iter().filter(|to| **to != row.from);
        let mut expected: Vec<_> =
            stages.map(|to| if to.is_open() { to.code().to_owned() } else { ".closed".to_owned() }).collect();
        reached.iter_mut().filter(|id| id.ends_with(".closed")).for_each(|id| *id = ".closed".to_owned());
        reached.sort();
        expected.sort();
        assert_eq!(reached, expected, "{leaves} leads on");
    }
}

/// Returns everything to which flows lead from an element, through gateways too.
fn reachable(flows: &[Flow], from: &str) -> Vec<String> {
    let mut reached = Vec::new();
    for flow in flows.iter().filter(|flow| flow.from == from) {
        reached.push(flow.to.clone());
        if flow.to.ends_with(".which") {
            reached.extend(reachable(flows, &flow.to));
        }
    }
    reached
}

fn all(elements: &[Element], visit: &mut impl FnMut(&Element)) {
    for element in elements {
        visit(element);
        all(&element.elements, visit);
    }
}

fn overlap(one: Bounds, other: Bounds) -> bool {
    one.x < other.right() && other.x < one.right() && one.y < other.bottom() && other.y < one.bottom()
}

#[test]
fn elements_are_inside_their_frame_and_do_not_overlap() {
    fn check(elements: &[Element], frame: Option<Bounds>) {
        for (index, element) in elements.iter().enumerate() {
            let inside = |frame: Bounds| {
                let it = element.bounds;
                frame.x <= it.x && frame.y <= it.y && it.right() <= frame.right() && it.bottom() <= frame.bottom()
            };
            assert!(frame.is_none_or(inside), "{} sticks out", element.id);
            for other in &elements[index + 1..] {
                let attached = |one: &Element, other: &Element| matches!(&one.kind, Kind::Boundary { attached_to } if *attached_to == other.id);
                let fine =
                    attached(element, other) || attached(other, element) || !overlap(element.bounds, other.bounds);
                assert!(fine, "{} covers {}", element.id, other.id);
                if let (Some(one), Some(two)) = (element.label, other.label) {
                    assert!(!overlap(one, two), "the names of {} and {} overlap", element.id, other.id);
                }
            }
            check(&element.elements, Some(element.bounds));
        }
    }
    check(&layout::draw(&ChartByStage::new()).elements, None);
}
