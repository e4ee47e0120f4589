/** What the linter says, worst first, each leading to its line. */
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from "@tabler/icons-react";
import type { Finding } from "@/api/configuration";
import { plural } from "@/lib/words";

const p = { size: 16, stroke: 1.75 } as const;
const icon = {
  error: <span className="danger"><IconCircleX {...p} role="img" aria-label="Error" /></span>,
  warning: <span className="attention"><IconAlertTriangle {...p} role="img" aria-label="Warning" /></span>,
  note: <span className="info"><IconInfoCircle {...p} role="img" aria-label="Note" /></span>,
};
const order = { error: 0, warning: 1, note: 2 };
export const tally = (f: Finding[]) => ({ error: f.filter((x) => x.severity === "error").length, warning: f.filter((x) => x.severity === "warning").length, note: f.filter((x) => x.severity === "note").length });

export function FindingsHead({ findings, checking }: { findings: Finding[]; checking?: boolean }) {
  const n = tally(findings);
  return (
    <div className="sh" role="status">
      <b>Findings</b>
      <span className={n.error ? "danger b5" : ""}>{plural(n.error, "error")}</span>
      <span className={n.warning ? "attention b5" : ""}>{plural(n.warning, "warning")}</span>
      <span className={n.note ? "info b5" : ""}>{plural(n.note, "note")}</span>
      <span className="grow" />{checking && <span>Checking</span>}
    </div>
  );
}

export function Findings({ findings, goTo }: { findings: Finding[]; goTo?: (f: Finding) => void }) {
  if (findings.length === 0) return <p className="m3 t12" style={{ padding: "12px 24px" }}>Nothing to say about this text.</p>;
  return (
    <>
      {[...findings].sort((a, b) => order[a.severity] - order[b.severity] || a.line - b.line).map((f, i) => (
        <button key={i} type="button" className="fd" onClick={() => goTo?.(f)}>
          {icon[f.severity]}<span className="break">{f.message}</span><span className="mono">{f.line > 0 ? `${f.line}:${f.column}` : ""}</span>
          {f.suggestion && <p>{f.suggestion}</p>}
        </button>
      ))}
    </>
  );
}
