/** What a token may do, in words. The server knows them as kind.action; "*" is everything its owner may. */

const kinds: Record<string, string> = { ticket: "tickets", person: "people", organization: "organizations", team: "teams", role: "roles", blueprint: "configuration", mail: "mail", indicator: "indicators", event: "events", webhook: "webhooks", token: "tokens", file: "files", measure: "measures", work: "work" };
const actions: Record<string, string> = { read: "Read", write: "Add and change", edit: "Work on", apply: "Apply", approve: "Approve changes of", merge: "Merge", import: "Import", suspend: "Suspend", erase: "Erase" };

export function scopeText(scope: string): string {
  if (scope === "*") return "Everything you may do";
  const [kind, action] = scope.split(".");
  const noun = kinds[kind] ?? kind;
  if (action === "*") return `Everything with ${noun}`;
  return `${actions[action] ?? action} ${noun}`;
}

/** A list of scopes in one short phrase. */
export function scopesText(scopes: string[]): string {
  if (scopes.includes("*")) return scopeText("*");
  if (scopes.length > 2 && scopes.every((s) => s.endsWith(".read"))) return `Read only: ${scopes.map((s) => kinds[s.split(".")[0]] ?? s.split(".")[0]).join(", ")}`;
  return scopes.map(scopeText).join(", ");
}

/** The moment so many days ahead, or null for never. */
export const expiry = (days: string, now: number): string | null => (days === "never" ? null : new Date(now + Number(days) * 86_400_000).toISOString());
