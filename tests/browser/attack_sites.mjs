// Pages of other sites, in a browser that is signed in to the server: what they send changes nothing, and they read nothing.
// The same vectors are sent to a server without a guard first: there, each of them arrives.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { exchange, responses, statusOf } from "./launch.mjs";

/** The name of another site that leads to this computer in the browser. */
export const EVIL = "evil.example";
const wait = (millis) => new Promise((done) => { setTimeout(done, millis); });

/** Starts a server. */
async function listen(answer) {
  const server = createServer(answer);
  await new Promise((ready) => { server.listen(0, "127.0.0.1", ready); });
  return { server, port: server.address().port };
}

/** Each way in which a page can send something without asking first. Runs in the page of the other site. */
const VECTORS = {
  "a form, urlencoded": ({ target, path, form }) => window.submitForm(target + path, "application/x-www-form-urlencoded", form),
  "a form, multipart": ({ target, path, form }) => window.submitForm(target + path, "multipart/form-data", form),
  // The name and the value of the field are JSON together.
  "a form of plain text that is JSON": ({ target }) => window.submitForm(`${target}/api/v1/cases`, "text/plain", { "{\"data\":{\"district\":\"Ev": "il\"}}" }),
  "a form that opens a window": ({ target, path, form }) => window.submitForm(target + path, "application/x-www-form-urlencoded", form, "_blank"),
  "fetch without CORS": ({ target, path, form }) => {
    fetch(target + path, { method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams(form) }).catch(() => {});
  },
  "fetch of JSON as plain text": ({ target, json }) => {
    fetch(`${target}/api/v1/cases`, { method: "POST", mode: "no-cors", credentials: "include", body: json }).catch(() => {});
  },
  "fetch with credentials and JSON": ({ target, json }) => {
    const headers = { "content-type": "application/json" };
    fetch(`${target}/api/v1/cases`, { method: "POST", credentials: "include", headers, body: json }).catch(() => {});
  },
  "a beacon": ({ target, path, form }) => { navigator.sendBeacon(target + path, new URLSearchParams(form)); },
  "a beacon of JSON": ({ target, json }) => { navigator.sendBeacon(`${target}/api/v1/cases`, new Blob([json], { type: "text/plain" })); },
  "XMLHttpRequest with credentials": ({ target, path, form }) => {
    const request = new XMLHttpRequest();
    request.withCredentials = true;
    request.open("POST", target + path);
    request.send(new URLSearchParams(form));
  },
  "a sandboxed frame, whose origin is null": ({ target, path, form }) => {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts allow-forms";
    const body = JSON.stringify(new URLSearchParams(form).toString());
    const inputs = Object.entries(form).map(([name, value]) => `<input name="${name}" value="${value}">`).join("");
    frame.srcdoc = `<form method=post action="${target}${path}">${inputs}</form><script>
      fetch("${target}${path}", { method: "POST", mode: "no-cors", credentials: "include", body: new Blob([${body}], { type: "application/x-www-form-urlencoded" }) })
        .finally(() => document.forms[0].submit())<\/script>`;
    document.body.append(frame);
  },
};

/** Runs in the page of the other site before anything else: sends a form into a frame, or into a window. */
const helper = () => {
  window.submitForm = (action, enctype, fields, aim) => {
    const form = document.createElement("form");
    const frame = document.createElement("iframe");
    frame.name = `f${Math.random()}`;
    Object.assign(form, { method: "post", action, enctype, target: aim || frame.name });
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    }
    document.body.append(frame, form);
    form.submit();
  };
};

/** What a page of another site gets of an address, by each way to read it. Runs in that page. */
const read = async (address) => {
  const got = {};
  const text = async (name, options) => { got[name] = await fetch(address, { credentials: "include", ...options }).then((response) => response.text()).catch(() => ""); };
  await text("fetch", {});
  await text("fetch without CORS", { mode: "no-cors" });
  await text("fetch with a header", { headers: { "x-other": "1" } });
  const loaded = (name, element, place) => new Promise((done) => {
    const ends = (result) => { got[name] = result; done(); };
    element.onload = () => ends(element.tagName === "IFRAME" ? (() => { try { return element.contentDocument?.body?.innerText ?? ""; } catch { return ""; } })() : "loaded");
    element.onerror = () => ends("");
    setTimeout(() => ends(got[name] ?? ""), 1500);
    place.append(element);
  });
  const make = (tag, more) => Object.assign(document.createElement(tag), more);
  await Promise.all([
    loaded("an image", make("img", { src: address }), document.body),
    loaded("a script", make("script", { src: address }), document.head),
    loaded("a style sheet", make("link", { rel: "stylesheet", href: address }), document.head),
    loaded("a frame", make("iframe", { src: address }), document.body),
    loaded("an object", make("object", { data: address }), document.body),
    new Promise((done) => {
      got["a stream of events"] = "";
      const stream = new EventSource(address, { withCredentials: true });
      stream.onmessage = (message) => { got["a stream of events"] += message.data; };
      stream.onopen = () => { got["a stream of events"] += "open"; };
      setTimeout(() => { stream.close(); done(); }, 1200);
    }),
  ]);
  const opened = window.open(address);
  await new Promise((done) => { setTimeout(done, 500); });
  try { got["a window"] = opened?.document?.body?.innerText ?? ""; } catch { got["a window"] = ""; }
  opened?.close();
  return got;
};

export async function otherSites({ server, context, check }) {
  const empty = (request, response) => { response.setHeader("content-type", "text/html"); response.end("<!doctype html><title>other</title><body>"); };
  const referrers = [];
  const site = await listen((request, response) => { referrers.push(request.headers.referer ?? ""); empty(request, response); });
  // A server without a guard: each vector must arrive there, or it tests nothing.
  const arrived = [];
  const bare = await listen((request, response) => {
    let body = "";
    request.on("data", (data) => { body += data; });
    request.on("end", () => {
      if (request.method === "POST") arrived.push(body);
      response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
      response.setHeader("access-control-allow-credentials", "true");
      response.setHeader("access-control-allow-headers", "content-type, x-other");
      response.setHeader("content-type", "text/html");
      response.end(request.method === "GET" ? "the secret of the bare server" : "");
    });
  });
  const before = () => readFileSync(server.ledger);
  const first = before();
  const { cases: [{ case: id }] } = await (await fetch(`${server.base}/api/v1/cases`, { headers: { cookie: server.cookie } })).json();
  const form = { district: "Evil", type: "note_added", form: "note-added", text: "Evil", token: "x", ledger: "{}" };
  const json = JSON.stringify({ data: { district: "Evil" } });
  let sent = 0;
  // Another site, and the same one on another port, for which a browser sends the cookie.
  for (const origin of [`http://${EVIL}:${site.port}`, `http://127.0.0.1:${site.port}`]) {
    const page = await context.newPage();
    await page.goto(origin);
    await page.evaluate(helper);
    for (const [name, vector] of Object.entries(VECTORS)) {
      arrived.length = 0;
      await page.evaluate(vector, { target: `http://127.0.0.1:${bare.port}`, path: "/", form, json });
      for (let tries = 0; tries < 100 && arrived.length === 0; tries += 1) await wait(20);
      check(arrived.some((body) => body.includes("Ev")), `${origin}: ${name} arrives at a server without a guard`);
    }
    const open = await page.evaluate(read, `http://127.0.0.1:${bare.port}/`);
    check(open.fetch.includes("secret"), `${origin}: a server without a guard can be read`);
    for (const path of ["/cases", `/cases/${id}`, "/audit", "/logout", "/login", "/plan", `/cases/${id}/entries/2`, `/cases/${id}/forecast`]) {
      for (const vector of Object.values(VECTORS)) await page.evaluate(vector, { target: server.base, path, form, json });
      sent += Object.keys(VECTORS).length;
      await wait(400);
      check(before().equals(first), `${origin}: nothing that is sent to ${path} is recorded`);
    }
    const readable = ["/cases", `/cases/${id}`, "/api/v1/cases", "/api/v1/ledger", "/api/v1/records", "/audit/own", "/metrics", `/api/v1/cases/${id}/calendar`];
    const all = await Promise.all(readable.map((path) => page.evaluate(read, server.base + path)));
    // An element that was loaded shows that something is there. No element is.
    for (const [at, got] of all.entries()) {
      for (const [name, text] of Object.entries(got)) check(text === "", `${origin}: ${name} reads ${JSON.stringify(String(text).slice(0, 80))} of ${readable[at]}`);
    }
    for (const path of ["/logout", "/cases?district=Evil", `/cases/${id}?type=note_added&text=Evil`, "/login?once=x"]) {
      await page.evaluate((address) => { for (const tag of ["img", "iframe", "script"]) document.body.append(Object.assign(document.createElement(tag), { src: address })); }, server.base + path);
    }
    await wait(500);
    check(before().equals(first), `${origin}: no GET records anything`);
    // The session is as it was, and a link from an email or another site works.
    await page.evaluate((address) => { document.body.innerHTML = `<a id=go href="${address}">go</a>`; }, `${server.base}/cases/${id}`);
    await page.locator("#go").click();
    await page.waitForURL(`${server.base}/cases/${id}`);
    check(await page.locator("#history").count() === 1, `${origin}: a link leads to the case, signed in`);
    for (const other of context.pages()) await other.close();
  }
  check(!referrers.some((referrer) => referrer.startsWith(server.base)), "no page of the server is named to another one");
  const refused = server.log().split("\n").filter((line) => line.includes("\"POST\"") && line.includes("\"status\":403")).length;
  check(refused > sent / 2, `the server has refused the posts of other sites: ${refused} of ${sent}`);
  console.log(`other sites: ${sent} posts in ${Object.keys(VECTORS).length} ways from 2 origins, ${refused} refused by the guard, nothing recorded and nothing read`);
  site.server.closeAllConnections();
  bare.server.closeAllConnections();
  site.server.close();
  bare.server.close();
}

/** Another site's name leads to this computer: the browser takes the server for that site. */
export async function rebinding({ server, context, check, clean }) {
  const page = await context.newPage();
  const origin = `http://${EVIL}:${server.port}`;
  for (const path of ["/", "/cases", "/api/v1/cases", "/login", "/style.css", "/healthz"]) {
    const response = await page.goto(origin + path);
    check(response.status() === 421, `${origin}${path} is not answered: ${response.status()}`);
    clean(await response.text(), path);
  }
  const got = await page.evaluate(async () => (await fetch("/api/v1/cases", { method: "POST", body: "{\"data\":{\"district\":\"Evil\"}}" })).status);
  check(got === 421, `a page that was bound again can't record: ${got}`);
  await page.close();
  const { host, port, cookie } = server;
  const request = (line, hosts, more = "") => `${line}\r\n${hosts.map((each) => `Host: ${each}\r\n`).join("")}Cookie: ${cookie}\r\n${more}Connection: close\r\n\r\n`;
  const get = "GET /api/v1/cases HTTP/1.1";
  const absolute = (to, version = "1.1") => `GET ${to} HTTP/${version}`;
  const refused = [
    [absolute(`http://${EVIL}/api/v1/cases`), [host]],
    [absolute(`http://${EVIL}:${port}/api/v1/cases`), [host]],
    [absolute(`http://${host}/api/v1/cases`), [EVIL]],
    [absolute(`http://${EVIL}/api/v1/cases`), [`${EVIL}`]],
    [absolute(`http://${EVIL}/api/v1/cases`), []],
    [absolute(`http://${EVIL}/api/v1/cases`, "1.0"), []],
    [absolute(`http://${host}@${EVIL}/api/v1/cases`), [host]],
    [absolute(`http://${EVIL}@${host}/api/v1/cases`), [host]],
    [absolute(`https://${EVIL}/api/v1/cases`), [host]],
    [absolute(`http://${host}\\@${EVIL}/api/v1/cases`), [host]],
    [get, [host, EVIL]], [get, [EVIL, host]], [get, [host, host]], [get, []], [get, [""]],
    ...[`user@${host}`, `${host}@${EVIL}`, `${EVIL}@${host}`, `127.0.0.1.:${port}`, `localhost.:${port}`, `${EVIL}#${host}`, `${host},${EVIL}`,
      `${host} ${EVIL}`, `${host}/`, `[::ffff:127.0.0.1]:${port}`, `0x7f.1:${port}`, `2130706433:${port}`, `127.1:${port}`, `127.0.0.1:0${port}`,
      `127.0.0.1.${EVIL}:${port}`, `${EVIL}:${port}`, `127.0.0.1:${port}:${port}`, `http://${host}`, `${host}\t${EVIL}`, `127.0.0.1:`].map((each) => [get, [each]]),
  ];
  for (const [line, hosts] of refused) {
    const answer = await exchange(port, request(line, hosts));
    check([400, 421].includes(statusOf(answer)) && responses(answer) === 1, `${line} with ${JSON.stringify(hosts)} is refused: ${answer.slice(0, 60)}`);
    clean(answer, line);
  }
  // What a proxy adds gives no other name, and the server's own names work in both forms.
  for (const more of [`X-Forwarded-Host: ${EVIL}\r\n`, `Forwarded: host=${EVIL}\r\n`, ""]) {
    const answer = await exchange(port, request(get, [host], more));
    check(statusOf(answer) === 200 && !answer.includes(EVIL), `${more} changes nothing`);
  }
  check(statusOf(await exchange(port, request(absolute(`http://${host}/api/v1/cases`), [host]))) === 200, "the absolute form with the server's own name");
  console.log(`names: ${refused.length} requests under other names refused, and 6 pages in a browser whose name leads here`);
}
