/** What one merge takes, besides the ticket that goes on; the server says the same. */
export const MOST_MERGED = 100;
