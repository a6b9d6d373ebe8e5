// Fourteen made-up people answer a poll of a running server, each in a window of their own. Usage: node poll_people.mjs PROGRAM
// [FOLDER FOR SCREENSHOTS]. Exit codes: as in check.mjs.
import { join } from "node:path";
import { shots } from "./browser.mjs";
import { Answer, counted, differences, people, planOf, shownTimes } from "./district.mjs";
import { cell, drag, dragMouse, marks } from "./gestures.mjs";
import { browser, check, end, same, server } from "./running.mjs";

/** What filling six weeks on a phone may take. */
const MOST_TAPS = 25;
const { base } = server;

const shot = async (page, name) => { if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true }); };

/** Opens a window. Every error of its page, and every request to another server, fails the run. `log` has what it sends. */
async function open(options = {}) {
  const context = await browser.newContext({ locale: "en-US", timezoneId: "America/Los_Angeles", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.log = [];
  page.on("pageerror", (error) => check(false, `script at ${page.url()}: ${error}`));
  page.on("console", (message) => { if (message.type() === "error" && !/status of 404/.test(message.text())) check(false, `console at ${page.url()}: ${message.text()}`); });
  context.on("request", (request) => {
    page.log.push({ method: request.method(), url: request.url(), headers: JSON.stringify(request.headers()), body: request.postData() ?? "" });
    check(request.url().startsWith(base), `a request to another server: ${request.url()}`);
  });
  return page;
}
const text = (page, selector = "main") => page.locator(selector).first().innerText();
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const desktop = { viewport: { width: 1280, height: 900 } };
const brush = (page, name) => page.locator(".brushes label").filter({ hasText: name });
const named = (page, name) => page.getByRole("button", { name, exact: typeof name === "string" });
const save = (page) => named(page, "Save");
const saved = (page) => page.locator("#poll-status.good").waitFor();
const note = (page) => page.getByLabel(/^Note for/);

// The facilitator: a plan with fourteen people, and "Ask everyone".
const all = people(14);
const facilitator = await open(desktop);
const [cookieName, cookieValue] = server.cookie.split("=");
await facilitator.context().addCookies([{ name: cookieName, value: cookieValue, url: base }]);
await facilitator.goto(`${base}/plan`);
await facilitator.getByText("Start with another scenario").click();
await facilitator.getByLabel("Scenario file").setInputFiles({ name: "plan.toml", mimeType: "text/plain", buffer: Buffer.from(planOf("Pine Ridge", all)) });
await named(facilitator, "Open").click();
await facilitator.locator("#who").waitFor();
await named(facilitator, "Ask everyone").click();
same(await facilitator.locator("#people tbody tr").count(), 14, "the form asks everyone");
// The poll begins on a Monday.
const proposed = await facilitator.getByLabel("First day").inputValue();
const first = new Date(`${proposed} UTC`);
first.setUTCDate(first.getUTCDate() + (8 - first.getUTCDay()) % 7);
await facilitator.getByLabel("First day").fill(`${first.getUTCMonth() + 1}/${first.getUTCDate()}/${first.getUTCFullYear()}`);
await facilitator.getByLabel("Evening, 4:00 PM to 8:00 PM").check();
await named(facilitator, "Make the poll").click();
const lines = (await facilitator.locator("#links").inputValue()).split("\n");
const links = new Map(lines.map((line) => [line.slice(0, line.indexOf(": http")), line.slice(line.indexOf(": http") + 2)]));
same([...links.keys()].join(), all.map(({ name }) => name).join(), "a link for each person");
same(new Set(links.values()).size, 14, "each link is another one");
await shot(facilitator, "links");
const results = `${base}/polls/${links.get(all[0].name).match(/answer\/([^/]+)\//)[1]}`;
const peek = await (await fetch(links.get(all[0].name))).text();
const grid = JSON.parse(peek.match(/data-poll="([^"]+)"/)[1].replaceAll("&quot;", '"'));
same(grid.bands.join(";"), "480,720;720,960;960,1200", "the times of a day");
same(new Answer(grid).weeks.length, 6, "the weeks of the poll");

/** Taps that are counted. */
function tapper(page) {
  const tap = async (locator) => { tap.count += 1; await locator.tap(); };
  tap.count = 0;
  return Object.assign(tap, { on: (name) => tap(named(page, name)) });
}

/** Six weeks on a phone: a usual week, a vacation that is painted, two single times, and a note. */
async function sixWeeks(page, own) {
  const tap = tapper(page);
  const begun = Date.now();
  const stroke = async (from, to) => { tap.count += 1; await drag(page, from, to); own.set("x", from, to); };
  await tap.on(/^Fill all of the week of/); own.week(0, "c");
  await tap(brush(page, "Can\u2019t come"));
  await tap(page.locator(".week.now thead button").nth(2)); own.day(own.weeks[0][1], "x");
  await tap(cell(page, own.at(0, 0, 2))); own.set("x", own.at(0, 0, 2));
  await tap(brush(page, "If need be"));
  await tap(cell(page, own.at(0, 0, 0))); own.set("i", own.at(0, 0, 0));
  await tap.on("Same every week"); own.copy(0);
  await tap.on("Next week");
  await tap.on("Next week");
  await tap(brush(page, "Can\u2019t come"));
  // A day that has a usual mark in the morning and the afternoon gets another one by a stroke.
  await stroke(own.at(2, 0, 0), own.at(2, 0, 1));
  await stroke(own.at(2, 1, 1), own.at(2, 1, 2));
  await tap.on("Next week");
  for (const band of [0, 1]) {
    const at = own.at(3, own.weeks[3].length - 1, band);
    const before = own.marks[at];
    await tap(cell(page, at));
    // The first tap on a time that has the brush's mark goes on to the next one.
    own.set(before === "x" ? "c" : "x", at);
  }
  if (own.marks.includes("-")) { await tap.on(/^Mark all|^Mark it/); own.rest(); }
  await tap(note(page));
  await note(page).fill("Buses are late on Mondays");
  await shot(page, "six-weeks");
  await tap(save(page));
  await saved(page);
  check(tap.count <= MOST_TAPS, `six weeks took ${tap.count} taps`);
  console.log(`six weeks on a phone: ${tap.count} taps, ${((Date.now() - begun) / 1000).toFixed(1)} s of the browser's time`);
}

const TITLES = ["Oncologist Dr. Halloran", "Divorce lawyer", "Maybe Lisbon", "Choir"];
/** A calendar is imported in the browser. */
async function imports(page, own) {
  const compact = (day, plus = 0) => new Date(Date.parse(day) + plus * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
  const [weekly, away, maybe] = [own.days[own.weeks[0][0]], own.days[own.weeks[2][0]], own.days[own.weeks[1].at(-1)]];
  const events = [
    `DTSTART;TZID=America/New_York:${compact(weekly)}T093000\r\nDTEND;TZID=America/New_York:${compact(weekly)}T103000\r\nRRULE:FREQ=WEEKLY;COUNT=6`,
    `DTSTART;VALUE=DATE:${compact(away)}\r\nDTEND;VALUE=DATE:${compact(away, 2)}`,
    `DTSTART;TZID=America/New_York:${compact(maybe)}T130000\r\nDURATION:PT1H\r\nSTATUS:TENTATIVE`,
    `DTSTART;TZID=America/New_York:${compact(weekly)}T160000\r\nDURATION:PT3H\r\nTRANSP:TRANSPARENT`,
  ].map((times, at) => `BEGIN:VEVENT\r\nUID:uid-${at}@private\r\nSUMMARY:${TITLES[at]}\r\nLOCATION:Room of ${TITLES[at]}\r\n${times}\r\nEND:VEVENT\r\n`);
  const file = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events.join("")}END:VCALENDAR\r\n`;
  const isBusy = (day, band) => (band === 0 && (Date.parse(day) - Date.parse(weekly)) % (7 * 86_400_000) === 0) || [compact(away), compact(away, 1)].includes(compact(day));
  const cells = own.marks.map((_, at) => at);
  const where = (takes) => cells.filter((at) => takes(own.days[Math.floor(at / own.bands)], at % own.bands));
  own.bring("x", where(isBusy));
  own.bring("i", where((day, band) => day === maybe && band === 1 && !isBusy(day, band)));
  page.log.length = 0;
  await named(page, "Import my calendar").tap();
  await page.getByLabel("Calendar file (.ics)").setInputFiles({ name: "private.ics", mimeType: "text/calendar", buffer: Buffer.from(file) });
  await page.locator("#poll-message p").first().waitFor();
  const weeks = [0, 1, 2, 3, 4, 5].filter((after) => Date.parse(weekly) + after * 7 * 86_400_000 <= Date.parse(own.days.at(-1))).length;
  check((await text(page, "#poll-message")).startsWith(`${weeks + 1} busy times and 1 tentative time found`), `what was imported: ${await text(page, "#poll-message")}`);
  same(await marks(page), own.text(), "the marks of a calendar");
  // The browser asks for the icon when it likes.
  same(page.log.filter(({ url }) => url !== `${base}/icon.svg`).map(({ url }) => url).join(), "", "reading a calendar sends nothing");
  await named(page, /^Mark all/).tap(); own.rest();
  await save(page).tap();
  await saved(page);
  const leaked = leaks(page.log);
  check(leaked.length === 0, `only busy times leave the page: ${leaked}`);
  check(page.log.some(({ method, body }) => method === "POST" && body.includes("c0=")), "the marks are sent");
  check(leaks([...page.log, { method: "POST", url: page.url(), headers: "", body: `c0=can&note=${encodeURIComponent(TITLES[1])}` }]).length === 1, "a title that is sent is found");
}

/** Returns what requests of a person have beside marks. */
function leaks(log) {
  const found = [];
  for (const { method, url, headers, body } of log) {
    const plain = decodeURIComponent(`${url} ${headers} ${body}`.replaceAll("+", " "));
    const secret = [...TITLES, "@private", "Room of", "VEVENT", "private.ics"].find((secret) => plain.toLowerCase().includes(secret.toLowerCase()));
    const other = method === "POST" && [...new URLSearchParams(body)].find(([key, value]) => !(/^c\d+$/.test(key) && /^(can|if_need_be|cannot)$/.test(value)) && !(key === "note" && value === ""));
    if (secret || other) found.push(`${secret ?? other} in ${method} ${url}`);
  }
  return found;
}

/** A mouse paints on a wide screen. */
async function paints(page, own) {
  await brush(page, "Can\u2019t come").click();
  const [from, to] = [own.at(1, 0, 0), own.at(1, own.weeks[1].length - 1, 0)];
  await dragMouse(page, from, to);
  own.set("x", ...own.weeks[1].map((day) => day * own.bands));
  await brush(page, "If need be").click();
  await dragMouse(page, own.at(4, 0, 0), own.at(4, 0, 2));
  own.day(own.weeks[4][0], "i");
  await named(page, /^Mark all/).click(); own.rest();
  await save(page).click();
  await saved(page);
}

/** Only keys. */
async function types(page, own) {
  const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
  const focus = async (wanted) => {
    for (let tabs = 0; tabs < 40; tabs += 1) { if (await page.evaluate(wanted)) return; await press("Tab"); }
    check(false, `the Tab key does not reach ${wanted}`);
  };
  await focus(() => "cell" in document.activeElement.dataset);
  await press("x", "ArrowDown", "n", "ArrowDown", "c"); own.set("x", 0); own.set("i", 1); own.set("c", 2);
  // Down from the evening is the head of the next week; Enter fills its first day with the brush's mark.
  await press("ArrowDown", "Enter"); own.day(own.weeks[1][0], "c");
  await press("ArrowDown", "Delete", "Shift+ArrowDown"); own.set("c", own.at(1, 0, 0), own.at(1, 0, 1));
  await focus(() => document.activeElement.id === "poll-rest");
  await press("Enter"); own.rest();
  await focus(() => document.activeElement.type === "submit");
  await press("Enter");
  await saved(page);
}

/** A form without a script. */
async function chooses(page, own) {
  for (const [at, select] of (await page.locator("select[name^=c]").all()).entries()) {
    const mark = ["c", "c", "i", "c", "x"][at % 5];
    await select.selectOption({ c: "can", i: "if_need_be", x: "cannot" }[mark]);
    own.set(mark, at);
  }
  await note(page).fill("By phone, please");
  await save(page).click();
  await page.locator("#poll-status").getByText("Saved.").waitFor();
}

/** Some taps, the same every week, and the rest. */
const taps = (number) => async (page, own) => {
  const touch = (locator) => (page.viewportSize().width < 600 ? locator.tap() : locator.click());
  await touch(brush(page, number % 2 ? "Can\u2019t come" : "If need be"));
  for (let at = 0; at < 3; at += 1) {
    const where = own.at(0, number + at, (number + 2 * at) % own.bands);
    if (own.marks[where] !== "-") continue;
    await touch(cell(page, where));
    own.set(number % 2 ? "x" : "i", where);
  }
  await touch(named(page, "Same every week")); own.copy(0);
  // One leaves the other times blank, which counts as not being able to come.
  if (number !== 9) { await touch(named(page, /^Mark all/)); own.rest(); }
  await note(page).fill(`Note ${number}`);
  await touch(save(page));
  await saved(page);
};

const ways = [[sixWeeks, phone], [imports, phone], [paints, desktop], [types, desktop], [chooses, { ...phone, javaScriptEnabled: false }],
  ...Array.from({ length: 9 }, (_, index) => [taps(index + 5), index % 2 ? desktop : phone])];
const answers = new Map();
for (const [index, [way, screen]] of ways.entries()) {
  const person = all[index];
  const page = await open({ ...screen, colorScheme: index % 2 ? "dark" : "light" });
  const own = new Answer(grid);
  answers.set(person.id, own);
  const what = `${person.name} (${way.name || "taps"})`;
  await page.goto(links.get(person.name));
  const source = (await page.content()).replaceAll("&#39;", "'");
  same(all.filter(({ name }) => source.includes(name)).map(({ name }) => name).join(), person.name, `the names that ${what} sees`);
  await way(page, own).catch((error) => check(false, `${what}: ${error.message.split("\n").slice(0, 3).join(" ")}`));
  if (way !== chooses) same(await marks(page), own.text(), `the marks of ${what}`);
  await page.context().close();
}
// One of them opens the link again, on another device, and changes two times.
{
  const [person, own] = [all[5], answers.get(all[5].id)];
  const page = await open(desktop);
  await page.goto(links.get(person.name));
  same(await marks(page), own.text(), "the link shows the answers that were saved");
  for (const at of [own.at(5, 0, 0), own.at(5, 1, 2)]) {
    await cell(page, at).focus();
    await page.keyboard.press("x");
    own.set("x", at);
  }
  await save(page).click();
  await saved(page);
  await page.context().close();
}
// The link of another one is revoked.
{
  const person = all[6];
  await facilitator.goto(results);
  await named(facilitator, `Revoke link: ${person.name}`).click();
  same(await text(facilitator, "h1"), `Revoke the link of ${person.name}?`, "the question before a link is revoked");
  await named(facilitator, "Revoke the link").click();
  await facilitator.locator("#people tr").filter({ hasText: person.name }).getByText("revoked").waitFor();
  const page = await open(phone);
  const response = await page.goto(links.get(person.name));
  same(response.status(), 404, "a revoked link");
  same(await text(page, "h1"), "This link doesn\u2019t work", "the page of a revoked link");
  check(!(await page.content()).includes(person.name), "a revoked link shows no name");
  await page.goto(links.get(all[7].name));
  same(await page.locator("#poll").count(), 1, "another link still works");
  await page.context().close();
}

// What the facilitator sees.
await facilitator.goto(results);
check((await text(facilitator)).includes("All 14 people have answered."), "all fourteen have answered");
const notes = await facilitator.locator("#people details").evaluateAll((all) => all.map((each) => each.textContent));
check(notes.some((each) => each.includes("Buses are late on Mondays")), `the notes are shown: ${notes}`);
const expected = counted(all, answers, grid);
const shown = await facilitator.evaluate(shownTimes);
const differ = differences(expected, shown);
check(differ.length === 0, `the heat map is what was answered: ${differ.slice(0, 3).join("; ")}`);
// One mark that is spoiled is found.
const spoiled = answers.get(all[7].id).marks;
const kept = spoiled[4];
spoiled[4] = kept === "x" ? "c" : "x";
same(differences(counted(all, answers, grid), shown).length, 1, "a spoiled mark is found");
spoiled[4] = kept;
console.log(`heat map: ${shown.length} times with their names, ${differ.length} differ from the answers, 1 of a spoiled one`);
const sets = facilitator.locator("#calendars table").first();
const heads = await sets.locator("thead th").allInnerTexts();
check(heads.length === 4 && heads.slice(1).every((head) => /\(((fewer than )?\d+ in 1(00|,000)|no run|every run)\)$/.test(head)), `three sets of dates with odds: ${heads}`);
const dates = await sets.locator("tbody tr").allInnerTexts();
check(dates.length === 3 && dates.every((row) => row.match(/[A-Z][a-z]{2} \d+, \d{4}/g).length === 5), `dates for three sessions, with two backups: ${dates}`);
const ask = await text(facilitator, "#who");
check(all.some(({ name }) => ask.includes(name)), "whom to ask");
await shot(facilitator, "results");
await facilitator.getByRole("link", { name: "Open the plan with these answers" }).click();
await facilitator.locator("#who").waitFor();
check((await text(facilitator)).includes("The times of all 14 people are their answers to the poll."), "the plan has the answers");
await shot(facilitator, "plan");
// The plan has the answers in its own map: who can't come in a morning.
const mornings = await facilitator.evaluate(() => {
  const table = document.querySelector(".heat table");
  const halves = table.tHead.rows[1].cells.length / (table.tHead.rows[0].cells.length - 1);
  return [...table.tBodies[0].rows].flatMap((row) => [...row.querySelectorAll("td")].flatMap((cell, at) => {
    const day = new Date(Date.parse(row.querySelector("time").dateTime) + Math.floor(at / halves) * 86_400_000).toISOString().slice(0, 10);
    return at % halves === 0 && !cell.classList.contains("off") ? [[day, Number(cell.textContent)]] : [];
  }));
});
const inPlan = new Map(mornings);
const asked = expected.filter(({ day, band }) => band === "480,720" && inPlan.has(day));
check(asked.length >= 20, `the plan shows ${asked.length} mornings of the poll`);
for (const { day, x } of asked) same(inPlan.get(day), x.length, `the plan's figure for the morning of ${day}`);

await end();
