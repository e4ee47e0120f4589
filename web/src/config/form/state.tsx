/** What every field of a form shares: the text it edits, what the checks say, and the names that can be picked. */
import { createContext, useContext } from "react";
import type { Blueprint, Finding } from "@/api/configuration";
import type { Schema } from "./schema";
import { pathText, valueAt, type Path, type Tree } from "./tree";

export interface FormState {
  kind: string; root: Schema; tree: Tree; readOnly: boolean; blueprints: Blueprint[];
  /** Findings by the path they stand at. */
  findings: Map<string, Finding[]>;
  /** What conditions mean, by path. */
  meanings: Map<string, string[]>;
  set: (path: Path, value: unknown, order?: string[]) => void;
  insert: (path: Path, index: number, value: unknown) => void;
  remove: (path: Path) => void;
  move: (path: Path, from: number, to: number) => void;
}
const Context = createContext<FormState | null>(null);
export const FormProvider = Context.Provider;
export function useForm(): FormState {
  const f = useContext(Context);
  if (!f) throw new Error("useForm is for fields of a form");
  return f;
}
export const useValue = (path: Path): unknown => valueAt(useForm().tree.value, path);

/** What the checks say about exactly this place. */
export function useSaid(path: Path): { error: string | undefined; others: Finding[]; all: Finding[] } {
  const all = useForm().findings.get(pathText(path)) ?? [];
  const errors = all.filter((f) => f.severity === "error");
  return { error: errors.length ? errors.map((f) => f.message).join(" ") : undefined, others: all.filter((f) => f.severity !== "error"), all };
}
export interface FieldProps { path: Path; schema: Schema; required?: boolean; order?: string[]; /** Called something else than its key. */ label?: string; /** Without its label in sight. */ bare?: boolean }
