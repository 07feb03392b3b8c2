// Package app wires the rooms together: commands, their order of work, and exit codes. Only it knows all the others.
package app
