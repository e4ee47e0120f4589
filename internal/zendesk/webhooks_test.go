package zendesk_test

import "testing"

func TestBadWebhooks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		made := w.call("admin", "POST", "/webhooks", obj{"webhook": obj{"name": "Shop", "endpoint": "http://127.0.0.1:1/hook", "http_method": "POST", "request_format": "json"}})
		if made.status != 201 {
			t.Fatalf("%d %s", made.status, made.body)
		}
		id, _ := made.get("webhook", "id").(string)
		for _, c := range []struct {
			method, path string
			body         any
			status       int
			error        string
		}{
			{"POST", "/webhooks", obj{"webhook": obj{"name": "x"}}, 422, "RecordInvalid"},
			{"POST", "/webhooks", obj{"webhook": obj{"endpoint": "https://a.example"}}, 422, "RecordInvalid"},
			{"POST", "/webhooks", obj{"webhook": obj{"name": "x", "endpoint": "nowhere"}}, 422, "RecordInvalid"},
			{"POST", "/webhooks", obj{"webhook": obj{"name": "x", "endpoint": "https://a.example", "request_format": "stone"}}, 422, "RecordInvalid"},
			{"POST", "/webhooks", obj{"webhook": obj{"name": "x", "endpoint": "https://a.example", "authentication": obj{"type": "smile"}}}, 422, "RecordInvalid"},
			{"POST", "/webhooks", obj{"webhook": obj{"name": "x", "endpoint": "https://a.example", "authentication": obj{"type": "bearer_token"}}}, 422, "RecordInvalid"},
			{"POST", "/webhooks", obj{"webhook": obj{"name": "x", "endpoint": "https://a.example", "custom_headers": obj{"Host": "b.example"}}}, 422, "RecordInvalid"},
			{"POST", "/webhooks", "{", 400, "InvalidJSON"},
			{"POST", "/webhooks?clone_webhook_id=999999", obj{}, 404, "RecordNotFound"},
			{"PATCH", "/webhooks/" + id, obj{"webhook": obj{"status": "asleep"}}, 422, "RecordInvalid"},
			{"PATCH", "/webhooks/999999", obj{"webhook": obj{"status": "active"}}, 404, "RecordNotFound"},
			{"DELETE", "/webhooks/999999", nil, 404, "RecordNotFound"},
			{"GET", "/webhooks/999999/signing_secret", nil, 404, "RecordNotFound"},
			{"POST", "/webhooks/test", obj{"request": obj{"endpoint": "ftp://a.example"}}, 422, "RecordInvalid"},
			{"POST", "/webhooks/test?webhook_id=" + id, obj{"request": obj{"endpoint": "https://thief.example", "payload": "{}"}}, 422, "RecordInvalid"},
			{"POST", "/webhooks/test", obj{"request": obj{"endpoint": "http://10.0.0.1/", "payload": "{}"}}, 422, "RecordInvalid"},
			{"GET", "/webhooks/" + id + "/invocations/999999/attempts", nil, 404, "RecordNotFound"},
		} {
			if a := w.call("admin", c.method, c.path, c.body); a.status != c.status || a.get("error") != c.error {
				t.Errorf("%s %s %v: %d %s", c.method, c.path, c.body, a.status, a.body)
			}
			for _, who := range []string{"agent", "customer", "nobody"} {
				if a := w.call(who, c.method, c.path, c.body); a.status != map[string]int{"agent": 403, "customer": 403, "nobody": 401}[who] && a.status != 404 {
					t.Errorf("%s %s as %s: %d %s", c.method, c.path, who, a.status, a.body)
				}
			}
		}
		for _, path := range []string{"/webhooks/" + id + "/signing_secret", "/webhooks/" + id, "/webhooks", "/webhooks/" + id + "/invocations"} {
			if a := w.call("customer", "GET", path, nil); a.status != 403 {
				t.Errorf("a customer reads %s: %d %s", path, a.status, a.body)
			}
		}
		if a := w.call("agent", "GET", "/webhooks/"+id+"/signing_secret", nil); a.status != 403 {
			t.Errorf("an agent reads the secret: %d %s", a.status, a.body)
		}
		w.call("admin", "POST", "/triggers", obj{"trigger": obj{"title": "Tell", "actions": []obj{{"field": "notification_webhook", "value": []string{id, "{}"}}}}})
		if a := w.call("admin", "DELETE", "/webhooks/"+id, nil); a.status != 422 {
			t.Errorf("one that a trigger names goes: %d %s", a.status, a.body)
		}
	})
}
