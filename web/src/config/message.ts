/** A message of a change: its first line is what it is called, the rest says why. */
export const titleOf = (message: string): string => message.split("\n")[0].trim();
export const reasonOf = (message: string): string => message.split("\n").slice(1).join("\n").trim();
export const messageOf = (title: string, reason: string): string => [title.trim(), reason.trim()].filter(Boolean).join("\n\n");
