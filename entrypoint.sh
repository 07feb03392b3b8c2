#!/bin/sh
# Nothing, a command or a flag is for the tool. Shells, keep-alives and absolute paths are what CI systems start a
# container with (GitLab: sh, Jenkins: cat), so they are run as they are. Anything else is the tool's to refuse.
set -eu

# An sh drops variables with a dash in their name when it execs, so a misspelt input such as base-version would vanish.
# The tool is told of it under a name that it refuses.
dashed=$(tr '\0' '\n' <"/proc/$$/environ" 2>/dev/null | sed -n 's/^\(INPUT_[A-Za-z0-9_-]*-[A-Za-z0-9_-]*\)=..*/\1/p' | head -n 1)
if [ -n "$dashed" ]; then
	export "$(printf %s "$dashed" | tr - _)_WITH_A_DASH=1"
fi

case "${1:-}" in
sh | bash | cat | sleep | tail | fc-rollout | /*) exec "$@" ;;
*) exec /usr/local/bin/fc-rollout "$@" ;;
esac
