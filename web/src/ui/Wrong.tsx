/** A line that says what did not happen and why, with the way to the reason when it was a matter of rights. */
import type { ReactNode } from "react";
import { isApiError, sentenceOf } from "@/api/error";
import { openReason } from "@/frame/panels";
import { Btn } from "./Btn";
import { Warn } from "./Tag";

/** Offers the explanation of a refusal; nothing for any other error. */
export function WhyNot({ error, before }: { error: unknown; before?: () => void }) {
  const path = isApiError(error) ? error.why : null;
  if (!path) return null;
  return <Btn small onClick={() => { before?.(); openReason(path); }}>Why?</Btn>;
}

export function Wrong({ what, error, children, action }: { what: string; error: unknown; children?: ReactNode; action?: ReactNode }) {
  return <div className="banner danger" role="alert"><span className="danger"><Warn /></span><span className="grow"><b className="b6">{what}</b> {sentenceOf(error)}{children && <> {children}</>}</span><WhyNot error={error} />{action}</div>;
}
