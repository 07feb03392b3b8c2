package ci

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"
)

// written is what comes out of a writer for one Write.
func written(t *testing.T, github bool, secrets []string, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := &SafeWriter{to: &out, github: github}
	for _, s := range secrets {
		w.hide(s)
	}
	if n, err := w.Write([]byte(text)); n != len(text) || err != nil {
		t.Fatalf("write %q: %d, %v", text, n, err)
	}
	return out.String()
}

// commandIn gives the line that the runner could take for a workflow command: it trims before it looks for "::", and
// finds "##[" anywhere.
func commandIn(text string) string {
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		body := strings.TrimLeftFunc(line, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
		})
		if strings.HasPrefix(body, "::") || strings.Contains(line, "##[") {
			return line
		}
	}
	return ""
}

var hostile = []string{
	"::set-output name=status::completed", "  ::error::x", "\t::stop-commands::x", "\ufeff::add-mask::x", "\u200b::error::x", "\u00a0::error::x",
	"\u2028::error::x", "\x1b[31m::error::x", "\x00::error::x", "\x07\u200e \t::error::x", "\r::error::x", "a\n::error::x", "a\r::error::x", "a\r\n ::error::x",
	"\u0085::error::x", "\v\f::error::x", ":\x00:error::x", "\u061c:\x1b:error::x", ":::error::x", "::::", "::", "##[error]x", "  ##[group]x", "a ##[command]x",
	"###[error]x", "#\x00#[error]x", "##\x1b[31mx", "##[##[", "{\"a\":1} ##[error]", " {::}\n::x", "\xff::error::x", "\xff\xfe##[x", "\u00ad::error::x", "\U000e0001::error::x",
}

func TestForeignTextNeverFormsACommand(t *testing.T) {
	t.Parallel()
	for _, text := range hostile {
		got := written(t, true, nil, text+"\n")
		if line := commandIn(got); line != "" {
			t.Errorf("%q comes out as the command %q", text, line)
		}
		if strings.Count(got, "\n") != strings.Count(text+"\n", "\n") {
			t.Errorf("%q comes out with other lines: %q", text, got)
		}
	}
}

func TestPlainTextComesOutAsItIs(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"alias prod  [█████░░] version 1 60 %, version 2 40 %\n", "a :: b\n", "时间 10:42:00\n", "# [x]\n", "one\ntwo\n", "\tindented\n", "", "\n",
		"{\"level\":\"info\",\"message\":\"a::b\"}\n", "std::vector\n",
	} {
		for _, github := range []bool{true, false} {
			if got := written(t, github, nil, text); got != text {
				t.Errorf("github %v: %q comes out as %q", github, text, got)
			}
		}
	}
}

func TestControlCharactersAreRemovedEverywhere(t *testing.T) {
	t.Parallel()
	for _, github := range []bool{true, false} {
		if got := written(t, github, nil, "a\x1b[2Jb\rc\x00d\te\u009b\n"); got != "a[2Jbcd\te\n" {
			t.Errorf("github %v: %q", github, got)
		}
	}
}

func TestSecretsNeverAppear(t *testing.T) {
	t.Parallel()
	secrets := []string{"LTAI5tExample", "a/b+c=="}
	for _, text := range []string{
		"LTAI5tExample", "xLTAI5tExampley", "LTAI5tExampleLTAI5tExample", "{\"k\":\"a/b+c==\"}", "a/b+c==\nLTAI5tExample\n", "::LTAI5tExample::",
	} {
		for _, github := range []bool{true, false} {
			got := written(t, github, secrets, text)
			for _, s := range secrets {
				if strings.Contains(got, s) {
					t.Errorf("github %v: %q comes out as %q", github, text, got)
				}
			}
			if !strings.Contains(got, "***") {
				t.Errorf("github %v: %q comes out as %q", github, text, got)
			}
		}
	}
}

func TestJSONLinesKeepTheirMeaning(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"##[error]x", "a ###[group] b", `\##[x`, "::error::x", "tab\tline\nend", "\u2028\u200b", "</script>", `"quoted"`} {
		line, err := json.Marshal(map[string]string{"message": message})
		if err != nil {
			t.Fatal(err)
		}
		got := written(t, true, nil, string(line)+"\n")
		var back map[string]string
		if err := json.Unmarshal([]byte(got), &back); err != nil || back["message"] != message {
			t.Errorf("%s comes out as %s: %q, %v", line, got, back["message"], err)
		}
		if command := commandIn(got); command != "" {
			t.Errorf("%s comes out as the command %s", line, command)
		}
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken pipe")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestABrokenPipeIsAnError(t *testing.T) {
	t.Parallel()
	s := Detect(func(string) string { return "" }, brokenWriter{}, io.Discard)
	if _, err := io.WriteString(s.Stdout(), "x\n"); !errors.Is(err, errBroken) {
		t.Errorf("err = %v", err)
	}
}

func FuzzSafeWriter(f *testing.F) {
	for _, text := range hostile {
		f.Add([]byte(text+"\n"), "message")
	}
	f.Add([]byte(fuzzSecret+"\n::"+fuzzSecret+"##["), fuzzSecret)
	f.Add([]byte("{\"a\":\""+fuzzSecret+"##[\"}\n"), "##["+fuzzSecret+"\\\"")
	f.Fuzz(func(t *testing.T, data []byte, message string) {
		for _, github := range []bool{true, false} {
			got := written(t, github, []string{fuzzSecret}, string(data))
			if command := commandIn(got); github && command != "" {
				t.Fatalf("%q comes out as the command %q", data, command)
			}
			if strings.Contains(got, fuzzSecret) {
				t.Fatalf("%q comes out with the secret: %q", data, got)
			}
			line, err := json.Marshal(map[string]string{"message": message, "key": fuzzSecret})
			if err != nil {
				t.Fatal(err)
			}
			logged := written(t, github, []string{fuzzSecret}, string(line)+"\n")
			if !json.Valid([]byte(logged)) || strings.Contains(logged, fuzzSecret) || (github && commandIn(logged) != "") || strings.Count(logged, "\n") != 1 {
				t.Fatalf("%s comes out as %s", line, logged)
			}
		}
	})
}

const fuzzSecret = "S3cReT/vAlUe+="

func TestASplitSecretStaysHidden(t *testing.T) {
	t.Parallel()
	if got := written(t, true, []string{"LTAI5tExample"}, "LTAI5t\x1bExample\n"); strings.Contains(got, "LTAI5tExample") {
		t.Errorf("%q", got)
	}
	if got := written(t, false, []string{"abc", "abcdef"}, "abcdef\n"); got != "***\n" {
		t.Errorf("%q", got)
	}
}
