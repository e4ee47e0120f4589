/** Keeps what the list shows as a view: for oneself at once, for everybody as a change of the configuration. */
import { TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import { agentsQuery, type TicketFilter } from "@/api/query";
import type { Applied, Plan, View } from "@/api/types";
import { useCan } from "@/app/session";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { say } from "@/ui/notify";
import type { Look } from "./filter";
import { nameOf, ownBody, ownSearch, sameAs } from "./ownView";
import { viewText } from "./viewText";

const who = [["own", "Only you"], ["all", "Everybody"]] as const;
interface Props { filter: TicketFilter; look: Look; current: View | null; set: (f: Record<string, string | undefined>) => void; close: () => void }
export function KeepView({ filter, look, current, set, close }: Props) {
  const q = useQueryClient();
  const go = useNavigate();
  const may = useCan("blueprint.apply");
  const agents = useQuery({ ...agentsQuery, enabled: may });
  const [form, setForm] = useState<null | "new" | "rename">(null);
  const [title, setTitle] = useState("");
  const [whose, setWhose] = useState<"own" | "all">("own");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const own = current?.id ? current : null;
  const again = () => q.invalidateQueries({ queryKey: ["views"] });
  const attempt = async (f: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try { await f(); } catch (e) { setError(sentenceOf(e)); }
    setBusy(false);
  };
  const make = () => attempt(async () => {
    if (whose === "own") {
      const v = await api.post<View>("/views", ownBody(title, filter, look));
      await again();
      set({ own: String(v.id), ...ownSearch(v) });
      say(`The view ${v.title} is kept. Only you see it.`);
      return close();
    }
    const text = viewText(filter, (id) => agents.data?.find((a) => String(a.id) === id)?.email, { title, name: nameOf(title), columns: look.columns, group: look.group });
    // What cannot be said in a text, and what colleagues have to approve, is better looked at there.
    const documents = [{ path: `view/${nameOf(title)}.yaml`, text }];
    const plan = text.startsWith("#") ? null : await api.post<Plan>("/plan", { documents, prune: false });
    if (!plan || plan.requirements?.length || plan.changes.some((c) => c.action === "change" || c.action === "remove") || plan.findings.some((f) => f.severity === "error")) return void go({ to: "/configuration/new" as "/tickets", search: { kind: "view", text } as never });
    await api.post<Applied>("/apply", { documents, prune: false, base_generation: plan.base_generation, message: `View ${title} made from the list` });
    await again();
    set({ view: nameOf(title) });
    say(`The view ${title} is there for everybody who sees these tickets.`);
    close();
  });
  const keep = (name: string) => attempt(async () => {
    await api.put<View>(`/views/${own!.id}`, { ...ownBody(name, filter, look), version: own!.version });
    await again();
    setForm(null);
    say(`The view ${name} is kept.`);
  });
  const drop = () => attempt(async () => {
    await api.del(`/views/${own!.id}`);
    await again();
    set({ own: undefined });
    close();
    say(`The view ${own!.title} is deleted.`, async () => {
      const v = await api.post<View>("/views", ownBody(own!.title, own!.selection ?? {}, { columns: (own!.columns ?? []) as Look["columns"], group: (own!.group ?? "due") as Look["group"] }));
      await again();
      set({ own: String(v.id), ...ownSearch(v) });
    });
  });
  return (
    <div className="keepview">
      {error && <p className="danger t12" role="alert">{error}</p>}
      {form === null ? (
        <div className="row wrap" style={{ gap: 6 }}>
          {own && !sameAs(own, filter, look) && <Btn small kind="pri" busy={busy} onClick={() => void keep(own.title)}>Save changes</Btn>}
          <Btn small onClick={() => { setTitle(""); setWhose("own"); setForm("new"); }}>Save as a view</Btn>
          {own && <><Btn small kind="quiet" onClick={() => { setTitle(own.title); setForm("rename"); }}>Rename</Btn><Btn small kind="quiet" busy={busy} onClick={() => void drop()}>Delete view</Btn></>}
        </div>
      ) : (
        <form style={{ display: "grid", gap: 8 }} onSubmit={(e) => { e.preventDefault(); if (title.trim()) void (form === "new" ? make() : keep(title.trim())); }} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); setForm(null); } }}>
          <TextInput size="xs" label="Name of the view" autoFocus maxLength={80} value={title} onChange={(e) => setTitle(e.currentTarget.value)} />
          {form === "new" && may && !filter.view && <Choice label="Who sees it" value={whose} options={who} onChange={setWhose} />}
          <div className="row" style={{ gap: 6 }}><Btn small kind="pri" type="submit" busy={busy} disabled={!title.trim()}>{form === "new" ? "Save the view" : "Rename"}</Btn><Btn small kind="quiet" onClick={() => setForm(null)}>Cancel</Btn></div>
        </form>
      )}
    </div>
  );
}
