import { expect, it } from "vitest";
import type { CommentEntry, EventEntry } from "@/api/types";
import { brief, fold, gist, withText } from "./fold";

const event = (id: number, o: Partial<EventEntry> = {}): EventEntry => ({ type: "event", id, at: "2026-08-13T09:12:00Z", verb: "ticket.changed", actor: { kind: "rule", id: null, name: "Routing" }, machine: true, sentence: "Clocks started.", changes: [], why: true, ...o });
const comment = (id: number, author: number): CommentEntry => ({ type: "comment", id, event_id: id, at: "2026-08-13T09:12:00Z", author: { id: author, name: "Ada Sample", agent: true }, public: true, channel: "mail", html: "", text: "", quoted_html: "", attachments: [], delivery: null });

it("folds neighbouring machine events and leaves people's words whole", () => {
  const blocks = fold([comment(1, 5), event(2), event(3), event(4), comment(5, 6), event(6)]);
  expect(blocks.map((b) => (b.kind === "burst" ? `burst ${b.events.length}` : b.kind))).toEqual(["message", "burst 3", "message", "burst 1"]);
});

it("joins a person's status change to their message, and shows other acts as lines", () => {
  const mine = event(2, { machine: false, verb: "ticket.status_changed", actor: { kind: "person", id: 5, name: "Ada Sample" }, changes: [{ field: "status", old: "open", new: "pending" }] });
  const other = { ...mine, id: 3, actor: { kind: "person" as const, id: 9, name: "Bo Sample" } };
  const [message, act] = fold([comment(1, 5), mine, other]);
  expect(message).toMatchObject({ kind: "message", with: [{ id: 2 }] });
  expect(act).toMatchObject({ kind: "act" });
  expect(withText(mine)).toBe("set Pending");
});

it("says a change in few words", () => {
  expect(brief(event(1, { changes: [{ field: "priority", old: "normal", new: "high" }] }))).toBe("priority High");
  expect(brief(event(1, { changes: [{ field: "team", old: null, new: { name: "runners", title: "Runners and build" } }] }))).toBe("Runners and build");
  expect(brief(event(1))).toBe("clocks started");
  expect(brief(event(1, { changes: [{ field: "tags", old: "", new: Array.from({ length: 5000 }, (_, i) => `tag-${i}`).join(", ") }] }))).toBe("tags tag-0, tag-1, tag-2, tag-3, tag-4, tag-5, tag-6, tag-7 …");
});

it("says once what several clocks do", () => {
  const paused = (id: number) => event(id, { verb: "clock.paused", sentence: "Agent work clock paused." });
  expect(gist([event(1, { sentence: "Promise kept." }), paused(2), paused(3), paused(4)]).map((g) => [g.event.id, g.text])).toEqual([[1, brief(event(1, { sentence: "Promise kept." }))], [2, "3 clocks paused"]]);
  expect(gist([paused(2)]).map((g) => g.text)).toEqual([brief(paused(2))]);
});

it("puts a survey's line at its time, between what came before and after", () => {
  const at = (minute: number) => `2026-08-13T09:${minute}:00Z`;
  const entries = [{ ...comment(1, 5), at: at(10) }, { ...event(2), at: at(11) }, { ...event(3), at: at(20) }, { ...comment(4, 6), at: at(30) }];
  const kinds = (minute: number | null, state: "unoffered" | "offered" | "answered" = "answered") =>
    fold(entries, { state, score: 6, comment: null, at: minute === null ? null : at(minute) }).map((b) => (b.kind === "burst" ? `burst ${b.events.length}` : b.kind));
  expect(kinds(15)).toEqual(["message", "burst 1", "survey", "burst 1", "message"]);
  expect(kinds(30)).toEqual(["message", "burst 2", "message", "survey"]);
  expect(kinds(45, "offered")).toEqual(["message", "burst 2", "message", "survey"]);
  expect(kinds(null)).toEqual(["message", "burst 2", "message", "survey"]);
  expect(kinds(15, "unoffered")).toEqual(["message", "burst 2", "message"]);
});
