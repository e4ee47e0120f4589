/** A value that may be anything, written as YAML and read when left. */
import { Textarea } from "@mantine/core";
import { useState } from "react";
import { parse, stringify } from "yaml";
import type { Schema } from "./schema";
import { useForm, useSaid, useValue, type FieldProps } from "./state";

export function AnyField({ path, schema, label, required, order }: FieldProps & { schema: Schema; label: string }) {
  const { set, readOnly } = useForm();
  const value = useValue(path), said = useSaid(path);
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState("");
  const shown = value === undefined ? "" : typeof value === "string" ? value : stringify(value, { lineWidth: 0 }).trimEnd();
  function leave() {
    if (typed === null) return;
    try {
      const v: unknown = parse(typed);
      set(path, typed.trim() === "" && !required ? undefined : v, order);
      setTyped(null);
      setWrong("");
    } catch {
      setWrong("This cannot be read. Write a text, a number, yes or no, or a list such as [a, b].");
    }
  }
  return <Textarea label={label} description={schema.description} inputWrapperOrder={["label", "input", "description", "error"]} error={wrong || said.error} readOnly={readOnly} autosize minRows={1} maxRows={10} value={typed ?? shown} onChange={(e) => setTyped(e.currentTarget.value)} onBlur={leave} classNames={{ input: "mono" }} />;
}
