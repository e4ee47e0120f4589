/** The frame around every page: rail, bottom bar, the bar that says when the connection is gone, palette and key map. */
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, type ReactNode } from "react";
import { listen, useCommands } from "@/app/commands";
import { useMe } from "@/app/session";
import { undoLast } from "@/ui/notify";
import { BottomBar } from "./BottomBar";
import { useLive } from "./live";
import { Offline } from "./Offline";
import { useTray } from "@/bulk/tray";
import { closePanel, openKeyMap, openPalette, usePanel } from "./panels";
import { allowed, places } from "./places";
import { Rail } from "./Rail";
import "./frame.css";

const Reason = lazy(() => import("@/why/Reason").then((m) => ({ default: m.Reason })));
const Palette = lazy(() => import("./Palette").then((m) => ({ default: m.Palette })));
const Tray = lazy(() => import("@/bulk/Tray").then((m) => ({ default: m.Tray })));
const KeyMap = lazy(() => import("./KeyMap").then((m) => ({ default: m.KeyMap })));

export function Frame({ children }: { children: ReactNode }) {
  const me = useMe();
  const go = useNavigate();
  const panel = usePanel();
  const link = useLive();
  const tray = useTray();
  useEffect(listen, []);
  useCommands([
    { id: "palette", title: "Search and commands", section: "Everywhere", keys: "mod+k", run: openPalette, typing: true, hidden: true },
    { id: "keys", title: "Show the key map", section: "Everywhere", keys: "?", run: openKeyMap },
    { id: "undo", title: "Undo the last action", section: "Everywhere", keys: "z", run: undoLast },
    ...places.filter((p) => allowed(p, me.can)).map((p) => ({ id: "go" + p.letter, title: p.title, section: "Go to" as const, keys: `g ${p.letter}`, run: () => go({ to: p.to as "/tickets" }) })),
    { id: "go/", title: "Search page", section: "Go to", keys: "g f", run: () => go({ to: "/search" as never }) },
    { id: "goo", title: "Organizations", section: "Go to", keys: "g o", run: () => go({ to: "/organizations" as never }) },
    { id: "goh", title: "History of changes", section: "Go to", keys: "g h", run: () => go({ to: "/configuration/changes" as never }) },
    ...(me.can.includes("blueprint.apply") ? [{ id: "gofirst", title: "First run", section: "Go to" as const, keys: "", run: () => go({ to: "/first-run" as never }) }] : []),
    { id: "gos", title: "Settings and API tokens", section: "Go to", keys: "g s", run: () => go({ to: "/settings" as never }) },
    ...(me.can.includes("team.read") ? [{ id: "got", title: "Teams", section: "Go to" as const, keys: "g t", run: () => go({ to: "/teams" as never }) }] : []),
    { id: "newticket", title: "New ticket", section: "Everywhere", keys: "c", run: () => go({ to: "/tickets/new" as never }) },
  ]);
  return (
    <>
      <a className="skip" href="#content">Skip to the content</a>
      <div className="app">
        <Rail search={openPalette} />
        <div className="body" id="content" tabIndex={-1}>
          <Offline link={link} />
          <div className="stage">{children}</div>
        </div>
      </div>
      <BottomBar search={openPalette} />
      <Suspense>
        {tray.length > 0 && <Tray ids={tray} />}
        {panel === "palette" && <Palette close={closePanel} />}
        {panel === "keys" && <KeyMap close={closePanel} />}
        {panel !== null && typeof panel === "object" && <Reason path={panel.why} close={closePanel} />}
      </Suspense>
    </>
  );
}
