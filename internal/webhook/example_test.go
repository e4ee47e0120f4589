package webhook_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Example is the receiver that docs/api.md shows.
func Example() {
	webhook, err := standardwebhooks.NewWebhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		panic(err)
	}
	receive := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || webhook.VerifyIgnoringTimestamp(body, r.Header) != nil { // Verify, in earnest
			http.Error(w, "not signed by Steward", http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusNoContent) // keep r.Header.Get("webhook-id"): it may come twice
	}
	for _, body := range []string{`{"test": 2432232314}`, `{"test": 2432232315}`} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
		r.Header.Set("webhook-timestamp", "1614265330")
		r.Header.Set("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
		w := httptest.NewRecorder()
		receive(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 204
	// 401
}
