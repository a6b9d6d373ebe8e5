//! Plain text for terminals: the layout, pieces with a style, and columns.

pub(crate) mod columns;

/// The space in a terminal, and its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The columns of the terminal. Fewer than [`Layout::NARROWEST`] count as that many.
    pub width: usize,
    /// Whether charts use only ASCII characters. Names stay as they are.
    pub ascii: bool,
}

impl Layout {
    /// The smallest number of columns that is supported.
    pub const NARROWEST: usize = 40;
    /// The largest number of columns that is used. Longer lines are hard to read.
    pub const WIDEST: usize = 120;

    /// Returns the number of columns to use.
    pub fn columns(self) -> usize {
        self.width.clamp(Self::NARROWEST, Self::WIDEST)
    }
}

impl Default for Layout {
    /// Returns 80 columns, not limited to ASCII.
    fn default() -> Self {
        Self { width: 80, ascii: false }
    }
}

/// The style of a piece of text, so that a program can color it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextStyle {
    /// A heading.
    Heading,
    /// A good result.
    Good,
    /// A bad result.
    Bad,
    /// A warning.
    Warning,
    /// Details of less importance, such as the method.
    Quiet,
    /// Everything else.
    Plain,
}

/// A piece of text: whole lines, each ended by LF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The style.
    pub role: TextStyle,
    /// The lines.
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

/// Returns the pieces as one text, without colors.
pub fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}
