// Reads calendars with ical.js: each line of the input is a calendar as a JSON string, and each line of the output has its entries, as
// [UID, SEQUENCE, start, end, STATUS] with instants in UTC, or an error. A line {"people": calendar} asks for the method, the organizer,
// and the attendees of an invitation. Exit code 75: ical.js is missing.
import { createInterface } from "node:readline";

const ICAL = await import("ical.js").then((found) => found.default, () => {
    console.error("npm's ical.js is missing, so no calendar was checked with it");
    process.exit(75);
});

/** A time as an instant in UTC, by the zone in the calendar itself. */
function instant(property, zones) {
    const time = property.getFirstValue();
    const tzid = property.getParameter("tzid");
    if (tzid && !zones.has(tzid)) throw new Error(`there is no VTIMEZONE for ${tzid}`);
    if (!tzid && time.zone !== ICAL.Timezone.utcTimezone) throw new Error(`${time} has no time zone`);
    const offset = tzid ? zones.get(tzid).utcOffset(time) : 0;
    const wall = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
    return new Date(wall - offset * 1000).toISOString().replace(".000Z", "Z");
}

function entries(text) {
    const root = new ICAL.Component(ICAL.parse(text));
    const zones = root.getAllSubcomponents("vtimezone").map((zone) => [zone.getFirstPropertyValue("tzid"), new ICAL.Timezone(zone)]);
    const known = new Map(zones);
    return root.getAllSubcomponents("vevent").map((event) => {
        const value = (name) => event.getFirstPropertyValue(name);
        const time = (name) => instant(event.getFirstProperty(name), known);
        return [value("uid"), value("sequence"), time("dtstart"), time("dtend"), value("status")];
    });
}

function people(text) {
    const root = new ICAL.Component(ICAL.parse(text));
    const event = root.getFirstSubcomponent("vevent");
    const address = (property) => property.getFirstValue().split(":").slice(1).join(":").toLowerCase();
    const organizer = event.getFirstProperty("organizer");
    const attendees = event.getAllProperties("attendee").map((property) => {
        const parameters = ["cn", "role", "partstat", "rsvp"].map((name) => property.getParameter(name) ?? "");
        return [address(property), ...parameters];
    });
    return { method: root.getFirstPropertyValue("method"), organizer: [address(organizer), organizer.getParameter("cn")], attendees };
}

for await (const line of createInterface({ input: process.stdin })) {
    let answer;
    try {
        const asked = JSON.parse(line);
        answer = typeof asked === "string" ? { entries: entries(asked) } : people(asked.people);
    } catch (error) {
        answer = { error: error.message };
    }
    console.log(JSON.stringify(answer));
}
