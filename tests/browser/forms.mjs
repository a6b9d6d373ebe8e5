// Every form of a case: filled in, refused, shown again exactly as it was, corrected, and found in the ledger.
import { recordsOf } from "./records.mjs";

/** Texts with markup, quotes, and letters of other languages. A caller can give others. */
const TEXTS = {
  NAME: "Zoë O'Brien-<Lee> & \"Co\"",
  TEXT: "First line: 50% <b>& \"more\"\n\n  second line\twith a tab\nthird é 漢",
  REASON: "A storm; it's <closed> & \"dark\"",
};
const day = (ago) => {
  const date = new Date(Date.now() - ago * 24 * 60 * 60 * 1000);
  return `${date.getMonth() + 1}/${date.getDate()}/${date.getFullYear()}`;
};

/** Returns the content of a form: every input that a person sees, in order. */
const content = (form) => form.evaluate((form) => [...form.elements]
  .filter((each) => each.name && each.type !== "hidden")
  .map((each) => [each.name, each.type, each.type === "radio" || each.type === "checkbox" ? `${each.value} ${each.checked}` : each.value]));

/** Fills in the inputs of a form by their names. A list checks these boxes, or fills in inputs of the same name in order. */
async function fill(form, values) {
  await form.evaluate((form) => form.querySelectorAll("details").forEach((each) => { each.open = true; }));
  for (const [name, value] of Object.entries(values)) {
    const inputs = form.locator(`[name="${name}"]`);
    const kind = await inputs.first().evaluate((each) => each.type);
    if (kind === "checkbox") {
      for (const box of await inputs.all()) await box.setChecked(value.includes(await box.getAttribute("value")));
    } else if (kind === "radio") {
      await form.locator(`[name="${name}"][value="${value}"]`).check();
    } else if (kind.startsWith("select")) {
      for (const [number, each] of [value].flat().entries()) await inputs.nth(number).selectOption(each);
    } else {
      for (const [number, each] of [value].flat().entries()) await inputs.nth(number).fill(each);
    }
  }
}

/** Returns every string, number, and flag in a value. */
const leaves = (value) => (value !== null && typeof value === "object" ? Object.values(value).flatMap(leaves) : [String(value)]);

export async function everyForm(page, base, ledger, check, { NAME, TEXT, REASON } = TEXTS) {
  const lines = () => recordsOf(ledger);
  const send = async (form) => Promise.all([page.waitForNavigation(), form.locator("button[type=submit]").last().click()]);
  let forms = 0, values = 0;
  const first = lines().length;
  const [offered, visited] = [new Set(), new Set()];
  // The forms of sessions are alike, whatever their part, and so are those of caucuses.
  const plain = (type) => type.split(".")[0];

  /** Takes a form through a refusal to the ledger. `when` is the day; `found` are the texts that the new records have. */
  async function exercise(id, ago, entries, found) {
    const form = () => page.locator(id === "open" ? "form[action='/cases'][method=post]" : `form:has([name=form][value="${id}"])`);
    const reveal = () => form().evaluate((form) => { for (let each = form; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true; });
    const when = async (text) => page.locator("#when-day").fill(text);
    await reveal();
    const types = await page.locator("#to-do form [name=type]").evaluateAll((all) => all.map((each) => each.value));
    types.forEach((type) => offered.add(plain(type)));
    visited.add(id === "open" ? "case_opened" : plain(await form().locator("[name=type]").inputValue()));
    await fill(form(), entries);
    await when("soon");
    const before = JSON.stringify((await content(form())).filter(([name]) => !/^(day|time|on_behalf)$/.test(name)));
    const count = lines().length;
    await send(form());
    check(lines().length === count, `${id}: nothing is recorded by a refused form`);
    const after = JSON.stringify((await content(form())).filter(([name]) => !/^(day|time|on_behalf)$/.test(name)));
    check(after === before, `${id}: the refused form is as it was\n${before}\n${after}`);
    const link = page.locator("[role=alert] a").first();
    const target = await link.getAttribute("href");
    const invalid = page.locator(target);
    check(await invalid.getAttribute("aria-invalid") === "true" && await invalid.inputValue() === "soon", `${id}: the error is at its field`);
    await when(day(ago));
    await send(form());
    if (await page.locator("[role=alert]").count()) {
      check(false, `${id}: still refused: ${await page.locator("[role=alert]").innerText()}`);
      return;
    }
    const fresh = lines().slice(count).flatMap((line) => leaves(line.data));
    const texts = found || Object.values(entries).flat().filter((text) => text !== "");
    for (const text of texts) check(fresh.includes(text), `${id}: ${JSON.stringify(text)} is in the ledger: ${JSON.stringify(fresh)}`);
    forms += 1;
    values += texts.length;
  }
  const iso = (ago) => new Date(Date.now() - ago * 24 * 60 * 60 * 1000).toLocaleDateString("en-CA");
  const opening = { district: NAME, county: "suffolk", contract_expires: day(-200), evergreen: "true", time_zone: "America/New_York" };
  const open = async (ago, more = {}, found = []) => {
    await page.goto(`${base}/cases`);
    await exercise("open", ago, { ...opening, ...more }, [NAME, "suffolk", "true", iso(-200), ...found]);
  };

  await open(60);
  for (const text of [TEXT, "one word", "a\nb\n\nc"]) await exercise("note-added", 60, { text });
  await exercise("contract-dates-changed", 60, { contract_expires: day(-300), evergreen: "false" }, ["false", iso(-300)]);
  await exercise("leader-declined", 59, { name: NAME, seat: "school_committee", reason: REASON });
  await exercise("leader-agreed-superintendent", 58, { name: NAME });
  await exercise("leader-agreed-union-president", 58, { name: "Ben Castellan" });
  await exercise("leader-agreed-school-committee", 57, { name: "Tola Okafor", office: "vice_chair" });
  await exercise("meeting-scheduled", 56, { "slot.day": day(50), "slot.from": "3p", "slot.to": "4:30 PM" }, []);
  await exercise("meeting-held", 50, { representative: "Noor Lindqvist", present: `${NAME}\nTola Okafor\n`, topics: ["interests", "services"] },
    ["Noor Lindqvist", NAME, "Tola Okafor", "interests", "services"]);
  await exercise("meeting-held", 50, { representative: "Noor Lindqvist", present: NAME, topics: ["next_steps"] });
  await exercise("service-chosen-joint-leadership-workshop", 50, { offering: "difficult_conversations" });
  await exercise("service-chosen", 50, { service: "annual_conference" });
  await exercise("service-chosen-ibbi", 50, {}, ["ibbi"]);
  await exercise("teams", 49, { labor: `Ann Lee\n${NAME}\n\n  Bo Kim`, management: "Tola Okafor\r\nCy Roy" }, ["Ann Lee", NAME, "Bo Kim", "Tola Okafor", "Cy Roy"]);
  await exercise("pledges", 48, { pledged: ["ann-lee", "bo-kim", "tola-okafor"] });
  await exercise("pledges", 48, { pledged: ["cy-roy"], dated: day(49) }, ["cy-roy", iso(49)]);
  await exercise("member-released-labor", 47, { member: "bo-kim", reason: REASON });
  await exercise("pledge-withdrawn-management", 47, { member: "cy-roy", dated: day(48) }, ["cy-roy", iso(48)]);
  await exercise("letters", 46, { "dated.administration": day(47), "document.administration": "ab".repeat(32), "dated.school_committee": day(46) },
    ["administration", "school_committee", iso(47), iso(46), "ab".repeat(32)]);
  await exercise("support-withdrawn-administration", 46, { dated: day(46), document: "ef".repeat(32) }, ["administration", iso(46), "ef".repeat(32)]);
  await exercise("letters", 45, { "dated.teachers_organization": day(45), "dated.administration": day(45) }, ["teachers_organization", iso(45)]);
  await exercise("pledges", 45, {}, ["cy-roy"]);
  await exercise("application-accepted", 44, { by: NAME });
  await exercise("session-scheduled-1", 43, { "neutral.name": "Ines Reyes", "slot.day": day(40), "slot.from": "8:00", "slot.to": "4 PM", place: "Café <1> & \"2\"" }, ["Ines Reyes", "ines-reyes", "Café <1> & \"2\""]);
  await exercise("session-postponed-1", 42, { reason: REASON });
  await exercise("session-scheduled-1", 41, { "neutral.name": `Zora ${NAME}`, "slot.day": day(39), "slot.from": "8a", "slot.to": "4p" }, [`Zora ${NAME}`]);
  const members = await page.locator("form:has([name=form][value='session-1']) [name=present]").evaluateAll((all) => all.map((each) => each.value));
  await exercise("session-1", 38, {
    started: "8:01a", ended: "4:10 PM", neutral: "Ines Reyes", "observers.name": [NAME, "Mia Sorel"], "observers.capacity": ["other", "union_board"],
    "activity.title": ["Interests & <positions>", "A clause"], "activity.kind": ["exercise", "bargaining_simulation"], left_early: [members[0]], note: TEXT,
  }, ["Ines Reyes", NAME, "Mia Sorel", "other", "union_board", "Interests & <positions>", "A clause", "exercise", "bargaining_simulation", ...members, TEXT]);
  await exercise("caucus-labor", 37, { present: ["ann-lee"], concerns: "Money & <time>\nTwo \"more\" concerns\nMoney & <time>, again" },
    ["ann-lee", "Money & <time>", "Two \"more\" concerns", "Money & <time>, again"]);
  const concerns = lines().filter(({ type }) => type === "concern_raised").map(({ data }) => data.concern);
  check(new Set(concerns).size === 3, `each concern has its own ID: ${concerns}`);
  await exercise("caucus-opened-labor", 37, { present: ["ann-lee"], "advisers.name": [NAME], "advisers.party": ["labor"], "advisers.role": ["counsel"] }, ["ann-lee", NAME, "counsel"]);
  await exercise("concern-raised-labor", 37, { text: TEXT });
  const last = lines().at(-1).data.concern;
  for (const id of [...concerns.slice(0, 2), last]) await exercise(`concern-addressed-${id}`, 36, { response: TEXT }, [TEXT, id]);
  await exercise(`concern-dropped-${concerns[2]}`, 36, {}, [concerns[2]]);
  await exercise("caucus-management", 35, { present: ["tola-okafor", "cy-roy"], decision: "adopt", spokesperson: "cy-roy" });
  await exercise("decision-reopened-management", 35, { reason: REASON });
  await exercise("party-decided-management", 34, { decision: "adopt", spokesperson: "tola-okafor" });
  await exercise("party-decided-labor", 34, { decision: "adopt", spokesperson: "ann-lee" });
  await exercise("format-chosen-two-half-days", 33, {}, ["two_half_days"]);
  await exercise("session-scheduled-1", 32, { "neutral.name": "Ines Reyes", "slot.day": day(30), "slot.from": "noon", "slot.to": "16:00" }, ["Ines Reyes"]);
  await exercise("session-1", 29, { started: "12:00", ended: "2:00 PM", present: members, left_early: [], reason: REASON }, [...members, REASON]);
  await exercise("case-withdrawn", 28, { by: NAME, reason: REASON });

  await open(20);
  await exercise("leader-agreed-superintendent", 20, { name: "A" });
  await exercise("leader-agreed-union-president", 20, { name: "B" });
  await exercise("leader-agreed-school-committee", 20, { name: "C", office: "chair" });
  await exercise("meeting-held", 19, { representative: "N", present: "A", topics: ["interests", "next_steps", "services"] });
  await exercise("service-chosen", 19, { service: "conflict_resolution" });
  await exercise("case-referred-conflict-resolution", 19, {}, ["conflict_resolution"]);

  await open(15);
  for (const [seat, more] of [["superintendent", {}], ["union-president", {}], ["school-committee", { office: "chair" }]]) {
    await exercise(`leader-agreed-${seat}`, 15, { name: NAME, ...more });
  }
  await exercise("meeting-held", 14, { representative: "N", present: "A", topics: ["interests", "next_steps", "services"] });
  await exercise("service-chosen-ibbi", 14, {}, ["ibbi"]);
  await exercise("application-declined", 13, { reason: REASON });

  // A whole case of a program with one format: a seat that changes hands, more people at the table, and what became of it.
  const earlier = lines().at(-1).case;
  await open(60, { program: "oregon-refresher", follows: earlier }, ["Oregon ERB one-day refresher", earlier]);
  for (const [seat, more] of [["superintendent", {}], ["union-president", {}], ["school-committee", { office: "chair" }]]) {
    await exercise(`leader-agreed-${seat}`, 59, { name: NAME, ...more });
  }
  await exercise("meeting-held", 58, { representative: "N", present: "A", topics: ["interests", "next_steps", "services"] });
  await exercise("service-chosen-ibbi", 58, {}, ["ibbi"]);
  await exercise("leader-left-superintendent", 57, { reason: REASON }, [REASON, "superintendent"]);
  await exercise("leader-succeeded-superintendent", 56, { name: "Pat <New> O'Hara" }, ["Pat <New> O'Hara", "superintendent"]);
  await exercise("leader-succeeded-school-committee", 56, { name: "Sam Poe", office: "vice_chair" });
  for (const seat of ["superintendent", "school_committee"]) {
    await exercise(`successor-agreed-${seat.replace("_", "-")}`, 55, {}, [seat]);
  }
  await exercise("teams", 54, { labor: "Ann Lee\nBo Kim", management: "Cy Roy\nDi Fox" }, ["Ann Lee", "Bo Kim", "Cy Roy", "Di Fox"]);
  await exercise("pledges", 54, {}, ["ann-lee", "bo-kim", "cy-roy", "di-fox"]);
  const letters = ["teachers_organization", "administration", "school_committee"];
  await exercise("letters", 53, Object.fromEntries(letters.map((body) => [`dated.${body}`, day(54)])), [...letters, iso(54)]);
  await exercise("application-accepted", 52, { by: NAME });
  const booking = (ago) => ({ "neutral.name": "Ines Reyes", co_neutrals: `Lou  Voss\n${NAME}`, "slot.day": day(ago), "slot.from": "8a", "slot.to": "4p" });
  await exercise("session-scheduled-1", 51, booking(50), ["Ines Reyes", "Lou  Voss", NAME]);
  const table = {
    present: ["ann-lee", "cy-roy", "di-fox"], co_neutrals: `Lou  Voss\n${NAME}`, late: ["cy-roy"],
    "substitutes.name": ["Jo & <Park>"], "substitutes.member": ["bo-kim"],
    "advisers.name": ["Fay \"Rep\"", "Guy Law"], "advisers.party": ["labor", "management"], "advisers.role": ["field_representative", "counsel"],
  };
  const atTable = ["ann-lee", "cy-roy", "di-fox", "bo-kim", "Jo & <Park>", "Lou  Voss", NAME, "Fay \"Rep\"", "Guy Law", "field_representative", "counsel"];
  const activities = { "activity.title": ["One", "Two"], "activity.kind": ["exercise", "bargaining_simulation"] };
  await exercise("session-1", 50, { ...table, ...activities, ended: "4:05 PM" }, [...atTable, "One", "Two"]);
  await exercise("caucus-labor", 48, {
    present: ["ann-lee", "bo-kim"], decision: "adopt", spokesperson: "bo-kim", "advisers.name": ["Fay \"Rep\""], "advisers.role": ["other"],
  }, ["ann-lee", "bo-kim", "adopt", "Fay \"Rep\"", "other"]);
  await exercise("caucus-management", 47, { present: ["cy-roy"], decision: "adopt", spokesperson: "cy-roy" }, ["cy-roy", "adopt", "full_day"]);
  await exercise("session-scheduled-1", 46, booking(45), ["Ines Reyes", "Lou  Voss", NAME]);
  await exercise("session-1", 45, { ...table, ended: "2:00 PM", left_early: ["ann-lee"], reason: REASON }, [...atTable, REASON]);
  await exercise("session-scheduled-1", 44, { ...booking(43), "slot.from": "1p", "slot.to": "3p" }, ["Ines Reyes"]);
  await exercise("session-1", 43, { ended: "3:00 PM", present: ["ann-lee", "bo-kim", "cy-roy", "di-fox"] }, ["ann-lee", "bo-kim", "cy-roy", "di-fox"]);
  await exercise("outcome-noted-tentative-agreement", 40, { dated: day(41), document: "cd".repeat(32) }, [iso(41), "cd".repeat(32)]);
  await exercise("outcome-noted-labor-ratified", 30, { dated: day(31) }, [iso(31), "labor", "ratified"]);

  // A correction: the form has what was recorded, and shows what changes.
  const [target] = lines().filter(({ type, data }) => type === "leader_agreed" && data.name === NAME);
  await page.goto(`${base}/cases/${target.case}/entries/${target.seq}`);
  check(await page.getByLabel("Name", { exact: true }).inputValue() === NAME, "the form of a correction has what was recorded");
  await page.getByLabel("Name", { exact: true }).fill("Zoe O'Brien");
  await page.getByRole("button", { name: "Check the correction" }).click();
  check((await page.locator("#now").innerText()).includes("still valid"), "a correction is checked");
  check(await page.getByLabel("Name", { exact: true }).inputValue() === "Zoe O'Brien", "the form of a correction keeps what was typed");
  const note = lines().find(({ type }) => type === "note_added");
  const count = lines().length;
  await page.goto(`${base}/cases/${note.case}/entries/${note.seq}`);
  await page.getByLabel("Why is it wrong?").fill(REASON);
  await page.getByRole("button", { name: "Void the entry" }).click();
  await page.locator(".good").waitFor();
  check(lines().length === count + 1 && leaves(lines().at(-1).data).includes(REASON), "the void has its reason");

  // Every form that a page offers was filled in, and so was every field of every kind of event.
  const unvisited = [...offered].filter((type) => !visited.has(type));
  check(unvisited.length === 0, `the pages offer forms that were not filled in: ${unvisited}`);
  const recorded = lines().slice(first);
  for (const [event, fields] of Object.entries(await (await fetch(`${base}/api/v1/forms`)).json())) {
    // No page offers to move a case to another edition of the rules.
    if (event === "case_migrated") continue;
    const data = recorded.filter(({ type }) => type === event).map(({ data }) => data);
    check(data.length > 0, `no form recorded ${event}`);
    for (const { name } of fields) check(data.some((each) => each[name] !== undefined), `no form recorded ${name} of ${event}`);
  }
  return { forms, values };
}
