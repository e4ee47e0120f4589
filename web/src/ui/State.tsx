/** What a list or page shows when it has nothing yet, nothing at all, or failed. */
import { IconAlertTriangle, IconRefresh } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { isApiError, sentenceOf } from "@/api/error";
import { Btn } from "./Btn";
import { WhyNot } from "./Wrong";

export function Empty({ icon, title, children, action, as: Title = "p" }: { icon?: ReactNode; title: string; /** What the title is to the page. */ as?: "p" | "h1"; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="state">
      {icon && <span className="m3">{icon}</span>}
      <Title className="t14 b6">{title}</Title>
      {children && <p className="m2">{children}</p>}
      {action && <div className="row" style={{ marginTop: 8 }}>{action}</div>}
    </div>
  );
}

export function Failure({ error, retry, what = "This", gone }: { error?: unknown; retry?: () => void; what?: string; /** There is nothing to ask for: the address names none. */ gone?: boolean }) {
  const refused = isApiError(error) && error.status === 403;
  const missing = gone || refused || (isApiError(error) && error.status === 404);
  return (
    <div className="state" role="alert">
      <span className={missing ? "m3" : "danger"}><IconAlertTriangle size={20} stroke={1.75} aria-hidden /></span>
      <p className="t14 b6">{missing ? `${what} is not here for you` : `${what} could not be loaded`}</p>
      <p className="m2">{refused && error.why ? sentenceOf(error) : missing ? "It may have been removed, or you may not be allowed to see it. Ask a colleague who can." : sentenceOf(error)}</p>
      {refused && error.why && <div className="row" style={{ marginTop: 8 }}><WhyNot error={error} /></div>}
      {retry && !missing && <div className="row" style={{ marginTop: 8 }}><Btn icon={<IconRefresh size={16} stroke={1.75} aria-hidden />} onClick={retry}>Try again</Btn></div>}
    </div>
  );
}

export function Skel({ w = "100%", h = 12, style }: { w?: number | string; h?: number; style?: React.CSSProperties }) {
  return <span className="skel" style={{ width: w, height: h, ...style }} aria-hidden="true" />;
}

/** Rows of a table that has not arrived. */
export function SkelRows({ rows = 8, cols = 4 }: { rows?: number; cols?: number }) {
  return (
    <tbody aria-busy="true">
      {Array.from({ length: rows }, (_, r) => (
        <tr key={r}>{Array.from({ length: cols }, (_, c) => <td key={c}><Skel w={`${40 + ((r * 7 + c * 13) % 45)}%`} /></td>)}</tr>
      ))}
    </tbody>
  );
}
