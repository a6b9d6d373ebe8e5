//! The page about findings matches the code.

use std::path::PathBuf;

#[test]
fn the_findings_page_matches_the_code() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings.md");
    let current = std::fs::read_to_string(&page).expect("the page");
    let begin = "<!-- generated: findings -->\n";
    let start = current.find(begin).expect("a place for the findings") + begin.len();
    let end = start + current[start..].find("<!-- end -->").expect("an end");
    let made = format!("{}{}\n{}", &current[..start], ibbi_audit::findings_markdown().trim_end(), &current[end..]);
    if std::env::var_os("IBBI_UPDATE_DOCS").is_some() {
        std::fs::write(&page, made).expect("the page can be written");
    } else {
        assert_eq!(current, made, "docs/findings.md is stale: run the tests with IBBI_UPDATE_DOCS=1");
    }
}

#[test]
fn codes_are_unique_and_map_back_to_their_kinds() {
    let kinds = ibbi_audit::FindingKind::ALL;
    let codes: std::collections::BTreeSet<_> = kinds.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes.len(), kinds.len());
    for kind in kinds {
        assert_eq!(ibbi_audit::FindingKind::from_code(kind.code()), Some(*kind));
        assert!(kind.statement().ends_with('.') && kind.meaning().ends_with('.') && kind.remedy().ends_with('.'));
    }
}
