# Steward. `make demo` opens a living workspace; `make test` installs what tests need and runs them all.
SHELL := /bin/bash
GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
WEB_SOURCES := $(shell find web/src web/language web/public web/index.html web/package-lock.json web/vite.config.ts -type f 2>/dev/null)

.PHONY: deps build demo test test-long bench bench-strace lint clean

deps: ## install what a fresh Debian with Go and Node lacks; elsewhere say what is missing
	@./scripts/deps

build: bin/steward ## build the workspace and the binary

bin/steward: web/dist/index.html $(shell find cmd internal toolbox starter web/embed.go go.mod go.sum -type f)
	@mkdir -p bin
	$(GO) build -trimpath -ldflags "-s -w -X steward/internal/app.Version=$(VERSION)" -o bin/steward ./cmd/steward

web/dist/index.html: $(WEB_SOURCES) web/node_modules/.package-lock.json
	cd web && npm run build

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund

demo: build ## a generated company on the embedded database, ready to click
	./bin/steward demo

test: deps build lint ## everything, on both engines
	cd web && npm test
	$(GO) test -count=1 -p 3 -timeout 40m ./...

test-long: deps build ## the slow ones: many random kills, long random lives, fuzzing
	STEWARD_LONG=1 $(GO) test -timeout 120m ./...
	@grep -rn --include='*_test.go' '^func Fuzz' internal cmd toolbox | sed -E 's/^([^:]*)\/[^/:]*:[0-9]+:func (Fuzz[A-Za-z]*).*/.\/\1 \2/' | while read -r package target; do \
		$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime 3m "$$package" || exit 1; done

bench: build ## figures on both engines side by side
	$(GO) run ./bench

bench-strace: ## how fast logs of strace are read, beside wc and a bare loop
	$(GO) run ./bench/strace

lint: web/node_modules/.package-lock.json ## formatting, vet, types, tidy modules
	@test -z "$$(gofmt -l cmd internal toolbox starter bench web/*.go 2>/dev/null | tee /dev/stderr)" || { echo "run gofmt on the files above"; exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff
	$(GO) mod verify
	$(GO) run ./internal/lang/words check
	cd web && npm run lint

clean:
	rm -rf bin out web/dist/assets web/dist/index.html web/node_modules
