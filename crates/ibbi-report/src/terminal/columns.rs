//! Columns in a terminal: the width of a text, line breaks, and tables.

use crate::table::{Cell, Table};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Returns how many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Returns a text that fills this many columns, cut with `...` if it is longer.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let mut fitted = cut(text, columns);
    fitted.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(&fitted))));
    fitted
}

/// Returns a text aligned to the right, cut with `...` if it is longer.
pub(crate) fn right(text: &str, columns: usize) -> String {
    let cut = cut(text, columns);
    " ".repeat(columns.saturating_sub(width(&cut))) + &cut
}

/// Returns a text of at most this many columns, cut with `...` if it is longer.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    let text = visible(text);
    if width(&text) <= columns {
        return text;
    }
    let dots = &"..."[..columns.min(3)];
    let (mut kept, mut used) = (String::new(), dots.len());
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        kept.push(c);
    }
    kept.truncate(kept.trim_end().len());
    kept + dots
}

/// Returns a text without characters that control a terminal or reorder a line.
pub(crate) fn visible(text: &str) -> String {
    let hidden = |c: char| c.is_control() || crate::html::is_unseen(c);
    text.chars().map(|c| if hidden(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Breaks a text into lines of at most this many columns, between words if possible.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    for word in visible(text).split(' ').flat_map(|word| pieces(word, columns)) {
        let line = lines.last_mut().expect("there is always a line");
        let room = columns.saturating_sub(width(line) + usize::from(!line.is_empty()));
        if width(word) <= room {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        for c in word.chars() {
            let line = lines.last_mut().expect("there is always a line");
            if !line.is_empty() && width(line) + c.width().unwrap_or(0) > columns {
                lines.push(String::new());
            }
            lines.last_mut().expect("there is always a line").push(c);
        }
    }
    lines
}

impl Table {
    /// Returns the table for a terminal with this many columns, without its caption. Wide cells of text are wrapped.
    pub fn to_text(&self, width: usize) -> String {
        table(self, width)
    }
}

/// A no-break space. It is only broken if there is no other way, as in a date.
const HELD: char = '\u{a0}';

/// Returns a word, or its parts between no-break spaces if it is too wide.
fn pieces(word: &str, columns: usize) -> impl Iterator<Item = &str> {
    let held = width(word) <= columns;
    word.split(move |c| !held && c == HELD).filter(|piece| !piece.is_empty())
}

/// Returns a wrapped paragraph. Lines after the first are indented by the width of `first`.
pub(crate) fn paragraph(first: &str, text: &str, columns: usize) -> String {
    let indent = width(first);
    let mut whole = String::new();
    for (index, line) in wrap(text, columns.saturating_sub(indent).max(8)).into_iter().enumerate() {
        whole.push_str(&if index == 0 { first.to_owned() } else { " ".repeat(indent) });
        whole.push_str(&line);
        whole.truncate(whole.trim_end().len());
        whole.push('\n');
    }
    whole
}

/// The space between two columns.
const GAP: usize = 2;
/// A column of words is not made narrower than this.
const NARROWEST: usize = 8;

pub(crate) fn table(table: &Table, columns: usize) -> String {
    let written = |cell: &Cell| match cell {
        Cell::Day(_) | Cell::Number(_) | Cell::Instant(..) => cell.plain().replace(' ', &HELD.to_string()),
        _ => visible(&cell.plain()),
    };
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(written).collect()).collect();
    let widest = |index: usize| {
        let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| width(cell));
        cells.chain([width(&table.columns[index].head)]).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..table.columns.len()).map(widest).collect();
    let gaps = GAP * widths.len().saturating_sub(1);
    // The widest column of words gives up space first, at first without breaking any word.
    let longest = |index: usize, ends: &[char]| {
        let cells = rows.iter().filter_map(|row| row.get(index)).map(String::as_str);
        let words = cells.chain([table.columns[index].head.as_str()]).flat_map(|cell| cell.split(ends));
        words.map(width).max().unwrap_or(0)
    };
    let least = |ends: &[char]| (0..widths.len()).map(|index| longest(index, ends)).collect::<Vec<_>>();
    for least in [least(&[' ']), least(&[' ', HELD]), vec![NARROWEST; widths.len()]] {
        while widths.iter().sum::<usize>() + gaps > columns {
            let can_give = |index: &usize| widths[*index] > least[*index];
            let Some(index) = (0..widths.len()).filter(can_give).max_by_key(|index| (widths[*index], *index)) else {
                break;
            };
            widths[index] -= 1;
        }
    }
    let heads: Vec<String> = table.columns.iter().map(|column| column.head.clone()).collect();
    let mut text = String::new();
    for row in std::iter::once(&heads).chain(&rows) {
        line(table, &widths, row, &mut text);
    }
    text
}

fn line(table: &Table, widths: &[usize], row: &[String], into: &mut String) {
    let cells: Vec<Vec<String>> = row.iter().zip(widths).map(|(cell, width)| wrap(cell, *width)).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    for index in 0..height {
        let mut whole = String::new();
        for ((cell, column), width) in cells.iter().zip(&table.columns).zip(widths) {
            if !whole.is_empty() {
                whole.push_str(&" ".repeat(GAP));
            }
            let part = cell.get(index).map_or_else(String::new, |part| part.replace(HELD, " "));
            whole.push_str(&if column.number { right(&part, *width) } else { fit(&part, *width) });
        }
        into.push_str(whole.trim_end());
        into.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    #[test]
    fn texts_are_cut_by_screen_columns() {
        for (text, columns, cut_to) in [
            ("abcdef", 6, "abcdef"),
            ("abcdefg", 6, "abc..."),
            ("漢字漢字", 7, "漢字..."),
            ("abcd", 2, ".."),
            ("ab cdef", 6, "ab..."),
        ] {
            assert_eq!(cut(text, columns), cut_to);
        }
        assert_eq!(visible("a\u{1b}[31m\u{202e}b\n"), "a\u{fffd}[31m\u{fffd}b\u{fffd}");
    }

    #[test]
    fn long_words_are_broken() {
        assert_eq!(wrap("to be abcdefghij k", 5), ["to be", "abcde", "fghij", "k"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn wide_table_breaks_words_and_keeps_figures() {
        let mut table = Table::new("", [Column::text("who"), Column::number("days")]);
        table.row([Cell::Name("A very long name indeed".into()), Cell::Number("12".into())]);
        assert_eq!(table.to_text(80), "who                      days\nA very long name indeed    12\n");
        assert_eq!(table.to_text(18), "who           days\nA very long     12\nname indeed\n");
    }

    proptest::proptest! {
        #[test]
        fn lines_fit_their_width(text in "\\PC{0,60}", columns in 8_usize..60) {
            for line in wrap(&text, columns) {
                proptest::prop_assert!(width(&line) <= columns, "{line:?}");
            }
            proptest::prop_assert_eq!(width(&fit(&text, columns)), columns);
        }
    }
}
