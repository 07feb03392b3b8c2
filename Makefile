# The tools' versions, for CI and for you.
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
ACTIONLINT    := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
VERSION       ?= $(shell git describe --tags --always --dirty 2>/dev/null)
IMAGE         ?= fc-rollout:dev
export PATH   := $(CURDIR)/bin/tools:$(PATH)

.PHONY: build test race fuzz lint fmt demo bench image tools action
build: ## stripped binary in bin/
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X github.com/fc-rollout/fc-rollout/internal/app.version=$(VERSION)' -o bin/fc-rollout ./cmd/fc-rollout

test: ## the README's test command
	go test ./...

race: ## what CI runs as well
	go test -race -shuffle=on -count=1 ./...

fuzz: ## each fuzz test for FUZZTIME
	sh .ci/fuzz $(or $(FUZZTIME),20s)

lint: tools
	golangci-lint run ./...
	actionlint
	shellcheck entrypoint.sh .ci/run .ci/fuzz

fmt: tools
	golangci-lint fmt

demo:
	go run ./cmd/fc-rollout demo

bench: ## figures, not assertions
	go run ./cmd/bench

image:
	docker build --build-arg VERSION=$(VERSION) -t $(IMAGE) .

action: ## write action.yml and the README's tables anew from the table of inputs
	go test ./internal/app -run TestActionAndReadmeFollowTheTable -update

tools: bin/tools/golangci-lint bin/tools/actionlint
bin/tools/golangci-lint:
	GOBIN=$(CURDIR)/bin/tools go install $(GOLANGCI_LINT)
bin/tools/actionlint:
	GOBIN=$(CURDIR)/bin/tools go install $(ACTIONLINT)
