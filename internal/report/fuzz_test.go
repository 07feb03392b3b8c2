package report

import (
	"html"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzForeignText(f *testing.F) {
	for _, seed := range []string{
		hostileText, "plain", "", "a\nb", "\r\n", "\u2028", "|", "`", "<", "&lt;", "\\", "\x00\x1b[31m", "\xff\xfe", "::error::x", "##[x", "a://b", "日本語\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		line := OneLine(text)
		if strings.ContainsAny(line, "\r\n\x00\x1b\v\f\u2028\u2029") {
			t.Fatalf("OneLine(%q) = %q", text, line)
		}
		md := Markdown(text)
		if strings.ContainsAny(md, "\r\n<>|`*[]@~\\") || strings.Contains(md, "://") {
			t.Fatalf("Markdown(%q) = %q", text, md)
		}
		if utf8.ValidString(text) && html.UnescapeString(md) != line {
			t.Fatalf("Markdown(%q) = %q, which reads as %q, not as %q", text, md, html.UnescapeString(md), line)
		}
		if again := OneLine(line); again != line {
			t.Fatalf("OneLine(%q) = %q, and of that %q", text, line, again)
		}
	})
}
