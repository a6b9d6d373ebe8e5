// Texts that are markup, in every field of every form and of every event, and on every page that shows them.
// A page that doesn't escape is found first, so that the means of finding out are known to work.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { everyForm } from "./forms.mjs";
import { recordsOf } from "./records.mjs";

const repository = process.env.IBBI_REPOSITORY ?? ".";
const HIT = "top.hit=1";
/** What each payload would leave: the element `x-hit`, an attribute of a handler, a link that runs, or the variable `hit`. */
const PAYLOADS = [
  `<script>${HIT}</script>`, `</script><script>${HIT}</script>`, `</title><x-hit>`, `</textarea><x-hit>`, `</style><x-hit>`, `</select><x-hit>`, `--><x-hit>`, `]]><x-hit>`,
  `"><x-hit>`, `'><x-hit>`, `" onfocus="${HIT}" autofocus x="`, `' onfocus='${HIT}' autofocus x='`, `x onfocus=${HIT} autofocus`, "`><x-hit>",
  `javascript:${HIT}`, `data:text/html,<script>${HIT}</script>`, `<img src=x onerror="${HIT}">`, `<svg onload="${HIT}">`, `<svg><style><x-hit>`,
  `<svg><a href="javascript:${HIT}"><text>go</text></a></svg>`, `<iframe srcdoc="<script>${HIT}</script>">`, `<math><mtext><x-hit>`, `<template><x-hit></template>`,
  `<base href=//evil.example>`, `<meta http-equiv=refresh content=0;url=//evil.example>`, `<link rel=stylesheet href=//evil.example/x>`, `<form action=//evil.example><button>x`,
  `&lt;x-hit&gt;`, `&#60;x-hit&#62;`, `&amp;lt;x-hit>`, `\\u003cx-hit\\u003e`, `{{constructor.constructor('${HIT}')()}}`, `\${${HIT}}`, `<%= x-hit %>`,
  `\\"><x-hit>`, `<x-hit/`, `<<x-hit>x-hit>`, `<!--><x-hit>`, `<!DOCTYPE x><x-hit>`, `=cmd|'/c calc'!A1`, `+1+1`, `-1+1`, `@SUM(1)`,
  `<noscript><p title="</noscript><x-hit>">`, `<plaintext>`, `<xmp><x-hit>`, `<marquee onstart=${HIT}>`, `<details open ontoggle=${HIT}>`,
];
/** Characters that no name can have. The refusal shows them again. */
const HIDDEN = ["\u202Eafter<x-hit>", "a\u200B<x-hit>", "a\u2028<x-hit>", "a\u2029<x-hit>", "\uFEFF<x-hit>", "a\u0000<x-hit>", "a\u001B]0;x\u0007<x-hit>", "\uFF1Cx-hit\uFF1E", "a\u0085<x-hit>"];
/** A name, a text, and a reason with as much of them as fits. */
const NAME = `</title><x-hit a="'"><script>${HIT}</script>& onfocus=x`;
const TEXT = `First: ${PAYLOADS.join("\n")}\nlast`;
const REASON = PAYLOADS.slice(8, 20).join(" ");

/** Returns what markup from a text did to a page. Runs in the page. */
const found = () => {
  const all = [...document.querySelectorAll("*"), ...[...document.querySelectorAll("template")].flatMap((each) => [...each.content.querySelectorAll("*")])];
  const wrong = [];
  if (window.hit) wrong.push("a script ran");
  for (const each of all) {
    if (["X-HIT", "BASE", "IFRAME", "OBJECT", "EMBED", "MARQUEE", "PLAINTEXT", "XMP"].includes(each.tagName)) wrong.push(`an element ${each.outerHTML.slice(0, 80)}`);
    if (each.tagName === "META" && /refresh/i.test(each.httpEquiv)) wrong.push("a refresh");
    for (const { name, value } of each.attributes) {
      if (/^on/i.test(name)) wrong.push(`the handler ${name} at ${each.outerHTML.slice(0, 80)}`);
      if (/^(href|src|action|formaction|xlink:href|srcdoc|data|poster)$/i.test(name)) {
        const url = new URL(value, document.baseURI);
        if (!["http:", "https:", "file:"].includes(url.protocol) || /evil\.example/.test(url.host)) wrong.push(`the address ${value.slice(0, 80)}`);
      }
    }
  }
  return wrong;
};

/** Opens a page whose console, requests, and dialogs are watched. */
async function watched(context, check, allowed) {
  const page = await context.newPage();
  const seen = [];
  page.on("dialog", (dialog) => {
    // The page's own question before a form with unsent text is left.
    if (dialog.type() === "beforeunload") return dialog.accept();
    seen.push(`a dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  page.on("console", (message) => { if (/Content Security Policy|Refused to|violates/i.test(message.text())) seen.push(`the console: ${message.text().slice(0, 200)}`); });
  page.on("pageerror", (error) => seen.push(`an error: ${error}`));
  page.on("request", (request) => { if (!allowed.some((each) => request.url().startsWith(each))) seen.push(`a request to ${request.url().slice(0, 100)}`); });
  /** Reports everything that markup did to the page that is open. */
  page.examine = async (what) => {
    await page.evaluate(() => document.querySelectorAll("details").forEach((each) => { each.open = true; })).catch(() => {});
    const wrong = [...await page.evaluate(found), ...seen.splice(0)];
    check(wrong.length === 0, `${what}: ${[...new Set(wrong)].slice(0, 4).join("; ")}`);
    return wrong;
  };
  return page;
}

/** A server whose page shows its query as it is. Each payload that is markup must be found there. */
async function selfTest(context, check) {
  const server = createServer((request, response) => {
    const text = new URL(request.url, "http://x").searchParams.get("q") ?? "";
    const policy = request.url.startsWith("/guarded") ? { "content-security-policy": "default-src 'none'" } : {};
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...policy });
    response.end(`<!doctype html><title>t</title><body><p>${text}</p><input value="${text}"><input value='${text}'><a href="${text}">x</a>`);
  });
  await new Promise((ready) => { server.listen(0, "127.0.0.1", ready); });
  const base = `http://127.0.0.1:${server.address().port}`;
  let none = 0;
  for (const [at, path] of ["/", "/guarded"].entries()) {
    for (const payload of PAYLOADS.filter((_, number) => number % 2 === at)) {
      let holds = true;
      const page = await watched(context, (each) => { holds &&= each; }, [base]);
      await page.goto(`${base}${path}?q=${encodeURIComponent(payload)}`, { waitUntil: "domcontentloaded" }).catch(() => {});
      await page.examine(payload).catch(() => { holds = false; });
      if (holds) none += 1;
      await page.close();
    }
  }
  // Some are dangerous elsewhere only: in a template, in a spreadsheet, or if they are decoded twice.
  check(none <= 18, `a page that doesn't escape is found by most payloads: not by ${none} of ${PAYLOADS.length}`);
  check(none > 0, "a payload that does nothing on a page is not reported");
  server.closeAllConnections();
  server.close();
  return PAYLOADS.length - none;
}

/** Returns a value with a payload in every text that the server takes, by trying one text after the other. */
async function poisoned(value, accepted, path = []) {
  let whole = value;
  const walk = async (part, at) => {
    if (typeof part === "string") {
      for (const payload of [NAME, REASON, `x-${NAME}`]) {
        const next = structuredClone(whole);
        at.slice(0, -1).reduce((object, key) => object[key], next)[at.at(-1)] = payload;
        if (await accepted(next)) { whole = next; return; }
      }
    } else if (part !== null && typeof part === "object") {
      for (const key of Object.keys(part)) await walk(part[key], [...at, key]);
    }
  };
  await walk(value, path);
  return whole;
}

/** Replays the golden ledgers over the API, with a payload in each text of each event that takes one. Returns how many, by kind. */
async function everyEvent({ server, post }, folder) {
  const kinds = new Map(), tried = new Map();
  for (const version of ["v1", "v2"]) {
    for (const file of readdirSync(join(folder, version)).filter((name) => name.endsWith(".ledger"))) {
      const cases = new Map(), seqs = new Map();
      for (const { type, at, case: old, data, seq, replaces } of recordsOf(join(folder, version, file))) {
        if (type === "ledger_opened") continue;
        const opens = type === "case_opened";
        const path = opens ? "/api/v1/cases" : `/api/v1/cases/${cases.get(old)}/events`;
        const given = structuredClone(data);
        if (typeof given.seq === "number") given.seq = seqs.get(given.seq) ?? given.seq;
        if (given.follows) given.follows = cases.get(given.follows);
        const more = replaces === undefined ? {} : { replaces: seqs.get(replaces) };
        const body = (whole) => ({ ...(opens ? {} : { type }), at, ...more, ...whole });
        const accepted = async (whole) => (await post(path, { ...body(whole), dry_run: true })).status === 200;
        // The payloads take one request each. A few events of each kind are enough.
        tried.set(type, (tried.get(type) ?? 0) + 1);
        const whole = { data: given, on_behalf: "P. Sullivan" };
        const hostile = tried.get(type) <= 3 ? await poisoned(whole, accepted) : whole;
        let answer = await post(path, body(hostile));
        // A name that is another person's now can be in the way of a later event.
        if (answer.status !== 201) answer = await post(path, body({ data: given, on_behalf: NAME }));
        const result = await answer.json();
        if (answer.status !== 201) continue;
        if (opens) cases.set(old, result.case);
        seqs.set(seq, result.seq);
        kinds.set(type, (kinds.get(type) ?? 0) + JSON.stringify(hostile).split("x-hit").length - 1);
      }
    }
  }
  return kinds;
}

/** Fills every field of every form of a page with a payload, sends it, and looks at the answer. */
async function spray(page, address, payload, server) {
  await page.goto(address);
  const count = await page.locator("form").count();
  let sent = 0;
  for (let number = 0; number < count; number += 1) {
    if (number > 0) await page.goto(address);
    const form = page.locator("form").nth(number);
    const action = await form.evaluate((form, text) => {
      form.noValidate = true;
      for (const each of form.elements) {
        if (!each.name || ["file", "submit", "button"].includes(each.type)) continue;
        // A field that offers a choice gets a text that it doesn't offer.
        if (each.tagName === "SELECT") { each.replaceChildren(new Option(text, text, true, true)); } else if (each.type === "checkbox" || each.type === "radio") { each.value = text; each.checked = true; } else if (!["type", "form", "id"].includes(each.name)) { each.value = text; }
      }
      return form.action;
    }, payload);
    if (action.endsWith("/logout")) continue;
    await Promise.all([page.waitForNavigation({ timeout: 10_000 }).catch(() => {}), form.evaluate((form) => HTMLFormElement.prototype.submit.call(form))]);
    await page.examine(`${address.replace(server.base, "")}, form ${number + 1}, ${JSON.stringify(payload).slice(0, 60)}`);
    sent += 1;
  }
  return sent;
}

export async function markup({ program, server, context, check, clean, folder, post }) {
  const begun = Date.now(), stage = (name) => { if (process.env.IBBI_TIMES) console.log(`  markup: ${name} after ${Date.now() - begun} ms`); };
  const bad = await selfTest(context, check);
  stage("the self-test");
  const page = await watched(context, check, [server.base]);
  await page.goto(`${server.base}/cases`);
  const plain = globalThis.fetch;
  globalThis.fetch = (address, options = {}) => plain(address, { ...options, headers: { cookie: server.cookie, ...options.headers } });
  const { forms } = await everyForm(page, server.base, server.ledger, check, { NAME, TEXT, REASON });
  globalThis.fetch = plain;
  await page.examine("the last form");
  stage("every form");
  const kinds = await everyEvent({ server, post }, join(repository, "tests", "golden"));

  const answer = (path) => fetch(server.base + path, { headers: { cookie: server.cookie } });
  for (const event of Object.keys(await (await answer("/api/v1/forms")).json())) check(kinds.get(event) > 0, `no ${event} has a payload: ${kinds.get(event)}`);

  stage("every event");

  // Every page that shows what was recorded.
  const { cases } = await (await answer("/api/v1/cases?limit=100")).json();
  const pages = ["/", "/cases", "/audit", "/audit/own", "/reports/program", "/plan", "/plan?begin=empty", "/login"];
  for (const [number, { case: id }] of cases.entries()) {
    pages.push(`/cases/${id}`, `/cases/${id}/summary`, `/audit/own/cases/${id}`, `/audit/own/cases/${id}?step=3&part=state`);
    if (number % 5 === 0) pages.push(`/cases/${id}/forecast`);
  }
  // The page that corrects an entry, for two entries of each kind.
  const records = new Map();
  for (const record of recordsOf(server.ledger).filter((each) => JSON.stringify(each).includes("x-hit"))) records.set(record.type, [...records.get(record.type) ?? [], record].slice(0, 2));
  for (const { case: id, seq } of [...records.values()].flat()) pages.push(`/cases/${id}/entries/${seq}`);
  let shown = 0;
  for (const path of pages) {
    const response = await page.goto(server.base + path);
    if (path.startsWith("/plan")) await page.locator("#who").waitFor({ timeout: 5000 }).catch(() => {});
    await page.examine(path);
    const text = await response.text();
    clean(text.replaceAll(/\/var\//g, ""), path);
    if (text.includes("x-hit")) shown += 1;
  }
  check(shown > 20, `pages show the payloads as text: ${shown} of ${pages.length}`);

  stage("every page");

  // Every parameter, and every form, with each payload.
  const one = cases.at(-1).case;
  const queries = ["/login?to=", "/login?once=", "/plan?d=", "/plan?d=x&s=", "/plan?d=x&s=2026-09-08&p=", "/plan?d=x&s=2026-09-08&h=", "/plan?file=", "/plan?begin=", "/cases?of=", "/cases?before=", `/cases/${one}?`, `/cases/${one}?at=`,
    `/cases/${one}?day=`, `/cases/${one}?done=`, `/cases/${one}/forecast?d=`, `/cases/${one}/forecast?file=`, `/audit/own/cases/${one}?step=`, `/audit/own/cases/${one}?part=`, "/reports/program?fiscal_year=", "/reports/program?starts=", "/plan/report.html?d=", "/plan/scenario.toml?d=", "/plan/dates.ics?d=", "/x/", "/cases/", "/audit/", "/api/v1/"];
  let asked = 0;
  for (const query of queries) {
    for (const payload of [PAYLOADS.join(""), ...PAYLOADS.slice(8, 12), PAYLOADS[14], HIDDEN.join("")]) {
      const address = server.base + query + encodeURIComponent(payload);
      if (/report\.html|toml|ics/.test(query)) {
        const text = await (await answer(query + encodeURIComponent(payload))).text();
        check(!/<x-hit|<script>top/.test(text) || !text.startsWith("<!"), `${query}${payload}: markup`);
      } else {
        await page.goto(address, { waitUntil: "domcontentloaded" });
        await page.examine(query + payload);
      }
      asked += 1;
    }
  }
  stage("every parameter");
  let sprayed = 0;
  for (const payload of [NAME, `" onfocus="${HIT}" autofocus x="`, HIDDEN[2]]) {
    for (const path of ["/plan", "/cases", `/cases/${one}`, `/cases/${cases[0].case}`, `/cases/${cases[0].case}/forecast`, "/login", "/audit"]) sprayed += await spray(page, server.base + path, payload, server);
  }
  stage("every form sent back");
  await uploadsOf({ page, server, folder });
  const files = await filesFromDisk({ program, server, context, check, folder, answer });
  console.log(`markup: ${bad} of the payloads found on a page that doesn't escape; ${forms} forms and events of ${kinds.size} kinds with them, ${pages.length} pages, ${asked} parameters, ${sprayed} forms sent back, ${files} files from the disk: nothing ran, loaded, or became an element`);
}

/** Ledgers and scenarios from elsewhere, which no rule of this program has checked. */
async function uploadsOf({ page, server, folder }) {
  const hostile = (name, text) => { writeFileSync(join(folder, name), text); return join(folder, name); };
  const lines = readFileSync(server.ledger, "utf8").trim().split("\n");
  const broken = lines.map((line, number) => (number % 3 === 1 ? line.replace(/"actor":"[^"]*"/, `"actor":${JSON.stringify(NAME)}`).replace(/"type":"(\w+)"/, `"type":"${"<x-hit>"}$1"`) : line)).join("\n");
  const files = [["whole", `${lines.join("\n")}\n`], ["broken", `${broken}\n`], ["no-ledger", TEXT], ["html", `<!doctype html><script>${HIT}</script>`], ["last", `${lines.join("\n")}\n{"${NAME.replaceAll("\"", "'")}":1}\n`]];
  for (const [name, text] of files) {
    const file = hostile(`${name}<x-hit>.html`, text);
    await page.goto(`${server.base}/audit`);
    await page.getByLabel("Ledger, extract").setInputFiles(file);
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Check it" }).click()]);
    await page.examine(`the audit of ${name}`);
    for (const link of await page.locator("#cases a").evaluateAll((all) => all.slice(0, 3).map((each) => each.href))) {
      await page.goto(link);
      await page.examine(`a case of ${name}`);
    }
  }
  for (const toml of [`district = ${JSON.stringify(NAME)}\n`, `[${NAME}]`, TEXT, `district = "x"\nstart = 2026-09-08\n[[people]]\nid = "a"\nname = ${JSON.stringify(NAME)}\nrole = ${JSON.stringify(NAME)}\n`]) {
    await page.goto(`${server.base}/plan`);
    await page.getByText("Start with another scenario").click();
    await page.getByLabel("Scenario file").setInputFiles({ name: `${NAME.replaceAll("/", "")}.toml`, mimeType: "text/html", buffer: Buffer.from(toml) });
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Open", exact: true }).click()]);
    await page.examine("a hostile scenario");
  }
}

/** What the program and the pages leave on a disk, opened from there. */
async function filesFromDisk({ program, server, context, check, folder, answer }) {
  const run = (...args) => spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  const sample = run("scenario", "new", "template.toml");
  check(sample.status === 0, `a template: ${sample.stderr}`);
  const scenario = readFileSync(join(repository, "docs", "scenarios", "maple-hollow.toml"), "utf8")
    .replace(/^district = .*$/m, `district = ${JSON.stringify(NAME)}`)
    .replaceAll(/name = "[^"]*"/g, (_, at) => `name = ${JSON.stringify(`${at} ${NAME}`)}`);
  writeFileSync(join(folder, "hostile.toml"), scenario);
  const files = ["report.html", "audit.html", "plan.html", "plan-report.html", "summary.html"];
  const done = (result, what) => check(result.status === 0 || result.status === 4, `${what}: ${result.status} ${result.stderr}`);
  done(run("report", "hostile.toml", "-o", "report.html"), "report");
  done(run("audit", server.ledger, "--html", "audit.html"), "audit");
  done(run("calendar", "hostile.toml", "-o", "plan.ics"), "calendar");
  done(run("calendar", server.ledger, "-o", "cases.ics"), "calendar of cases");
  const hostile = recordsOf(server.ledger).find(({ type, data }) => type === "case_opened" && data.district.includes("x-hit"));
  // The pages as a browser saves them.
  const sent = await fetch(`${server.base}/plan/file`, { method: "POST", redirect: "manual", headers: { cookie: server.cookie }, body: new URLSearchParams({ file: scenario }) });
  check(sent.status < 500, `a scenario as text: ${sent.status}`);
  const link = `/plan?file=${encodeURIComponent(scenario)}`;
  writeFileSync(join(folder, "plan.html"), await (await answer(link)).text());
  writeFileSync(join(folder, "plan-report.html"), await (await answer(link.replace("/plan?", "/plan/report.html?"))).text());
  writeFileSync(join(folder, "summary.html"), await (await answer(`/cases/${hostile.case}/summary`)).text());
  // The files beside the page may not be there: a saved page asks for its style sheet in the folder's root.
  const page = await watched(context, check, ["file://"]);
  for (const name of files) {
    const text = readFileSync(join(folder, name), "utf8");
    check(text.includes("x-hit"), `${name} shows the payload as text`);
    await page.goto(pathToFileURL(join(folder, name)).href);
    await page.examine(`${name} from the disk`);
  }
  await page.close();
  for (const name of ["plan.ics", "cases.ics"]) {
    const lines = readFileSync(join(folder, name), "utf8").replaceAll("\r\n ", "").split("\r\n").filter((line) => line !== "");
    check(lines.every((line) => /^[A-Z-]+[;:]/.test(line)), `${name} has no line of its own from a text: ${lines.find((line) => !/^[A-Z-]+[;:]/.test(line))}`);
    check(!lines.some((line) => /^(URL|ATTACH|X-ALT-DESC)/.test(line) && line.includes("x-hit")), `${name} has no markup and no address from a text`);
  }
  // A cell of a spreadsheet that begins like a formula would be computed when the file is opened.
  for (const [what, csv] of [["the export", await (await answer("/api/v1/ledger/export/csv")).text()], ["the program's export", run("export", server.ledger, "--to", "csv").stdout]]) {
    const cells = csv.split(/\r?\n/).flatMap((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
    const formula = cells.find((cell) => /^"?[=+@\t]/.test(cell) || /^"?-(?!\d+(\.\d+)?"?$)/.test(cell));
    check(formula === undefined, `${what} has a cell that is a formula: ${formula}`);
    check(csv.includes("x-hit"), `${what} has the payloads`);
  }
  return files.length + 2;
}
