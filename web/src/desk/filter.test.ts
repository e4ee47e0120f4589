import { expect, it } from "vitest";
import { merge, UNSOLVED } from "./filter";

it("lets a view and filters exclude each other", () => {
  expect(merge({ view: "mine", sort: "created" }, { team: "billing" })).toEqual({ view: undefined, sort: "created", team: "billing", status: UNSOLVED });
  expect(merge({ team: "billing", status: "open" }, { view: "mine" })).toMatchObject({ view: "mine", team: undefined, status: undefined });
});
it("keeps a status the person chose", () => expect(merge({ status: "solved" }, { tag: "x" })).toMatchObject({ status: "solved", tag: "x" }));
