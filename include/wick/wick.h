/* wick: training neural networks in plain C. This header is all of the core library; HDF5 is in wick/hdf5.h. */
#ifndef WICK_WICK_H
#define WICK_WICK_H
#include "wick/average.h"
#include "wick/base.h"
#include "wick/capture.h"
#include "wick/cuda.h"
#include "wick/data.h"
#include "wick/nn.h"
#include "wick/optim.h"
#include "wick/profile.h"
#include "wick/schedule.h"
#include "wick/state.h"
#include "wick/tensor.h"
#include "wick/train.h"
#endif
