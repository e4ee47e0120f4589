package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/rest"
)

func (s *Service) batchRoutes(a *rest.API) {
	rest.Write(a, rest.POST("/bulk", "Change many tickets in the background"), s.postBatch)
	rest.Read(a, rest.GET("/bulk", "List your bulk changes"), s.getBatches)
	rest.Read(a, rest.GET("/bulk/{id}", "Get a bulk change and how far it is"), s.getBatch)
	rest.Read(a, rest.GET("/bulk/{id}/tickets", "List the tickets of a bulk change and what became of them"), s.getBatchItems)
	rest.Write(a, rest.POST("/bulk/{id}/cancel", "Stop a bulk change").Status(http.StatusOK), s.postCancelBatch)
	rest.Write(a, rest.POST("/bulk/{id}/confirm", "Make a bulk change all the same where guards asked"), s.postConfirmBatch)
	rest.Write(a, rest.POST("/bulk/{id}/undo", "Put the tickets of a bulk change back").Status(http.StatusOK), s.postUndoBatch)
}

// BatchView is a bulk change and how far it is.
type BatchView struct {
	ID        int64      `json:"id"`
	Title     string     `json:"title"`
	Does      string     `json:"does" enum:"change,delete,spam,restore,merge" doc:"change: it sets fields, tags or states, or writes. The others are about the tickets as a whole."`
	State     BatchState `json:"state" enum:"running,done,cancelled,undoing,undone"`
	Total     int64      `json:"total"`
	Done      int64      `json:"done"`
	Failed    int64      `json:"failed"`
	Undone    int64      `json:"undone" doc:"Tickets put back, or left because somebody has changed them since."`
	Left      int64      `json:"left" doc:"Those of undone that were left, or not put back in all."`
	By        PersonRef  `json:"by"`
	CreatedAt time.Time  `json:"created_at"`
	EndedAt   *time.Time `json:"ended_at"`
	StartsAt  *time.Time `json:"starts_at" doc:"When it begins: until then, stopping it takes it back wholly. Null once it has begun."`
	TakenBack bool       `json:"taken_back" doc:"Whether it was stopped before it began, so that nothing has happened."`
	UndoUntil *time.Time `json:"undo_until" doc:"Until when it can be undone; null when it cannot."`

	Guards []BatchGuard `json:"guards" nullable:"false" doc:"Guards that kept it from tickets: those that ask can be answered with POST /bulk/{id}/confirm."`
}

func (s *Service) batchViews(ctx context.Context, tx db.Tx, list ...*Batch) ([]BatchView, error) {
	var ids []int64
	for _, b := range list {
		ids = append(ids, b.PersonID)
	}
	people, err := s.directory.Names(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := []BatchView{}
	for _, b := range list {
		v := BatchView{ID: b.ID, Title: b.Title, Does: b.Change.does(), State: b.State, Total: b.Total, Done: b.Done, Failed: b.Failed, Undone: b.Undone,
			By: PersonRef{ID: b.PersonID, Name: people[b.PersonID].Name}, CreatedAt: b.Created, EndedAt: rest.Time(b.Ended)}
		if until := b.undoable(); until.After(s.clock()) {
			v.UndoUntil = &until
		}
		if v.TakenBack = b.takenBack(); b.State == BatchRunning && b.Starts.After(s.clock()) {
			v.StartsAt = rest.Time(b.Starts)
		}
		v.Guards = []BatchGuard{}
		if len(list) == 1 && b.Failed > 0 {
			if v.Guards, err = guardsOf(ctx, tx, b.ID); err != nil {
				return nil, err
			}
		}
		if len(list) == 1 && b.Undone > 0 {
			err := tx.QueryRow(ctx, `SELECT $1 - count(*) FROM ticket_batch_item WHERE batch_id = $2 AND state = $3`, b.Undone, b.ID, string(itemUndone)).Scan(&v.Left)
			if err != nil {
				return nil, err
			}
		}
		out = append(out, v)
	}
	return out, err
}

type postBatchInput struct {
	Body struct {
		Title   string      `json:"title,omitempty" maxLength:"200"`
		Tickets []int64     `json:"tickets,omitempty" maxItems:"10000" doc:"Ids of tickets."`
		List    *Selection  `json:"list,omitempty" doc:"All tickets of a list, instead of ids."`
		Change  BatchChange `json:"change"`
		Undo    bool        `json:"undo,omitempty" doc:"Let a reply in it wait as one reply does, so that it can be taken back with POST /bulk/{id}/cancel."`
	}
}

func (s *Service) postBatch(ctx context.Context, by act.Actor, in *postBatchInput) (rest.Change[BatchView], error) {
	b := &in.Body
	n := NewBatch{Title: b.Title, Tickets: b.Tickets, Change: b.Change, Undo: b.Undo}
	if b.List != nil {
		if len(b.Tickets) > 0 {
			return nil, fault.Field("list", "both", "tickets or list", "Say either which tickets, or which list.")
		}
		err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
			n.Tickets, err = s.selected(ctx, tx, by, *b.List)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, tx db.Tx) (BatchView, error) {
		started, err := s.StartBatch(ctx, tx, by, n)
		return s.batchView(ctx, tx, started, err)
	}, nil
}

func (s *Service) batchView(ctx context.Context, tx db.Tx, b *Batch, err error) (BatchView, error) {
	if err != nil {
		return BatchView{}, err
	}
	list, err := s.batchViews(ctx, tx, b)
	return list[0], err
}

// selected are the tickets of a list that the actor sees, one more than a batch may have at most.
func (s *Service) selected(ctx context.Context, tx db.Tx, by act.Actor, in Selection) (ids []int64, err error) {
	f, view, err := in.filter(s.config())
	if err == nil && view == nil {
		err = s.config().mayAsk(by, f.Match)
	}
	for cursor := ""; err == nil && len(ids) <= maxBatch; {
		var tickets []*Ticket
		if tickets, cursor, err = s.List(ctx, tx, by, f, db.Page{Limit: 200, Cursor: cursor}); err != nil {
			break
		}
		for _, t := range tickets {
			ids = append(ids, t.ID)
		}
		if cursor == "" {
			break
		}
	}
	return ids, err
}

func (s *Service) getBatches(ctx context.Context, tx db.Tx, by act.Actor, in *rest.Paging) (rest.List[BatchView], error) {
	list, next, err := s.Batches(ctx, tx, by, in.Page())
	if err != nil {
		return rest.List[BatchView]{}, err
	}
	views, err := s.batchViews(ctx, tx, list...)
	return rest.NewList(views, next), err
}

func (s *Service) getBatch(ctx context.Context, tx db.Tx, by act.Actor, in *IDPath) (BatchView, error) {
	b, err := s.Batch(ctx, tx, by, in.ID)
	return s.batchView(ctx, tx, b, err)
}

func (s *Service) postCancelBatch(_ context.Context, by act.Actor, in *IDPath) (rest.Change[BatchView], error) {
	return func(ctx context.Context, tx db.Tx) (BatchView, error) {
		b, err := s.CancelBatch(ctx, tx, by, in.ID)
		return s.batchView(ctx, tx, b, err)
	}, nil
}

func (s *Service) postUndoBatch(_ context.Context, by act.Actor, in *IDPath) (rest.Change[BatchView], error) {
	return func(ctx context.Context, tx db.Tx) (BatchView, error) {
		b, err := s.UndoBatch(ctx, tx, by, in.ID)
		return s.batchView(ctx, tx, b, err)
	}, nil
}

type confirmBatchInput struct {
	IDPath
	Body struct {
		Guards []string `json:"guards" minItems:"1" maxItems:"50" nullable:"false" doc:"Names of guards that ask, answered with yes."`
	}
}

func (s *Service) postConfirmBatch(_ context.Context, by act.Actor, in *confirmBatchInput) (rest.Change[BatchView], error) {
	return func(ctx context.Context, tx db.Tx) (BatchView, error) {
		b, err := s.ConfirmBatch(ctx, tx, by, in.ID, in.Body.Guards)
		return s.batchView(ctx, tx, b, err)
	}, nil
}

type batchItemsInput struct {
	IDPath
	rest.Paging
	State string `query:"state" enum:"waiting,done,failed,undone,kept," doc:"Only those in this state."`
}

// BatchItem is what became of one ticket of a bulk change.
type BatchItem struct {
	Ticket  int64  `json:"ticket"`
	Subject string `json:"subject" doc:"Empty when you may not see the ticket."`
	State   string `json:"state" enum:"waiting,done,failed,undone,kept"`
	Note    string `json:"note" doc:"Why it failed, or what stayed because somebody has changed it since."`

	Guards []BatchGuard `json:"guards" nullable:"false" doc:"What guards said about it; how many tickets they are about stands with the bulk change."`

	n int64
}

func (s *Service) getBatchItems(ctx context.Context, tx db.Tx, by act.Actor, in *batchItemsInput) (rest.List[BatchItem], error) {
	return s.BatchItems(ctx, tx, by, in.ID, in.State, in.Page())
}

// BatchItems lists what became of the tickets of a batch, those in a state or all. Who started it may, and who may edit every
// ticket; tickets are named to who may see them, also those that are put away.
func (s *Service) BatchItems(ctx context.Context, tx db.Tx, by act.Actor, id int64, state string, page db.Page) (rest.List[BatchItem], error) {
	none := rest.List[BatchItem]{}
	if _, err := s.Batch(ctx, tx, by, id); err != nil {
		return none, err
	}
	w := (&db.Where{}).And("batch_id = ?", id)
	if state != "" {
		w.And("state = ?", state)
	}
	_, after, ok, err := page.After()
	if err != nil {
		return none, err
	}
	if ok {
		w.And("n > ?", after)
	}
	rows, err := tx.Query(ctx, `SELECT n, ticket_id, state, note, guards FROM ticket_batch_item WHERE `+w.SQL()+` ORDER BY n LIMIT `+w.Arg(page.Size()+1), w.Args()...)
	items, err := db.Collect(rows, err, func(r db.Scanner) (i BatchItem, err error) {
		said := ""
		i.Guards = []BatchGuard{}
		if err = r.Scan(&i.n, &i.Ticket, &i.State, &i.Note, &said); err == nil && said != "" {
			err = json.Unmarshal([]byte(said), &i.Guards)
		}
		return i, err
	})
	if err != nil {
		return none, err
	}
	next := ""
	if len(items) > page.Size() {
		items = items[:page.Size()]
		next = db.Cursor(0, items[len(items)-1].n)
	}
	var ids []int64
	for _, i := range items {
		ids = append(ids, i.Ticket)
	}
	tickets, err := s.someAny(ctx, tx, by, ids)
	for i := range items {
		if t := tickets[items[i].Ticket]; t != nil {
			items[i].Subject = t.Subject
		}
	}
	return rest.NewList(items, next), err
}
