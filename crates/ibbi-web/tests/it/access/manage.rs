//! Giving and taking roles on the page.

use super::{EVERYONE, Matrix, Who};
use crate::support::{Answer, Running};
use ibbi_access::{AccessFile, Grant, Principal, Registry, Role, Scope, access_path};
use ibbi_web::{HeaderName, SignIn, TrustedProxy};
use serde_json::json;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A server behind a proxy that signs people in, and with its own user.
fn behind_proxy() -> Running {
    Running::start_with(|config| {
        config.settings.sign_in = SignIn {
            local: Some(Principal::local("root", "P. Sullivan").unwrap()),
            proxy: Some(TrustedProxy {
                from: vec!["127.0.0.1".parse().unwrap()],
                header: HeaderName::from_static("x-forwarded-user"),
                name_header: Some(HeaderName::from_static("x-forwarded-name")),
                issuer: "proxy".to_owned(),
            }),
            ..SignIn::default()
        };
    })
}

fn as_person(server: &Running, person: (&str, &str), method: &str, path: &str, body: &str) -> Answer {
    let headers = [("x-forwarded-user", person.0), ("x-forwarded-name", person.1), FORM];
    server.stranger().ask(method, path, &headers, body.as_bytes())
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[test]
fn those_without_a_role_are_told_whom_to_ask_and_staff_gives_them_one() {
    let server = behind_proxy();
    let case = server.open("Maple Hollow");
    let ada = ("ayun", "Ada <b>Yun</b>");
    let start = as_person(&server, ada, "GET", "/", "");
    assert_eq!(start.status, 200);
    let text = start.text();
    assert!(text.contains("You have no role yet") && text.contains("<code>ayun</code>"), "{text}");
    assert!(
        text.contains("<code>proxy</code>") && !text.contains("Maple Hollow") && !text.contains("<b>Yun"),
        "{text}"
    );
    assert!(text.contains("Program staff can give you one: P. Sullivan."), "{text}");
    for path in ["/plan", "/cases", "/audit", "/access"] {
        let denied = as_person(&server, ada, "GET", path, "");
        assert_eq!(denied.status, 403, "{path}");
        assert!(denied.text().contains("Program staff can grant it: P. Sullivan.</p>"), "{}", denied.text());
    }
    // Staff chooses the newcomer from a list.
    let page = server.get("/access");
    assert!(page.status == 200 && page.text().contains("P. Sullivan</"), "{}", page.text());
    let person = json!({ "issuer": "proxy", "subject": "ayun", "name": "Ada <b>Yun</b>" }).to_string();
    assert!(page.text().contains(">Ada &lt;b&gt;Yun&lt;/b&gt;, ayun (proxy)</option>"), "{}", page.text());
    let give = |role: &[(&str, &str)]| {
        server.form("/access/grant", &encoded(&[&[("person", person.as_str())], role].concat()))
    };
    for (role, why) in [
        (&[("role", "party"), ("where", "district:Maple Hollow")][..], "choose the party"),
        (&[("role", "party"), ("party", "labor")], "choose a district or a case"),
        (&[("role", "boss")], "is not a role"),
        (&[], "Choose a role"),
        (&[("role", "facilitator"), ("where", "case:1")], "There is no such case"),
        (&[("role", "facilitator"), ("where", "x")], "Choose the cases from the list"),
    ] {
        let answer = give(role);
        assert!(answer.status == 422 && answer.text().contains(why), "{role:?}: {} {}", answer.status, answer.text());
        let text = answer.text();
        assert!(text.contains("Nothing was changed") && text.contains("aria-invalid"), "at the field: {text}");
    }
    let labor = [("role", "party"), ("where", "district:Maple Hollow"), ("party", "labor")];
    let given = give(&labor);
    assert_eq!((given.status, given.header("location")), (303, Some("/access?changed=1#now")), "{}", given.text());
    let twice = give(&labor);
    assert!(twice.status == 422 && twice.text().contains("already"), "{}", twice.text());
    let sees = as_person(&server, ada, "GET", "/cases", "");
    assert!(sees.status == 200 && sees.text().contains("Maple Hollow"), "the role counts at once");
    let after = server.get("/access").text().to_owned();
    assert!(after.contains("party member for labor in Maple Hollow") && after.contains("clerk gave"), "{after}");
    assert!(!after.contains("<select name=\"person\""), "those with a role aren't newcomers: {after}");
    // The pages offer only what the role may record, and say who records the rest.
    let list = as_person(&server, ada, "GET", "/cases", "").text().to_owned();
    assert!(
        !list.contains("method=\"post\" action=\"/cases\"") && list.contains("This needs one of these roles"),
        "{list}"
    );
    let of_case = format!("/cases/{case}");
    let own = as_person(&server, ada, "GET", &of_case, "").text().to_owned();
    assert!(own.contains("Recorded by program staff or facilitator of the case"), "{own}");
    assert!(!own.contains("value=\"leader_agreed\"") && !own.contains("class=\"correct\""), "{own}");
    let staff = server.get(&of_case).text().to_owned();
    assert!(staff.contains("value=\"leader_agreed\"") && staff.contains("class=\"correct\""), "{staff}");
    assert!(!staff.contains("Recorded by program staff"), "{staff}");
    // And takes it again.
    let grant = serde_json::to_string(&Grant::party(
        ibbi_core::Party::Labor,
        Scope::District(ibbi_core::Name::new("Maple Hollow").unwrap()),
    ))
    .unwrap();
    let removed = server.confirmed("/access/remove", &encoded(&[("person", &person), ("grant", &grant)]));
    assert_eq!(removed.status, 303, "{}", removed.text());
    assert_eq!(as_person(&server, ada, "GET", "/cases", "").status, 403);
    let told = server.get("/access?changed=1").text().to_owned();
    assert!(told.contains("You took the role") && told.contains("Undo: give the role back"), "{told}");
    assert!(told.contains("<select name=\"person\""), "a person whose role was taken can be chosen again: {told}");
    assert!(!server.get("/access").text().contains("You took the role"), "only after the change");
    let again = server.form("/access/remove", &encoded(&[("person", &person), ("grant", &grant)]));
    assert!(again.status == 422 && again.text().contains("have the role"), "{}", again.text());
    // Who isn't in the list has an ID and an issuer.
    let typed = [("issuer", "proxy"), ("subject", " lmora "), ("name", "L. Mora"), ("role", "staff"), ("where", "")];
    assert_eq!(server.form("/access/grant", &encoded(&typed)).status, 303);
    let mora = ("lmora", "L. Mora");
    assert_eq!(as_person(&server, mora, "GET", "/access", "").status, 200);
    let start = as_person(&server, ada, "GET", "/", "").text().to_owned();
    assert!(start.contains("Program staff can give you one: L. Mora."), "{start}");
    let person = json!({ "issuer": "proxy", "subject": "lmora", "name": "L. Mora" }).to_string();
    let staff = serde_json::to_string(&Grant::new(Role::Staff, Scope::All)).unwrap();
    let own = as_person(&server, mora, "POST", "/access/remove", &encoded(&[("person", &person), ("grant", &staff)]));
    assert!(own.status == 422 && own.text().contains("from yourself"), "{}", own.text());
    let nothing = server.form("/access/grant", &encoded(&[("role", "staff")]));
    assert!(nothing.status == 422 && nothing.text().contains("type the ID and the issuer"), "{}", nothing.text());
    for issuer in ["local", "token"] {
        let taken = server.form("/access/grant", &encoded(&[("issuer", issuer), ("subject", "1"), ("role", "staff")]));
        assert_eq!(taken.status, 422, "{issuer}");
    }
}

#[test]
fn staff_makes_and_revokes_a_token_on_the_page() {
    let server = Running::start();
    server.open("Maple Hollow");
    let make = |pairs: &[(&str, &str)]| server.form("/access/tokens", &encoded(pairs));
    for (pairs, why) in [
        (&[("program", "sync"), ("role", "service"), ("days", "9999")][..], "how long the token is valid"),
        (&[("program", ""), ("role", "service"), ("days", "30")], "The name of the program"),
    ] {
        let answer = make(pairs);
        assert!(answer.status == 422 && answer.text().contains(why), "{pairs:?}: {}", answer.text());
    }
    let made = make(&[("program", "sync"), ("role", "service"), ("days", "30"), ("where", "")]);
    let text = made.text();
    let token = text.split("<code>").nth(1).unwrap().split('<').next().unwrap();
    assert!(made.status == 200 && token.starts_with("ibbi_"), "{text}");
    let asked = || server.connect_as(token).ask("GET", "/api/v1/cases", &[], b"").status;
    assert_eq!(asked(), 200);
    assert!(!server.get("/access").text().contains(token), "the token is shown once");
    let id = token.split('_').nth(1).unwrap();
    assert_eq!(server.confirmed("/access/revoke", &encoded(&[("token", id)])).status, 303);
    assert_eq!(asked(), 401);
    let again = server.form("/access/revoke", &encoded(&[("token", id)]));
    assert!(again.status == 422 && again.text().contains("revoked before"), "{}", again.text());
    // The records name who did it.
    let history = Registry::open(AccessFile::new(access_path(&server.ledger()))).unwrap().history().unwrap();
    assert_eq!(history.last().unwrap().by.name.as_str(), "clerk");
}

#[test]
fn only_staff_changes_access_and_auditors_read_it() {
    let matrix = Matrix::new();
    let before = std::fs::read(access_path(&matrix.server.ledger())).unwrap();
    for (who, token) in &matrix.tokens {
        let page = matrix.get(token, "/access");
        assert_eq!(page.status, if who.sees_all() { 200 } else { 403 }, "{who:?}");
        let has_forms = page.text().contains("action=\"/access/");
        assert_eq!(has_forms, *who == Who::Staff, "{who:?}");
        assert_eq!(matrix.get(token, "/").text().contains("href=\"/access\""), who.sees_all(), "{who:?}");
        if *who == Who::Staff {
            continue;
        }
        for path in ["/access/grant", "/access/remove", "/access/tokens", "/access/revoke"] {
            let body = encoded(&[
                ("issuer", "proxy"),
                ("subject", "x"),
                ("role", "staff"),
                ("program", "x"),
                ("days", "30"),
                ("token", token.split('_').nth(1).unwrap()),
            ]);
            assert_eq!(matrix.ask(token, "POST", path, FORM.1, &body).status, 403, "{who:?} {path}");
        }
    }
    assert_eq!(
        std::fs::read(access_path(&matrix.server.ledger())).unwrap(),
        before,
        "of {EVERYONE:?} no one changed it"
    );
}

/// The server has no session that it could end.
#[test]
fn signing_out_behind_a_proxy_says_where() {
    let server = behind_proxy();
    let answer = as_person(&server, ("ayun", "Ada Yun"), "POST", "/logout", "");
    assert!(answer.status == 200 && answer.text().contains("You are still signed in"), "{}", answer.text());
}

#[test]
fn sample_plan_says_that_it_is_made_up() {
    let server = Running::start();
    let (sample, own) = (server.get("/plan").text().to_owned(), server.get("/plan?begin=empty").text().to_owned());
    assert!(sample.contains("(made up)") && sample.contains("Start with your own district"), "{sample}");
    assert!(!own.contains("(made up)"), "{own}");
    for id in ["scenario", "conflicts"] {
        assert!(
            sample.contains(&format!("href=\"#{id}\"")) && sample.contains(&format!("id=\"{id}\"")),
            "{id}: {sample}"
        );
    }
}
