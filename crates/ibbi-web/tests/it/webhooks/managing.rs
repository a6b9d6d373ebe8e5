//! Making and removing webhooks, and who may.

use super::{quick, state, webhook};
use crate::access::{EVERYONE, Matrix, Who};
use crate::support::{Running, errors};
use ibbi_testing::receiver::{Receiver, Reply};
use serde_json::{Value, json};

#[test]
fn wrong_webhooks_are_refused_with_what_to_do() {
    let server = Running::start();
    let good = json!({ "name": "board", "url": "https://hooks.example.org/", "role": "service" });
    for (key, value, says) in [
        ("url", json!("http://hooks.example.org/"), "use https"),
        ("url", json!("http://10.0.0.1/"), "use https"),
        ("url", json!("https://me:secret@hooks.example.org/"), "a user name or a password"),
        ("url", json!("hooks"), "is not the address of a receiver"),
        ("url", json!(""), "is not the address of a receiver"),
        ("name", json!(""), "the name of the receiver: "),
        ("role", json!("clerk"), "`clerk` is not a role"),
        ("role", json!("facilitator"), "is for given cases"),
        ("role", json!("party"), "is for given cases"),
        ("case", json!("x"), "is not the ID of a case"),
        ("party", json!("labor"), "only the role party member has a party"),
        ("after", json!(99), "the ledger has 1 lines"),
        ("after", json!("x"), "the body is not a webhook"),
        ("secret", json!("x"), "unknown key `secret`"),
    ] {
        let mut body = good.clone();
        body[key] = value;
        let refused = server.post("/api/v1/webhooks", &body);
        assert!(refused.status == 400 && refused.text().contains(says), "{key}: {} {}", refused.status, refused.text());
        if key != "after" && key != "secret" {
            let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            let mut form = form_urlencoded::Serializer::new(String::new());
            for name in ["name", "url", "role", "case", "party"] {
                form.append_pair(name, &text(name));
            }
            let page = server.form("/webhooks", &form.finish());
            assert_eq!(page.status, 400, "{key}");
            assert!(
                page.text().contains("role=\"alert\"") && page.text().contains("value=\"board\"") != (key == "name")
            );
        }
    }
    assert_eq!(server.get("/api/v1/webhooks").json(), json!({ "webhooks": [], "next": null }));
    assert!(server.get("/webhooks").text().contains("There are no webhooks yet."));
}

#[test]
fn form_makes_one_webhook_and_shows_its_secret_once() {
    let server = Running::start_with(|config| quick(config, 3));
    let receiver = Receiver::start(|_| Reply::Status(200));
    let page = server.get("/webhooks").text().to_owned();
    let id = page.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = format!(
        "id={id}&name=Board+%3Cb%3E&url=http%3A%2F%2F{}%2F&role=party&district=Maple+Hollow&party=labor&after=",
        receiver.address
    );
    let made = server.form("/webhooks", &form);
    assert_eq!(made.status, 201, "{}", made.text());
    let secret = made.text().split("whsec_").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(made.text().contains("Board &lt;b&gt;") && made.text().contains("party member for labor in Maple Hollow"));
    assert!(!server.get("/webhooks").text().contains(&secret), "only once");
    assert!(!server.get("/api/v1/webhooks").text().contains(&secret));
    let again = server.form("/webhooks", &form);
    assert!(again.status == 400 && again.text().contains("already; its secret was shown"), "{}", again.text());
    assert!(!again.text().contains(&format!("value=\"{id}\"")), "the form can be sent again as another one");
    assert_eq!(server.get("/api/v1/webhooks").json()["webhooks"].as_array().unwrap().len(), 1);
    assert_eq!(state(&server, &id)["created_by"], "clerk");
    assert!(server.get("/").text().contains("href=\"/webhooks\""));
    let removed = server.confirmed(&format!("/webhooks/{id}/remove"), "");
    assert_eq!(removed.status, 303);
    assert_eq!(server.get("/api/v1/webhooks").json(), json!({ "webhooks": [], "next": null }));
    let again = server.form(&format!("/webhooks/{id}/remove"), "");
    assert!(again.status == 404 && again.text().contains("no webhook any more"), "{}", again.text());
}

/// Only program staff manage webhooks, on the page and over the API.
#[test]
fn every_role_but_program_staff_is_denied() {
    let matrix = Matrix::new();
    let receiver = Receiver::start(|_| Reply::Status(200));
    let (id, _) = webhook(&matrix.server, &receiver, &json!({}));
    let document = matrix.server.get("/api/v1/openapi.json").json();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        if path.starts_with("/api/v1/webhooks") {
            routes.extend(methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
        }
    }
    assert_eq!(routes.len(), 7, "{routes:?}");
    for (method, path) in [
        ("GET", "/webhooks"),
        ("POST", "/webhooks"),
        ("POST", "/webhooks/{webhook}/remove"),
        ("POST", "/webhooks/{webhook}/letters/{record}/resend"),
        ("POST", "/webhooks/{webhook}/letters/{record}/delete"),
    ] {
        routes.push((method.to_owned(), path.to_owned()));
    }
    for (who, token) in matrix.tokens.iter().filter(|(who, _)| *who != Who::Staff) {
        for (method, path) in &routes {
            let path = path.replace("{webhook}", &id).replace("{record}", "2");
            let answer = matrix.ask(token, method, &path, "application/json", "{}");
            assert_eq!(answer.status, 403, "{who:?} {method} {path}");
            let text = answer.text();
            assert!(text.contains("manage webhooks") && text.contains("program staff"), "{who:?} {path}: {text}");
            assert!(!text.contains(&receiver.address.to_string()), "{text}");
        }
        assert!(!matrix.get(token, "/").text().contains("/webhooks"), "{who:?}");
    }
    assert_eq!(EVERYONE.len(), matrix.tokens.len());
    assert_eq!(state(&matrix.server, &id)["name"], "board", "nothing was changed");
    // A page of another site can't make one with the session of the browser.
    let foreign = [("origin", "https://evil.example"), ("content-type", "application/x-www-form-urlencoded")];
    let made =
        matrix.server.connect().ask("POST", "/webhooks", &foreign, b"name=x&url=https://evil.example&role=staff");
    assert_eq!(made.status, 403);
    let gone = [("origin", "https://evil.example")];
    let removed = matrix.server.connect().ask("DELETE", &format!("/api/v1/webhooks/{id}"), &gone, b"");
    assert_eq!(removed.status, 403);
}

#[test]
fn answers_are_as_described() {
    let server = Running::start_with(|config| quick(config, 1));
    let case = server.open("Maple Hollow");
    let receiver = Receiver::start(|_| Reply::Status(500));
    let document = server.get("/api/v1/openapi.json").json();
    let check = |schema: &str, value: &Value| {
        let reference = json!({ "$ref": format!("#/components/schemas/{schema}") });
        let wrong = errors(&document, &reference, value);
        assert!(wrong.is_empty(), "{schema}: {wrong:?}: {value}");
    };
    let body = json!({ "name": "b", "url": receiver.url(), "role": "service", "district": "Maple Hollow", "after": 0 });
    check("WebhookBody", &body);
    let made = server.post("/api/v1/webhooks", &body).json();
    check("NewWebhookAnswer", &made);
    let id = made["id"].as_str().unwrap();
    let last = super::note(&server, &case, "x");
    super::wait(&server, id, "done", |webhook| webhook["position"] == last);
    check("WebhookList", &server.get("/api/v1/webhooks").json());
    let letters = server.get(&format!("/api/v1/webhooks/{id}/dead-letters")).json();
    check("DeadLetterList", &letters);
    assert_eq!(letters["dead_letters"].as_array().unwrap().len(), 2);
    check("WebhookChanged", &server.post(&format!("/api/v1/webhooks/{id}/dead-letters/2/resend"), &json!({})).json());
}

/// A file that can't be read stops the sending, and nothing else.
#[test]
fn damaged_file_stops_the_sending_only() {
    let server = Running::start_with(|config| {
        quick(config, 3);
        config.limits.retry = std::time::Duration::from_millis(10);
    });
    let case = server.open("Maple Hollow");
    let receiver = Receiver::start(|_| Reply::Status(200));
    let (id, _) = webhook(&server, &receiver, &json!({}));
    let first = super::note(&server, &case, "x");
    receiver.wait_for_record(first);
    super::wait(&server, &id, "done", |webhook| webhook["position"] == first);
    let path = format!("{}.webhooks", server.ledger().display());
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, [whole.as_slice(), b"garbage\n"].concat()).unwrap();
    let second = super::note(&server, &case, "y");
    let answer = server.get("/api/v1/webhooks");
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("webhooks-unavailable")), "{}", answer.text());
    assert!(answer.text().contains("line 2 of a file beside the ledger is not a change of a webhook"));
    assert_eq!(server.get("/webhooks").status, 503);
    assert_eq!((server.get("/metrics").status, server.get("/cases").status), (200, 200));
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(receiver.wait_for_record(second).len(), 2);
}
