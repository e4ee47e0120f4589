/** One's own settings: how it looks on this machine, API tokens, and the way out. */
import { Switch } from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useCan, useMe } from "@/app/session";
import { openKeyMap } from "@/frame/panels";
import { Avatar } from "@/ui/Avatar";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { Sessions } from "./Sessions";
import { Tokens } from "./Tokens";
import { densities, themes, useLook } from "./useLook";
import { Zone } from "./Zone";
import "./self.css";

const TimeOff = lazy(() => import("@/queue/TimeOff").then((m) => ({ default: m.TimeOff })));

export function Settings() {
  const me = useMe();
  const look = useLook();
  const people = useCan("person.read");
  const agent = useCan("ticket.edit");
  useEffect(() => { document.title = "Settings, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Settings">
      <header className="top">
        <div className="row wrap" style={{ gap: 12 }}>
          <Avatar large id={me.person.id} name={me.person.name} />
          <div className="grow" style={{ flexBasis: 200 }}><h1 className="t20 b6 cut" dir="auto">{me.person.name}</h1><p className="t12 m2 cut">{me.person.email}{me.roles.length > 0 && `, ${me.roles.join(", ")}`}</p></div>
          {people && <Link className="btn" to={`/people/${me.person.id}` as "/tickets"}>Your page</Link>}
          <Btn icon={<IconLogout size={16} stroke={1.75} aria-hidden />} onClick={look.signOut}>Sign out</Btn>
        </div>
      </header>
      <div className="scroll">
        <section className="block setting" aria-label="Look and keys">
          <div><h2 className="h3">Look and keys</h2><p className="sub">Goes with you to every machine you sign in on.</p></div>
          <dl className="props">
            <dt>Theme</dt><dd><Choice label="Theme" value={look.theme} options={themes} onChange={look.setTheme} /></dd>
            <dt>Rows</dt><dd><Choice label="Rows" value={look.density as "comfortable" | "compact"} options={densities} onChange={look.setDensity} /></dd>
            <dt>Time zone</dt><dd><Zone /></dd>
            <dt>Keys</dt><dd className="wrap" style={{ gap: 12 }}><Switch size="xs" label="Single-letter keys" checked={look.singles} onChange={(e) => look.setSingles(e.currentTarget.checked)} /><button type="button" className="link" onClick={openKeyMap}>Show the key map</button></dd>
          </dl>
        </section>
        {agent && <Suspense><TimeOff /></Suspense>}
        <Sessions />
        <Tokens />
      </div>
    </main>
  );
}
