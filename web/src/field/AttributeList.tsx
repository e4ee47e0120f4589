/** The attributes of a person or an organization, to read, inside a list of properties. */
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { fieldsQuery } from "@/api/query";
import type { Attributes, Field } from "@/api/types";
import { fieldText, isEmpty } from "./value";

export function AttributeList({ on, values }: { on: Field["on"]; values: Attributes }) {
  const fields = useQuery(fieldsQuery(on)).data ?? [];
  const names = [...fields.map((f) => f.name).filter((n) => !isEmpty(values[n])), ...Object.keys(values).filter((k) => !isEmpty(values[k]) && !fields.some((f) => f.name === k))];
  return <>{names.map((n) => {
    const f = fields.find((x) => x.name === n);
    return <Fragment key={n}><dt className="cut">{f?.title ?? n.replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase())}</dt><dd className="break" style={{ whiteSpace: f?.type === "textarea" ? "pre-wrap" : undefined }}>{fieldText(f, values[n])}</dd></Fragment>;
  })}</>;
}
