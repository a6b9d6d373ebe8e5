use super::*;
use ibbi_sim::Hours;

const MARKS: [Option<PollMark>; 4] = [Some(PollMark::Can), Some(PollMark::IfNeedBe), Some(PollMark::Cannot), None];

fn grid() -> PollGrid {
    let days = ["2026-12-31", "2027-01-04"].map(|day| day.parse().unwrap()).to_vec();
    PollGrid { days, bands: vec![Hours::MORNING, Hours::new(16 * 60, 18 * 60 + 30).unwrap()] }
}

fn page<'a>(grid: &'a PollGrid, zone: &'a TimeZoneName, state: AnswerState<'a>) -> PollAnswerPage<'a> {
    PollAnswerPage {
        district: "Maple <i>Hollow</i>",
        person: "Thuy",
        asked_by: "P. Sullivan",
        closes: "Fri, Oct 9, 2026",
        zone,
        grid,
        marks: &MARKS,
        note: "</textarea>",
        action: "/polls/x?a=1&b=2",
        state,
        program: "ibbi",
    }
}

#[test]
fn form_has_a_named_choice_for_each_cell() {
    let (grid, zone) = (grid(), "America/New_York".parse().unwrap());
    let html = page(&grid, &zone, AnswerState::New).to_html("/poll.css", "/poll.js");
    let read = roxmltree::Document::parse(html.trim_start_matches("<!DOCTYPE html>")).unwrap();
    let choices: Vec<_> = read.descendants().filter(|node| node.has_tag_name("select")).collect();
    let found: Vec<_> = choices
        .iter()
        .map(|choice| {
            let chosen = choice.children().find(|option| option.attribute("selected").is_some()).unwrap();
            (
                choice.attribute("name").unwrap(),
                choice.attribute("aria-label").unwrap(),
                chosen.attribute("value").unwrap(),
            )
        })
        .collect();
    let expected = [
        ("c0", "Thu, Dec 31, 8:00 AM to noon", "can"),
        ("c1", "Thu, Dec 31, 4:00 PM to 6:30 PM", "if_need_be"),
        ("c2", "Mon, Jan 4, 2027, 8:00 AM to noon", "cannot"),
        ("c3", "Mon, Jan 4, 2027, 4:00 PM to 6:30 PM", ""),
    ];
    assert_eq!(found, expected);
    let captions = read.descendants().filter(|node| node.has_tag_name("caption")).filter_map(|node| node.text());
    assert_eq!(captions.collect::<Vec<_>>(), ["Week of Thu, Dec 31", "Week of Mon, Jan 4, 2027"]);
    let form = read.descendants().find(|node| node.has_tag_name("form")).unwrap();
    let data: serde_json::Value = serde_json::from_str(form.attribute("data-poll").unwrap()).unwrap();
    assert_eq!(data["marks"], "cix-");
    assert_eq!(data["bands"], serde_json::json!([[480, 720], [960, 1110]]));
}

#[test]
fn page_says_in_which_state_the_answer_is() {
    let (grid, zone) = (grid(), "America/New_York".parse().unwrap());
    let reasons = ["A <note> is too long.".to_owned()];
    let html = |state| page(&grid, &zone, state).content().into_string();
    assert!(
        html(AnswerState::Saved("Mon, Oct 5, 2026, 3:40 PM"))
            .contains("<strong>Saved.</strong> Mon, Oct 5, 2026, 3:40 PM.")
    );
    assert!(html(AnswerState::Refused(&reasons)).contains("<li>A &lt;note&gt; is too long.</li>"));
    let closed = html(AnswerState::Closed);
    assert!(closed.contains("This poll closed on Fri, Oct 9, 2026."), "{closed}");
    assert!(!closed.contains("<button") && closed.contains("disabled=\"disabled\""), "{closed}");
}

#[test]
fn file_is_closed_and_has_its_own_person_only() {
    let (grid, zone) = (grid(), "America/New_York".parse().unwrap());
    let person = |id, name| PollFilePerson { id, name, marks: &MARKS };
    let people = [person("nguyen", "Thuy"), person("amari", "Rosa Amari")];
    let file = PollFile {
        poll: uuid::Uuid::nil(),
        district: "Maple Hollow",
        asked_by: "P. Sullivan",
        closes: "Fri, Oct 9, 2026",
        zone: &zone,
        grid: &grid,
        people: &people,
        program: "ibbi",
    };
    let all = file.to_html();
    assert!(
        all.contains("Rosa Amari") && all.contains("&quot;marks&quot;:&quot;4-&quot;"),
        "it asks who answers, and is blank"
    );
    let own = PollFile { people: &people[..1], ..file }.to_html();
    assert!(!own.contains("Amari") && own.contains("&quot;marks&quot;:&quot;cix-&quot;"));
    for wrong in ["http:", "https:", "src=", "href=", "url(", "@import"] {
        assert!(!own.contains(wrong), "{wrong}");
    }
    // The policy names the script and the style sheet that are there, and nothing else.
    use base64::Engine as _;
    for element in ["style", "script"] {
        let text = own.split(&format!("<{element}>")).nth(1).unwrap().split(&format!("</{element}>")).next().unwrap();
        let digest = base64::engine::general_purpose::STANDARD.encode(<sha2::Sha256 as sha2::Digest>::digest(text));
        assert!(own.contains(&format!("{element}-src &#39;sha256-{digest}&#39;")), "{element}");
    }
}

#[test]
fn scripts_have_no_end_tag_no_evaluation_and_no_other_address() {
    let (script, style) = (poll_script(), poll_style());
    for wrong in [
        "</",
        "<!--",
        "eval(",
        "new Function",
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "http:",
        "https:",
        "localStorage",
        "sendBeacon",
    ] {
        assert!(!script.contains(wrong), "{wrong}");
    }
    assert_eq!(script.matches("fetch(").count(), 1, "only the form is sent");
    assert!(!style.contains('<') && !style.contains("url(") && !style.contains("/*"), "{style}");
}
