// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A schedule: named steps that turn naive loops into good ones. Steps are mechanical; they check that they may be
// applied, never whether it pays. Loops and buffers are named, and a step acts on every loop of that name (a split
// that leaves a remainder makes two).
//
//   schedule {
//     split i1 by 128 as i1o, i1t            # eight accumulators hide the latency of FMA
//     split i1t by 16 as i1v, i1l masked     # the last vector of a remainder is masked
//     order i0, i1o, k0, i1v, i1l
//     keep %acc in registers
//     vectorize i1l
//     unroll i1v
//   }
#pragma once

#include "Loop/Kernel.h"
#include <string>
#include <variant>
#include <vector>

namespace einjit::loop {

/// `for v in 0..n` becomes `for outer in 0..n/factor { for inner in 0..factor }` with v = factor*outer + inner. Where
/// factor does not divide n, the rest is a second loop `for inner in 0..n%factor` behind it; `masked` instead rounds
/// the outer extent up and bounds the inner loop. `even u` instead makes lengths as equal as whole units of u allow, up
/// to three pairs of loops, each `for outer { for inner }`: 29 by 16 even 1 is a pair of length 15 and one of 14.
struct Split {
  std::string loop;
  std::int64_t factor;
  std::string outer, inner;
  bool masked = false;
  std::int64_t evenUnit = 0; ///< 0: not even; divides the factor
};

/// One pair of loops of an even split: `count` runs of `length` iterations, from iteration `begin` on.
struct EvenPart {
  std::int64_t begin, count, length;
};
/// What an even split makes of a loop, O(1): with t = ceil(extent / factor) runs of s or s+1 units, the longer first;
/// what the last one lacks to whole units makes it a part of its own.
std::vector<EvenPart> evenParts(std::int64_t extent, std::int64_t factor, std::int64_t unit);

/// `for outer in 0..m { for inner in 0..n { … } }`, with nothing else in `outer`, becomes `for as in 0..m*n { … }`, as
/// = n*outer + inner. Neighbouring axes of buffers that the two index become one, if they are contiguous.
struct Join {
  std::string outer, inner;
  std::string as;
};

/// Does iterations 0..at of a loop in a nest, and the others in another one behind it: `for first in 0..1 { for loop in
/// 0..at }` and `for second in 0..1 { for loop in 0..n-at }`. In the second one the names of the loop, of those inside
/// and of what they declare have the suffix behind them, so that steps may treat the two differently.
struct Divide {
  std::string loop;
  std::int64_t at;
  std::string first, second;
  std::string suffix;
};

/// Moves the loops `over` out of all loops inside loop `at` (or the kernel, if `at` is empty). They are the outermost
/// ones of the reduction into `buffer`; between their iterations its partial results wait in new scratch `as`, and what
/// stands before and behind the reduction is run in their first and in their last iteration.
struct Stage {
  std::string buffer;
  std::vector<std::string> over;
  std::string at;
  std::string as;
};

/// Moves loops inward until they nest in the given order, outermost first; loops not named stay where they are. A loop
/// moves past statements by being repeated around each of them; registers and scratch declared among them get a new
/// first axis for it.
struct Reorder {
  std::vector<std::string> loops;
};

/// Lets the reduction into `buffer` keep one partial result for each iteration of `loop`, in a new buffer `as`, and
/// folds them behind the loops of the reduction. `as` is declared beside `buffer`. The loops over partial results that
/// set and fold them have the name `by`, or else that of `loop`.
struct Privatize {
  std::string buffer;
  std::string loop;
  std::string as;
  std::string by = {};
};

/// Lets the updates of `buffer` in each iteration of loop `at` go to a new scratch element `as` instead, which is
/// folded into `buffer` behind them. Loops of that name in which the buffer is not only reduced are left alone. It is
/// declared in the innermost loops around all updates of an element.
struct Localize {
  std::string buffer;
  std::string at;
  std::string as;
};

/// Turns scratch into registers.
struct Keep {
  std::string buffer;
};

/// At the start of each iteration of loop `at` (or of the kernel, if `at` is empty) copies what the iteration reads of
/// `buffer` into new scratch `as`, one axis for each loop in `over`, in that order, and reads it from there. Reads
/// in different forms, as those of a remainder, get scratch of their own. What is copied into scratch already stays.
/// The loops that copy have the names `by`, one for each in `over`, or else the same names as those. With a `type` the
/// copy is converted to it, which every read did itself before. The axis of the loop `padded`, one of `over`, is one
/// longer than that, so that elements along those in front of it are not a multiple of so many bytes apart. With
/// `first`, a loop that the block begins to read the buffer in, its first iteration still does so, and copies what it
/// reads; it becomes a loop of its own, of the same name.
struct Pack {
  std::string buffer;
  std::string at;
  std::vector<std::string> over;
  std::string as;
  std::vector<std::string> by = {};
  std::optional<DType> type = {};
  std::string padded = {};
  std::string first = {};
};

/// What each iteration of loop `at` (or the kernel, if `at` is empty) writes to `buffer`, and does not read, goes to
/// new scratch `as`, one axis for each loop in `over`, in that order, and is copied to `buffer` where the iteration
/// ends. Just what is written is copied. Stores in different forms, as those of a remainder, get scratch of their own.
/// The loops that copy nest in the order of `over`; they have the names `by`, or else the same names as those. With
/// `of` the scratch holds the elements of that buffer that results are computed from, and the copy computes them. The
/// axis of the loop `padded` is one longer, as that of Pack.
struct Unpack {
  std::string buffer;
  std::string at;
  std::vector<std::string> over;
  std::string as;
  std::vector<std::string> by = {};
  std::string of = {};
  std::string padded = {};
};

/// Runs the iterations of an innermost loop as the lanes of vectors; a reduction folds its lanes.
struct Vectorize {
  std::string loop;
};

/// Repeats the loop's body instead of looping.
struct Unroll {
  std::string loop;
};

/// In front of the loop, a copy of it prefetches the memory that its stores write: of vectors each `every`-th lane's
/// element, and the last one's. Stores then find their lines near, and what is read behind them need not wait. With
/// `at`, only loops whose parent is a loop of that name; their copies stand where its iterations begin, so that lines
/// come while the iteration still computes what is stored.
struct PrefetchStores {
  std::string loop;
  std::int64_t every;
  std::string at = {};
};

/// The iterations of loop `in` prefetch, evenly, what the next iteration of loop `ahead` around it reads of `buffer`:
/// the d elements from where its reads begin, d the distance by which one iteration moves them. With T iterations of
/// `in` in one of `ahead` each takes ceil(d / T) of them, a prefetch for every `every`. A loop that runs once has no
/// next iteration. With `row` these are not d elements in one piece but rows of so many, `apart` elements from one to
/// the next, or else as far as an iteration of `in` moves its reads: the r-th time that an iteration of `ahead` runs
/// the loop `by` around `in`, or else `in` itself, the n iterations of `in` then take the r-th row, ceil(row / n)
/// elements each. With a `distance` it is not for the next iteration but for one so many further on. `in` may be
/// `ahead` itself: each iteration then takes all of that piece, or one row. With `toL2` lines come no nearer than that.
struct Fetch {
  std::string buffer;
  std::string ahead;
  std::string in;
  std::int64_t every;
  std::optional<std::int64_t> row = {};
  std::optional<std::int64_t> apart = {};
  std::string by = {};
  std::int64_t distance = 1; ///< in iterations of `ahead`
  bool toL2 = false;
};

/// Writes an out past the caches (`out stream`); nothing may read it.
struct Stream {
  std::string buffer;
};

/// Lets the iterations run at the same time; they must not depend on each other. A loop without a bound that is all
/// that stands in a parallel one shares its threads.
struct Parallelize {
  std::string loop;
};

struct Step {
  std::variant<Split, Join, Divide, Reorder, Privatize, Localize, Stage, Keep, Pack, Unpack, Vectorize, Unroll,
               PrefetchStores, Fetch, Stream,
               Parallelize>
      action;              ///< as in Steps.def
  std::string reason = {}; ///< why the planner took it; printed as a comment
};

struct Schedule {
  std::vector<Step> steps;
};

std::string print(const Schedule &schedule);
Result<Schedule> parseSchedule(std::string_view text);

/// One function for each step, in the file of its name. A step that may not be applied is refused with the reason.
#define STEP(Name, text) Result<Kernel> apply(Kernel kernel, const Name &step);
#include "Loop/Steps/Steps.def"
#undef STEP
Result<Kernel> apply(Kernel kernel, const Step &step);
/// All steps in order; a refused one is named in the error.
Result<Kernel> apply(Kernel kernel, const Schedule &schedule);

} // namespace einjit::loop
