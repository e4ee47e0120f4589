/** The declared attributes of a person or an organization, in its form. What stems from before they were declared can be taken away. */
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { fieldsQuery } from "@/api/query";
import type { ApiError } from "@/api/error";
import type { Attributes, Field } from "@/api/types";
import { valueText } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { FieldInput } from "./FieldInput";
import { isEmpty } from "./value";

interface Props { on: Field["on"]; values: Attributes; onChange: (v: Attributes) => void; error: ApiError | null }
export function AttributeInputs({ on, values, onChange, error }: Props) {
  const fields = useQuery(fieldsQuery(on)).data;
  if (!fields) return null;
  const others = Object.keys(values).filter((k) => !isEmpty(values[k]) && !fields.some((f) => f.name === k));
  return (
    <>
      {fields.map((f) => <FieldInput key={f.name} field={f} value={values[f.name]} onChange={(v) => onChange({ ...values, [f.name]: v })} error={error?.field(`attributes.${f.name}`)} />)}
      {others.length > 0 && (
        <fieldset style={{ border: 0, padding: 0, margin: 0, display: "grid", gap: 4 }}>
          <legend className="t12 b5 m2" style={{ padding: 0, marginBottom: 4 }}>From before fields were declared</legend>
          {others.map((k) => <div className="row" key={k}><span className="grow break">{k}: {valueText(values[k])}</span><Btn small kind="quiet" tip={`Take ${k} away`} icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={() => onChange({ ...values, [k]: null })} /></div>)}
        </fieldset>
      )}
    </>
  );
}
