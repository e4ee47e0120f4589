// Takes pictures of every chart with every awkward sort of data, in both themes, wide and narrow, and complains of errors.
//   node e2e/gallery.mjs [out folder]
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch, need, wait } from "./tour.mjs";

const out = process.argv[2] ?? "out/gallery";
mkdirSync(out, { recursive: true });
const web = fileURLToPath(new URL("../web", import.meta.url));
const { createServer } = await import(pathToFileURL(need("vite")));
const server = await createServer({ root: web, configFile: web + "/vite.config.ts", cacheDir: join(tmpdir(), "steward-gallery"), server: { port: 0, host: "127.0.0.1", hmr: false, fs: { strict: false } }, logLevel: "error" });
await server.listen();
const base = `http://127.0.0.1:${server.httpServer.address().port}/dev/gallery.html`;
const browser = await launch();
let trouble = 0;
for (const theme of ["light", "dark"]) for (const width of [1440, 360]) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, reducedMotion: "reduce", timezoneId: "UTC" });
  page.on("pageerror", (e) => { trouble++; console.error(e.message); });
  page.on("console", (m) => { if (m.type() === "error") { trouble++; console.error(m.text()); } });
  await page.goto(`${base}?theme=${theme}`);
  await page.locator(".card").first().waitFor({ timeout: 30_000 });
  await wait(400);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) { trouble++; console.error(`${theme} ${width}: ${wide} px wider than the window`); }
  const whole = await page.evaluate(() => document.querySelector("#root > div").scrollHeight);
  await page.setViewportSize({ width, height: whole });
  await wait(300);
  await page.screenshot({ path: `${out}/charts-${width}-${theme}.png` });
  await page.close();
}
await browser.close();
await server.close();
if (trouble) { console.error(`${trouble} things to look at`); process.exitCode = 1; }
