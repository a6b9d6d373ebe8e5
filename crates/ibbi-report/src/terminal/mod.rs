//! Plain text for terminals: the layout, pieces with a style, and columns.

pub(crate) mod columns;

/// How much room there is, and what can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The columns of the terminal; fewer than [`Layout::NARROWEST`] count as that many.
    pub width: usize,
    /// Whether charts are drawn in ASCII alone. Names stay as they are.
    pub ascii: bool,
}

impl Layout {
    /// The fewest columns that anything is made for.
    pub const NARROWEST: usize = 40;
    /// The most columns that are used: longer lines do not read well.
    pub const WIDEST: usize = 120;

    /// The columns that are used.
    pub fn columns(self) -> usize {
        self.width.clamp(Self::NARROWEST, Self::WIDEST)
    }
}

impl Default for Layout {
    /// 80 columns, with more than ASCII.
    fn default() -> Self {
        Self { width: 80, ascii: false }
    }
}

/// What a piece of text is, so that a program can colour it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextStyle {
    /// A heading.
    Heading,
    /// The finding, where it is good.
    Good,
    /// The finding, where it is bad.
    Bad,
    /// What to keep in mind.
    Warning,
    /// What is of less weight, such as how it was made.
    Quiet,
    /// Everything else.
    Plain,
}

/// A piece of text: whole lines, each ended by LF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub role: TextStyle,
    /// Its lines.
    pub text: String,
}

impl Piece {
    pub(crate) fn new(role: TextStyle, text: impl Into<String>) -> Self {
        Self { role, text: text.into() }
    }

    pub(crate) fn heading(text: &str) -> Self {
        Self::new(TextStyle::Heading, format!("{text}\n"))
    }
}

/// The pieces as one text, without colours.
pub fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}
