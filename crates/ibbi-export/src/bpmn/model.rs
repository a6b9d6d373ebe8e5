//! The diagram: elements with their positions, and the flows between them.

/// A rectangle, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Bounds {
    pub(super) const fn new(x: i32, y: i32, width: i32, height: i32) -> Self {
        Self { x, y, width, height }
    }

    /// Returns a square around a point.
    pub(super) const fn around(x: i32, y: i32, side: i32) -> Self {
        Self::new(x - side / 2, y - side / 2, side, side)
    }

    pub(super) const fn right(self) -> i32 {
        self.x + self.width
    }

    pub(super) const fn bottom(self) -> i32 {
        self.y + self.height
    }

    pub(super) const fn middle(self) -> (i32, i32) {
        (self.x + self.width / 2, self.y + self.height / 2)
    }
}

/// The kind of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Start { interrupting: bool },
    End,
    Task,
    Gateway,
    SubProcess,
    AdHoc,
    EventSubProcess,
    Boundary { attached_to: String },
}

impl Kind {
    /// Returns the name of the XML element.
    pub(super) const fn tag(&self) -> &'static str {
        match self {
            Self::Start { .. } => "bpmn:startEvent",
            Self::End => "bpmn:endEvent",
            Self::Task => "bpmn:task",
            Self::Gateway => "bpmn:exclusiveGateway",
            Self::SubProcess | Self::EventSubProcess => "bpmn:subProcess",
            Self::AdHoc => "bpmn:adHocSubProcess",
            Self::Boundary { .. } => "bpmn:boundaryEvent",
        }
    }

    /// Returns whether it waits for a message about an event.
    pub(super) const fn waits_for_message(&self) -> bool {
        matches!(self, Self::Boundary { .. } | Self::Start { interrupting: false })
    }
}

/// An element of the diagram, with its children.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) documentation: String,
    pub(super) bounds: Bounds,
    /// The bounds of its label, if that is outside of it.
    pub(super) label: Option<Bounds>,
    pub(super) elements: Vec<Element>,
    pub(super) flows: Vec<Flow>,
}

impl Element {
    pub(super) fn new(kind: Kind, id: impl Into<String>, name: impl Into<String>, bounds: Bounds) -> Self {
        let (id, name) = (id.into(), name.into());
        Self {
            kind,
            id,
            name,
            documentation: String::new(),
            bounds,
            label: None,
            elements: Vec::new(),
            flows: Vec::new(),
        }
    }

    pub(super) fn with_documentation(self, documentation: String) -> Self {
        Self { documentation, ..self }
    }

    pub(super) fn with_label(self, label: Bounds) -> Self {
        Self { label: Some(label), ..self }
    }
}

/// A flow from one element to another.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) id: String,
    pub(super) from: String,
    pub(super) to: String,
    /// Its points, including both ends.
    pub(super) points: Vec<(i32, i32)>,
}

impl Flow {
    pub(super) fn new(from: &str, to: &str, points: Vec<(i32, i32)>) -> Self {
        Self { id: format!("{from}.to.{to}"), from: from.to_owned(), to: to.to_owned(), points }
    }
}

/// The whole diagram: the elements outside of every sub-process, with all others as their children.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) elements: Vec<Element>,
    pub(super) flows: Vec<Flow>,
}
