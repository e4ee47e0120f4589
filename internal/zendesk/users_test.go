package zendesk_test

import (
	"testing"
)

func TestUsers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			who, method, path string
			body              any
			status            int
			error             string
		}{
			{"agent", "GET", "/users/999999", nil, 404, "RecordNotFound"},
			{"agent", "GET", "/users/0", nil, 400, "InvalidValue"},
			{"customer", "GET", "/users", nil, 403, "Forbidden"},
			{"customer", "POST", "/users", obj{"user": obj{"name": "X", "email": "x@x.example"}}, 403, "Forbidden"},
			{"agent", "POST", "/users", "{", 400, "InvalidJSON"},
			{"agent", "POST", "/users", obj{}, 400, "InvalidRequest"},
			{"agent", "POST", "/users", obj{"user": obj{"name": "X"}}, 422, "RecordInvalid"},
			{"agent", "POST", "/users", obj{"user": obj{"name": "X", "email": "nothing"}}, 422, "RecordInvalid"},
			{"agent", "POST", "/users", obj{"user": obj{"name": "X", "email": "x@x.example", "role": "king"}}, 422, "RecordInvalid"},
			{"agent", "POST", "/users", obj{"user": obj{"name": "X", "email": "x@x.example", "role": "admin"}}, 403, "Forbidden"},
			{"agent", "POST", "/users", obj{"user": obj{"name": "X", "email": "x@x.example", "time_zone": "Nowhere"}}, 422, "RecordInvalid"},
			{"agent", "POST", "/users/create_many", obj{"users": make([]obj, 101)}, 400, "TooManyRecords"},
			{"agent", "GET", "/users/show_many", nil, 400, "BadRequest"},
			{"agent", "GET", "/users?role=king", nil, 400, "InvalidValue"},
			{"agent", "GET", "/users?page=101", nil, 400, "InvalidPaginationDepth"},
			{"agent", "DELETE", "/users/1", nil, 403, "Forbidden"},
			{"agent", "GET", "/deleted_users/1", nil, 404, "RecordNotFound"},
		} {
			if a := w.call(c.who, c.method, c.path, c.body); a.status != c.status || a.get("error") != c.error {
				t.Errorf("%s %s as %s: %d %s", c.method, c.path, c.who, a.status, a.body)
			}
		}
		if a := w.call("customer", "GET", "/users/me.json", nil); a.get("user", "role") != "end-user" || a.get("user", "email") != "customer@acme.example" {
			t.Errorf("me: %s", a.body)
		}
		for _, email := range []string{"gone@acme.example", "left@acme.example"} {
			made := w.call("admin", "POST", "/users", obj{"user": obj{"name": "Gone", "email": email}})
			if a := w.call("admin", "DELETE", "/users/"+str(made.id("user", "id")), nil); a.status != 200 {
				t.Fatalf("delete: %d %s", a.status, a.body)
			}
		}
		deleted := w.call("admin", "GET", "/deleted_users.json?page[size]=1", nil)
		id := deleted.id("deleted_users", 0, "id")
		if id == 0 || deleted.get("meta", "has_more") != true || deleted.get("deleted_users", 0, "active") != false {
			t.Errorf("deleted: %s", deleted.body)
		}
		if a := w.call("admin", "DELETE", "/deleted_users/"+str(id), nil); a.status != 200 {
			t.Errorf("erase: %d %s", a.status, a.body)
		}
		if a := w.call("admin", "GET", "/users/"+str(id), nil); a.status != 404 {
			t.Errorf("erased: %d %s", a.status, a.body)
		}
		if a := w.call("admin", "GET", "/users/count?role[]=agent&role[]=admin", nil); a.id("count", "value") != 2 {
			t.Errorf("count: %s", a.body)
		}
		w.Settle()
		w.Verify()
	})
}
