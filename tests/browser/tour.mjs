// The tour of the README, entered by hand in the page from notes of an earlier week. Counts clicks and keystrokes.
import { spawnSync } from "node:child_process";
import { recordsOf } from "./records.mjs";
import { join } from "node:path";

export const MOST_CLICKS = 75;
export const MOST_KEYS = 500;

/** Enters the tour. Returns the number of clicks and of keystrokes. */
export async function enterTour(page, base) {
  const count = { clicks: 0, keys: 0 };
  const click = async (locator) => { count.clicks += 1; await locator.click(); };
  const type = async (text) => { count.keys += text.length; await page.keyboard.type(text); };
  const press = async (key) => { count.keys += 1; await page.keyboard.press(key); };
  // A select that has the focus takes letters.
  const submit = async (act) => {
    await Promise.all([page.waitForNavigation(), act()]);
    const alert = page.locator("[role=alert]");
    if (await alert.count()) throw new Error(`refused: ${await alert.first().innerText()}`);
  };
  const shift = weeks(page);
  const short = (day) => shift(day).slice(0, 2).join("/");
  const long = (day) => shift(day).join("/");

  const form = (title) => page.locator(".do").filter({ hasText: title }).first();
  const on = async (day) => {
    await click(page.locator("#when-day"));
    await type(short(day));
    await submit(() => press("Enter"));
  };
  /** Enters text in the fields of a form, one after the other, from the one with this label. */
  const fill = async (title, label, texts, enter = true) => {
    await click(form(title).getByLabel(label, { exact: true }));
    for (const [number, text] of texts.entries()) {
      if (number > 0) await press("Tab");
      await type(text);
    }
    if (enter) await submit(() => press("Enter"));
  };
  const record = (title) => submit(() => click(form(title).getByRole("button", { name: /^Record/ })));
  const choose = (title, label) => click(form(title).getByLabel(label, { exact: true }));
  const open = (title) => click(form(title).locator("summary").first());

  // Maple Hollow asks about bargaining by interests. All three key leaders must agree.
  await page.goto(`${base}/cases`);
  await click(page.locator("#when-day"));
  await type(short("2025-09-02"));
  await click(page.getByLabel("District", { exact: true }));
  await type("Maple Hollow");
  await press("Tab");
  await type("nor");
  await press("Tab");
  await type(long("2026-06-30"));
  await submit(() => press("Enter"));
  await fill("The superintendent agrees", "Name", ["Rosa Amari"]);
  await on("2025-09-04");
  await fill("The union president agrees", "Name", ["Ben Castellan"]);
  await on("2025-09-09");
  await choose("chair or vice chair agrees", "vice chair");
  await fill("chair or vice chair agrees", "Name", ["Tola Okafor"]);

  // A representative meets them, and they choose the IBBI.
  await on("2025-09-10");
  await fill("Schedule the introductory meeting", "Day", [short("2025-09-16"), "3p", "4:30p"]);
  await on("2025-09-16");
  await fill("Hold the introductory meeting", "Representative of the program", ["Noor Lindqvist"]);
  await record("Choose a service: Interest");

  // The application: two teams, everyone's pledge, three letters.
  await on("2025-09-22");
  await click(form("Name the teams").getByLabel("Labor", { exact: true }));
  await press("Control+End");
  await type("Ada Yun");
  await record("Name the teams");
  await on("2025-09-24");

  await record("Everyone pledges");
  await on("2025-09-26");

  await fill("three letters", "Letter of the teachers' organization, dated", [short("2025-09-25"), short("2025-09-24")]);
  await on("2025-10-01");
  await fill("three letters", "Letter of the school committee, dated", [short("2025-09-30")]);
  await on("2025-10-06");
  await record("Accept the application");

  // The training day: eight hours.
  await fill("Schedule the training", "Led by", ["Ines Reyes"], false);
  await click(form("Schedule the training").getByLabel("Day", { exact: true }));
  for (const [number, text] of [short("2025-10-21"), "8a", "4p", "Town library"].entries()) {
    if (number > 0) await press("Tab");
    await type(text);
  }
  await submit(() => press("Enter"));
  const training = "how the training went";
  await fill(training, "Started at", ["8:05a"], false);
  await click(form(training).getByLabel("Observer 1", { exact: true }));
  await type("Lev Brandt");
  await press("Tab");
  await type("s");
  await press("Tab");
  await type("Mia Sorel");
  await press("Tab");
  await type("u");
  await click(form(training).getByLabel("Title of activity 1"));
  await type("Interests behind a position");
  await press("Tab");
  await press("Tab");
  await type("A class-size clause");
  await submit(() => press("Enter"));

  // Each team caucuses by itself.
  await on("2025-10-23");
  await choose("Labor's caucus", "adopt");
  await click(form("Labor's caucus").getByRole("radio", { name: "Ben Castellan" }));
  await record("Labor's caucus");
  await on("2025-10-24");
  await fill("Management's caucus", "Concerns for the full group (if any)", ["Can the method keep to the budget calendar?"], false);
  await record("Management's caucus");
  await on("2025-10-28");
  await fill("Address the concern", "Response", ["The trainer lays out a calendar that ends before the vote."], false);
  await record("Address the concern");
  await choose("Management decides", "adopt");
  await choose("Management decides", "Tola Okafor");
  await record("Management decides");

  // Both have adopted: two half-days of facilitation.
  await on("2025-10-29");
  await record("two half-days");
  for (const [part, day] of [[1, "2025-11-13"], [2, "2025-11-20"]]) {
    await fill(`Schedule part ${part}`, "Day", [short(day), "12p", "4p"]);
  }
  for (const [part, end] of [[1, "4:10p"], [2, "3:53p"]]) {
    await fill(`how part ${part}`, "Ended at", [end]);
  }
  return count;
}

/** Returns a function that moves a day of the tour by whole weeks, so that the tour ended last week. */
function weeks() {
  const ms = 24 * 60 * 60 * 1000;
  const end = Date.UTC(2025, 10, 20);
  const move = Math.floor((Date.now() - 7 * ms - end) / (7 * ms)) * 7 * ms;
  return (day) => {
    const date = new Date(Date.parse(`${day}T00:00:00Z`) + move);
    return [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCFullYear()];
  };
}

/** Compares the events of a ledger after this many lines with those of the program's own tour: the same kinds with the same names and texts. */
export function differences(program, place, ledger, before = 0) {
  const own = join(place, "own-tour.ledger");
  spawnSync(program, ["tour", "--ledger", own]);
  const plain = ({ type, data }) => {
    const text = JSON.stringify(data, (key, value) => (/^(concern|dated|contract_expires|starts|ends)$/.test(key) ? undefined : value));
    const ids = { castellan: "ben-castellan", yun: "ada-yun", amari: "rosa-amari", okafor: "tola-okafor", reyes: "ines-reyes" };
    return `${type} ${Object.entries(ids).reduce((text, [from, to]) => text.replaceAll(`"${from}"`, `"${to}"`), text)}`;
  };
  const sorted = (lines) => lines.filter(({ type }) => type !== "ledger_opened").map(plain).sort();
  const norm = (line) => line.replace(/"present":\[[^\]]*\]/, (list) => list.split(/[[\],]/).sort().join());
  const [expected, found] = [recordsOf(own), recordsOf(ledger).slice(before)].map((lines) => sorted(lines).map(norm));
  if (expected.length !== found.length) return [`${found.length} events instead of ${expected.length}`];
  return [...expected.filter((line) => !found.includes(line)), ...found.filter((line) => !expected.includes(line)).map((line) => `not in the tour: ${line}`)];
}
