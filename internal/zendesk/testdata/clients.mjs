// What the scripts share: the unmodified npm clients, and a way to say what should be.
import { createRequire } from "node:module";
import { deepStrictEqual, ok } from "node:assert";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const { createClient } = require("node-zendesk");
const Zendesk = require("zendesk-node-api");
const [url, email, token] = process.argv.slice(2);

process.on("uncaughtException", (e) => { // short: the client's own line is its whole source
  console.error(e.message.slice(0, 2000), e.result ? JSON.stringify(e.result).slice(0, 1000) : "", (e.stack ?? "").split("\n").filter((l) => l.includes("testdata")).join("\n"));
  process.exit(1);
});

/** node-zendesk, signed in as the administrator. */
export const client = createClient({ username: email, token, endpointUri: url + "/api/v2" });
/** zendesk-node-api, likewise. */
export const old = new (Zendesk.default ?? Zendesk)({ url, email, token });
export const same = deepStrictEqual;
export { ok, url, email, token };

/** The error that a promise ends in. */
export async function refused(promise) {
  try { await promise; } catch (e) { return e; }
  throw new Error("this should have been refused");
}
