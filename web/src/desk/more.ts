/** What the desk has besides its lists, with the right each needs: shown below the views and in the palette. */
export const more: { to: string; title: string; keys: string; needs: string }[] = [
  { to: "/pipelines", title: "Boards", keys: "v b", needs: "ticket.read" },
];
