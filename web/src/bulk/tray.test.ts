import { expect, test, vi } from "vitest";
import { api } from "@/api/client";
import { keep, kept } from "@/lib/kept";
import { giveBack, inTray, left, recall, send, track } from "./tray";

test("after a reload the tray has what is still under way, and nothing that has ended", async () => {
  const get = vi.spyOn(api, "get").mockResolvedValue({ items: [{ id: 9, state: "running" }, { id: 8, state: "done" }, { id: 7, state: "undoing" }, { id: 6, state: "undone" }], next: null });
  await recall();
  get.mockRestore();
  expect(inTray().toSorted()).toEqual([7, 9]);
});

test("words that were sent with a change are given back once, where they were written, by who sent them", () => {
  send({ id: 3 }, 7, { what: "bulk", text: "It is fixed.", as: { "bulk.kind": "reply" } });
  track({ id: 4 });
  expect([giveBack(3, 8), giveBack(3, 7), giveBack(3, 7), giveBack(4, 7)]).toEqual([false, true, false, false]);
  expect([kept(7, "bulk"), kept(7, "bulk.kind")]).toEqual(["It is fixed.", "reply"]);
  keep(7, "bulk", "");
  send({ id: 5 }, 7, { what: "bulk", text: "Another." });
  left(5, 7);
  expect([giveBack(5, 7), kept(7, "bulk")]).toEqual([false, null]);
});

test("a page that was loaded again gives them back", async () => {
  send({ id: 6 }, 7, { what: "incidents.2", text: "It syncs again." });
  vi.resetModules();
  const again = await import("./tray");
  expect(again.giveBack(6, 7)).toBe(true);
  expect((await import("@/lib/kept")).kept(7, "incidents.2")).toBe("It syncs again.");
});
