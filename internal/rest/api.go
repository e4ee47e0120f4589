package rest

import (
	"context"
	"net/http"
	"path"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"steward/internal/act"
	"steward/internal/db"
	"steward/internal/fault"
	"steward/internal/lang"
)

// Prefix is where the native API lives.
const Prefix = "/api/v1"

// API is where modules register their routes.
type API struct {
	Huma huma.API
	DB   *db.DB
}

// New returns the API on a mux. Its OpenAPI document is at /api/v1/openapi.json.
func New(mux *http.ServeMux, d *db.DB, version string) *API {
	cfg := huma.DefaultConfig("Steward", version)
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/openapi", "", ""
	cfg.Formats = map[string]huma.Format{"application/json": {Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshal}, "json": {Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshal}}
	cfg.CreateHooks = nil // no $schema links in answers
	cfg.Transformers = append(cfg.Transformers, func(ctx huma.Context, _ string, v any) (any, error) {
		if d, ok := v.(*Details); ok { // say which request it was
			named := *d
			named.Request = ctx.Header("X-Request-Id")
			return &named, nil
		}
		return v, nil
	})
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	cfg.Servers = []*huma.Server{{URL: Prefix}}
	cfg.Info.Description = "Errors are problem details (RFC 9457). Lists are paged with cursor and next. Changes name the version they were made against; a stale one answers 409 with the current record. docs/api.md tells the rest."
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return newProblem(nil, status, msg, errs...)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return newProblem(lang.In(ctx.Context()), status, msg, errs...)
	}
	return &API{Huma: humago.NewWithPrefix(mux, Prefix, cfg), DB: d}
}

// schemaName tells apart types of one name in two packages: DeskRow, BlueprintPlan.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	pkg := path.Base(t.PkgPath())
	if t.Name() == "" || pkg == "." || pkg == "rest" || strings.Contains(name, "[") {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

type requestKey struct{}

// Request is what the surface found out about a request before its route runs.
type Request struct {
	Actor          act.Actor // zero when signed out
	IdempotencyKey string
	Remote         string // the client's address without port
	cookies        *[]*http.Cookie
}

// SetCookie adds a cookie to the answer of the route that runs under ctx.
func SetCookie(ctx context.Context, c *http.Cookie) {
	if r := From(ctx); r.cookies != nil {
		*r.cookies = append(*r.cookies, c)
	}
}

// With puts a request into ctx for the routes behind it.
func With(ctx context.Context, r Request) context.Context {
	r.cookies = &[]*http.Cookie{}
	return context.WithValue(ctx, requestKey{}, r)
}

// From returns what With put there.
func From(ctx context.Context) Request {
	r, _ := ctx.Value(requestKey{}).(Request)
	return r
}

// Route describes one operation.
type Route struct {
	huma.Operation
	public bool
}

// GET, POST, PUT, PATCH and DELETE describe an operation at a path below the prefix.
func GET(path, summary string) Route { return route(http.MethodGet, path, summary, 200) }

// POST describes an operation that makes something; it answers 201.
func POST(path, summary string) Route { return route(http.MethodPost, path, summary, 201) }

// PUT describes an operation that sets something.
func PUT(path, summary string) Route { return route(http.MethodPut, path, summary, 200) }

// PATCH describes an operation that changes something.
func PATCH(path, summary string) Route { return route(http.MethodPatch, path, summary, 200) }

// DELETE describes an operation that removes something; it answers 204.
func DELETE(path, summary string) Route { return route(http.MethodDelete, path, summary, 204) }

func route(method, path, summary string, status int) Route {
	tag, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return Route{Operation: huma.Operation{Method: method, Path: path, Summary: summary, Tags: []string{tag}, DefaultStatus: status, MaxBodyBytes: 4 << 20,
		OperationID: operationID(method, path), Security: []map[string][]string{{"token": {}}}, Errors: failures(method, path)}}
}

// failures are the errors that an operation may answer.
func failures(method, path string) []int {
	out := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable}
	if strings.Contains(path, "{") {
		out = append(out, http.StatusNotFound)
	}
	if method != http.MethodGet {
		out = append(out, http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	return out
}

// Document adds an operation that is served outside of huma, a file or a stream, to the
// OpenAPI document. answer is the content type of its answer.
func (a *API) Document(r Route, answer string, params ...*huma.Param) {
	op := r.Operation
	op.Parameters = params
	problem := a.Huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Details](), true, "")
	op.Responses = map[string]*huma.Response{strconv.Itoa(op.DefaultStatus): {Description: http.StatusText(op.DefaultStatus), Content: map[string]*huma.MediaType{answer: {}}}}
	for _, code := range op.Errors {
		op.Responses[strconv.Itoa(code)] = &huma.Response{Description: http.StatusText(code), Content: map[string]*huma.MediaType{"application/problem+json": {Schema: problem}}}
	}
	a.Huma.OpenAPI().AddOperation(&op)
}

func operationID(method, path string) string {
	id := []byte(method)
	for i := range id {
		id[i] |= 0x20
	}
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '/':
			id = append(id, '-')
		case c != '{' && c != '}':
			id = append(id, c)
		}
	}
	return string(id)
}

// Public lets anybody call the operation, signed in or not.
func (r Route) Public() Route {
	r.public, r.Security = true, nil
	return r
}

// Status makes the operation answer another status when it succeeds.
func (r Route) Status(code int) Route {
	r.DefaultStatus = code
	return r
}

type output[B any] struct {
	SetCookie []*http.Cookie `header:"Set-Cookie"`
	Body      B
}

func (r Route) actor(ctx context.Context) (act.Actor, error) {
	by := From(ctx).Actor
	if by.PersonID == 0 && !r.public {
		return by, fault.New(fault.SignedOut, "Sign in, or send a token: Authorization: Bearer TOKEN.")
	}
	return by, nil
}

// Read registers an operation that only reads.
func Read[I, B any](a *API, r Route, h func(ctx context.Context, tx db.Tx, by act.Actor, in *I) (B, error)) {
	huma.Register(a.Huma, r.Operation, func(ctx context.Context, in *I) (*output[B], error) {
		by, err := r.actor(ctx)
		if err != nil {
			return nil, problem(ctx, err)
		}
		var out output[B]
		err = a.DB.Read(ctx, func(ctx context.Context, tx db.Tx) error {
			out.Body, err = h(ctx, tx, by, in)
			return err
		})
		if err != nil {
			return nil, problem(ctx, err)
		}
		return &out, nil
	})
}

// Change makes a change inside a transaction. It may run twice.
type Change[B any] func(ctx context.Context, tx db.Tx) (B, error)

// Write registers an operation that changes something. prepare runs outside of any
// transaction and does what takes long; what it returns runs inside one.
func Write[I, B any](a *API, r Route, prepare func(ctx context.Context, by act.Actor, in *I) (Change[B], error)) {
	most := maxKey
	r.Parameters = append(r.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &most},
		Description: "The same request with the same key is done once; within a day it gets the answer of the first time."})
	huma.Register(a.Huma, r.Operation, func(ctx context.Context, in *I) (*output[answer[B]], error) {
		by, err := r.actor(ctx)
		if err != nil {
			return nil, problem(ctx, err)
		}
		change, err := prepare(ctx, by, in)
		if err != nil {
			return nil, problem(ctx, err).against(in)
		}
		key := From(ctx).IdempotencyKey
		var out output[answer[B]]
		err = a.DB.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			if key != "" {
				return once(ctx, tx, by, key, r, in, &out.Body, change)
			}
			out.Body.value, err = change(ctx, tx)
			return err
		})
		if err != nil {
			return nil, problem(ctx, err).against(in)
		}
		return &out, nil
	})
}

// Do registers an operation that manages its transactions itself: signing in, long work.
func Do[I, B any](a *API, r Route, h func(ctx context.Context, by act.Actor, in *I) (B, error)) {
	huma.Register(a.Huma, r.Operation, func(ctx context.Context, in *I) (*output[B], error) {
		by, err := r.actor(ctx)
		if err != nil {
			return nil, problem(ctx, err)
		}
		b, err := h(ctx, by, in)
		if err != nil {
			return nil, problem(ctx, err).against(in)
		}
		out := &output[B]{Body: b}
		if r := From(ctx); r.cookies != nil {
			out.SetCookie = *r.cookies
		}
		return out, nil
	})
}

// None is the body of an operation that answers nothing.
type None = struct{}
