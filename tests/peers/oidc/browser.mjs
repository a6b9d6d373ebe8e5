// What a browser does with redirects, cookies and forms, and no more.

export class Browser {
  cookies = new Map();

  /** Asks once, without following a redirect. */
  async ask(address, options = {}) {
    const { origin } = new URL(address);
    const jar = this.cookies.get(origin) ?? new Map();
    this.cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...options.headers, ...(cookie && { cookie }) };
    const answer = await fetch(address, { redirect: "manual", ...options, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(";");
      const at = pair.indexOf("=");
      const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1)];
      const gone = attributes.some((each) => /^\s*(max-age=0|expires=thu, 01 jan 1970.*)$/i.test(each));
      if (gone || !value) jar.delete(name);
      else jar.set(name, value);
    }
    this.setCookies = answer.headers.getSetCookie();
    const text = await answer.text();
    const location = answer.headers.get("location");
    return { status: answer.status, text, address, location: location && new URL(location, address).href };
  }

  /** Asks and follows redirects until `until` says so, or until there are none. */
  async follow(address, options = {}, until = () => false) {
    let answer = await this.ask(address, options);
    for (let count = 0; answer.location && !until(answer.location); count += 1) {
      if (count > 20) throw new Error(`too many redirects, the last to ${answer.location}`);
      answer = await this.ask(answer.location);
    }
    return answer;
  }

  /** Sends the form of a page, with some fields filled in. */
  async send(page, fields = {}, until = () => false) {
    const form = page.text.match(/<form[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/);
    if (!form) throw new Error(`there is no form on ${page.address}: ${page.text.slice(0, 300)}`);
    const body = new URLSearchParams();
    for (const input of form[2].matchAll(/<(?:input|button)[^>]*>/g)) {
      const name = input[0].match(/name="([^"]+)"/)?.[1];
      if (name) body.set(name, input[0].match(/value="([^"]*)"/)?.[1] ?? "");
    }
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const action = new URL(form[1].replaceAll("&amp;", "&"), page.address).href;
    const origin = new URL(page.address).origin;
    const headers = { "content-type": "application/x-www-form-urlencoded", origin, "sec-fetch-site": "same-origin" };
    return this.follow(action, { method: "POST", body: body.toString(), headers }, until);
  }
}
