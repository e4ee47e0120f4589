/** The first mailbox: its address and servers, tried for real before anything is kept. */
import { NumberInput, PasswordInput, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { blueprintsQuery } from "@/api/query";
import { Btn } from "@/ui/Btn";
import { Tick, Warn } from "@/ui/Tag";
import { Wrong } from "@/ui/Wrong";
import { apply, nameOf, yaml, type Tried, type TriedBoth } from "./api";
import { Step, Waits, waits, type StepProps } from "./Step";

interface Server { host: string; port: number | ""; protect: string; username: string; password: string }
const none: Server = { host: "", port: "", protect: "", username: "", password: "" };
const reference = (s: string) => /^(env|file):/.test(s);

export function MailboxStep({ next, skip }: StepProps) {
  const q = useQueryClient();
  const there = (useQuery(blueprintsQuery).data ?? []).filter((b) => b.kind === "mailbox");
  const [title, setTitle] = useState("Support");
  const [address, setAddress] = useState("");
  const [inc, setInc] = useState<Server>({ ...none, protect: "implicit" });
  const [out, setOut] = useState<Server>({ ...none, protect: "starttls" });
  const [tried, setTried] = useState<TriedBoth | null>(null);
  const [busy, setBusy] = useState("");
  const [held, setHeld] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const base = nameOf(title);
  const name = there.some((b) => b.name === base) ? `${base.slice(0, 36)}-${there.length + 1}` : base; // never over one that is there
  const change = (set: typeof setInc) => (s: Server) => { set(s); setTried(null); };

  async function attempt(): Promise<TriedBoth | null> {
    setBusy("try");
    setError(null);
    const secret = (s: Server) => (reference(s.password) ? { reference: s.password } : s.password ? { password: s.password } : {});
    try {
      const got = await api.post<TriedBoth>("/first-run/try", { name, address: address.trim(),
        ...(inc.host ? { incoming: { host: inc.host.trim(), port: Number(inc.port) || 0, tls: inc.protect, username: inc.username.trim(), ...secret(inc) } } : {}),
        ...(out.host ? { outgoing: { host: out.host.trim(), port: Number(out.port) || 0, security: out.protect, username: out.username.trim(), ...secret(out) } } : {}) });
      setTried(got);
      return got;
    } catch (e) {
      setError(e);
      return null;
    } finally {
      setBusy("");
    }
  }
  async function keep() {
    const got = tried ?? (await attempt());
    if (!got || got.incoming?.ok === false || got.outgoing?.ok === false) return;
    setBusy("keep");
    try {
      const has = (kind: string, n: string) => q.getQueryData(blueprintsQuery.queryKey)?.some((b) => b.kind === kind && b.name === n);
      const applied = await apply(`mailbox/${name}.yaml`, yaml([["kind", "mailbox"], ["name", name], ["title", title.trim() || "Support"], ["address", address.trim()],
        ["team", has("team", "support") ? "support" : ""], ["brand", has("brand", "main") ? "main" : ""],
        ["outgoing", [["host", out.host.trim()], ["port", out.host && out.port], ["security", out.host && out.protect], ["username", out.host && out.username.trim()], ["password", got.outgoing?.reference]]],
        ["imap", [["host", inc.host.trim()], ["port", inc.host && inc.port], ["tls", inc.host && inc.protect], ["username", inc.host && inc.username.trim()], ["password", got.incoming?.reference]]]]),
      `The mailbox ${address.trim()}, from the first run`);
      await q.invalidateQueries({ queryKey: blueprintsQuery.queryKey });
      if (waits(applied)) setHeld(true);
      else next();
    } catch (e) {
      setError(e);
    }
    setBusy("");
  }
  return (
    <Step title="Mailbox" verb="Keep the mailbox" submit={() => void keep()} busy={busy === "keep"} skip={skip} done={there.length > 0} why="The address your customers write to. Its mail becomes tickets, and answers leave from it."
      more={(inc.host || out.host) && <Btn busy={busy === "try"} onClick={() => void attempt()}>Try the servers</Btn>}>
      {there.length > 0 && <p className="banner good"><span className="good"><Tick /></span><span className="grow">{there.length === 1 ? `The mailbox ${there[0].title} is there.` : `${there.length} mailboxes are there.`} You can add another.</span></p>}
      {held && <Waits />}
      <div className="two">
        <TextInput label="Address" type="email" placeholder="support@company.example" value={address} onChange={(e) => { const v = e.currentTarget.value; setAddress(v); setTried(null); }} />
        <TextInput label="Name" description="Customers see it as the sender" value={title} maxLength={80} onChange={(e) => setTitle(e.currentTarget.value)} inputWrapperOrder={["label", "input", "description", "error"]} />
      </div>
      <ServerForm legend="Where mail comes in (IMAP)" server={inc} set={change(setInc)} result={tried?.incoming ?? null} guess={address}
        protects={[{ value: "implicit", label: "TLS from the start (993)" }, { value: "starttls", label: "STARTTLS (143)" }, { value: "none", label: "None, same machine only" }]} />
      <ServerForm legend="Where mail goes out (SMTP)" server={out} set={change(setOut)} result={tried?.outgoing ?? null} guess={inc.username || address} same={inc.password && !out.password ? () => change(setOut)({ ...out, username: out.username || inc.username, password: inc.password }) : undefined}
        protects={[{ value: "starttls", label: "STARTTLS (587)" }, { value: "tls", label: "TLS from the start (465)" }, { value: "none", label: "None, no password" }]} />
      {tried && !tried.keeps && <p className="banner attention"><span className="attention"><Warn /></span><span className="grow">This server has no folder of its own to keep passwords in. Write where they are instead: env:NAME or file:PATH.</span></p>}
      {error !== null && <Wrong what="The mailbox is not kept." error={error} />}
    </Step>
  );
}

function ServerForm({ legend, server: s, set, result, protects, guess, same }: { legend: string; server: Server; set: (s: Server) => void; result: Tried | null; protects: { value: string; label: string }[]; guess: string; same?: () => void }) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className="two">
        <TextInput label="Server" placeholder="mail.company.example" value={s.host} onChange={(e) => set({ ...s, host: e.currentTarget.value })} />
        <div className="two" style={{ gridTemplateColumns: "minmax(0,1fr) 88px" }}>
          <Select label="Protection" allowDeselect={false} data={protects} value={s.protect} onChange={(v) => set({ ...s, protect: v ?? s.protect })} />
          <NumberInput label="Port" placeholder="usual" hideControls min={1} max={65535} allowDecimal={false} value={s.port} onChange={(v) => set({ ...s, port: v === "" ? "" : Number(v) })} />
        </div>
        <TextInput label="User name" placeholder={guess} autoComplete="off" value={s.username} onChange={(e) => set({ ...s, username: e.currentTarget.value })} />
        <PasswordInput label="Password" description="Or where it is: env:NAME, file:PATH" autoComplete="off" value={s.password} onChange={(e) => set({ ...s, password: e.currentTarget.value })} visibilityToggleButtonProps={{ "aria-label": "Show the password" }} inputWrapperOrder={["label", "input", "description", "error"]} />
      </div>
      {same && <div><button type="button" className="link t12" onClick={same}>The same user and password as for mail that comes in</button></div>}
      {result && (result.ok
        ? <p className="banner good" role="status"><span className="good"><Tick /></span><span className="grow">{result.message}</span></p>
        : <p className="banner danger" role="alert"><span className="danger"><Warn /></span><span className="grow"><b className="b5 break">{result.message}</b> {result.advice}</span></p>)}
    </fieldset>
  );
}
