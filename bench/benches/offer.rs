//! How long an event takes that is accepted, and one that is refused. On a case with two teams of six.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ibbi_bench::{case_before, refused_offers, whole_case};
use ibbi_core::events::{FormatChosen, SessionOpened};
use ibbi_core::{Case, Event, EventKind, Format, MemberIds};
use std::hint::black_box;

fn accepted(c: &mut Criterion) {
    let events = whole_case();
    let mut group = c.benchmark_group("accepted");
    group.throughput(Throughput::Elements(events.len() as u64));
    // The whole case, so that every kind of event has its share. The time shown is for all of them.
    group.bench_function(format!("whole case of {} events", events.len()), |b| {
        b.iter(|| {
            let mut case = Case::default();
            for (at, event) in &events {
                case.offer(black_box(event), *at).expect("legal");
            }
            case
        });
    });
    group.finish();
    let (case, at, event) = case_before(|event| event.kind() == EventKind::SessionOpened);
    c.bench_function("accepted/session_opened with 12 present", |b| {
        b.iter_batched(
            || case.clone(),
            |mut case| case.offer(black_box(&event), at).map(|_| case),
            BatchSize::SmallInput,
        );
    });
}

fn refused(c: &mut Criterion) {
    let (events, offers) = (whole_case(), refused_offers());
    let after = |count: usize| {
        let mut case = Case::default();
        events.iter().take(count).for_each(|(at, event)| drop(case.offer(event, *at)));
        case
    };
    let offers: Vec<_> = offers.into_iter().map(|offer| (after(offer.after), offer)).collect();
    let mut group = c.benchmark_group("refused");
    group.throughput(Throughput::Elements(offers.len() as u64));
    group.bench_function(format!("{} offers of all stages", offers.len()), |b| {
        b.iter(|| {
            for (case, offer) in &offers {
                black_box(case.check(black_box(&offer.event), offer.at)).expect_err("refused");
            }
        });
    });
    group.finish();
    let (case, at, event) = case_before(|event| event.kind() == EventKind::SessionOpened);
    let Event::SessionOpened(opened) = event else { unreachable!("it was asked for") };
    let present = MemberIds::new(opened.present.iter().copied().skip(1)).expect("a list");
    let missing = Event::from(SessionOpened { present, ..opened });
    c.bench_function("refused/session_opened, a member missing", |b| {
        b.iter(|| case.check(black_box(&missing), at).expect_err("one is missing"));
    });
    let (case, at, _) = case_before(|event| event.kind() == EventKind::PartyDecided);
    let early = Event::from(FormatChosen { format: Format::FullDay.into() });
    c.bench_function("refused/format_chosen before both adopted", |b| {
        b.iter(|| case.check(black_box(&early), at).expect_err("nobody has adopted"));
    });
}

criterion_group!(benches, accepted, refused);
criterion_main!(benches);
