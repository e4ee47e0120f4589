/** A new API token: its name, what it may do, when it ends. */
import { Checkbox, NumberInput, Select, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import type { Token } from "@/api/types";
import { useMe } from "@/app/session";
import { now } from "@/lib/time";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { Wrong } from "@/ui/Wrong";
import { expiry, scopeText } from "./scopes";

const breadths = [["read", "Only read"], ["all", "Everything you may do"], ["some", "Choose"]] as const;
const ends = [{ value: "30", label: "In 30 days" }, { value: "90", label: "In 90 days" }, { value: "365", label: "In a year" }, { value: "never", label: "Never" }];

export function NewToken({ made, close }: { made: (t: Token) => void; close: () => void }) {
  const me = useMe();
  const [name, setName] = useState("");
  const [breadth, setBreadth] = useState<"read" | "all" | "some">("read");
  const [some, setSome] = useState<string[]>([]);
  const [days, setDays] = useState("90");
  const [rate, setRate] = useState<number | string>("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const scopes = breadth === "all" ? ["*"] : breadth === "read" ? me.can.filter((c) => c.endsWith(".read")) : some;
  const noName = tried && !name.trim() ? "Say what it is for, such as the script's name." : isApiError(error) ? error.field("name") : null;
  const noScope = tried && scopes.length === 0 ? "Choose at least one thing it may do." : null;
  async function make(e: FormEvent) {
    e.preventDefault();
    setTried(true);
    if (busy || !name.trim() || scopes.length === 0) return;
    setBusy(true);
    setError(null);
    const end = expiry(days, now());
    try {
      made(await api.post<Token>("/tokens", { name: name.trim(), scopes, ...(end ? { expires_at: end } : {}), ...(Number(rate) > 0 ? { rate: Number(rate) } : {}) }));
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  }
  return (
    <form className="card" style={{ padding: 16, display: "grid", gap: 14 }} onSubmit={make} noValidate aria-label="New token" onKeyDown={(e) => { if (e.key === "Escape" && !e.defaultPrevented) { e.stopPropagation(); close(); } }}>
      <div className="two">
        <TextInput label="Name" placeholder="What uses it" autoFocus value={name} maxLength={200} onChange={(e) => setName(e.currentTarget.value)} error={noName} />
        <NumberInput label="Requests a minute" placeholder="Any number" min={1} max={100_000} allowDecimal={false} hideControls value={rate} onChange={setRate} error={isApiError(error) ? error.field("rate") : null} />
        <Select label="Ends" allowDeselect={false} data={ends} value={days} onChange={(v) => setDays(v ?? "90")} />
      </div>
      <div>
        <p className="mantine-InputWrapper-label" style={{ fontSize: 12, fontWeight: 500, marginBottom: 4 }}>It may</p>
        <Choice label="It may" value={breadth} options={breadths} onChange={setBreadth} />
        {breadth === "some" && <div className="scopes" style={{ marginTop: 12 }}>{me.can.map((c) => <Checkbox key={c} size="xs" label={scopeText(c)} checked={some.includes(c)} onChange={(e) => setSome(e.currentTarget.checked ? [...some, c] : some.filter((x) => x !== c))} />)}</div>}
        {noScope && <p className="t12 danger" role="alert" style={{ marginTop: 6 }}>{noScope}</p>}
      </div>
      {error !== null && !noName && <Wrong what="No token was made." error={error} />}
      <div className="row"><Btn kind="pri" type="submit" busy={busy}>Make the token</Btn><Btn kind="quiet" onClick={close}>Discard</Btn></div>
    </form>
  );
}
