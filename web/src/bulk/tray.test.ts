import { expect, test, vi } from "vitest";
import { api } from "@/api/client";
import { giveBack, inTray, recall, track } from "./tray";

test("after a reload the tray has what is still under way, and nothing that has ended", async () => {
  const get = vi.spyOn(api, "get").mockResolvedValue({ items: [{ id: 9, state: "running" }, { id: 8, state: "done" }, { id: 7, state: "undoing" }, { id: 6, state: "undone" }], next: null });
  await recall();
  get.mockRestore();
  expect(inTray().toSorted()).toEqual([7, 9]);
});

test("words that were sent with a change are given back once", () => {
  const back = vi.fn();
  track({ id: 3 }, back);
  track({ id: 4 });
  expect([giveBack(3), giveBack(3), giveBack(4)]).toEqual([true, false, false]);
  expect(back).toHaveBeenCalledTimes(1);
});
