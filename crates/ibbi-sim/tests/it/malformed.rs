//! Problems of malformed scenarios: their place, what is expected, and the nearest spelling.

use ibbi_sim::{EXAMPLE, Scenario, ScenarioError};

/// Replaces the first occurrence of a text in the example. Returns the result and the text's line.
fn with(from: &str, to: &str) -> (String, usize) {
    let at = EXAMPLE.find(from).unwrap_or_else(|| panic!("the example holds {from}"));
    (EXAMPLE.replacen(from, to, 1), EXAMPLE[..at].matches('\n').count() + 1)
}

fn errors(text: &str) -> ScenarioError {
    Scenario::parse(text).expect_err("the scenario is malformed")
}

/// Checks that a replacement in the example causes one problem: on its line (plus some), with these words in its
/// message, and with this nearest spelling.
#[track_caller]
fn check(from: &str, to: &str, plus: isize, words: &[&str], nearest: Option<&str>) {
    let (text, line) = with(from, to);
    let error = errors(&text);
    let [problem] = error.problems.as_slice() else { panic!("{to}: one problem, not\n{error}") };
    assert_eq!(problem.line as isize - line as isize, plus, "{to}: {problem}");
    let message = problem.to_string();
    for word in words {
        assert!(message.contains(word), "{to}: `{word}` in\n{message}");
    }
    assert_eq!(problem.nearest.as_deref(), nearest, "{to}");
}

#[test]
fn unknown_key_suggests_the_nearest() {
    check("district =", "distrct =", 0, &["unknown key `distrct`"], Some("district"));
    check("county =", "conty =", 0, &["unknown key `conty` in `calendar`"], Some("county"));
    check("leader_response_days", "leader_responce_days", 0, &["in `assumptions`"], Some("leader_response_days"));
    check("seat = \"superintendent\"", "seet = \"superintendent\"", 0, &[], Some("seat"));
    check(
        "evergreen = false",
        "evergreen = false\nzzz = 1",
        1,
        &["`zzz`", "expected one of assumptions, calendar"],
        None,
    );
}

#[test]
fn unknown_word_suggests_the_nearest() {
    check("two_half_days", "two_half_day", 0, &["`format` is `two_half_day`", "full_day"], Some("two_half_days"));
    check("norfolk", "norfolc", 0, &["`county` is `norfolc`"], Some("norfolk"));
    check("\"superintendent\"", "\"superintendant\"", 0, &["`seat`"], Some("superintendent"));
    check("party = \"management\"", "party = \"managment\"", 0, &["`party`"], Some("management"));
    check("\"representative\"", "\"representativ\"", 0, &["`role`"], Some("representative"));
    check("unavailable = [\"thursday\"]", "unavailable = [\"thrusday\"]", 0, &["unavailable"], Some("thursday"));
    check("half = \"afternoon\"", "half = \"afternon\"", 0, &["`half`"], Some("afternoon"));
    check("America/New_York", "America/NewYork", 0, &["there is no time zone"], Some("America/New_York"));
}

#[test]
fn durations_and_chances_have_bounds() {
    check("[2, 7, 21]", "[-2, 7, 21]", 0, &["has -2 days", "0 to 730"], None);
    check("[2, 7, 21]", "[8, 7, 21]", 0, &["least is 8, above likely, which is 7"], None);
    check("[2, 7, 21]", "[2, 27, 21]", 0, &["likely is 27, above most"], None);
    check("[2, 7, 21]", "[2, 7, 731]", 0, &["731"], None);
    check("[2, 7, 21]", "[2, 7]", 0, &["has 2 numbers", "[least, likely, most]"], None);
    check("[2, 7, 21]", "[2, 7, 8, 21]", 0, &["has 4 entries"], None);
    check("[2, 7, 21]", "7", 0, &["`leader_response_days` is `7`"], None);
    check("[2, 7, 21]", "[2, \"7\", 21]", 0, &["`7`"], None);
    check("[2, 7, 21]", "[2, nan, 21]", 0, &["`nan`"], None);
    check("session_postponed = 0.15", "session_postponed = 1.2", 0, &["is 1.2", "from 0 to 1"], None);
    check("session_postponed = 0.15", "session_postponed = -0.1", 0, &["is -0.1"], None);
    check("session_postponed = 0.15", "session_postponed = 15", 0, &["is 15"], Some("0.15"));
    check("session_postponed = 0.15", "session_postponed = \"often\"", 0, &["`often`"], None);
}

#[test]
fn dates_exist_and_ranges_are_in_order() {
    check("start = 2026-09-08", "start = \"2026-02-30\"", 0, &["`start` is `2026-02-30`", "a date that exists"], None);
    check("start = 2026-09-08", "start = 2026-09-08T10:00:00", 0, &["`start`"], None);
    check("start = 2026-09-08", "start = 2027-07-01", 1, &["before `start`"], None);
    check(
        "start = 2026-09-08\ncontract_expires = 2027-06-30",
        "start = 9998-01-01",
        0,
        &["the years 1971 to 9996"],
        None,
    );
    check("start = 2026-09-08", "start = 1970-06-01", 0, &["the years 1971 to 9996"], None);
    check("from = 2026-12-24", "from = 2027-12-24", 0, &["ends on 2027-01-01, before it starts on 2027-12-24"], None);
    check("{ from = 2026-11-02, to = 2026-11-13 }", "{ for = \"training\" }", 0, &["no days", "`on`, `from`"], None);
    check("on = 2026-11-27", "on = 2026-11-27, to = 2026-12-01", 0, &["`on` is used with"], None);
}

#[test]
fn people_are_complete_and_unique() {
    check("id = \"l-haddad\"", "id = \"m-costa\"", 7, &["the person `m-costa` is listed twice"], None);
    check("id = \"l-haddad\"", "id = \"L. Haddad\"", 0, &["an id of 1 to 23"], None);
    check("id = \"l-haddad\"\n", "", -1, &["`id` is missing"], None);
    check("seat = \"school_committee\"\n", "", -4, &["`seat` is missing in a person"], None);
    check("unavailable = [\"thursday\"]", "seat = \"superintendent\"", 0, &["who is not a leader"], None);
    check("role = \"neutral\"", "role = \"neutral\"\nparty = \"labor\"", 1, &["not on a team"], None);
    check("role = \"neutral\"", "role = \"neutral\"\nrequired = false", -3, &["not required"], None);
    check("required = false", "required = 0", 0, &["true or false"], None);
}

#[test]
fn missing_roles_are_named() {
    let people = EXAMPLE.find("[[people]]").unwrap();
    let line = EXAMPLE[..people].matches('\n').count() + 1;
    for (id, missing) in [
        ("r-amari", "there is no leader for the seat superintendent"),
        ("j-ortiz", "there is no leader for the seat union_president"),
        ("n-beaumont", "there is no neutral"),
    ] {
        let sections = EXAMPLE.split("[[people]]").filter(|section| !section.contains(id)).collect::<Vec<_>>();
        let text = sections.join("[[people]]");
        let error = errors(&text);
        assert_eq!(error.problems.len(), 1, "{error}");
        assert_eq!(error.problems[0].found, missing);
        assert_eq!(error.problems[0].line, line);
    }
    let none = errors(&EXAMPLE.replace("party = \"management\"", "party = \"labor\""));
    assert!(none.to_string().contains("no required negotiator for management"), "{none}");
    let two = errors(&EXAMPLE.replace("\"negotiator\"", "\"representative\"").replace("party = \"management\"\n", ""));
    assert!(two.to_string().contains("representatives; expected at most one"), "{two}");
}

#[test]
fn problems_are_in_file_order() {
    let (text, _) = with("district =", "distrct =");
    let text = text
        .replace("two_half_days", "both")
        .replace("id = \"m-costa\"", "id = \"l-haddad\"")
        .replace("[2, 7, 21]", "[9, 7, 21]")
        .replace("labor_adopts = 0.8", "labor_adopts = 1.8");
    let error = errors(&text);
    assert_eq!(error.problems.len(), 5, "{error}");
    assert!(error.problems.is_sorted_by_key(|problem| problem.line), "{error}");
    assert!(error.to_string().starts_with("the scenario has 5 problems\n  line 2: "), "{error}");
}

#[test]
fn syntax_error_has_a_line_and_hides_no_problem() {
    let (text, line) = with("evergreen = false", "evergreen = = false");
    let error = errors(&text.replace("labor_adopts = 0.8", "labor_adopts = 1.8"));
    assert!(error.problems.iter().any(|problem| problem.line == line), "{error}");
    assert!(error.problems.iter().any(|problem| problem.found.contains("labor_adopts")), "{error}");
    assert!(errors("district = \"a\"\ndistrict = \"b\"").to_string().contains("line 2: duplicate key"));
    for text in ["", "[[[", "people = 3", "people = []", "calendar = 1\nassumptions = []\npeople = [1, {}]"] {
        assert!(!errors(text).problems.is_empty(), "{text}");
    }
}

#[test]
fn digest_depends_on_meaning_only() {
    let digest = |text: &str| Scenario::parse(text).unwrap_or_else(|error| panic!("{error}")).digest();
    let same = EXAMPLE
        .replace("labor_adopts = 0.8\n", "# a comment\n")
        .replace("start = 2026-09-08", "start = \"2026-09-08\"");
    assert_eq!(digest(EXAMPLE), digest(&same));
    assert_ne!(digest(EXAMPLE), digest(&EXAMPLE.replace("labor_adopts = 0.8", "labor_adopts = 0.81")));
}

#[test]
fn schema_and_reader_have_the_same_keys() {
    let schema = ibbi_sim::schema();
    let known = |text: &str, place: &str| {
        let error = errors(text);
        let wanted = format!("unknown key `zzz` in {place}");
        let problem = error.problems.iter().find(|problem| problem.found == wanted);
        let problem = problem.unwrap_or_else(|| panic!("{wanted}:\n{error}"));
        let mut keys: Vec<_> = problem.expected.trim_start_matches("one of ").split(", ").map(str::to_owned).collect();
        keys.sort();
        keys
    };
    for (text, place, pointer) in [
        ("zzz = 1", "the scenario", "/properties"),
        ("version = 2\nsessions.zzz = 1", "`sessions`", "/properties/sessions/properties"),
        (
            "version = 2\nsessions.fixed = [{ zzz = 1 }]",
            "an agreed session",
            "/properties/sessions/properties/fixed/items/properties",
        ),
        ("version = 2\ndeadlines = [{ zzz = 1 }]", "a deadline", "/properties/deadlines/items/properties"),
        ("calendar.zzz = 1", "`calendar`", "/properties/calendar/properties"),
        (
            "calendar.closed = [{ zzz = 1 }]",
            "a closed range",
            "/properties/calendar/properties/closed/items/properties",
        ),
        ("people = [{ zzz = 1 }]", "a person", "/properties/people/items/properties"),
        (
            "people = [{ unavailable = [{ zzz = 1 }] }]",
            "a time",
            "/properties/people/items/properties/unavailable/items/anyOf/1/properties",
        ),
        ("assumptions.zzz = 1", "`assumptions`", "/else/properties/assumptions/properties"),
        ("version = 2\nassumptions.zzz = 1", "`assumptions`", "/then/properties/assumptions/properties"),
    ] {
        let fields = schema.pointer(pointer).and_then(|fields| fields.as_object());
        let mut keys: Vec<_> = fields.unwrap_or_else(|| panic!("{pointer}")).keys().cloned().collect();
        // The keys that only one format has.
        if pointer == "/properties" {
            keys.retain(|key| key != "deadlines" && key != "sessions");
        }
        keys.sort();
        assert_eq!(keys, known(text, place), "{pointer}");
    }
}

#[test]
fn person_who_comes_if_need_be_has_a_list_for_that() {
    check("required = false", "required = \"if need be\"", 0, &["`required` is", "if_need_be = [\"monday\"]"], None);
}
