import { expect, it } from "vitest";
import type { AccountsView } from "./data";
import { bodyOf, keptBody, sameAs, searchOf, textOf } from "./view";

const address = { csm: "me", band: "red", renews: "90", sort: "renewal", show: "heat", measures: "success.age usage.engagement", own: "7" };
const view = (id?: number): AccountsView => ({ name: id ? "" : "mine", ...(id ? { id, version: 1 } : {}), description: "", count: { count: 1, capped: false }, ...bodyOf("Mine, at risk", address) });

it("keeps what the list shows and gives it back", () => {
  const v = view(7);
  expect(v.selection).toEqual({ csm: "me", band: "red", renews: 90, sort: "renewal" });
  expect(searchOf(v)).toMatchObject(address);
  expect(sameAs(v, address)).toBe(true);
  expect(keptBody(v)).toEqual(bodyOf("Mine, at risk", address));
});

it("notices what differs", () => {
  for (const other of [{ ...address, band: undefined }, { ...address, show: undefined }, { ...address, cols: "csm" }, { ...address, measures: "success.age" }]) expect(sameAs(view(7), other)).toBe(false);
});

it("opens a view of all without what another narrowed", () => expect({ ...{ segment: "Enterprise", q: "a" }, ...searchOf(view()) }).toMatchObject({ segment: undefined, q: undefined, view: "mine", own: undefined }));

it("writes the text of a view for everybody", () => {
  expect(textOf(address, { title: "Mine: at risk", name: "mine-at-risk" })).toBe(
    'kind: account_view\nname: mine-at-risk\ntitle: "Mine: at risk"\nband: red\ncsm: me\nrenews: 90\nsort: renewal\nshow: heat\nmeasures: [success.age, usage.engagement]\n');
  expect(textOf({ csm: "12" }, { title: "A", name: "a" }).startsWith("#")).toBe(true);
});
