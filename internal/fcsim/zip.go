package fcsim

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc64"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Zip packs files (name → content) into an archive whose bytes depend on nothing else, so that equal code has
// an equal checksum.
func Zip(files map[string]string) []byte {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = io.WriteString(f, files[name])
		}
		if err != nil { // a bytes.Buffer does not fail; only an impossible name can get here
			panic(fmt.Sprintf("fcsim: zip %q: %v", name, err))
		}
	}
	if err := w.Close(); err != nil {
		panic(fmt.Sprintf("fcsim: close the zip: %v", err))
	}
	return buf.Bytes()
}

// checksum is the cloud's codeChecksum: CRC-64/ECMA as a decimal number.
func checksum(data []byte) string {
	return strconv.FormatUint(crc64.Checksum(data, crc64.MakeTable(crc64.ECMA)), 10)
}

// behaviour is what a function's code tells the simulator to do when it is invoked.
type behaviour struct {
	throw, reply       string
	hasThrow, hasReply bool
}

// Limits of the search for directives, so that a hostile archive cannot fill the memory.
const (
	maxScannedFiles = 5000
	maxScannedBytes = 1 << 20
)

// scan reads the directives out of an archive; the first of each kind counts.
func scan(archive []byte) (behaviour, error) {
	var b behaviour
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return b, fmt.Errorf("open the zip: %w", err)
	}
	for i, f := range r.File {
		if i == maxScannedFiles {
			break
		}
		if f.FileInfo().IsDir() {
			continue
		}
		if err := b.scanFile(f); err != nil {
			return b, fmt.Errorf("read %q in the zip: %w", f.Name, err)
		}
	}
	return b, nil
}

func (b *behaviour) scanFile(f *zip.File) error {
	rc, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = rc.Close() }()
	data, err := io.ReadAll(io.LimitReader(rc, maxScannedBytes))
	if err != nil {
		return err
	}
	content := string(data)
	if v, ok := directive(content, "fcsim:throw "); ok && !b.hasThrow {
		b.throw, b.hasThrow = v, true
	}
	if v, ok := directive(content, "fcsim:reply "); ok && !b.hasReply {
		b.reply, b.hasReply = v, true
	}
	return nil
}

func directive(content, marker string) (string, bool) {
	_, rest, ok := strings.Cut(content, marker)
	if !ok {
		return "", false
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line), true
}
