// The pages of `ibbi serve` in a browser. Usage: node check.mjs PROGRAM [FOLDER FOR SCREENSHOTS]
// Exit codes: 0 every check passed, 4 a check failed, 75 the browser or a package is missing.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { axe, program, shots, startBrowser } from "./browser.mjs";
import { everyForm } from "./forms.mjs";
import { typedStays } from "./typed.mjs";
import { MOST_CLICKS, MOST_KEYS, differences, enterTour } from "./tour.mjs";

const place = mkdtempSync(join(tmpdir(), "ibbi-browser-"));
const wrong = [];
const check = (holds, what) => { if (!holds) { wrong.push(what); console.error(`wrong: ${what}`); } };

const server = spawn(program, ["--json", "serve", "--ledger", join(place, "cases.ledger"), "--port", "0", "--actor", "clerk"]);
const { base, link } = await new Promise((found, failed) => {
  let text = "";
  server.stdout.on("data", (data) => { text += data; if (text.includes("\n")) found({ base: JSON.parse(text).address.replace(/\/$/, ""), link: JSON.parse(text).link }); });
  server.stderr.on("data", (data) => process.stderr.write(data));
  server.on("exit", () => failed(new Error("the server ended")));
});
const browser = await startBrowser(() => server.kill());

// The link of the desktop begins a session. Every window has its cookie, and so has every request of this script.
const first = await browser.newContext();
const entrance = await first.newPage();
await entrance.goto(link);
check(entrance.url() === `${base}/`, `the link leads to the home page: ${entrance.url()}`);
await entrance.goto(link);
check(entrance.url() === `${base}/`, "the used link leads on for whom it has signed in");
const storageState = await first.storageState();
await first.close();
const second = await browser.newContext();
const stranger = await second.newPage();
await stranger.goto(link);
check((await stranger.locator(".wrong").innerText()).includes("used already"), "the link works once");
await second.close();
const plain = globalThis.fetch;
const cookie = storageState.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
globalThis.fetch = (address, options = {}) => plain(address, { ...options, headers: { cookie, ...options.headers } });

/** Opens a window. Every error and every request to another server fails the run. */
async function open(options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, storageState, ...options });
  const page = await context.newPage();
  page.on("console", (message) => {
    // The browser logs the status of a refused form as a failed load. That is expected.
    const refused = /status of 4(00|12|22)/.test(message.text()) || page.url().endsWith("/nothing");
    if (message.type() === "error" && !refused) check(false, `console at ${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => check(false, `script at ${page.url()}: ${error}`));
  page.on("request", (request) => check(request.url().startsWith(base), `a request to another server: ${request.url()}`));
  return page;
}
/** Returns the number of the last entry of a case. */
const entryOf = async (id) => (await (await fetch(`${base}/cases/${id}`)).text()).match(/entries\/(\d+)/)[1];
/** Returns the day so many days ago, as people type it and as a page shows it. */
const dayAgo = (ago, options = {}) => new Date(Date.now() - ago * 24 * 60 * 60 * 1000).toLocaleDateString("en-US", { timeZone: "America/New_York", ...options });
const dayNamed = (ago) => dayAgo(ago, { weekday: "short", month: "short", day: "numeric", year: "numeric" });
const text = (page, selector) => page.locator(selector).first().innerText();
async function kept(page, click, inside) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  const content = readFileSync(await download.path(), "utf8");
  check(content.includes(inside), `${download.suggestedFilename()} holds ${inside}`);
  return content;
}
const settled = (page) => page.waitForFunction(() => !document.querySelector("[aria-busy]") && document.getElementById("who"));

/** A row that is half finished keeps the answer; its errors come at its fields when the person goes on. */
async function planErrors(page, verdict) {
  const answered = () => page.waitForResponse((response) => response.url().endsWith("/plan/answer"));
  const other = page.getByLabel("M. Costa: other unavailable times");
  await Promise.all([answered(), other.fill("  when\u200bever ")]);
  await page.waitForFunction(() => !document.querySelector("[aria-busy]"));
  check(await text(page, ".verdict") === verdict && await page.locator("#who").count() === 1, "a half-finished entry keeps the answer");
  check(await page.locator("#problems li, .wrong").count() === 0, "a half-finished entry has no error while it is typed");
  await page.keyboard.press("Tab");
  await page.locator("#problems li").waitFor();
  check((await text(page, "[role=alert]")).includes("is not a time"), "the error is in the summary");
  const described = await other.getAttribute("aria-describedby");
  check(await other.getAttribute("aria-invalid") === "true" && (await text(page, `[id="${described}"]`)).includes("is not a time"), "the error is at its field");
  await page.locator("#problems a").click();
  check(await other.evaluate((field) => field === document.activeElement), "the summary leads to the field");
  check(await other.inputValue() === "  when\u200bever ", "the field keeps what was typed");
  // A new person without a team: the summary opens the folded table.
  await page.getByText("People", { exact: true }).click();
  await page.getByLabel("Name of person 13").fill("Zoë O'Brien");
  await page.getByText("People", { exact: true }).click();
  await page.locator("#problems a").filter({ hasText: "Zoë O'Brien" }).click();
  check(await page.evaluate(() => document.activeElement.id === "t12"), "the summary opens the folded part of the form");
  await page.locator("#t12").selectOption("labor");
  await Promise.all([answered(), other.fill("fridays")]);
  await settled(page);
  check(await page.locator("#problems li, .wrong, [aria-invalid]").count() === 0, "corrected entries have no errors");
}

/** The map of conflicts shows the names on hover and on focus, and the arrow keys move through it. */
async function heatMap(page) {
  const shown = () => page.evaluate(() => {
    const cells = [...document.querySelectorAll(".heat td")];
    return cells.map((cell) => getComputedStyle(cell, "::after").content).filter((content) => content !== "none").join();
  });
  await page.locator(".heat td[tabindex='0']").focus();
  await page.keyboard.press("ArrowDown");
  for (let i = 0; i < 9 && !await page.evaluate(() => document.activeElement.title); i += 1) await page.keyboard.press("ArrowRight");
  const title = await page.evaluate(() => document.activeElement.title);
  check(/^\w+, \w+ \d+, (morning|afternoon|evening): ./.test(title), `the arrow keys move through the map: ${title}`);
  check((await shown()).includes(title.slice(0, 12)), "the map shows the names on focus");
  check(await page.locator(".heat td[tabindex='0']").count() === 1, "the map is one stop of the Tab key");
  await page.evaluate(() => document.activeElement.blur());
  const busy = page.locator(".heat td.h1").first();
  await busy.hover();
  check((await shown()).includes((await busy.getAttribute("title")).slice(0, 12)), "the map shows the names on hover");
}

const journeys = {
  async "plan a schedule, from the empty start to the report"(page) {
    await page.goto(`${base}/`);
    await page.getByRole("link", { name: "Try it with a sample district" }).click();
    await page.locator("#who").waitFor();
    const before = await text(page, ".verdict");
    await page.getByLabel("District", { exact: true }).fill("Pine <b>Ridge</b> & Co");
    await page.getByLabel("N. Beaumont, tue am").uncheck();
    await page.getByLabel("N. Beaumont, tue pm").uncheck();
    await page.getByLabel("M. Costa: other unavailable times").fill("2026-11-16 to 2026-12-18");
    await page.waitForURL(/d=Pine/);
    await settled(page);
    check(await text(page, ".verdict") !== before, "the answer changes with the form");
    const verdict = await text(page, ".verdict");
    check((await text(page, ".live")).trim() === verdict.trim(), "the form announces the answer too");
    // The link has the same scenario.
    const again = await open();
    await again.goto(page.url());
    await again.locator("#who").waitFor();
    check(await text(again, ".verdict") === verdict, "the link gives the same answer");
    check(await again.getByLabel("District", { exact: true }).inputValue() === "Pine <b>Ridge</b> & Co", "the link gives the same form");
    await again.context().close();
    await kept(page, () => page.getByRole("button", { name: /Add to calendar/ }).click(), "BEGIN:VCALENDAR");
    await kept(page, () => page.getByRole("button", { name: /Report/ }).click(), "Pine &lt;b&gt;Ridge");
    const toml = await kept(page, () => page.getByRole("button", { name: /Scenario file/ }).click(), "district = \"Pine <b>Ridge</b> & Co\"");
    await page.getByText("Start with another scenario").click();
    await page.getByLabel("Scenario file").setInputFiles({ name: "s.toml", mimeType: "text/plain", buffer: Buffer.from(toml) });
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.locator("#who").waitFor();
    check(await text(page, ".verdict") === verdict, "the file gives the same answer");
    await planErrors(page, verdict);
    await heatMap(page);
  },
  async "run a case, from the empty start to its calendar"(page) {
    await page.goto(`${base}/cases`);
    await page.getByLabel("District").fill("Maple <script>alert(1)</script> Hollow");
    await page.getByRole("button", { name: "Open the case" }).click();
    const task = (title) => page.locator(".do").filter({ hasText: title }).first();
    const agree = async (seat, name, office) => {
      const form = task(`${seat} agrees`);
      await form.getByLabel("Name", { exact: true }).fill(name);
      if (office) await form.getByLabel(office, { exact: true }).check();
      await form.getByRole("button", { name: /^Record/ }).click();
      await page.locator(".good").waitFor();
    };
    await agree("The superintendent", "Rosa Amari");
    await agree("The union president", "Ben Castellan");
    // Without the office, the rules refuse the event and say why.
    const committee = task("chair or vice chair agrees");
    await committee.getByLabel("Name", { exact: true }).fill("Tola Okafor");
    await committee.locator("form").evaluate((form) => { form.noValidate = true; });
    await committee.getByRole("button", { name: /^Record/ }).click();
    const refusal = await text(page, "[role=alert]");
    check(refusal.includes("chair") && !/[=_]/.test(refusal), `a refusal says what to do, without codes: ${refusal}`);
    await page.locator("[role=alert] a").click();
    check(await page.evaluate(() => document.activeElement.name === "office"), "the message leads to its field");
    check(await committee.getByLabel("Name", { exact: true }).inputValue() === "Tola Okafor", "the form keeps what was typed");
    await agree("chair or vice chair", "Tola Okafor", "chair");
    check((await text(page, ".under")).includes("Introduction"), "the case is in the next stage");
    // Void the last record.
    await page.locator("#history .correct").first().click();
    await page.getByLabel("Why is it wrong?").fill("she has not agreed yet");
    await page.getByRole("button", { name: "Void the entry" }).click();
    await page.locator(".voided").waitFor();
    check((await text(page, ".under")).includes("Inquiry"), "the correction counts");
    await agree("chair or vice chair", "Tola Okafor", "vice chair");
    const meeting = task("Schedule the introductory meeting");
    await meeting.getByLabel("Day", { exact: true }).fill("Oct 20, 2031");
    await meeting.getByLabel("From").fill("3p");
    await meeting.getByLabel("To", { exact: true }).fill("4:30 PM");
    await meeting.getByRole("button", { name: /^Record/ }).click();
    await page.locator(".good").waitFor();
    await page.getByRole("link", { name: "Calendar" }).click();
    await kept(page, () => page.getByRole("link", { name: "Download" }).click(), "DTSTART");
    await page.goBack();
    check(await page.locator(".later li").count() > 3, "later steps are shown, each with its reason");
    await page.getByRole("link", { name: "Forecast" }).click();
    check((await text(page, ".verdict")).length > 20, "the forecast continues from the case");
    await page.goBack();
    // On a phone, the first task is on the first screen.
    await page.setViewportSize({ width: 390, height: 844 });
    const go = await page.locator("#next .go").boundingBox();
    check(go.y + go.height <= 844, `the first task ends at ${go.y + go.height}`);
  },
  async "choose another day while two forms are filled in"(page) {
    await page.goto(`${base}/cases`);
    await page.locator("#when-day").fill(dayAgo(20));
    await page.getByLabel("District").fill("Another Day");
    await page.getByRole("button", { name: "Open the case" }).click();
    const task = (title) => page.locator(".do").filter({ hasText: title }).first();
    const button = (title) => task(title).getByRole("button", { name: /^Record/ });
    const name = (title) => task(title).getByLabel("Name", { exact: true });
    const [first, second] = ["The superintendent agrees", "The union president agrees"];
    check(await button(first).innerText() === `Record for ${dayNamed(20)}`, "the button names the day that stays");
    await name(first).fill("Rosa Amari");
    await task(second).locator("summary").click();
    // The page moves the focus into a form that was opened, a moment after the click.
    await page.waitForFunction((form) => form.dataset.seen, await task(second).elementHandle());
    await name(second).fill("Ben Castellan");
    await page.locator("#when-on_behalf").fill("P. Sullivan");
    await page.locator("#when-day").fill(dayAgo(10));
    check(await button(first).innerText() === "Record", "while a day is entered, the button names none");
    await page.getByRole("button", { name: "Use", exact: true }).click();
    await page.waitForFunction(() => /^Record for/.test(document.querySelector(".do [data-record]").textContent));
    for (const [title, value] of [[first, "Rosa Amari"], [second, "Ben Castellan"]]) {
      check(await name(title).inputValue() === value, `another day keeps what was typed: ${title}`);
      check(await button(title).innerText() === `Record for ${dayNamed(10)}, on behalf of P. Sullivan`, `the button names the other day: ${title}`);
    }
    await button(second).click();
    check((await text(page, ".good")).includes(`Ben Castellan, union president, agreed, ${dayNamed(10)}, on behalf of P. Sullivan.`), "the event is recorded for the other day");
    // A correction begins with for whom the entry was.
    await page.locator("#when-on_behalf").fill("Q. Wexler");
    await page.locator("#history .correct").first().click();
    check(await page.getByLabel("On behalf of").inputValue() === "P. Sullivan", "the correction begins with for whom the entry was");
    await page.getByLabel("Why is it wrong?").fill("another person");
    await page.getByRole("button", { name: "Void the entry" }).click();
    check((await text(page, "#history li")).includes("by clerk"), "the void is by who signed in");
  },
  async "fill in every form of a case"(page) {
    const { forms, values } = await everyForm(page, base, join(place, "cases.ledger"), check);
    console.log(`forms: ${forms} filled in, refused, shown again as they were, and recorded; ${values} values found in the ledger`);
  },
  async "enter the tour by hand, from notes of an earlier week"(page) {
    const before = readFileSync(join(place, "cases.ledger"), "utf8").trim().split("\n").length;
    const { clicks, keys } = await enterTour(page, base);
    const wrongs = differences(program, place, join(place, "cases.ledger"), before);
    check(wrongs.length === 0, `the tour that was entered is the program's tour: ${wrongs.slice(0, 3).join("; ")}`);
    check(clicks <= MOST_CLICKS && keys <= MOST_KEYS, `the tour takes ${clicks} clicks and ${keys} keystrokes`);
    console.log(`tour: ${clicks} clicks and ${keys} keystrokes (at most ${MOST_CLICKS} and ${MOST_KEYS})`);
    await page.getByRole("link", { name: "Print summary" }).click();
    const pages = (await page.pdf({ format: "Letter" })).toString("latin1").match(/\/Type\s*\/Page[^s]/g).length;
    check(pages <= 2, `the case summary has ${pages} pages`);
    check(await page.locator("#attendance tbody tr").count() === 4, "the summary lists who attended");
  },
  async "check the records, from the file to the verdict"(page) {
    const ledger = join(place, "tour.ledger");
    check(spawnSync(program, ["tour", "--ledger", ledger]).status === 0, "the tour runs");
    await page.goto(`${base}/audit`);
    await page.getByLabel("Ledger, extract").setInputFiles(ledger);
    await page.getByRole("button", { name: "Check it" }).click();
    check((await text(page, ".verdict")).includes("is sound"), "the verdict on a sound ledger");
    await kept(page, () => page.getByRole("link", { name: /whole report/ }).click(), "\"sound\":true");
    await page.locator("#cases a").first().click();
    const slider = page.getByLabel("Go to event");
    const last = await text(page, "[data-summary]");
    await slider.focus();
    await page.keyboard.press("Home");
    await page.waitForFunction((last) => document.querySelector("[data-summary]").textContent !== last, last);
    check((await text(page, "[data-summary]")).includes("the case is in Inquiry"), "the slider goes back to the first event");
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(/step=2/);
    // One changed byte changes the verdict.
    const lines = readFileSync(ledger, "utf8").replace("Rosa Amari", "Rosa Amaro");
    await page.goto(`${base}/audit`);
    await page.getByLabel("Ledger, extract").setInputFiles({ name: "x", mimeType: "text/plain", buffer: Buffer.from(lines) });
    await page.getByRole("button", { name: "Check it" }).click();
    check((await text(page, ".verdict")).includes("is not sound"), "the verdict on a changed ledger");
    check(await page.locator("#findings tbody tr").count() > 0, "a changed ledger has findings");
  },
};

for (const [what, journey] of Object.entries(journeys)) {
  const page = await open();
  page.setDefaultTimeout(15000);
  await journey(page).catch((error) => check(false, `${what}: ${error.message.split("\n").slice(0, 3).join(" ")}`));
  await page.context().close();
  console.log(`journey: ${what}`);
}

// With the keyboard only: to the grid, through it, and to the answer.
{
  const page = await open();
  await page.goto(`${base}/plan`);
  await page.locator("#who").waitFor();
  await page.keyboard.press("Tab");
  check(await page.evaluate(() => document.activeElement.textContent === "Skip to the content"), "the first stop is the link to the content");
  await page.keyboard.press("Enter");
  let stops = 0;
  for (; stops < 40; stops += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement.matches(".grid [type=checkbox]"))) break;
  }
  check(stops < 40, "the grid is reached with Tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const label = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  check(label === "J. Ortiz, mon pm", `the arrows move over the grid: ${label}`);
  const before = page.url();
  await page.keyboard.press("Space");
  await page.waitForURL((url) => url.href !== before);
  await settled(page);
  const outlined = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  check(outlined !== "none", "the focused element has an outline");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "answer");
  await page.context().close();
  console.log(`keyboard: the grid after ${stops + 1} stops, one half-day changed, on to the answer`);
}

await typedStays(open, base, check);

// Without JavaScript, the same forms work.
{
  const page = await open({ javaScriptEnabled: false });
  await page.goto(`${base}/plan`);
  const before = await text(page, ".verdict");
  await page.getByLabel("N. Beaumont, tue am").uncheck();
  await page.getByLabel("N. Beaumont, tue pm").uncheck();
  await page.getByRole("button", { name: "Update the plan" }).click();
  await page.locator("#who").waitFor();
  check(page.url().includes("d=Maple") && await text(page, ".verdict") !== before, "the plan works without script");
  check(await page.locator("#comparison").count() === 1 && await page.locator("#who").count() === 1, "the plan has all its parts without script");
  await page.goto(`${base}/cases`);
  await page.locator("#when-day").fill(dayAgo(20));
  await page.getByLabel("District").fill("No Script");
  await page.getByRole("button", { name: "Open the case" }).click();
  check((await text(page, "h1")) === "No Script", "a case is opened without script");
  // The time comes first: the page shows the case as it was then, and the forms record for that day.
  await page.getByLabel("Another day").check();
  await page.locator("#when-day").fill(dayAgo(0));
  await page.getByRole("button", { name: "Use", exact: true }).click();
  const form = page.locator(".do").filter({ hasText: "The superintendent agrees" });
  await form.getByLabel("Name", { exact: true }).fill("Rosa Amari");
  await form.getByLabel("Day for this form").fill(dayAgo(10));
  await form.getByRole("button", { name: "Use for this form" }).click();
  check(await form.getByLabel("Name", { exact: true }).inputValue() === "Rosa Amari", "another day keeps the form without script");
  check(await form.getByRole("button", { name: `Record for ${dayNamed(10)}` }).count() === 1, "the button names the other day without script");
  await form.getByLabel("Day for this form").fill(dayAgo(0));
  await form.getByRole("button", { name: "Use for this form" }).click();
  await form.getByRole("button", { name: /^Record for / }).click();
  check((await text(page, ".good")).includes("Rosa Amari, superintendent, agreed"), "an event is recorded without script");
  check(await page.getByLabel("Another day").isChecked(), "the day stays for the next entry");
  await page.goto(`${base}/audit/own`);
  await page.locator("#cases a").first().click();
  await page.getByRole("link", { name: "Earlier" }).click();
  check(page.url().includes("step="), "the timeline works without script");
  await page.context().close();
  console.log("without script: plan, open a case, record an event of a day, go through a timeline");
}

/** Returns the tables that are wider than their boxes and don't keep the names of their rows in view. */
const clipped = () => [...document.querySelectorAll(".scroll")].filter((box) => {
  const name = box.querySelector("tbody tr > :first-child");
  return box.scrollWidth > box.clientWidth && name && getComputedStyle(name).position !== "sticky";
}).map((box) => box.getAttribute("aria-label"));

// The report of the sample: on paper and on a phone.
{
  const page = await open({ viewport: { width: 390, height: 844 } });
  await page.setContent(await (await fetch(`${base}/plan/report.html`)).text());
  const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
  check(wide <= 390, `the report is ${wide} wide at 390`);
  const cut = await page.evaluate(clipped);
  check(cut.length === 0, `the report clips ${cut}`);
  const sheets = (await page.pdf({ format: "Letter" })).toString("latin1").match(/\/Type\s*\/Page[^s]/g).length;
  check(sheets <= 4, `the report has ${sheets} sheets of paper`);
  await page.context().close();
  console.log(`report: ${sheets} sheets of paper`);
}

// Every page in both color schemes and at both widths: no violation, nothing wider than the window, not too large.
{
  const paths = ["/", "/plan", "/plan?begin=empty", "/cases", "/audit", "/audit/own", "/reports/program", "/reports/cases", "/reports/cases?as_of=9/16/2025&sort=wait", "/audit/own/days", "/reports/goals", "/access", "/webhooks", "/retention", "/retention/release", "/login", "/nothing"];
  const cases = await (await fetch(`${base}/api/v1/cases`)).json();
  const [{ case: last }] = cases.cases;
  paths.push(`/cases/${last}/summary`, `/cases/${last}/forecast`, `/cases/${last}/entries/${await entryOf(last)}`);
  paths.push(`/cases/${last}`, `/audit/own/cases/${cases.cases[0].case}?step=2`);
  if (shots) mkdirSync(shots, { recursive: true });
  const weight = async (path) => (await (await fetch(base + path)).arrayBuffer()).byteLength;
  const shared = await weight("/style.css") + await weight("/script.js");
  let seen = 0, heaviest = 0;
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280]) {
      const page = await open({ colorScheme, viewport: { width, height: 900 } });
      for (const path of paths) {
        await page.goto(base + path);
        if (path.startsWith("/plan")) await page.locator("#who").waitFor();
        // Check folded parts too.
        await page.evaluate(() => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations", "passes"] }));
        check(passes.length > 5, `axe checked ${path}`);
        for (const { id, nodes } of violations) check(false, `${path} ${colorScheme} ${width}: ${id}: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary.slice(0, 200)}`);
        const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
        const widest = () => [...document.querySelectorAll("main *")].filter((each) => !each.closest(".scroll") && each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML.slice(0, 80));
        const cut = await page.evaluate(clipped);
        check(cut.length === 0, `${path} at ${width} clips ${cut}`);
        check(wide <= width, `${path} is ${wide} wide at ${width}: ${wide <= width || await page.evaluate(widest)}`);
        if (shots) {
          await page.evaluate(() => document.querySelectorAll("details").forEach((each) => { each.open = false; }));
          const name = path.replace(/[^a-z]+/gi, "-").replace(/^-|-$/g, "").slice(0, 20) || "home";
          await page.screenshot({ path: join(shots, `${name}-${colorScheme}-${width}.png`), fullPage: true });
        }
        seen += 1;
      }
      await page.context().close();
    }
  }
  for (const path of paths) heaviest = Math.max(heaviest, await weight(path) + shared);
  check(heaviest <= 170_000, `the largest page has ${heaviest} bytes`);
  console.log(`pages: ${paths.length} in ${seen} views without a violation, the largest ${heaviest} bytes in all`);
}

await browser.close();
server.kill("SIGTERM");
const code = await new Promise((ended) => server.on("exit", ended));
check(code === 0, `the server stops with exit code 0: ${code}`);
const verified = spawnSync(program, ["verify", join(place, "cases.ledger")]);
check(verified.status === 0, "the ledger verifies afterwards");
rmSync(place, { recursive: true, force: true });
console.log(wrong.length === 0 ? "every check passed" : `failed checks: ${wrong.length}`);
process.exit(wrong.length === 0 ? 0 : 4);
