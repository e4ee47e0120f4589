/** How a part of a ratio is made of its records, in words and with the arithmetic: people times days are no records, and a fixed cost has none. */
import type { Factor, Part, RecordsAnswer } from "@/api/insight";
import { phrase } from "@/language/phrase";
import { number } from "@/lib/words";
import { plain, say } from "./chart/unit";
import { amount } from "./scale";
import type { Set } from "./Toolbar";

const every: Record<string, string> = { day: phrase("a day"), week: phrase("a week"), month: phrase("a month"), year: phrase("a year") };
/** A part that is its records, one by one, needs no words. */
const itself = (f: Factor): boolean => f.measure === "count" || f.measure === "share" || f.measure === "standing";

function what(f: Factor): string {
  switch (f.measure) {
    case "distinct": return phrase(`Different values of ${f.of?.title ?? ""}`);
    case "working_days": return f.calendar ? phrase("Days with working time") : phrase("Days");
    case "amount": return phrase("A fixed amount");
    case "percentile": return f.percentile === 50 ? phrase("The middle value") : phrase(`Percentile ${plain(f.percentile ?? 0)}`);
    case "sum": return phrase("The sum");
    case "mean": return phrase("The mean");
    case "age": return phrase("The mean age");
    case "latest": return phrase("The latest value");
    default: return phrase("Records");
  }
}
function of(f: Factor, currency: string): string {
  if (f.measure === "working_days") return f.calendar ? phrase(`by the calendar ${f.calendar}, not by records`) : phrase("every day counts, without records");
  if (f.measure === "distinct") return phrase(`among ${number(f.records)} records`);
  if (f.measure === "amount") return phrase(`${say(f.amount ?? 0, currency)} ${every[f.every ?? "day"]}, spread over its days; the indicator says it, no record does`);
  return itself(f) ? phrase("one for each record") : phrase(`of ${number(f.records)} records`);
}

interface Props { answer: RecordsAnswer; part: Part; unit: string; result: string; splits: string[]; set: Set }
export function Made({ answer: a, part, unit, result, splits, set }: Props) {
  const { made } = a;
  if (made.length === 0 || (made.length === 1 && itself(made[0]))) return null;
  const inUnit = (f: Factor) => (f.unit === "money" ? unit : f.unit);
  return (
    <div className="made t12">
      <ul>{made.map((f, i) => (
        <li key={i}><b className="b6 nw">{amount(f.value, inUnit(f))}</b><span>{what(f)}{f.measure === "working_days" || f.measure === "amount" || itself(f) ? ", " : " "}{of(f, inUnit(f))}.
          {f.of && splits.includes(f.of.name) && <> <button type="button" className="link" onClick={() => set({ by: f.of!.name, key: undefined })}>Split by {f.of.title}</button></>}
          {f.part && f.part !== part && !(part === "denominator" && f === made.find((m) => m.part)) && <> <button type="button" className="link" onClick={() => set({ part: f.part }, true)}>Show these records</button></>}</span></li>
      ))}</ul>
      {made.length > 1 && <p className="b6 num">{made.map((f) => amount(f.value, inUnit(f))).join(" × ")} = {amount(a.result, result)}</p>}
    </div>
  );
}
