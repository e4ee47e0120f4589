package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"steward/internal/db"
	"steward/internal/desk"
	"steward/internal/tracker"
)

// wrong is something wrong with the product that several customers wrote about.
type wrong struct {
	tag        string // of the tickets that are about it
	title      string
	symptom    string
	workaround string
	affected   []string
	fixed      string // version; "" while it is open
	sign       string
	label      string
}

var wrongs = []wrong{
	{tag: "cache", title: "Cache is never restored after a change of its key", symptom: "Jobs say that no cache was found and load all dependencies again.",
		workaround: "Use the slug of the branch in the cache's key instead of its name: slashes end the key early.", affected: []string{"17.3", "17.4"}, sign: "#", label: "type::bug"},
	{tag: "performance", title: "Large diffs are not kept ready", symptom: "Merge requests with several hundred files take many seconds to open.",
		workaround: "Lower the limit for expanded files to 100 until the patch is out.", affected: []string{"17.4"}, sign: "!", label: "type::bug"},
	{tag: "registry", title: "Pushes of large layers end with an internal error", symptom: "A push fails after some minutes; small images work.",
		workaround: "Set the body limit of the proxy to 0 for the host name of the registry.", affected: []string{"17.2", "17.3"}, fixed: "17.4.2", sign: "#", label: "type::bug"},
	{tag: "runner", title: "Say in the runner's log why it takes no job", sign: "#", label: "type::feature"},
}

// mostLinked is how many tickets are linked to one issue.
const mostLinked = 14

// engineering links tickets to issues of a tracker that nobody asks, and writes known issues down.
func (d *Demo) engineering(ctx context.Context, o Options) error {
	w, ok := d.App.Trackers.Named("gitlab")
	if !ok {
		return nil
	}
	rng := rand.New(rand.NewPCG(o.Seed, 18))
	return d.App.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		by := d.App.Root()
		for n, one := range wrongs {
			changed := o.Now.Add(-time.Duration(1+rng.IntN(200)) * time.Hour)
			read := tracker.Remote{Reference: tracker.Reference{TrackerID: w.ID, Sign: one.sign, Project: "product/platform", Number: int64(4000 + 137*n)}, Sort: tracker.IssueSort, Title: one.title, State: tracker.Open,
				Labels: []string{one.label}, Milestone: "17.5", URL: fmt.Sprintf("%s/product/platform/-/issues/%d", w.Spec.URL, 4000+137*n), Updated: changed}
			if one.sign == "!" {
				read.Sort, read.URL = tracker.MergeSort, fmt.Sprintf("%s/product/platform/-/merge_requests/%d", w.Spec.URL, 4000+137*n)
			}
			if one.fixed != "" {
				read.State = tracker.Closed
			}
			tickets, _, err := d.App.Desk.List(ctx, tx, by, desk.Filter{Tag: one.tag, Sort: "created"}, db.Page{Limit: 60})
			if err != nil {
				return err
			}
			linked, waiting := 0, 0
			for _, t := range tickets {
				if linked == mostLinked-2*n || t.Status == desk.StatusClosed && linked > 4 {
					continue
				}
				wait := one.fixed == "" && t.Status == desk.StatusHold && waiting < 2
				l, err := d.App.Desk.LinkIssue(ctx, tx, by, t.ID, read.Reference, &read, wait)
				if err != nil {
					return err
				}
				linked++
				if wait {
					waiting++
				}
				if err := d.App.Trackers.Forget(ctx, tx, l.Issue.ID); err != nil { // it is made up: nobody could tell more of it
					return err
				}
			}
			if one.workaround == "" || linked == 0 {
				continue
			}
			if err := d.known(ctx, tx, one, read, tickets[0].ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// known writes a known issue down and attaches it to a ticket.
func (d *Demo) known(ctx context.Context, tx db.Tx, one wrong, read tracker.Remote, ticket int64) error {
	by := d.App.Root()
	in := desk.KnownInput{Title: &one.title, Symptom: &one.symptom, Workaround: &one.workaround, Affected: &one.affected}
	if one.fixed != "" {
		state := desk.KnownFixed
		in.State, in.FixedIn = &state, &one.fixed
	}
	k, err := d.App.Desk.CreateKnown(ctx, tx, by, in)
	if err != nil {
		return err
	}
	if k, err = d.App.Desk.LinkKnown(ctx, tx, by, k.ID, read.Reference, &read); err != nil {
		return err
	}
	if err := d.App.Trackers.Forget(ctx, tx, k.IssueIDs[0]); err != nil {
		return err
	}
	return d.App.Desk.AttachKnown(ctx, tx, by, ticket, k.ID, true)
}
