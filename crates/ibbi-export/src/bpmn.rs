//! The process as a diagram: BPMN 2.0 with its diagram interchange.
//!
//! It is for people: any BPMN viewer draws it. It is made from [`ibbi_core::chart::TRANSITIONS`], and laid out here.
//!
//! - A stage is an ad-hoc sub-process: the events that leave a case in it are its tasks, to be done in any order, any number
//!   of times or not at all.
//! - An event that leads out of a stage is an interrupting boundary event, with a flow to where it leads; where that is more
//!   than one, a gateway stands between. An event that leaves a case in its stage or leads on, by what it carries, is
//!   both: a task, and a boundary event.
//! - All stages lie in one sub-process, the case under way. What every stage takes is drawn once: what leaves the case where
//!   it is as an event sub-process that interrupts nothing, what closes it as a boundary event of the whole.
//! - What asks for more than an order of events stands in the documentation of each element: the rules, with their ids.
//!
//! A void is not drawn: it corrects the record and is no part of the process. The diagram cannot be executed, and says so.

mod chart;
mod layout;
mod model;

use crate::xml::Xml;
use chart::Chart;
use model::{Element, Flow, Kind};
use std::io::{self, Write};

/// Writes the diagram. See the [module](self).
///
/// ```
/// use ibbi_export::bpmn;
/// let mut diagram = Vec::new();
/// bpmn::write(&mut diagram)?;
/// assert!(String::from_utf8_lossy(&diagram).contains("<bpmn:adHocSubProcess id=\"caucus\" name=\"Caucus\">"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Those of the writer.
pub fn write(out: &mut impl Write) -> io::Result<()> {
    let drawing = layout::draw(&Chart::read());
    let mut xml = Xml::new();
    xml.open(
        "bpmn:definitions",
        &[
            ("xmlns:bpmn", "http://www.omg.org/spec/BPMN/20100524/MODEL"),
            ("xmlns:bpmndi", "http://www.omg.org/spec/BPMN/20100524/DI"),
            ("xmlns:dc", "http://www.omg.org/spec/DD/20100524/DC"),
            ("xmlns:di", "http://www.omg.org/spec/DD/20100524/DI"),
            ("id", "definitions"),
            ("targetNamespace", "urn:ibbi:process"),
            ("exporter", "ibbi"),
            ("exporterVersion", env!("CARGO_PKG_VERSION")),
        ],
    );
    xml.open("bpmn:process", &[("id", "process"), ("name", NAME), ("isExecutable", "false")]);
    content(&mut xml, &drawing.elements, &drawing.flows);
    xml.close();
    xml.open("bpmndi:BPMNDiagram", &[("id", "diagram"), ("name", NAME)]);
    xml.open("bpmndi:BPMNPlane", &[("id", "plane"), ("bpmnElement", "process")]);
    shapes(&mut xml, &drawing.elements);
    edges(&mut xml, &drawing.flows);
    for _ in 0..3 {
        xml.close();
    }
    xml.hand_on(out)?;
    out.flush()
}

const NAME: &str = "The Interest-Based Bargaining Institute";

/// Elements and flows of one level, in the order that the schema asks for.
fn content(xml: &mut Xml, elements: &[Element], flows: &[Flow]) {
    for element in elements {
        let mut attributes = vec![("id", element.id.as_str()), ("name", element.name.as_str())];
        match &element.kind {
            Kind::EventSubProcess => attributes.push(("triggeredByEvent", "true")),
            Kind::Start { interrupting: false } => attributes.push(("isInterrupting", "false")),
            Kind::Boundary { of } => attributes.push(("attachedToRef", of)),
            _ => {}
        }
        xml.open(element.kind.tag(), &attributes);
        if !element.documentation.is_empty() {
            xml.text("bpmn:documentation", &[], &element.documentation);
        }
        for flow in flows.iter().filter(|flow| flow.to == element.id) {
            xml.text("bpmn:incoming", &[], &flow.id);
        }
        for flow in flows.iter().filter(|flow| flow.from == element.id) {
            xml.text("bpmn:outgoing", &[], &flow.id);
        }
        if element.kind.waits() {
            xml.empty("bpmn:messageEventDefinition", &[("id", &format!("{}.message", element.id))]);
        }
        content(xml, &element.elements, &element.flows);
        xml.close();
    }
    for flow in flows {
        xml.empty("bpmn:sequenceFlow", &[("id", &flow.id), ("sourceRef", &flow.from), ("targetRef", &flow.to)]);
    }
}

fn shapes(xml: &mut Xml, elements: &[Element]) {
    for element in elements {
        let id = format!("{}.shape", element.id);
        let mut attributes = vec![("id", id.as_str()), ("bpmnElement", element.id.as_str())];
        match element.kind {
            Kind::SubProcess | Kind::AdHoc | Kind::EventSubProcess => attributes.push(("isExpanded", "true")),
            Kind::Gateway => attributes.push(("isMarkerVisible", "true")),
            _ => {}
        }
        xml.open("bpmndi:BPMNShape", &attributes);
        bounds(xml, element.bounds);
        if let Some(label) = element.label {
            xml.open("bpmndi:BPMNLabel", &[]);
            bounds(xml, label);
            xml.close();
        }
        xml.close();
        shapes(xml, &element.elements);
        edges(xml, &element.flows);
    }
}

fn edges(xml: &mut Xml, flows: &[Flow]) {
    for flow in flows {
        xml.open("bpmndi:BPMNEdge", &[("id", &format!("{}.edge", flow.id)), ("bpmnElement", &flow.id)]);
        for (x, y) in &flow.points {
            xml.empty("di:waypoint", &[("x", &x.to_string()), ("y", &y.to_string())]);
        }
        xml.close();
    }
}

fn bounds(xml: &mut Xml, bounds: model::Bounds) {
    let [x, y, width, height] = [bounds.x, bounds.y, bounds.width, bounds.height].map(|value| value.to_string());
    xml.empty("dc:Bounds", &[("x", &x), ("y", &y), ("width", &width), ("height", &height)]);
}

#[cfg(test)]
mod tests;
