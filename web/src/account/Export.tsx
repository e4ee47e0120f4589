/** Has a table as a file, every row of it: for a spreadsheet, or as plain text. */
import { Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { url } from "@/api/client";
import { Btn } from "@/ui/Btn";

interface Props { table: "accounts" | "calls" | "timeline" | "contacts" | "health" | "judgements" | "usage" | "backtest" | "unknown" | "report" | "report_accounts" | "counters"; ask: object; tip: string }
export function Export({ table, ask, tip }: Props) {
  const item = (format: "xlsx" | "csv", word: string) => <Menu.Item component="a" href={url("/accounts/export", { ...ask, table, format })} download>{word}</Menu.Item>;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target><Btn small kind="quiet" icon={<IconDownload size={16} stroke={1.75} aria-hidden />} tip={tip} /></Menu.Target>
      <Menu.Dropdown>{item("xlsx", "For a spreadsheet (XLSX)")}{item("csv", "As text (CSV)")}</Menu.Dropdown>
    </Menu>
  );
}
