import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { languages, misfit, problems } from "../../language/catalogue";
import { read } from "../../language/files";
import { apply } from "../../language/find";
import { pseudo } from "./pseudo";

const src = join(import.meta.dirname, "..");
const found = read(src);

test("every text of the workspace is in the catalogue, and every translation fits its message", () => {
  expect(problems(found)).toEqual([]);
  expect(languages()).toContain("de");
});

test("what the build makes of the sources can be read, and every message too", () => {
  for (const [file, r] of found) {
    const code = apply(readFileSync(join(src, file), "utf8"), r.edits);
    const made = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, false, file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS) as ts.SourceFile & { parseDiagnostics: ts.Diagnostic[] };
    expect(made.parseDiagnostics.map((d) => `${file}: ${ts.flattenDiagnosticMessageText(d.messageText, " ")}`)).toEqual([]);
    for (const m of r.messages) for (const trial of [(s: string) => s.replace(/\u0004.*$/s, ""), pseudo(false), pseudo(true)]) expect(misfit(m.key, trial(m.key)), `${file}:${m.line}`).toBeNull();
  }
}, 60_000);
