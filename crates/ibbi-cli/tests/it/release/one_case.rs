//! Changes of a release of one case, and the fault that must be reported for each.

use super::manipulations::{
    HEAD, LINES, Manipulation, OTHER, RELEASED, WITHHELD, add_entry, at, changed, entry, flip_field, forged, hidden_at,
    of_line,
};
use super::office::TEXTS;
use serde_json::{Value, json};

/// Changes of a release of one case. Its lines have proofs.
pub(super) const OF_ONE_CASE: &[Manipulation] = &[
    // Texts.
    forged("released-texts.jsonl: line 37: the text or its salt is not the recorded one", |folder| {
        folder.json(RELEASED, &of_line(37), |entry| entry["text"] = "The meeting was moved to the gym.".into());
    }),
    forged("released-texts.jsonl: line 37: the text or its salt is not the recorded one", |folder| {
        folder.json(RELEASED, &of_line(37), |entry| entry["text"] = format!("{} ", TEXTS[6].1).into());
    }),
    forged("released-texts.jsonl: line 37: the text or its salt is not the recorded one", |folder| {
        // A Cyrillic letter that looks the same.
        folder.json(RELEASED, &of_line(37), |entry| entry["text"] = TEXTS[6].1.replacen('a', "\u{430}", 1).into());
    }),
    forged("released-texts.jsonl: line 37: the text or its salt is not the recorded one", |folder| {
        flip_field(folder, RELEASED, 37, "salt");
    }),
    forged("released-texts.jsonl: line 29: the text or its salt is not the recorded one", |folder| {
        folder.json(RELEASED, &of_line(29), |entry| entry["salt"] = "".into());
    }),
    forged("released-texts.jsonl: line 29: the text or its salt is not the recorded one", |folder| {
        let salt = |entry: &Value| entry["salt"].as_str().unwrap().to_uppercase() + "A";
        folder.json(RELEASED, &of_line(29), |entry| entry["salt"] = salt(entry).into());
    }),
    forged("released-texts.jsonl: line 29: it has another digest than the line", |folder| {
        flip_field(folder, RELEASED, 29, "digest");
    }),
    forged("released-texts.jsonl: line 29: the text or its salt is not the recorded one", |folder| {
        // Two texts change places, with their salts.
        let [one, two] = [29, 37].map(|line| serde_json::from_str::<Value>(&entry(folder, RELEASED, line)).unwrap());
        for (line, other) in [(29, &two), (37, &one)] {
            folder.json(RELEASED, &of_line(line), |entry| {
                for field in ["salt", "text"] {
                    entry[field] = other[field].clone();
                }
            });
        }
    }),
    forged("released-texts.jsonl: line 29: it has another digest than the line", |folder| {
        let [one, two] = [29, 37].map(|line| serde_json::from_str::<Value>(&entry(folder, RELEASED, line)).unwrap());
        for (line, other) in [(29, &two), (37, &one)] {
            folder.json(RELEASED, &of_line(line), |entry| {
                *entry = other.clone();
                entry["line"] = line.into();
            });
        }
    }),
    forged("lines.jsonl: line 37: its text is neither released nor withheld", |folder| {
        folder.lines(RELEASED, |lines| lines.truncate(1));
    }),
    forged("lines.jsonl: line 29: its text is neither released nor withheld", |folder| folder.set(RELEASED, "")),
    forged("released-texts.jsonl: line 29: its entry must be once in the file, in the order of the lines", |folder| {
        folder.lines(RELEASED, |lines| lines.insert(0, lines[0].clone()));
    }),
    forged("released-texts.jsonl: line 29: its entry must be once in the file, in the order of the lines", |folder| {
        folder.lines(RELEASED, |lines| lines.reverse());
    }),
    forged("released-texts.jsonl: line 5: the line has no confidential text, or is not in the release", |folder| {
        let mut value: Value = serde_json::from_str(&entry(folder, RELEASED, 37)).unwrap();
        value["line"] = 5.into();
        add_entry(folder, RELEASED, &value);
    }),
    forged("released-texts.jsonl: line 34: the line has no confidential text, or is not in the release", |folder| {
        let mut value: Value = serde_json::from_str(&entry(folder, RELEASED, 37)).unwrap();
        value["line"] = 34.into();
        add_entry(folder, RELEASED, &value);
    }),
    forged("released-texts.jsonl: entry 1: it is not an entry of this file", |folder| {
        folder.json(RELEASED, &of_line(29), |entry| entry["note"] = "x".into());
    }),
    forged("released-texts.jsonl: entry 2: it is not an entry of this file", |folder| {
        folder.lines(RELEASED, |lines| lines[1] = lines[1].replace(",\"salt\"", ", \"salt\""));
    }),
    forged("released-texts.jsonl: the file is cut off", |folder| {
        let text = folder.text(RELEASED).trim_end().to_owned();
        folder.set(RELEASED, text);
    }),
    // Reasons.
    forged("lines.jsonl: line 33: its text is neither released nor withheld", |folder| {
        folder.lines(WITHHELD, |lines| lines.retain(|line| !line.contains(&of_line(33))));
    }),
    forged("lines.jsonl: line 34: it is withheld, but withheld.jsonl has no entry for it", |folder| {
        folder.lines(WITHHELD, |lines| lines.retain(|line| !line.contains(&of_line(34))));
    }),
    forged("withheld.jsonl: line 33: it has another digest than the line", |folder| {
        flip_field(folder, WITHHELD, 33, "sha256");
    }),
    forged("lines.jsonl: line 34: withheld.jsonl has another SHA-256 for it", |folder| {
        flip_field(folder, WITHHELD, 34, "sha256");
    }),
    forged("withheld.jsonl: line 30: it is withheld without an exemption", |folder| {
        folder.json(WITHHELD, &of_line(30), |entry| entry["exemption"] = " ".into());
    }),
    forged("withheld.jsonl: line 35: it is withheld without an exemption", |folder| {
        folder.json(WITHHELD, &of_line(35), |entry| drop(entry.as_object_mut().unwrap().remove("exemption")));
    }),
    forged("withheld.jsonl: line 33: it is withheld without a reason", |folder| {
        folder.json(WITHHELD, &of_line(33), |entry| entry["reason"] = "".into());
    }),
    forged(
        "withheld.jsonl: line 33: only a text can be destroyed or not available, and then without an exemption",
        |folder| {
            folder.json(WITHHELD, &of_line(33), |entry| entry["basis"] = "not_available".into());
        },
    ),
    forged(
        "withheld.jsonl: line 34: only a text can be destroyed or not available, and then without an exemption",
        |folder| {
            folder.json(WITHHELD, &of_line(34), |entry| {
                entry["basis"] = "not_available".into();
                entry.as_object_mut().unwrap().remove("exemption");
            });
        },
    ),
    forged(
        "withheld.jsonl: line 33: only a text can be destroyed or not available, and then without an exemption",
        |folder| {
            folder.json(WITHHELD, &of_line(33), |entry| entry["basis"] = "destroyed".into());
        },
    ),
    forged("withheld.jsonl: entry 1: it is not an entry of this file", |folder| {
        folder.json(WITHHELD, &of_line(30), |entry| entry["basis"] = "secret".into());
    }),
    forged("withheld.jsonl: line 33: it has another case, number, or kind of record than the line", |folder| {
        folder.json(WITHHELD, &of_line(33), |entry| entry["rev"] = 7.into());
    }),
    forged("withheld.jsonl: line 33: it has another case, number, or kind of record than the line", |folder| {
        folder.json(WITHHELD, &of_line(33), |entry| entry["kind"] = "concern_raised".into());
    }),
    forged("withheld.jsonl: line 33: it has another case, number, or kind of record than the line", |folder| {
        folder.json(WITHHELD, &of_line(33), |entry| entry["case"] = OTHER.into());
    }),
    forged("lines.jsonl: line 34: it must be record 31 of case", |folder| {
        folder.json(WITHHELD, &of_line(34), |entry| entry["rev"] = 3.into());
    }),
    forged(
        "lines.jsonl: line 35: it is of case 00000000-0000-4000-8000-000000000000, which the release is not about",
        |folder| {
            folder.json(WITHHELD, &of_line(35), |entry| entry["case"] = OTHER.into());
        },
    ),
    forged("lines.jsonl: line 34: it is withheld, but withheld.jsonl has no entry for it", |folder| {
        folder.json(WITHHELD, &of_line(34), |entry| entry["what"] = "text".into());
    }),
    forged("withheld.jsonl: line 33: the line is not withheld in lines.jsonl", |folder| {
        folder.json(WITHHELD, &of_line(33), |entry| entry["what"] = "line".into());
    }),
    forged("withheld.jsonl: line 36: its entry must be once in the file, in the order of the lines", |folder| {
        folder.lines(WITHHELD, |lines| lines.push(lines[4].clone()));
    }),
    forged("withheld.jsonl: line 32: the line has no confidential text, or is not in the release", |folder| {
        let mut value: Value = serde_json::from_str(&entry(folder, WITHHELD, 33)).unwrap();
        value["line"] = 32.into();
        add_entry(folder, WITHHELD, &value);
    }),
    forged("withheld.jsonl: line 5: the line is not withheld in lines.jsonl", |folder| {
        let mut value: Value = serde_json::from_str(&entry(folder, WITHHELD, 34)).unwrap();
        value["line"] = 5.into();
        add_entry(folder, WITHHELD, &value);
    }),
    forged("released-texts.jsonl: line 37: its text is both released and withheld", |folder| {
        let mut value: Value = serde_json::from_str(&entry(folder, WITHHELD, 33)).unwrap();
        value["line"] = 37.into();
        add_entry(folder, WITHHELD, &value);
    }),
    // Lines.
    forged("lines.jsonl: line 5: it is not the line that the checkpoint covers, or its proof was changed", |folder| {
        folder.lines(LINES, |lines| {
            let place = at(lines, 5);
            lines[place] = lines[place].replace("clerk@", "clark@");
        });
    }),
    forged("lines.jsonl: line 33: it is not the line that the checkpoint covers, or its proof was changed", |folder| {
        // The digest of another text, in the line and in the reasons.
        folder.json(WITHHELD, &of_line(33), |entry| entry["sha256"] = "0".repeat(64).into());
        folder.lines(LINES, |lines| {
            let place = at(lines, 33);
            let mut line: Value = serde_json::from_str(&lines[place]).unwrap();
            line["data"]["text"]["sha256"] = "0".repeat(64).into();
            lines[place] = line.to_string();
        });
    }),
    forged("lines.jsonl: line 6: it must be record 4 of case", |folder| {
        folder.lines(LINES, |lines| {
            let place = at(lines, 5);
            lines.drain(place..place + 2);
        });
    }),
    forged("record 33 is not its last one, or its path was changed", |folder| {
        folder.set(RELEASED, entry(folder, RELEASED, 29) + "\n");
        folder.lines(LINES, |lines| {
            let place = at(lines, 37);
            lines.drain(place..place + 2);
        });
    }),
    forged("lines.jsonl: line 5: it is withheld, but withheld.jsonl has no entry for it", |folder| {
        folder.lines(LINES, |lines| {
            let place = at(lines, 5);
            lines[place] =
                json!({ "sha256": ibbi_log::Digest::sha256(lines[place].as_bytes()).to_string() }).to_string();
        });
    }),
    forged("lines.jsonl: line 34: it is not the line that the checkpoint covers, or its proof was changed", |folder| {
        flip_field(folder, WITHHELD, 34, "sha256");
        let hash = serde_json::from_str::<Value>(&entry(folder, WITHHELD, 34)).unwrap()["sha256"].clone();
        folder.lines(LINES, |lines| {
            let place = hidden_at(lines, 34);
            lines[place] = json!({ "sha256": hash }).to_string();
        });
    }),
    forged("lines.jsonl: line 35: it must be record 31 of case", |folder| {
        // A withheld line disappears with its reason.
        folder.lines(WITHHELD, |lines| lines.retain(|line| !line.contains(&of_line(34))));
        folder.lines(LINES, |lines| {
            let place = hidden_at(lines, 34);
            lines.drain(place..place + 2);
        });
    }),
    forged("lines.jsonl: line 5: it is not the line that the checkpoint covers, or its proof was changed", |folder| {
        folder.lines(LINES, |lines| {
            let place = at(lines, 5) + 1;
            let mut proof: Value = serde_json::from_str(&lines[place]).unwrap();
            proof["proof"][1] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into();
            lines[place] = proof.to_string();
        });
    }),
    forged("lines.jsonl: line 5: it is not the line that the checkpoint covers, or its proof was changed", |folder| {
        folder.lines(LINES, |lines| {
            let place = at(lines, 5) + 1;
            let mut proof: Value = serde_json::from_str(&lines[place]).unwrap();
            proof["proof"].as_array_mut().unwrap().pop();
            lines[place] = proof.to_string();
        });
    }),
    forged("lines.jsonl: line 7: it is not the line that the checkpoint covers, or its proof was changed", |folder| {
        folder.lines(LINES, |lines| {
            let place = at(lines, 5) + 1;
            let mut proof: Value = serde_json::from_str(&lines[place]).unwrap();
            proof["index"] = 6.into();
            lines[place] = proof.to_string();
        });
    }),
    forged("lines.jsonl: entry 10: it is not the proof of the line before it", |folder| {
        folder.lines(LINES, |lines| drop(lines.remove(at(lines, 5) + 1)));
    }),
    forged("lines.jsonl: line 5: it is in the file twice, or after line 5", |folder| {
        folder.lines(LINES, |lines| {
            let place = at(lines, 5);
            let twice = lines[place..place + 2].to_vec();
            lines.splice(place..place, twice);
        });
    }),
    forged("lines.jsonl: line 6: it must be record 4 of case", |folder| {
        folder.lines(LINES, |lines| {
            let place = at(lines, 5);
            lines[place..place + 4].rotate_left(2);
        });
    }),
    forged(
        "lines.jsonl: the paths at the end must be those of the cases of the release, in the order of their IDs",
        |folder| {
            folder.lines(LINES, |lines| {
                let place = at(lines, 38);
                lines.drain(place..place + 2);
            });
        },
    ),
    forged(
        "lines.jsonl: the paths at the end must be those of the cases of the release, in the order of their IDs",
        |folder| {
            folder.lines(LINES, |lines| drop(lines.pop()));
        },
    ),
    forged(
        "lines.jsonl: the paths at the end must be those of the cases of the release, in the order of their IDs",
        |folder| {
            folder.lines(LINES, |lines| lines.push(lines.last().unwrap().clone()));
        },
    ),
    forged("record 34 is not its last one, or its path was changed", |folder| {
        folder
            .json(LINES, "{\"case\":", |path| path["path"][0] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into());
    }),
    forged("it is not the path of a case", |folder| {
        folder.json(LINES, "{\"case\":", |path| path["path"][0] = "AAAA".into());
    }),
    forged("lines.jsonl: entry 3: it is neither a line of the ledger nor the SHA-256 of one", |folder| {
        folder.lines(LINES, |lines| lines[2] = "[]".to_owned());
    }),
    forged("lines.jsonl: line 2: the first line of the ledger must be before it", |folder| {
        folder.lines(LINES, |lines| drop(lines.drain(..2)));
    }),
    forged("lines.jsonl: the file is empty or cut off", |folder| folder.set(LINES, "")),
    forged("lines.jsonl: the file is empty or cut off", |folder| {
        let text = folder.text(LINES)[..2000].to_owned();
        folder.set(LINES, text);
    }),
    // The head.
    forged("lines.jsonl: line 37: it is not the line that the checkpoint covers, or its proof was changed", |folder| {
        folder.json(HEAD, "files", |head| {
            let note = head["checkpoint"].as_str().unwrap().replacen("\n38\n", "\n37\n", 1);
            head["checkpoint"] = note.into();
        });
    }),
    forged("lines.jsonl: line 1: it must be the first line of the checkpoint's ledger", |folder| {
        folder.json(HEAD, "files", |head| {
            head["checkpoint"] = format!("other/{}", head["checkpoint"].as_str().unwrap()).into();
        });
    }),
    forged("release.json: it has no signed checkpoint", |folder| {
        folder.json(HEAD, "files", |head| head["checkpoint"] = "38 lines".into());
    }),
    forged("which the release is not about", |folder| {
        folder.json(HEAD, "files", |head| head["cases"] = json!([OTHER]));
    }),
    forged("lines.jsonl: case 00000000-0000-4000-8000-000000000000 has no record in the release", |folder| {
        folder.json(HEAD, "files", |head| head["cases"].as_array_mut().unwrap().insert(0, OTHER.into()));
    }),
    forged("lines.jsonl: entry 2: it is neither a line of the ledger nor the SHA-256 of one", |folder| {
        folder.json(HEAD, "files", |head| drop(head.as_object_mut().unwrap().remove("cases")));
    }),
    forged("release.json: it is not the head of a release of format 1", |folder| {
        folder.json(HEAD, "files", |head| head["release"] = 2.into());
    }),
    forged("release.json: it is not the head of a release of format 1", |folder| {
        folder.json(HEAD, "files", |head| head["cases"] = json!([]));
    }),
    forged("release.json: it is not the head of a release of format 1", |folder| {
        folder.json(HEAD, "files", |head| head["files"]["../my.ledger"] = "".into());
    }),
    forged("release.json: it does not list withheld.jsonl", |folder| {
        folder.json(HEAD, "files", |head| drop(head["files"].as_object_mut().unwrap().remove("withheld.jsonl")));
    }),
    // Files.
    changed("index.html: the file was changed", |folder| {
        let page = folder.text("index.html").replacen("cl. 26(d)", "cl. 26(e)", 1);
        folder.set("index.html", page);
    }),
    changed("README.txt: the file was changed", |folder| folder.set("README.txt", "Nothing is withheld.\n")),
    changed("verify_release.py: the file was changed", |folder| folder.set("verify_release.py", "print('sound')\n")),
    changed("withheld.jsonl: the file was changed", |folder| {
        folder.json(WITHHELD, &of_line(33), |entry| entry["reason"] = "Another reason.".into());
    }),
    changed("README.txt: the file is missing", |folder| drop(folder.0.remove("README.txt"))),
    changed("lines.jsonl: the file is missing", |folder| drop(folder.0.remove(LINES))),
    changed("release.json: the file is missing", |folder| drop(folder.0.remove(HEAD))),
    changed("more.txt: the file is not part of the release", |folder| folder.set("more.txt", "more")),
    changed("release.note: the file is missing", |folder| drop(folder.0.remove("release.note"))),
    changed("release.note: the file is not part of the release", |folder| {
        folder.json(HEAD, "files", |head| drop(head.as_object_mut().unwrap().remove("signer")));
    }),
    forged("release.note: it is not the signed statement about this release.json", |folder| {
        let page = folder.text("index.html").replacen("cl. 26(d)", "cl. 26(e)", 1);
        folder.set("index.html", page);
    }),
    forged("release.note: it is not the signed statement about this release.json", |folder| {
        folder.json(WITHHELD, &of_line(33), |entry| entry["reason"] = "Another reason.".into());
    }),
    changed("release.note: it is not the signed statement about this release.json", |folder| {
        let note = folder.text("release.note").replacen("release 1", "release 2", 1);
        folder.set("release.note", note);
    }),
];
