/** Has a table as a file: for a spreadsheet, or as plain text. */
import { Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { Btn } from "@/ui/Btn";

export function Files({ tip, of, href }: { tip: string; /** What the entries call it. */ of: string; href: (format: "xlsx" | "csv") => string }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target><Btn small kind="quiet" tip={tip} icon={<IconDownload size={16} stroke={1.75} aria-hidden />} /></Menu.Target>
      <Menu.Dropdown>{(["xlsx", "csv"] as const).map((x) => <Menu.Item key={x} component="a" href={href(x)} download>{of} as {x.toUpperCase()}</Menu.Item>)}</Menu.Dropdown>
    </Menu>
  );
}
