//! The findings as a Markdown document.

use super::{FindingKind, Severity};

/// Returns the list of findings in `docs/findings.md`.
///
/// ```
/// assert!(ibbi_audit::findings_markdown().contains("### `chain.prev`"));
/// ```
pub fn findings_markdown() -> String {
    let mut text = String::from("| code | severity | finding |\n|---|---|---|\n");
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
        let severity = match kind.severity() {
            Severity::Error => "Error.",
            Severity::Warning => "Warning.",
            Severity::Info => "Information.",
        };
        text.push_str(&format!("\n### `{}`\n\n**{}** {severity}\n\n", kind.code(), kind.statement()));
        text.push_str(&format!("{}\n\nRemedy: {}\n", kind.meaning(), kind.remedy()));
    }
    text
}
