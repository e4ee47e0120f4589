import { expect, test, vi } from "vitest";
import { api } from "@/api/client";
import { ApiError } from "@/api/error";
import type { Ticket } from "@/api/types";
import { already, hold, heldKey, heldOf, joined, sendHeld, settleHeld, type Held } from "./held";
import { read } from "@/lib/store";

const h = (more: Partial<Held>): Held => ({ ticket: 7, subject: "It stops", wanted: { status: "solved" }, version: 3, state: "waiting", ...more });
const t = (more: object) => ({ id: 7, version: 5, status: "open", priority: "normal", tags: ["b", "a"], assignee: null, team: null, requester: { id: 1 }, ...more }) as unknown as Ticket;

test("two changes of a ticket are one, made on what the first was made on", () => {
  expect(joined([h({})], h({ wanted: { priority: "high", attributes: { a: 1 } }, version: 9 }))).toEqual([h({ wanted: { status: "solved", priority: "high", attributes: { a: 1 } } })]);
  hold(1, h({}));
  hold(1, h({ ticket: 8 }));
  settleHeld(1, 7, null);
  expect(heldOf(read(heldKey(1))).map((x) => x.ticket)).toEqual([8]);
  expect(heldOf(read(heldKey(2)))).toEqual([]);
});
test("a change that arrived although its answer was lost is done", () => {
  expect(already(t({ status: "solved" }), { status: "solved", tags: ["a", "b"], assignee_id: null })).toBe(true);
  expect(already(t({}), { status: "solved" })).toBe(false);
});
test("what becomes of one that is sent", async () => {
  const fails = (status: number, code = "") => vi.spyOn(api, "patch").mockRejectedValueOnce(new ApiError({ status, code, title: "No", detail: "Not so." }));
  vi.spyOn(api, "patch").mockResolvedValueOnce(t({}));
  expect(await sendHeld(h({}))).toBe(null);
  fails(0, "offline");
  expect(await sendHeld(h({}))).toEqual(h({}));
  vi.spyOn(api, "get").mockResolvedValueOnce(t({ status: "pending" }));
  fails(409);
  expect(await sendHeld(h({}))).toEqual(h({ state: "conflict", version: 5 }));
  vi.spyOn(api, "get").mockResolvedValueOnce(t({ status: "solved" }));
  fails(409);
  expect(await sendHeld(h({}))).toBe(null);
  fails(403);
  expect((await sendHeld(h({})))?.state).toBe("refused");
});
