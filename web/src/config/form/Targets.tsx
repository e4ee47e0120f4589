/** The promises of a service level as a table: a row a priority, a column a promise, each with whose working time counts. */
import { Menu } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { inside } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Duration } from "./Duration";
import { ListField } from "./ListField";
import { RefPick } from "./RefPick";
import { resolve, type Schema } from "./schema";
import { useForm, useSaid, useValue, type FieldProps } from "./state";
import { valueWord } from "./words";

interface Target { metric?: string; priority?: string; within?: string; calendar?: string }
const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;

export function Targets(p: FieldProps & { schema: Schema }) {
  const { root, kind, blueprints, insert, readOnly } = useForm();
  const value = useValue(p.path), said = useSaid(p.path);
  const list: Target[] = Array.isArray(value) ? (value as Target[]) : [];
  const of = resolve(root, p.schema.items ?? {}).properties!;
  const priorities = [...(of.priority.enum ?? [])].reverse(), metrics = of.metric.enum ?? [];
  const at = (metric: string, priority: string) => list.findIndex((t) => t?.metric === metric && t?.priority === priority);
  const twice = list.some((t, i) => !t || at(t.metric ?? "", t.priority ?? "") !== i || !metrics.includes(t.metric!) || !priorities.includes(t.priority!));
  if (twice) return <ListField {...p} label="Promises" />;
  const used = metrics.filter((m) => list.some((t) => t.metric === m));
  const add = (metric: string, priority: string) => {
    const near = list.filter((t) => t.metric === metric);
    const last = list.map((t) => t.metric).lastIndexOf(metric);
    insert(p.path, last < 0 ? list.length : last + 1, { metric, priority, within: near[near.length - 1]?.within ?? "8h", calendar: near[near.length - 1]?.calendar ?? list[0]?.calendar ?? blueprints.find((b) => b.kind === "calendar")?.name ?? "" });
  };
  return (
    <fieldset className="fgroup">
      <legend>Promises</legend><p className="fhelp">Within which working time a ticket of each priority is answered or solved. Type 30 min, 4 h or 1 h 30 min.</p>
      {said.error && <p className="danger t12">{said.error}</p>}
      {used.length > 0 && <div className="targets"><table>
        <thead><tr><th scope="col">Priority</th>{used.map((m) => <th key={m} scope="col">{valueWord(kind, "targets.metric", m)}</th>)}</tr></thead>
        <tbody>{priorities.map((pr) => <tr key={pr}><th scope="row">{valueWord(kind, "targets.priority", pr)}</th>{used.map((m) => <td key={m}><Cell path={p.path} index={at(m, pr)} name={`${valueWord(kind, "", m)}, ${inside(valueWord(kind, "", pr))}`} target={list[at(m, pr)]} add={() => add(m, pr)} count={list.length} /></td>)}</tr>)}</tbody>
      </table></div>}
      {!readOnly && used.length < metrics.length && <Menu position="bottom-start">
        <Menu.Target><Btn small icon={<IconPlus {...icon} />}>Add a promise</Btn></Menu.Target>
        <Menu.Dropdown>{metrics.filter((m) => !used.includes(m)).map((m) => <Menu.Item key={m} onClick={() => add(m, "normal")}>{valueWord(kind, "", m)}</Menu.Item>)}</Menu.Dropdown>
      </Menu>}
    </fieldset>
  );
}

function Cell({ path, index, name, target, add, count }: { path: FieldProps["path"]; index: number; name: string; target?: Target; add: () => void; count: number }) {
  const { set, remove, readOnly } = useForm();
  const said = useSaid([...path, index, "within"]), of = useSaid([...path, index, "calendar"]), whole = useSaid([...path, index]);
  if (!target) return <span className="row" style={{ gap: 4 }}><span className="m3">No promise</span>{!readOnly && <Btn small kind="quiet" icon={<IconPlus {...icon} />} tip={`Promise ${name}`} onClick={add} />}</span>;
  const error = [said.error, of.error, whole.error].filter(Boolean).join(" ");
  return (
    <div className="tcell">
      <span className="row" style={{ gap: 2 }}><Duration name={`${name}: within`} value={target.within} required readOnly={readOnly} width={108} error={said.error ? " " : undefined} onChange={(v) => set([...path, index, "within"], v ?? "")} />
        {!readOnly && count > 1 && <Btn small kind="quiet" className="onhover" icon={<IconX {...icon} />} tip={`Take ${name} away`} onClick={() => remove([...path, index])} />}</span>
      <RefPick of="calendar" name={`${name}: calendar`} value={target.calendar} required small readOnly={readOnly} onChange={(v) => set([...path, index, "calendar"], v)} />
      {error && <p className="danger t12">{error}</p>}
      {[...said.others, ...of.others, ...whole.others].map((f) => <p key={f.message} className={`t12 ${f.severity === "warning" ? "attention" : "info"}`}>{f.message}</p>)}
    </div>
  );
}
