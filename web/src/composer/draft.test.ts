import { expect, it } from "vitest";
import { newer } from "./draft";

const at = (iso: string) => Date.parse(iso);
const there = (text: string, updated_at: string) => ({ text, public: true, updated_at });

it("takes the server's draft when this machine has none", () => expect(newer(null, there("far", "2030-01-01T00:00:00Z"))).toEqual({ words: { text: "far", public: true }, send: false }));
it("takes the newer of two", () => {
  const local = { text: "near", public: false, at: at("2030-01-01T00:00:05Z") };
  expect(newer(local, there("far", "2030-01-01T00:00:09Z")).words?.text).toBe("far");
  expect(newer(local, there("far", "2030-01-01T00:00:01Z"))).toEqual({ words: { text: "near", public: false }, send: true });
});
it("keeps the saved reply that was chosen, even without words", () => {
  const there = { text: "", public: true, macro: "done", updated_at: "2030-01-01T00:00:00Z" };
  expect(newer(null, there)).toEqual({ words: { text: "", public: true, macro: "done" }, send: false });
  expect(newer({ text: "near", public: true, macro: "other", at: at("2030-01-01T00:00:05Z") }, there)).toEqual({ words: { text: "near", public: true, macro: "other" }, send: true });
});
it("sends what the server never got, and drops what was sent from elsewhere", () => {
  expect(newer({ text: "near", public: true, at: 1 }, { text: "", public: true, updated_at: null })).toEqual({ words: { text: "near", public: true }, send: true });
  expect(newer({ text: "near", public: true, at: 1, stored: true }, { text: "", public: true, updated_at: null })).toEqual({ words: null, send: false });
});
