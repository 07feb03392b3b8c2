package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const productPackage = "github.com/fc-rollout/fc-rollout/cmd/fc-rollout"

// product is the binary under measurement, built as it is released.
type product struct {
	path string
	dir  string // its working directory, away from the tree
	size int64
}

func build(ctx context.Context, dir string) (product, error) {
	p := product{path: filepath.Join(dir, "fc-rollout"), dir: dir}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", p.path, productPackage)
	if out, err := cmd.CombinedOutput(); err != nil {
		return p, fmt.Errorf("build %s: %w\n%s", productPackage, err, out)
	}
	info, err := os.Stat(p.path)
	if err != nil {
		return p, fmt.Errorf("look at the binary: %w", err)
	}
	p.size = info.Size()
	return p, nil
}
