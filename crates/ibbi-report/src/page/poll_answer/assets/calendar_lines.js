// The lines of a calendar file (RFC 5545, section 3.1), as entries with their properties.
const MOST_LINES = 1_000_000;
const MOST_DEPTH = 20;
const ENTRIES = new Set(["VEVENT", "VFREEBUSY"]);

// Reads one line without folds: its name, its parameters, and its value. Returns null if it is not one.
function readLine(line) {
  const begin = /^[A-Za-z0-9-]+/.exec(line);
  if (!begin) return null;
  const name = begin[0].toUpperCase();
  const params = {};
  let rest = line.slice(begin[0].length);
  while (rest.startsWith(";")) {
    const param = /^;([A-Za-z0-9-]+)=("[^"]*"|[^",;:]*)(?:,(?:"[^"]*"|[^",;:]*))*/.exec(rest);
    if (!param) return null;
    params[param[1].toUpperCase()] = param[2].replace(/^"|"$/g, "");
    rest = rest.slice(param[0].length);
  }
  return rest.startsWith(":") ? { name, params, value: rest.slice(1) } : null;
}

// Returns the entries of a file, and the names that its VTIMEZONEs give to their zones. `lost` counts what is not closed or too much.
function readEntries(text) {
  const found = { calendars: 0, entries: [], zones: new Map(), lost: 0 };
  const lines = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n").replace(/\n[ \t]/g, "").split("\n");
  if (lines.length > MOST_LINES) { lines.length = MOST_LINES; found.lost += 1; }
  const open = [];
  let entry = null;
  let zone = null;
  for (const text of lines) {
    if (!text) continue;
    const line = readLine(text);
    if (!line) { if (entry && open.at(-1) === entry.kind) entry.broken = true; continue; }
    const value = line.value.trim().toUpperCase();
    if (line.name === "BEGIN") {
      if (open.length < MOST_DEPTH) open.push(value);
      if (value === "VCALENDAR") found.calendars += 1;
      if (ENTRIES.has(value)) {
        if (entry) found.lost += 1;
        entry = { kind: value, properties: new Map(), broken: false };
      }
      if (value === "VTIMEZONE") zone = {};
    } else if (line.name === "END") {
      const at = open.lastIndexOf(value);
      if (at >= 0) open.length = at;
      if (entry && value === entry.kind) { found.entries.push(entry); entry = null; }
      if (zone && value === "VTIMEZONE") { if (zone.id && zone.location) found.zones.set(zone.id, zone.location); zone = null; }
    } else if (entry && open.at(-1) === entry.kind) {
      if (!entry.properties.has(line.name)) entry.properties.set(line.name, []);
      entry.properties.get(line.name).push(line);
    } else if (zone && open.at(-1) === "VTIMEZONE") {
      if (line.name === "TZID") zone.id = line.value.trim();
      if (line.name === "X-LIC-LOCATION") zone.location = line.value.trim();
    }
  }
  if (entry) found.lost += 1;
  return found;
}
