/** The questions of a ticket's form as properties, each edited where it stands; what must be filled says so. */
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import type { ApiError } from "@/api/error";
import { fieldsQuery, formsQuery, ticketFormQuery } from "@/api/query";
import type { Field, Ticket, TicketPatch } from "@/api/types";
import { fieldText, isEmpty } from "@/field/value";
import { valueText } from "@/lib/words";
import { Skel } from "@/ui/State";
import { Warn } from "@/ui/Tag";
import { Attribute } from "./Attribute";
import { Pick } from "./Pick";

interface Props { ticket: Ticket; patch: (p: TicketPatch, said?: string) => Promise<boolean>; wrong: ApiError | null }
export function Attributes({ ticket: t, patch, wrong }: Props) {
  const fields = useQuery(fieldsQuery("ticket"));
  const form = useQuery(ticketFormQuery(t.id));
  const forms = useQuery({ ...formsQuery, enabled: t.can.edit }).data ?? [];
  const values = t.attributes ?? {};
  const asked = form.data?.fields ?? [];
  const rest = Object.keys(values).filter((k) => !isEmpty(values[k]) && !asked.some((a) => a.name === k));
  const refused = (wrong?.details ?? []).flatMap((d) => ("field" in d && d.field.startsWith("attributes.") ? [d.field.slice(11)] : [])).filter((n) => !asked.some((a) => a.name === n) && !rest.includes(n));
  if (form.isPending && fields.isPending) return <><dt>Form</dt><dd><Skel w="60%" /></dd></>;
  const row = (name: string, title: string, required: boolean) => {
    const f: Field | undefined = fields.data?.find((x) => x.name === name);
    const error = wrong?.field(`attributes.${name}`);
    const empty = isEmpty(values[name]);
    return (
      <Fragment key={name}>
        <dt title={f?.help || undefined}>{f?.title ?? title}</dt>
        <dd style={{ flexWrap: "wrap" }}>
          {f ? <Attribute field={f} value={values[name]} locked={!t.can.edit || !f.edit} needed={required && empty} onSave={(v) => patch({ attributes: { [name]: v } }, isEmpty(v) ? `${f.title} cleared.` : `${f.title} set to ${fieldText(f, v).slice(0, 60)}.`)} /> : <span className="break">{valueText(values[name])}</span>}
          {error && <span className="danger t12 row" role="alert" style={{ gap: 4, flexBasis: "100%" }}><Warn />{error}</span>}
        </dd>
      </Fragment>
    );
  };
  return (
    <>
      {forms.length > 1 && t.form && <><dt>Form</dt><dd><Pick label="Form" disabled={!t.can.edit} value={t.form.name} shown={<span className="cut">{t.form.title}</span>} choices={forms.map((f) => ({ value: f.name, label: f.title }))} onPick={(v) => void patch({ form: v }, `Form set to ${forms.find((f) => f.name === v)?.title ?? v}.`)} /></dd></>}
      {asked.map((a) => row(a.name, a.title, a.required))}
      {refused.map((n) => row(n, n, true))}
      {rest.map((n) => row(n, n.replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase()), false))}
    </>
  );
}
