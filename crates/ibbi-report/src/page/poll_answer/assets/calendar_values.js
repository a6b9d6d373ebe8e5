// The values of a calendar: dates, times, durations, and periods. What is not a value throws.
class CalendarError extends Error {}

// Returns the local time of a date, and refuses dates that no calendar has.
function localTime(year, month, day, hour = 0, minute = 0, second = 0) {
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  if (year < 1 || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day || hour > 23 || minute > 59 || second > 60) throw new CalendarError("no such time");
  return at.getTime() + (hour * 3600 + minute * 60 + Math.min(second, 59)) * 1000;
}

// Reads a date or a time. Its zone is null where it has none: a date, or a time of the place where one is.
function readTime(text, params, zones) {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(text.trim());
  if (!match) throw new CalendarError("not a time");
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const date = match[4] === undefined;
  const zone = match[7] === "Z" ? "UTC" : !date && params.TZID ? zones(params.TZID) : null;
  return { local: localTime(year, month, day, hour, minute, second), zone, date };
}

// Reads a duration as days, and as milliseconds besides.
function readDuration(text) {
  const match = /^\+?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?$/.exec(text.trim().toUpperCase());
  if (!match || match.slice(1).every((part) => part === undefined)) throw new CalendarError("not a duration");
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return { days: 7 * weeks + days, time: (hours * 3600 + minutes * 60 + seconds) * 1000 };
}

// Returns a duration of travel, which can be a day at most.
function readTravel(text) {
  const { days, time } = readDuration(text);
  if (days * ONE_DAY + time > ONE_DAY) throw new CalendarError("the travel takes more than a day");
  return days * ONE_DAY + time;
}

// Returns the values of a property, which may have several lines with several values each.
function valuesOf(entry, name) {
  return (entry.properties.get(name) ?? []).flatMap((line) => line.value.split(",").map((value) => ({ value, params: line.params })));
}

const textOf = (entry, name) => entry.properties.get(name)?.[0].value.trim();
