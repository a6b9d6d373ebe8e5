//! Sealed texts, legal holds, and destruction: after it, no byte of any file has the texts, and every proof holds.

mod clock;
mod file_of_texts;

use crate::support::server::Server;
use crate::support::{Place, documented, record_in_time, run};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use ibbi_testing::{python_verifier, repository};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

const LEDGER: &str = "office/a.ledger";
const USAGE: i32 = 2;
const REFUSED: i32 = 3;
const FILE_ERROR: i32 = 5;

/// The texts of the notes, each with a word that is nowhere else. One needs escapes in JSON and isn't ASCII.
const NOTES: [&str; 3] =
    ["Zebrawood is the chair's word.", "A \"quokka\" said:\n\tnaïve Übung", "Xylophone, recorded by the server"];

/// What must not be found: the words, and the text with escapes as JSON writes it, also with all other characters escaped.
const WORDS: [&str; 8] = [
    "Zebrawood",
    "quokka",
    "Xylophone",
    "naïve Übung",
    "na\\u00efve",
    "budget calendar",
    "lays out a calendar",
    "zebrawood",
];

const RULES: &str = "[[rule]]\nname = 'all-texts'\ntexts = ['program', 'labor', 'management']\nafter = 'last_event'\n\
    keep = '1 month'\nauthority = 'Records schedule, item 3'\nconfirmed_by = 'Town counsel'\nconfirmed_on = '2026-01-15'\n";

/// Returns where a word is in the files of a folder, also within compressed files, base64 in JSON, and names of files.
fn found(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(self::found(&path));
            continue;
        }
        let mut contents = vec![fs::read(&path).expect("a file"), path.display().to_string().into_bytes()];
        let mut unpacked = Vec::new();
        if GzDecoder::new(&contents[0][..]).read_to_end(&mut unpacked).is_ok() {
            contents.push(unpacked);
        }
        for word in WORDS {
            if contents.iter().any(|bytes| bytes.windows(word.len()).any(|window| window == word.as_bytes())) {
                found.push(format!("{word} in {}", path.display()));
            }
        }
    }
    found
}

/// The closed case of the tour, with a concern of management and the response to it.
const TOUR: &str = "01920000-0000-7000-8000-000000000001";

/// The district of a case with notes.
const OPEN: &str = "Zinnia Falls";

/// Records a note in the open case.
const fn note<'a>(text: &'a str, at: &'a str) -> [&'a str; 8] {
    ["record", LEDGER, "note_added", text, "--at", at, "--case", OPEN]
}

/// A ledger with a closed case with a concern and its response, and an open case with a note, all in plain text.
fn place() -> Place {
    let place = Place::new();
    fs::create_dir(place.path("office")).expect("a folder");
    place.done(&["tour", "--ledger", LEDGER]);
    place.done(&["new", LEDGER, "--district", OPEN, "--at", "2025-11-21 09:00"]);
    place.done(&note(&format!("text={}", NOTES[0]), "2025-11-21 09:10"));
    fs::write(place.path("rules.toml"), RULES).expect("a file");
    record_in_time(&place, LEDGER);
    place
}

/// Destroys the texts of a case.
fn destroy<'a>(case: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args =
        ["texts", "destroy", LEDGER, "--case", case, "--retention", "rules.toml", "--reason", "Routine", "--yes"];
    [&args[..], more].concat()
}

fn compress(place: &Place, from: &str, to: &str) {
    let mut encoder = GzEncoder::new(fs::File::create(place.path(to)).expect("a file"), Compression::best());
    encoder.write_all(&fs::read(place.path(from)).expect("a file")).and_then(|()| encoder.try_finish()).expect("gzip");
}

fn backup(place: &Place, folder: &str) {
    let script = repository("docs/operations/backup.sh").display().to_string();
    let copied = run(place.shell(&format!("sh '{script}' {LEDGER} {folder}")), b"");
    assert_eq!(copied.code, 0, "{} {}", copied.out, copied.err);
}

#[test]
fn no_plaintext_is_left_and_every_proof_holds() {
    let place = place();
    // The search finds the texts of an unsealed ledger, also in a compressed copy.
    let plain = Place::new();
    compress(&place, "office/a.ledger.texts", "packed.gz");
    fs::rename(place.path("packed.gz"), plain.path("packed.gz")).expect("moved");
    for folder in [place.path("office"), plain.path("")] {
        let found = found(&folder).join("\n");
        assert!(["Zebrawood", "budget calendar", "lays out"].iter().all(|word| found.contains(word)), "{found}");
    }

    let sealed = place.ibbi(&["texts", "seal", LEDGER, "--keys", "keys"]);
    assert!(sealed.code == 0 && sealed.err.contains("Backups from before today still have the texts"), "{sealed:?}");
    assert_eq!(found(&place.path("")), [""; 0]);
    // New texts are sealed too: those of the program, and those of the server.
    place.done(&note(&format!("text={}", NOTES[1]), "2025-11-21 09:20"));
    let case = open_case(&place);
    let server = Server::start(&place, &[LEDGER, "--port", "0"]);
    let event = json!({ "type": "note_added", "data": { "text": NOTES[2] }, "at": "2025-11-21T21:30:00Z" }).to_string();
    let (status, body) = server.ask("POST", &format!("/api/v1/cases/{case}/events"), &event);
    assert_eq!(status, 201, "{body}");
    // Files beside the ledger to which a text could get: those of webhooks and of calendars.
    let hook = json!({ "name": "board", "url": "http://127.0.0.1:9/", "role": "staff", "after": 0 }).to_string();
    assert_eq!(server.ask("POST", "/api/v1/webhooks", &hook).0, 201);
    let calendar = json!({ "case": TOUR }).to_string();
    assert_eq!(server.ask("POST", "/api/v1/calendars", &calendar).0, 201);
    let (_, page) = server.ask("GET", &format!("/api/v1/cases/{case}/replay"), "");
    assert!(["Zebrawood", "quokka", "Xylophone"].iter().all(|word| page.contains(word)), "{page}");
    // While the server runs, only the server changes the ledger.
    let busy = place.ibbi(&destroy(OPEN, &[]));
    assert!(busy.code == FILE_ERROR && busy.err.contains("is locked by"), "{busy:?}");
    assert_eq!(server.end("-TERM"), 0);

    for sidecar in ["webhooks", "calendars", "reads"] {
        assert!(place.path(&format!("{LEDGER}.{sidecar}")).exists(), "{sidecar}");
    }
    assert_eq!(found(&place.path("")), [""; 0]);

    place.done(&note("text=Quokka-free", "2025-11-21 16:40"));
    record_in_time(&place, LEDGER);
    place.done(&["keygen", "office.example.org", "key"]);
    place.done(&["checkpoint", LEDGER, "--key", "key"]);
    fs::write(place.path("extract"), place.done(&["extract", LEDGER, "--case", &case])).expect("a file");
    let old = fs::read(place.path("office/a.ledger.checkpoints")).expect("checkpoints");
    fs::write(place.path("old.checkpoints"), &old).expect("a file");
    // Of two checkpoints, the proof that the ledger only grew between them.
    place.done(&["new", LEDGER, "--district", "Quartz Hill", "--at", "2025-11-21 16:50"]);
    place.done(&["checkpoint", LEDGER, "--key", "key"]);
    place.done(&["verify", LEDGER, "--since", "old.checkpoints", "--proof", "grown.json"]);
    let proved = place.done(&["verify", "grown.json"]);
    assert!(proved.contains("sound: consistency proof"), "{proved}");
    backup(&place, "backup");
    compress(&place, "office/a.ledger.texts", "backup/texts.gz");
    compress(&place, LEDGER, "backup/ledger.gz");
    assert_eq!(found(&place.path("")), [""; 0]);
    // With the keys, the texts of the backup can be read.
    let shown = replay(&place, "backup/a.ledger");
    assert!(["Zebrawood", "quokka", "Xylophone", "budget calendar"].iter().all(|word| shown.contains(word)), "{shown}");

    let before = fs::read(place.path(LEDGER)).expect("a ledger");
    let (code, out) = place.json(&destroy(OPEN, &[]));
    assert_eq!((code, &out[0]["party"], &out[0]["texts"]), (0, &json!("program"), &json!(4)), "{out}");
    assert!(place.done(&destroy(TOUR, &[])).contains("Destroyed 2 texts of management in Maple Hollow"));
    assert_eq!(fs::read_dir(place.path("keys")).expect("a folder").count(), 0);
    assert_eq!(found(&place.path("")), [""; 0]);
    for ledger in [LEDGER, "backup/a.ledger"] {
        let shown = replay(&place, ledger);
        assert!(WORDS.iter().all(|word| !shown.contains(word)), "{shown}");
    }
    let shown = replay(&place, LEDGER);
    assert_eq!(shown.matches("[text destroyed on ").count(), 6, "{shown}");
    assert!(shown.contains(" under rule all-texts]"), "{shown}");

    // Earlier lines, extracts, and checkpoints are as they were.
    let after = fs::read(place.path(LEDGER)).expect("a ledger");
    assert!(after.starts_with(&before) && after.len() > before.len());
    let public = fs::read_to_string(place.path("office/a.ledger.checkpoints")).expect("checkpoints");
    assert!(public.contains("office.example.org"), "{public}");
    assert_eq!(place.done(&["verify", "grown.json"]), proved, "a proof from before is still one");
    assert!(place.done(&["verify", "extract"]).contains("complete up to line"));
    assert!(place.done(&["verify", LEDGER, "--since", "old.checkpoints"]).contains("only grew"));
    assert!(place.done(&["verify", LEDGER]).contains("6 of 6 confidential texts destroyed"));
    assert_eq!(place.done(&["audit", LEDGER, "--case", OPEN]).matches("[text destroyed on ").count(), 4);
    let audit: Value = serde_json::from_str(&place.done(&["--json", "audit", LEDGER])).expect("JSON");
    assert_eq!(codes(&audit, "custody."), [("custody.destroyed".to_owned(), 2)]);
    assert!(codes(&audit, "texts.").is_empty());
    assert_eq!(python_verifier::verdicts([(&after[..], &old[..])]), [None]);
    // It goes on, with a new key.
    place.done(&note("text=Later", "2025-11-21 17:00"));
    assert!(replay(&place, LEDGER).contains("note: Later"));
    assert!(place.path(&format!("keys/{case}.program.2.key")).exists());
    let again = place.done(&destroy(TOUR, &[]));
    assert!(again.contains("destroyed before"), "{again}");
}

/// Returns the timelines of both cases.
fn replay(place: &Place, ledger: &str) -> String {
    [TOUR, OPEN].map(|case| place.done(&["replay", ledger, "--case", case])).concat()
}

/// Returns the ID of the open case.
fn open_case(place: &Place) -> String {
    let (code, status) = place.json(&["status", LEDGER, "--case", OPEN]);
    assert_eq!(code, 0, "{status}");
    status["case"].as_str().expect("an ID").to_owned()
}

/// Returns the codes of an audit that begin like this, with their counts.
fn codes(audit: &Value, prefix: &str) -> Vec<(String, u64)> {
    let findings = audit["findings"].as_array().expect("findings").iter();
    let codes =
        findings.map(|finding| (finding["code"].as_str().expect("a code").to_owned(), finding["count"].as_u64()));
    codes.filter(|(code, _)| code.starts_with(prefix)).map(|(code, count)| (code, count.unwrap_or(0))).collect()
}

#[test]
fn destruction_is_refused_under_hold_and_before_the_day() {
    let place = place();
    let refused = place.ibbi(&destroy(OPEN, &[]));
    assert!(refused.code == USAGE && refused.err.contains("seal them first"), "{refused:?}");
    place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    let held = place.done(&["--json", "hold", "place", LEDGER, "--all", "--reason", "Grievance 14"]);
    let hold = serde_json::from_str::<Value>(&held).expect("JSON")["hold"].to_string();
    let before = place.path("keys").read_dir().expect("a folder").count();
    let of_case = place.done(&["--json", "hold", "place", LEDGER, "--case", OPEN, "--reason", "Grievance 15"]);
    let of_case = serde_json::from_str::<Value>(&of_case).expect("JSON")["hold"].to_string();
    let listed = place.done(&["--json", "hold", "list", LEDGER]);
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    let district = listed[1]["district"].as_str().expect("the district of the case");
    assert!(
        place.done(&["hold", "list", LEDGER]).contains(&format!("hold {of_case}: {district}, case ")),
        "{district}"
    );
    place.done(&["hold", "lift", LEDGER, &of_case, "--reason", "Settled"]);
    let refused = place.ibbi(&destroy(OPEN, &[]));
    assert!(refused.err.contains(&format!(" ({district}) can't be destroyed")), "{refused:?}");
    let why = format!("line {hold} placed a legal hold on ");
    assert!(
        refused.code == REFUSED && refused.err.contains(&why) && refused.err.contains("Grievance 14"),
        "{refused:?}"
    );
    assert!(place.done(&["texts", "due", LEDGER, "--retention", "rules.toml"]).contains("must be kept: line "));
    assert!(place.done(&["hold", "list", LEDGER]).contains("all cases, in force"));
    place.done(&["hold", "lift", LEDGER, &hold, "--reason", "Settled"]);
    assert!(place.done(&["hold", "list", LEDGER]).contains("lifted on"));
    let twice = place.ibbi(&["hold", "lift", LEDGER, &hold, "--reason", "Settled"]);
    assert!(twice.code == REFUSED && twice.err.contains("is not a legal hold that is in force"), "{twice:?}");

    // A rule whose time is not over, whatever the day is.
    fs::write(place.path("rules.toml"), RULES.replace("1 month", "999 years")).expect("a file");
    let refused = place.ibbi(&destroy(OPEN, &[]));
    assert!(refused.code == REFUSED && refused.err.contains("Nov 21, 3024"), "{refused:?}");
    assert!(refused.err.contains("all-texts (Records schedule, item 3)"), "{refused:?}");
    fs::write(place.path("rules.toml"), RULES.replace("'program', ", "'unknown', ")).expect("a file");
    let refused = place.ibbi(&destroy(OPEN, &[]));
    assert!(refused.code == REFUSED && refused.err.contains("no retention rule is about them"), "{refused:?}");
    fs::write(place.path("rules.toml"), RULES.replace("'last_event'", "'opening'")).expect("a file");
    let wrong = place.ibbi(&destroy(OPEN, &[]));
    assert!(wrong.code == USAGE && wrong.err.contains("rules.toml: line 4: `after`"), "{wrong:?}");

    // The rules of the page on forgetting are rules.
    fs::write(place.path("rules.toml"), documented("docs/forgetting.md", "retention", "toml")).expect("a file");
    let due = place.done(&["texts", "due", LEDGER, "--retention", "rules.toml", "--as-of", "2032-11-19"]);
    assert!(due.contains("of management: can be destroyed, under rule concerns"), "{due}");
    assert!(due.contains("of the program: must be kept: rule notes counts from the closing of the case"), "{due}");

    // Without a terminal, a person must have said yes.
    fs::write(place.path("rules.toml"), RULES).expect("a file");
    let unasked: Vec<&str> = destroy(OPEN, &[]).into_iter().filter(|argument| *argument != "--yes").collect();
    let asked = place.ibbi(&unasked);
    assert!(asked.code == USAGE && asked.err.contains("--yes"), "{asked:?}");
    assert_eq!(place.path("keys").read_dir().expect("a folder").count(), before, "no key was destroyed");
    assert_eq!(fs::read_to_string(place.path(LEDGER)).expect("a ledger").matches("texts_destroyed").count(), 0);
    let other = place.ibbi(&destroy(TOUR, &["--party", "labor"]));
    assert!(other.code == USAGE && other.err.contains("has no sealed texts of labor"), "{other:?}");
    place.done(&destroy(OPEN, &["--party", "program"]));
    let shown = replay(&place, LEDGER);
    assert!(shown.contains("budget calendar") && shown.matches("[text destroyed").count() == 1, "{shown}");
}

#[test]
fn missing_and_restored_keys_are_reported() {
    let place = place();
    place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    fs::rename(place.path("keys"), place.path("moved")).expect("moved");
    assert!(place.done(&["verify", LEDGER]).contains("3 of 3 confidential texts are sealed, and can't be opened"));
    for command in [&["verify", LEDGER][..], &["status", LEDGER, "--case", OPEN]] {
        let warned = place.ibbi(command);
        assert!(warned.code == 0 && warned.err.contains("the folder with the keys"), "{warned:?}");
        assert!(warned.err.contains("it is not here") && warned.err.contains("new ones are refused"), "{warned:?}");
    }
    let audit = || serde_json::from_str::<Value>(&place.done(&["--json", "audit", LEDGER])).expect("JSON");
    assert_eq!(codes(&audit(), "texts."), [("texts.closed".to_owned(), 3)]);
    let note = note("text=Quiet", "2025-11-21 17:00");
    let refused = place.ibbi(&note);
    assert!(refused.code == FILE_ERROR && refused.err.contains("IBBI_TEXT_KEYS"), "{refused:?}");
    assert!(!fs::read_to_string(place.path("office/a.ledger.texts")).expect("texts").contains("Quiet"));
    let mut elsewhere = place.command(&["replay", LEDGER, "--case", OPEN]);
    elsewhere.env("IBBI_TEXT_KEYS", "moved");
    assert!(run(elsewhere, b"").out.contains("Zebrawood"));
    fs::rename(place.path("moved"), place.path("keys")).expect("moved");

    // A destruction that was interrupted: the line is there, and so is the key.
    let name = format!("keys/{}.program.1.key", open_case(&place));
    let key = fs::read(place.path(&name)).expect("a key");
    place.done(&destroy(OPEN, &[]));
    fs::write(place.path(&name), key).expect("a file");
    let verified = place.done(&["verify", LEDGER]);
    assert!(
        verified.contains("destroyed according to the ledger, but still in the folder with the keys"),
        "{verified}"
    );
    assert_eq!(codes(&audit(), "texts."), [("texts.key-left".to_owned(), 1)]);
    assert!(!replay(&place, LEDGER).contains("Zebrawood"), "a destroyed text is never shown");
    assert!(place.done(&destroy(OPEN, &[])).contains("destroyed before"));
    assert!(!place.path(&name).exists(), "the next command finishes it");
    assert!(codes(&audit(), "texts.").is_empty());

    // The same with a file that isn't the key: it is reported, and left as it is. Zeros are what an interrupted destruction leaves.
    for (content, is_left) in [(&b"{\"minutes\":\"of the board\"}"[..], true), (&[0; 64], false), (b"", false)] {
        fs::write(place.path(&name), content).expect("a file");
        place.done(&destroy(OPEN, &[]));
        assert_eq!(fs::read(place.path(&name)).ok().as_deref(), is_left.then_some(content));
        assert_eq!(codes(&audit(), "texts.").is_empty(), !is_left);
    }

    // Others must not read the keys, and a backup of the ledger's folder must not have them.
    let mut open = place.command(&["texts", "seal", LEDGER, "--keys", "office/keys"]);
    open.env_remove("IBBI_TEXT_KEYS");
    let inside = run(open, b"");
    assert!(inside.code == USAGE && inside.err.contains("choose a folder elsewhere"), "{inside:?}");
    run(place.shell("chmod 755 keys"), b"");
    let refused = place.ibbi(&note);
    assert!(refused.code == FILE_ERROR && refused.err.contains("chmod 700"), "{refused:?}");
}

#[test]
fn server_destroys_texts_and_forgets_them_at_once() {
    let place = place();
    place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    let case = open_case(&place);
    fs::write(place.path("ibbi.toml"), "retention = 'rules.toml'\n").expect("a file");
    let server = Server::start(&place, &[LEDGER, "--port", "0", "--config", "ibbi.toml", "--log", "json"]);
    let ask = |method: &str, path: &str, body: &Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = server.ask(method, path, &body);
        (status, serde_json::from_str::<Value>(&answer).unwrap_or(Value::String(answer)))
    };
    let timeline = || server.ask("GET", &format!("/api/v1/cases/{case}/replay"), "").1;
    let page = || server.ask("GET", "/retention", "").1;
    // The texts are in the server's memory.
    assert!(timeline().contains("Zebrawood"));
    let (_, due) = ask("GET", "/api/v1/retention", &Value::Null);
    let own = due["texts"].as_array().expect("texts").iter().find(|texts| texts["case"] == json!(case)).expect("own");
    assert_eq!((&own["allowed"], &own["texts"], &own["rule"]), (&json!(true), &json!(1), &json!("all-texts")), "{due}");
    assert!(!due.to_string().contains("Zebrawood") && due["retention"].is_string(), "{due}");

    // A hold keeps them.
    let (status, held) = ask("POST", "/api/v1/holds", &json!({ "case": case, "reason": "Grievance 14" }));
    assert_eq!(status, 200, "{held}");
    let path = format!("/api/v1/cases/{case}/texts/destroy");
    let body = json!({ "party": "program", "texts": 1, "reason": "Routine" });
    let (status, refused) = ask("POST", &path, &body);
    assert_eq!((status, &refused["code"]), (422, &json!("not-allowed")), "{refused}");
    assert!(refused["detail"].as_str().expect("a text").contains("Grievance 14"), "{refused}");
    assert!(page().contains("Grievance 14") && page().contains("placed a legal hold"), "{}", page());
    let (status, lifted) =
        ask("POST", &format!("/api/v1/holds/{}/lift", held["hold"]), &json!({ "reason": "Settled" }));
    assert_eq!(status, 200, "{lifted}");
    assert!(page().contains("Lifted holds (1)"), "{}", page());

    // Only the number that a person has seen is destroyed, and only after a question.
    let (status, other) = ask("POST", &path, &json!({ "party": "program", "texts": 2, "reason": "Routine" }));
    assert!(status == 422 && other["detail"].as_str().expect("a text").contains("there are 1 now"), "{other}");
    let (status, missing) = ask("POST", &path, &json!({ "party": "program", "reason": "Routine" }));
    assert_eq!(status, 400, "{missing}");
    let form = format!("case={case}&party=program&texts=1&reason=Routine");
    let (status, question) = server.ask("POST", "/retention/destroy", &form);
    assert_eq!(status, 200, "{question}");
    for part in ["Destroy 1 text of", OPEN, "under rule all-texts", "be undone", "name=\"sure\""] {
        assert!(question.contains(part), "{part}: {question}");
    }
    assert!(timeline().contains("Zebrawood"));
    assert_eq!(server.ask("POST", "/retention/destroy", &(form.clone() + "&sure=yes")).0, 303);
    let shown = timeline();
    assert!(!shown.contains("Zebrawood") && shown.contains("text destroyed on"), "{shown}");
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    let gone = shown["moments"].as_array().expect("moments").iter().find_map(|moment| moment.get("destroyed"));
    assert_eq!(gone.expect("a destroyed text")["rule"], "all-texts", "{shown}");
    assert!(page().contains("Destroyed on"), "{}", page());
    let (_, own) = server.ask("GET", &format!("/cases/{case}"), "");
    assert!(own.contains("1 text of the program was destroyed on") && own.contains("are sealed"), "{own}");
    assert!(!place.path(&format!("keys/{case}.program.1.key")).exists());
    assert_eq!(found(&place.path("")), [""; 0]);
    // It goes on, with a new key, and the other case is as it was.
    let event = json!({ "type": "note_added", "data": { "text": "Later" }, "at": "2025-11-21T22:00:00Z" });
    assert_eq!(ask("POST", &format!("/api/v1/cases/{case}/events"), &event).0, 201);
    assert!(timeline().contains("Later"));
    let (_, tour) = server.ask("GET", &format!("/api/v1/cases/{TOUR}/replay"), "");
    assert!(tour.contains("budget calendar"), "{tour}");
    let (status, body) =
        ask("POST", &format!("/api/v1/cases/{TOUR}/texts/destroy"), &json!({ "reason": "R", "texts": 2 }));
    assert_eq!((status, &body["texts"][0]["party"]), (200, &json!("management")), "{body}");
    assert!(!server.ask("GET", &format!("/api/v1/cases/{TOUR}/replay"), "").1.contains("budget calendar"));

    // Without the folder of the keys, the server isn't ready before a text is refused.
    assert_eq!(server.ask("GET", "/readyz", ""), (200, "ready\n".to_owned()));
    fs::rename(place.path("keys"), place.path("moved")).expect("moved");
    let (status, why) = server.ask("GET", "/readyz", "");
    assert!(status == 503 && why.contains("the folder with its keys"), "{why}");
    assert!(page().contains("The folder with the keys can"), "{}", page());
    fs::rename(place.path("moved"), place.path("keys")).expect("moved");
    assert_eq!(server.ask("GET", "/readyz", "").0, 200);
    // The rules are read again, as other settings are.
    fs::write(place.path("rules.toml"), RULES.replace("1 month", "999 years")).expect("a file");
    run(place.shell(&format!("kill -1 {}", server.child.id())), b"");
    server.waits_for_log("the settings were read again");
    let (_, due) = ask("GET", "/api/v1/retention", &Value::Null);
    assert_eq!(
        (&due["texts"][0]["allowed"], due["texts"].as_array().expect("texts").len()),
        (&json!(false), 1),
        "{due}"
    );
    // The last note was written today, whatever day it names.
    let reason = due["texts"][0]["reason"].as_str().expect("a text");
    assert!(reason.contains("asks for them to be kept until ") && !reason.contains("3024"), "{due}");
    assert_eq!(server.end("-TERM"), 0);
    assert!(place.done(&["verify", LEDGER]).contains("3 of 4 confidential texts destroyed"));
}
