//! The hours of a training or a facilitation as the peers keep them: what the guards need, and no record beside it.

use ibbi_core::events::{SessionOpened, SessionScheduled};
use ibbi_core::{At, Date, MemberIds, Slot};

/// A part: its minutes, what was held of it, and what is booked.
#[derive(Debug, Clone)]
struct Part {
    minutes: u16,
    counted: u16,
    first_day: Option<Date>,
    booked: Option<Slot>,
}

impl Part {
    const fn remaining(&self) -> u16 {
        self.minutes.saturating_sub(self.counted)
    }
}

/// The session that is open.
#[derive(Debug, Clone)]
struct Open {
    part: u8,
    slot: Slot,
    opened: At,
    present: MemberIds,
}

impl Open {
    fn counted(&self, at: At) -> u16 {
        let elapsed = at.minutes_since(self.opened).min(i64::from(self.slot.minutes()));
        u16::try_from(elapsed).unwrap_or(u16::MAX)
    }
}

/// The parts of a stage and the session that is open.
#[derive(Debug, Clone, Default)]
pub(super) struct Hours {
    parts: Vec<Part>,
    grace: u16,
    open: Option<Open>,
}

impl Hours {
    pub(super) fn new(lengths: &[u16], grace: u16) -> Self {
        let part = |minutes: &u16| Part { minutes: *minutes, counted: 0, first_day: None, booked: None };
        Self { parts: lengths.iter().map(part).collect(), grace, open: None }
    }

    fn part(&self, number: u8) -> Option<&Part> {
        self.parts.get(usize::from(number).checked_sub(1)?)
    }

    fn part_mut(&mut self, number: u8) -> Option<&mut Part> {
        self.parts.get_mut(usize::from(number).checked_sub(1)?)
    }

    fn numbered(&self) -> impl Iterator<Item = (u8, &Part)> {
        (1..=u8::MAX).zip(&self.parts)
    }

    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(super) fn is_complete(&self) -> bool {
        self.parts.iter().all(|part| part.remaining() <= self.grace)
    }

    /// Nothing is booked, nothing was held: another format may be chosen.
    pub(super) fn is_untouched(&self) -> bool {
        self.parts.iter().all(|part| part.booked.is_none() && part.first_day.is_none())
    }

    pub(super) fn may_schedule(&self, event: &SessionScheduled, at: At) -> bool {
        let SessionScheduled { part: number, slot, .. } = event;
        let Some(part) = self.part(*number) else { return false };
        let open = self.open.as_ref();
        let booked = self.numbered().filter_map(|(other, part)| Some((other, part.booked?)));
        let mut taken = booked.chain(open.map(|open| (open.part, open.slot)));
        let (minutes, asked) = (slot.minutes(), u32::from(part.remaining()));
        may_book(*slot, at)
            && part.remaining() > self.grace
            && part.booked.is_none()
            && open.is_none_or(|open| open.part != *number)
            && taken.all(|(other, taken)| other == *number || !taken.overlaps(*slot))
            && if part.first_day.is_some() { minutes <= asked } else { minutes == asked }
    }

    pub(super) fn schedule(&mut self, event: &SessionScheduled) {
        if let Some(part) = self.part_mut(event.part) {
            part.booked = Some(event.slot);
        }
    }

    pub(super) fn may_postpone(&self, number: u8) -> bool {
        self.part(number).is_some_and(|part| part.booked.is_some())
    }

    pub(super) fn postpone(&mut self, number: u8) {
        if let Some(part) = self.part_mut(number) {
            part.booked = None;
        }
    }

    pub(super) fn may_open(&self, number: u8, at: At) -> bool {
        let Some(part) = self.part(number) else { return false };
        let Some(slot) = part.booked else { return false };
        let today = slot.day_of(at);
        let in_turn = || {
            let mut earlier = self.parts.iter().take(usize::from(number) - 1);
            let mut others = self.numbered().filter(|(other, _)| *other != number);
            earlier.all(|part| part.first_day.is_some()) && others.all(|(_, part)| part.first_day != Some(today))
        };
        self.open.is_none() && today == slot.local_day() && (part.first_day.is_some() || in_turn())
    }

    pub(super) fn begin(&mut self, event: &SessionOpened, at: At) {
        let Some(part) = self.part_mut(event.part) else { return };
        let Some(slot) = part.booked.take() else { return };
        part.first_day.get_or_insert(slot.day_of(at));
        self.open = Some(Open { part: event.part, slot, opened: at, present: event.present.clone() });
    }

    /// Whether ending the open session now would fill its slot or its part; `None` if none is open.
    pub(super) fn fills(&self, at: At) -> Option<bool> {
        let open = self.open.as_ref()?;
        let counted = open.counted(at);
        let left = self.part(open.part)?.remaining().saturating_sub(counted);
        Some(u32::from(counted) == open.slot.minutes() || left <= self.grace)
    }

    pub(super) fn were_present(&self, left: &MemberIds) -> bool {
        self.open.as_ref().is_some_and(|open| left.iter().all(|id| open.present.contains(id)))
    }

    pub(super) fn would_complete(&self, at: At) -> bool {
        let Some(open) = &self.open else { return false };
        self.numbered().all(|(number, part)| {
            let more = if number == open.part { open.counted(at) } else { 0 };
            part.remaining().saturating_sub(more) <= self.grace
        })
    }

    pub(super) fn end(&mut self, at: At) {
        let Some(open) = self.open.take() else { return };
        if let Some(part) = self.part_mut(open.part) {
            part.counted = part.counted.saturating_add(open.counted(at));
        }
    }
}

/// A slot is in the future and inside one local day.
pub(super) fn may_book(slot: Slot, at: At) -> bool {
    slot.starts().at() > at && slot.is_one_local_day()
}
