import { expect, it } from "vitest";
import type { View } from "@/api/types";
import { nameOf } from "@/view/name";
import { ownBody, ownSearch, sameAs } from "./ownView";

const look = { columns: ["team", "due"] as const, group: "team" as const };
const view = { id: 3, title: "Mine", selection: { status: "open", organization: 7 }, columns: ["team", "due"], group: "team" } as unknown as View;

it("is the same list for whoever opens its address", () => expect(ownSearch(view)).toEqual({ status: "open", organization: "7" }));
it("notices what differs from what is kept", () => {
  const l = { columns: [...look.columns], group: look.group };
  expect(sameAs(view, { organization: "7", status: "open" }, l)).toBe(true);
  expect(sameAs(view, { organization: "7", status: "new" }, l)).toBe(false);
  expect(sameAs(view, { organization: "7", status: "open" }, { ...l, group: "none" })).toBe(false);
  expect(sameAs(view, { organization: "7", status: "open" }, { ...l, columns: ["due", "team"] })).toBe(false);
});
it("sends ids as numbers and leaves out what is empty", () => expect(ownBody(" A ", { requester: "4", tag: "" }, { columns: [], group: "none" })).toEqual({ title: "A", selection: { requester: 4 }, columns: [], group: "none" }));
it("makes a name for the configuration", () => {
  expect(nameOf("Über dringend: Österreich")).toBe("uber-dringend-osterreich");
  expect(nameOf("مرحبا")).toBe("view");
});
