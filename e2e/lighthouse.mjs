// Lighthouse on the desk, a ticket, My work and the portal's first page: desktop preset, median of five.
// Fails where performance, accessibility or best practice is below 95. Nothing else should run meanwhile.
//   node e2e/lighthouse.mjs http://127.0.0.1:8080 [LIGHTHOUSE]
// Sign in by STEWARD_EMAIL and STEWARD_PASSWORD or STEWARD_SIGNIN. LIGHTHOUSE is its installed command; without it npx fetches the tool.
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { promisify } from "node:util";
import { chromium, enter } from "./tour.mjs";

const RUNS = 5, WANTED = 95, VERSION = "12.8.2";
const [base = "http://127.0.0.1:8080", tool] = process.argv.slice(2);
const port = await new Promise((r) => { const s = createServer().listen(0, "127.0.0.1", () => { const { port } = s.address(); s.close(() => r(port)); }); });
const browser = await chromium.launchPersistentContext("", {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true,
  args: ["--no-sandbox", "--no-first-run", "--disable-background-networking", `--remote-debugging-port=${port}`],
});
try {
  const page = browser.pages()[0];
  await enter(page, base);
  const ticket = await page.evaluate(() => fetch("/api/v1/tickets?limit=1").then((r) => r.json()).then((r) => r.items[0].id));
  await page.goto("about:blank");
  for (const [name, path] of [["desk", "/tickets"], ["ticket", `/tickets/${ticket}`], ["my work", "/work"], ["portal", "/portal/request"]]) {
    const runs = [];
    for (let i = 0; i < RUNS; i++) runs.push(await measured(base + path));
    const median = (of) => runs.map(of).sort((a, b) => a - b)[RUNS >> 1];
    const score = (category) => Math.round(100 * median((r) => r.categories[category].score));
    const figure = (audit, digits = 0) => median((r) => r.audits[audit].numericValue).toFixed(digits);
    const [performance, accessibility, practice] = ["performance", "accessibility", "best-practices"].map(score);
    console.log(`${name}: performance ${performance}, accessibility ${accessibility}, best practice ${practice}; largest paint ${figure("largest-contentful-paint")} ms, blocked ${figure("total-blocking-time")} ms, shift ${figure("cumulative-layout-shift", 3)}`);
    const failed = Object.values(runs[0].audits).filter((a) => a.score === 0 && ["accessibility", "best-practices"].some((c) => runs[0].categories[c].auditRefs.some((r) => r.id === a.id && r.weight)));
    for (const a of failed) console.log(`  ${a.id}: ${a.title}`, ...(a.details?.items ?? []).slice(0, 5).map((i) => `\n    ${i.node?.snippet ?? JSON.stringify(i)}`));
    if (Math.min(performance, accessibility, practice) < WANTED) process.exitCode = 1;
  }
} finally {
  await browser.close();
}

/** One visit with an empty cache. */
async function measured(url) {
  const [command, first] = tool ? [tool, []] : ["npx", ["--yes", `lighthouse@${VERSION}`]];
  const { stdout } = await promisify(execFile)(command, [...first, url, `--port=${port}`, "--preset=desktop", "--output=json", "--quiet", "--only-categories=performance,accessibility,best-practices"], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}
