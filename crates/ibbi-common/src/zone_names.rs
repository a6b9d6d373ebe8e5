//! Names of time zones: the default, and what people call others.

/// The name of the zone of Massachusetts, the default.
pub const MASSACHUSETTS: &str = "America/New_York";

/// Names that people use for a time zone, with the zone that they mean. An abbreviation has one offset all year, and Windows has
/// names of its own.
const MEANT: [(&str, &str); 24] = [
    ("alaskan standard time", "America/Anchorage"),
    ("atlantic standard time", "America/Halifax"),
    ("central standard time", "America/Chicago"),
    ("central time", "America/Chicago"),
    ("cst", "America/Chicago"),
    ("cst6cdt", "America/Chicago"),
    ("cdt", "America/Chicago"),
    ("eastern", MASSACHUSETTS),
    ("eastern daylight time", MASSACHUSETTS),
    ("eastern standard time", MASSACHUSETTS),
    ("eastern time", MASSACHUSETTS),
    ("edt", MASSACHUSETTS),
    ("est", MASSACHUSETTS),
    ("est5edt", MASSACHUSETTS),
    ("hawaiian standard time", "Pacific/Honolulu"),
    ("mdt", "America/Denver"),
    ("mountain standard time", "America/Denver"),
    ("mountain time", "America/Denver"),
    ("mst", "America/Denver"),
    ("mst7mdt", "America/Denver"),
    ("pacific standard time", "America/Los_Angeles"),
    ("pacific time", "America/Los_Angeles"),
    ("pdt", "America/Los_Angeles"),
    ("pst", "America/Los_Angeles"),
];

/// Returns the zone that a person means by an abbreviation or a name of Windows, if it is one. These are not names to keep: `EST`
/// is five hours behind UTC all year, and clocks in Massachusetts are not.
///
/// ```
/// use ibbi_common::zone::meant_by;
/// assert_eq!(meant_by("EST"), Some("America/New_York"));
/// assert_eq!(meant_by("America/New_York"), None);
/// ```
pub fn meant_by(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    MEANT.iter().find(|(known, _)| *known == name).map(|(_, zone)| *zone)
}
