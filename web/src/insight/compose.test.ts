import { expect, it } from "vitest";
import { changesOf, nameOf, ownSpec, scalar, textOf, type Draft } from "./compose";

const d: Draft = { title: "Open: by team", name: "", summary: "", indicator: "backlog", steps: [], chart: "area", by: "ticket.team", filter: 'ticket.priority == "urgent"', every: "", period: "last-90-days", compare: "previous", zone: "", filters: ["ticket.team"], mail: null };
it("writes what was chosen, and nothing else", () =>
  expect(textOf(d)).toBe('kind: report\nname: open-by-team\ntitle: "Open: by team"\nindicator: backlog\nchart: area\nby: ticket.team\nfilter: "ticket.priority == \\"urgent\\""\nperiod: last-90-days\nfilters: [ticket.team]\n'));
it("writes a schedule", () =>
  expect(textOf({ ...d, mail: { every: "week", on: "mon", day: 1, time: "08:00", zone: "Europe/Berlin", to: ["a@b.example"], teams: [] } })).toContain('schedule:\n  every: week\n  on: "mon"\n  time: "08:00"\n  zone: Europe/Berlin\n  to: ["a@b.example"]\n'));
it("quotes what YAML would read otherwise", () => {
  for (const s of ["no", "12", "a: b", "#x", "", "- x", "on", "Überblick: x"]) expect(scalar(s)).toBe(JSON.stringify(s));
  expect(scalar("Überblick (2030)")).toBe("Überblick (2030)");
});
it("makes names of titles", () => { expect(nameOf("  2. Größe & Zahl!")).toBe("gro-e-zahl"); expect(nameOf("???")).toBe(""); });
it("writes a funnel as its steps", () => {
  const f: Draft = { ...d, chart: "funnel", steps: ["solved"], by: "" };
  expect(textOf(f)).toContain("steps: [backlog, solved]\n");
  expect(textOf(f)).not.toContain("indicator:");
  expect(ownSpec(f)).toMatchObject({ steps: ["backlog", "solved"], indicator: undefined });
});
it("changes only what was changed", () => {
  const was = { filters: [{ dimension: "ticket.team", title: "Desk", values: ["support"], indicator: "backlog" }] };
  expect(changesOf(d, d, was)).toEqual([]);
  expect(changesOf(d, { ...d, chart: "bar", by: "", filters: ["ticket.team", "ticket.priority"] }, was, [{ name: "ticket.team", title: "Team" }])).toEqual([
    { path: "chart", value: "bar" }, { path: "by", value: null }, { path: "filters", value: [{ dimension: "ticket.team", title: "Desk", values: ["support"] }, "ticket.priority"] }]);
  const mail = { every: "week", on: "mon", day: 1, time: "08:00", zone: "UTC", to: ["a@b.example"], teams: [] };
  expect(changesOf({ ...d, mail }, { ...d, mail: { ...mail, time: "09:00" } }, was)).toEqual([{ path: "schedule.time", value: "09:00" }]);
  expect(changesOf({ ...d, mail }, d, was)).toEqual([{ path: "schedule", value: null }]);
});
