/** Before anybody is signed in: an invitation is taken, or the first administrator is made. */
import { PasswordInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import { Mark } from "@/frame/Mark";
import { exact } from "@/lib/time";
import { Btn } from "@/ui/Btn";
import { Skel } from "@/ui/State";
import { Warn } from "@/ui/Tag";
import "@/signin/signin.css";

interface Invited { name: string; email: string; invited_by: string; workspace: string; expires_at: string }

export function Door() {
  const search = new URLSearchParams(location.search);
  const token = search.get("invite");
  useEffect(() => { document.title = "Welcome, Steward"; }, []);
  return <main className="signin">{token ? <Taken token={token} /> : <First code={search.get("code") ?? ""} />}</main>;
}

/** What went wrong with a field, or with all of it. */
function problem(e: unknown, ...fields: string[]) {
  if (!isApiError(e)) return "This did not work in this page. Reload it and try again.";
  return fields.some((f) => e.field(f)) ? null : e.message;
}
const ofField = (e: unknown, f: string) => (isApiError(e) ? e.field(f) : null);

function Taken({ token }: { token: string }) {
  const who = useQuery({ queryKey: ["invitation", token], queryFn: () => api.get<Invited>("/invitation", { token }), retry: false });
  const [name, setName] = useState<string | null>(null);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (who.isPending) return <div className="card"><Skel w="70%" h={20} /><Skel w="100%" /><Skel w="100%" /></div>;
  if (who.isError) return (
    <div className="card"><div className="row" style={{ gap: 12 }}><Mark /><h1 className="t20 b6">This link does not work</h1></div>
      <p>{isApiError(who.error) ? who.error.message : "Reload the page and try again."}</p><p><a className="link in" href="/">Sign in</a></p></div>
  );
  async function take(e: FormEvent) {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await api.post("/invitation", { token, password, ...(name?.trim() ? { name: name.trim() } : {}) });
      // Whoever sets the instance up goes on with that; everybody else to what they can choose for themselves.
      const first = await api.get<{ finished: string | null; steps: { state: string }[] }>("/first-run/progress").catch(() => null);
      location.assign(first && !first.finished && first.steps.some((s) => s.state === "open") ? "/first-run" : "/settings?welcome=1");
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  }
  const all = error !== null ? problem(error, "password") : null;
  return (
    <form className="card" onSubmit={take} noValidate aria-labelledby="door-title">
      <div className="row" style={{ gap: 12 }}><Mark /><h1 id="door-title" className="t20 b6">Welcome to {who.data.workspace}</h1></div>
      <p className="m2">{who.data.invited_by ? `${who.data.invited_by} invites you` : "You are invited"} as <b className="b5">{who.data.email}</b>. Choose a password and you are in.</p>
      {all && <p role="alert" className="banner danger"><span className="danger"><Warn /></span><span className="grow">{all}</span></p>}
      <TextInput label="Your name" name="name" autoComplete="name" maxLength={300} value={name ?? who.data.name} onChange={(e) => setName(e.currentTarget.value)} />
      <PasswordInput label="Password" description="10 characters or more" name="password" autoComplete="new-password" autoFocus value={password} onChange={(e) => { setPassword(e.currentTarget.value); setError(null); }} error={ofField(error, "password")} visibilityToggleButtonProps={{ "aria-label": "Show the password" }} />
      <Btn kind="pri" type="submit" busy={busy}>{busy ? "Coming in" : "Come in"}</Btn>
      <p className="sub">The link works until {exact(who.data.expires_at)}.</p>
    </form>
  );
}

function First({ code: known }: { code: string }) {
  const needed = useQuery({ queryKey: ["first-run", "needed"], queryFn: () => api.get<{ needed: boolean }>("/first-run"), retry: false });
  const [code, setCode] = useState(known);
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (needed.isPending) return <div className="card"><Skel w="70%" h={20} /><Skel w="100%" /></div>;
  if (needed.data && !needed.data.needed) return (
    <div className="card"><div className="row" style={{ gap: 12 }}><Mark /><h1 className="t20 b6">All set up</h1></div><p>This instance has an administrator already.</p><p><a className="link in" href="/">Sign in</a></p></div>
  );
  async function begin(e: FormEvent) {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await api.post("/first-run", { code: code.trim(), email: email.trim(), name: name.trim(), password });
      location.assign("/first-run");
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  }
  const all = error !== null ? problem(error, "password", "email", "--admin", "code") : null;
  return (
    <form className="card" onSubmit={begin} noValidate aria-labelledby="door-title">
      <div className="row" style={{ gap: 12 }}><Mark /><h1 id="door-title" className="t20 b6">Set up Steward</h1></div>
      <p className="m2">There is nobody here yet. You become the first administrator; everything else can be changed later.</p>
      {all && <p role="alert" className="banner danger"><span className="danger"><Warn /></span><span className="grow">{all}</span></p>}
      {!known && <TextInput label="Code" description="Stands in the server's output, beside the address" name="code" autoComplete="off" value={code} onChange={(e) => setCode(e.currentTarget.value)} error={ofField(error, "code")} />}
      {known && ofField(error, "code") && <p role="alert" className="t12 danger">{ofField(error, "code")}</p>}
      <TextInput label="Your name" name="name" autoComplete="name" autoFocus maxLength={300} value={name} onChange={(e) => setName(e.currentTarget.value)} />
      <TextInput label="Email" type="email" name="email" autoComplete="username" value={email} onChange={(e) => setEmail(e.currentTarget.value)} error={ofField(error, "email") ?? ofField(error, "--admin")} />
      <PasswordInput label="Password" description="10 characters or more" name="password" autoComplete="new-password" value={password} onChange={(e) => { setPassword(e.currentTarget.value); setError(null); }} error={ofField(error, "password")} visibilityToggleButtonProps={{ "aria-label": "Show the password" }} />
      <Btn kind="pri" type="submit" busy={busy}>{busy ? "Setting up" : "Set up"}</Btn>
    </form>
  );
}
