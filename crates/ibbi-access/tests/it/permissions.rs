//! The table, as a viewer meets it.

use ibbi_access::{CaseRef, Grant, Principal, Role, Scope, View, Viewer};
use ibbi_core::{EventKind, Name, Party};
use uuid::Uuid;

const OWN: CaseRef<'static> = CaseRef { case: Uuid::from_u128(1), district: "Maple Hollow" };
const OTHER: CaseRef<'static> = CaseRef { case: Uuid::from_u128(2), district: "Cedar Falls" };

fn viewer(grants: Vec<Grant>) -> Viewer {
    Viewer::new(Principal::new("https://login.example.org", "u1", "Ada Yun").unwrap(), grants)
}

/// One viewer for each role, with the scope that the role takes. Party members are of labor.
fn of(role: Role) -> Viewer {
    let district = || Scope::District(Name::new(OWN.district).unwrap());
    viewer(vec![match role {
        Role::Staff | Role::Auditor => Grant::new(role, Scope::All),
        Role::Facilitator => Grant::new(role, Scope::Case(OWN.case)),
        Role::Party => Grant::party(Party::Labor, district()),
        Role::Service => Grant::new(role, district()),
    }])
}

/// The kinds of event that a party member records for the own party, written here once more by hand.
const OF_A_PARTY: &str = "support_confirmed support_withdrawn member_named member_released attendance_pledged pledge_withdrawn \
                          caucus_opened concern_raised concern_addressed concern_dropped party_decided decision_reopened";

#[test]
fn every_role_records_what_the_documentation_says() {
    for kind in EventKind::ALL {
        let code = kind.code();
        for (case, own) in [(OWN, true), (OTHER, false)] {
            for party in [None, Some(Party::Labor), Some(Party::Management)] {
                for role in Role::ALL {
                    let expected = match role {
                        Role::Staff => true,
                        Role::Auditor => false,
                        Role::Facilitator => own && !["case_opened", "case_migrated"].contains(&code),
                        Role::Service => own && !["event_voided", "case_migrated"].contains(&code),
                        Role::Party => {
                            let of_party = OF_A_PARTY.split_whitespace().any(|of_party| of_party == code);
                            own && (code == "note_added" || (of_party && party == Some(Party::Labor)))
                        }
                    };
                    let answer = of(role).may_record(*kind, Some(case), party);
                    assert_eq!(answer.is_ok(), expected, "{role:?} {code} {case:?} {party:?}");
                }
            }
        }
    }
}

#[test]
fn only_roles_for_all_cases_open_a_case() {
    let opens = |viewer: &Viewer| viewer.may_record(EventKind::CaseOpened, None, None).is_ok();
    let all = Role::ALL.map(|role| opens(&of(role)));
    assert_eq!(all, [true, false, false, false, false]);
    assert!(opens(&viewer(vec![Grant::new(Role::Service, Scope::All)])));
}

#[test]
fn every_role_sees_what_the_documentation_says() {
    for (view, roles) in [
        (View::Tools, "staff facilitator party auditor service"),
        (View::Cases, "staff facilitator party auditor service"),
        (View::Case, "staff facilitator party auditor service"),
        (View::PartyTexts, "staff facilitator party auditor"),
        (View::Notes, "staff facilitator auditor"),
        (View::Extract, "staff facilitator auditor"),
        (View::Ledger, "staff auditor"),
        (View::Access, "staff auditor"),
        (View::ManageAccess, "staff"),
        (View::Retention, "staff"),
    ] {
        for role in Role::ALL {
            let has = roles.split(' ').any(|code| code == role.code());
            let own = of(role).may_see_of(view, Some(OWN), Some(Party::Labor));
            assert_eq!(own.is_ok(), has, "{role:?} {view:?}");
            let anywhere = matches!(role, Role::Staff | Role::Auditor) || view == View::Tools;
            let other = of(role).may_see_of(view, Some(OTHER), Some(Party::Labor));
            assert_eq!(other.is_ok(), has && anywhere, "{role:?} {view:?} of another district");
            if view == View::PartyTexts {
                let other = of(role).may_see_of(view, Some(OWN), Some(Party::Management));
                assert_eq!(other.is_ok(), has && role != Role::Party, "{role:?} texts of the other party");
            }
        }
    }
    let sees_all = Role::ALL.map(|role| of(role).sees_all_cases());
    let reads_all = Role::ALL.map(|role| of(role).reads_all_texts());
    assert_eq!((sees_all, reads_all), ([true, false, false, true, false], [true, false, false, true, false]));
}

#[test]
fn nobody_without_a_role_does_anything() {
    let nobody = viewer(Vec::new());
    assert!(EventKind::ALL.iter().all(|kind| nobody.may_record(*kind, Some(OWN), Some(Party::Labor)).is_err()));
    assert!(View::ALL.iter().all(|view| nobody.may_see_of(*view, Some(OWN), Some(Party::Labor)).is_err()));
}

#[test]
fn a_denial_says_what_is_missing_and_who_can_grant_it() {
    let staff = vec![Name::new("P. Sullivan").unwrap()];
    let party = of(Role::Party).with_staff(staff);
    let denial = party.may_record(EventKind::PartyDecided, Some(OWN), Some(Party::Management)).unwrap_err();
    assert_eq!(
        denial.to_string(),
        "Ada Yun (party member for labor in Maple Hollow) can't record \u{201c}party decided\u{201d}. This needs one of these \
         roles: program staff, facilitator of the case, party member for management, or service. Program staff can grant it: \
         P. Sullivan"
    );
    let denial = of(Role::Auditor).may_see(View::ManageAccess, None).unwrap_err();
    assert_eq!(
        denial.to_string(),
        "Ada Yun (auditor) can't change who may do what. This needs the role program staff. The person who runs the server can \
         grant it with `ibbi access grant`"
    );
}
