//! The case that a text means: by its ID, the start of its ID, or its district.

use uuid::Uuid;

/// Returns the cases that a text can mean. The first of these that fits any case counts, without regard to upper and lower case:
/// the ID or its start, or the whole district; the start of the district; a part of the district.
///
/// ```
/// use ibbi_app::case_choice::meant;
/// use uuid::Uuid;
/// let cases = [(Uuid::from_u128(1), "Maple Hollow"), (Uuid::from_u128(2), "Maple"), (Uuid::from_u128(3), "Old Hollow")];
/// let found = |text| meant(&cases, text, |(id, district)| (*id, *district)).len();
/// assert_eq!((found("maple"), found("map"), found("hollow"), found("oak"), found("")), (1, 2, 2, 0, 0));
/// ```
pub fn meant<'a, T>(cases: &'a [T], wanted: &str, named: impl Fn(&T) -> (Uuid, &str)) -> Vec<&'a T> {
    let wanted = wanted.trim().to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let fits = |closeness: u8, id: Uuid, district: &str| match closeness {
        0 => id.to_string().starts_with(&wanted) || district == wanted,
        1 => district.starts_with(&wanted),
        _ => district.contains(&wanted),
    };
    let found = |closeness| {
        let is_meant = |case: &&T| {
            let (id, district) = named(case);
            fits(closeness, id, &district.to_lowercase())
        };
        cases.iter().filter(is_meant).collect::<Vec<_>>()
    };
    (0..3).map(found).find(|found| !found.is_empty()).unwrap_or_default()
}
