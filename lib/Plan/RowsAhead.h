// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows that a sum jumps between: each step of a tile reads a few lines of an operand, and the next step as many of its
// next row. If the operand comes from beyond L2, prefetchers lose its track, for they follow runs of some eight lines.
// So each step fetches what a later one reads, and at any time a quarter of L1 is on its way: about as many lines as a
// core can wait for.
//
//   d = (l1Bytes / 4) / w                    steps, for rows of w bytes, but at most an eighth of the sum
//
// These rows take at most half of the places of each set of L1. Where no 12 rows do, as if all begin pages apart, they
// would drive each other out: then those that come from memory are fetched to L2, 32 rows ahead, and others not. (With
// 4096 x 4096 and 3072 x 3072 in f32, 2048 x 2048 in f64: 4 rows 0.84 to 0.96, 6 rows 0.67 to 0.73, 8 rows 0.55 to
// 0.59, 24 rows 0.7 to 0.74; from L3 0.8 to 1.5.) Of short sums from L3, whose rows take less than a sixteenth of L2,
// what prefetchers read behind the end of each row is still in L2 when the next tile comes to it.
//
// On one core of a Zen 5, as parts of the time without: products of 5 rows with 2000 x 2000 in f32, from L3, 0.6 to
// 0.8, with 4000 x 4000, from memory, 0.6; 3 rows 0.8 and 0.87, 8 rows 0.9 and 0.4, 12 rows 0.95 and 0.6, 24 rows with
// 4000 x 4000 0.6; 8 rows with 2000 x 2000 in f64 0.42; batches of 6 rows with 300 x 300 0.65. With 2 rows, whose tiles
// read ten lines at once, 1.05; with rows of 8 KiB 1.1; with sums of 100 and 200 from L3 1.2 and 1.06, from memory 0.9
// and 0.8.
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/PlannedLoop.h"
#include "Plan/TiledOp.h"
#include <optional>

namespace einjit::plan {

/// Rows, so many bytes apart and wide, that follow each other until half of the places of some set of L1 are taken.
std::int64_t rowsInSetsOfL1(const Target &target, std::int64_t apart, std::int64_t width);

/// Fewer rows are not fetched.
constexpr std::int64_t leastRowsAhead = 12;

/// `sum` is the innermost loop of a sum that reads the operand in place.
std::optional<loop::Fetch> rowsAhead(const TiledOp &op, std::size_t operand, const PlannedLoop &sum);

} // namespace einjit::plan
