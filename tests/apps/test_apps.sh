#!/bin/sh
# A program of apps/ from the outside: test_apps.sh NAME. $PROGRAM is the program, $WICK the command, which draws its data. Runs are
# small, and what they print must show that something was learnt.
: "${PROGRAM:?names the program to test}"
# shellcheck source=../programs.sh
. "$(dirname "$0")/../programs.sh"
law "$1"

# run CODE ARGUMENTS...: of the program
run() {
    expected=$1
    shift
    ends "$expected" "$PROGRAM" "$@"
}
# refuses CODE WORDS ARGUMENTS...: ends with that code and an error of one line that has the words
refuses() {
    expected=$1
    words=$2
    shift 2
    run "$expected" "$@"
    one_line
    says "$words"
}
# number WORDS: the number behind the last occurrence of the words in what was printed
number() { sed -n "s/.*$1 \(-\{0,1\}[0-9][0-9.e+-]*\).*/\1/p" out | tail -1; }
# shows PATTERN: what is printed has it within a minute
shows() {
    tenths=0
    until grep -q -E "$1" out; do
        [ $((tenths += 1)) -lt 600 ] || return 1
        sleep 0.1
    done
}
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
mnist_cnn_whole)
    if [ ! -e "${WICK_DATA_DIR:-}/mnist/train-images-idx3-ubyte.gz" ]; then
        echo "skipped: no MNIST under WICK_DATA_DIR"
        exit 77
    fi
    "$WICK" import mnist "$WICK_DATA_DIR/mnist" -o mnist.h5 >/dev/null || fail "no MNIST"
    run 0 mnist.h5 --epochs 3
    holds "$(number 'test accuracy') > 99"
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
online)
    run 0 --throws 6000 --rounds 8 --steps 100
    [ "$(grep -c '^round' out)" -eq 8 ] || fail "not eight rounds"
    holds "$(number 'error') < 1.5" # metres, of throws of some 20
    run 0 --queue --throws 30000 --rounds 8 --steps 60 # each throw once: the last round is cut short
    [ "$(grep -c '^round' out)" -eq 8 ] || fail "not eight rounds from the queue"
    grep -q '^round 8: 30000 throws' out || fail "not every throw was learnt from"
    holds "$(number 'error') < 1.5"
    run 0 --queue --throws 100000000 --rounds 2 --steps 20 # the training ends the simulation
    "$PROGRAM" --write rows.txt --throws 4000 || fail "nothing is written"
    "$PROGRAM" --read rows.txt --rounds 20000 --steps 100 >out 2>err &
    reader=$!
    shows '^round 1: 3968 throws' || fail "it does not read what is there"
    "$PROGRAM" --write rows.txt --throws 4000 || fail "the list does not go on"
    shows '^round ([2-9][0-9]|[0-9]{3,}): 8000 throws' || fail "it does not see what came"
    kill $reader
    wait $reader 2>/dev/null
    holds "$(number 'error') < 1.5"
    run 0 --read rows-000001.h5 --rounds 2 --steps 100 # one file, too, though nobody adds to this one
    grep -q '^round 2: 1024 throws' out || fail "not the rows of one file"
    refuses 1 'nowhere/rows' --write nowhere/rows.txt --throws 2000
    refuses 2 'no option --throw;' --throw 3
    refuses 2 'from 128 to' --keep 3
    ;;
surrogate)
    run 0 runs.h5 net.safetensors --runs 1000 --epochs 40
    [ "$(grep -c ' R2 ' out)" -eq 3 ] || fail "not three scores"
    [ "$(awk '/ R2 / { sub(/.* R2 /, ""); if ($1 + 0 > 0.98) n++ } END { print n + 0 }' out)" -eq 3 ] || fail "an R2 is not above 0.98"
    written runs.h5
    written net.safetensors
    for name in x_mean x_std y_mean y_std net.0.weight; do
        grep -q -a "\"$name\"" net.safetensors || fail "the model's file has no $name"
    done
    if [ -n "${WICK:-}" ]; then
        "$WICK" inspect runs.h5 >out 2>err || fail "wick inspect refuses the runs"
        grep -q -E '/train/x +f64 +\[1000, 4\]' out || fail "the file does not hold 1000 runs of 4 inputs"
    fi
    refuses 1 'none/runs.h5' none/runs.h5 net.safetensors --runs 100
    refuses 1 'none/net.safetensors' runs.h5 none/net.safetensors --runs 100 --epochs 1
    refuses 2 'from 50 to' runs.h5 net.safetensors --runs 10
    ;;
autoencoder)
    "$WICK" synth digits -o digits.h5 --train 2000 --test 200 >/dev/null || fail "no digits"
    "$WICK" synth sine -o sine.h5 --train 100 --test 10 >/dev/null || fail "no sine"
    run 0 digits.h5 digits.pgm --epochs 6 --batch 32
    holds "$(number 'test images') > 0.3"
    grep -q '[%@]' out || fail "nothing is drawn"
    head -c 14 digits.pgm | grep -q '^280 56$' || fail "digits.pgm is no picture of 280 x 56"
    [ "$(wc -c <digits.pgm)" -eq 15694 ] || fail "digits.pgm is not as long as such a picture"
    refuses 1 'none.h5' none.h5 digits.pgm
    refuses 1 'expected x \[n, 28, 28\]' sine.h5 digits.pgm
    refuses 1 'none/digits.pgm: cannot be opened' digits.h5 none/digits.pgm --epochs 1
    refuses 2 'no option --codes;' digits.h5 digits.pgm --codes 3
    ;;
compare_optimizers)
    run 0 --epochs 15
    [ "$(wc -l <out)" -eq 6 ] || fail "not a row for each of five optimizers"
    [ "$(awk 'NR > 1 && $4 > 95 { n++ } END { print n + 0 }' out)" -eq 5 ] || fail "one stays below 95 %"
    run 0 --data blobs --epochs 1 adam:lr=0.001 adam:lr=0.001
    [ "$(awk 'NR > 1 { print $1, $2, $3, $4 }' out | uniq | wc -l)" -eq 1 ] || fail "the same optimizer ends elsewhere"
    refuses 1 "did you mean 'adam'" adma
    refuses 1 "sgd has no option 'lrr'" sgd:lrr=1
    refuses 1 'did you mean "moons"' --data moon
    refuses 1 'sine has no classes' --data sine
    refuses 2 'from 1 to 4000' --batch 0
    ;;
*)
    echo "no test for the program $1"
    exit 1
    ;;
esac
run 2 --seed # without its value
grep -q "^usage: ${1%_whole}" err || fail "it does not tell how it is used"
[ $failures -eq 0 ] && echo "$1: as expected"
exit $failures
