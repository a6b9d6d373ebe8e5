//! The findings as a document: Markdown, from the same list as everything else.

use super::{FindingKind, Severity};

/// The findings one by one, as `docs/findings.md` has them.
///
/// ```
/// assert!(ibbi_audit::findings_markdown().contains("### `chain.prev`"));
/// ```
pub fn findings_markdown() -> String {
    let mut text = String::from("| code | weight | what is found |\n|---|---|---|\n");
    for kind in FindingKind::ALL {
        let anchor: String = kind.code().chars().filter(|character| *character != '.').collect();
        text.push_str(&format!(
            "| [`{}`](#{anchor}) | {} | {} |\n",
            kind.code(),
            kind.severity().code(),
            kind.statement()
        ));
    }
    for kind in FindingKind::ALL {
        let weight = match kind.severity() {
            Severity::Error => "An error.",
            Severity::Warning => "A warning.",
            Severity::Info => "For information.",
        };
        text.push_str(&format!("\n### `{}`\n\n**{}** {weight}\n\n", kind.code(), kind.statement()));
        let remedy = kind.remedy();
        let nothing = remedy.starts_with("Nothing");
        let advice = if nothing { remedy.to_owned() } else { format!("What to do: {}", lower(remedy)) };
        text.push_str(&format!("{}\n\n{advice}\n", kind.meaning()));
    }
    text
}

/// A sentence as it goes on after a colon.
fn lower(sentence: &str) -> String {
    let mut characters = sentence.chars();
    let first = characters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    first + characters.as_str()
}
