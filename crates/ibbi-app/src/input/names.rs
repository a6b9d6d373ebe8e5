//! Names in one form (Unicode NFC), so that the same name always has the same bytes, however it was typed.

use super::InputError;
use ibbi_core::{Event, FieldKind, Name, TextError};
use serde_json::Value;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Returns an event with its names in composed form. Texts that aren't names stay as they are.
pub(super) fn composed(event: Event) -> Result<Event, InputError> {
    let wrong = |error: serde_json::Error| InputError::Json(error.to_string());
    let kind = event.kind();
    let names = kind.fields().iter().filter(|field| has_names(field.kind));
    let mut data = event.serialize_data(serde_json::value::Serializer).map_err(wrong)?;
    let mut changed = false;
    for field in names {
        if let Some(value) = data.get_mut(field.name) {
            changed |= compose(value);
        }
    }
    if changed { Event::deserialize_data(kind, data).map_err(wrong) } else { Ok(event) }
}

/// Returns a name in composed form.
///
/// # Errors
/// [`TextError`] if the text isn't a name.
pub(crate) fn composed_name(text: &str) -> Result<Name, TextError> {
    if text.is_ascii() { Name::new(text) } else { Name::new(&text.nfc().collect::<String>()) }
}

const fn has_names(kind: FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Name { .. }
            | FieldKind::Names
            | FieldKind::Person
            | FieldKind::People
            | FieldKind::Observers(_)
            | FieldKind::Advisers(_)
            | FieldKind::Substitutes
            | FieldKind::Program
    )
}

/// Composes every text in a value, and returns whether one changed. IDs and codes have no characters to compose.
fn compose(value: &mut Value) -> bool {
    match value {
        Value::String(text) if text.is_ascii() || is_nfc(text) => false,
        Value::String(text) => {
            *text = text.nfc().collect();
            true
        }
        Value::Array(list) => list.iter_mut().map(compose).fold(false, |any, one| any | one),
        Value::Object(map) => map.values_mut().map(compose).fold(false, |any, one| any | one),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::input::{from_json, from_pairs};
    use crate::zone::Zone;
    use ibbi_core::EventKind;

    #[test]
    fn names_are_composed_however_they_come() {
        let zone = Zone::default();
        let typed =
            |name: &str| from_pairs(EventKind::MemberNamed, &["party=labor", &format!("member=ruiz:{name}")], zone);
        let composed = typed("Jos\u{e9} Ruiz").unwrap();
        assert_eq!(typed("Jose\u{301} Ruiz").unwrap(), composed);
        let json = br#"{"member":{"id":"ruiz","name":"Jose\u0301 Ruiz"},"party":"labor"}"#;
        assert_eq!(from_json(Some(EventKind::MemberNamed), json, zone).unwrap(), composed);
        assert_eq!(super::composed_name("Jose\u{301} Ruiz").unwrap().as_str(), "Jos\u{e9} Ruiz");
        let program = |name: &str| {
            format!(
                r#"program={{"activities":[],"edition":2,"formats":{{"a":[60]}},"grace":5,"name":"{name}","presence":"everyone","training":[60]}}"#
            )
        };
        let opened =
            |name: &str| from_pairs(EventKind::CaseOpened, &["district=A".to_owned(), program(name)], zone).unwrap();
        assert_eq!(opened("Ame\u{301}lie's"), opened("Am\u{e9}lie's"));
        let note = |text: &str| from_pairs(EventKind::NoteAdded, &[format!("text={text}")], zone).unwrap();
        assert_ne!(note("Jose\u{301}"), note("Jos\u{e9}"), "a note stays as it was typed");
    }
}
