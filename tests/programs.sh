# What the tests of programs share, read by their shell: an empty folder to be in, laws, and runs whose output is in `out` and `err`.
set -u
export LC_ALL=C
unset WICK_THREADS WICK_ISA
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

law() { current=$1; }
fail() {
    echo "FAILED: $current: $1"
    sed 's/^/    out: /' out | head -20
    sed 's/^/    err: /' err | head -5
    failures=$((failures + 1))
}
# ends CODE PROGRAM ARGUMENTS...: it must end with that exit code
ends() {
    expected=$1
    shift
    "$@" >out 2>err
    code=$?
    [ "$code" -eq "$expected" ] || fail "$*: exit code $code, expected $expected"
}
one_line() { [ "$(wc -l <err)" -eq 1 ] || fail "not one line on stderr"; }
says() { grep -q -e "$1" err || fail "stderr does not say \"$1\""; }
