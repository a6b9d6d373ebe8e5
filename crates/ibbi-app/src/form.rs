//! Forms: the fields that a person fills in to record an event, for a page or another program.

mod errors;
mod refused;
mod when;

pub use errors::{
    AT_LABEL, FormError, FormProblem, ON_BEHALF_LABEL, event, instant, kind, on_behalf, text_problem, zone_problem,
};
pub use refused::field_of_rule;
pub use when::When;

use ibbi_core::{EventKind, FieldInfo, FieldKind};
use serde::Serialize;

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormField {
    /// The key of the event's field.
    pub name: &'static str,
    /// The label.
    pub label: &'static str,
    /// Whether it must be filled in.
    pub required: bool,
    /// The kind of value that it takes.
    pub takes: FieldKind,
}

impl From<&FieldInfo> for FormField {
    fn from(field: &FieldInfo) -> Self {
        Self { name: field.name, label: label(field), required: field.is_required(), takes: field.kind }
    }
}

/// Returns the label of a field in a form: people choose a case by its district, and don't know the names of digests.
pub const fn label(field: &FieldInfo) -> &'static str {
    match field.kind {
        FieldKind::CaseId => "Earlier case",
        FieldKind::Digest => "Digital fingerprint of the document",
        _ => field.label,
    }
}

/// Returns the fields of a kind of event, required fields first.
///
/// ```
/// use ibbi_app::form;
/// let fields = form::fields(ibbi_core::EventKind::LeaderAgreed);
/// assert_eq!(fields.iter().map(|field| field.name).collect::<Vec<_>>(), ["name", "seat", "office"]);
/// ```
pub fn fields(kind: EventKind) -> Vec<FormField> {
    let mut fields: Vec<_> = kind.fields().iter().map(FormField::from).collect();
    fields.sort_by_key(|field| !field.required);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Zone;

    #[test]
    fn empty_values_count_as_omitted() {
        let pairs = [("name", "R. Amari"), ("seat", "superintendent"), ("office", "")];
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert!(event(EventKind::LeaderAgreed, &pairs, Zone::default()).is_ok());
        assert!(event(EventKind::LeaderAgreed, &pairs[1..], Zone::default()).is_err());
    }

    #[test]
    fn fields_keep_the_form_that_programs_read() {
        let fields = serde_json::to_value(fields(EventKind::SessionOpened)).unwrap();
        let expected = serde_json::json!([
            { "name": "neutral", "label": "Led by", "required": true, "takes": { "kind": "person" } },
            { "name": "part", "label": "Part", "required": true, "takes": { "kind": "number", "most": 255 } },
            { "name": "present", "label": "Members present", "required": true, "takes": { "kind": "members" } },
            {
                "name": "advisers", "label": "Advisers", "required": false,
                "takes": { "kind": "advisers", "codes": ["field_representative", "counsel", "other"] },
            },
            { "name": "co_neutrals", "label": "Also led by", "required": false, "takes": { "kind": "people" } },
            {
                "name": "observers", "label": "Observers", "required": false,
                "takes": { "kind": "observers", "codes": ["school_committee", "union_board", "other"] },
            },
            { "name": "substitutes", "label": "Substitutes", "required": false, "takes": { "kind": "substitutes" } },
        ]);
        assert_eq!(fields, expected);
    }
}
