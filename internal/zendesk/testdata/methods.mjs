// Prints the name of every method that the clients have for their resources, one a line.
import { bare, bareOld } from "./clients.mjs";

const groups = ["helpcenter", "services", "voice"]; // of resources
const own = (of) => Object.getOwnPropertyNames(Object.getPrototypeOf(of)).filter((n) => n !== "constructor" && !n.startsWith("_"));
const methods = (of) => own(of).filter((n) => typeof of[n] === "function");
const seen = new Set(); // some resources stand in two places
function tell(name, of) {
  if (seen.has(of.constructor)) return;
  seen.add(of.constructor);
  for (const m of methods(of)) console.log(`${name}.${m}`);
}
for (const g of groups) for (const r of own(bare[g])) tell(`node-zendesk.${g}.${r}`, bare[g][r]);
for (const r of own(bare)) if (bare[r] && typeof bare[r] === "object") tell(`node-zendesk.${r}`, bare[r]);
for (const r of Object.keys(bareOld)) for (const m of Object.keys(bareOld[r])) console.log(`zendesk-node-api.${r}.${m}`);
