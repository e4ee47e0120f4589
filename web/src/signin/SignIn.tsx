/** Sign in with an address and a password. The page asked for opens afterwards, because the address bar never changed. */
import { PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { ApiError, isApiError } from "@/api/error";
import { meQuery } from "@/api/query";
import type { Me } from "@/api/types";
import { Mark } from "@/frame/Mark";
import { duration } from "@/lib/time";
import { Btn } from "@/ui/Btn";
import { Warn } from "@/ui/Tag";
import "./signin.css";

/** again is whose session ended while they worked: their page waits behind. */
export function SignIn({ again }: { again?: Me["person"] }) {
  const q = useQueryClient();
  const [email, setEmail] = useState(again?.email ?? "");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const alert = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const was = document.title;
    document.title = "Sign in, Steward";
    return () => { if (again) document.title = was; };
  }, [again]);
  useEffect(() => { // nobody can sign in where nobody is known yet
    if (again) return;
    api.get<{ needed: boolean }>("/first-run").then((r) => { if (r.needed) location.replace("/welcome"); }, () => undefined);
  }, [again]);

  async function submit(e: FormEvent) {
    e.preventDefault();
    if (busy) return;
    if (!email.includes("@") || !password) {
      setError("Type your email address and your password, then sign in.");
      return;
    }
    setBusy(true);
    setError(null);
    try {
      const me = await api.post<Me>("/session", { email: email.trim(), password });
      const next = new URLSearchParams(location.search).get("next") ?? "";
      if (/^\/portal\/[\w./?=&%+-]*$/.test(next)) return location.assign(next); // a public page that sent somebody here
      // The page watches this very entry, so it is filled; whatever another person saw is dropped.
      if (!again) q.removeQueries({ predicate: (x) => x.queryKey[0] !== meQuery.queryKey[0] });
      q.setQueryData(meQuery.queryKey, me);
    } catch (err) {
      setError(words(err));
      setBusy(false);
      alert.current?.focus();
    }
  }

  return (
    <main className={again ? "signin over" : "signin"}>
      <form className="card" onSubmit={submit} noValidate aria-labelledby="signin-title">
        <div className="row" style={{ gap: 12 }}><Mark /><h1 id="signin-title" className="t20 b6">{again ? "Your session ended" : "Sign in to Steward"}</h1></div>
        {again && <p className="m2" role="status">Sign in to go on where you were. What you wrote is kept.</p>}
        {error && <p ref={alert} tabIndex={-1} role="alert" className="banner danger" style={{ outline: "none" }}><span className="danger"><Warn /></span><span className="grow">{error}</span></p>}
        <TextInput label="Email" type="email" name="email" autoComplete="username" autoFocus={!again} value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
        <PasswordInput label="Password" name="password" autoComplete="current-password" autoFocus={!!again} value={password} onChange={(e) => setPassword(e.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": "Show the password" }} />
        <Btn kind="pri" type="submit" busy={busy}>{busy ? "Signing in" : "Sign in"}</Btn>
        <p className="sub">No password yet, or a forgotten one? Ask whoever runs Steward for you.</p>
      </form>
    </main>
  );
}

/** What went wrong, said for someone who wants in. */
export function words(err: unknown): string {
  if (!isApiError(err)) return "Signing in failed in this page. Reload it and try again.";
  if (err.status === 401) return "This email and password do not belong together. Check both and try again.";
  if (err.status === 429) return `Too many tries. ${wait(err)}`;
  return err.message;
}
const wait = (e: ApiError) => (e.retryAfter ? `Wait ${duration(Math.max(1, Math.ceil(e.retryAfter / 60)))}, then try again.` : "Wait a few minutes, then try again.");
