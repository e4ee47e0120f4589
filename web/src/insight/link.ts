/** Puts a link to this page into the clipboard, with what its address has to say besides. */
import { stringifySearch } from "@/app/search";
import { say } from "@/ui/notify";

export function copyLink(search: Record<string, string | undefined>, said: string): void {
  navigator.clipboard.writeText(location.origin + location.pathname + stringifySearch(search)).then(() => say(said), () => say("The browser does not let the link be copied. It is in the address bar."));
}
