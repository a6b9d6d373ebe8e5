// Attacks by raw bytes on a socket: paths that lead out of a folder, and a request inside a request.
import { readFileSync } from "node:fs";
import { exchange, responses, statusOf } from "./launch.mjs";

/** The pages with a parameter in their paths. Those of the API are in its document. */
const PAGES = ["/cases/{case}", "/cases/{case}/entries/{seq}", "/cases/{case}/summary", "/cases/{case}/forecast", "/cases/{case}/dates.ics", "/audit/{upload}",
  "/audit/{upload}/audit.json", "/audit/{upload}/export/{format}", "/audit/{upload}/cases/{case}"];

const OUT = ["..%2f..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%252f..%252fetc%252fpasswd", "..%5c..%5cetc%5cpasswd", "..\\..\\etc\\passwd", "../../../etc/passwd",
  "....//....//etc/passwd", "..;/..;/etc/passwd", "%2fetc%2fpasswd", "%00", "own%00", "a%00/../../etc/passwd", "%c0%ae%c0%ae%c0%af", "%e0%80%ae%e0%80%ae", "%u002e%u002e",
  "cases.ledger", "..%2fcases.ledger", "file:%2f%2f%2fetc%2fpasswd", "C:%5cwindows", "CON", "-1", "99999999999999999999999", "%", "%zz", "%ff", "%fe%ff", ".", "..", "%2e", "x".repeat(5000)];

export async function paths({ server, check, clean }) {
  const { port, host, cookie } = server;
  const get = async (path, method = "GET") => exchange(port, Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`, "latin1"));
  const document = await (await fetch(`${server.base}/api/v1/openapi.json`, { headers: { cookie } })).json();
  const { cases: [{ case: id }] } = await (await fetch(`${server.base}/api/v1/cases`, { headers: { cookie } })).json();
  const secret = readFileSync(server.ledger, "utf8").split("\n")[0];
  const routes = [...PAGES.flatMap((path) => [["GET", path], ["POST", path]]), ...Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => [method.toUpperCase(), path]))];
  const good = { case: id, seq: "2", upload: "own", format: "csv" };
  let asked = 0;
  for (const [method, route] of routes) {
    const names = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const name of names) {
      for (const value of OUT) {
        const path = route.replace(`{${name}}`, value).replace(/\{(\w+)\}/g, (_, other) => good[other] ?? id);
        const answer = await get(path, method);
        const status = statusOf(answer);
        // `.` and `..` are names like others to the server: a client would resolve them.
        check(status >= 400 && status < 500, `${method} ${path.slice(0, 100)} is refused: ${status}`);
        if (path.startsWith("/api/v1/")) check(/content-type: application\/problem\+json/i.test(answer), `${method} ${path.slice(0, 100)} has a problem document: ${answer.slice(0, 200)}`);
        check(!answer.includes("root:") && !answer.includes(secret), `${method} ${path.slice(0, 100)} gives a file`);
        clean(answer, path);
        asked += 1;
      }
    }
  }
  // Parameters of the query that could name a file.
  for (const [route, methods] of Object.entries(document.paths)) {
    const query = (methods.get?.parameters ?? []).filter((parameter) => parameter.in === "query").map((parameter) => parameter.name);
    for (const name of query) {
      for (const value of [...OUT, server.ledger, `${server.place}/cases.ledger.access`].slice(0, 12).concat(server.ledger)) {
        const answer = await get(`${route.replace(/\{(\w+)\}/g, (_, other) => good[other] ?? id)}?${name}=${value}`);
        check(statusOf(answer) < 500 && statusOf(answer) > 0, `${route}?${name}=${value.slice(0, 60)}: ${statusOf(answer)}`);
        check(!answer.includes("root:"), `${route}?${name} gives a file`);
        // What the client sent can come back; it must not be the server's own.
        clean(answer.replaceAll(server.ledger, ""), `${route}?${name}`);
        asked += 1;
      }
    }
  }
  check(asked > 300, `paths were tried: ${asked}`);
  console.log(`paths: ${asked} that lead out of a folder, none gives a file, and none is answered with a path of the machine`);
}

export async function smuggling({ server, check, clean }) {
  const { port, host, cookie } = server;
  let number = 0;
  const inner = (end = "\r\n") => `GET /smuggled-${number} HTTP/1.1${end}Host: ${host}${end}Cookie: ${cookie}${end}${end}`;
  const head = (first, ...more) => `${first}\r\nHost: ${host}\r\nCookie: ${cookie}\r\n${more.map((each) => `${each}\r\n`).join("")}\r\n`;
  const post = "POST /api/v1/cases HTTP/1.1";
  const json = "Content-Type: application/json";
  const chunked = "Transfer-Encoding: chunked";
  const length = (text) => `Content-Length: ${Buffer.byteLength(text, "latin1")}`;
  const seen = () => server.log().includes(`/smuggled-${number}"`);
  // The means of finding out: two requests one after the other are both in the log.
  number += 1;
  await exchange(port, head("GET /healthz HTTP/1.1") + inner());
  for (let tries = 0; tries < 100 && !seen(); tries += 1) await new Promise((wait) => { setTimeout(wait, 10); });
  check(seen(), "a request of its own is found in the log");
  const body = () => `0\r\n\r\n${inner()}`;
  const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
  const attacks = {
    "a length, then chunks": () => head(post, json, length(body()), chunked) + body(),
    "chunks, then a length": () => head(post, json, chunked, length(body())) + body(),
    "a short length, and a chunk": () => head(post, json, "Content-Length: 4", chunked) + chunk(inner()),
    "a length of nothing, and a chunk": () => head(post, json, "Content-Length: 0", chunked) + chunk(inner()),
    "two lengths": () => head(post, json, "Content-Length: 0", length(inner())) + inner(),
    "two lengths, the long one first": () => head(post, json, length(inner()), "Content-Length: 0") + inner(),
    "lengths in one header": () => head(post, json, `Content-Length: 0, ${inner().length}`) + inner(),
    "a body of a GET": () => head("GET /healthz HTTP/1.1", length(inner())) + inner(),
    "a body of a HEAD": () => head("HEAD /healthz HTTP/1.1", length(inner())) + inner(),
    "a body of an OPTIONS": () => head("OPTIONS /api/v1/cases HTTP/1.1", length(inner())) + inner(),
    "a body of a page that doesn't exist": () => head("POST /nothing HTTP/1.1", length(inner())) + inner(),
    "a body of a method that doesn't exist": () => head("BREW /cases HTTP/1.1", length(inner())) + inner(),
    "a body that is refused for its origin": () => head(post, "Origin: http://evil.example", length(inner())) + inner(),
    "a body that is refused for its coding": () => head(post, "Content-Encoding: gzip", length(inner())) + inner(),
    "a body of a stranger": () => `${post}\r\nHost: ${host}\r\n${length(inner())}\r\n\r\n${inner()}`,
    "a body to another name": () => `${post}\r\nHost: evil.example\r\nCookie: ${cookie}\r\n${length(inner())}\r\n\r\n${inner()}`,
    "a body that is too long": () => head(post, json, `Content-Length: ${3 * 1024 * 1024}`) + inner(),
    "a body that waits for 100": () => head(post, json, "Expect: 100-continue", length(inner())) + inner(),
    "another protocol": () => head("GET /healthz HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", length(inner())) + inner(),
    "a tunnel": () => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\n\r\n${inner()}`,
    "HTTP/1.0 with chunks": () => head("POST /api/v1/cases HTTP/1.0", "Connection: keep-alive", chunked, length(body())) + body(),
    "HTTP/0.9": () => `GET /healthz\r\n${inner()}`,
    "a line that is folded": () => head("GET /healthz HTTP/1.1", `X: a\r\n ${inner().trim()}`),
    "a header that is folded over its value": () => head(post, json, length(body()), "Transfer-Encoding:\r\n chunked") + body(),
    "a bare line feed in a header": () => head("GET /healthz HTTP/1.1", `X: a\n\n${inner()}`),
    "bare line feeds as ends of lines": () => `GET /healthz HTTP/1.1\nHost: ${host}\nCookie: ${cookie}\nContent-Length: 0\n\n${inner()}`,
    "a bare line feed before a length": () => head(post, json, `X: a\nContent-Length: 0`, length(inner())) + inner(),
    "a bare line feed before chunks": () => head(post, json, length(body()), `X: a\n${chunked}`) + body(),
    "a bare carriage return in a header": () => head(post, json, length(body()), `X: a\r${chunked}`) + body(),
    "a bare carriage return as the end": () => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r${inner()}`,
    "a NUL in a header": () => head(post, json, length(body()), `X: a\0\r\n${chunked}`) + body(),
    "a line without a colon": () => head("GET /healthz HTTP/1.1", "X") + inner(),
    "a header without a name": () => head("GET /healthz HTTP/1.1", ": x", length(inner())) + inner(),
    "trailers with a length": () => `${head(post, json, chunked)}2\r\n{}\r\n0\r\nContent-Length: 500\r\n\r\n${inner()}`,
    "many trailers": () => `${head(post, json, chunked)}2\r\n{}\r\n0\r\n${"X: y\r\n".repeat(5000)}\r\n${inner()}`,
    "a huge chunk extension": () => `${head(post, json, chunked)}2;${"x".repeat(1024 * 1024)}\r\n{}\r\n0\r\n\r\n${inner()}`,
    "many chunk extensions": () => `${head(post, json, chunked)}${`1;${"x".repeat(1000)}\r\n \r\n`.repeat(400)}0\r\n\r\n${inner()}`,
    "a bare line feed in a chunk extension": () => `${head(post, json, chunked)}2;x\n{}\r\n0\r\n\r\n${inner()}`,
  };
  for (const value of ["Transfer-Encoding : chunked", " Transfer-Encoding: chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: gzip, chunked", "Transfer-Encoding:\tchunked", "Transfer-Encoding: chunked\x0b", "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: CHUNKED", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding:", "Transfer_Encoding: chunked", "Transfer-Encoding: chunked;q=1",
    "Transfer-\x45ncoding: chunke\x64", "X-Transfer-Encoding: chunked", "Transfer-Encoding\x00: chunked", "Transfer-Encoding: \x00chunked", "TE: chunked\r\nTransfer-Encoding: , chunked"]) {
    attacks[`coding ${JSON.stringify(value)}`] = () => head(post, json, length(body()), value) + body();
    // A header of another name says nothing about the body, which then is not one.
    if (!/^(X-|Transfer_)/.test(value)) attacks[`coding ${JSON.stringify(value)} alone`] = () => head(post, json, value) + body();
  }
  for (const value of ["+0", "-0", "0x0", "0 0", "0;", "\"0\"", "0\t,0", "0, 0", "0,", "", "0.0", "1e0", "\x0b0", "18446744073709551616", "٠"]) {
    attacks[`length ${JSON.stringify(value)}`] = () => head(post, json, `Content-Length: ${value}`) + inner();
  }
  attacks["a space before a length's colon"] = () => head(post, json, `Content-Length : 0`, length(inner())) + inner();
  for (const size of ["0x2", "+2", "-2", " 2", "2 ", "2\t", "2\x00", "02g", "FFFFFFFFFFFFFFFF", "100000000000000002", "", "2\r", "2;\0"]) {
    attacks[`chunk size ${JSON.stringify(size)}`] = () => `${head(post, json, chunked)}${size}\r\n{}\r\n0\r\n\r\n${inner()}`;
  }
  for (const end of ["", "\n", "\r", "XX", "\n\r"]) attacks[`chunk end ${JSON.stringify(end)}`] = () => `${head(post, json, chunked)}2\r\n{}${end}0\r\n\r\n${inner()}`;
  for (const end of ["0\n\n", "0\r\n\n", "0\n\r\n", "0\r\r", "00\r\n\r\n", "0;x\r\n\r\n"]) attacks[`last chunk ${JSON.stringify(end)}`] = () => `${head(post, json, chunked)}2\r\n{}\r\n${end}${inner()}`;
  const before = readFileSync(server.ledger);
  const found = [];
  const one = async ([name, attack]) => {
    number += 1;
    found.push([name, number]);
    const answer = await exchange(port, Buffer.from(attack(), "latin1"), { silence: 300, most: 3000 });
    const counted = responses(answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ""));
    check(counted <= 1, `${name}: ${counted} responses: ${answer.slice(0, 40)}`);
    check(statusOf(answer) < 500, `${name}: ${statusOf(answer)}`);
    clean(answer, name);
  };
  const all = Object.entries(attacks);
  while (all.length > 0) await Promise.all(all.splice(0, 40).map(one));
  await new Promise((wait) => { setTimeout(wait, 500); });
  for (const [name, at] of found) check(!server.log().includes(`/smuggled-${at}"`), `${name}: the request inside was answered as one of its own`);
  check(readFileSync(server.ledger).equals(before), "nothing was recorded");
  console.log(`requests in requests: ${found.length} ways, and none was answered`);
}
