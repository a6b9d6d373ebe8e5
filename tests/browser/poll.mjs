// The page and the file on which a person answers a poll, in a browser. Usage: node poll.mjs PROGRAM [FOLDER FOR SCREENSHOTS]
// PROGRAM is the example `poll_pages` of ibbi-report, which writes the pages. Exit codes: as in check.mjs.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { axe, program, shots, startBrowser } from "./browser.mjs";
import { cell, drag, marks } from "./gestures.mjs";

/** What filling six weeks on a phone may take. */
const MOST_TAPS = 25;
const WIDTHS = [320, 390, 768, 1280, 1920];
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const place = mkdtempSync(join(tmpdir(), "ibbi-poll-"));
const wrong = [];
let checks = 0;
const check = (holds, what) => { checks += 1; if (!holds) { wrong.push(what); console.error(`wrong: ${what}`); } };
const same = (got, expected, what) => check(got === expected, `${what}: ${JSON.stringify(got)}, not ${JSON.stringify(expected)}`);
const written = spawnSync(program, [place], { encoding: "utf8" });
if (written.status !== 0) { console.error(written.stderr); process.exit(4); }

// Answers what was sent with the page that `answer` names.
let answer = "saved";
const sent = [];
const types = { js: "text/javascript", css: "text/css", html: "text/html; charset=utf-8" };
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (data) => { body += data; });
  request.on("end", () => {
    const path = new URL(request.url, "http://x").pathname;
    if (request.method === "POST") sent.push(body);
    const file = join(place, request.method === "POST" ? `${answer}.html` : path);
    const status = path === "/icon.svg" ? 204 : !existsSync(file) ? 403 : request.method === "POST" && answer === "refused" ? 422 : 200;
    const type = types[file.split(".").at(-1)] ?? "text/html";
    response.writeHead(status, { "content-type": type, "content-security-policy": POLICY });
    response.end(status === 403 ? "<main><h1>This link has ended.</h1></main>" : status === 204 ? "" : readFileSync(file));
  });
});
await new Promise((listens) => { server.listen(0, "127.0.0.1", listens); });
const base = `http://127.0.0.1:${server.address().port}`;
const browser = await startBrowser();

/** Opens a window. Every error and every request to another server fails the run. */
async function open(path, options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, timezoneId: "Asia/Tokyo", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("console", (message) => { if (message.type() === "error" && !/status of (403|422)|ERR_INTERNET_DISCONNECTED/.test(message.text())) check(false, `console at ${path}: ${message.text()}`); });
  page.on("pageerror", (error) => check(false, `script at ${path}: ${error}`));
  page.on("dialog", (dialog) => dialog.accept());
  page.requests = [];
  page.on("request", (request) => page.requests.push(request.url()));
  await page.goto(path.startsWith("file:") ? path : `${base}/${path}.html`);
  return page;
}
const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };
const markAt = (page, index) => cell(page, index).getAttribute("data-mark");
const fields = (body) => new URLSearchParams(body);
const nameNow = (page) => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
const told = (page) => page.locator("#poll-message").innerText();

// One weekly meeting, a vacation, a canceled and a transparent entry, an entry in a zone with a Windows name, and two tentative ones. The
// titles are secret.
const calendar = ["BEGIN:VCALENDAR", "VERSION:2.0",
  ["UID:1", "SUMMARY:Secret dentist", "DTSTART;TZID=America/New_York:20261103T093000", "DTEND;TZID=America/New_York:20261103T103000", "RRULE:FREQ=WEEKLY;COUNT=6", "EXDATE;TZID=America/New_York:20261117T093000"],
  ["UID:2", "SUMMARY:Secret\r\n  vacation", "DTSTART;VALUE=DATE:20261109", "DTEND;VALUE=DATE:20261111"],
  ["UID:3", "SUMMARY:Secret gone", "STATUS:CANCELLED", "DTSTART:20261102T140000Z", "DTEND:20261102T150000Z"],
  ["UID:4", "SUMMARY:Secret free", "TRANSP:TRANSPARENT", "DTSTART:20261102T140000Z", "DTEND:20261102T150000Z"],
  ["UID:5", "SUMMARY:Secret west", "DTSTART;TZID=Pacific Standard Time:20261106T130000", "DURATION:PT30M"],
  ["UID:6", "SUMMARY:Secret odd", "DTSTART;TZID=Narnia:20261104T123000", "DURATION:PT30M"],
  ["UID:7", "SUMMARY:Secret unread", "DTSTART:nonsense"],
  ["UID:8", "SUMMARY:Secret maybe", "STATUS:TENTATIVE", "DTSTART;TZID=America/New_York:20261105T090000", "DURATION:PT1H"],
  ["UID:9", "SUMMARY:Secret maybe too", "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "DTSTART;TZID=America/New_York:20261103T110000", "DURATION:PT8H"],
].flatMap((lines) => (Array.isArray(lines) ? ["BEGIN:VEVENT", ...lines, "END:VEVENT"] : [lines])).concat("END:VCALENDAR", "").join("\r\n");
// Five Tuesday mornings, two whole days, 4:00 PM on Friday, and 12:30 PM on Wednesday. One Tuesday morning is within the two days.
const busy = [3, 15, 16, 17, 18, 19, 20, 14, 7, 48, 63, 78].sort((a, b) => a - b);
// A tentative entry leaves Thursday morning, Tuesday afternoon, and Tuesday evening possible. Tuesday morning is busy.
const tentative = [4, 5, 9];
const importFile = { name: "me.ics", mimeType: "text/calendar", buffer: Buffer.from(calendar) };
const report = "8 busy times and 2 tentative times found; 12 times of this poll marked \u2717, 3 marked ~. Titles stay on your device.";

const journeys = {
  async "without script, the form has every cell and sends it"() {
    const page = await open("six", { javaScriptEnabled: false, viewport: { width: 320, height: 700 } });
    await page.getByLabel("Mon, Nov 2, 8:00 AM to noon", { exact: true }).selectOption("can");
    await page.getByLabel("Fri, Dec 11, 4:00 PM to 8:00 PM", { exact: true }).selectOption("if_need_be");
    await page.getByLabel("Note for P. Sullivan").fill("By bus");
    sent.length = 0;
    await page.getByRole("button", { name: "Save" }).click();
    const body = fields(sent[0]);
    same([...body.keys()].length, 91, "a form sends every cell and the note");
    same([body.get("c0"), body.get("c89"), body.get("c1"), body.get("note")].join(), "can,if_need_be,,By bus", "the form's values");
    check((await page.locator("#poll-status").innerText()).startsWith("Saved."), "the saved page says so");
  },
  async "six weeks on a phone take few taps"() {
    const page = await open("six", phone);
    const begun = Date.now();
    let taps = 0;
    const tap = async (locator) => { taps += 1; await locator.tap(); };
    const brush = (name) => page.locator(".brushes label").filter({ hasText: name });
    // Everything fits, except Wednesdays and late Fridays; Monday mornings only if need be.
    await tap(page.getByRole("button", { name: /^Fill all of the week of Mon, Nov 2/ }));
    await tap(brush("Can\u2019t come"));
    await tap(page.getByRole("button", { name: "Fill Wed, Nov 4", exact: true }));
    await tap(cell(page, 14));
    await tap(brush("If need be"));
    await tap(cell(page, 0));
    await tap(page.getByRole("button", { name: "Same every week" }));
    same(await told(page), "Week 1 is copied to the other weeks: 75 times changed.", "the copy");
    // Week 3: a vacation from Thursday on, painted. Week 4: two single times.
    await tap(page.getByRole("button", { name: "Next week" }));
    await tap(page.getByRole("button", { name: "Next week" }));
    await tap(brush("Can\u2019t come"));
    taps += 1;
    await drag(page, 39, 44);
    taps += 1;
    await drag(page, 40, 43);
    await tap(page.getByRole("button", { name: "Next week" }));
    await tap(cell(page, 48));
    await tap(cell(page, 49));
    await tap(page.getByLabel("Note for P. Sullivan"));
    await page.getByLabel("Note for P. Sullivan").fill("Buses are late on Mondays");
    answer = "saved";
    sent.length = 0;
    await tap(page.getByRole("button", { name: "Save", exact: true }));
    await page.locator("#poll-status.good").waitFor();
    const seconds = (Date.now() - begun) / 1000;
    const week = "icc" + "ccc" + "xxx" + "ccc" + "ccx";
    const third = "icc" + "ccc" + "xxx" + "xxc" + "cxx";
    const painted = await marks(page);
    same(painted.slice(0, 30), week + week, "weeks 1 and 2");
    same(painted.slice(30, 39), third.slice(0, 9), "the days of week 3 before the vacation");
    check([39, 40, 43, 44].every((at) => painted[at] === "x"), `strokes paint: ${painted.slice(30, 45)}`);
    same(painted.slice(45, 60), "icc" + "xxc" + "xxx" + "ccc" + "ccx", "week 4");
    same(painted.slice(60), week + week, "weeks 5 and 6");
    check(taps <= MOST_TAPS, `six weeks took ${taps} taps`);
    const body = fields(sent[0]);
    check([...painted].every((mark, at) => body.get(`c${at}`) === { c: "can", i: "if_need_be", x: "cannot" }[mark]), "the marks were sent");
    same(await page.locator(".dirty").innerText(), "", "nothing is left to save");
    console.log(`six weeks on a phone: ${taps} taps, ${seconds.toFixed(1)} s of the browser's time`);
    // Outside the grid, a touch scrolls the page.
    same(await cell(page, 48).evaluate((element) => getComputedStyle(element).touchAction), "none", "a touch in the grid paints");
    same(await page.evaluate(() => getComputedStyle(document.querySelector(".send")).touchAction), "auto", "a touch elsewhere scrolls");
  },
  async "taps cycle, a stroke paints, and undo takes back one change"() {
    const page = await open("six", phone);
    const seen = [];
    for (let tap = 0; tap < 4; tap += 1) { await cell(page, 0).tap(); seen.push(await markAt(page, 0)); }
    same(seen.join(), "c,i,x,c", "taps on a cell");
    same(await page.locator("#poll-said").innerText(), "Mon, Nov 2, 8:00 AM to noon: can come", "a tap is announced");
    await page.locator(".brushes label").filter({ hasText: "Can\u2019t" }).tap();
    await drag(page, 0, 12);
    same((await marks(page)).slice(0, 15), "x--x--x--x--x--", "a stroke over a row");
    await page.getByRole("button", { name: "Undo" }).tap();
    same((await marks(page)).slice(0, 15), "c--------------", "undo takes back the stroke");
    await page.getByRole("button", { name: /^Mark all 89 . can come$/ }).tap();
    same(await marks(page), "c".repeat(90), "the rest is marked");
    same(await page.locator("#poll-blanks").innerText(), "Every time is marked.", "no time is blank");
    await page.getByRole("button", { name: "Undo" }).tap();
    check((await page.locator("#poll-blanks").innerText()).startsWith("89 times are blank. A blank time counts as \u201ccan\u2019t come.\u201d"), "blank times and how they count");
    // A press that moves within its cell is a tap.
    await drag(page, 4, 4);
    same(await page.getByRole("button", { name: "Undo" }).isEnabled(), true, "one change is left");
  },
  async "everything works with keys alone"() {
    const page = await open("six", { viewport: { width: 1280, height: 900 } });
    const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
    for (let tabs = 0; tabs < 20 && !(await page.evaluate(() => "cell" in document.activeElement.dataset)); tabs += 1) await press("Tab");
    same(await nameNow(page), "Mon, Nov 2, 8:00 AM to noon: blank", "the first cell is a stop of the Tab key");
    await press("Space", "Space", "ArrowRight", "Enter", "ArrowDown", "x", "ArrowDown", "N");
    same((await marks(page)).slice(0, 6), "i--cxi", "space, enter, and letters mark");
    same(await nameNow(page), "Tue, Nov 3, 4:00 PM to 8:00 PM: if need be", "a cell's name");
    await press("2", "1", "3", "0", "ArrowDown");
    same(await nameNow(page), "Fill Tue, Nov 10", "down leads to the next week");
    await press("Enter");
    same((await marks(page)).slice(18, 21), "ccc", "enter on a day fills it");
    await press("PageUp", "Home");
    same(await nameNow(page), "Fill Mon, Nov 2", "page up leads to the week before");
    await press("ArrowDown", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown");
    same((await marks(page)).slice(0, 9), "ic-cc--cc", "shift and arrows paint");
    await press("Control+z");
    same((await marks(page)).slice(6, 9), "-c-", "control and Z undo");
    await press("Tab");
    same(await page.evaluate(() => document.activeElement.closest(".week")?.dataset.week), "1", "each week is one stop of the Tab key");
    same(await page.locator("[data-at][tabindex='0']").count(), 6, "stops of the Tab key");
    for (let tabs = 0; tabs < 20 && !(await page.evaluate(() => document.activeElement.type === "submit")); tabs += 1) await press("Tab");
    answer = "saved";
    await press("Enter");
    await page.locator("#poll-status.good").waitFor();
  },
  async "a calendar is read in the browser, and only marks leave it"() {
    const page = await open("six", phone);
    answer = "saved";
    sent.length = 0;
    await page.getByRole("button", { name: "Import my calendar" }).tap();
    await page.getByLabel("Calendar file (.ics)").setInputFiles(importFile);
    await page.locator("#poll-message p").first().waitFor();
    same(await told(page), `${report}\n\n1 entry could not be read. Check those days yourself.\n\nThe time zone \u201cNarnia\u201d is unknown. Its times are read as America/New_York.`, "the report");
    const found = [...await marks(page)].flatMap((mark, at) => (mark === "x" ? [at] : []));
    same(found.join(), busy.join(), "busy cells");
    same([...await marks(page)].flatMap((mark, at) => (mark === "i" ? [at] : [])).join(), tentative.join(), "tentative cells");
    await cell(page, 0).tap();
    await page.getByRole("button", { name: "Same every week" }).tap();
    check((await told(page)).endsWith("Marks from your calendar stay."), "marks of a calendar stay");
    same(await markAt(page, 15), "x", "a copy keeps what the calendar says");
    same(await markAt(page, 30), "c", "a copy fills the other weeks");
    same(page.requests.length, 4, "reading sends nothing");
    await page.getByRole("button", { name: "Save", exact: true }).tap();
    await page.locator("#poll-status.good").waitFor();
    check(sent.length === 1 && !/secret|dentist|BEGIN/i.test(sent[0]) && [...fields(sent[0]).keys()].every((key) => /^c\d+$|^note$/.test(key)), `only marks are sent: ${sent}`);
    await page.getByText("Paste it instead").tap();
    await page.getByLabel("Text of a calendar file").fill("not a calendar");
    await page.getByRole("button", { name: "Mark my busy times" }).tap();
    check((await told(page)).startsWith("This is not a calendar."), "what is not a calendar is refused");
    // Endless, too frequent, or senseless entries are counted, and reading them ends.
    const hours = [...Array(24).keys()].join();
    const sixty = [...Array(60).keys()].join();
    const rules = ["FREQ=SECONDLY", "FREQ=DAILY", `FREQ=DAILY;BYHOUR=${hours};BYMINUTE=${sixty};BYSECOND=${sixty}`, `FREQ=DAILY;BYHOUR=${"1,".repeat(50_000)}1;COUNT=1`, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"];
    const hostile = rules.map((rule, at) => `BEGIN:VEVENT\nUID:${at}\nDTSTART:${at === 1 ? "0001" : "2020"}0101T000000Z\nDURATION:PT1H\nRRULE:${rule}\nEND:VEVENT\n`);
    const before = await marks(page);
    await page.getByLabel("Calendar file (.ics)").setInputFiles({ name: "bad.ics", mimeType: "text/calendar", buffer: Buffer.from(`BEGIN:VCALENDAR\n${hostile.join("")}BEGIN:VEVENT\n`) });
    await page.locator("#poll-message").getByText("4 entries could not be read.").waitFor();
    same(await marks(page), before, "the marks after a calendar that can't be read");
  },
  async "a refusal, a lost link, and a lost connection keep the marks"() {
    const page = await open("six", phone);
    await cell(page, 3).tap();
    const save = page.getByRole("button", { name: "Save", exact: true });
    const status = page.locator("#poll-status");
    same(await page.locator(".dirty").innerText(), "Not saved yet.", "what is not saved is said");
    answer = "refused";
    await save.tap();
    await status.getByText("Friday is a holiday.").waitFor();
    same(await status.getAttribute("role"), "alert", "a refusal is an alert");
    answer = "none";
    await save.tap();
    await status.getByText("This link has ended.").waitFor();
    await page.context().setOffline(true);
    await save.tap();
    await status.getByText("There is no connection.").waitFor();
    await page.context().setOffline(false);
    same(await markAt(page, 3), "c", "the marks stay");
    answer = "saved";
    await save.tap();
    await page.locator("#poll-status.good").waitFor();
    same(await page.locator(".dirty").innerText(), "", "saved at last");
  },
  async "a closed poll can be read only"() {
    const page = await open("closed", { viewport: { width: 1280, height: 900 } });
    const before = await marks(page);
    await cell(page, 1).click();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("c");
    same(await marks(page), before, "the marks of a closed poll");
    same(await page.getByRole("button", { name: /Save|Fill|Same|Import/ }).count(), 0, "buttons of a closed poll");
  },
  async "the file works from a disk without a network, and gives a line"() {
    for (const name of ["file", "everyone"]) {
      const page = await open(pathToFileURL(join(place, `${name}.html`)).href, { ...phone, offline: true, permissions: ["clipboard-read", "clipboard-write"] });
      await page.getByRole("button", { name: "Import my calendar" }).tap();
      await page.getByLabel("Calendar file (.ics)").setInputFiles(importFile);
      await page.locator("#poll-message p").first().waitFor();
      if (name === "file") check((await told(page)).startsWith(report), `the file reads calendars: ${await told(page)}`);
      await page.getByRole("button", { name: /^Mark all/ }).tap();
      await page.getByLabel("Note for P. Sullivan").fill("By bus \u2013 \u201clate\u201d \u{1f68c}");
      const copy = page.getByRole("button", { name: "Copy my answer" });
      if (name === "everyone") {
        await copy.tap();
        await page.getByText("Choose your name first").waitFor();
        await page.getByLabel("Which one are you?").selectOption({ label: "Rosa Amari" });
      }
      await copy.tap();
      const line = await page.locator("#poll-line").inputValue();
      check((await page.locator("#poll-status").innerText()).startsWith("Your answer is copied."), "the line is copied");
      same(await page.evaluate(() => navigator.clipboard.readText()), line, "the clipboard has the line");
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save as a file" }).tap()]);
      const person = name === "file" ? "nguyen" : "amari";
      same(download.suggestedFilename(), `answer-${person}.txt`, "the file's name");
      same(readFileSync(await download.path(), "utf8"), `${line}\n`, "the file has the line");
      // The program reads the line, also as a mail program wraps and quotes it.
      const mailed = `Hello,\r\n> ${line.replace(/.{70}/g, "$&\r\n> ")}\r\n\r\nBest, T.`;
      const read = spawnSync(program, ["read", mailed], { encoding: "utf8" });
      const answered = JSON.parse(read.stdout || "{}");
      same(answered.person, person, `the line's person (${read.stderr})`);
      same(answered.note, "By bus \u2013 \u201clate\u201d \u{1f68c}", "the line's note");
      const unrolled = (answered.marks ?? "").replace(/(\d+)(.)/g, (_, count, mark) => mark.repeat(count));
      same(unrolled, await marks(page), "the line's marks");
      check(!/secret/i.test(Buffer.from(line.split(":")[2], "base64url").toString()), "the line has no titles");
      const asked = page.requests.filter((url) => !url.startsWith("file:") && !url.startsWith("blob:"));
      same(asked.join(), "", "requests of the file");
      same(page.requests.filter((url) => url.startsWith("file:")).length, 1, "the file needs no other file");
      await page.context().close();
    }
    const own = readFileSync(join(place, "file.html"), "utf8");
    check(!/Amari|Castellan/i.test(own), "a person's file has no other names");
  },
  async "no view has a violation, and none is too wide"() {
    let seen = 0;
    for (const width of WIDTHS) {
      for (const colorScheme of ["light", "dark"]) {
        const views = [["six", true], ["saved", true], ["most", true]];
        if (colorScheme === "light") views.push(["saved", false]);
        if (width === 390) views.push(["refused", true], ["closed", true], ["file", true], ["everyone", true]);
        for (const [name, javaScriptEnabled] of views) {
          // Axe needs a script, so the form without one is looked at for its width only.
          const path = name === "file" || name === "everyone" ? pathToFileURL(join(place, `${name}.html`)).href : name;
          const page = await open(path, { viewport: { width, height: 900 }, colorScheme, javaScriptEnabled, bypassCSP: true });
          const wide = await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth);
          check(wide <= 0, `${name} at ${width} is ${wide} pixels too wide`);
          if (shots) { mkdirSync(shots, { recursive: true }); await page.screenshot({ path: join(shots, `${name}-${width}-${colorScheme}${javaScriptEnabled ? "" : "-plain"}.png`) }); }
          if (javaScriptEnabled && (name !== "most" || width === 390)) {
            if (name === "saved") { await page.getByRole("button", { name: "Import my calendar" }).click(); await page.locator("summary").first().click(); }
            // Of 26 weeks, three have what all have.
            if (name === "most") await page.evaluate(() => document.querySelectorAll(".week:nth-of-type(n+4)").forEach((week) => week.remove()));
            await page.evaluate(axe);
            const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
            for (const { id, nodes } of violations) check(false, `axe: ${name} at ${width}, ${colorScheme}: ${id}: ${nodes[0].html.slice(0, 160)}`);
          }
          seen += 1;
          await page.context().close();
        }
      }
    }
    console.log(`${seen} views`);
  },
};

for (const [name, journey] of Object.entries(journeys)) {
  const before = wrong.length;
  await journey().catch((error) => check(false, `${name}: ${error.message.split("\n").slice(0, 6).join(" ")}`));
  console.log(`${wrong.length === before ? "passed" : "FAILED"}: ${name}`);
}
await browser.close();
server.close();
rmSync(place, { recursive: true, force: true });
console.log(`${checks} checks, ${wrong.length} wrong`);
process.exit(wrong.length ? 4 : 0);
