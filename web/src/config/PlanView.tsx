/** What applying would do: each blueprint, field by field and as a difference of texts. */
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { Counts, PlanChange } from "@/api/configuration";
import { useCan } from "@/app/session";
import { plural } from "@/lib/words";
import { Choice } from "@/ui/Choice";
import { Tag, type Meaning } from "@/ui/Tag";
import { Diff } from "./Diff";
import { fieldValue, placeWords } from "./placeWords";

const Landings = lazy(() => import("@/run/Landings"));
const word: Record<PlanChange["action"], [string, Meaning]> = { add: ["Added", "good"], change: ["Changed", "accent"], remove: ["Removed", "danger"], unchanged: ["Unchanged", "none"], drift: ["Drifted", "attention"] };

export function countsText(c: Counts): string {
  return [[c.added, "added"], [c.changed, "changed"], [c.removed, "removed"], [c.unchanged, "unchanged"], [c.drifted, "drifted"]].map(([n, w]) => `${n} ${w}`).join(", ");
}

export function PlanView({ changes, done, whole }: { changes: PlanChange[]; done?: boolean; /** The text below the fields, without asking. */ whole?: boolean }) {
  const shown = changes.filter((c) => c.action !== "unchanged");
  if (shown.length === 0) return <p className="m2" style={{ padding: "16px 24px" }}>{done ? "Nothing changed." : "Nothing would change: this text says what already applies."}</p>;
  return <>{shown.map((c) => <One key={c.kind + c.name} change={c} done={done} whole={whole && shown.length <= 3} />)}</>;
}

function One({ change: c, done, whole }: { change: PlanChange; done?: boolean; whole?: boolean }) {
  const [as, setAs] = useState<"fields" | "text">(c.fields.length ? "fields" : "text");
  const [w, meaning] = word[c.action];
  const runs = useCan("run.read");
  return (
    <section aria-label={`${c.kind} ${c.name}`}>
      <div className="gutter" style={{ paddingBlock: "14px 10px" }}>
        <div className="row wrap"><h2 className="b6 t14 grow cut">{c.title || c.name}</h2><Tag meaning={meaning}>{w}</Tag></div>
        <p className="sub">
          {c.action === "remove" ? `${c.kind}/${c.name}` : <Link className="link in" to={`/configuration/${c.kind}/${c.name}` as "/tickets"}>{c.kind}/{c.name}</Link>}
          {c.version_from !== null && c.version_to !== null ? `, version ${c.version_from} to ${c.version_to}` : c.version_to !== null ? `, version ${c.version_to}` : ""}{c.fields.length > 0 && `, ${plural(c.fields.length, "field")}`}
        </p>
        {c.fields.length > 0 && !whole && <div style={{ marginTop: 8 }}><Choice label="How to show it" value={as} options={[["fields", "Field by field"], ["text", "Text"]]} onChange={setAs} /></div>}
      </div>
      {as === "text" && !whole ? <Diff before={c.old_text ?? ""} after={c.new_text ?? ""} /> : (
        <div className="gutter" style={{ paddingBlockEnd: 12 }}>
          {c.fields.length === 0 ? c.action === "change" && <p className="m2 t12">Only comments or their order changed.</p> : (
            <table className="fields"><thead><tr><th style={{ width: "40%" }}>Field</th><th>{done ? "Before" : "Now"}</th><th>{done ? "After" : "Then"}</th></tr></thead><tbody>
              {c.fields.map((f) => <tr key={f.path}><td title={f.path}>{placeWords(c.kind, f.path, f.new === null ? c.old_text : c.new_text)}</td><td className="m2 break">{fieldValue(c.kind, f.path, f.old)}</td><td className="b6 break">{fieldValue(c.kind, f.path, f.new)}</td></tr>)}
            </tbody></table>
          )}
        </div>
      )}
      {whole && <Diff before={c.old_text ?? ""} after={c.new_text ?? ""} />}
      {runs && c.kind === "playbook" && c.action === "change" && !done && c.new_text && <Suspense fallback={null}><Landings name={c.name} text={c.new_text} /></Suspense>}
    </section>
  );
}
