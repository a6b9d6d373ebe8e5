//! The process as a diagram: BPMN 2.0 with its diagram interchange.
//!
//! The diagram is for people: any BPMN viewer draws it. It is made from [`ibbi_core::chart::TRANSITIONS`].
//!
//! - A stage is an ad-hoc sub-process. Its tasks are the events that keep a case in it, in any order and any number of times.
//! - An event that leads out of a stage is an interrupting boundary event, with a flow to the next stage. If there are several
//!   next stages, a gateway is between. An event that stays or leads on, depending on its fields, is both a task and a
//!   boundary event.
//! - All stages are in one sub-process, the case under way. Events that every stage accepts are drawn once: those that keep
//!   the stage as a non-interrupting event sub-process, and those that close the case as a boundary event of the whole.
//! - The rules, with their IDs, are in the documentation of each element.
//!
//! A void isn't drawn: it corrects the record and isn't part of the process. The diagram is marked as not executable.

mod chart;
mod layout;
mod model;

use crate::xml::Xml;
use chart::ChartByStage;
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
/// Returns the errors of the output.
pub fn write(out: &mut impl Write) -> io::Result<()> {
    let drawing = layout::draw(&ChartByStage::new());
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
    write_elements(&mut xml, &drawing.elements, &drawing.flows);
    xml.close();
    xml.open("bpmndi:BPMNDiagram", &[("id", "diagram"), ("name", NAME)]);
    xml.open("bpmndi:BPMNPlane", &[("id", "plane"), ("bpmnElement", "process")]);
    write_shapes(&mut xml, &drawing.elements);
    write_edges(&mut xml, &drawing.flows);
    for _ in 0..3 {
        xml.close();
    }
    xml.write_to(out)?;
    out.flush()
}

const NAME: &str = "The Interest-Based Bargaining Institute";

/// Writes the elements and flows of one level, in the order that the schema requires.
fn write_elements(xml: &mut Xml, elements: &[Element], flows: &[Flow]) {
    for element in elements {
        let mut attributes = vec![("id", element.id.as_str()), ("name", element.name.as_str())];
        match &element.kind {
            Kind::EventSubProcess => attributes.push(("triggeredByEvent", "true")),
            Kind::Start { interrupting: false } => attributes.push(("isInterrupting", "false")),
            Kind::Boundary { attached_to } => attributes.push(("attachedToRef", attached_to)),
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
        if element.kind.waits_for_message() {
            xml.empty("bpmn:messageEventDefinition", &[("id", &format!("{}.message", element.id))]);
        }
        write_elements(xml, &element.elements, &element.flows);
        xml.close();
    }
    for flow in flows {
        xml.empty("bpmn:sequenceFlow", &[("id", &flow.id), ("sourceRef", &flow.from), ("targetRef", &flow.to)]);
    }
}

fn write_shapes(xml: &mut Xml, elements: &[Element]) {
    for element in elements {
        let id = format!("{}.shape", element.id);
        let mut attributes = vec![("id", id.as_str()), ("bpmnElement", element.id.as_str())];
        match element.kind {
            Kind::SubProcess | Kind::AdHoc | Kind::EventSubProcess => attributes.push(("isExpanded", "true")),
            Kind::Gateway => attributes.push(("isMarkerVisible", "true")),
            _ => {}
        }
        xml.open("bpmndi:BPMNShape", &attributes);
        write_bounds(xml, element.bounds);
        if let Some(label) = element.label {
            xml.open("bpmndi:BPMNLabel", &[]);
            write_bounds(xml, label);
            xml.close();
        }
        xml.close();
        write_shapes(xml, &element.elements);
        write_edges(xml, &element.flows);
    }
}

fn write_edges(xml: &mut Xml, flows: &[Flow]) {
    for flow in flows {
        xml.open("bpmndi:BPMNEdge", &[("id", &format!("{}.edge", flow.id)), ("bpmnElement", &flow.id)]);
        for (x, y) in &flow.points {
            xml.empty("di:waypoint", &[("x", &x.to_string()), ("y", &y.to_string())]);
        }
        xml.close();
    }
}

fn write_bounds(xml: &mut Xml, bounds: model::Bounds) {
    let [x, y, width, height] = [bounds.x, bounds.y, bounds.width, bounds.height].map(|value| value.to_string());
    xml.empty("dc:Bounds", &[("x", &x), ("y", &y), ("width", &width), ("height", &height)]);
}

#[cfg(test)]
mod tests;
