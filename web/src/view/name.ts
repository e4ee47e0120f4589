/** A name that configuration can have: small letters, digits and hyphens. */
export const nameOf = (title: string): string => title.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "view";
