/** The door: nobody signed in sees the sign-in page, everybody else the frame around the page they asked for. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { onSignedOut } from "@/api/client";
import { isApiError } from "@/api/error";
import { meQuery } from "@/api/query";
import type { ID, Me } from "@/api/types";
import { Frame } from "@/frame/Frame";
import { reconnect } from "@/frame/live";
import { setClock } from "@/lib/time";
import { Failure } from "@/ui/State";
import { Choices } from "./choices";
import { restKeys } from "./commands";
import { SessionProvider } from "./session";

const Door = lazy(() => import("@/setup/Door").then((m) => ({ default: m.Door })));
const SignIn = lazy(() => import("@/signin/SignIn").then((m) => ({ default: m.SignIn })));

export function Root() {
  const door = location.pathname === "/welcome"; // for who has no password yet
  const me = useQuery({ ...meQuery, enabled: !door });
  const out = me.isError && isApiError(me.error) && me.error.status === 401;
  const over = useSession(out, me.data);
  if (door) return <Suspense><Door /></Suspense>;
  if (me.data) {
    setClock(me.data.server_time, me.data.choices?.zone || me.data.person.time_zone);
    // A session that ended leaves the page as it is behind the sign-in: where one was and what one wrote are there afterwards.
    return (
      <SessionProvider value={me.data}>
        <div className="behind" inert={over}><Choices /><Frame><Outlet /></Frame></div>
        {over && <Suspense><SignIn again={me.data.person} /></Suspense>}
      </SessionProvider>
    );
  }
  if (me.isPending) return null;
  if (out) return <Suspense><SignIn /></Suspense>;
  return <div className="pane" style={{ height: "100%", justifyContent: "center" }}><Failure what="Steward" error={me.error} retry={() => me.refetch()} /></div>;
}

/** How long somebody who writes has stopped before they are interrupted, in milliseconds. */
const PAUSE = 800;

/** What a session that ends, begins again or changes its rights means for the page. Whether the sign-in lies over it. */
function useSession(out: boolean, me: Me | undefined): boolean {
  const q = useQueryClient();
  const who = useRef<ID>(undefined);
  const at = useRef<Element>(null);
  const [over, setOver] = useState(false);
  useEffect(() => onSignedOut(() => {
    // Asking who one is finds the session gone, too: that question is not asked anew while it is under way, or it never ends.
    void q.invalidateQueries({ queryKey: ["me"] }, { cancelRefetch: false });
  }), [q]);
  const person = me?.person.id;
  useEffect(() => {
    if (person === undefined || out) return;
    // Nothing of somebody else's stays when another person signed in meanwhile.
    if (who.current !== undefined && who.current !== person) return location.reload();
    who.current = person;
  }, [person, out]);
  const rights = me && JSON.stringify([me.roles, me.can]);
  const had = useRef<string>(undefined);
  useEffect(() => {
    if (rights === undefined) return;
    if (had.current !== undefined && had.current !== rights) void q.invalidateQueries({ predicate: (x) => x.queryKey[0] !== "me" });
    had.current = rights;
  }, [rights, q]);
  useEffect(() => {
    if (!out) return setOver(false);
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        removeEventListener("keydown", wait, true);
        at.current = document.activeElement;
        setOver(true);
      }, PAUSE);
    };
    wait();
    addEventListener("keydown", wait, true);
    return () => { clearTimeout(timer); removeEventListener("keydown", wait, true); };
  }, [out]);
  useEffect(() => {
    if (!over) return;
    restKeys(true);
    return () => {
      restKeys(false);
      reconnect();
      void q.invalidateQueries({ predicate: (x) => x.queryKey[0] !== "me" });
      const was = at.current;
      at.current = null;
      if (was instanceof HTMLElement) setTimeout(() => was.focus());
    };
  }, [over, q]);
  return over;
}
