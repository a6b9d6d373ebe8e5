//! Whole pages are well-formed, complete, safe, and deterministic.

use crate::support::whole::{check, named, parse, text};
use crate::support::{Results, edges, samples};
use ibbi_report::html::STYLE;
use ibbi_sim::EXAMPLE;
use roxmltree::Node;

#[test]
fn samples_and_edge_cases_make_complete_pages() {
    for (name, scenario) in samples() {
        check(&name, &Results::of(scenario, 400).page());
    }
    for (name, scenario, runs) in edges() {
        check(name, &Results::of(scenario, runs).page());
    }
}

#[test]
fn names_never_become_markup() {
    let hostile = r#"<script>alert("1")</script> & 'é' \u05d0\u05d1 &lt; --> ]]>"#;
    let shown = "<script>alert(\"1\")</script> & 'é' \u{5d0}\u{5d1} &lt; --> ]]>";
    let toml = hostile.replace('"', "\\\"");
    let mut names = 0;
    let mut scenario = String::new();
    // Every name gets a number, since closed ranges must differ.
    for line in EXAMPLE.lines() {
        let head = line.split(" = ").next().unwrap_or_default();
        let changed = if matches!(head, "name" | "district") {
            names += 1;
            format!("{head} = \"{toml} {names}\"")
        } else if let Some((before, rest)) = line.split_once("{ name = \"") {
            names += 1;
            let after = rest.split_once('"').unwrap().1;
            format!("{before}{{ name = \"{toml} {names}\"{after}")
        } else {
            line.to_owned()
        };
        scenario.push_str(&(changed + "\n"));
    }
    let mut results = Results::new(&scenario, 200);
    results.comparison.first.label = format!("{shown} \u{202e}A\u{1b}");
    results.advisories[0].found = shown.to_owned();
    let page = results.page();
    check("hostile", &page);
    let document = parse(&page);
    assert_eq!(named(&document, "h1").map(text).collect::<String>(), format!("{shown} 1"));
    let cells: Vec<String> = named(&document, "bdi").map(text).collect();
    assert!(names > 15 && cells.iter().filter(|cell| cell.contains(shown)).count() >= names - 1, "{names}: {cells:?}");
    assert!(page.contains("\u{fffd}A\u{fffd}") && !page.contains('\u{202e}'));
    assert!(!page.contains("<script"));
}

#[test]
fn the_same_results_give_the_same_bytes() {
    assert_eq!(Results::example(300).page(), Results::example(300).page());
}

#[test]
fn page_has_assumptions_methods_and_seed() {
    let results = Results::example(300);
    let page = results.page();
    let words = text(parse(&page).root());
    for row in &results.forecast.assumptions {
        assert!(words.contains(row.name), "{}", row.name);
    }
    for needed in [
        results.forecast.digest.as_str(),
        "ibbi 0.0.0",
        "nearest rank among the runs that go ahead",
        "Wilson's method",
        "are estimates. No figures",
        "is an assumption",
        "Source: Massachusetts law.",
    ] {
        assert!(words.contains(needed), "{needed}");
    }
}

/// Checks the text that a person reads from the top of the page on, without tables and charts.
#[test]
fn page_text() {
    let page = Results::example(2_000).page();
    let document = parse(&page);
    let mut outline = String::new();
    for node in document.descendants() {
        let mark = match node.tag_name().name() {
            "h1" => "# ",
            "h2" => "\n## ",
            "figcaption" => "figure: ",
            "caption" => "table: ",
            "summary" => "folded: ",
            "li" | "dt" => "- ",
            "dd" => "  ",
            "p" => "",
            _ => continue,
        };
        // Folded content is represented by its summary, and a table by its caption.
        let hidden = |part: &Node<'_, '_>| {
            let inner = part.ancestors().take_while(|outer| *outer != node);
            inner.into_iter().any(|outer| outer.has_tag_name("details") || outer.has_tag_name("p"))
        };
        let parts = node.descendants().filter(|part| part.is_text() && !hidden(part));
        let words: Vec<&str> = parts.filter_map(|part| part.text()).collect();
        outline.push_str(&format!("{mark}{}\n", words.join("|")));
    }
    insta::assert_snapshot!(outline);
}

/// Returns the relative luminance of WCAG 2.
fn luminance(colour: &str) -> f64 {
    let part = |from: usize| {
        let value = f64::from(u8::from_str_radix(&colour[from..from + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

#[test]
fn colors_have_wcag_contrast() {
    let schemes: Vec<&str> = STYLE.split(":root {").skip(1).map(|block| block.split('}').next().unwrap()).collect();
    assert_eq!(schemes.len(), 3);
    for scheme in schemes {
        let colour = |name: &str| {
            let found = scheme.split(&format!("--{name}: ")).nth(1).unwrap_or_else(|| panic!("{name}"));
            luminance(&found[..7])
        };
        let contrast = |one: &str, other: &str| {
            let (one, other) = (colour(one), colour(other));
            (one.max(other) + 0.05) / (one.min(other) + 0.05)
        };
        let pairs = [
            (
                4.5,
                [("ink", "page"), ("quiet", "page"), ("accent", "page"), ("ink", "panel"), ("quiet", "panel")]
                    .as_slice(),
            ),
            (4.5, &[("ink", "warn-ground")]),
            (3.0, &[("bar", "page"), ("stripe", "page"), ("warn", "page"), ("accent", "area"), ("ink", "area")]),
            (3.0, &[("stripe", "warn-ground")]),
        ];
        for (least, pairs) in pairs {
            for (one, other) in pairs {
                let found = contrast(one, other);
                assert!(found >= least, "{one} on {other}: {found:.2} in {scheme}");
            }
        }
    }
}
