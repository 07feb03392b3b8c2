package app

import (
	"io"
	"time"

	"github.com/rs/zerolog"
)

// jsonFields are shown in JSON logs only; in pretty ones the message says it all.
var jsonFields = []string{"event", "version", "weight", "main", "left_s", "binding", "service", "alias", "status", "failure_reason", "resume_token"}

// A log line that nobody takes is let go; the default would complain about it on stderr each time.
func init() { zerolog.ErrorHandler = func(error) {} }

// newLogger writes errors to stderr and everything else to stdout.
func newLogger(stdout, stderr io.Writer, format, level string) zerolog.Logger {
	l, err := zerolog.ParseLevel(level)
	if err != nil {
		l = zerolog.InfoLevel
	}
	if format != "json" {
		stdout, stderr = console(stdout), console(stderr)
	}
	return zerolog.New(split{stdout, stderr}).Level(l).With().Timestamp().Logger()
}

func console(w io.Writer) io.Writer {
	return zerolog.ConsoleWriter{
		Out: w, NoColor: true, TimeFormat: time.TimeOnly, TimeLocation: time.Local, FieldsExclude: jsonFields,
		FormatLevel: func(i any) string {
			switch i {
			case "error":
				return "ERROR  "
			case "warn":
				return "NOTE   "
			case "debug":
				return "debug  "
			}
			return "       "
		},
	}
}

type split struct{ out, err io.Writer }

func (s split) Write(p []byte) (int, error) { return s.out.Write(p) }

func (s split) WriteLevel(l zerolog.Level, p []byte) (int, error) {
	if l >= zerolog.ErrorLevel {
		return s.err.Write(p)
	}
	return s.out.Write(p)
}
