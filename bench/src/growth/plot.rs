//! A plot on two logarithmic axes, as SVG: where a line rises by one decade a decade, the cost grows with the size.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

/// One plot, with lines.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) title: &'static str,
    pub(super) series: Vec<Series>,
}

/// A line.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 330.0;
/// From the panel's edge to its axes: left, right, top, bottom.
const MARGIN: [f64; 4] = [54.0, 16.0, 40.0, 44.0];
/// Colors that people with any color vision can distinguish. Each also has a marker.
const COLOURS: [&str; 3] = ["#0072b2", "#d55e00", "#007a5a"];

/// The panels side by side, with one legend.
pub(super) fn svg(panels: &[Panel]) -> String {
    let (width, height) = (WIDTH * panels.len() as f64, HEIGHT + 34.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#222\">\n<title>How cost grows with size</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    for (index, panel) in panels.iter().enumerate() {
        let _ = writeln!(out, "<g transform=\"translate({} 0)\">", WIDTH * index as f64);
        Axes::of(panel).draw(panel, &mut out);
        out.push_str("</g>\n");
    }
    legend(panels, &mut out);
    out.push_str("</svg>\n");
    out
}

/// What each line is called, below the panels.
fn legend(panels: &[Panel], out: &mut String) {
    let names = panels.first().map(|panel| panel.series.as_slice()).unwrap_or_default();
    for (index, series) in names.iter().enumerate() {
        let x = MARGIN[0] + 150.0 * index as f64;
        let y = HEIGHT + 14.0;
        let colour = COLOURS[index % COLOURS.len()];
        let _ = writeln!(
            out,
            "<line x1=\"{x}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            x + 24.0
        );
        mark(index, x + 12.0, y, out);
        let _ = writeln!(out, "<text x=\"{}\" y=\"{}\">{}</text>", x + 32.0, y + 4.0, series.name);
    }
}

/// The decades that a panel shows.
struct Axes {
    across: RangeInclusive<i32>,
    up: RangeInclusive<i32>,
}

impl Axes {
    fn of(panel: &Panel) -> Self {
        let points = || panel.series.iter().flat_map(|series| &series.points);
        Self { across: decades(points().map(|(x, _)| *x)), up: decades(points().map(|(_, y)| *y)) }
    }

    fn x(&self, value: f64) -> f64 {
        let [left, right, ..] = MARGIN;
        left + share(&self.across, value) * (WIDTH - left - right)
    }

    fn y(&self, value: f64) -> f64 {
        let [_, _, top, bottom] = MARGIN;
        HEIGHT - bottom - share(&self.up, value) * (HEIGHT - top - bottom)
    }

    fn draw(&self, panel: &Panel, out: &mut String) {
        let [left, right, top, bottom] = MARGIN;
        let _ = writeln!(out, "<text x=\"{left}\" y=\"22\" font-weight=\"600\">{}</text>", panel.title);
        let (x, y) = ((left + WIDTH - right) / 2.0, HEIGHT - 8.0);
        let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">lines or runs</text>");
        for power in self.across.clone() {
            let x = self.x(10_f64.powi(power));
            let (from, to) = (top, HEIGHT - bottom);
            let _ = writeln!(out, "<line x1=\"{x:.1}\" y1=\"{from}\" x2=\"{x:.1}\" y2=\"{to}\" stroke=\"#ddd\"/>");
            let _ =
                writeln!(out, "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>", to + 18.0, number(power));
        }
        for power in self.up.clone() {
            let y = self.y(10_f64.powi(power));
            let to = WIDTH - right;
            let _ = writeln!(out, "<line x1=\"{left}\" y1=\"{y:.1}\" x2=\"{to}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>");
            let (x, y) = (left - 8.0, y + 4.0);
            let _ = writeln!(out, "<text x=\"{x}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>", number(power));
        }
        for (index, series) in panel.series.iter().enumerate() {
            let places: Vec<_> = series.points.iter().map(|(x, y)| (self.x(*x), self.y(*y))).collect();
            let line = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ");
            let colour = COLOURS[index % COLOURS.len()];
            let _ = writeln!(out, "<polyline points=\"{line}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
            places.into_iter().for_each(|(x, y)| mark(index, x, y, out));
        }
    }
}

/// The mark of a line: a circle, a square, a triangle.
fn mark(series: usize, x: f64, y: f64, out: &mut String) {
    let colour = COLOURS[series % COLOURS.len()];
    let _ = match series % COLOURS.len() {
        0 => writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>"),
        1 => {
            let (x, y) = (x - 4.0, y - 4.0);
            writeln!(out, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"8\" height=\"8\" fill=\"{colour}\"/>")
        }
        _ => writeln!(out, "<path d=\"M{:.1} {:.1}l5 9h-10z\" fill=\"{colour}\"/>", x, y - 5.0),
    };
}

/// The decades around some values; at least one.
fn decades(values: impl Iterator<Item = f64>) -> RangeInclusive<i32> {
    let logs: Vec<f64> = values.filter(|value| *value > 0.0).map(f64::log10).collect();
    let least = logs.iter().copied().fold(f64::INFINITY, f64::min);
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if logs.is_empty() {
        return 0..=1;
    }
    // A value just above a power of ten needs no decade of its own.
    let (from, to) = ((least + 0.05).floor() as i32, (most - 0.05).ceil() as i32);
    from..=to.max(from + 1)
}

/// Returns the position of a value along the decades, from 0 to 1.
fn share(decades: &RangeInclusive<i32>, value: f64) -> f64 {
    let (from, to) = (f64::from(*decades.start()), f64::from(*decades.end()));
    ((value.max(f64::MIN_POSITIVE).log10() - from) / (to - from)).clamp(-0.02, 1.02)
}

/// A power of ten as people write it.
fn number(power: i32) -> String {
    match power {
        0..=3 => format!("{}", 10_u32.pow(power.unsigned_abs())),
        -3..0 => format!("{:.*}", power.unsigned_abs() as usize, 10_f64.powi(power)),
        _ => format!("10<tspan dy=\"-5\" font-size=\"9\">{power}</tspan>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decades_hold_the_values_and_no_more() {
        for (values, expected) in
            [(vec![10_012.0, 10_000_400.0], 4..=7), (vec![0.004, 6.2], -3..=1), (vec![5.0], 0..=1), (vec![], 0..=1)]
        {
            assert_eq!(decades(values.clone().into_iter()), expected, "{values:?}");
        }
    }

    #[test]
    fn a_plot_is_well_formed_and_shows_every_point() {
        let series = |name: &str| Series { name: name.to_owned(), points: vec![(1e4, 0.02), (1e5, 0.2), (1e6, 2.1)] };
        let panel = Panel { title: "Time", series: vec![series("one"), series("two"), series("three")] };
        let text = svg(&[panel]);
        for (mark, count) in [("<circle", 4), ("<polyline", 3), ("<path", 4), ("<g ", 1), ("</g>", 1)] {
            assert_eq!(text.matches(mark).count(), count, "{mark}");
        }
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n") && !text.contains("NaN"));
    }
}
