/** The frame around every page: rail, bottom bar, the bar that says when the connection is gone, palette and key map. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, type ReactNode } from "react";
import { listen, useCommands } from "@/app/commands";
import { useMe } from "@/app/session";
import { later, rested, soon } from "@/lib/idle";
import { useStored } from "@/lib/store";
import { heldKey, heldOf } from "@/record/held";
import { undoLast } from "@/ui/notify";
import { BottomBar } from "./BottomBar";
import { useLive } from "./live";
import { Offline } from "./Offline";
import { recall, useTray } from "@/bulk/tray";
import { PaletteDoor } from "./PaletteDoor";
import { closePanel, openKeyMap, openPalette, usePanel } from "./panels";
import { allowed, places } from "./places";
import { Rail } from "./Rail";
import "./frame.css";

// What a key opens first comes first.
const Palette = later(() => import("./Palette").then((m) => m.Palette));
const KeyMap = later(() => import("./KeyMap").then((m) => m.KeyMap));
const Held = later(() => import("./Held").then((m) => m.Held));
const Tray = later(() => import("@/bulk/Tray").then((m) => m.Tray));
const Reason = lazy(() => import("@/why/Reason").then((m) => ({ default: m.Reason })));

export function Frame({ children }: { children: ReactNode }) {
  const me = useMe();
  const go = useNavigate();
  const panel = usePanel();
  const link = useLive();
  const tray = useTray();
  const held = heldOf(useStored(heldKey(me.person.id), "[]")[0]);
  useEffect(listen, []);
  useEffect(() => soon(() => recall().catch(() => { /* their page has them */ })), []);
  useRest();
  useCommands([
    { id: "palette", title: "Search and commands", section: "everywhere", keys: "mod+k", run: openPalette, typing: true, hidden: true },
    { id: "keys", title: "Show the key map", section: "everywhere", keys: "?", run: openKeyMap },
    { id: "undo", title: "Undo the last action", section: "everywhere", keys: "z", run: undoLast },
    ...places.filter((p) => allowed(p, me.can)).map((p) => ({ id: "go" + p.letter, title: p.title, section: "go" as const, keys: `g ${p.letter}`, run: () => go({ to: p.to as "/tickets" }) })),
    { id: "go/", title: "Search page", section: "go", keys: "g f", run: () => go({ to: "/search" as never }) },
    { id: "goo", title: "Organizations", section: "go", keys: "g o", run: () => go({ to: "/organizations" as never }) },
    { id: "goh", title: "History of changes", section: "go", keys: "g h", run: () => go({ to: "/configuration/changes" as never }) },
    ...(me.can.includes("blueprint.apply") ? [{ id: "gofirst", title: "First run", section: "go" as const, keys: "", run: () => go({ to: "/first-run" as never }) }] : []),
    { id: "gohelp", title: "Help", section: "go", keys: "g ?", run: () => go({ to: "/help" as never }) },
    { id: "gonews", title: "Notifications", section: "go", keys: "g n", run: () => go({ to: "/notifications" as never }) },
    { id: "gos", title: "Settings and API tokens", section: "go", keys: "g s", run: () => go({ to: "/settings" as never }) },
    ...(me.can.includes("team.read") ? [{ id: "got", title: "Teams", section: "go" as const, keys: "g t", run: () => go({ to: "/teams" as never }) }] : []),
    { id: "gobulk", title: "Your bulk changes", section: "go", keys: "", run: () => go({ to: "/bulk" as never }) },
    { id: "newticket", title: "New ticket", section: "everywhere", keys: "c", run: () => go({ to: "/tickets/new" as never }) },
  ]);
  return (
    <>
      <a className="skip" href="#content">Skip to the content</a>
      <div className="app">
        <Rail search={openPalette} />
        <div className="body" id="content" tabIndex={-1}>
          <Offline link={link} />
          {held.length > 0 && <Suspense><Held list={held} link={link} person={me.person.id} /></Suspense>}
          <div className="stage">{children}</div>
        </div>
      </div>
      <BottomBar search={openPalette} />
      <Suspense>
        {tray.length > 0 && <Tray ids={tray} />}
        {panel === "palette" && <Suspense fallback={<PaletteDoor close={closePanel} />}><Palette close={closePanel} /></Suspense>}
        {panel === "keys" && <KeyMap close={closePanel} />}
        {panel !== null && typeof panel === "object" && <Reason path={panel.why} close={closePanel} />}
      </Suspense>
    </>
  );
}

/** Tells when the first screen rests: its page is there, and nothing has been asked of the server for a moment. */
function useRest() {
  const q = useQueryClient();
  const router = useRouter();
  useEffect(() => {
    let quiet = 0;
    const timer = setInterval(() => {
      quiet = q.isFetching() === 0 && router.state.status === "idle" ? quiet + 1 : 0;
      if (quiet < 2) return;
      clearInterval(timer);
      rested();
    }, 250);
    return () => clearInterval(timer);
  }, [q, router]);
}
