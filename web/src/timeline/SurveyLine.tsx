/** What the requester thought, when asked. */
import { IconMoodSmile } from "@tabler/icons-react";
import type { Survey } from "@/api/types";
import { When } from "@/ui/When";

export function SurveyLine({ survey }: { survey: Survey }) {
  return (
    <div className="fold">
      <IconMoodSmile size={16} stroke={1.75} aria-hidden />
      {survey.state === "offered"
        ? <span>The requester was asked how it went{survey.at && <>, <When at={survey.at} as="stamp" /></>}. No answer yet.</span>
        : <span><u>Scored {survey.score} of 7</u>{survey.at && <> <When at={survey.at} as="stamp" /></>}{survey.comment && <span className="said" dir="auto">{survey.comment}</span>}</span>}
    </div>
  );
}
