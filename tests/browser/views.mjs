// Pages of a running server at every width and in both color schemes: no violation that axe finds, nothing wider than the window. A poll has
// sixty people. Usage: node views.mjs PROGRAM [FOLDER FOR SCREENSHOTS]. Exit codes: as in check.mjs.
import { join } from "node:path";
import { axe, shots } from "./browser.mjs";
import { Answer, counted, differences, people, planOf, shownTimes } from "./district.mjs";
import { browser, check, counts, end, same, server } from "./running.mjs";

const WIDTHS = [320, 390, 1280, 1920];
const PEOPLE = 60;
/** How many of them have not answered. */
const MISSING = 7;
const { base } = server;

/** Opens a window of the facilitator, or of a person without an account. */
async function open(hasAccount = true) {
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 900 } });
  const [name, value] = server.cookie.split("=");
  if (hasAccount) await context.addCookies([{ name, value, url: base }]);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => check(false, `script at ${page.url()}: ${error}`));
  page.on("request", (request) => check(request.url().startsWith(base), `a request to another server: ${request.url()}`));
  return page;
}
const named = (page, name) => page.getByRole("button", { name, exact: typeof name === "string" });

/** Returns what is wrong with a page as it is: what axe finds, what is too wide, and what can't be scrolled to. */
async function faults(page, width) {
  const found = await page.evaluate(async (width) => {
    const { violations, passes } = await window.axe.run(document, { resultTypes: ["violations", "passes"] });
    const lines = violations.map(({ id, nodes }) => `${id}, ${nodes.length} times: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary.slice(0, 200)}`);
    if (passes.length < 6) lines.push(`axe had only ${passes.length} rules to check`);
    const within = (each) => { const around = each.parentElement?.closest(".scroll, .heat, textarea, pre"); return around && around.scrollWidth > around.clientWidth; };
    if (document.scrollingElement.scrollWidth > width) {
      const widest = [...document.querySelectorAll("body *")].filter((each) => !within(each) && each.getBoundingClientRect().right > width + 1);
      lines.push(`the page is ${document.scrollingElement.scrollWidth} wide: ${widest.slice(0, 2).map((each) => each.outerHTML.slice(0, 120)).join(" ")}`);
    }
    // A wide table keeps the names of its rows in view.
    for (const box of document.querySelectorAll(".scroll")) {
      const name = box.querySelector("tbody tr > :first-child");
      if (box.scrollWidth > box.clientWidth && name && getComputedStyle(name).position !== "sticky") lines.push(`${box.getAttribute("aria-label")} is clipped`);
    }
    return lines;
  }, width);
  return found;
}

let seen = 0;
const times = [];
/** Looks at a page in every width and color scheme, or in some of them. */
async function look(page, name, takes = () => true) {
  const begun = Date.now();
  await page.evaluate(axe);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS.filter((width) => takes(width, colorScheme))) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(() => { for (const each of document.querySelectorAll("details")) { each.dataset.was = each.open; each.open = true; } });
      for (const fault of await faults(page, width)) check(false, `${name}, ${colorScheme}, ${width}: ${fault}`);
      await page.evaluate(() => { for (const each of document.querySelectorAll("details")) each.open = each.dataset.was === "true"; });
      if (shots) await page.screenshot({ path: join(shots, `${name.replace(/\W+/g, "-")}-${width}-${colorScheme}.png`), fullPage: true });
      counts();
      seen += 1;
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
  times.push([Date.now() - begun, name]);
}

// A poll of sixty people.
const all = people(PEOPLE);
const page = await open();
const show = async (path, name) => { await page.goto(`${base}${path}`); await look(page, name); };
await page.goto(`${base}/plan`);
await page.getByText("Start with another scenario").click();
await page.getByLabel("Scenario file").setInputFiles({ name: "plan.toml", mimeType: "text/plain", buffer: Buffer.from(planOf("Upper & Lower Quabbin Regional", all)) });
await named(page, "Open").click();
await page.locator("#who").waitFor();
const { search } = new URL(page.url());
await named(page, "Ask everyone").click();
await look(page, "form of a poll");
const proposed = await page.getByLabel("First day").inputValue();
await page.getByLabel("First day").fill("never");
await named(page, "Make the poll").click();
await page.locator(".wrong").first().waitFor();
await look(page, "form of a poll, refused");
await page.getByLabel("First day").fill(proposed);
await page.getByLabel(`Email address of ${all[3].name}`).fill("dana@example.org");
await page.getByLabel("Evening, 4:00 PM to 8:00 PM").check();
await named(page, "Make the poll").click();
const lines = (await page.locator("#links").inputValue()).split("\n");
same(lines.length, PEOPLE, "links");
await look(page, "links");
const links = lines.map((line) => line.slice(line.indexOf(": http") + 2));
const poll = `/polls/${links[0].match(/answer\/([^/]+)\//)[1]}`;

// The answers of most of them.
const source = await (await fetch(links[0])).text();
const grid = JSON.parse(source.match(/data-poll="([^"]+)"/)[1].replaceAll("&quot;", '"'));
const answers = new Map(all.map(({ id }) => [id, new Answer(grid)]));
for (const [index, person] of all.slice(0, -MISSING).entries()) {
  const own = answers.get(person.id);
  own.marks = own.marks.map((_, at) => ((at * 7 + index * 11) % 23 < 2 ? "x" : (at + index) % 9 ? "c" : "i"));
  const body = new URLSearchParams(own.marks.map((mark, at) => [`c${at}`, { c: "can", i: "if_need_be", x: "cannot" }[mark]]));
  body.set("note", index % 6 ? "" : `I drive the late bus. ${"Mondays are hard until the end of the season. ".repeat(index % 12)}`);
  same((await fetch(links[index], { method: "POST", body })).status, 200, `the answer of ${person.name}`);
}
await show(poll, "results");
check((await page.locator("main").innerText()).includes(`${PEOPLE - MISSING} of ${PEOPLE} people have answered.`), "how many have answered");
const answered = all.slice(0, -MISSING);
const differ = differences(counted(answered, answers, grid), await page.evaluate(shownTimes));
check(differ.length === 0, `the heat map of sixty: ${differ.slice(0, 2).join("; ")}`);
await show("/polls", "polls");
await show(`${poll}/reminders`, "reminders");
await show(`${poll}/delete`, "delete");
await show(`${poll}/people/${all[4].id}`, "enter answers");
await page.goto(`${base}/plan?poll=${poll.split("/").at(-1)}`);
await page.locator("#who").waitFor();
// Axe takes seconds for each view of this page. check.mjs looks at it with fewer people.
await look(page, "plan with answers", (width, colorScheme) => width === (colorScheme === "light" ? 1280 : 320));

// What a person without an account sees.
{
  const person = await open(false);
  for (const [name, link] of [["answer", links.at(-1)], ["answer, saved", links[0]], ["answer, unknown", links[0].slice(0, -4) + "0000"]]) {
    await person.goto(link);
    await look(person, name);
  }
  await person.context().close();
}

// Calendars of a case, and other addresses.
await show("/calendars", "calendars, none");
await page.goto(`${base}/cases`);
await page.getByLabel("District").fill("Upper & Lower Quabbin Regional");
await named(page, "Open the case").click();
const { pathname } = new URL(page.url());
await show(`${pathname}/calendar`, "calendar of a case");
await named(page, "Make an address").click();
await page.locator(".secret, code").first().waitFor();
await look(page, "calendar of a case, made");
await show("/calendars", "calendars");

// A release: rules that can't be read, a preview, and the download of what was shown.
await show("/retention/release", "release");
await page.getByLabel("All cases of the ledger").check();
await page.getByText("Rules for types of events").click();
await page.getByLabel("Rules", { exact: true }).fill("[[rule]]\naction = 'hide'\nlines = [3]");
await named(page, "Show the preview").click();
await page.getByText("No release was made.").waitFor();
check(!(await page.content()).includes("\ufffd"), "the place of an error is shown without signs for line breaks");
await look(page, "release, refused");
await page.getByLabel("Rules", { exact: true }).fill("");
await page.getByLabel("Law").fill("M.G.L. c. 4, \u00a7 7, cl. 26(d)");
await page.getByLabel("Reason").fill("It is about positions that are still being developed.");
await named(page, "Show the preview").click();
await page.getByRole("heading", { name: "Preview" }).waitFor();
await look(page, "release, preview");
const [download] = await Promise.all([page.waitForEvent("download"), named(page, "Download the release (.zip)").click()]);
same(download.suggestedFilename(), "release.zip", "the name of the release's file");

// Calendars of people, before and after a file.
await page.goto(`${base}/plan/availability${search}`);
await look(page, "import");
const days = (after) => new Date(Date.now() + after * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
const ics = (name) => `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:${name}\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:${days(20)}\r\nDTEND;VALUE=DATE:${days(26)}\r\nSUMMARY:Secret\r\nEND:VEVENT\r\n` +
  `BEGIN:VEVENT\r\nUID:2\r\nDTSTART;TZID=America/New_York:${days(10)}T090000\r\nDTEND;TZID=America/New_York:${days(10)}T110000\r\nRRULE:FREQ=WEEKLY;COUNT=30\r\nEND:VEVENT\r\n` +
  "BEGIN:VEVENT\r\nUID:3\r\nDTSTART;TZID=Narnia/Lamp-post:20300101T000000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
const file = (name, text) => ({ name, mimeType: "text/calendar", buffer: Buffer.from(text) });
await page.getByLabel(/^Files/).setInputFiles([file("whitfield.ics", ics(all[0].name)), file("someone-with-a-very-long-name-for-a-file-that-no-one-would-want.ics", ics("Someone Else")), file("broken.ics", "nothing")]);
await page.getByLabel("Or paste rows or lines").fill(`${all[1].name}: never Tuesdays\n${all[2].name}: whenever`);
await named(page, "Show what was understood").click();
await page.getByRole("heading", { name: "Check the times that were read" }).waitFor();
check(!(await page.content()).includes("Secret"), "the page has no title of a calendar");
await look(page, "import, read");

// What is spoiled is found: a picture without a text, and a line that is too wide.
await page.evaluate(() => {
  document.querySelector("main").insertAdjacentHTML("beforeend", "<img src=\"/icon.svg\"><div>wide</div>");
  document.querySelector("main > div:last-child").style.width = "3000px";
});
const spoiled = await faults(page, 1280);
check(spoiled.some((fault) => fault.startsWith("image-alt")) && spoiled.some((fault) => /^the page is 3\d{3} wide/.test(fault)), `what is spoiled is found: ${spoiled}`);

times.sort(([one], [other]) => other - one);
console.log(`${times.length} pages in ${seen} views; the slowest: ${times.slice(0, 4).map(([time, name]) => `${name} ${(time / 1000).toFixed(1)} s`).join(", ")}`);
await end();
