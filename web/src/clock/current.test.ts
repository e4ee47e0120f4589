import { expect, it } from "vitest";
import type { Clock } from "@/api/types";
import { current, rows } from "./current";

const day = (n: number) => new Date(Date.UTC(2030, 0, n)).toISOString();
const clock = (metric: Clock["metric"], state: Clock["state"], from: number, to: number) => ({ metric, state, started_at: day(from), window: { from: day(from), to: day(to) } }) as Clock;
const said = (c: Clock[]) => c.map((x) => `${x.metric} ${x.state}`);

it("keeps the open clock and folds those it followed", () => {
  const many = [clock("first_reply", "met", 1, 2), clock("next_reply", "met", 2, 3), clock("next_reply", "met_late", 3, 4), clock("next_reply", "running", 4, 5)];
  const got = current(many);
  expect(said(got.shown)).toEqual(["first_reply met", "next_reply running"]);
  expect(got.earlier).toHaveLength(2);
});
it("folds a first reply of long ago", () => {
  expect(said(current([clock("first_reply", "met", 1, 2), clock("next_reply", "breached", 28, 29)]).shown)).toEqual(["next_reply breached"]);
});
it("shows how it ended when nothing is open", () => {
  expect(said(current([clock("first_reply", "met", 1, 2), clock("next_reply", "met", 2, 3), clock("next_reply", "met", 3, 4)]).shown)).toEqual(["first_reply met", "next_reply met"]);
});
it("has nothing to say without clocks", () => expect(current([])).toEqual({ shown: [], earlier: [] }));
it("shows the one that matters of many, and says how many of the rest are late", () => {
  const many = [clock("first_reply", "met", 1, 2), clock("next_reply", "running", 2, 9), clock("agent_work", "breached", 1, 4), clock("requester_wait", "breached", 1, 5), clock("total_resolution", "running", 1, 9)];
  const folded = rows(many, false);
  expect(said(folded.rows)).toEqual(["agent_work breached"]);
  expect([folded.folded.length, folded.late]).toEqual([4, 1]);
  expect(rows(many, true)).toMatchObject({ folded: [], late: 0 });
  expect(rows(many, true).rows).toHaveLength(5);
});
it("folds nothing when there is little to fold", () => expect(rows([clock("first_reply", "met", 1, 2), clock("next_reply", "running", 2, 3)], false).folded).toEqual([]));
