// A real identity provider (oidc-provider) on this computer, behind a front that can change the tokens that it signs.
import { createServer, request } from "node:http";
import Provider from "oidc-provider";
import { SignJWT, UnsecuredJWT, decodeJwt, exportJWK, generateKeyPair, importJWK } from "jose";

export const CLIENT = "ibbi";
export const SECRET = "a secret of the test with more than 32 bytes";

/** Makes a key with which tokens are signed. */
export async function makeKey(kid) {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" };
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server.address().port));
  });
}

function readAll(stream) {
  return new Promise((resolve, reject) => {
    const pieces = [];
    stream.on("data", (piece) => pieces.push(piece)).on("end", () => resolve(Buffer.concat(pieces))).on("error", reject);
  });
}

/** The provider. `change` alters the claims of an ID token before it is signed again; `sign` signs them in another way. */
export class IdentityProvider {
  change = (claims) => claims;
  sign = null;
  metadata = (found) => found;
  /** The bodies of the requests to the token endpoint. */
  exchanges = [];
  key = null;

  async start(port, returnTo, left, key) {
    this.settings = { returnTo, left };
    this.front = createServer((from, to) => this.pass(from, to).catch((error) => to.writeHead(500).end(String(error))));
    this.port = await listen(this.front, port);
    this.issuer = `http://127.0.0.1:${this.port}`;
    await this.useKey(key);
  }

  /** Replaces the keys of the provider, as it does from time to time. */
  async useKey(key) {
    this.inner?.close();
    this.key = key;
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT,
          client_secret: SECRET,
          redirect_uris: [this.settings.returnTo],
          post_logout_redirect_uris: [this.settings.left],
          grant_types: ["authorization_code"],
          response_types: ["code"],
        },
      ],
      claims: { openid: ["sub"], profile: ["name", "preferred_username"] },
      // A person that has no name has a user name only.
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, ...(id === "qwexler" ? { name: "Q. Wexler" } : { preferred_username: `${id}-user` }) }),
      }),
      cookies: { keys: ["a key of the test"] },
      jwks: { keys: [key] },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    });
    provider.proxy = true;
    this.inner = createServer(provider.callback());
    this.innerPort = await listen(this.inner, 0);
  }

  async stop() {
    this.front.closeAllConnections();
    await new Promise((resolve) => this.front.close(resolve));
    this.inner.close();
  }

  async pass(from, to) {
    const body = await readAll(from);
    const host = `127.0.0.1:${this.port}`;
    const headers = { ...from.headers, "x-forwarded-host": host, "x-forwarded-proto": "http", connection: "close" };
    const answer = await new Promise((resolve, reject) => {
      const out = request({ port: this.innerPort, host: "127.0.0.1", method: from.method, path: from.url, headers }, resolve);
      out.on("error", reject).end(body);
    });
    let bytes = await readAll(answer);
    if (from.url === "/token") {
      this.exchanges.push(new URLSearchParams(body.toString()));
      bytes = await this.tampered(answer.statusCode, bytes);
    }
    if (from.url === "/.well-known/openid-configuration") {
      bytes = Buffer.from(JSON.stringify(this.metadata(JSON.parse(bytes))));
    }
    const { "content-length": _, "transfer-encoding": __, connection: ___, ...kept } = answer.headers;
    to.writeHead(answer.statusCode, { ...kept, "content-length": bytes.length }).end(bytes);
  }

  async tampered(status, bytes) {
    if (status !== 200) return bytes;
    const tokens = JSON.parse(bytes);
    const claims = this.change(decodeJwt(tokens.id_token));
    const usual = async () =>
      new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: this.key.kid }).sign(await importJWK(this.key, "RS256"));
    tokens.id_token = await (this.sign ?? usual)(claims);
    return Buffer.from(JSON.stringify(tokens));
  }
}

/** Signs claims with a key that the provider doesn't have, under the ID of one that it has. */
export const withForeignKey = (kid, foreign) => async (claims) =>
  new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(await importJWK(foreign, "RS256"));
export const unsigned = async (claims) => new UnsecuredJWT(claims).encode();
export const withSecret = async (claims) =>
  new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(SECRET));
