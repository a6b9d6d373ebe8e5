//! Every chart with every kind of result, in both back ends.

use crate::support::{Results, edges, samples};
use ibbi_report::chart::{Chart, Room};
use ibbi_report::text::Layout;

fn each_chart(mut check: impl FnMut(&str, &Chart)) {
    let samples = samples().into_iter().map(|(name, scenario)| (name, scenario, 500));
    let edges = edges().into_iter().map(|(name, scenario, runs)| (name.to_owned(), scenario, runs));
    for (name, scenario, runs) in samples.chain(edges) {
        for chart in Results::of(scenario, runs).charts() {
            check(&name, &chart);
        }
    }
}

/// Returns all numbers in a path or a list of points.
fn numbers(text: &str) -> Vec<f64> {
    let parts = text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-')));
    parts.filter(|part| !part.is_empty()).map(|part| part.parse().unwrap()).collect()
}

#[test]
fn drawings_are_well_formed_and_inside_their_frame() {
    each_chart(|name, chart| {
        for room in [Room::Wide, Room::Narrow] {
            let svg = chart.to_svg(room, "c").into_string();
            let document = roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}\n{svg}"));
            let root = document.root_element();
            assert_eq!(root.attribute("role"), Some("img"));
            let named: Vec<&str> = root.attribute("aria-labelledby").unwrap().split(' ').collect();
            let ids: Vec<_> = root.children().filter_map(|child| child.attribute("id")).collect();
            assert_eq!(ids, named, "{name}");
            assert!(root.children().take(2).all(|child| child.text().is_some_and(|text| !text.is_empty())), "{name}");
            let frame = numbers(root.attribute("viewBox").unwrap());
            let inside = |x: f64, y: f64| (-0.5..=frame[2] + 0.5).contains(&x) && (-0.5..=frame[3] + 0.5).contains(&y);
            for shape in root.descendants().filter(|node| node.ancestors().all(|one| !one.has_tag_name("defs"))) {
                let at =
                    |attribute: &str| shape.attribute(attribute).map_or(0.0, |value| value.parse::<f64>().unwrap());
                let places = match shape.tag_name().name() {
                    "rect" => vec![(at("x"), at("y")), (at("x") + at("width"), at("y") + at("height"))],
                    "circle" => vec![(at("cx"), at("cy"))],
                    "line" => vec![(at("x1"), at("y1")), (at("x2"), at("y2"))],
                    "text" => vec![(at("x"), at("y"))],
                    "path" => path_points(shape.attribute("d").unwrap()),
                    _ => continue,
                };
                for (x, y) in places {
                    assert!(inside(x, y), "{name}, {}: {shape:?} has {x} {y}", chart.title);
                }
            }
        }
    });
}

/// Returns the points of a path with absolute commands.
fn path_points(path: &str) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    let starts: Vec<usize> = path.match_indices(char::is_alphabetic).map(|(place, _)| place).collect();
    for (index, start) in starts.iter().enumerate() {
        let (command, values) = path[*start..*starts.get(index + 1).unwrap_or(&path.len())].split_at(1);
        let (values, last) = (numbers(values), points.last().copied().unwrap_or_default());
        points.push(match (command, values.as_slice()) {
            ("M" | "L", [x, y]) => (*x, *y),
            ("H", [x]) => (*x, last.1),
            ("V", [y]) => (last.0, *y),
            ("Z", []) => continue,
            _ => panic!("{command} {values:?}"),
        });
    }
    points
}

#[test]
fn terminal_charts_fit_and_ascii_is_ascii() {
    each_chart(|name, chart| {
        for width in [20, 40, 61, 80, 120, 500] {
            for ascii in [false, true] {
                let layout = Layout { width, ascii };
                let text = chart.to_text(layout);
                assert!(text.ends_with('\n') && !text.contains('\u{1b}'), "{name}");
                for line in text.lines() {
                    let columns = unicode_width::UnicodeWidthStr::width(line);
                    assert!(columns <= layout.columns(), "{name}, {}: {columns} of {width}\n{text}", chart.title);
                }
                assert!(!ascii || name == "wide characters" || text.is_ascii(), "{name}: {text}");
            }
        }
    });
}

#[test]
fn a_file_of_its_own_carries_its_colours() {
    let chart = &Results::example(100).charts()[0];
    let file = chart.to_svg_file();
    let document = roxmltree::Document::parse(&file).unwrap();
    assert_eq!(document.root_element().tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
    assert!(document.descendants().any(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "style"))));
}

#[test]
fn months_add_up_to_completed_runs() {
    each_chart(|name, chart| {
        if chart.table.caption != "Completed in each month" {
            return;
        }
        let number = |cell: &ibbi_report::table::Cell| match cell {
            ibbi_report::table::Cell::Number(text) => text.replace(',', "").parse::<u64>().unwrap(),
            other => panic!("{other:?}"),
        };
        let total: u64 = chart.table.rows.iter().map(|row| number(&row[1])).sum();
        let in_time: Option<u64> =
            chart.table.columns.get(3).map(|_| chart.table.rows.iter().map(|row| number(&row[3])).sum());
        let (_, scenario, runs) = samples()
            .into_iter()
            .map(|(name, scenario)| (name, scenario, 500))
            .chain(edges().into_iter().map(|(name, scenario, runs)| (name.to_owned(), scenario, runs)))
            .find(|(known, ..)| known == name)
            .unwrap();
        let forecast = Results::of(scenario, runs).forecast;
        assert_eq!(total, forecast.curve.last().map_or(0, |point| point.completed), "{name}");
        let ahead = forecast.runs_ahead as f64;
        let in_time_runs = |chance: f64| (chance * ahead).round() as u64;
        let contract = forecast.deadlines.iter().find(|deadline| deadline.name == "contract");
        let contract = contract.map_or(0, |contract| in_time_runs(contract.chance.estimate));
        let expected = forecast.contract_expires.map(|_| contract);
        assert_eq!(in_time, expected, "{name}");
    });
}
