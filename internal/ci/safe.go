package ci

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// SafeWriter passes whole lines on without secrets, without control characters and, on GitHub, without anything that the
// runner could take for a workflow command. One Write holds one or more whole lines.
type SafeWriter struct {
	mu      sync.Mutex
	to      io.Writer
	github  bool
	secrets []string
}

func (w *SafeWriter) hide(secret string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets = append(w.secrets, secret)
	// Longest first: one secret may be the beginning of another.
	slices.SortFunc(w.secrets, func(a, b string) int { return len(b) - len(a) })
}

// Write reports the length that it was given, as if nothing had been replaced.
func (w *SafeWriter) Write(p []byte) (int, error) {
	// Control characters go first: without them a secret may come together again.
	text := w.redact(printable(string(p)))
	lines := strings.SplitAfter(text, "\n")
	if w.github {
		for i, line := range lines {
			lines[i] = defuse(line)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := io.WriteString(w.to, strings.Join(lines, "")); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w *SafeWriter) redact(s string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, secret := range w.secrets {
		s = strings.ReplaceAll(s, secret, "***")
	}
	return userInfo.ReplaceAllString(s, "://***@")
}

// userInfo is the part of a URL that may hold a password, such as a proxy's.
var userInfo = regexp.MustCompile(`://[^\s/@"]+@`)

// clean is for text that goes into a command of ours, which escapes line breaks itself.
func (w *SafeWriter) clean(s string) string {
	return strings.ReplaceAll(w.redact(printable(s)), "##[", "# #[")
}

// printable drops control characters but line breaks and tabs.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

// defuse breaks up what the runner takes for a command. It trims before it looks for "::", and finds the old form "##["
// anywhere in a line.
func defuse(line string) string {
	body := strings.TrimLeftFunc(line, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
	if strings.HasPrefix(body, "::") {
		line = ": :" + strings.TrimPrefix(body, "::")
	}
	if strings.HasPrefix(body, "{") { // a JSON log line stays JSON
		return strings.ReplaceAll(line, "##[", `#\u0023[`)
	}
	return strings.ReplaceAll(line, "##[", "# #[")
}
