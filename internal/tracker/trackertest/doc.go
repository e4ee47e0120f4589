// Package trackertest is a tracker on loopback that speaks the documented REST APIs of GitLab
// (docs.gitlab.com/api: issues, merge requests, notes, pagination, rate limits) and GitHub
// (docs.github.com/rest: issues, labels, comments, rate limits, conditional requests), as far as
// Steward asks them, and sends their documented webhooks.
//
//	s := trackertest.New(t)
//	s.Put(trackertest.Item{Project: "product/app", Number: 12, Title: "Sync stops"})
//	s.Set("product/app", "#", 12, func(i *trackertest.Item) { i.State = "closed" })
//
// GitLab answers below /api/v4, GitHub Enterprise Server's paths below /api/v3.
package trackertest
