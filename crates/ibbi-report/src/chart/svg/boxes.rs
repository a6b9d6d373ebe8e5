//! Boxes: the middle half of some values, the others that are not unusual, and the outliers.

use super::pen::Pen;
use super::rows::{BAR, axis, lay_out, write};
use crate::chart::Boxes;

pub(super) fn draw(boxes: &Boxes, pen: &mut Pen) {
    let labels: Vec<(&str, &str)> =
        boxes.rows.iter().map(|row| (row.label.as_str(), row.value_text.as_str())).collect();
    let rows = lay_out(&labels, pen);
    axis(&rows, &boxes.scale, pen);
    write(&rows, pen);
    for (row, shown) in rows.iter().zip(&boxes.rows) {
        let x = |value: f64| row.frame.x(boxes.scale.place(value));
        if let Some((least, most)) = shown.whiskers {
            pen.whisker(x(least), x(most), row.y);
        }
        if let Some([first, median, third]) = shown.quartiles {
            pen.rect("area box", x(first), row.y - BAR / 2.0, (x(third) - x(first)).max(1.0), BAR);
            pen.line("median", x(median), row.y - BAR / 2.0 - 2.0, x(median), row.y + BAR / 2.0 + 2.0);
        }
        for (value, finished) in &shown.points {
            pen.circle(if *finished { "point" } else { "open-point" }, x(*value), row.y, 3.0);
        }
    }
}
