//! Checks for every page.

use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeSet;

pub(crate) fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn named<'a>(document: &'a Document<'a>, name: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    document.descendants().filter(move |node| node.tag_name().name() == name)
}

pub(crate) fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// Checks what is true of every page.
pub(crate) fn check(name: &str, page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), "{name}");
    let document = parse(page);
    let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len(), "{name}: an id is there twice");
    for node in document.descendants().filter(Node::is_element) {
        for attribute in node.attributes() {
            let value = attribute.value();
            match attribute.name() {
                "href" => assert!(known.contains(value.strip_prefix('#').expect(value)), "{name}: {value}"),
                "aria-labelledby" => assert!(value.split(' ').all(|id| known.contains(id)), "{name}: {value}"),
                "fill" => {
                    assert!(known.contains(value.trim_start_matches("url(#").trim_end_matches(')')), "{name}: {value}")
                }
                "src" | "style" => panic!("{name}: {node:?}"),
                other => assert!(!other.starts_with("on"), "{name}: {other}"),
            }
        }
    }
    for unwanted in ["script", "link", "img", "iframe", "object", "form"] {
        assert_eq!(named(&document, unwanted).count(), 0, "{name}: {unwanted}");
    }
    let headings: Vec<&str> = document
        .descendants()
        .map(|node| node.tag_name().name())
        .filter(|tag| matches!(*tag, "h1" | "h2" | "h3"))
        .collect();
    assert_eq!(headings.iter().filter(|tag| **tag == "h1").count(), 1, "{name}");
    // The parts of a certificate are below its heading.
    let below = headings.get(1) == Some(&"h2") && headings[1..].iter().all(|tag| *tag != "h1");
    assert!(headings[0] == "h1" && (headings.len() == 1 || below), "{name}: {headings:?}");
    for table in named(&document, "table") {
        let caption = table.first_element_child().unwrap();
        assert!(caption.has_tag_name("caption") && !text(caption).is_empty(), "{name}");
        let columns = table.descendants().filter(|cell| cell.attribute("scope") == Some("col")).count();
        let body = table.children().filter(|part| part.has_tag_name("tbody"));
        for row in body.flat_map(|body| body.children()).filter(|node| node.has_tag_name("tr")) {
            assert_eq!(row.children().filter(Node::is_element).count(), columns, "{name}: {}", text(caption));
        }
    }
    assert!(named(&document, "meta").any(|meta| meta.attribute("name") == Some("viewport")), "{name}");
}
