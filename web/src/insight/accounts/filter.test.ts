import { expect, it } from "vitest";
import type { ReportField } from "@/api/reports";
import { parts, readRows, textOfRows, type Row } from "./filter";

const field = (path: string, kind: ReportField["kind"]): ReportField => ({ name: path, title: path, doc: "", kind, unit: "", path, groups: "values", figures: false, words: [] });
const fields = [field("account.segment", "text"), field("account.yearly_value", "money"), field("measure.usage.licences", "share"), field("measure.success.since_contact", "days"), field("measure.desk.open", "number")];
const rows: Row[] = [
  { path: "account.segment", op: "not", value: 'mid "market"' }, { path: "account.yearly_value", op: "least", value: "1200.5" }, { path: "measure.usage.licences", op: "less", value: "7" },
  { path: "measure.success.since_contact", op: "more", value: "30" }, { path: "measure.desk.open", op: "known", value: "" },
];
const text = '!(account.segment == "mid \\"market\\"") && account.yearly_value >= 1200.5 && measure.usage.licences < 0.07 && measure.success.since_contact > duration("720h") && has(measure.desk.open)';

it("says rows in the rule language, and reads them again", () => {
  expect(textOfRows(rows, "", fields)).toBe(text);
  expect(readRows(text, fields)).toEqual({ rows, rest: "" });
});
it("leaves rows out that say nothing yet", () => expect(textOfRows([{ path: "account.segment", op: "is", value: "" }, { path: "measure.desk.open", op: "more", value: "x" }], "", fields)).toBe(""));
it("keeps what rows cannot say", () => {
  const other = 'account.segment in ["a", "b"] && measure.desk.open > 3 && account.segment.startsWith("x && y")';
  expect(readRows(other, fields)).toEqual({ rows: [{ path: "measure.desk.open", op: "more", value: "3" }], rest: 'account.segment in ["a", "b"] && account.segment.startsWith("x && y")' });
  const either = 'account.segment == "a" || measure.desk.open > 3';
  expect(readRows(either, fields)).toEqual({ rows: [], rest: either });
  expect(textOfRows([rows[4]], either, fields)).toBe(`has(measure.desk.open) && (${either})`);
});
it("does not part what stands in brackets or quotes", () => expect(parts('(a && b) && "c && d" == e')).toEqual(["(a && b)", '"c && d" == e']));
