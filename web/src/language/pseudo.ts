/** Two languages that nobody speaks, made from English: longer and accented, or written from right to left. They show what is not ready for a translation. */

const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const accented = [..."ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ"];

/** What stands for an English message; places for values and elements stay as they are. */
export function pseudo(mirrored: boolean): (english: string) => string {
  return (english) => {
    const text = english.replace(/\u0004.*$/s, "");
    // Places, the heads of their branches, elements and quoted marks are no words.
    const changed = text.split(/(\{\s*\w+\s*(?:,\s*(?:plural|select)\s*,\s*=?\w+\s*\{|\})|\}\s*=?\w+\s*\{|\}\s*\}|<\/?\d+\/?>|'[{}<#][^']*')/).map((part, i) => (i % 2 ? part : words(part, mirrored))).join("");
    return mirrored ? changed : `[${changed}]`;
  };
}

function words(s: string, mirrored: boolean): string {
  // A right-to-left override would turn the values around, too: each run of letters is marked by itself.
  if (mirrored) return s.replace(/\p{L}[\p{L}'’ ]*/gu, (w) => `\u202e${w}\u202c`);
  return s.replace(/[a-zA-Z]/g, (c) => accented[plain.indexOf(c)]).replace(/[\p{L}'’]{4,}/gu, (w) => w.replace(/([ȧḗīǿŭ])/u, "$1$1"));
}
