/** Keeps what a list shows as a view: for oneself at once, for everybody as a change of the configuration. */
import { TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import type { Applied, Plan } from "@/api/configuration";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { say } from "@/ui/notify";
import { nameOf } from "./name";

const who = [["own", "Only you"], ["all", "Everybody"]] as const;
/** A view of one's own, as the server keeps it. */
export interface Own { id?: number; version?: number; title: string }
interface Props<V extends Own> {
  path: string; kind: string; own: V | null;
  /** The list shows something else than the view. */
  changed: boolean;
  /** Everybody may be given it. */
  share: boolean;
  /** What is sent to keep what the list shows now, and what was kept. */
  body: (title: string) => object; kept: (v: V) => object;
  /** The text of a view for everybody. */
  text: (as: { title: string; name: string }) => string;
  again: () => Promise<unknown>;
  /** Asks for the name at once; leaving it goes back to who asked. */ begin?: "new"; leave?: () => void;
  open: (v: V) => void; named: (name: string) => void; gone: () => void; close: () => void;
  /** What is said when everybody has it. */
  shared: (title: string) => string;
}
export function Keep<V extends Own>({ path, kind, own, changed, share, body, kept, text, again, open, named, gone, close, shared, begin, leave }: Props<V>) {
  const go = useNavigate();
  const [form, setForm] = useState<null | "new" | "rename">(begin ?? null);
  const [title, setTitle] = useState("");
  const [whose, setWhose] = useState<"own" | "all">("own");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const back = leave ?? (() => setForm(null));
  const attempt = async (f: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try { await f(); } catch (e) { setError(sentenceOf(e)); }
    setBusy(false);
  };
  const make = () => attempt(async () => {
    if (whose === "own") {
      const v = await api.post<V>(path, body(title));
      await again();
      open(v);
      say(`The view ${v.title} is kept. Only you see it.`);
      return close();
    }
    const name = nameOf(title), made = text({ title, name });
    // What cannot be said in a text, and what colleagues have to approve, is better looked at there.
    const documents = [{ path: `${kind}/${name}.yaml`, text: made }];
    const plan = made.startsWith("#") ? null : await api.post<Plan>("/plan", { documents, prune: false });
    if (!plan || plan.requirements?.length || plan.changes.some((c) => c.action === "change" || c.action === "remove") || plan.findings.some((f) => f.severity === "error")) return void go({ to: "/configuration/new" as "/tickets", search: { kind, text: made } as never });
    await api.post<Applied>("/apply", { documents, prune: false, base_generation: plan.base_generation, message: `View ${title} made from the list` });
    await again();
    named(name);
    say(shared(title));
    close();
  });
  const keep = (name: string) => attempt(async () => {
    await api.put<V>(`${path}/${own!.id}`, { ...body(name), version: own!.version });
    await again();
    setForm(null);
    say(`The view ${name} is kept.`);
  });
  const drop = () => attempt(async () => {
    await api.del(`${path}/${own!.id}`);
    await again();
    gone();
    close();
    say(`The view ${own!.title} is deleted.`, async () => {
      const v = await api.post<V>(path, kept(own!));
      await again();
      open(v);
    });
  });
  return (
    <div className="keepview">
      {error && <p className="danger t12" role="alert">{error}</p>}
      {form === null ? (
        <div className="row wrap" style={{ gap: 6 }}>
          {own && changed && <Btn small kind="pri" busy={busy} onClick={() => void keep(own.title)}>Save changes</Btn>}
          <Btn small onClick={() => { setTitle(""); setWhose("own"); setForm("new"); }}>Save as a view</Btn>
          {own && <><Btn small kind="quiet" onClick={() => { setTitle(own.title); setForm("rename"); }}>Rename</Btn><Btn small kind="quiet" busy={busy} onClick={() => void drop()}>Delete view</Btn></>}
        </div>
      ) : (
        <form style={{ display: "grid", gap: 8 }} onSubmit={(e) => { e.preventDefault(); if (title.trim()) void (form === "new" ? make() : keep(title.trim())); }} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); back(); } }}>
          <TextInput size="xs" label="Name of the view" autoFocus maxLength={80} value={title} onChange={(e) => setTitle(e.currentTarget.value)} />
          {form === "new" && share && <Choice label="Who sees it" value={whose} options={who} onChange={setWhose} />}
          <div className="row" style={{ gap: 6 }}><Btn small kind="pri" type="submit" busy={busy} disabled={!title.trim()}>{form === "new" ? "Save the view" : "Rename"}</Btn><Btn small kind="quiet" onClick={back}>Cancel</Btn></div>
        </form>
      )}
    </div>
  );
}
