// Package e2e runs the main job as its people do: a customer with a mail program, an agent
// with a browser, on a real server with each engine. TestMainJob needs Chromium and Node
// (`make deps`) and the built workspace (`make build`). Pictures of every step are left in
// out/e2e.
package e2e
