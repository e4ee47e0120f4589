/** Menu rows whose titles nest with ::, as in Billing::Refund; groups open as menus of their own. */
import { Menu } from "@mantine/core";
import { Fragment, type ReactNode } from "react";
import { partsOf } from "@/lib/nested";

interface Props<T> { items: T[]; title: (x: T) => string; row: (x: T, label: string) => ReactNode; at?: number }
export function Nested<T>({ items, title, row, at = 0 }: Props<T>) {
  const out: ReactNode[] = [];
  const groups = new Map<string, T[]>();
  for (const x of items) {
    const parts = partsOf(title(x));
    if (parts.length <= at + 1) { out.push(<Fragment key={title(x)}>{row(x, parts[at])}</Fragment>); continue; }
    const name = parts[at];
    const have = groups.get(name);
    if (have) { have.push(x); continue; }
    const list = [x];
    groups.set(name, list);
    out.push(
      <Menu.Sub key={"group " + name} position="right-start">
        <Menu.Sub.Target><Menu.Sub.Item>{name}</Menu.Sub.Item></Menu.Sub.Target>
        <Menu.Sub.Dropdown><Later list={list} title={title} row={row} at={at + 1} /></Menu.Sub.Dropdown>
      </Menu.Sub>,
    );
  }
  return <>{out}</>;
}

/** The rows of a group, once all of them are known. */
function Later<T>({ list, ...rest }: Omit<Props<T>, "items"> & { list: T[] }) {
  return <Nested items={list} {...rest} />;
}
