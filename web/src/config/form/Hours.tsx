/** The opening hours of a week: a row a day, as many stretches as it has. */
import { TextInput } from "@mantine/core";
import { IconCopy, IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { Btn } from "@/ui/Btn";
import { useForm, useSaid, useValue, type FieldProps } from "./state";

const days = [["mon", "Monday"], ["tue", "Tuesday"], ["wed", "Wednesday"], ["thu", "Thursday"], ["fri", "Friday"], ["sat", "Saturday"], ["sun", "Sunday"]] as const;
type Stretch = [string, string];
const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
const order = days.map(([k]) => k as string);

export function Hours({ path }: FieldProps) {
  const { set, remove, readOnly } = useForm();
  const value = (useValue(path) ?? {}) as Record<string, Stretch[] | undefined>;
  const said = useSaid(path);
  const put = (day: string, stretches: Stretch[]) => (stretches.length === 0 ? remove([...path, day]) : set([...path, day], stretches, order));
  const first = days.find(([k]) => value[k]?.length);
  return (
    <fieldset className="fgroup">
      <legend>Opening hours</legend><p className="fhelp">By the clocks of its time zone. A day without hours is closed; 24:00 is its end.</p>
      {said.error && <p className="danger t12">{said.error}</p>}
      <div className="week">{days.map(([k, word]) => <Day key={k} path={[...path, k]} word={word} stretches={value[k] ?? []} put={(s) => put(k, s)} readOnly={readOnly} />)}</div>
      {!readOnly && first && <div><Btn small icon={<IconCopy {...icon} />} onClick={() => { for (const [k] of days.slice(0, 5)) if (k !== first[0]) set([...path, k], value[first[0]], order); }}>{first[1]}’s hours on all weekdays</Btn></div>}
    </fieldset>
  );
}

function Day({ path, word, stretches, put, readOnly }: { path: FieldProps["path"]; word: string; stretches: Stretch[]; put: (s: Stretch[]) => void; readOnly: boolean }) {
  const said = useSaid(path);
  const change = (i: number, end: 0 | 1, v: string) => put(stretches.map((s, n) => (n === i ? (end === 0 ? [v, s[1]] : [s[0], v]) : s)));
  return (
    <div className="hoursday">
      <span className="b5">{word}</span>
      <div className="row wrap" style={{ gap: 8 }}>
        {stretches.length === 0 && <span className="m3">Closed</span>}
        {stretches.map((s, i) => (
          <span key={i} className="row" style={{ gap: 4 }}>
            <Clock label={`${word}, opens`} value={s[0]} onChange={(v) => change(i, 0, v)} readOnly={readOnly} /><span className="m3">to</span><Clock label={`${word}, closes`} value={s[1]} onChange={(v) => change(i, 1, v)} readOnly={readOnly} />
            {!readOnly && <Btn small kind="quiet" icon={<IconX {...icon} />} tip={`Remove ${s[0]} to ${s[1]} on ${word}`} onClick={() => put(stretches.filter((_, n) => n !== i))} />}
          </span>
        ))}
        {!readOnly && <Btn small kind="quiet" icon={<IconPlus {...icon} />} tip={`Add hours on ${word}`} onClick={() => put([...stretches, stretches.length ? [stretches[stretches.length - 1][1], "24:00"] : ["09:00", "17:00"]])} />}
      </div>
      {said.error && <p className="danger t12">{said.error}</p>}
    </div>
  );
}

function Clock({ label, value, onChange, readOnly }: { label: string; value: string; onChange: (v: string) => void; readOnly: boolean }) {
  const [typed, setTyped] = useState<string | null>(null);
  const good = (v: string) => /^(([01]?\d|2[0-3]):[0-5]\d|24:00)$/.test(v);
  const leave = () => {
    if (typed === null) return;
    const v = /^\d{1,2}$/.test(typed.trim()) ? `${typed.trim().padStart(2, "0")}:00` : /^\d{4}$/.test(typed.trim()) ? `${typed.slice(0, 2)}:${typed.slice(2)}` : typed.trim();
    if (good(v)) onChange(v);
    setTyped(null);
  };
  return <TextInput size="xs" w={64} aria-label={label} value={typed ?? value} readOnly={readOnly} error={typed !== null && typed.length > 3 && !good(typed.trim())} onChange={(e) => setTyped(e.currentTarget.value)} onBlur={leave} onKeyDown={(e) => e.key === "Enter" && leave()} classNames={{ input: "tnum" }} />;
}
