//! Tasks that one click records.

use super::tasks::{Records, Task, fixed};
use ibbi_app::form;
use ibbi_core::FieldKind;

/// Returns whether a form has nothing to fill in, so that one click records it.
pub(crate) fn is_complete(task: &Task) -> bool {
    let Records::Event(kind) = task.records else { return false };
    let has = |name: &str| {
        let pairs = task.suggested.iter().filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).any(|(_, value)| !value.starts_with('<'))
    };
    let fixed = fixed(&task.records, &task.suggested);
    form::fields(kind).iter().all(|field| match field.required {
        true => fixed.iter().any(|(key, _)| key == field.name),
        false => matches!(field.takes, FieldKind::Digest | FieldKind::Code(_)) && !has(field.name),
    })
}
