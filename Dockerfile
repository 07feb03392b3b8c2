ARG GO_IMAGE=golang:1.26-alpine
ARG BASE_IMAGE=alpine:3.22

FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY internal internal
ARG VERSION=dev
# -tags timetzdata: time zones are in the binary, so the image needs no package for them.
RUN CGO_ENABLED=0 go build -trimpath -tags timetzdata \
    -ldflags "-s -w -X github.com/fc-rollout/fc-rollout/internal/app.version=${VERSION}" \
    -o /out/fc-rollout ./cmd/fc-rollout

# alpine has what CI systems expect of an image: sh, cat, grep, ps and CA certificates. No USER and no WORKDIR: GitHub
# runs the step as root in the workspace, Jenkins as the agent's user.
FROM ${BASE_IMAGE}
ARG VERSION=dev
LABEL org.opencontainers.image.title="fc-rollout" \
    org.opencontainers.image.description="Progressive releases of Alibaba Cloud Function Compute" \
    org.opencontainers.image.source="https://github.com/fc-rollout/fc-rollout" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}"
COPY --from=build /out/fc-rollout /usr/local/bin/fc-rollout
COPY entrypoint.sh /usr/local/bin/entrypoint.sh
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
