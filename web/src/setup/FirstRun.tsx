/** The first run: what a new instance needs, one step at a time. Every step can be left out and come back to. */
import { IconCircleCheck, IconCircleDashed, IconCircleMinus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { Btn } from "@/ui/Btn";
import { phrase } from "@/language/phrase";
import { fail } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { progressQuery, type Progress, type StepName } from "./api";
import { InviteStep } from "./InviteStep";
import { LevelStep } from "./LevelStep";
import { MailboxStep } from "./MailboxStep";
import { TeamStep } from "./TeamStep";
import { TestStep } from "./TestStep";
import "./setup.css";

const steps: Record<StepName, { title: string; page: typeof TeamStep }> = {
  mailbox: { title: "Mailbox", page: MailboxStep },
  test: { title: "Test mail", page: TestStep },
  team: { title: "Team", page: TeamStep },
  service_level: { title: "Service level", page: LevelStep },
  invite: { title: "Colleagues", page: InviteStep },
};
const words = { open: "to do", done: phrase("done"), skipped: "left out" };

export function FirstRun() {
  const q = useQueryClient();
  const go = useNavigate();
  const progress = useQuery(progressQuery);
  const list = progress.data?.steps ?? [];
  const [chosen, setChosen] = useState<StepName | null>(null);
  useEffect(() => { document.title = "First run, Steward"; }, []);
  const at = chosen ?? list.find((s) => s.state === "open")?.name ?? list[0]?.name;
  const Page = at ? steps[at].page : null;
  const next = (from: StepName) => {
    const i = list.findIndex((s) => s.name === from);
    setChosen((list.slice(i + 1).find((s) => s.state !== "done") ?? list[i + 1] ?? list[i]).name);
    void q.invalidateQueries({ queryKey: progressQuery.queryKey });
  };
  async function skip(name: StepName | "finished") {
    try {
      q.setQueryData(progressQuery.queryKey, await api.put<Progress>(`/first-run/steps/${name}`, { skip: true }));
      if (name === "finished") return void go({ to: "/tickets" });
      next(name);
    } catch (e) {
      fail("This was not noted", e);
    }
  }
  const done = list.filter((s) => s.state === "done").length;
  return (
    <main className="pane page" aria-label="First run">
      <header className="top"><div className="row wrap" style={{ gap: 12 }}>
        <div className="grow"><h1 className="t20 b6">First run</h1><p className="sub">{progress.data ? `${done} of ${list.length} done. Leave out what can wait; this page keeps your place.` : "What a new instance needs."}</p></div>
        <Btn kind={done === list.length && done > 0 ? "pri" : "plain"} onClick={() => void skip("finished")}>To the desk</Btn>
      </div></header>
      {progress.isError && !progress.data ? <Failure what="The first run" error={progress.error} retry={() => progress.refetch()} /> : (
        <div className="setup scroll">
          <ol aria-label="Steps">
            {progress.isPending ? [1, 2, 3].map((i) => <li key={i}><Skel w="80%" style={{ margin: 14 }} /></li>) : list.map((s) => (
              <li key={s.name}><button type="button" aria-current={s.name === at ? "step" : undefined} onClick={() => setChosen(s.name)}>
                {s.state === "done" ? <IconCircleCheck size={20} stroke={1.75} className="good" aria-hidden /> : s.state === "skipped" ? <IconCircleMinus size={20} stroke={1.75} className="m3" aria-hidden /> : <IconCircleDashed size={20} stroke={1.75} className="m3" aria-hidden />}
                <span className="grow">{steps[s.name].title}</span><span className="sub">{words[s.state]}</span>
              </button></li>
            ))}
          </ol>
          <div className="what" key={at}>{Page && at && progress.data && <Page progress={progress.data} next={() => next(at)} skip={() => void skip(at)} />}</div>
        </div>
      )}
    </main>
  );
}
