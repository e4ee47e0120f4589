/** The work on one text: what it was taken from, what stands in it now, what the checks say, what applying would do. Kept on this machine until it is applied. */
import { useDebouncedValue } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import type { Applied, BlueprintDetail, Document, Finding, Meaning, Plan } from "@/api/configuration";
import { useMe } from "@/app/session";
import { now } from "@/lib/time";
import { readTree, type Tree } from "./form/tree";
import { forget, keep, recall, type Draft } from "./draft";

export interface Trouble { what: string; error: unknown }
export function useWork(kind: string, b: BlueprintDetail | undefined, start: string) {
  const q = useQueryClient();
  const place = `${useMe().person.id}.${b ? `${kind}/${b.name}` : `${kind}/new`}`;
  const [draft, setDraft] = useState<Draft | null>(() => { const d = recall(place); return d && d.text !== start && (b || d.base === start) ? d : null; });
  const [base, setBase] = useState({ version: draft?.version ?? b?.version ?? 0, text: draft?.base ?? start });
  const [text, setText] = useState(draft?.text ?? start);
  const [findings, setFindings] = useState<Finding[]>([]);
  const [meanings, setMeanings] = useState<Meaning[]>([]);
  const [checking, setChecking] = useState(false);
  const [plan, setPlan] = useState<{ of: string; plan: Plan } | null>(null);
  const [busy, setBusy] = useState<"plan" | "apply" | null>(null);
  const [error, setError] = useState<Trouble | null>(null);
  const [debounced] = useDebouncedValue(text, 350);
  const path = b ? `${b.kind}/${b.name}.yaml` : `${kind}/new.yaml`;
  const dirty = text !== base.text || !b;
  const moved = !!b && b.version !== base.version;

  // Somebody else applied a newer text: take it when nothing was typed here.
  useEffect(() => {
    if (!b || !moved || text !== base.text) return;
    setBase({ version: b.version, text: b.text });
    setText(b.text);
  }, [b, moved, text, base]);
  useEffect(() => {
    if (text === base.text) forget(place);
    else keep(place, { text, base: base.text, version: base.version, at: now() });
  }, [text, base, place]);
  useEffect(() => {
    let gone = false;
    setChecking(true);
    api.post<{ findings: Finding[]; meanings: Meaning[] }>("/lint", { documents: [{ path, text: debounced }] })
      .then((r) => { if (!gone) { setFindings(r.findings); setMeanings(r.meanings); setError((e) => (e?.what === unchecked ? null : e)); } })
      .catch((e) => { if (!gone && isApiError(e) && !e.offline) setError({ what: unchecked, error: e }); })
      .finally(() => { if (!gone) setChecking(false); });
    return () => { gone = true; };
  }, [debounced, path]);

  const tree = useMemo(() => readTree(text), [text]);
  const good = useRef<Tree | null>(null);
  if (!tree.broken) good.current = tree;

  /** What is proposed: the text, or that the blueprint is taken out of use. */
  const [removes, setRemoves] = useState(false);
  const documents = useCallback((of: string): Document[] => [removes && b ? { path, text: "", remove: `${b.kind}/${b.name}` } : { path, text: of }], [removes, b, path]);
  const makePlan = useCallback(async (of: string, remove = false): Promise<Plan | null> => {
    setBusy("plan");
    setError(null);
    setRemoves(remove);
    try {
      const p = await api.post<Plan>("/plan", { documents: [remove && b ? { path, text: "", remove: `${b.kind}/${b.name}` } : { path, text: of }], prune: false });
      setPlan({ of, plan: p });
      if (!remove) setFindings(p.findings);
      // The plan knows the newest version: when it is not the one this text came from, the page learns of it.
      const from = p.changes.find((c) => c.kind === kind && c.name === b?.name)?.version_from;
      if (b && from && from !== b.version) void q.invalidateQueries({ queryKey: ["blueprint", b.kind, b.name] });
      return p;
    } catch (e) {
      setError({ what: "The plan could not be made.", error: e });
      return null;
    } finally {
      setBusy(null);
    }
  }, [b, kind, path, q]);

  async function apply(message: string): Promise<Applied | null> {
    if (!plan || busy) return null;
    setBusy("apply");
    setError(null);
    try {
      const r = await api.post<Applied>("/apply", { documents: documents(plan.of), prune: false, base_generation: plan.plan.base_generation, message });
      forget(place);
      setDraft(null);
      if (!r.request) setBase({ version: (b?.version ?? 0) + 1, text: plan.of });
      setPlan(null);
      for (const k of ["blueprints", "blueprint", "changes", "requests", "views", "teams", "rules"]) void q.invalidateQueries({ queryKey: [k] });
      return r;
    } catch (e) {
      setError({ what: "It was not applied.", error: e });
      if (isApiError(e) && e.status === 422) {
        const said = e.details.filter((d): d is Finding => "severity" in d);
        if (said.length) setFindings(said);
      }
      if (isApiError(e) && e.status === 409 && b) void q.invalidateQueries({ queryKey: ["blueprint", b.kind, b.name] });
      return null;
    } finally {
      setBusy(null);
    }
  }
  return {
    text, setText, base, setBase, dirty, moved, path, findings, meanings, checking, tree, good: good.current, plan, setPlan, busy, error, setError, makePlan, apply, removes,
    documents, draft, discard: () => { setDraft(null); setText(b?.text ?? start); setBase({ version: b?.version ?? 0, text: b?.text ?? start }); }, keepDraft: () => setDraft(null),
  };
}
const unchecked = "The text could not be checked.";
export type Work = ReturnType<typeof useWork>;
