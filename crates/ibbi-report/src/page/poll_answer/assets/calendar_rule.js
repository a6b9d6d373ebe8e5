// Recurrence rules (RFC 5545, section 3.3.10): by days, weeks, months, and years.
const ONE_DAY = 86_400_000;
const MOST_PERIODS = 100_000;
const MOST_TIMES = 288;
const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const RULE_PARTS = new Set(["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND", "WKST"]);

// Reads different numbers, whose amounts are from one to another.
const numbers = (text, from, to) => text && [...new Set(text.split(",").map((part) => {
  const number = Number(part);
  if (!/^[+-]?\d+$/.test(part) || Math.abs(number) > to || Math.abs(number) < from || (from === 0 && number < 0)) throw new CalendarError("not a number of a rule");
  return number;
}))];

// Reads a rule. A rule with parts that this reader does not know is an error, so that it is not read wrongly.
function readRule(text, params, zones) {
  const parts = {};
  for (const part of text.trim().toUpperCase().split(";").filter(Boolean)) {
    const [name, value] = part.split("=");
    if (!value || (!RULE_PARTS.has(name) && !name.startsWith("X-"))) throw new CalendarError(`unknown part of a rule: ${name}`);
    parts[name] = value;
  }
  if (!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].includes(parts.FREQ)) throw new CalendarError("unknown frequency");
  const whole = (value, least) => {
    if (!/^\d{1,7}$/.test(value) || Number(value) < least) throw new CalendarError("not a count");
    return Number(value);
  };
  const weekdays = parts.BYDAY?.split(",").map((part) => {
    const match = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(part);
    if (!match || (match[1] && (!Number(match[1]) || Math.abs(match[1]) > 53))) throw new CalendarError("not a weekday");
    return { nth: match[1] ? Number(match[1]) : 0, weekday: WEEKDAYS.indexOf(match[2]) };
  });
  const wkst = WEEKDAYS.indexOf(parts.WKST ?? "MO");
  if (wkst < 0) throw new CalendarError("not a weekday");
  return {
    freq: parts.FREQ, interval: whole(parts.INTERVAL ?? "1", 1), count: parts.COUNT ? whole(parts.COUNT, 1) : Infinity,
    until: parts.UNTIL ? readTime(parts.UNTIL, params, zones) : null, weekdays, wkst,
    monthDays: numbers(parts.BYMONTHDAY, 1, 31), months: numbers(parts.BYMONTH, 1, 12), positions: numbers(parts.BYSETPOS, 1, 366),
    hours: numbers(parts.BYHOUR, 0, 23), minutes: numbers(parts.BYMINUTE, 0, 59), seconds: numbers(parts.BYSECOND, 0, 59),
  };
}

const utcDay = (year, month, day) => { const at = new Date(0); at.setUTCFullYear(year, month, day); return at.getTime(); };

// Returns whether a day is the nth of its weekday, counted within the days from one to another (excluded).
function isNth({ nth, weekday }, day, begin, end) {
  if (new Date(day).getUTCDay() !== weekday) return false;
  if (!nth) return true;
  return nth > 0 ? Math.floor((day - begin) / ONE_DAY / 7) === nth - 1 : Math.floor((end - ONE_DAY - day) / ONE_DAY / 7) === -nth - 1;
}

// Returns the days of a period that a rule has. `begin` and `end` (excluded) are the days of the period.
function daysOf(rule, begin, end, start) {
  const first = new Date(start);
  const yearly = rule.freq === "YEARLY";
  const free = !rule.weekdays && !rule.monthDays;
  const months = rule.months ?? (yearly && free ? [first.getUTCMonth() + 1] : null);
  const monthDays = rule.monthDays ?? (free && (yearly || rule.freq === "MONTHLY") ? [first.getUTCDate()] : null);
  const weekdays = rule.weekdays ?? (free && rule.freq === "WEEKLY" ? [{ nth: 0, weekday: first.getUTCDay() }] : null);
  const days = [];
  for (let day = begin; day < end; day += ONE_DAY) {
    const at = new Date(day);
    const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
    if (months && !months.includes(month + 1)) continue;
    const [monthBegin, monthEnd] = [utcDay(year, month, 1), utcDay(year, month + 1, 1)];
    const date = at.getUTCDate();
    if (monthDays && !monthDays.includes(date) && !monthDays.includes(date - 1 - (monthEnd - monthBegin) / ONE_DAY)) continue;
    const inMonth = rule.freq === "MONTHLY" || (yearly && rule.months);
    const [from, to] = inMonth ? [monthBegin, monthEnd] : [begin, end];
    const ordinal = yearly || rule.freq === "MONTHLY";
    if (weekdays && !weekdays.some((each) => isNth(ordinal ? each : { ...each, nth: 0 }, day, from, to))) continue;
    days.push(day);
  }
  return days;
}

// Returns the first day of period number `index`, and of the one after it.
function periodOf(rule, start, index) {
  const at = new Date(start);
  const today = Math.floor(start / ONE_DAY) * ONE_DAY;
  const step = index * rule.interval;
  switch (rule.freq) {
    case "DAILY": return [today + step * ONE_DAY, today + (step + 1) * ONE_DAY];
    case "WEEKLY": {
      const week = today - (at.getUTCDay() - rule.wkst + 7) % 7 * ONE_DAY + step * 7 * ONE_DAY;
      return [week, week + 7 * ONE_DAY];
    }
    case "MONTHLY": return [utcDay(at.getUTCFullYear(), at.getUTCMonth() + step, 1), utcDay(at.getUTCFullYear(), at.getUTCMonth() + step + 1, 1)];
    default: return [utcDay(at.getUTCFullYear() + step, 0, 1), utcDay(at.getUTCFullYear() + step + 1, 0, 1)];
  }
}

// Calls `each` with the local times of a rule from its start on, until one is after `last` (a local time). `spend` counts the work, and
// throws when it is too much.
function eachOccurrence(rule, start, isAfterUntil, last, spend, each) {
  const perDay = [rule.hours, rule.minutes, rule.seconds].reduce((count, list) => count * (list?.length ?? 1), 1);
  if (perDay > MOST_TIMES) throw new CalendarError("too many times a day");
  const time = start - Math.floor(start / ONE_DAY) * ONE_DAY;
  const at = new Date(start);
  const times = [];
  for (const hour of rule.hours ?? [at.getUTCHours()]) {
    for (const minute of rule.minutes ?? [at.getUTCMinutes()]) {
      for (const second of rule.seconds ?? [at.getUTCSeconds()]) times.push(((hour * 60 + minute) * 60 + second) * 1000 + time % 1000);
    }
  }
  times.sort((a, b) => a - b);
  let count = 0;
  for (let index = 0; ; index += 1) {
    if (index > MOST_PERIODS) throw new CalendarError("too many periods");
    const [begin, end] = periodOf(rule, start, index);
    // Past the last year of the calendar, it is not a number.
    if (!(begin <= last)) return;
    spend(Math.ceil((end - begin) / ONE_DAY) * perDay);
    let found = daysOf(rule, begin, end, start).flatMap((day) => times.map((of) => day + of));
    if (rule.positions) {
      const all = found;
      const chosen = new Set(rule.positions.map((position) => all.at(position > 0 ? position - 1 : position)));
      found = all.filter((local) => chosen.has(local));
    }
    for (const local of found) {
      if (local < start) continue;
      if (local > last || isAfterUntil(local)) return;
      each(local);
      count += 1;
      if (count >= rule.count) return;
    }
  }
}
