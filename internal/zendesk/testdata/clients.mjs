// What the scripts share: the unmodified npm clients, and a way to say what should be.
import { createRequire } from "node:module";
import { deepStrictEqual, ok } from "node:assert";
import { appendFileSync } from "node:fs";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const { createClient } = require("node-zendesk");
const Zendesk = require("zendesk-node-api");
const [url, email, token] = process.argv.slice(2);

process.on("uncaughtException", (e) => { // short: the client's own line is its whole source
  console.error(e.message.slice(0, 2000), e.result ? JSON.stringify(e.result).slice(0, 1000) : "", (e.stack ?? "").split("\n").filter((l) => l.includes("testdata")).join("\n"));
  process.exit(1);
});

// The methods that did what they were asked for, by resource: clients_test.go counts them.
const done = new Set();
process.on("exit", () => process.env.STEWARD_METHODS && appendFileSync(process.env.STEWARD_METHODS, [...done].map((name) => name + "\n").join("")));

/** A client whose successful calls are noted under their name. */
function noted(what, name) {
  return new Proxy(what, { get(of, key) {
    const v = Reflect.get(of, key, of);
    if (v && typeof v === "object" && !["config", "logger", "client", "options"].includes(key)) return noted(v, `${name}.${key}`);
    if (typeof v !== "function" || key === "constructor") return v;
    return (...args) => {
      const r = v.apply(of, args);
      if (r && typeof r.then === "function") r.then(() => done.add(`${name}.${key}`), (e) => { if (e instanceof Error) e.message = `${name}.${key}: ${e.message}`; });
      return r;
    };
  } });
}

/** node-zendesk, signed in as the administrator. */
export const bare = createClient({ username: email, token, endpointUri: url + "/api/v2" });
export const client = noted(bare, "node-zendesk");
/** zendesk-node-api, likewise. */
export const bareOld = new (Zendesk.default ?? Zendesk)({ url, email, token });
export const old = noted(bareOld, "zendesk-node-api");
export const same = deepStrictEqual;
export { ok, url, email, token };

/** The error that a promise ends in. */
export async function refused(promise) {
  try { await promise; } catch (e) { return e; }
  throw new Error("this should have been refused");
}
