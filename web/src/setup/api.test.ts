import { expect, test } from "vitest";
import { nameOf, yaml } from "./api";

test("what is empty is left out, and words cannot break out of their place", () => {
  expect(yaml([["kind", "mailbox"], ["title", 'A "b"\nkind: role'], ["outgoing", [["host", "h"], ["port", 587], ["username", ""]]], ["imap", [["host", ""]]]]))
    .toBe('kind: "mailbox"\ntitle: "A \\"b\\"\\nkind: role"\noutgoing:\n  host: "h"\n  port: 587\n');
});
test("names are made of titles", () => {
  expect(nameOf("Éclair & Søn GmbH ")).toBe("e-clair-s-n-gmbh");
  expect(nameOf("客服")).toBe("main");
});
