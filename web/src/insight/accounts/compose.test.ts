import { expect, it } from "vitest";
import { accountsChanges, accountsOwn, accountsText, type AccountsDraft } from "./compose";

const d: AccountsDraft = { title: "Value at risk", name: "", summary: " ", chart: "bar", accounts: { filter: 'account.segment == "a"', by: "desk.open", edges: [1, 5.5], figure: "sum", value: "revenue", columns: ["segment", "attributes.region"], csm: "" }, mail: null };
it("writes what was chosen, and nothing else", () =>
  expect(accountsText(d)).toBe('kind: report\nname: value-at-risk\ntitle: Value at risk\nchart: bar\naccounts:\n  filter: "account.segment == \\"a\\""\n  by: desk.open\n  edges: [1, 5.5]\n  figure: sum\n  value: revenue\n  columns: [segment, attributes.region]\n'));
it("writes the day it looks at, and when it is mailed", () => {
  const text = accountsText({ ...d, accounts: { by: "segment", on: "2026-01-31" }, mail: { every: "day", on: "mon", day: 1, time: "08:00", zone: "", to: ["a@b.example"], teams: [] } });
  expect(text).toContain('  on: "2026-01-31"\nschedule:\n  every: day\n  time: "08:00"\n  to: ["a@b.example"]\n');
});
it("writes a report of every account", () => expect(accountsText({ ...d, accounts: {} })).toContain("accounts: {}\n"));
it("keeps the same for oneself", () => expect(accountsOwn(d)).toEqual({ summary: undefined, chart: "bar", accounts: { filter: 'account.segment == "a"', by: "desk.open", edges: [1, 5.5], figure: "sum", value: "revenue", columns: ["segment", "attributes.region"] } }));
it("says what a draft changes", () => expect(accountsChanges(d, { ...d, chart: "table", accounts: { ...d.accounts, edges: undefined, by: "segment" } })).toEqual([{ path: "chart", value: "table" }, { path: "accounts.by", value: "segment" }, { path: "accounts.edges", value: null }]));
