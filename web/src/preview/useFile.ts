/** Which file is looked into. It lives in the address bar, so Back closes it and a link opens it for a colleague. */
import { useNavigate, useSearch } from "@tanstack/react-router";

export interface FileAt { id: number; name: string }
export function useFile() {
  const s = useSearch({ strict: false }) as Record<string, string | undefined>;
  const go = useNavigate();
  const m = /^(\d+)(?::(.*))?$/s.exec(String(s.file ?? ""));
  const put = (file: string | undefined, replace = false) => void go({ to: "." as never, replace, search: ((x: Record<string, string | undefined>) => ({ ...x, file })) as never });
  return {
    at: m ? { id: Number(m[1]), member: m[2] ?? "" } : null,
    open: (id: number, member = "") => put(member ? `${id}:${member}` : String(id), !!m),
    close: () => put(undefined),
  };
}

const endings = /\.(txt|log|json|ya?ml|xml|csv|tsv|md|conf|cfg|ini|toml|env|sql|sh|diff|patch|out|err|trace|html?|js|ts|go|py|rb|java|zip|tar|tgz|gz|bz2|tbz2?|zst|tzst|jar|jsonl|ndjson|har|eml)$/i;
/** Whether a file is likely to have something to show: text, a log or an archive. */
export const peekable = (f: { filename: string; content_type: string }): boolean =>
  endings.test(f.filename) || /^text\/|json|xml|yaml|zip|x-tar|gzip|bzip2|zst/.test(f.content_type);
