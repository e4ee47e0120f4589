package api_test

import "steward/internal/playbook"

// runs applies a playbook and lets the agent start two runs of it about the customer.
func (w *world) runs() {
	w.T.Helper()
	w.Apply(`kind: playbook
name: welcome
title: Welcome
subject: person
ask: [{ name: day, title: Which day?, type: date, required: true }]
participants:
  - { role: worker, from: starter }
  - { role: boss, ask: true }
steps:
  - { name: call, title: Call the newcomer, owner: worker, evidence: [{ name: note, title: Note }, { name: paper, title: Paper, type: file }] }
  - { name: agree, title: Agree, kind: approval, approval: { by: [boss] } }
  - { name: after, title: Ask later, owner: worker }
`)
	for _, name := range []string{"run", "second_run"} {
		var r playbook.RunSheet
		w.call("agent", "POST", "/runs", w.newRun()).json(w.T, &r)
		w.ids[name] = r.ID
	}
	var b playbook.BulkView
	w.call("agent", "POST", "/bulk-runs", obj{"playbook": "welcome", "ids": []int64{w.ids["customer"]}, "ask": obj{"day": "2026-04-01"}, "people": obj{"boss": obj{"person_id": w.ids["admin"]}}}).json(w.T, &b)
	w.ids["bulk"] = b.ID
}

func (w *world) newRun() obj {
	return obj{"playbook": "welcome", "subject": obj{"kind": "person", "id": w.ids["customer"]}, "ask": obj{"day": "2026-04-01"}, "people": obj{"boss": obj{"person_id": w.ids["admin"]}}}
}

// Nobody, customer, observer, narrow, agent, admin.
var playbookScenes = []scene{
	{method: "GET", path: "/playbooks?subject=organization&id=999999", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/playbooks?subject=organization&id=x", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/playbooks", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "Which day"}},
	{method: "GET", path: "/playbooks?subject=dream", status: "401 403 403 403 200 200", hides: map[string]string{"agent": "Welcome"}},
	{method: "GET", path: "/runs", status: "401 403 403 403 200 200", shows: map[string]string{"agent": "Call the newcomer"}},
	{method: "GET", path: "/runs?playbook=dream", status: "401 403 403 403 422 422"},
	{method: "GET", path: "/runs?state=asleep", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/runs?mine=true&state=open&subject=person&subject_id={customer}", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/runs/calendar?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/runs/calendar?from=2026-01-01T00:00:00Z&to=2027-02-01T00:00:00Z", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/runs/{run}", status: "401 404 404 404 200 200", shows: map[string]string{"agent": `"may_complete":true`}},
	{method: "GET", path: "/runs?subject=person&subject_id=999999", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/runs?subject=dream&subject_id=1", status: "401 403 403 403 422 422"},
	{method: "GET", path: "/run-subjects?kind=person&find=a", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/run-subjects?kind=person&id={customer}", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/run-subjects?kind=person&id=999999", status: "401 403 403 403 404 404"},
	{method: "GET", path: "/run-subjects?kind=change_request&find=a", status: "401 403 403 403 200 200"},
	{method: "GET", path: "/run-subjects?kind=dream", status: "401 403 403 403 422 422"},
	{method: "GET", path: "/run-subjects?kind=person&id=one", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/run-subjects", status: "422 422 422 422 422 422"},
	{method: "GET", path: "/runs/{run}/history", status: "401 404 404 404 200 200", shows: map[string]string{"agent": "Started it"}},
	{method: "GET", path: "/runs/{missing}/history", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/runs/{run}/history/export?format=csv", status: "401 404 404 404 200 200", shows: map[string]string{"agent": "Started it"}},
	{method: "GET", path: "/runs/{run}/history/export?format=pdf", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/runs/{missing}/history/export?format=csv", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/runs/dream/history/export?format=csv", status: "401 422 422 422 422 422"},
	{method: "GET", path: "/runs/{missing}", status: "401 404 404 404 404 404"},
	{method: "GET", path: "/runs/{run}/move", status: "401 404 404 404 200 200"},
	{method: "POST", path: "/runs/{run}/move", status: "401 404 404 404 422 422", shows: map[string]string{"admin": "newest version already"}},
	{method: "POST", path: "/runs", body: obj{"playbook": "dream", "subject": obj{"kind": "person", "id": 1}}, status: "401 403 403 403 422 422"},
	{method: "POST", path: "/runs", body: obj{"playbook": "welcome", "subject": obj{"kind": "ticket", "id": 1}}, status: "401 403 403 403 422 422"},
	{method: "POST", path: "/runs", body: obj{"playbook": "welcome", "subject": obj{"kind": "person", "id": 999999}}, status: "401 403 403 403 404 404"},
	{method: "POST", path: "/runs", body: obj{"playbook": "welcome", "subject": obj{"kind": "person", "id": 1}, "nonsense": 1}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/bulk-runs", body: obj{"playbook": "welcome"}, status: "401 403 403 403 422 422"},
	{method: "GET", path: "/bulk-runs/{bulk}", status: "401 404 404 404 200 200"},
	{method: "GET", path: "/bulk-runs/{missing}", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/bulk-runs/move", body: obj{"ids": []int64{999999}}, status: "401 403 403 403 200 200", shows: map[string]string{"agent": `"moved":0,"problems":[{"id":999999`}},
	{method: "POST", path: "/bulk-runs/move", body: obj{"ids": []int64{}}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/bulk-runs/move", body: obj{"ids": []int64{1}, "nonsense": 1}, status: "422 422 422 422 422 422"},
	{method: "POST", path: "/playbooks/dry-run", body: obj{"playbook": "welcome", "subject": obj{"kind": "person", "id": 1}}, status: "401 403 403 403 422 422"},
	{method: "POST", path: "/playbooks/welcome/moves", body: obj{}, status: "401 403 403 403 200 200"},
	{method: "POST", path: "/playbooks/dream/moves", body: obj{}, status: "401 403 403 403 422 422"},
	{method: "POST", path: "/runs/{run}/steps/agree/decide", body: obj{"yes": true}, status: "401 404 404 404 422 422"},
	{method: "POST", path: "/playbooks/dry-run", body: obj{"playbook": "welcome", "subject": obj{"kind": "person", "id": 1}, "comes": obj{"call": "2026-04-01T00:00:00Z"}}, status: "401 403 403 403 422 422", shows: map[string]string{"agent": "waits for nothing"}},
	{method: "POST", path: "/runs/{run}/steps/call/files/paper", body: "no form", status: "401 404 404 404 400 400"},
	{method: "POST", path: "/runs/{run}/steps/call/files/note", body: "no form", status: "401 404 404 404 422 422"},
	{method: "POST", path: "/runs/{run}/steps/dream/files/paper", body: "no form", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/runs/{missing}/steps/call/files/paper", body: "no form", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/runs/x/steps/call/files/paper", body: "no form", status: "401 404 404 404 404 404"},
	{method: "POST", path: "/runs/{run}/steps/call/complete", body: obj{"evidence": obj{"paper": []int64{999999}}}, status: "401 404 404 404 422 422", shows: map[string]string{"agent": "evidence.paper"}},
	{method: "POST", path: "/runs/{run}/steps/dream/complete", body: obj{}, status: "401 404 404 404 404 404"},
	{method: "POST", path: "/runs/{run}/steps/call/complete", body: obj{"evidence": obj{"notes": "x"}}, status: "401 404 404 404 422 422"},
	{method: "POST", path: "/runs/{run}/steps/call/complete", body: obj{"evidence": obj{"note": "done"}}, status: "401 404 404 404 200 422"},
	{method: "POST", path: "/runs/{run}/steps/agree/decide", body: obj{"yes": true, "note": "fine"}, status: "401 404 404 404 403 200"},
	{method: "POST", path: "/runs/{run}/steps/after/retry", body: obj{}, status: "401 404 404 404 422 422"},
	{method: "POST", path: "/runs/{run}/assign", body: obj{"step": "after", "to": obj{"person_id": 999999}}, status: "401 422 422 422 422 422"},
	{method: "POST", path: "/runs/{run}/assign", body: obj{"role": "worker", "owner": true, "to": obj{"person_id": 1}}, status: "401 422 422 422 422 422"},
	{method: "POST", path: "/runs/{run}/assign", body: obj{"role": "worker", "to": obj{"team": "dream"}}, status: "401 422 422 422 422 422"},
	{method: "POST", path: "/runs/{run}/assign", body: obj{"role": "worker", "to": obj{"person_id": 1}}, status: "401 404 404 404 200 200"},
	{method: "POST", path: "/runs/{run}/steps/after/skip", body: obj{"reason": ""}, status: "401 404 404 404 422 422"},
	{method: "POST", path: "/runs/{run}/pause", status: "401 404 404 404 200 422"},
	{method: "POST", path: "/runs/{run}/resume", status: "401 404 404 404 200 422"},
	{method: "POST", path: "/runs/{run}/steps/after/skip", body: obj{"reason": "not wanted"}, status: "401 404 404 404 200 422"},
	{method: "POST", path: "/runs/{second_run}/cancel", status: "401 404 404 404 200 422"},
}

func init() { scenes = append(scenes, playbookScenes...) }
