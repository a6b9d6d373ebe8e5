// Holds iCalendar files against ical.js: node check_calendar.mjs BAD_CALENDARS FILE.ics...
//
// The same questions as in check_calendar.py, answered by another reader; what the file's own VTIMEZONE says of an event's
// offset is compared with the time-zone database of the JavaScript engine. Exit code 4: something is wrong. 75: a peer is
// missing.
import { readFileSync } from "node:fs";

const ICAL = await import("ical.js").then((found) => found.default, () => {
    console.log("npm's ical.js is missing, so no calendar was checked with it");
    process.exit(75);
});

/** What is wrong with the bytes. */
function* lines(data) {
    const text = data.toString("latin1"); // a character for each octet
    if (!text.endsWith("\r\n")) yield "the last line has no CRLF";
    for (const [index, line] of text.split("\r\n").entries()) {
        if (/[\r\n]/.test(line)) yield `line ${index + 1} has an end that is not CRLF`;
        if (line.length > 75) yield `line ${index + 1} has ${line.length} octets`;
        // The reader takes any text for 0.
        if (line.startsWith("SEQUENCE") && !/^SEQUENCE(;.*)?:\d+$/.test(line)) yield `line ${index + 1} holds no number`;
    }
}

/** The properties that are not there exactly once. */
function* once(component, names) {
    for (const name of names) {
        const count = component.getAllProperties(name).length;
        if (count !== 1) yield `a ${component.name} has ${name} ${count} times`;
    }
}

/** What is wrong with a file. */
function* calendar(data) {
    yield* lines(data);
    let root;
    try {
        root = new ICAL.Component(ICAL.parse(data.toString("utf8")));
    } catch (error) {
        yield `it cannot be read: ${error.message}`;
        return;
    }
    if (root.name !== "vcalendar") yield `it is a ${root.name}`;
    yield* once(root, ["prodid", "version"]);
    if (root.getFirstPropertyValue("version") !== "2.0") yield "VERSION is not 2.0";
    const zones = new Map();
    for (const zone of root.getAllSubcomponents("vtimezone")) {
        const parts = ["standard", "daylight"].flatMap((name) => zone.getAllSubcomponents(name));
        const wrong = [...once(zone, ["tzid"])];
        for (const part of parts) wrong.push(...once(part, ["dtstart", "tzoffsetfrom", "tzoffsetto"]));
        yield* wrong;
        if (parts.length && !wrong.length) zones.set(zone.getFirstPropertyValue("tzid"), new ICAL.Timezone(zone));
    }
    const events = root.getAllSubcomponents("vevent");
    if (!events.length) yield "there is no event";
    const ids = new Set();
    for (const event of events) {
        const wrong = [...once(event, ["uid", "dtstamp", "dtstart", "sequence", "summary"])];
        yield* wrong;
        if (wrong.length) continue;
        const uid = event.getFirstPropertyValue("uid");
        if (ids.has(uid)) yield `the UID ${uid} stands twice`;
        ids.add(uid);
        for (const each of about(event, zones)) yield `${uid}: ${each}`;
    }
}

/** What is wrong with an event. */
function* about(event, zones) {
    if (event.getFirstPropertyValue("dtstamp").zone !== ICAL.Timezone.utcTimezone) yield "DTSTAMP is not in UTC";
    const [starts, ends, lasts] = ["dtstart", "dtend", "duration"].map((name) => event.getFirstProperty(name));
    if (!ends === !lasts) yield "there are neither or both of DTEND and DURATION";
    if (ends && ends.getFirstValue().compare(starts.getFirstValue()) <= 0) yield "it ends before it begins";
    if (lasts && lasts.getFirstValue().toSeconds() <= 0) yield "it lasts no time";
    yield* offset(starts, zones);
    if (ends) yield* offset(ends, zones);
}

/** What is wrong with the zone of a time; a day has none. */
function* offset(property, zones) {
    const name = property.name.toUpperCase();
    const time = property.getFirstValue();
    if (property.jCal[3] !== time.toString()) yield `${name} is ${property.jCal[3]}, which does not exist`;
    if (time.isDate) return;
    const tzid = property.getParameter("tzid");
    if (tzid === undefined) {
        if (time.zone !== ICAL.Timezone.utcTimezone) yield `${name} has no time zone`;
    } else if (!zones.has(tzid)) {
        yield `${name} is in ${tzid}, which has no VTIMEZONE`;
    } else {
        const own = zones.get(tzid).utcOffset(time) / 60;
        const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
        let known;
        try {
            known = database(tzid, new Date(wall - own * 60_000));
        } catch {
            yield `nobody knows ${tzid}`;
            return;
        }
        if (own !== known) yield `${name} has the offset ${own} min by the file's VTIMEZONE, ${known} min by the database`;
    }
}

/** The offset of an instant in minutes, by the engine's database. */
function database(tzid, instant) {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: tzid, timeZoneName: "longOffset" });
    const said = format.formatToParts(instant).find((part) => part.type === "timeZoneName").value;
    const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(said);
    return sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) : 0;
}

const [list, ...paths] = process.argv.slice(2);
const [{ calendar: good }, ...bad] = readFileSync(list, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const wrong = [...calendar(Buffer.from(good))].map((each) => `the good calendar: ${each}`);
for (const { reason, from, to } of bad) {
    const spoiled = good.replaceAll(from, to);
    if (spoiled === good || ![...calendar(Buffer.from(spoiled))].length) wrong.push(`not found: ${reason}`);
}
let events = 0;
for (const path of paths) {
    const data = readFileSync(path);
    events += data.toString("latin1").split("BEGIN:VEVENT").length - 1;
    for (const each of calendar(data)) wrong.push(`${path}: ${each}`);
}
const { version } = JSON.parse(readFileSync(new URL("package-lock.json", import.meta.url), "utf8")).packages["node_modules/ical.js"];
console.log(`ical.js ${version}: ${events} events of ${paths.length} calendars, ${bad.length} bad ones, ${wrong.length} wrong`);
for (const each of wrong) console.log(each);
process.exitCode = wrong.length ? 4 : 0;
