// Time zones, by the data that the browser has. A local time is written as the instant when it would be that time in UTC.
const WINDOWS_ZONES = {
  "utc": "UTC", "coordinated universal time": "UTC", "gmt": "UTC", "greenwich standard time": "Atlantic/Reykjavik", "gmt standard time": "Europe/London",
  "eastern standard time": "America/New_York", "us eastern standard time": "America/Indiana/Indianapolis",
  "central standard time": "America/Chicago", "canada central standard time": "America/Regina",
  "mountain standard time": "America/Denver", "us mountain standard time": "America/Phoenix",
  "pacific standard time": "America/Los_Angeles", "alaskan standard time": "America/Anchorage",
  "hawaiian standard time": "Pacific/Honolulu", "atlantic standard time": "America/Halifax", "newfoundland standard time": "America/St_Johns",
  "central standard time (mexico)": "America/Mexico_City", "w. europe standard time": "Europe/Berlin", "romance standard time": "Europe/Paris",
  "central europe standard time": "Europe/Budapest",
  "eastern time (us & canada)": "America/New_York", "central time (us & canada)": "America/Chicago", "mountain time (us & canada)": "America/Denver",
  "pacific time (us & canada)": "America/Los_Angeles", "indiana (east)": "America/Indiana/Indianapolis", "arizona": "America/Phoenix", "atlantic time (canada)": "America/Halifax",
  "alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu", "newfoundland": "America/St_Johns", "saskatchewan": "America/Regina",
};
const zoneFormats = new Map();
const zoneOffsets = new Map();

function zoneFormat(zone) {
  if (!zoneFormats.has(zone)) {
    let format = null;
    try {
      format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", era: "short", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
    } catch { /* The browser has no such zone. */ }
    zoneFormats.set(zone, format);
  }
  return zoneFormats.get(zone);
}

// Returns the IANA name of a zone by its name in a calendar, or null.
function zoneNamed(name) {
  const plain = name.trim().replace(/^\(.*?\)\s*/, "");
  const windows = WINDOWS_ZONES[plain.toLowerCase()];
  if (windows) return windows;
  // Some programs put their own name before it: /freeassociation.sourceforge.net/America/New_York.
  const parts = plain.split("/").filter(Boolean);
  for (const length of [parts.length, 3, 2, 1]) {
    const candidate = parts.slice(-length).join("/");
    if (candidate && length <= parts.length && (length > 1 || parts.length === 1) && zoneFormat(candidate)) return candidate;
  }
  return null;
}

function computedOffset(zone, at) {
  const parts = {};
  for (const { type, value } of zoneFormat(zone).formatToParts(at)) parts[type] = value;
  const year = parts.era === "BC" ? 1 - parts.year : Number(parts.year);
  const local = new Date(0);
  local.setUTCFullYear(year, parts.month - 1, parts.day);
  local.setUTCHours(parts.hour, parts.minute, parts.second);
  return local.getTime() - Math.floor(at / 1000) * 1000;
}

// Returns what a zone adds to UTC at an instant, in milliseconds. On most days it is the same all day.
function offsetAt(zone, at) {
  if (zone === "UTC") return 0;
  if (!zoneOffsets.has(zone)) zoneOffsets.set(zone, new Map());
  const days = zoneOffsets.get(zone);
  const day = Math.floor(at / 86_400_000);
  for (const each of [day, day + 1]) if (!days.has(each)) days.set(each, computedOffset(zone, each * 86_400_000));
  return days.get(day) === days.get(day + 1) ? days.get(day) : computedOffset(zone, at);
}

// Returns the instant of a local time. Of two, the first; a time that the clock skips has the offset before the skip.
function instantIn(zone, local) {
  const before = offsetAt(zone, local - 86_400_000);
  if (offsetAt(zone, local - before) === before) return local - before;
  const after = offsetAt(zone, local + 86_400_000);
  return offsetAt(zone, local - after) === after ? local - after : local - before;
}
