import { expect, it } from "vitest";
import { harden } from "./Html";

const clean = (html: string, remote = false) => {
  const d = new DOMParser().parseFromString(html, "text/html");
  harden(d.body, remote);
  return d.body.innerHTML;
};

it("drops what runs, frames or submits", () => {
  expect(clean('<p onclick="x()">a<script>x()</script><iframe src="https://x"></iframe></p>')).toBe("<p>a</p>");
  expect(clean('<a href="javascript:x()">a</a>')).not.toContain("javascript");
});
it("keeps remote images away until asked", () => {
  expect(clean('<img src="https://x.example/a.png">')).not.toMatch(/ src=/);
  expect(clean('<img data-remote-src="https://x.example/a.png">', true)).toContain(' src="https://x.example/a.png"');
  expect(clean('<img src="/api/v1/files/3/inline">')).toContain('src="/api/v1/files/3/inline"');
});
