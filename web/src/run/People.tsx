/** Who is who in a run, what was answered at its start, and handing a role or the run over. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Run } from "@/api/run";
import { Btn } from "@/ui/Btn";
import { HandOver } from "./HandOver";

export function People({ run: r, show }: { run: Run; show: (r: Run) => void }) {
  const [giving, setGiving] = useState<string | null>(null); // a role by name, "" for the run
  const done = (now: Run) => { setGiving(null); show(now); };
  const leave = () => setGiving(null);
  return (
    <section className="block runpeople" aria-label="About this run">
      <dl className="facts">
        <div><dt>Looked after by</dt><dd><Who who={r.owner?.title} none="Nobody" give={r.may_give && giving !== "" ? () => setGiving("") : undefined} what="the run" />{giving === "" && <HandOver run={r} owner done={done} leave={leave} />}</dd></div>
        {r.roles.map((x) => <div key={x.role}><dt>{x.title}</dt><dd><Who who={x.who?.title} none="Nobody yet: whoever looks after the run" give={x.may_give && giving !== x.role ? () => setGiving(x.role) : undefined} what={x.title} />{giving === x.role && <HandOver run={r} roles={[[x.role, x.title]]} done={done} leave={leave} />}</dd></div>)}
        {r.asked.map((x) => <div key={x.title}><dt>{x.title}</dt><dd className="break" dir="auto">{x.value}</dd></div>)}
        <div><dt>Playbook</dt><dd><Link className="link" to={`/configuration/playbook/${r.playbook.name}` as "/tickets"}>{r.playbook.title}</Link>, version {r.playbook.version}{r.newer && <span className="m3">; there is a newer one</span>}</dd></div>
      </dl>
    </section>
  );
}

function Who({ who, none, give, what }: { who?: string; none: string; give?: () => void; what: string }) {
  return <span className="row wrap" style={{ gap: 10 }}>{who ? <span className="break" dir="auto">{who}</span> : <span className="m3">{none}</span>}{give && <Btn small kind="quiet" onClick={give} aria-label={`Hand over: ${what}`}>Hand over</Btn>}</span>;
}
