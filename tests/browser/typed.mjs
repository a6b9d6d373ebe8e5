// What a person has typed stays: rows for more people in a plan, and a question before a page with unsent texts is left.

/** Checks a plan and a poll. `open` opens a window, with or without JavaScript. */
export async function typedStays(open, base, check) {
  const names = (page) => page.locator("table.people input[data-name]");
  const empty = (page) => names(page).evaluateAll((all) => all.filter((each) => each.value === "").length);
  const people = (page) => page.locator("details:has(> summary:text-is('People'))");
  const answered = (page) => page.waitForResponse((response) => response.url().endsWith("/plan/answer"));

  // An update in place takes the rows that the form has then.
  const page = await open();
  await page.goto(`${base}/plan`);
  await people(page).locator("summary").click();
  for (const name of ["Zora Quill", "Yves Ixo", "Wim Ost"]) {
    const row = await names(page).evaluateAll((all) => all.findIndex((each) => each.value === ""));
    check(row >= 0, `there is an empty row for ${name}`);
    await page.locator(`[name=t${row}]`).selectOption("labor");
    await Promise.all([answered(page), names(page).nth(row).fill(name)]);
    await page.waitForFunction(() => [...document.querySelectorAll("table.people input[data-name]")].some((each) => each.value === ""));
  }
  check(await empty(page) > 0, "there are empty rows after three people were added");
  const grid = await page.locator("table.grid bdi[data-name]").count();
  check(grid === await names(page).count(), `the grid has a row for each row of people: ${grid}`);
  const before = await names(page).count();
  await page.getByRole("button", { name: "Add rows for more people" }).click();
  await page.waitForFunction((count) => document.querySelectorAll("table.people input[data-name]").length >= count + 5, before);
  await page.waitForFunction(() => document.activeElement.matches("input[data-name]"));
  check(await page.evaluate(() => document.activeElement.matches("table.people input[data-name]") && document.activeElement.value === ""), "the focus is in the first empty row");
  await page.waitForFunction(() => location.search.includes("Wim"));
  await page.reload();
  await people(page).locator("summary").click();
  const known = await names(page).evaluateAll((all) => all.map((each) => each.value));
  check(["Zora Quill", "Yves Ixo", "Wim Ost"].every((name) => known.includes(name)), `the people are in the link: ${known}`);

  // A text that was not sent: the browser asks before the page is left, but not when its own form is sent.
  let asked = 0;
  page.on("dialog", async (dialog) => { asked += 1; await dialog.accept(); });
  await page.goto(`${base}/cases`);
  const district = page.locator("form[action='/cases'] [name=district]");
  await district.click();
  await page.keyboard.type("Typed District");
  await page.getByRole("link", { name: "Check records" }).first().click();
  await page.waitForURL(`${base}/audit`);
  check(asked === 1, `the browser asks before a text is left: ${asked}`);
  await page.goto(`${base}/cases`);
  await page.getByRole("link", { name: "Check records" }).first().click();
  await page.waitForURL(`${base}/audit`);
  check(asked === 1, "the browser doesn't ask if nothing was typed");
  await page.goto(`${base}/cases`);
  await district.click();
  await page.keyboard.type("Maple Hollow");
  await Promise.all([page.waitForURL(/cases\/[0-9a-f-]+/), page.getByRole("button", { name: "Open the case" }).click()]);
  check(asked === 1, "the browser doesn't ask when the text is sent");
  // The estimate of the case leads to a forecast with the calendars of the district's plan.
  await page.getByRole("link", { name: "How this is estimated" }).click();
  const assumed = await page.locator("#estimates").innerText();
  check(assumed.includes("with the calendars and the estimates of the plan for Maple Hollow"), `the forecast has the calendars of the plan: ${assumed}`);
  await page.context().close();

  // Without JavaScript, the button adds rows too.
  const plain = await open({ javaScriptEnabled: false });
  await plain.goto(`${base}/plan`);
  await people(plain).locator("summary").click();
  await names(plain).last().fill("Zora Quill");
  await plain.getByRole("button", { name: "Add rows for more people" }).click();
  check(await people(plain).getAttribute("open") !== null, "the part with the people stays open");
  check(await empty(plain) >= 5 && (await names(plain).evaluateAll((all) => all.map((each) => each.value))).includes("Zora Quill"), "rows are added, and the name stays");
  await plain.context().close();
  console.log("typed: rows for more people with and without script, and a question before texts are left");
}
