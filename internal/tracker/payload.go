package tracker

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"steward/internal/db"
	"steward/internal/job"
	"steward/internal/outbound"
)

// gitlabHook is what GitLab tells of an issue, work item or merge request.
type gitlabHook struct {
	Project struct {
		Path string `json:"path_with_namespace"`
	} `json:"project"`
	Object struct {
		IID          int64  `json:"iid"`
		Title        string `json:"title"`
		State        string `json:"state"`
		URL          string `json:"url"`
		Confidential bool   `json:"confidential"`
		Updated      string `json:"updated_at"`
	} `json:"object_attributes"`
	Kind      string  `json:"object_kind"`
	Labels    []label `json:"labels"`
	Assignees []user  `json:"assignees"`
}

// githubHook is what GitHub tells of an issue or pull request.
type githubHook struct {
	Repository struct {
		FullName string `json:"full_name"`
	} `json:"repository"`
	Issue       *githubItem `json:"issue"`
	PullRequest *githubItem `json:"pull_request"`
}

// gitlabTime reads the times of GitLab's webhooks, which come in two forms.
func gitlabTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

var errPayload = errors.New("the body cannot be read")

// told reads a webhook. known is what we know of the issue, for what a webhook leaves out.
func told(w InForce, body string) (m Remote, err error) {
	if w.Spec.Software == GitLab {
		var h gitlabHook
		if json.Unmarshal([]byte(body), &h) != nil || h.Object.IID < 1 || h.Project.Path == "" {
			return m, errPayload
		}
		r := Reference{TrackerID: w.ID, Sign: "#", Project: strings.ToLower(h.Project.Path), Number: h.Object.IID}
		if h.Kind == "merge_request" {
			r.Sign = "!"
		}
		return Remote{Reference: r, Sort: gitlabSort(r), Title: outbound.Clip(h.Object.Title, maxTitle), State: gitlabState(h.Object.State), Labels: labels(h.Labels),
			Assignee: names(h.Assignees), Confidential: h.Object.Confidential, URL: outbound.Clip(h.Object.URL, 1000), Updated: gitlabTime(h.Object.Updated)}, nil
	}
	var h githubHook
	if json.Unmarshal([]byte(body), &h) != nil || h.Repository.FullName == "" {
		return m, errPayload
	}
	item, pull := h.Issue, false
	if item == nil {
		item, pull = h.PullRequest, true
	}
	if item == nil || item.Number < 1 {
		return m, errPayload
	}
	return item.remote(Reference{TrackerID: w.ID, Sign: "#", Project: strings.ToLower(h.Repository.FullName), Number: item.Number}, pull), nil
}

// onDelivery works on one webhook. It counts even where the tracker cannot be asked; what it leaves out
// (GitLab's milestone) is asked for right after.
func (s *Service) onDelivery(ctx context.Context, tx db.Tx, j job.Job) error {
	var trackerID int64
	var body string
	err := tx.QueryRow(ctx, `SELECT tracker_id, body FROM tracker_delivery WHERE id = $1 AND state = 'queued'`, j.Subject.ID).Scan(&trackerID, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	state, problem := "ignored", ""
	if w, ok := s.byID(trackerID); ok {
		m, err := told(w, body)
		if err != nil {
			state, problem = "failed", err.Error()
		} else if state, err = s.apply(ctx, tx, w, m); err != nil {
			return err
		}
	}
	// Only the id is kept: the body tells of people.
	return tx.Later(ctx, nil, `UPDATE tracker_delivery SET state = $1, error = $2, body = '' WHERE id = $3`, state, problem, j.Subject.ID)
}

func (s *Service) apply(ctx context.Context, tx db.Tx, w InForce, m Remote) (state string, err error) {
	i, known, err := s.byReference(ctx, tx, m.Reference)
	if err != nil || !known || m.Updated.IsZero() || m.Updated.Before(i.Updated) {
		return "ignored", err
	}
	by := s.system().Still()
	if w.Spec.Software == GitLab {
		m.Milestone = i.Milestone
	}
	// Without the ETag, as what was told is no answer to a question.
	if i, err = s.heard(ctx, tx, by, i, m, ""); err != nil || w.Spec.Software != GitLab {
		return "done", err
	}
	if err := s.setDue(ctx, tx, i.ID, db.Micros(by.Now())); err != nil {
		return "", err
	}
	return "done", s.poke(ctx, tx, w.ID, by.Now())
}
