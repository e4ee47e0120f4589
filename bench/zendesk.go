package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
)

// zendesk measures what a ticket costs through the Zendesk API, sent as node-zendesk sends it, against the same
// ticket through the native API: in processor time of the server and the database, each in turn for a while so that
// both find tables of the same size.
func zendesk(ctx context.Context, s settings, e *engine, r *report) error {
	if err := e.ready(ctx); err != nil {
		return err
	}
	const clients, rounds = 8, 4
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("admin@company.example/token:"+e.token))
	native := func(c *client, n int64) error {
		_, err := c.do("POST", "/tickets", fmt.Sprintf(`{"subject":"The monthly export stops halfway (%d)","text":%q,"priority":"normal","tags":["export","report"],"requester":{"email":%q,"name":"Robin Example"}}`,
			n, letter, known(rand.IntN(knownPeople))), 201)
		return err
	}
	theirs := func(c *client, n int64) error {
		c.base, c.auth = "/api/v2", basic
		_, err := c.do("POST", "/tickets.json", fmt.Sprintf(`{"ticket":{"subject":"The monthly export stops halfway (%d)","comment":{"body":%q},"priority":"normal","tags":["export","report"],"requester":{"email":%q,"name":"Robin Example"}}}`,
			n, letter, known(rand.IntN(knownPeople))), 201)
		return err
	}
	cost := map[string]float64{}
	done := map[string]int{}
	ways := map[string]func(*client, int64) error{"native": native, "Zendesk": theirs}
	for range rounds {
		for _, way := range []string{"native", "Zendesk"} {
			res, err := load(ctx, e, clients, s.each/rounds, ways[way])
			if err != nil {
				return fmt.Errorf("%s: %w", way, err)
			}
			cost[way] += float64((res.server + res.data).Microseconds()) / 1000
			done[way] += res.done
		}
	}
	const of = "a ticket at 8 clients: processor, server and database"
	each := map[string]float64{}
	for _, way := range []string{"native", "Zendesk"} {
		each[way] = cost[way] / float64(max(done[way], 1))
		r.add(e, of+", "+way+" API", each[way], " ms", target{}, "")
	}
	r.add(e, "a ticket at 8 clients: Zendesk API as node-zendesk calls it, against native", each["Zendesk"]/each["native"], "×", target{max: 1.5}, "")
	return nil
}
