// The hours of a training or a facilitation, as values: every change makes a new one, as XState's context asks.

export const hoursOf = (lengths, grace) => ({
  grace,
  open: null,
  parts: lengths.map((minutes) => ({ minutes, counted: 0, firstDay: null, booked: null })),
});

const remaining = (part) => Math.max(0, part.minutes - part.counted);
const dayOf = (slot, at) => Math.floor((at + slot.offset * 60_000) / 86_400_000);
const counted = (open, at) => Math.min(Math.floor((at - open.opened) / 60_000), open.slot.minutes);
const partOf = (hours, number) => hours.parts[number - 1];

const changed = (hours, number, change) => ({
  ...hours,
  parts: hours.parts.map((part, index) => (index + 1 === number ? { ...part, ...change } : part)),
});

export const mayBook = (slot, at) => slot.starts > at && slot.oneDay;
export const isComplete = (hours) => hours.parts.every((part) => remaining(part) <= hours.grace);
export const isUntouched = (hours) => hours.parts.every((part) => part.booked === null && part.firstDay === null);

const overlap = (one, other) => one.starts < other.ends && other.starts < one.ends;

export function maySchedule(hours, { part: number, slot }, at) {
  const part = partOf(hours, number);
  if (!part || !mayBook(slot, at) || remaining(part) <= hours.grace) return false;
  if (part.booked !== null || hours.open?.part === number) return false;
  const taken = hours.parts.some((other, index) => index + 1 !== number && other.booked && overlap(other.booked, slot));
  if (taken || (hours.open && hours.open.part !== number && overlap(hours.open.slot, slot))) return false;
  return part.firstDay === null ? slot.minutes === remaining(part) : slot.minutes <= remaining(part);
}

export const schedule = (hours, { part, slot }) => changed(hours, part, { booked: slot });
export const mayPostpone = (hours, { part }) => Boolean(partOf(hours, part)?.booked);
export const postpone = (hours, { part }) => changed(hours, part, { booked: null });

export function mayOpen(hours, { part: number }, at) {
  const part = partOf(hours, number);
  if (!part?.booked || hours.open) return false;
  const today = dayOf(part.booked, at);
  if (today !== part.booked.day) return false;
  if (part.firstDay !== null) return true;
  return hours.parts.every((other, index) => {
    if (index + 1 < number && other.firstDay === null) return false;
    return index + 1 === number || other.firstDay !== today;
  });
}

export function begin(hours, { part: number, present }, at) {
  const part = partOf(hours, number);
  const open = { part: number, slot: part.booked, opened: at, present };
  const firstDay = part.firstDay ?? dayOf(part.booked, at);
  return { ...changed(hours, number, { booked: null, firstDay }), open };
}

/** Whether ending the open session now would fill its slot or its part; undefined if none is open. */
export function fills(hours, at) {
  const { open } = hours;
  if (!open) return undefined;
  const minutes = counted(open, at);
  return minutes === open.slot.minutes || Math.max(0, remaining(partOf(hours, open.part)) - minutes) <= hours.grace;
}

export const werePresent = (hours, left) => left.every((id) => hours.open.present.has(id));

export const wouldComplete = (hours, at) =>
  hours.parts.every((part, index) => {
    const more = index + 1 === hours.open.part ? counted(hours.open, at) : 0;
    return Math.max(0, remaining(part) - more) <= hours.grace;
  });

export function end(hours, at) {
  const { open } = hours;
  const part = partOf(hours, open.part);
  return { ...changed(hours, open.part, { counted: part.counted + counted(open, at) }), open: null };
}
