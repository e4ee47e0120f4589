/** People, organizations, accounts, teams and imports are lists of one place. */
import { useMe } from "@/app/session";
import { Link } from "@tanstack/react-router";

const tabs = [["people", "People", "person.read"], ["organizations", "Organizations", "organization.read"], ["accounts", "Accounts", "account.read"], ["teams", "Teams", "team.read"], ["imports", "Imports", "person.import"]] as const;

export function CustomerTabs({ at }: { at: (typeof tabs)[number][0] }) {
  const { can } = useMe();
  return (
    <nav className="tabs" aria-label="Customers">
      {tabs.filter(([k, , needs]) => can.includes(needs) || (k === "imports" && (can.includes("organization.import") || can.includes("account.import")))).map(([k, word]) => (
        <Link key={k} to={`/${k}` as "/tickets"} className={at === k ? "on" : ""} aria-current={at === k ? "page" : undefined} activeProps={{}}>{word}</Link>
      ))}
    </nav>
  );
}
