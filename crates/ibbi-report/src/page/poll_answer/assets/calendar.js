// The busy times of calendars. Nothing of an entry is kept but its times.
const MOST_WORK = 5_000_000;
const MOST_BUSY = 200_000;
const BUSY_STATUS = ["X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS"];

// Reads calendars. `zone` is the zone of times without one; `from` and `to` are instants. Returns how many calendars there are, the busy
// and the tentative times [from, to) that overlap the range, how many entries could not be read, and the names of unknown zones.
function readCalendars(texts, { zone, from, to }) {
  const unknown = new Set();
  let work = 0;
  let unread = 0;
  let calendars = 0;
  const busy = [];
  const tentative = [];
  const spend = (amount) => {
    work += amount;
    if (work > MOST_WORK) throw new CalendarError("too much work");
  };
  const addTo = (times) => (begin, end) => {
    if (begin >= end || begin >= to || end <= from) return;
    if (busy.length + tentative.length >= MOST_BUSY) throw new CalendarError("too many times");
    times.push([begin, end]);
  };
  const attempt = (run) => {
    try { return run(); } catch (error) {
      if (!(error instanceof CalendarError)) throw error;
      unread += 1;
      return null;
    }
  };
  const events = [];
  for (const text of texts) {
    const file = readEntries(text);
    calendars += file.calendars;
    unread += file.lost;
    const zones = (name) => {
      const found = zoneNamed(name) ?? zoneNamed(file.zones.get(name) ?? "");
      if (!found) unknown.add(name.slice(0, 60));
      return found;
    };
    for (const entry of file.entries) {
      attempt(() => {
        if (entry.broken) throw new CalendarError("a line is broken");
        if (entry.kind === "VEVENT") events.push(readEvent(entry, zones, zone));
        else for (const { begin, end, isTentative } of freeBusyOf(entry, zones, zone)) { spend(1); addTo(isTentative ? tentative : busy)(begin, end); }
      });
    }
  }
  for (const { event, skipped } of withOverrides(events)) {
    if (event.free) continue;
    attempt(() => eachTime(event, skipped, { zone, from, to, spend }, addTo(event.isTentative ? tentative : busy)));
  }
  return { calendars, busy, tentative, unread, unknownZones: [...unknown] };
}

// Reads what an event needs for its times.
function readEvent(entry, zones, zone) {
  const has = (name, ...values) => values.includes(textOf(entry, name)?.toUpperCase());
  const one = (name) => {
    const line = entry.properties.get(name)?.[0];
    return line && readTime(line.value, line.params, zones);
  };
  const start = one("DTSTART");
  if (!start) throw new CalendarError("no start");
  const end = one("DTEND");
  const lasting = entry.properties.has("DURATION") ? readDuration(textOf(entry, "DURATION")) : null;
  if (end && (end.date !== start.date || instantOf(end, zone) < instantOf(start, zone))) throw new CalendarError("the end is before the start");
  const rule = entry.properties.get("RRULE")?.map((line) => readRule(line.value, line.params, zones)) ?? [];
  if (entry.properties.has("EXRULE")) throw new CalendarError("rules of exceptions are not known");
  // Apple's calendars have the time of travel apart from the event.
  const travel = entry.properties.has("X-APPLE-TRAVEL-DURATION") ? readTravel(textOf(entry, "X-APPLE-TRAVEL-DURATION")) : 0;
  const times = (name) => valuesOf(entry, name).map(({ value, params }) => {
    const [begin, length] = value.split("/");
    const at = readTime(begin, params, zones);
    return length ? { ...at, ends: length } : at;
  });
  return {
    uid: textOf(entry, "UID"), start, end, lasting, travel: start.date ? 0 : travel, rule, extra: times("RDATE"), except: times("EXDATE"), replaces: one("RECURRENCE-ID"),
    future: entry.properties.get("RECURRENCE-ID")?.[0].params.RANGE === "THISANDFUTURE",
    sequence: Number(textOf(entry, "SEQUENCE") ?? 0) || 0,
    free: has("STATUS", "CANCELLED", "CANCELED") || has("TRANSP", "TRANSPARENT") || BUSY_STATUS.some((name) => has(name, "FREE", "WORKINGELSEWHERE")),
    isTentative: ["STATUS", ...BUSY_STATUS].some((name) => has(name, "TENTATIVE")),
    zones,
  };
}

const instantOf = (time, zone) => instantIn(time.zone ?? zone, time.local);

// Returns each event with the times of it that other entries replace. Of entries that say the same twice, the last version counts.
function withOverrides(events) {
  const versions = new Map();
  for (const [index, event] of events.entries()) {
    const key = event.uid === undefined ? index : `${event.uid} ${event.replaces ? `${event.replaces.zone} ${event.replaces.local}` : ""}`;
    const other = versions.get(key);
    if (!other || other.sequence <= event.sequence) versions.set(key, event);
  }
  const replaced = new Map();
  for (const event of versions.values()) {
    if (!event.replaces) continue;
    if (!replaced.has(event.uid)) replaced.set(event.uid, []);
    replaced.get(event.uid).push(event.replaces);
  }
  return [...versions.values()].map((event) => ({ event, skipped: event.replaces ? [] : replaced.get(event.uid) ?? [] }));
}

// Calls `add` with the times of an event that may overlap the range.
function eachTime(event, skipped, { zone, from, to, spend }, add) {
  if (event.future) throw new CalendarError("a change of all later times is not known");
  const { start } = event;
  const own = start.zone ?? zone;
  const except = new Set();
  const exceptDays = new Set();
  for (const time of [...event.except, ...skipped]) {
    if (time.date && !start.date) exceptDays.add(time.local); else except.add(instantOf(time, zone));
  }
  // All times of a series have the same exact length, also when the clocks change (section 3.8.5.3).
  const exact = event.end && !start.date ? instantOf(event.end, zone) - instantOf(start, zone) : null;
  const endOf = (local) => {
    if (exact !== null) return instantIn(own, local) + exact;
    if (event.end) return instantIn(own, local + event.end.local - start.local);
    if (event.lasting) return instantIn(own, local + event.lasting.days * ONE_DAY) + event.lasting.time;
    return start.date ? instantIn(own, local + ONE_DAY) : instantIn(own, local);
  };
  const seen = new Set();
  const put = (local, end) => {
    spend(1);
    const begin = instantIn(own, local);
    if (seen.has(begin)) return;
    seen.add(begin);
    if (except.has(begin) || exceptDays.has(Math.floor(local / ONE_DAY) * ONE_DAY)) return;
    add(begin - event.travel, end ?? endOf(local));
  };
  // A day more, for zones.
  const last = to + ONE_DAY;
  for (const rule of event.rule) {
    const { until } = rule;
    const isAfterUntil = (local) => {
      if (!until) return false;
      if (until.date) return local >= until.local + ONE_DAY;
      return until.zone && !start.date ? instantIn(own, local) > instantIn(until.zone, until.local) : local > until.local;
    };
    eachOccurrence(rule, start.local, isAfterUntil, last, spend, (local) => put(local));
  }
  // The start is a time of the event, also when the rule does not have it.
  put(start.local);
  for (const time of event.extra) {
    const at = instantOf(time, zone);
    if (time.ends) { put(at + offsetAt(own, at), periodEnd(time, at, event.zones, zone)); continue; }
    put(time.date || time.zone === null ? time.local : at + offsetAt(own, at));
  }
}

// Returns the end of a period, which is a time or a duration.
function periodEnd(begin, at, zones, zone) {
  if (/^[+P]/i.test(begin.ends)) {
    const { days, time } = readDuration(begin.ends);
    return instantIn(begin.zone ?? zone, begin.local + days * ONE_DAY) + time;
  }
  const end = instantOf(readTime(begin.ends, { TZID: begin.zone === null || begin.zone === "UTC" ? undefined : begin.zone }, zones), zone);
  if (end < at) throw new CalendarError("a period ends before it begins");
  return end;
}

// Returns the busy periods of a free/busy entry.
function freeBusyOf(entry, zones, zone) {
  return valuesOf(entry, "FREEBUSY").filter(({ params }) => (params.FBTYPE ?? "BUSY").toUpperCase() !== "FREE").map(({ value, params }) => {
    const [start, ends] = value.split("/");
    const at = readTime(start, params, zones);
    if (!ends) throw new CalendarError("not a period");
    const begin = instantOf(at, zone);
    return { begin, end: periodEnd({ ...at, ends }, begin, zones, zone), isTentative: params.FBTYPE?.toUpperCase() === "BUSY-TENTATIVE" };
  });
}
