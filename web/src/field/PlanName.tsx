/** What an organization bought, by the title of its option: accounts keep the same values as the organization's field. */
import { useQuery } from "@tanstack/react-query";
import { fieldsQuery } from "@/api/query";
import { fieldText } from "./value";

export function PlanName({ plan }: { plan: unknown }) {
  const fields = useQuery(fieldsQuery("organization")).data;
  return <>{fieldText(fields?.find((f) => f.name === "plan"), plan)}</>;
}
