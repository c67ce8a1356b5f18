#!/bin/sh
# The command wick from the outside: what it prints, which files appear, and how it ends. $WICK is the program. Needs a
# POSIX shell; JSON is checked by python3 where there is one.
: "${WICK:?names the program to test}"
case $WICK in /*) ;; *) WICK=$PWD/$WICK ;; esac
[ -x "$WICK" ] || { echo "no program $WICK"; exit 1; }
# shellcheck source=../programs.sh
. "$(dirname "$0")/../programs.sh"

# run CODE ARGUMENTS...: of wick
run() {
    expected=$1
    shift
    ends "$expected" "$WICK" "$@"
}
# An error is one line that begins with the command's name.
refuses() {
    run "$@"
    one_line
    grep -q '^wick[a-z -]*: ' err || fail "the error does not begin with the command's name"
}
shows() { grep -q -e "$1" out || fail "stdout does not show \"$1\""; }
no_parts() {
    # shellcheck disable=SC2012
    left=$(ls -A . runs 2>/dev/null | grep -E 'part|tmp|~$')
    [ -z "$left" ] || fail "left over: $left"
}
shows_file() { grep -q "$2" "$1" || fail "$1 does not show $2"; }
same_run() { # FOLDER FOLDER
    cmp "$1/metrics.csv" "$2/metrics.csv" || fail "the logs of $1 and $2 differ"
    for file in best "$(cd "$1" && printf '%s\n' ckpt-* | tail -1 | cut -d. -f1)"; do
        cmp "$1/$file.safetensors" "$2/$file.safetensors" || fail "$2/$file.safetensors differs from that of $1"
    done
}
same_weights() { # FOLDER FOLDER: of runs that were asked for other lengths, which their checkpoints tell
    cmp "$1/metrics.csv" "$2/metrics.csv" || fail "the logs of $1 and $2 differ"
    for which in --quiet --last; do
        run 0 export "$1" $which --safetensors one.safetensors --force -q
        run 0 export "$2" $which --safetensors two.safetensors --force -q
        cmp one.safetensors two.safetensors || fail "the weights of $1 and $2 differ"
    done
}
is_json() { # each line of a file is a JSON value
    if command -v python3 >/dev/null; then
        python3 -c 'import json, sys
for line in open(sys.argv[1]): json.loads(line)' "$1" || fail "$1 has a line that is no JSON"
    else
        ! grep -v '^{.*}$' "$1" >/dev/null || fail "$1 has a line that is no JSON object"
    fi
}
little() { # bytes of an integer below 256 as eight bytes of an npy
    # shellcheck disable=SC2059
    for n in "$@"; do printf "\\$(printf %o "$n")\\000\\000\\000\\000\\000\\000\\000"; done
}
npy() { # TYPE SHAPE: the header of an npy file, 128 bytes
    printf '\223NUMPY\001\000\166\000'
    printf '%-117s\n' "{'descr': '$1', 'fortran_order': False, 'shape': ($2), }"
}
big() { # four bytes, the first one highest
    printf "\\000\\000\\$(printf %o $(($1 / 256)))\\$(printf %o $(($1 % 256)))"
}
idx() { # FOLDER STEM ROWS LABEL: images and labels of ROWS digits
    { printf '\000\000\010\003' && big "$3" && big 28 && big 28 && head -c $(($3 * 784)) /dev/zero; } >"$1/$2-images-idx3-ubyte"
    { printf '\000\000\010\001' && big "$3" && for i in $(seq "$3"); do printf "\\$(printf %o $(((i - 1) % $4)))"; done; } >"$1/$2-labels-idx1-ubyte"
}

law "help goes to stdout and names every command"
run 0 --help
for name in synth import inspect repack train eval predict export show lr-find compare info; do shows "^  $name "; done
run 0 help train
shows '^usage: wick train'
for name in synth import inspect repack train eval predict export show lr-find compare info; do
    run 0 "$name" --help
    shows '^options:'
    awk 'length > 80' out >long
    [ ! -s long ] || fail "wick $name --help has a line of more than 80 columns: $(head -1 long)"
done
run 2
run 0 --version
shows '^wick [0-9]'
run 0 info --json
is_json out

law "what is mistyped is named, with the nearest word there is"
refuses 2 trian x.h5
says 'did you mean train?'
refuses 2 train x.h5 --epohcs 3
says 'did you mean --epochs?'
refuses 2 train x.h5 -epochs 3
says 'did you mean --epochs?'
refuses 2 train x.h5 -z
says 'unknown option -z; wick train --help lists the options'
refuses 2 train x.h5 --optim adan
says 'did you mean adam?'
refuses 2 train x.h5 --optim lbfgs
says 'lbfgs asks for the loss several times a step'
refuses 2 train x.h5 --optim muon
says 'muon trains matrices alone'
refuses 2 train x.h5 --optim gradient
says 'there are sgd, adagrad, .*lamb'
refuses 2 compare x.h5 --optim sgd,adgrad
says 'did you mean adagrad?'
refuses 2 synth digts -o x.h5
says 'did you mean digits?'
refuses 2 import cvs x.csv -o x.h5
says 'did you mean csv?'

law "values out of place are named, with what was expected"
refuses 2 train
refuses 2 train x.h5 y.h5
refuses 2 train x.h5 --epochs
refuses 2 train x.h5 --epochs ten
says '"ten"; expected a whole number from 1'
refuses 2 train x.h5 --epochs 0
refuses 2 train x.h5 --lr=-1
refuses 2 train x.h5 --json=yes
refuses 2 train x.h5 --hidden 64,x
refuses 2 compare x.h5 --seeds 0
refuses 2 compare x.h5 --optim sgd,adam,sgd
says 'twice'
refuses 2 compare x.h5 --lr adamw=1
refuses 2 compare x.h5 --lr 0.1
refuses 2 synth moons
says '-o FILE.h5'
refuses 2 synth moons -o x.h5 --shuffle
says 'expected --deflate beside it'
[ ! -e x.h5 ] || fail "x.h5 was made"

law "what a schedule, a clip or an average cannot be is named before anything is made"
run 0 synth digits -o rates.h5 --train 300 --test 50 -q
for wrong in 'cosin:cosine?' 'cosine\:t_mx=3:t_max' 'exponential:gamma is not given' 'cosine\:every=day:step or epoch' \
    'plateau\:every=step:validation loss' 'one_cycle\:pct_start=2:pct_start is 2'; do
    text=$(echo "$wrong" | sed 's/\([^\]\):.*/\1/; s/\\:/:/')
    refuses 2 train rates.h5 --schedule "$text" -o wrong
    says "${wrong##*:}"
done
refuses 2 train rates.h5 --schedule one_cycle --optim adagrad -o wrong
says 'no momentum to cycle'
refuses 2 compare rates.h5 --schedule one_cycle --optim sgd,adagrad -o wrong
refuses 2 train rates.h5 --clip 0 -o wrong
refuses 2 train rates.h5 --clip-value=-1 -o wrong
refuses 2 train rates.h5 --ema 1 -o wrong
refuses 2 lr-find rates.h5 --schedule cosine
[ ! -e wrong ] || fail "a folder was made"

law "each schedule moves the rate by epochs or by steps, for lengths that are the run's"
rates_of() { # TEXT: the rates at the ends of four epochs of three steps
    rm -rf rated
    run 0 train rates.h5 --epochs 4 --batch-size 90 --hidden 8 --optim sgd --lr 0.1 -o rated -q --schedule "$1"
    tail -n +2 rated/metrics.csv | cut -d, -f5 | awk '{ printf "%s%.6g", (NR > 1 ? " " : ""), $1 }'
}
is_rated() { # TEXT RATES
    rates=$(rates_of "$1")
    [ "$rates" = "$2" ] || fail "$1 gives $rates, expected $2"
}
is_rated step '0.1 0.1 0.01 0.01'
is_rated step:step_size=1,gamma=0.5 '0.1 0.05 0.025 0.0125'
is_rated multistep '0.1 0.1 0.01 0.001'
is_rated multistep:milestones=1:3 '0.1 0.01 0.01 0.001'
is_rated exponential:gamma=0.5 '0.1 0.05 0.025 0.0125'
is_rated exponential:gamma=0.5,every=step '0.025 0.003125 0.000390625 4.88281e-05'
is_rated constant:factor=0.5,total_iters=2 '0.05 0.05 0.1 0.1'
is_rated linear:start_factor=0.5,total_iters=2 '0.05 0.075 0.1 0.1'
is_rated polynomial '0.1 0.075 0.05 0.025'
is_rated polynomial:every=step '0.0833333 0.0583333 0.0333333 0.00833333'
is_rated cosine '0.1 0.0853553 0.05 0.0146447'
is_rated cosine:t_max=2 '0.1 0.05 0 0.05'
is_rated cosine_restarts:t_0=2 '0.1 0.05 0.1 0.05'
is_rated swa:swa_lr=0.01,anneal_epochs=2,linear '0.1 0.055 0.01 0.01'
is_rated plateau:factor=0.5,patience=0,threshold=1e9,absolute '0.1 0.1 0.05 0.025'
is_rated one_cycle:pct_start=0.5,linear,final_div_factor=1 '0.0424 0.1 0.052 0.004'
run 0 show rated
shows 'lr 0.1 by one_cycle'
is_rated cyclic '0.1 0.055 0.01 0.055'
is_rated cyclic:base_lr=0.02,max_lr=0.08,step_size_up=3 '0.06 0.04 0.06 0.04'
is_rated linear:start_factor=0.25,for=2/cosine '0.025 0.0625 0.1 0.05' # as PyTorch's SequentialLR has these
is_rated constant:factor=0.5,total_iters=1/step:step_size=1 '0.05 0.1 0.01 0.001'
is_rated linear:start_factor=0.1,for=4/cosine:every=step '0.055 0.096194 0.05 0.00380602'
for name in joined:4 joined-halves:3; do # it stops in the second phase, whose length does not rest on the run's
    run 0 train rates.h5 --epochs ${name#*:} --hidden 8 --optim sgd --schedule linear:for=2/cosine:t_max=2 -o ${name%:*} -q
done
run 0 train --resume joined-halves --epochs 4 -q
same_weights joined joined-halves
is_joined() { refuses 2 train rates.h5 --epochs 4 --schedule "$1" -o wrong && says "$2"; }
is_joined cosine/step "cosine: for is ''"
is_joined linear:for=x/step "for is 'x'"
is_joined linear:for=4/step 'begins after 4 epochs'
is_joined linear:for=2/step:for=1 'is the last'
is_joined linear:for=2/plateau 'cannot be joined'
is_joined linear:for=2,every=step/step:every=epoch 'step in one phase'
is_joined linear:for=2/cosin "cosine"

law "images are augmented by chance, the same for any workers and in a run that goes on"
seen() { # ARGUMENTS...: the loss of the last epoch
    rm -rf seen
    run 0 train rates.h5 --model lenet --epochs 2 -o seen -q "$@"
    cut -d, -f3 seen/metrics.csv | tail -1
}
plain=$(seen)
[ "$plain" != "$(seen --augment flip)" ] || fail "flips change nothing"
[ "$plain" != "$(seen --augment crop:2,cutout:6)" ] || fail "crops change nothing"
mixed=$(seen --augment flip,crop:2,cutout:6,vflip --workers 0)
[ "$mixed" = "$(seen --augment flip,crop:2,cutout:6,vflip --workers 3)" ] || fail "workers see something else"
[ "$plain" != "$(seen --augment erase)" ] || fail "erasing changes nothing"
run 0 train rates.h5 --model lenet --epochs 1 --augment flip,crop:2,cutout:6,vflip -o seen-halves -q
run 0 train --resume seen-halves --epochs 2 -q
[ "$mixed" = "$(cut -d, -f3 seen-halves/metrics.csv | tail -1)" ] || fail "a run that goes on sees something else"
refuses 2 train rates.h5 --model lenet --augment flop
says 'expected flip, vflip, crop:PIXELS'
refuses 2 train rates.h5 --model lenet --augment crop
refuses 2 train rates.h5 --augment flip
says 'is for images'

law "an optimizer takes its options by name, and they are kept"
weighed() { # OPTIM: the loss after one epoch
    rm -rf weighed
    run 0 train rates.h5 --epochs 1 --hidden 8 --lr 0.1 -o weighed -q --optim "$1"
    cut -d, -f3 weighed/metrics.csv | tail -1
}
[ "$(weighed sgd)" = "$(weighed sgd:momentum=0.9)" ] || fail "sgd has another momentum"
[ "$(weighed sgd)" != "$(weighed sgd:momentum=0)" ] || fail "momentum changes nothing"
[ "$(weighed sgd:momentum=0.8:nesterov)" = "$(weighed sgd:nesterov,momentum=0.8)" ] || fail "order or commas matter"
grep -q '"optim": "sgd:nesterov,momentum=0.8"' weighed/config.json || fail "the config does not have the options"
run 0 train --resume weighed --epochs 2
shows 'SGD (nesterov,momentum=0.8)'
refuses 2 train rates.h5 --optim sgd:momentun=0.8
says "did you mean 'momentum'"
says '^wick train: --optim sgd:momentun=0.8: sgd has no'
run 0 train rates.h5 --epochs 1 --hidden 8 -o back --optim rprop:etaplus=1.1
shows '^optim  Rprop (etaplus=1.1), lr 0.01'
refuses 2 train rates.h5 --optim adam:beta1=1.5
says 'beta1 is 1.5'
refuses 2 train rates.h5 --optim adam:lr=1
says 'is for --lr'
run 0 compare rates.h5 --epochs 1 --seeds 1 --hidden 8 --optim sgd,sgd:momentum=0.5:nesterov,lamb --lr sgd:momentum=0.5:nesterov=0.2 --out words
shows '^SGD (momentum=0.5:nesterov)  *0.2 '
refuses 2 compare rates.h5 --optim sgd,adam,sgd

law "clips within reach change a training, those out of reach do not"
far() { # ARGUMENTS...: where one epoch carries the loss
    rm -rf carried
    run 0 train rates.h5 --epochs 1 --hidden 8 --optim sgd --lr 1 -o carried -q "$@"
    cut -d, -f3 carried/metrics.csv | tail -1
}
[ "$(far)" = "$(far --clip 1e6 --clip-value 1e6)" ] || fail "clips out of reach change the loss"
[ "$(far)" != "$(far --clip 0.01)" ] || fail "--clip changes nothing"
[ "$(far)" != "$(far --clip-value 0.0001)" ] || fail "--clip-value changes nothing"
run 0 lr-find rates.h5 --hidden 8 --clip 0.1 --optim sgd
shows '--clip 0.1 --optim sgd'

law "gradients that are not finite are skipped and counted, end the run, or are told, as asked"
awk 'BEGIN {
    print "a,b,c"
    for (i = 0; i < 60; i++) printf "%s,%.2f,%.3f\n", (i == 40 ? "2.5e19" : i % 7 / 7), i % 5 / 5, i % 7 / 7 + i % 5 / 5
}' >spike.csv # the loss of one row is finite, its gradient overflows
run 0 import csv spike.csv --label c -o spike.h5 -q --test-fraction 0.05
spike() { # CODE ARGUMENTS...
    code=$1
    shift
    run "$code" train spike.h5 --scale none --hidden none --batch-size 1 --epochs 2 "$@"
}
spike 0 --nonfinite skip --ema 0.9 -o spike-skip
shows 'left out: 2 steps, not finite'
spike 0 --nonfinite skip --ema 0.9 --epochs 1 -o spike-halves
run 0 train --resume spike-halves --epochs 2
shows 'left out: 2 steps, not finite'
cmp spike-skip/metrics.csv spike-halves/metrics.csv || fail "the logs differ"
spike 1 --nonfinite stop -o spike-stop
says 'epoch 1, step [0-9]*: .*gradient of .*weight.* not finite; nothing was updated'
ls spike-stop/ckpt-* >/dev/null 2>&1 && fail "it was kept"
spike 0 --nonfinite skip --clip-value 1 --clip 5 -o spike-clipped # which would make it finite
shows 'left out: 2 steps, not finite'
spike 1 --nonfinite stop --clip-value 1 -o spike-clipped-stop
says 'epoch 1, step [0-9]*: .*gradient of .*weight.* not finite; nothing was updated'
spike 1 --nonfinite report -o spike-report
says 'epoch 1, step [0-9]*: the gradient of model.*weight is not finite'
says 'loss became nan'
spike 1 -o spike-none
refuses 2 train spike.h5 --nonfinite skp
says 'expected skip, stop or report'
{ npy '<f4' '40, 12, 12' && head -c 8640 /dev/zero && printf '\000\000\300\177' && head -c 14396 /dev/zero; } >hole.npy
{ npy '<i8' '40,' && for i in $(seq 10); do little 0 1 0 1; done; } >hole-y.npy
run 0 import npy hole.npy hole-y.npy -o hole.h5 -q --test-fraction 0.05
run 0 train hole.h5 --model resnet-small --scale none --batch-size 4 --epochs 2 --nonfinite skip -o hole # of nan, as all that saw it
shows 'left out: 2 steps'
run 0 train hole.h5 --model resnet-small --scale none --batch-size 4 --epochs 1 --nonfinite skip --ema 0.9 -o hole-averaged -q
grep -aq '"average\.module\.[^"]*running_var"' hole-averaged/best.safetensors || fail "statistics are not averaged"

law "averaged weights are judged, kept and taken by eval"
run 0 train rates.h5 --epochs 3 --hidden 16 --lr 0.02 -o plain -q
run 0 train rates.h5 --epochs 3 --hidden 16 --lr 0.02 --ema 0.9 -o averaged
accuracy=$(sed -n 's/.*accuracy \([0-9.]*\) %, loss.*/\1/p' out)
loss=$(sed -n 's/.*accuracy [0-9.]* %, loss \([0-9.]*\) .*/\1/p' out)
run 0 eval averaged --last
shows "accuracy $accuracy %, loss $loss\$"
cut -d, -f3 plain/metrics.csv >first-column
cut -d, -f3 averaged/metrics.csv | cmp -s - first-column || fail "an average changes the training"
cut -d, -f4 plain/metrics.csv >first-column
cut -d, -f4 averaged/metrics.csv | cmp -s - first-column && fail "averaged weights are not judged"
run 0 export plain --last --safetensors plain.safetensors
run 0 export averaged --last --safetensors averaged.safetensors
cmp -s plain.safetensors averaged.safetensors && fail "export takes the weights that were trained"
run 0 train rates.h5 --epochs 3 --hidden 16 --lr 0.02 --ema 1e-9 -o barely -q # nearly the weights themselves
cut -d, -f4 barely/metrics.csv | cut -c1-6 >columns
cut -c1-6 first-column | cmp -s - columns || fail "an average of the last step alone is another model"

law "products in bfloat16 train nearly as well, are judged in f32, and go on to the same bits"
run 0 train rates.h5 --epochs 3 --hidden 16 --lr 0.02 --bf16 -o halved
accuracy=$(sed -n 's/.*accuracy \([0-9.]*\) %, loss.*/\1/p' out)
loss=$(sed -n 's/.*accuracy [0-9.]* %, loss \([0-9.]*\) .*/\1/p' out)
shows '^also   products in bfloat16'
run 0 eval halved --last
shows "accuracy $accuracy %, loss $loss\$"
cut -d, -f3 halved/metrics.csv >first-column
cut -d, -f3 plain/metrics.csv | cmp -s - first-column && fail "--bf16 changes nothing"
cut -d, -f3 plain/metrics.csv | paste -d' ' - first-column >columns
awk 'NR > 1 && ($1 - $2) ^ 2 > 0.0001 * $1 ^ 2 { exit 1 }' columns || fail "bfloat16 is far from f32: $(cat columns)"
run 0 train rates.h5 --epochs 1 --hidden 16 --lr 0.02 --bf16 -o halved-again -q
grep -q '"bf16": true' halved/config.json || fail "it is not recorded"
run 0 train --resume halved-again --epochs 3 -q
cmp halved/metrics.csv halved-again/metrics.csv || fail "the logs differ"

law "products of f32 are made by the machine's tiles where it has them, or the wish is refused"
refuses 2 train rates.h5 --epochs 1 --matmul best -o refused
says 'expected highest, split, split3, bf16 or tf32'
run 0 info
if grep -q '^kernels *amx ' out; then
    run 0 train rates.h5 --epochs 3 --hidden 64,64 --lr 0.02 -o by-units -q
    run 0 train rates.h5 --epochs 3 --hidden 64,64 --lr 0.02 --matmul split -o by-tiles
    shows '^also   products of f32 by split'
    grep -q '"matmul": "split"' by-tiles/config.json || fail "it is not recorded"
    cut -d, -f3 by-units/metrics.csv >first-column
    cut -d, -f3 by-tiles/metrics.csv | paste -d' ' - first-column >columns
    awk 'NR > 1 && ($1 - $2) ^ 2 > 1e-6 * $1 ^ 2 { exit 1 }' columns || fail "split is far from f32: $(cat columns)"
    run 0 train rates.h5 --epochs 1 --hidden 64,64 --lr 0.02 --matmul split --threads 2 -o by-tiles-again -q
    run 0 train --resume by-tiles-again --epochs 3 --threads 1 --no-capture -q
    same_weights by-tiles by-tiles-again
else
    echo "no AMX here: training on tiles was not tried"
    refuses 1 train rates.h5 --epochs 1 --matmul split -o refused
    says 'split needs AMX'
fi

law "steps that are replayed have the bits of those that run anew"
run 0 train rates.h5 --epochs 3 --hidden 16 --lr 0.02 --bf16 --clip 0.5 --ema 0.9 -o replayed -q
run 0 train rates.h5 --epochs 3 --hidden 16 --lr 0.02 --bf16 --clip 0.5 --ema 0.9 --no-capture -o anew -q
cmp replayed/metrics.csv anew/metrics.csv || fail "the logs differ"
for name in replayed anew; do run 0 export $name --last --safetensors $name.safetensors; done
cmp replayed.safetensors anew.safetensors || fail "the weights differ"

law "a run that stopped goes on to the same bits"
run 0 synth digits -o resume.h5 --train 1200 --test 100 -q
run 0 train resume.h5 --epochs 4 -o straight -q --hidden 64
run 0 train resume.h5 --epochs 2 -o halves -q --hidden 64 --workers 2
run 0 train --resume halves --epochs 4 -q --workers 0
same_run straight halves
run 0 train resume.h5 --epochs 4 -o straight-all -q --hidden 64 --schedule plateau:patience=0,threshold=0.1 --clip 0.5 --ema 0.95
run 0 train resume.h5 --epochs 3 -o halves-all -q --hidden 64 --schedule plateau:patience=0,threshold=0.1 --clip 0.5 --ema 0.95
cp halves-all/metrics.csv before.csv
run 0 train --resume halves-all --epochs 4 -q
cmp straight-all/metrics.csv halves-all/metrics.csv || fail "the logs differ"
cmp -s before.csv halves-all/metrics.csv && fail "the run did not go on"
run 0 train resume.h5 --epochs 2 -o longer -q --hidden 64 --schedule cosine:every=step
run 0 train --resume longer --epochs 3 -q
[ "$(tail -2 longer/metrics.csv | cut -d, -f5 | uniq | wc -l)" -eq 1 ] || fail "a schedule whose run is over still moves"
refuses 2 train --resume halves --lr 0.5
says '--lr is for a new run'
refuses 2 train --resume halves --seed 1
says '--seed is for a new run'
refuses 2 train --resume halves --optim adam
says '--optim is for a new run'
refuses 2 train --resume halves resume.h5
says 'resume.h5 is for a new run'
refuses 2 train --resume halves --config straight/config.json
says '--config is for a new run'
refuses 1 train --resume straight
says 'is done: 4 epochs of 4'
mv halves/result.json one # as where it was stopped between its last epoch and its test
run 0 train --resume halves -q
cmp one halves/result.json || fail "the test says something else"
same_run straight halves
if command -v flock >/dev/null; then # as another process that trains there
    ends 1 flock straight "$WICK" train --resume straight --epochs 5
    says 'another process trains in straight'
fi
refuses 1 train --resume nowhere
refuses 2 train resume.h5 --resume straight
refuses 2 train --resume straight --out other
refuses 2 train --resume straight --epochs 3
says 'straight has come to epoch 5, step 0; --epochs 3 ends before that'
shows_file longer/config.json '"epochs": 3'
[ ! -e longer/config.json.part ] || fail "a part of config.json is left"
refuses 1 train resume.h5 -o straight
says 'has files in it'
shows_file straight/config.json '"hidden": "64"'

law "a run goes on with the data that it began with, or, if it is told to, with what is there now"
run 0 synth digits -o shifting.h5 --train 300 --test 50 -q
run 0 train shifting.h5 --epochs 1 --hidden 8 -o shifting -q
cp shifting.h5 as-it-was.h5
cp -r shifting shifted
run 0 synth digits -o shifting.h5 --train 300 --test 50 --seed 2 -q --force
refuses 1 train --resume shifting --epochs 2
says '^wick train: shifting.h5 is not what it was when shifting was trained on it; --force goes on'
cmp shifting/metrics.csv shifted/metrics.csv || fail "a run that does not go on has changed"
run 0 eval shifting
one_line
says '^wick eval: shifting.h5 is not what it was'
run 0 train --resume shifting --epochs 2 --force -q
run 0 train --resume shifting --epochs 3 -q # to what it is now
run 0 eval shifting --last
[ ! -s err ] || fail "data that a run went on with is not known"
run 0 synth digits -o shifting.h5 --train 301 --test 50 -q --force
refuses 1 train --resume shifting --epochs 4 --force
says 'has 351 rows, and had 350 when'
cp as-it-was.h5 shifting.h5 # another file of the same rows
run 0 train --resume shifted --epochs 2 -q
refuses 2 train shifting.h5 --force
says '--force goes with --resume'
run 0 synth digits -o lots.h5 --train 20k --test 2000 -q # 69 MB as f32
run 0 train lots.h5 --epochs 1 --hidden none --batch-size 1k -o lots -q
shows_file lots/best.safetensors ', by 512 of 22000 rows'
run 0 synth digits -o lots.h5 --train 20k --test 2000 --seed 2 -q --force
refuses 1 train --resume lots --epochs 2
says 'lots.h5 is not what it was'

law "a run whose newest checkpoint is damaged goes on from an older one, and says so"
cp -r straight damaged
newest=$(printf '%s\n' damaged/ckpt-* | tail -1)
printf X | dd of="$newest" bs=1 seek=$(($(wc -c <"$newest") - 9)) conv=notrunc 2>dd
run 0 eval damaged --last
[ "$(grep -c "^wick eval: $newest: .*; an older one is tried\$" err)" -eq 1 ] || fail "eval does not tell of the damage"
run 0 train --resume damaged -q
[ "$(grep -c "^wick train: $newest: .*; an older one is tried\$" err)" -eq 1 ] || fail "train does not tell of the damage"
same_run straight damaged

law "a run that is stopped or killed at any moment goes on to the same bits"
hit() { # SIGNAL SECONDS RUN ARGUMENTS...: a signal so long after the start of a new run, or of one that goes on
    signal=$1 after=$2 into=$3
    shift 3
    if ls "$into"/ckpt-*.safetensors >/dev/null 2>&1; then # not of a temporary alone
        set -- --resume "$into"
    else
        rm -rf "$into"
        set -- "$@" -o "$into"
    fi
    env --default-signal=INT timeout --foreground --preserve-status -s "$signal" "$after" "$WICK" train "$@" >out 2>err
    code=$?
    case $signal:$code in *:0 | INT:130 | TERM:143 | KILL:137) ;; *) fail "exit code $code after $signal" && code=0 ;; esac
    if [ -n "$place" ] && grep -q '^run  ' out; then shows ", from $place\$"; fi
    place=$(sed -n "/epoch \([0-9]*\) of \1, after step 0 /d; s/.*stopped in \(epoch [0-9]*\) of .*, after \(step [0-9]*\) of .* --resume $into\$/\1, \2/p" err)
    places="$places $place;"
}
in_parts() { # PACE RUN ARGUMENTS...: a run in as many parts as three signals in turn make of it; a slow machine needs long to its first step
    pace=$1 attempt=0 place='' code=1
    shift
    rm -rf "$1"
    while [ $code -ne 0 ] && [ $attempt -lt 100 ]; do
        attempt=$((attempt + 1))
        seconds=$(awk "BEGIN { print $pace * $attempt }")
        case $((attempt % 3)) in
        0) hit KILL "$seconds" "$@" ;;
        1) hit INT "$seconds" "$@" ;;
        2) hit TERM "$seconds" "$@" ;;
        esac
    done
}
if env --default-signal=INT,HUP true 2>/dev/null; then
    run 0 synth digits -o slow.h5 --train "${WICK_SLOW_ROWS:-6000}" --test 50 -q
    slow='slow.h5 --model lenet --epochs 6 --schedule one_cycle --clip 1 --ema 0.98' places=''
    # shellcheck disable=SC2086
    run 0 train $slow -o unstopped -q
    # shellcheck disable=SC2086
    in_parts 0.25 halted $slow
    same_run unstopped halted
    case $places in *epoch*) ;; *) fail "the run was never stopped between two steps" ;; esac
    # Where an epoch is one step, a signal finds it at the edge, or stops the validation, even of averaged weights.
    edges='resume.h5 --batch-size 1080 --epochs 25 --schedule linear:for=12/cosine --ema 0.9' places=''
    # shellcheck disable=SC2086
    run 0 train $edges -o unhalted -q
    both=no
    for _ in 1 2 3 4 5 6 7 8; do
        # shellcheck disable=SC2086
        in_parts 0.05 edged $edges
        same_run unhalted edged
        case $places in *"step 0;"*"step 1;"* | *"step 1;"*"step 0;"*) both=yes && break ;; esac
    done
    [ $both = yes ] || fail "not stopped both at an edge and in a validation: $places"
fi

law "a run's config.json repeats it, and what comes later counts"
run 0 train resume.h5 --epochs 2 -o first -q --hidden 32 --optim adamw --lr 0.0123456789012345 --seed 7 --batch-size 100 \
    --schedule one_cycle --clip 0.7 --clip-value 0.1 --ema 0.9 --early-stop 5 --split train --test test --x x --y y
run 0 train --config first/config.json -o second -q
same_run first second
cmp first/config.json second/config.json || fail "the configs differ"
run 0 synth sine -o curve.h5 --train 200 --test 40 -q
run 0 train curve.h5 --epochs 2 -o curve -q --hidden 8 --scale minmax --ema 0.5
run 0 train --config curve/config.json -o curve-again -q
same_run curve curve-again
tr -d '\n' <first/config.json >flat && echo >>flat && is_json flat
run 0 train --config first/config.json --set seed=8 --set batch_size=50 --epochs 1 -o third -q
shows_file third/config.json '"seed": 8'
shows_file third/config.json '"batch_size": 50'
shows_file third/config.json '"epochs": 1'
run 0 train rates.h5 --seed 8 --config first/config.json --schedule cosine --epochs 1 -o fourth -q
shows_file fourth/config.json '"seed": 7'
shows_file fourth/config.json '"data": "rates.h5"'
printf '{ "data": "r\\u0061tes.h5",\n "epochs": 1, "hidden": 8, "clip": null, "quiet": true, "tensorboard": false }\n' >own.json
run 0 train --config own.json -o fifth
[ "$(wc -l <out)" -eq 1 ] || fail "quiet was not taken"
shows_file fifth/config.json '"data": "rates.h5"'

law "a config file that is wrong is named, with its line or its option"
is_refused() { # TEXT WORDS
    printf '%b' "$1" >wrong.json
    refuses 2 train rates.h5 --config wrong.json -o wrong
    says "wrong.json: .*$2"
}
is_refused '' 'line 1 ends'
is_refused '[1]' 'line 1: "\[1\]" is not an object'
is_refused '{"epochs": 1' 'line 1 ends'
is_refused '{"epochs": 1}\n{' 'line 2: "{" is not the end'
is_refused '{"epochs": 1,\n}' 'line 2'
is_refused '{"epochs": [1]}' 'is not a text, a number'
is_refused '{"epochs": 1.5}' 'epochs is "1.5"; expected a whole number'
is_refused '{"epochs": 1-}' 'line 1'
is_refused '{"epochs": True}' 'line 1'
is_refused '{"schedule": "cos}' 'line 1'
is_refused '{"schedule": "\\ud800"}' 'escape'
is_refused '{"epohcs": 3}' 'unknown option "epohcs"; did you mean epochs?'
is_refused '{"batchsize": 3}' 'did you mean batch-size?'
is_refused '{"config": "x"}' 'for the command line alone'
is_refused '{"quiet": 1}' 'expected true or false'
refuses 2 train --config nowhere.json
says 'nowhere.json: No such file'
refuses 2 train rates.h5 --set seed
says 'expected NAME=VALUE'
refuses 2 train rates.h5 --set sed=2
says 'did you mean seed?'
[ ! -e wrong ] || fail "a folder was made"

law "every model trains"
for model in cnn resnet-small mlp; do run 0 train resume.h5 --model $model --epochs 1 -o model-$model -q; done
refuses 2 train resume.h5 --model lenett
says 'lenet'
for command in train compare lr-find; do
    refuses 2 $command resume.h5 --model cnn --hidden 64
    says '--hidden 64 is for an mlp; cnn has layers of its own'
done
run 0 train --config model-mlp/config.json --set model=cnn -o of-mlp -q
same_run model-cnn of-mlp
shows_file model-mlp/config.json '"hidden": "512,256"'
grep -q hidden model-cnn/config.json && fail "a model that is no mlp has hidden layers"
run 0 synth moons -o flat.h5 --train 50 --test 10 -q
refuses 2 train flat.h5 --model cnn
says 'for images'
run 0 train resume.h5 --epochs 50 --early-stop 1 --lr 0.05 --hidden 16 -o early
shows 'stopped early'

law "a run that goes on counts the epochs without a better validation from where it stood"
run 0 train resume.h5 --epochs 50 --early-stop 3 --lr 0.05 --hidden 16 -o patient
shows '^stopped early'
told=$(grep '^stopped early' out)
last=$(tail -1 patient/metrics.csv | cut -d, -f2)
for before in 1 2; do # epochs of the three that were not better are behind it
    run 0 train resume.h5 --epochs $((last - 3 + before)) --early-stop 3 --lr 0.05 --hidden 16 -o patient-$before -q
    run 0 train --resume patient-$before --epochs 50
    [ "$(grep '^stopped early' out)" = "$told" ] || fail "it stops elsewhere, or without a word"
    same_weights patient patient-$before
done
refuses 1 train --resume patient
says "patient is done: it stopped early, after $last epochs; --epochs or --early-stop asks for more"
cmp patient/metrics.csv patient-1/metrics.csv || fail "a run that is done went on"
mv patient/result.json one # as where it was stopped between its last epoch and its test
run 0 train --resume patient -q
cmp one patient/result.json || fail "a run that had stopped early says something else of its test"
cmp patient/metrics.csv patient-1/metrics.csv || fail "a run that had stopped early went on"
run 0 train --resume patient --early-stop 6 -q

law "eval and predict agree with the training"
run 0 train resume.h5 --epochs 3 -o judged --hidden 64
accuracy=$(sed -n 's/.*accuracy \([0-9.]*\) %, loss.*/\1/p' out)
run 0 eval judged --last
shows "accuracy $accuracy %"
shows '^class  '
shows 'taken for'
run 0 eval judged --json
is_json out
run 0 predict judged --last
[ "$(wc -l <out)" -eq 101 ] || fail "predict does not print a line a row"
shows '^row,class,0,1'
run 0 predict judged resume.h5 -o said.csv
[ "$(wc -l <said.csv)" -eq 101 ] || fail "said.csv does not have a line a row"
refuses 1 predict judged -o said.csv
says '--force'
run 0 predict judged -o said.csv --force
ln -s said.csv link.csv
run 0 predict judged -o link.csv --force
[ -h link.csv ] || fail "a link is replaced by what it leads to"
mkfifo pipe
cat pipe >piped &
run 0 predict judged -o pipe
wait $!
[ -p pipe ] || fail "a pipe is replaced by a file"
cmp piped said.csv || fail "what goes through a pipe is not what a file has"
rm pipe piped link.csv
refuses 1 eval nowhere
refuses 1 eval resume.h5
says 'expected a run of wick train'
cp -r judged begun && rm begun/best.safetensors # as a run that was stopped in its first epoch
refuses 1 eval begun
says 'there is only --last'
run 0 eval begun --last
refuses 1 predict judged flat.h5
run 0 eval judged resume.h5 --test train
mv out of-group
run 0 eval judged --test train # of the run's own file
cmp out of-group || fail "a group of the run's own file is not that of the file by name"
refuses 1 eval judged --test nowhere
run 0 synth sine -o wave.h5 --train 300 --test 40 -q
run 0 train wave.h5 --epochs 3 -o wave-run -q --hidden 16
run 0 eval wave-run
shows 'R2'
run 0 predict wave-run
shows '^row,output_0'
refuses 1 eval wave-run resume.h5
says '^wick eval: rows of resume.h5 do not fit the model: they are x f32 \[28, 28\], y one of 10 classes; expected x f'
run 0 show wave-run
shows '^test: RMSE [0-9.e-]*, R2 -\?[0-9.]*, loss '

law "info tells what a checkpoint holds, and an index of files stands for a run"
run 0 info judged
shows '^judged/best.safetensors: 12 tensors'
shows '^model.1.weight  *F32  *\[64, 784\]  *196.0 KiB'
shows '^optimizer  *8 tensors, 397.6 KiB'
run 0 info judged --json
is_json out
model=$(sed 's/.*"model_bytes": \([0-9]*\).*/\1/' out)
grep -q "\"optimizer_bytes\": $((2 * model))" out || fail "Adam's states are not told"
{
    printf '{"weight_map": {'
    grep -o '"name": "[^"]*"' out | sed 's/.*: //; s/$/: "best.safetensors"/' | paste -sd, -
    printf '}}'
} >judged/best.index.json
run 0 info judged/best.index.json
shows '^judged/best.safetensors  *12 tensors'
run 0 predict judged
mv out expected
for file in best.index.json best.safetensors; do
    run 0 predict judged/$file
    cmp out expected || fail "$file predicts otherwise than its run"
    run 0 eval judged/$file
    refuses 2 train --resume judged/$file
    says 'is a file'
done
sed -i 's/"model.1.bias"/"model.1.bios"/' judged/best.index.json
refuses 1 info judged/best.index.json
says '1 missing: "model.1.bios" in best.safetensors; 1 unexpected: "model.1.bias" in best.safetensors'
refuses 1 info judged/best.index.json --json
[ ! -s out ] || fail "an object is begun"
refuses 1 info nothing.safetensors
rm judged/best.index.json

law "eval tells the worst rows, and its page has them as pictures, in one file"
run 0 eval judged --last --worst 3 --html judged.html
shows '^row *it is *taken for'
[ "$(sed -n '/the rows with the largest loss/,/^$/p' out | wc -l)" -eq 6 ] || fail "not three rows"
shows '^page   judged.html'
[ "$(grep -o 'data:image/png;base64' judged.html | wc -l)" -eq 3 ] || fail "the page has no three pictures"
grep -q 'class="yes' judged.html || fail "the page has no matrix"
grep -q 'https\?://\|<script\|<link' judged.html && fail "the page needs more than itself"
if command -v python3 >/dev/null; then
    cat >page.py <<'END'
import base64, html.parser, re, struct, sys, zlib
page = open(sys.argv[1], encoding="utf-8").read()
OPEN = []
class Reader(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        OPEN.append(tag)
    def handle_endtag(self, tag):
        assert OPEN.pop() == tag, (tag, self.getpos())
Reader().feed(page)
assert not OPEN, OPEN
for image in re.findall(r"base64,([^\"]*)", page):
    png, at, data = base64.b64decode(image, validate=True), 8, b""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    while at < len(png):
        n, kind = struct.unpack(">I4s", png[at:at + 8])
        assert struct.unpack(">I", png[at + 8 + n:at + 12 + n])[0] == zlib.crc32(png[at + 4:at + 8 + n])
        if kind == b"IDAT": data = zlib.decompress(png[at + 8:at + 8 + n])
        if kind == b"IHDR": width, height, depth, colour = struct.unpack(">IIBB", png[at + 8:at + 18])
        at += 12 + n
    print(width, height, {0: "grey", 2: "rgb"}[colour], data[1:4].hex())
    assert kind == b"IEND" and depth == 8 and len(data) == height * (1 + width * (3 if colour == 2 else 1))
    assert not any(data[:: len(data) // height])
END
    python3 page.py judged.html >out 2>err || fail "judged.html is not well formed"
fi
refuses 1 eval judged --html judged.html
says '--force'
run 0 eval judged --last --html judged.html --force --json --worst 2
is_json out
shows '"worst": \[{"row": [0-9]*, "loss": [0-9.]*, "class": "[0-9]"'
run 0 synth moons -o two.h5 --train 200 --test 50 -q
run 0 train two.h5 --epochs 1 -o pair -q --hidden 8
run 0 eval pair --html pair.html
[ "$(sed -n '/taken for/,$p' out | grep -c '^[01]  ')" -eq 2 ] || fail "no matrix of two classes"
awk 'BEGIN { print "a,b,species"; for (i = 0; i < 4000; i++) { c = i % 100; print c % 10 + i % 7 / 9 "," int(c / 10) + i % 11 / 13 ",<species " c ">" } }' >many.csv
run 0 import csv many.csv -o many.h5 -q
run 0 train many.h5 --epochs 2 -o many -q --hidden 32
run 0 eval many --html many.html
shows 'the 10 weakest of 100 classes'
shows 'mistaken most often'
[ "$(wc -l <out)" -lt 40 ] || fail "a hundred classes fill the screen"
awk 'length > 80 { exit 1 }' out || fail "eval has a line of more than 80 columns"
grep -q '&lt;species' many.html || fail "names of classes are not escaped"
grep -q '<species' many.html && fail "names of classes are not escaped"
if command -v python3 >/dev/null; then
    for page in pair many; do python3 page.py $page.html >out 2>err || fail "$page.html is not well formed"; done
fi
no_parts

law "columns of very different size train well, and eval and predict speak in the data's units"
awk 'BEGIN {
    print "height,gap,kind,pressure"
    for (i = 0; i < 600; i++) {
        a = (i * 7919 % 1009) / 1009; b = (i * 104729 % 997) / 997
        printf "%.3f,%.9f,7,%.3f\n", 1e6 * a, 1e-6 * b, 101325 + 2e5 * a - 3e4 * b * b
    }
}' >gas.csv
run 0 import csv gas.csv --label pressure -o gas.h5 -q
run 0 train gas.h5 --epochs 30 --hidden 32 --lr 3e-3 -o gas
shows '^scale  inputs standard, targets standard'
shows '^test: RMSE [0-9]\{3,4\}\(\.[0-9]*\)\?, R2 0\.99'
rmse=$(sed -n 's/^test: RMSE \([^,]*\),.*/\1/p' out)
run 0 eval gas --last
shows "RMSE $rmse,"
sed -n 's/.*"test_rmse": \([^,]*\).*/\1/p' gas/result.json | awk -v rmse="$rmse" '{ ok = sprintf("%.4g", $1) == rmse } END { exit !ok }' ||
    fail "result.json has another RMSE"
grep -q '"test_r2": 0\.99' gas/result.json || fail "result.json has another R2"
run 0 eval gas --worst 2 --html gas.html
shows '^row *output *target *predicted'
grep -q '<svg' gas.html || fail "the page has no plot"
run 0 predict gas --last
awk -F, 'NR > 1 && ($2 < 50000 || $2 > 350000) { exit 1 }' out || fail "predict does not speak of pressures"
run 0 export gas --onnx gas.onnx
shows 'from f32 \[N, 3\] to \[N, 1\]'
for name in 0.offset 0.scale 2.offset 2.scale; do grep -q "$name" gas.onnx || fail "the graph has no $name"; done
run 0 train gas.h5 --epochs 30 --hidden 32 --lr 3e-3 -o gas-raw --scale none -q
shows 'R2 -\?[0-9]*\.[0-8]'
run 0 train gas.h5 --epochs 30 --hidden 32 --lr 3e-3 -o gas-unit --scale minmax -q
shows 'R2 0\.9'
run 0 train gas.h5 --epochs 11 --hidden 32 --lr 3e-3 -o gas-halves -q
run 0 train --resume gas-halves --epochs 30 -q
same_run gas gas-halves
refuses 2 train gas.h5 --scale standart
says 'minmax'
run 0 train resume.h5 --epochs 1 --model lenet -o pixels
grep -q '^scale' out && fail "pixels were scaled"
run 0 train resume.h5 --epochs 1 --model lenet -o pixels-scaled --scale standard
shows '^scale  inputs standard'
run 0 eval pixels-scaled

law "export writes whole files of the best or the last weights, and replaces none unasked"
run 0 export judged --npz net.npz --h5 net.h5 --safetensors net.safetensors --onnx net.onnx
shows '^net.npz: mlp after epoch [0-9]*, 4 tensors$'
shows '^net.onnx: .*, from f32 \[N, 28, 28\] to \[N, 10\]$'
for name in npz h5 safetensors onnx; do [ -s net.$name ] || fail "net.$name is missing"; done
if command -v python3 >/dev/null; then
    python3 -m zipfile -t net.npz >out || fail "net.npz is no whole zip file"
    grep -q 'Done testing' out || fail "net.npz is no whole zip file"
    python3 -m zipfile -l net.npz >out
    shows '^1.weight.npy '
fi
run 0 export judged --last --safetensors last.safetensors -q
[ ! -s out ] || fail "--quiet prints"
refuses 1 export judged --npz net.npz
says 'net.npz exists; --force'
cp net.npz before.npz
refuses 1 export judged --h5 other.h5 --npz net.npz
[ ! -e other.h5 ] || fail "a file was written beside one that is refused"
run 0 export judged --npz net.npz --force -q
cmp net.npz before.npz || fail "the same weights make another file"
refuses 2 export judged
says '--onnx'
refuses 2 export judged --npz ''
refuses 2 export judged --npz both --h5 both
refuses 1 export nowhere --npz no.npz
says 'nowhere/best.safetensors'
refuses 1 export judged --npz .
refuses 1 export judged --npz nowhere/no.npz
says 'nowhere/no.npz'
run 0 export model-resnet-small --onnx resnet.onnx
refuses 1 export judged flat.h5 --onnx no.onnx
mv resume.h5 moved.h5
run 0 export judged --npz alone.npz
refuses 1 export judged --onnx no.onnx
says 'resume.h5'
run 0 export judged moved.h5 --onnx moved.onnx
mv moved.h5 resume.h5
cmp net.onnx moved.onnx || fail "a file that moved makes another graph"
[ ! -e no.npz ] && [ ! -e no.onnx ] || fail "a file of a failure is left"
no_parts

law "no command writes over what it reads, even by force"
mkdir guarded
cp judged/* guarded
cp guarded/best.safetensors alone.safetensors
ln -s guarded/metrics.csv to-guarded
for out in guarded/best.safetensors ./guarded/config.json guarded/ckpt-99999999.safetensors to-guarded; do
    refuses 1 export guarded --safetensors $out --force
    says "$out belongs to the run"
done
refuses 1 export guarded/best.safetensors --safetensors guarded/metrics.csv --force
refuses 1 export alone.safetensors --npz ./alone.safetensors --force
says 'alone.safetensors belongs to the run'
refuses 1 predict guarded -o guarded/result.json --force
refuses 1 eval guarded --html to-guarded --force
refuses 1 export guarded --h5 resume.h5 --force
says 'resume.h5 is the data'
refuses 1 predict guarded ./resume.h5 -o resume.h5 --force
refuses 1 repack resume.h5 ./resume.h5 --force
says 'is the file that is read'
printf 'a,b\n1,2\n3,4\n' >own.csv
refuses 1 import csv own.csv -o own.csv --force
for file in judged/*; do cmp "$file" "guarded/${file#*/}" || fail "$file was written over"; done
cp resume.h5 resume-was.h5
refuses 1 train resume.h5 --epochs 1 --trace ./resume.h5
says 'write over what is read'
refuses 1 train --resume guarded --epochs 4 --trace guarded/metrics.csv
cmp resume.h5 resume-was.h5 || fail "data was written over by a trace"
run 0 export guarded --onnx guarded/net.onnx -q
run 0 export guarded --onnx guarded/net.onnx -q --force
no_parts

law "synth makes the same file again, and no other file in its place"
run 0 synth digits -o digits.h5 --train 600 --test 100
shows '600 training rows and 100 for test'
run 0 synth digits -o again.h5 --train 600 --test 100 -q
[ ! -s out ] || fail "--quiet prints"
refuses 1 synth digits -o digits.h5
says '--force'
cp digits.h5 before.h5
run 0 synth moons -o digits.h5 --force --train 10
! cmp -s digits.h5 before.h5 || fail "--force did not replace the file"
mv before.h5 digits.h5
for kind in spirals moons blobs sine; do run 0 synth $kind -o $kind.h5 --train 200 --test 50; done
refuses 1 synth moons -o nowhere/moons.h5
refuses 1 synth moons -o .
no_parts

law "inspect describes, counts classes and advises"
run 0 inspect digits.h5
shows '^/train/x  u8    \[600, 28, 28\]'
shows '^9 .*60 .*10.0 %.*10 '
shows '^next: wick train digits.h5'
run 0 inspect sine.h5
run 0 inspect digits.h5 --json
is_json out
shows '"trainable": true'

law "inspect says which command is for what is no HDF5 file"
mkdir -p kinds-of/run kinds-of/pictures
printf 'a,y\n1,0\n' >kinds-of/t.csv
for file in t.TSV.gz z.npz x.npy w.safetensors run/config.json; do cp kinds-of/t.csv "kinds-of/$file"; done
refuses 1 inspect kinds-of/t.csv
says 't.csv is a table, no HDF5 file; wick train takes it as it is, and wick import makes'
refuses 1 inspect kinds-of/t.TSV.gz
says 'is a table'
refuses 1 inspect kinds-of/z.npz
says 'is an archive of arrays.* wick import'
refuses 1 inspect kinds-of/x.npy
says 'wick import npy'
refuses 1 inspect kinds-of/w.safetensors
says 'wick info'
refuses 1 inspect kinds-of/run
says 'is a run; wick show and wick info'
refuses 1 inspect kinds-of/pictures
says 'is a folder; if it holds pictures'
refuses 1 inspect kinds-of/none.csv
says 'No such file'

if [ -n "${WICK_H5_HELPER:-}" ]; then
    law "isolated, a file gives the same answers"
    run 0 inspect digits.h5
    mv out usual
    run 0 inspect digits.h5 --isolate
    shows '^next: wick train digits.h5 --isolate$'
    sed 's/^next: .*h5$/& --isolate/' usual | cmp -s - out || fail "inspect differs"
    run 0 train digits.h5 --epochs 1 --hidden 8 -q --out runs/plain
    run 0 train digits.h5 --epochs 1 --hidden 8 -q --out runs/alone --isolate
    grep -q '"isolate": true' runs/alone/config.json || fail "the config does not keep it"
    run 0 eval runs/plain --json
    mv out usual
    run 0 eval runs/alone --json
    sed 's/alone/plain/' out | cmp -s - usual || fail "eval differs"
    run 0 eval runs/plain digits.h5 --isolate --json
    run 0 predict runs/plain --isolate -o alone.csv
    run 0 predict runs/plain -o usual.csv
    cmp -s alone.csv usual.csv || fail "predict differs"
    run 0 train --resume runs/plain --epochs 2 --isolate -q
    run 0 compare digits.h5 --isolate --optim sgd --seeds 1 --epochs 1 --hidden 8 -q --out compared
    run 0 repack digits.h5 usual.h5 --deflate 5
    run 0 repack digits.h5 alone.h5 --deflate 5 --isolate
    cmp -s alone.h5 usual.h5 || fail "repack differs"
    rm usual.h5 alone.h5
    echo 'a,b' >pair.csv
    refuses 1 train pair.csv --isolate
    says 'no HDF5 file'
    rm -rf runs/plain runs/alone compared pair.csv

    law "whatever becomes of the process that reads metadata is one error"
    plain=$WICK
    printf '#!/bin/sh\nWICK_TEST_PARENT=$$ exec "%s" "$@"\n' "$plain" >alone.sh
    chmod +x alone.sh
    run 0 train digits.h5 --epochs 1 --hidden 8 -q --out runs/plain
    for end in 'crash:crashed (signal 11)' 'spin:took longer than 60 s' 'hungry:more than 1024 MiB of memory'; do
        WICK=$work/alone.sh
        export WICK_TEST_HELPER="${end%%:*}"
        helper=$WICK_H5_HELPER WICK_H5_HELPER=$WICK_MISBEHAVES
        refuses 1 inspect digits.h5 --isolate
        says "digits.h5: .*${end#*:}"
        refuses 1 train digits.h5 --isolate
        says "digits.h5: .*${end#*:}"
        if [ "$WICK_TEST_HELPER" != spin ]; then
            refuses 1 eval runs/plain --isolate
            refuses 1 predict runs/plain digits.h5 --isolate
            refuses 1 compare digits.h5 --isolate
            refuses 1 repack digits.h5 no.h5 --isolate
            [ ! -e no.h5 ] || fail "no.h5 was made"
        fi
        unset WICK_TEST_HELPER
        WICK_H5_HELPER=$helper WICK=$plain
    done
    no_parts
    rm -rf runs/plain alone.sh
fi

law "a loss that is not finite tells the row that made it so"
{ echo 'a,b' && seq 40 | sed 's/.*/&.5,&.25/' && echo '7,inf' && seq 20 | sed 's/.*/&.5,&.75/'; } >inf.csv
refuses 1 train inf.csv --epochs 1
says 'loss became nan in step 1: 1 row of inf.csv is not finite in f32, the first row 40: y\[0\] is inf'
refuses 1 lr-find inf.csv -q
says 'the first row 40: y\[0\] is inf'

law "rows for test that are not finite are told once they are measured"
{ seq 40 | awk '{ printf "%d,%g\n", $1 % 7, 2 * ($1 % 7) }'; } >finite.csv
run 0 import csv finite.csv --regression -o finite.h5 -q
run 0 train finite.h5 --epochs 1 --hidden 4 -q
[ ! -s err ] || fail "finite rows are told"
if python3 -c 'import h5py' 2>/dev/null; then
    python3 -c 'import h5py
with h5py.File("finite.h5", "r+") as f: f["test/x"][3] = float("nan")'
    run 0 train finite.h5 --epochs 1 --hidden 4 -q
    one_line
    says "test rows is nan: 1 row of finite.h5's test rows is not finite in f32, the first row 3: x\[0\] is nan"
    python3 -c 'import h5py
with h5py.File("finite.h5") as a, h5py.File("deep.h5", "w") as b: a.copy("train", b, "of/may")'
    run 0 inspect deep.h5
    shows '^- --split of/may takes the rows of that group$'
    run 0 train deep.h5 --split of/may --epochs 1 --hidden 4 -q
    python3 -c 'import h5py
with h5py.File("hot.h5", "w") as f:
    f["x"] = [[float(i), i % 3] for i in range(60)]
    f["y"] = [[float(i % 3 == k) for k in range(3)] for i in range(60)]
    f["z"] = [[float(i % 3 >= k) for k in range(3)] for i in range(60)]'
    run 0 inspect hot.h5
    shows '^- /y: .* look like classes; their numbers, 0 .. 2 as integers'
    run 0 inspect hot.h5 --y z
    grep -q 'look like' out && fail "numbers of 0 and 1 are taken for classes"
fi

law "csv files are imported, classes and numbers alike"
{
    echo 'width,height,kind'
    for i in $(seq 20); do echo "$i.5,$((2 * i)),cat" && echo "$((40 + i)),$((3 * i)).25,dog"; done
} >table.csv
run 0 import csv table.csv -o table.h5 --deflate 4 --shuffle
shows '32 training rows and 8 for test, each f32 \[2\], 2 classes'
run 0 inspect table.h5
shows 'shuffle, deflate 4'
shows '^cat '
run 0 train table.h5 --epochs 2 -q
shows 'accuracy'
run 0 import csv table.csv --label width -o width.h5
run 0 train width.h5 --epochs 1 -q
grep -q accuracy out && fail "a regression has no accuracy"
run 0 import csv table.csv --y width -o same-width.h5 -q
run 0 train same-width.h5 --epochs 1 -q
refuses 1 import csv table.csv --label knd -o no.h5
says 'kind'
refuses 1 import csv missing.csv -o no.h5
[ ! -e no.h5 ] || fail "no.h5 was made"

law "columns of a table are chosen, and rows that lack a value left out"
{
    echo id,size,shade,out
    seq 90 | awk '{ printf "%d,%s,%s,%g\n", $1, $1 % 10 ? $1 % 7 : "NA", $1 % 15 ? "red" : "", 3 * ($1 % 7) }'
} >gaps.csv
refuses 1 train gaps.csv --epochs 1
says "'size': a missing value; fill it in, or leave the row out, as wick import csv --skip-missing does"
run 0 import csv gaps.csv --skip-missing -o gaps.h5
shows '^gaps.csv: 12 rows left out, where a value is missing$'
shows '^gaps.h5: 62 training rows and 16 for test, each f32 \[3\]'
run 0 import csv gaps.csv --skip-missing --x size -o gaps.h5 --force
shows '^gaps.csv: 9 rows left out'
sed '/NA\|,,/d' gaps.csv >whole.csv
run 0 import csv whole.csv --x shade,size -o whole.h5 -q
run 0 train whole.csv --x shade,size --epochs 3 --hidden 8 -o of-two -q
run 0 train whole.h5 --epochs 3 --hidden 8 -o of-two-h5 -q
cmp of-two/metrics.csv of-two-h5/metrics.csv || fail "chosen columns train otherwise once they are imported"
shows_file of-two/config.json '"x": "shade,size"'
run 0 eval of-two
run 0 train --resume of-two --epochs 4 -q
{ echo size,shade && echo 3,red; } >one.csv
run 0 predict of-two one.csv
shows '^row,out$'
refuses 1 train whole.csv --x shade,sise
says "no column 'sise'; did you mean 'size'?"
refuses 2 import npy x.npy y.npy --skip-missing -o no.h5
says 'skip-missing is for csv'

law "what is imported of a table keeps the names of its columns and categories"
{
    echo size,shade,kind
    seq 120 | awk '{ printf "%d,%s,%s\n", $1 % 9, $1 % 3 == 0 ? "red" : $1 % 3 == 1 ? "\303\251t\303\251" : "a \\ b", ($1 % 9 > 4) ? "big" : "small" }'
} >kinds.csv
run 0 import csv kinds.csv -o kinds.h5 -q
run 0 train kinds.h5 --epochs 3 --hidden 8 -o of-kinds-h5 -q
run 0 train kinds.csv --epochs 3 --hidden 8 -o of-kinds -q
cmp of-kinds/metrics.csv of-kinds-h5/metrics.csv || fail "a table trains otherwise than what is imported of it"
{ echo shade,size && sed -n 's/^\([^,]*\),\([^,]*\),.*/\2,\1/; 5,9p' kinds.csv; } >turned.csv
for of in of-kinds of-kinds-h5; do
    run 0 predict $of turned.csv
    mv out $of.said
    grep -q ',small,\|,big,' $of.said || fail "classes have no names"
    run 0 predict $of kinds.h5
done
cmp of-kinds.said of-kinds-h5.said || fail "runs of a table and of what is imported of it differ"
sed 's/red/pink/' kinds.csv >pink.csv
run 0 import csv pink.csv -o pink.h5 -q
for of in of-kinds of-kinds-h5; do
    refuses 1 predict $of pink.csv
    says "column 'shade' has 'pink'"
    refuses 1 predict $of pink.h5
    says "column 'shade' has other categories"
done
sed '1s/size/width/' kinds.csv >renamed.csv
run 0 import csv renamed.csv -o renamed.h5 -q
refuses 1 eval of-kinds-h5 renamed.h5
says "column 0 is 'width', but was 'size'"
run 0 repack kinds.h5 packed-kinds.h5 -q
run 0 train packed-kinds.h5 --epochs 3 --hidden 8 -o of-packed -q
run 0 predict of-packed turned.csv
if [ -n "${WICK_H5_HELPER:-}" ]; then
    run 0 train kinds.h5 --isolate --epochs 3 --hidden 8 -o kinds-aside -q
    run 0 predict kinds-aside turned.csv
fi

law "repack copies what inspect advises on"
run 0 repack digits.h5 small.h5 --deflate 9 --chunk-bytes 2k --workers 3
shows 'small.h5: 4 data sets, .* where it was '
run 0 inspect small.h5
shows '^/train/x  u8    \[600, 28, 28\]  \[2, 28, 28\]  deflate 9'
if command -v h5diff >/dev/null; then h5diff digits.h5 small.h5 || fail "a number differs"; fi
run 0 repack digits.h5 large.h5 --deflate 1 --chunk-bytes 3 -q
[ ! -s out ] || fail "-q prints"
run 0 synth digits -o big.h5 -q --train 3000
run 0 repack big.h5 rows.h5 --chunk-bytes 800 --deflate 1
run 0 inspect rows.h5
shows '^- /train/x: chunks of 784 B are small'
shows '^mend: wick repack rows.h5 rows-repacked.h5$'
run 0 inspect rows.h5 --json
is_json out
shows '"mend": "wick repack rows.h5 rows-repacked.h5"'
run 0 repack rows.h5 rows-repacked.h5
run 0 inspect rows-repacked.h5
shows 'deflate 4'
grep -q '^mend' out && fail "it is not mended"
refuses 1 repack digits.h5 small.h5
says '--force'
refuses 1 repack missing.h5 no.h5
refuses 2 repack digits.h5
[ ! -e no.h5 ] || fail "no.h5 was made"
no_parts

law "npy files are imported, if they fit each other"
{ npy '<i8' '12, 2' && little 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; } >x.npy
{ npy '<i8' '12,' && little 0 1 2 0 1 2 0 1 2 0 1 2; } >y.npy
run 0 import npy x.npy y.npy -o npy.h5 --test-fraction 0.25 --classes red,green,blue
shows '9 training rows and 3 for test, each i64 \[2\], 3 classes'
run 0 inspect npy.h5
shows '9 rows are too few to train on'
refuses 2 import npy x.npy y.npy -o no.h5 --classes red,green
says '2 classes, but the labels have 3'
refuses 2 import npy x.npy y.npy -o no.h5 --classes red,green,red
says 'two are called "red"'
{ npy '|b1' '12,' && printf '\000\001\001\000\001\001\000\001\001\000\001\001'; } >is.npy
run 0 import npy x.npy is.npy -o is.h5 --test-fraction 0.25
shows 'each i64 \[2\], 2 classes'
refuses 2 import npy x.npy y.npy -o no.h5 --regression
says '.*regression is for csv'
refuses 2 import npy x.npy y.npy -o no.h5 --height 3
says '.*height is for images'
{ npy '<i8' '3,' && little 0 1 2; } >short.npy
refuses 1 import npy x.npy short.npy -o no.h5
says 'expected as many'
refuses 2 import npy x.npy -o no.h5
head -c 200 x.npy >cut.npy
refuses 1 import npy cut.npy y.npy -o no.h5
says 'truncated'

if command -v python3 >/dev/null; then
    law "npz archives are imported, and trained on as they are"
    python3 -m zipfile -c pair.npz x.npy y.npy
    run 0 import npz pair.npz -o pair.h5 --test-fraction 0.25 --classes red,green,blue
    shows '9 training rows and 3 for test, each f32 \[2\], 3 classes'
    run 0 train pair.npz --epochs 1 -q -o of-pair
    run 0 predict of-pair x.npy
    [ "$(wc -l <out)" -eq 13 ] || fail "not a line for each row of an array"
    mv out of-x
    cp pair.npz another.npz # of its own file, the test rows alone
    run 0 predict of-pair another.npz
    cmp out of-x || fail "rows of an array are not those of an archive"
    refuses 1 train x.npy
    says 'x.npy: is one array; wick import npy'
    refuses 1 import npz pair.npz -o no.h5 --y z
    says "no 'z.npy' for --y; it has 'x.npy', 'y.npy'"
    head -c 300 pair.npz >cut.npz
    refuses 1 train cut.npz
    says 'no zip archive, or one that was cut short'
    [ ! -e no.h5 ] || fail "no.h5 was made"
fi

law "the four files of MNIST are imported, if they fit each other"
mkdir mnist
refuses 1 import mnist mnist -o mnist.h5
says 'train-images-idx3-ubyte'
idx mnist train 40 10
idx mnist t10k 20 10
run 0 import mnist mnist -o mnist.h5
shows '40 training rows and 20 for test, each u8 \[28, 28\], 10 classes'
idx mnist t10k 20 11
refuses 1 import mnist mnist -o no.h5
says 'label 10 is 10; expected 0 .. 9'
idx mnist train 41 10
mv mnist/train-images-idx3-ubyte kept
idx mnist train 40 10
mv kept mnist/train-images-idx3-ubyte
refuses 1 import mnist mnist -o no.h5
says 'has 41 rows and .* 40; expected as many'
[ ! -e no.h5 ] || fail "no.h5 was made"

law "csv files, MNIST's four files and folders of pictures are trained on as they are"
run 0 train table.csv --epochs 1 -q --out csv-run
shows 'accuracy'
run 0 eval csv-run
run 0 train table.csv --y width --epochs 1 -q
grep -q accuracy out && fail "a regression has no accuracy"
cp table.csv table.txt
refuses 1 train table.txt
says 'its signature is missing (wick import reads tables'
run 0 import csv table.txt -o of-text.h5 -q
refuses 1 train table.csv --split train
says 'is no HDF5 file'
idx mnist train 40 10
idx mnist t10k 20 10
run 0 train mnist --epochs 1 -q --out idx-run
shows '20 rows'
idx mnist t10k 20 11
refuses 1 train mnist --epochs 1
says 'label 10 is 10; expected 0 .. 9'
mkdir -p pictures/train/light pictures/train/dark pictures/test/light
python3 - <<'END'
import struct, zlib
chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
for name, shade in ("train/light", 250), ("train/dark", 5), ("test/light", 240):
    for i in range(12):
        pixels = b"".join(b"\0" + bytes([shade, shade - i % 5, shade] * 9) for _ in range(8))
        with open(f"pictures/{name}/{i}.png", "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 8, 8, 2, 0, 0, 0)))
            file.write(chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b""))
END
refuses 1 train pictures --epochs 1
if ! grep -q 'built without libpng' err; then
    says "other folders than train, 'dark' among them"
    cp -r pictures/train/dark pictures/test/dark
    run 0 train pictures --epochs 1 -q --out pictures-run
    shows 'accuracy'
    run 0 eval pictures-run --worst 24 --html pictures.html
    shows ' pictures/test/light/0.png$'
    python3 page.py pictures.html >out 2>err || fail "pictures.html is not well formed"
    [ "$(sort -u out | wc -l)" -eq 10 ] || fail "the page has not ten different colours"
    for shade in 'f0e[cdef]f0\|f0f0f0' '050[1-5]05'; do
        [ "$(grep -c "^9 8 rgb \($shade\)$" out)" -eq 12 ] || fail "the page has not twelve pictures of the shades $shade"
    done
    run 0 import images pictures/train -o pictures.h5 --height 6 --width 5 --grey
    shows 'each u8 \[1, 6, 5\], 2 classes'
    run 0 import images pictures -o pics.h5
    shows '^pics.h5: 24 training rows and 24 for test, each u8 \[3, 8, 9\], 2 classes'
    refuses 2 import images pictures -o no.h5 --seed 3
    says '--seed is for data without test rows'
    mv pictures/test pictures/val
    run 0 import images pictures -o pics-of-val.h5
    shows '^pictures: test rows are those of val$'
    if command -v h5diff >/dev/null; then
        h5diff pics.h5 pics-of-val.h5 /train >out 2>err || fail "other rows for training with val in the place of test"
        h5diff pics.h5 pics-of-val.h5 /test >out 2>err || fail "other test rows with val in the place of test"
    fi
    run 0 train pictures --epochs 1 -o of-val
    shows '^rows .* 24 for test (those of val)$'
    run 0 train pics-of-val.h5 --epochs 1 -o of-val-h5 -q
    cmp of-val/metrics.csv of-val-h5/metrics.csv || fail "pictures train otherwise than what is imported of them"
    cp -r pictures/val pictures/test
    run 0 import images pictures -o pics-of-val.h5 --force
    shows 'those of test; nothing is made of val$'
    rm -r pictures/test
    mv pictures/val pictures/test
    refuses 1 import images mnist -o no.h5
    says 'holds no folder'
    run 0 compare pictures --hidden 8 --optim adam --seeds 1 --epochs 1 --out of-pictures -q
    run 0 train --resume pictures-run --epochs 2 -q
    printf x >>pictures/train/dark/7.png
    refuses 1 train --resume pictures-run --epochs 3
    says 'pictures is not what it was'
    mkdir bare
    cp pictures/test/light/3.png bare/b.png
    cp pictures/test/dark/4.png bare/a.png
    run 0 predict pictures-run bare # pictures of which nobody says what they are
    [ "$(wc -l <out)" -eq 3 ] || fail "not a row a picture"
    tail -2 out >of-bare
    run 0 predict pictures-run pictures/test/dark # in order of names: 0 1 10 11 2 3 4
    sed -n 's/^6,\(.*\),pictures.test.dark.4.png$/\1/p' out >among
    sed -n 's/^0,\(.*\),bare.a.png$/\1/p' of-bare >alone-of-bare
    { [ -s among ] && cmp among alone-of-bare; } || fail "a picture alone is not what it is among others"
    run 0 import images pictures -o grey.h5 --grey -q
    run 0 train grey.h5 --epochs 1 --hidden 8 -o grey-run -q
    run 0 predict grey-run bare
    refuses 1 predict pictures-run bare/a.png
    says 'bare/a.png: is a picture; expected the folder'
    refuses 1 eval pictures-run bare
    says 'holds no folder'
fi

law "a run that gets out of bounds between two losses says what to do, and one that is past its best says whose score it tells"
refuses 1 train resume.h5 --lr 1e10 --epochs 3 -o beyond
says 'beyond stays as it was; try a smaller learning rate (--lr 1e+09)'
run 0 train resume.h5 --lr 3e-2 --epochs 12 -o past --hidden 64
best=$(awk -F, 'NR > 1 && (NR == 2 || $4 < least) { least = $4; at = $2 } END { print at }' past/metrics.csv)
[ "$best" -lt 12 ] || fail "the law needs a run that is best before its end"
shows "^of the last weights; eval, predict and export take those of epoch $best, the best"
run 0 eval past
shows "after epoch $best\$"

law "a run takes rows of other files, without targets and test groups, columns and classes by their names"
awk 'BEGIN {
    split("brass glass steel", kind, " ")
    print "gap,kind,load,flow"
    for (i = 0; i < 300; i++) {
        k = 1 + i * 7 % 3; a = i * 7919 % 101 / 101; b = i * 104729 % 97 / 97
        printf "%.4f,%s,%.4f,%.4f\n", a, kind[k], b, a + b + 10 * k
    }
}' >flow.csv
run 0 train flow.csv --epochs 40 --hidden 32 --lr 1e-2 -q -o flow
run 0 eval flow
mv out expected
run 0 eval flow ./flow.csv
cmp -s out expected || fail "the run's own file has other test rows when it is named"
printf 'load,kind,gap\n0.5,steel,0.5\n0.5,steel,0.25\n' >new.csv
run 0 predict flow new.csv
awk -F, 'NR > 1 && ($2 < 30 || $2 > 32) { exit 1 } END { exit NR != 3 }' out || fail "steel is taken for another kind"
printf 'load\tflow\tkind\tgap\n0.5\t31\tsteel\t0.5\n' >new.tsv
run 0 eval flow new.tsv
shows '^test   1 row of new.tsv: RMSE 0\.'
printf 'load,kind,gap\n0.5,wood,0.5\n' >wood.csv
refuses 1 predict flow wood.csv
says "column 'kind' has 'wood', which was not there"
printf 'load,kind,gap\n0.5,3,0.5\n' >numbers.csv
refuses 1 predict flow numbers.csv
says "column 'kind' holds numbers, but held text"
printf 'kind,gap\nsteel,0.5\n' >few.csv
refuses 1 predict flow few.csv
says "no column 'load'"
refuses 1 eval flow new.csv
says "no column 'flow'"
run 0 export flow few.csv --npz flow.npz # of weights alone no row is asked for
run 0 eval flow --worst 1 --json
worst=$(sed -n 's/.*"worst": \[{"row": \([0-9]*\).*/\1/p' out)
run 0 predict flow
mv out own
[ "$(wc -l <own)" -eq 61 ] || fail "a fifth is not predicted"
grep -q "^$worst," own || fail "row $worst of eval is none of predict"
mv flow.csv elsewhere.csv
refuses 1 predict flow
run 0 predict flow elsewhere.csv
[ "$(wc -l <out)" -eq 301 ] || fail "not all rows are predicted"
grep -v -x -F -f out own && fail "a test row has another number than in its file"
run 0 export flow new.csv --onnx flow.onnx
run 0 train table.csv --epochs 60 --lr 1e-2 -q -o kinds
printf 'kind,width,height\ndog,45.5,11\n' >dog.csv
run 0 eval kinds dog.csv --worst 1
shows '^test   1 row of dog.csv: accuracy 100.00 %'
shows '^ *0  *dog  *dog'
run 0 predict kinds dog.csv
shows '^row,class,cat,dog'
printf 'kind,width,height\ncow,45.5,11\n' >cow.csv
refuses 1 eval kinds cow.csv
says "class 'cow' is none of those"
run 0 predict kinds cow.csv
awk -F, 'BEGIN { OFS = "," } { print $1, $3, $4 }' elsewhere.csv >plain.csv
run 0 import csv plain.csv --label flow -o plain.h5 -q
run 0 train plain.h5 --epochs 1 -q -o plain-flow
printf 'gap,load\n0.5,0.5\n' >two.csv
run 0 predict plain-flow two.csv
[ "$(wc -l <out)" -eq 2 ] || fail "a table of the run's numbers is not predicted"
run 0 predict plain-flow plain.csv
[ "$(wc -l <out)" -eq 301 ] || fail "a table of the run's numbers and a target is not predicted"
mv out of-plain
run 0 predict plain-flow elsewhere.csv # by its columns' names, which the import kept
cmp out of-plain || fail "columns of what was imported are not found by their names"
run 0 train flat.h5 --epochs 1 -q -o by-place # a file without such names
run 0 predict by-place two.csv
[ "$(wc -l <out)" -eq 2 ] || fail "a table of numbers is not predicted by a run that knows no columns"
refuses 1 predict by-place elsewhere.csv
says "column 'kind' holds text"
if python3 -c 'import h5py' 2>/dev/null; then
    python3 - <<'END'
import h5py
with h5py.File("resume.h5") as digits:
    for name, path in ("x-alone.h5", "x"), ("x-test.h5", "test/x"):
        with h5py.File(name, "w") as file:
            file[path] = digits["test/x"][:7]
END
    run 0 predict judged --last resume.h5
    head -8 out >expected
    for file in x-alone x-test; do
        run 0 predict judged --last $file.h5
        cmp out expected || fail "$file.h5 is not predicted as the same rows elsewhere"
    done
    refuses 1 eval judged x-alone.h5
    says 'no y in'
fi
if [ -d pictures-run ]; then
    mkdir -p other/light
    cp pictures/train/light/1.png other/light
    run 0 eval pictures-run other --worst 1
    shows '^ *0  *light  *light '
fi

law "rows in other units than those of the training are told"
awk 'BEGIN { for (r = 0; r < 5; r++) for (i = 0; i < 784; i++) printf "%d%s", (7 * i + r) % 256, i < 783 ? "," : "\n" }' >pixels.csv
run 0 predict judged pixels.csv
one_line
says '^wick predict: x of pixels.csv goes from 0 to 255, but from 0 to 1 where the run was trained'
awk 'BEGIN { for (r = 0; r < 5; r++) for (i = 0; i < 784; i++) printf "%g%s", (7 * i + r) % 256 / 255, i < 783 ? "," : "\n" }' >pixels.csv
run 0 predict judged pixels.csv
[ ! -s err ] || fail "pixels of 0 to 1 are told"
{ echo pressure,kind,out && seq 200 | awk '{ printf "%d,%s,%g\n", 90000 + 97 * $1, $1 % 3 ? "a" : "b", sin($1) }'; } >in-pascal.csv
run 0 train in-pascal.csv --epochs 2 --hidden 8 -o in-pascal -q
awk -F, -v OFS=, 'NR > 1 { $1 = $1 / 1e5 } 1' in-pascal.csv >in-bar.csv
run 0 predict in-pascal in-bar.csv
says "column 'pressure' of in-bar.csv goes from 0.9[0-9]* to 1.[0-9]*, but from 90097 to 109400"
run 0 eval in-pascal in-bar.csv
one_line
sed -n '1p;4,9p' in-pascal.csv >some.csv
run 0 predict in-pascal some.csv
[ ! -s err ] || fail "rows of the training are told"

law "train shows each epoch and measures the test rows once"
run 0 train digits.h5 --epochs 2 --hidden 32 --lr 3e-3
shows '^    2 '
shows '^test: accuracy'
[ ! -s err ] || fail "stderr is not empty"
run 0 train digits.h5 --epochs 2 --hidden 32 --json
is_json out
[ "$(grep -c '"event": "epoch"' out)" -eq 2 ] || fail "not two epochs"
[ "$(grep -c '"event": "start"\|"event": "end"' out)" -eq 2 ] || fail "no start or no end"
for optim in sgd adagrad rmsprop adam adamw; do run 0 train moons.h5 --optim $optim --epochs 1 --hidden 8 -q; done
run 0 train moons.h5 --hidden none --epochs 1
run 0 train sine.h5 --epochs 1

law "the same seed gives the same losses for any number of workers and threads"
run 0 train digits.h5 --epochs 2 --hidden 32 --json --seed 7 --workers 0
sed -n 's/.*"train_loss": \([^,]*\), "valid_loss": \([^,]*\),.*/\1 \2/p' out >losses
[ "$(wc -l <losses)" -eq 2 ] || fail "no losses found"
for with in '--workers 3' '--threads 2'; do
    # shellcheck disable=SC2086
    run 0 train digits.h5 --epochs 2 --hidden 32 --json --seed 7 $with
    sed -n 's/.*"train_loss": \([^,]*\), "valid_loss": \([^,]*\),.*/\1 \2/p' out | cmp -s - losses || fail "$with changes the losses"
done

law "files that cannot be trained on are refused with the reason"
refuses 1 train missing.h5
says 'No such file'
: >empty.h5
refuses 1 train empty.h5
echo 'this is no HDF5 file, but a line of text that is long enough' >text.h5
refuses 1 train text.h5
head -c 100000 digits.h5 >cut.h5
refuses 1 train cut.h5
refuses 1 inspect cut.h5
refuses 1 compare cut.h5
refuses 1 train npy.h5
says 'too few'
refuses 1 train digits.h5 --split train --x pixels
says "no data set 'pixels' for --x"
refuses 1 train table.h5 --split /
says "no x in '/' .*; name one with --x$"
latin=$(printf 'gr\366sse.h5')
cp digits.h5 "$latin"
refuses 2 train "$latin" -o latin
says 'data is not UTF-8'
[ ! -e latin ] || fail "a folder was made for a run that cannot be kept"
refuses 1 train digits.h5 --split trian
says "did you mean 'train'?"
refuses 2 train digits.h5 --batch-size 1000
says '540 training rows'

law "a loss that is not finite ends train, and is marked by compare"
run 1 train digits.h5 --hidden 32 --optim sgd --lr 1e20
says 'loss became nan in epoch [0-9]*, step [0-9]*; try a smaller learning rate (--lr 1e+19)'
run 0 compare digits.h5 --hidden 32 --epochs 2 --seeds 2 --optim sgd,adam --lr sgd=1e20 --out diverged
shows '^sgd .* loss became nan in epoch'
shows '^SGD .* diverged'
shows '^Adam .*\*'
grep -q 'diverged' diverged/report.html || fail "the report does not say so"
run 1 compare digits.h5 --hidden 32 --epochs 1 --seeds 1 --optim sgd --lr sgd=1e20 --out all-diverged
[ -f all-diverged/report.html ] || fail "a report of failures alone is a report too"

law "compare writes a folder with the report, and the result as JSON"
run 0 compare digits.h5 --hidden 32 --epochs 2 --seeds 2
shows '^RMSProp '
shows '^report: runs/compare-.*/report.html'
run 0 compare digits.h5 --hidden 32 --epochs 2 --seeds 2 --optim sgd,adam --out 'a folder' --json
is_json out
[ "$(grep -c '"event": "start"' out)" -eq 4 ] || fail "not four runs"
tail -1 out | grep -q '"event": "result".*"name": "sgd", "lr": 0.05, "test_accuracy_mean": 0' || fail "no result"
for name in report.html result.json config.json metrics.csv; do [ -s "a folder/$name" ] || fail "$name is missing"; done
tr -d '\n' <'a folder/result.json' >flat && echo >>flat && is_json flat
tr -d '\n' <'a folder/config.json' >flat && echo >>flat && is_json flat
grep -q "wick compare digits.h5 --hidden 32 .* --out 'a folder' --json" 'a folder/config.json' || fail "no exact command"
[ "$(wc -l <'a folder/metrics.csv')" -eq 13 ] || fail "metrics.csv has not a row for each epoch"
awk -F, 'NF != 7' 'a folder/metrics.csv' | grep -q . && fail "metrics.csv has rows of other than 7 cells"
no_parts
refuses 1 eval 'a folder'
says 'expected a run of wick train'
refuses 1 info digits.h5
says 'no safetensors file but an HDF5 file'

law "all optimizers of a seed start from equal weights"
awk -F, '$3 == 0 { print $2, $5 }' 'a folder/metrics.csv' | sort -u | wc -l | grep -qx ' *2' || fail "losses before the first step differ"

law "compare repeats itself"
run 0 compare digits.h5 --hidden 32 --epochs 2 --seeds 2 --optim sgd,adam --out again --json
cut -d, -f1-6 again/metrics.csv >one
cut -d, -f1-6 'a folder/metrics.csv' | cmp -s - one || fail "metrics differ"
grep fingerprint again/config.json >one
grep fingerprint 'a folder/config.json' | cmp -s - one || fail "fingerprints differ"

law "a folder that cannot be written is refused before training"
refuses 1 compare digits.h5 --out 'a folder'
says 'has files in it'
refuses 1 compare digits.h5 --out digits.h5
refuses 1 compare digits.h5 --out /proc/nowhere
mkdir free
run 0 compare moons.h5 --hidden 8 --epochs 1 --seeds 1 --optim adam --out free/ -q
[ -s free/report.html ] || fail "an empty folder is not used"

law "a file without test rows has a fifth split off"
run 0 synth moons -o alone.h5 --train 200 --test 0
run 0 compare alone.h5 --hidden 8 --epochs 1 --seeds 1 --optim adam --out alone
shows '^rows   144 for training, 16 for validation, 40 for test (a fifth'

law "output that cannot be written is an error"
if [ -w /dev/full ]; then
    "$WICK" train moons.h5 --epochs 2 -o unheard >/dev/full 2>err
    run 0 train --resume unheard -q # its first epoch was kept
    run 0 train moons.h5 --epochs 2 -o heard -q
    same_run heard unheard
    for arguments in --help "info" "train moons.h5 --epochs 1" "train moons.h5 --epochs 1 --json"; do
        # shellcheck disable=SC2086
        "$WICK" $arguments >/dev/full 2>err
        [ $? -eq 1 ] || fail "wick $arguments: no error"
        says 'cannot write to standard output'
    done
fi

(ulimit -f 40 && exec "$WICK" train moons.h5 --epochs 1 -o too-large) >out 2>err # blocks of 512 bytes or 1024
[ $? -eq 1 ] || fail "a file that may not grow ends it otherwise"
says 'File too large'
[ "$(ls too-large)" = "$(printf 'config.json\nmetrics.csv')" ] || fail "left in the run: $(ls too-large)"

law "a signal ends it within a step, and nothing is left"
# A shell starts background jobs with SIGINT ignored; env gives it back.
stops() { # SIGNAL CODE ARGUMENTS...
    signal=$1 expected=$2
    shift 2
    : >out # or the loop might read what the last command left
    env --default-signal=INT,HUP "$WICK" "$@" >out 2>err &
    child=$!
    for _ in $(seq 600); do
        grep -q '^ *sgd\|^ *1 \|"epoch"' out && break
        sleep 0.1
    done
    kill -s "$signal" $child
    wait $child
    code=$?
    [ $code -eq "$expected" ] || fail "exit code $code after $signal, expected $expected"
    one_line
    says 'stopped'
}
if env --default-signal=INT,HUP true 2>/dev/null; then
    stops INT 130 compare digits.h5 --epochs 100000 --out stopped
    [ ! -e stopped ] || fail "a report was written"
    stops TERM 143 train digits.h5 --epochs 100000
    says 'stopped in epoch [0-9]* of 100000, after step [0-9]* of 5'
    stops HUP 129 train digits.h5 --epochs 100000
    stops INT 130 train digits.h5 --epochs 100000 --json
    is_json out
    tail -1 out | grep -q '"status": "stopped"' || fail "no end event"
fi
no_parts

law "show tells the best epoch and what the test said"
run 0 train resume.h5 --epochs 30 --lr 0.003 --hidden 32 -o shown -q
test=$(sed -n 's/.*accuracy \([0-9.]*\) %, loss \([0-9.]*\).*/accuracy \1 %, loss \2/p' out)
best=$(awk -F, 'NR == 2 || NR > 2 && $4 < least { least = $4; at = $2 } END { print at }' shown/metrics.csv)
run 0 show shown
shows "^ *$best .*\* best"
shows "^test: $test"
shows '^one epoch in 2'
shows '\*\*\* valid$'
grep -q '[^ -~]' out && fail "not ASCII alone"
run 0 show shown --all
[ "$(grep -c '^ *[0-9]*  .* %' out)" -eq 30 ] || fail "not a row an epoch"
if locale -a 2>/dev/null | grep -q '^C.utf8$'; then
    LC_ALL=C.UTF-8 "$WICK" show shown >out
    shows '┤'
    grep -q '\*\*\* valid$' out && fail "ASCII in a UTF-8 locale"
fi
run 0 show shown judged early --json
is_json out
[ "$(wc -l <out)" -eq 3 ] || fail "not a line a run"
run 0 show shown early
shows '^run .* best valid'
shows '^early  *mlp 16 .* of 50 '
[ "$(grep -c '\*$' out)" -eq 1 ] || fail "not one run is marked"
run 0 train --resume shown --epochs 31 -q
[ -s shown/result.json ] || fail "no result after going on"
for runs in judged 'judged shown wave-run'; do
    # shellcheck disable=SC2086
    run 0 show $runs
    grep -q ' $' out && fail "a line ends in blanks"
done
mkdir none
refuses 1 show none
says 'expected a run of wick train'
refuses 1 show 'a folder'
says 'not of wick train'

law "compare of folders sets finished runs side by side, and trains nothing"
run 0 compare shown early/
shows '^validation loss by epoch$'
shows ' b early$'
shows '^run .* best valid'
shows '^early/  *mlp 16 .* of 50 '
[ "$(grep -c '\*$' out)" -eq 1 ] || fail "not one run is marked"
run 0 show shown early/
mv out one
run 0 compare shown early/
cmp -s out one || fail "show and compare differ"
run 0 compare shown wave-run
shows '^wave-run '
grep -q '^validation loss\|\*$' out && fail "losses of different data are compared"
run 0 compare shown early --json
is_json out
[ "$(wc -l <out)" -eq 2 ] || fail "not a line a run"
refuses 2 compare shown early --epochs 3
says 'only --json'
refuses 2 compare resume.h5 shown
says 'resume.h5 is no folder'
refuses 1 compare shown resume.h5
refuses 1 compare shown 'a folder'
says 'not of wick train'

law "train --profile tells what takes the time, and --trace when each call ran"
run 0 train resume.h5 --epochs 4 --hidden 64 --batch-size 100 --threads 2 --trace steps.json --out watched --json
is_json out
run 0 train resume.h5 --epochs 4 --hidden 64 --batch-size 100 --out unwatched --json
same_run watched unwatched
run 0 train resume.h5 --epochs 2 --hidden 64 --batch-size 100 --threads 2 --profile 5 --out shown-profile
shows '^5 steps behind the first 10:$'
shows '^linear backward: product  *15 '
shows '^adam update  *5 '
shows '^next batch  *5 '
shows '^of peak: '
if command -v python3 >/dev/null; then
    cat >trace.py <<'END'
import json, sys
# The fields that the Trace Event Format asks of metadata and of complete events.
trace = json.load(open(sys.argv[1]))
events, last, names = trace["traceEvents"], {}, set()
for e in events:
    assert isinstance(e["name"], str) and isinstance(e["pid"], int) and isinstance(e["tid"], int), e
    assert e["ph"] in "MX", e
    if e["ph"] == "M":
        assert e["name"] in ("process_name", "thread_name", "thread_sort_index"), e
        assert "name" in e["args"] or "sort_index" in e["args"], e
        names.add((e["name"], e["tid"]))
        continue
    assert e["ts"] >= 0 and e["dur"] >= 0 and e["cat"] in ("forward", "backward", "update", "range"), e
    assert ("thread_name", e["tid"]) in names, e
    if e["cat"] != "range":
        assert e["ts"] >= last.get(e["tid"], 0) - 1e-6, e # microseconds, told to a thousandth
        last[e["tid"]] = e["ts"] + e["dur"]
calls = {}
for e in events:
    if e["ph"] == "X":
        calls[e["name"]] = calls.get(e["name"], 0) + 1
assert calls["step"] == calls["next batch"] == 20 and calls["linear backward: product"] >= 60, calls
assert len(last) <= 2 and trace["otherData"]["events_left_out"] == 0
END
    python3 trace.py steps.json >out 2>err || fail "steps.json is no trace"
fi
refuses 1 train resume.h5 --trace no/such/folder.json --out untraced
says 'no/such/folder.json'
[ -e untraced ] && fail "a run was begun"
refuses 2 train resume.h5 --profile 0

law "bench says what this machine reaches, and how it measures"
run 0 bench --seconds 0.001 --threads 2 --json
is_json out
for kind in machine:1 method:4 peak:2 product:18 step:16 loader:4; do
    [ "$(grep -c "\"event\": \"${kind%:*}\"" out)" -eq "${kind#*:}" ] || fail "${kind#*:} lines of ${kind%:*} are expected"
done
run 0 bench --only peak,loader --seconds 0.001 --threads 1
shows '^peak: multiply-adds of f32'
shows '^loader: epochs of 6,400 drawn digits'
[ "$(grep -c '^ *1  *[0-9.]*  *[0-9.]*$' out)" -eq 1 ] || fail "the peak of one thread is expected"
grep -q 'products' out && fail "it measures more than it was asked for"
TMPDIR=$PWD/absent
export TMPDIR
refuses 1 bench --only loader --seconds 0.001
says 'absent/wick-bench'
unset TMPDIR
refuses 2 bench --only peak,speed
says 'no section "speed"'
refuses 2 bench --seconds 0
refuses 2 bench --threads 65

law "lr-find suggests what its own losses say, and trains at it"
run 0 lr-find resume.h5 --hidden 64 --optim sgd --json
is_json out
[ "$(grep -c '"event": "step"' out)" -gt 50 ] || fail "no steps"
if command -v python3 >/dev/null; then
    cat >valley.py <<'END'
import json, sys
# The range test and its "valley" over again, from the losses alone.
events = [json.loads(line) for line in open(sys.argv[1])]
steps, mean, smooth, rates = events[:-1], 0, [], []
for i, step in enumerate(steps):
    mean = 0.98 * mean + 0.02 * step["loss"]
    smooth.append(mean / (1 - 0.98 ** (i + 1)))
    rates.append(1e-7 * 10 ** (8 * i / 99))
    assert abs(smooth[-1] / step["smooth"] - 1) < 1e-6 and abs(rates[-1] / step["lr"] - 1) < 1e-6, i
over = [i for i in range(len(smooth)) if smooth[i] > 4 * min(smooth[: i + 1])]
assert over == ([len(smooth) - 1] if events[-1]["exploded"] else []), over
assert len(smooth) == 100 or over
smooth, rates = smooth[10:-5], rates[10:-5]
length = [1] * len(smooth)
for i in range(len(smooth)):
    length[i] += max((length[k] for k in range(i) if smooth[i] < smooth[k]), default=0)
end = length.index(max(length))
start = max(end - length[end], 0)
third = (end - start) / 3
rate = rates[start + int(third) + int(third / 2)]
assert abs(rate / events[-1]["lr"] - 1) < 0.05, (rate, events[-1])
END
    python3 valley.py out || fail "another rate follows from the losses"
fi
rate=$(sed -n 's/.*"result", "lr": \([^,]*\),.*/\1/p' out)
run 0 lr-find resume.h5 --hidden 64 --optim sgd
shows "^suggested rate: $rate\$"
shows "^next: wick train resume.h5 --hidden 64 --optim sgd --lr $rate\$"
shows '-^-'
awk 'length > 80' out | grep -q . && fail "a line of more than 80 columns"
run 0 lr-find sine.h5 --hidden 8 --scale minmax --steps 30
shows '^next: wick train sine.h5 --hidden 8 --scale minmax --optim adam --lr '
run 0 lr-find resume.h5 --model lenet --steps 30 -q
[ "$(wc -l <out)" -eq 1 ] || fail "not the result alone"
refuses 1 lr-find resume.h5 --hidden 64 --optim sgd --from 1e9 --to 1e20 -q
says 'try a smaller --from'
refuses 2 lr-find resume.h5 --from 1 --to 0.1
says 'a smaller and a larger rate'
refuses 2 lr-find resume.h5 --epochs 3

[ $failures -eq 0 ] && echo "all laws hold"
[ $failures -eq 0 ]
