/** Amounts of money, which are kept in the smallest unit of their currency. */
import { locale } from "@/language/language";

/** Digits behind the point of currencies that have not two, after ISO 4217. Browsers know how many are usually shown, which for some is fewer. The server's list is the same: internal/success/money.go. */
const digits: Record<string, number> = {
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, UYI: 0, VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0,
  BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3,
  CLF: 4, UYW: 4,
};
export const digitsOf = (currency: string): number => digits[currency.toUpperCase()] ?? 2;

/** An amount in whole units of its currency: yen have no hundredths. */
export const units = (minor: number, currency: string): number => minor / 10 ** digitsOf(currency);
/** And back. */
export const minorOf = (whole: number, currency: string): number => Math.round(whole * 10 ** digitsOf(currency));

export function money(minor: number, currency: string): string {
  if (!currency) return "None";
  return new Intl.NumberFormat(locale(), { style: "currency", currency, currencyDisplay: "code", maximumFractionDigits: 0 }).format(units(minor, currency));
}
