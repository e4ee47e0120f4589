/** Conditions about accounts, a row each: a field, how it is compared, with what. */
import { Autocomplete, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { ReportField } from "@/api/reports";
import { phrase } from "@/language/phrase";
import { Btn } from "@/ui/Btn";
import { opsOf, opWord, readRows, textOfRows, wantsValue, type Op, type Row } from "./filter";
import { fieldTitle, wordOf } from "./say";
import { choices } from "./choices";

const unitOf: Partial<Record<ReportField["kind"], string>> = { share: "%", days: phrase("days") };

export function Rows({ fields, value, onChange }: { fields: ReportField[]; value: string; onChange: (text: string) => void }) {
  const [start] = useState(() => readRows(value, fields));
  const [rows, setRows] = useState<Row[]>(start.rows), [rest, setRest] = useState(start.rest);
  const put = (next: Row[], other = rest) => { setRows(next); setRest(other); onChange(textOfRows(next, other, fields)); };
  const known = fields.filter((f) => f.path);
  return (
    <div>
      <p className="lab">Only accounts with</p>
      <ul className="acctfilter">{rows.map((r, i) => {
        const f = known.find((x) => x.path === r.path);
        const change = (c: Partial<Row>) => put(rows.map((x, k) => (k === i ? { ...x, ...c } : x)));
        return (
          <li key={i}>
            <Select size="xs" aria-label="What" searchable data={choices(known, (x) => x.path)} value={r.path} allowDeselect={false} onChange={(path) => { const next = known.find((x) => x.path === path); if (next) change({ path: next.path, op: opsOf(next)[0], value: "" }); }} />
            <Btn small kind="quiet" tip="Take this away" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={() => put(rows.filter((_, k) => k !== i))} />
            {f && <div className="said"><Select size="xs" aria-label="How" data={opsOf(f).map((o) => ({ value: o, label: opWord[o] }))} value={r.op} allowDeselect={false} onChange={(o) => o && change({ op: o as Op })} />{wantsValue(r.op) && <Value f={f} value={r.value} onChange={(v) => change({ value: v })} />}</div>}
          </li>
        );
      })}</ul>
      <Btn small kind="quiet" icon={<IconPlus size={16} stroke={1.75} aria-hidden />} onClick={() => setRows([...rows, { path: "account.segment", op: "is", value: "" }])}>Add a condition</Btn>
      {rest && <p className="t12 m2" style={{ marginTop: 4 }}>And: <code className="mono break">{rest}</code> <button type="button" className="link" onClick={() => put(rows, "")}>Take it away</button></p>}
    </div>
  );
}

function Value({ f, value, onChange }: { f: ReportField; value: string; onChange: (v: string) => void }) {
  if (f.kind !== "text") return <TextInput size="xs" inputMode="decimal" aria-label={`Value of ${fieldTitle(f)}`} value={value} error={value !== "" && !Number.isFinite(Number(value))} rightSection={unitOf[f.kind] && <span className="t12 m3">{unitOf[f.kind]}</span>} onChange={(e) => onChange(e.currentTarget.value)} />;
  if (f.words.length) return <Select size="xs" aria-label={`Value of ${fieldTitle(f)}`} data={f.words.map((w) => ({ value: w.value, label: wordOf(f, w.value) }))} value={value || null} onChange={(v) => onChange(v ?? "")} />;
  return <Autocomplete size="xs" aria-label={`Value of ${fieldTitle(f)}`} value={value} onChange={onChange} maxLength={200} />;
}
