/** What a field points to, by its name. */
import type { Field, ID } from "@/api/types";
import { useRecordName } from "./LookupInput";

export default function RecordName({ field, id }: { field: Field; id: ID }) {
  return <>{useRecordName(field.to, id)}</>;
}
