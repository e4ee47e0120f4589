/** The door: nobody signed in sees the sign-in page, everybody else the frame around the page they asked for. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { onSignedOut } from "@/api/client";
import { isApiError } from "@/api/error";
import { meQuery } from "@/api/query";
import { Frame } from "@/frame/Frame";
import { setClock } from "@/lib/time";
import { Failure } from "@/ui/State";
import { Choices } from "./choices";
import { SessionProvider } from "./session";

const Door = lazy(() => import("@/setup/Door").then((m) => ({ default: m.Door })));
const SignIn = lazy(() => import("@/signin/SignIn").then((m) => ({ default: m.SignIn })));

export function Root() {
  const q = useQueryClient();
  const door = location.pathname === "/welcome"; // for who has no password yet
  const me = useQuery({ ...meQuery, enabled: !door });
  // Asking who one is finds the session gone, too: that question is not asked anew while it is under way, or it never ends.
  useEffect(() => onSignedOut(() => q.invalidateQueries({ queryKey: ["me"] }, { cancelRefetch: false })), [q]);
  if (door) return <Suspense><Door /></Suspense>;
  if (me.data && !(me.isError && isApiError(me.error) && me.error.status === 401)) {
    setClock(me.data.server_time, me.data.choices?.zone || me.data.person.time_zone);
    return <SessionProvider value={me.data}><Choices /><Frame><Outlet /></Frame></SessionProvider>;
  }
  if (me.isPending) return null;
  if (isApiError(me.error) && me.error.status === 401) return <Suspense><SignIn /></Suspense>;
  return <div className="pane" style={{ height: "100%", justifyContent: "center" }}><Failure what="Steward" error={me.error} retry={() => me.refetch()} /></div>;
}
