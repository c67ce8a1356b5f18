#!/bin/sh
# The command and the programs with --device: what a GPU trains is what the CPU trains, and runs move between the two.
# $WICK is the command, $PROGRAMS the folder of the programs' folders, $WICK_CUDA the emulator's plugin; without the latter skipped.
if [ -z "${WICK_CUDA:-}" ] || [ ! -e "$WICK_CUDA" ]; then
    echo "skipped: WICK_CUDA names no plugin"
    exit 77
fi
: "${WICK:?names the command}" "${PROGRAMS:?names the folder of programs}"
# shellcheck source=../programs.sh
. "$(dirname "$0")/../programs.sh"

# near FILE FILE: the same words, and numbers within 1e-4 of each other, or of their size if that is more than 1
near() {
    tr ',' ' ' <"$1" >first.txt
    tr ',' ' ' <"$2" >second.txt
    awk 'function size(x) { return x < 0 ? -x : x }
        { if ((getline other < "second.txt") <= 0 || split(other, b) != NF) exit 1 }
        { for (i = 1; i <= NF; i++)
            if ($i + 0 == 0 || b[i] + 0 == 0 ? $i != b[i] : size($i - b[i]) > 1e-4 * (size($i) > 1 ? size($i) : 1)) exit 1 }
        END { if (NR == 0 || (getline other < "second.txt") > 0) exit 1 }' first.txt || fail "$1 and $2 differ"
}

law "the programs print on a GPU what they print on the CPU"
ends 0 "$PROGRAMS/autograd_mlp/autograd_mlp" --device cpu
mv out here
ends 0 env WICK_CUDA_SMALL=0 "$PROGRAMS/autograd_mlp/autograd_mlp" --device cuda # the emulator takes ten times as long for small products
cp out there
near here there

i=0
while [ $i -lt 60 ]; do
    echo "the $((i * 7 % 10)) cats sit on the mat and the $((i * 3 % 10)) dogs run to the sea"
    i=$((i + 1))
done >text.txt
for device in cpu cuda; do
    ends 0 "$PROGRAMS/char_transformer/char_transformer" text.txt --steps 3 --context 8 --width 8 --layers 1 --heads 2 --batch 4 \
        --sample 0 --device $device
    sed 's/ in [0-9.]* s.*//; s/[0-9.]* s$//' out >$device.txt
done
near cpu.txt cuda.txt
ends 0 "$WICK" synth digits -o digits.h5 --train 64 --test 20 -q
ends 0 "$PROGRAMS/mnist_cnn/mnist_cnn" digits.h5 --epochs 1 --batch 32 --save net.safetensors --device cuda
[ -s net.safetensors ] || fail "no model is saved"
ends 0 "$PROGRAMS/autoencoder/autoencoder" digits.h5 digits.pgm --epochs 1 --batch 32 --code 4 --device cuda
[ -s digits.pgm ] || fail "no picture is drawn"
for device in cpu cuda cuda:1 auto; do
    ends 0 "$PROGRAMS/compare_optimizers/compare_optimizers" --data moons --epochs 1 --batch 512 --device $device \
        sgd:lr=0.1,momentum=0.9 adam:lr=0.003
    awk '{ print $1, $(NF - 3), $(NF - 2), $(NF - 1) }' out >table-$device.txt # seconds apart
    ends 0 "$PROGRAMS/surrogate/surrogate" runs.h5 net.safetensors --runs 100 --epochs 10 --width 8 --device $device
    cp out surrogate-$device.txt
    ends 0 "$PROGRAMS/online/online" --write rows.txt --throws 200
    ends 0 "$PROGRAMS/online/online" --read rows.txt --rounds 2 --steps 5 --device $device
    cp out online-$device.txt
    ends 0 "$PROGRAMS/online/online" --queue --throws 2000 --rounds 2 --steps 10 --device $device
    cat out >>online-$device.txt
    rm -f rows*
done
for what in table surrogate online; do
    near $what-cpu.txt $what-cuda.txt
    for device in cuda:1 auto; do
        cmp -s $what-$device.txt $what-cuda.txt || fail "$what: $device does not print what cuda prints"
    done
done

law "a run on a GPU has the CPU's losses, and goes on and is judged on the other"
ends 0 "$WICK" synth sine -o sine.h5 --train 200 --test 50 -q
for device in cpu cuda; do
    ends 0 "$WICK" train sine.h5 --hidden 16 --epochs 2 --out on-$device --device $device -q
    cp -r on-$device moved-$device
done
near on-cpu/metrics.csv on-cuda/metrics.csv
ends 0 "$WICK" train --resume moved-cuda --epochs 4 --device cpu -q
ends 0 "$WICK" train --resume moved-cpu --epochs 4 --device cuda -q
near moved-cpu/metrics.csv moved-cuda/metrics.csv
ends 0 "$WICK" train --resume on-cuda --epochs 4 -q
grep -q '"device": "cuda"' on-cuda/config.json || fail "the run does not know that it is on a GPU"
near on-cuda/metrics.csv moved-cuda/metrics.csv
for device in cpu cuda; do
    ends 0 "$WICK" eval moved-cuda --device $device
    tail -n 1 out >judged-$device
    ends 0 "$WICK" predict moved-cuda --device $device -o predicted-$device.csv
done
near judged-cpu judged-cuda
near predicted-cpu.csv predicted-cuda.csv
ends 0 "$WICK" compare sine.h5 --hidden 8 --optim sgd,adam --epochs 1 --seeds 1 --device cuda

law "a device that is not there, or no device, is named"
ends 1 "$WICK" train sine.h5 --device cuda:9
says "there is no cuda:9"
ends 2 "$WICK" train sine.h5 --device gpu
says 'device is "gpu"; expected cpu, cuda, cuda:N or auto'
ends 2 "$PROGRAMS/mnist_cnn/mnist_cnn" digits.h5 --device gpu
says 'no device is called "gpu"'
for program in compare_optimizers online; do
    ends 2 "$PROGRAMS/$program/$program" --device gpu
    says 'no device is called "gpu"'
done
ends 2 "$PROGRAMS/surrogate/surrogate" runs.h5 net.safetensors --device cuda:9
says "there is no cuda:9"
ends 1 "$PROGRAMS/autograd_mlp/autograd_mlp" --device cuda:9
says "there is no cuda:9"
ends 1 "$PROGRAMS/autograd_mlp/autograd_mlp" --device gpu
says 'no device is called "gpu"'
WICK_CUDA=$work/none.so
export WICK_CUDA
ends 1 "$WICK" train sine.h5 --device cuda
says "none.so"
ends 0 "$WICK" train sine.h5 --hidden 8 --epochs 1 --out auto --device auto -q
ends 0 "$PROGRAMS/autograd_mlp/autograd_mlp" --device auto
cmp -s out here || fail "auto without a GPU does not print what cpu prints"

[ "$failures" -eq 0 ] || exit 1
