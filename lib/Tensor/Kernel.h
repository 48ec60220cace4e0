// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tensor IR: what a kernel computes, without a word on how.
//
// A kernel is a list of values in single assignment. A value is a parameter (memory of the caller's, described by a
// type that may be strided), a constant, an *iota* (i64, each element its own row-major position: it takes no memory,
// reading it computes the position), or the result of a *generic* op:
//
//   %2 = [b:8, e:32] add over [c:16] of mul(%0[b,c,e], %1[b,c]) then add(acc, %bias[e])
//
// The generic op runs over an iteration space. Its parallel iterators [b:8, e:32] are the axes of its result, in
// order; its reduced iterators [c:16] are folded with the reducer `add`. At each point the body is evaluated on the
// elements its operands' access maps select: one affine expression over the iterators for each axis of the operand. A
// broadcast axis is an iterator that does not occur in the map. The epilogue (after `then`) is evaluated once for each
// element of the result; `acc` is what the reduction arrived at, and its operands may use parallel iterators only.
// Without reduced iterators there is neither reducer nor epilogue.
//
// A *scan* folds along one of its parallel iterators: in
//
//   %3 = [b:8, e:32] add along e of %2[b,e] then mul(acc, %scale[e])
//
// `acc` at [b,e] is the fold of the body's values at [b,0] … [b,e], in that order.
//
// A *concat* puts values side by side: each part fills a box of the result, and the boxes fill it without overlap. A
// part's place is one affine expression for each axis of the result, in the part's axes i0, i1, …: `i1 + 3`, or a
// number. An axis of the part that no index has must have the extent 1. A *reshape* has the elements of another value,
// in row-major order, in another shape:
//
//   %4 = concat f32[5,3] (%2 at [i0,i1], %3 at [4,i0])
//   %5 = reshape f32[15] (%4)
//
// Both say where elements are, not what is computed: once materialized (materializeResults.h) parts are computed
// where the concat has them, and a reshape is the same memory.
//
// Elementwise operations, broadcasting, views, diagonals, contractions and reductions are all this one op. The order
// of a reduction is not defined, unless the kernel says `exact`.
#pragma once

#include "Scalar/Affine.h"
#include "Scalar/Expr.h"
#include "Support/Result.h"
#include "Support/StrongId.h"
#include <einjit/Type.h>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace einjit::tensor {

using ValueId = StrongId<struct ValueTag>;

/// Most axes of a value. A user's tensors have 32 at most; on the way there may be some more.
inline constexpr std::size_t maxValueAxes = 64;

struct Iterator {
  std::string name;
  std::int64_t extent;
  friend bool operator==(const Iterator &, const Iterator &) = default;
};

struct Access {
  ValueId value;
  std::vector<Affine> indices; ///< one for each axis of the value; variables are positions in Generic::iterators()
  friend bool operator==(const Access &, const Access &) = default;
};

struct Reduction {
  ScalarOp op;
  std::vector<Iterator> iterators; ///< numbered after the parallel ones; at least one, but none of a scan
  std::optional<scalar::Expr> epilogue;
  std::optional<std::uint32_t> along = {}; ///< the parallel iterator of a scan
  friend bool operator==(const Reduction &, const Reduction &) = default;
};

struct Generic {
  std::vector<Iterator> parallel;
  std::optional<Reduction> reduction;
  std::vector<Access> operands; ///< of body and epilogue together; each is used, no two are equal
  scalar::Expr body;

  std::size_t iteratorCount() const { return parallel.size() + (reduction ? reduction->iterators.size() : 0); }
  /// Iterator by number: the parallel ones first.
  const Iterator &iterator(std::size_t number) const {
    return number < parallel.size() ? parallel[number] : reduction->iterators[number - parallel.size()];
  }
  Iterator &iterator(std::size_t number) { return const_cast<Iterator &>(std::as_const(*this).iterator(number)); }
  bool isReduced(std::size_t number) const { return number >= parallel.size(); }
  /// The expression whose value the result's elements have.
  const scalar::Expr &finalExpr() const { return reduction && reduction->epilogue ? *reduction->epilogue : body; }
  friend bool operator==(const Generic &, const Generic &) = default;
};

struct Parameter {
  friend bool operator==(const Parameter &, const Parameter &) = default;
};
struct Constant {
  std::vector<Scalar> elements; ///< row-major
  friend bool operator==(const Constant &a, const Constant &b);
};

/// A value and the box of a concat's result that it fills.
struct Part {
  ValueId value;
  std::vector<Affine> place; ///< one for each axis of the result; variables are axes of the part
  friend bool operator==(const Part &, const Part &) = default;
};
struct Concat {
  std::vector<Part> parts; ///< at least one
  friend bool operator==(const Concat &, const Concat &) = default;
};

struct Reshape {
  ValueId value;
  friend bool operator==(const Reshape &, const Reshape &) = default;
};

struct Iota {
  friend bool operator==(const Iota &, const Iota &) = default;
};

struct Value {
  std::string name; ///< without the `%`; unique in the kernel
  TensorType type;  ///< strided only for parameters and, as they lie in memory, for results
  std::variant<Parameter, Constant, Iota, Generic, Concat, Reshape> def;
  friend bool operator==(const Value &, const Value &) = default;
};

struct Kernel {
  std::string name = "kernel";
  bool exact = false;           ///< sums keep the order of the iterators, nothing is contracted
  std::vector<Value> values;    ///< parameters first; each other value after those it reads
  std::vector<ValueId> results; ///< at least one; may be parameters and, unless strided, repeat

  const Value &operator[](ValueId id) const { return values[id.index()]; }
  Value &operator[](ValueId id) { return values[id.index()]; }
  std::size_t parameterCount() const;
  friend bool operator==(const Kernel &, const Kernel &) = default;
};

/// The result type of a generic op: extents of its parallel iterators, type of its final expression, row-major.
TensorType resultType(const Generic &op);

/// The values that `value` reads, each as often as it does.
std::vector<ValueId> reads(const Value &value);
/// Makes `value` read `newId(v)` wherever it reads v.
void renumberReads(Value &value, const std::function<ValueId(ValueId)> &newId);

/// The kernel's text, whose grammar is in Parse.cpp.
std::string print(const Kernel &kernel);
/// Reads a text, but does not verify the kernel. Operands are numbered in the order in which body and epilogue first
/// use them; a well-formed kernel that does so, and writes no strides where they are row-major, is read back equal.
Result<Kernel> parseKernel(std::string_view text);

/// What is wrong with a kernel, one line each; empty if it is well-formed: every rule stated above holds, every access
/// stays inside its operand, and types of operands and expressions agree.
std::vector<std::string> verify(const Kernel &kernel);

} // namespace einjit::tensor
