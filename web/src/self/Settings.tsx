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
import { Notifications } from "./Notifications";
import { Signature } from "./Signature";
import { Sessions } from "./Sessions";
import { Speech } from "./Speech";
import { Tokens } from "./Tokens";
import { densities, themes, useLook } from "./useLook";
import { Zone } from "./Zone";
import "./self.css";

const TimeOff = lazy(() => import("@/queue/TimeOff").then((m) => ({ default: m.TimeOff })));

export function Settings() {
  const me = useMe();
  const look = useLook();
  const welcome = new URLSearchParams(location.search).get("welcome") !== null;
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
        {welcome && <p className="banner good welcome" role="status"><span className="grow">You are in. Look whether this suits you, then go to the desk; you can come back here with <kbd>g</kbd> <kbd>s</kbd>.</span><Link className="btn sm" to="/tickets">To the desk</Link></p>}
        <section className="block setting" aria-label="Look and keys">
          <div><h2 className="h3">Look and keys</h2><p className="sub">Goes with you to every machine you sign in on.</p></div>
          <dl className="props">
            <dt>Theme</dt><dd><Choice label="Theme" value={look.theme} options={themes} onChange={look.setTheme} /></dd>
            <dt>Rows</dt><dd><Choice label="Rows" value={look.density as "comfortable" | "compact"} options={densities} onChange={look.setDensity} /></dd>
            <dt>Language</dt><dd><Speech /></dd>
            <dt>Time zone</dt><dd><Zone /></dd>
            <dt>Keys</dt><dd className="wrap" style={{ gap: 12 }}><Switch size="xs" label="Single-letter keys" checked={look.singles} onChange={(e) => look.setSingles(e.currentTarget.checked)} /><button type="button" className="link" onClick={openKeyMap}>Show the key map</button></dd>
          </dl>
        </section>
        {agent && <Suspense><TimeOff /></Suspense>}
        {agent && <Notifications />}
        {agent && <Signature key={me.choices?.signature ?? ""} />}
        <Sessions />
        <Tokens />
      </div>
    </main>
  );
}
