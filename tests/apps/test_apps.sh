#!/bin/sh
# A program of apps/ from the outside: test_apps.sh NAME. $PROGRAM is the program, $WICK the command, which draws its data. Runs are
# small, and what they print must show that something was learnt.
set -u
export LC_ALL=C
unset WICK_THREADS WICK_ISA
: "${PROGRAM:?names the program to test}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
    echo "FAILED: $1"
    sed 's/^/    out: /' out | head -20
    sed 's/^/    err: /' err | head -5
    failures=$((failures + 1))
}
# run CODE ARGUMENTS...: the program must end with that exit code
run() {
    expected=$1
    shift
    "$PROGRAM" "$@" >out 2>err
    code=$?
    [ "$code" -eq "$expected" ] || fail "$*: exit code $code, expected $expected"
}
# refuses CODE WORDS ARGUMENTS...: ends with that code and an error of one line that has the words
refuses() {
    expected=$1
    words=$2
    shift 2
    run "$expected" "$@"
    [ "$(wc -l <err)" -eq 1 ] || fail "$*: not one line on stderr"
    grep -q -e "$words" err || fail "$*: stderr does not say \"$words\""
}
# number WORDS: the number behind the last occurrence of the words in what was printed
number() { sed -n "s/.*$1 \(-\{0,1\}[0-9][0-9.e+-]*\).*/\1/p" out | tail -1; }
# holds EXPRESSION: of numbers
holds() { awk "BEGIN { exit !($1) }" || fail "does not hold: $1"; }
written() { [ -s "$1" ] || fail "$1 was not written"; }

case $1 in
mnist_cnn)
    "$WICK" synth digits -o digits.h5 --train 2000 --test 500 >/dev/null || fail "no digits"
    "$WICK" synth sine -o sine.h5 --train 100 --test 10 >/dev/null || fail "no sine"
    run 0 digits.h5 --epochs 3 --batch 32 --save net.safetensors
    holds "$(number 'test accuracy') > 80"
    written net.safetensors
    cp out first
    run 0 digits.h5 --epochs 3 --batch 32 --save net.safetensors
    cmp -s out first || fail "a second run with the same seed prints something else"
    refuses 1 'cannot open none.h5' none.h5
    refuses 1 'sine.h5: expected images' sine.h5
    refuses 2 'from 1 to 1000' digits.h5 --epochs 0
    refuses 2 'no option --epoch;' digits.h5 --epoch 1
    ;;
char_transformer)
    i=0
    while [ $i -lt 200 ]; do
        echo "the $((i * 7 % 10)) cats sit on the mat and the $((i * 3 % 10)) dogs run to the sea"
        i=$((i + 1))
    done >text.txt
    run 0 text.txt --steps 120 --context 16 --width 32 --layers 1 --heads 2 --sample 120 --temperature 0.5
    holds "$(number 'validation loss') < 1" # all equally likely would be 3.2
    grep -q -E 'cats sit on the|dogs run to the' out || fail "it writes none of the text's words"
    refuses 1 'none.txt: cannot be opened' none.txt
    echo short >short.txt
    refuses 1 'short.txt: 6 bytes are too few' short.txt
    refuses 1 'nhead must divide d_model' text.txt --heads 3
    refuses 2 'no option --depth;' text.txt --depth 3
    ;;
*)
    echo "no test for the program $1"
    exit 1
    ;;
esac
run 2
grep -q "^usage: $1" err || fail "it does not tell how it is used"
[ $failures -eq 0 ] && echo "$1: as expected"
exit $failures
