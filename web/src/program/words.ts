/** Words for applications. */
import type { ApplicationState } from "@/api/program";
import { phrase } from "@/language/phrase";

export const stateWord: Record<ApplicationState, string> = { draft: "Draft", confirming: "Not confirmed", verifying: "Being verified", review: "In review", asked: "Waits for the applicant", approved: phrase("Approved", "an application"), active: "Member",
  notice: "On notice", rejected: "Rejected", withdrawn: "Withdrawn", lapsed: "Closed for silence", revoked: "Revoked", expired: "Ended", renewed: "Renewed" };
export const sortWord = { renewal: "Renewal", dialogue: "Answered", new: "New" };
export const proofWord: Record<string, string> = { none: "Not tried", running: "Being looked at", waiting: "Waits for the applicant", elsewhere: "Answer awaited", passed: "Passed", failed: "Not passed", unclear: "For you to look at" };
export const proofTone: Record<string, string> = { passed: "good", failed: "danger", unclear: "attention" };
export const stateTone: Partial<Record<ApplicationState, string>> = { review: "info", approved: "good", active: "good", notice: "attention", asked: "attention", rejected: "danger", revoked: "danger" };
export const benefitWord = { pending: "On its way", given: "Given", manual: "Waits for a quote", taken: "Taken back" };
export const verbWord = (verb: string): string => {
  const word = verb.replace("application.", "").replace(/_/g, " ");
  return word.charAt(0).toUpperCase() + word.slice(1);
};
