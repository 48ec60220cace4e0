// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop IR: how a kernel is computed, as an explicit tree of loops over buffers, vectors and registers.
//
//   kernel @kernel(in %a: f32[8,16,32], in %b: f32[8,16], out %out: f32[8,32]) {
//     for i0 in 0..8 {
//       for i1o in 0..2 {
//         registers %acc: <16 x f32>[]
//         16 lanes: %acc[] = f32(0)
//         for k0 in 0..16 {
//           16 lanes: %acc[] = fma(%a[i0,k0,16*i1o + lane], %b[i0,k0], %acc[])
//         }
//         16 lanes: %out[i0,16*i1o + lane] = %acc[]
//       }
//     }
//   }
//
// Buffers. `in` and `out` are the caller's memory, `const` is data of the kernel's own, `iota` (i64) is none at all: an
// element of it is its position, computed where it is read. `scratch` is memory that lives
// from its declaration to the end of the enclosing block (inside a parallel loop each thread has its own), and
// `registers` is an array of scalar or vector registers, whose indices are constants once unrolled loops are expanded.
//
// `out stream %out` is written, but not read, and would only drive other data out of the caches: whole vectors may be
// stored past them. `out %out: f32[8] over %c` may be the memory of the input %c (InPlace.h).
//
// Stores. `%t[…] = expr` evaluates expr and writes one element. `N lanes: %t[…] = expr` does so for `lane` = 0…N-1 at
// once. A memory access without `lane` in its indices is the same element for all lanes (a broadcast); with it, it is
// contiguous, strided or reversed as its strides say. A vector register read by an N-lane store must have N lanes; a
// scalar register is broadcast. `N lanes if lane < E: …` leaves alone the target's lanes from E on and reads nothing
// for them. `N lanes reduce add: %t[…] = expr` folds the lanes of expr into one scalar with add, and then adds that
// to %t[…]; lanes that are masked off take no part.
//
// Loops. `for` counts from 0 to its extent in steps of 1; `for i in 0..min(16, E)` ends early where the affine bound E
// is smaller. `unroll` is the same, but the code is repeated; `parallel` may run its iterations in any order and at
// the same time. Threads share all iterations of parallel loops that are nothing but one in the other, without a bound
// on an inner one; other parallel loops inside parallel loops run in order. Names of loop variables may be used again,
// but not inside their own loop.
//
// `prefetch %a[…]` brings the cache line of that element near, or with `to L2` no nearer than that; it never faults and
// changes nothing.
#pragma once

#include "Scalar/Affine.h"
#include "Scalar/Expr.h"
#include "Support/Result.h"
#include "Support/StrongId.h"
#include <einjit/Type.h>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace einjit::loop {

using VarId = StrongId<struct VarTag>;
using BufferId = StrongId<struct BufferTag>;

/// The variable that stands for the lane number in the indices of a vector store.
inline constexpr std::uint32_t laneVariable = 0xffffffff;

enum class Storage { In, Out, Const, Iota, Scratch, Registers };

struct Buffer {
  std::string name; ///< without the `%`
  Storage storage;
  TensorType type;                   ///< strides matter for memory; registers have none
  std::int64_t lanes = 1;            ///< of each register; 1 for memory
  std::vector<Scalar> elements = {}; ///< of a const
  bool stream = false;               ///< an out that is written past the caches
  std::optional<BufferId> over = {}; ///< of an out: the input whose memory it may be
  friend bool operator==(const Buffer &, const Buffer &) = default;
};

struct Access {
  BufferId buffer;
  std::vector<Affine> indices; ///< variables are VarIds, or laneVariable
  friend bool operator==(const Access &, const Access &) = default;
};

struct Store {
  Access target;
  std::vector<Access> operands; ///< of `value`
  scalar::Expr value;
  std::int64_t lanes = 1;
  std::optional<Affine> laneBound = {}; ///< lanes from here on are masked off
  std::optional<ScalarOp> reduce = {};  ///< fold the lanes into the (lane-less) target
  friend bool operator==(const Store &, const Store &) = default;
};

struct Prefetch {
  Access address;
  bool toL2 = false; ///< past L1
  friend bool operator==(const Prefetch &, const Prefetch &) = default;
};

/// Begins the life of a scratch or register buffer, with undefined contents; it ends with the enclosing block.
struct Declare {
  BufferId buffer;
  friend bool operator==(const Declare &, const Declare &) = default;
};

struct Stmt;
using Block = std::vector<Stmt>;

enum class LoopKind { Serial, Unrolled, Parallel };

struct For {
  VarId var;
  LoopKind kind = LoopKind::Serial;
  std::int64_t extent = 0;
  std::optional<Affine> bound = {}; ///< iterations from here on are left out
  Block body;
  friend bool operator==(const For &, const For &);
};

struct Stmt {
  std::variant<Store, Prefetch, Declare, For> node;
  friend bool operator==(const Stmt &, const Stmt &) = default;
};

struct Kernel {
  std::string name = "kernel";
  std::vector<Buffer> buffers;   ///< the caller's first: all `in`, then all `out`, in the order of its arguments
  std::vector<std::string> vars; ///< names of loop variables, each once
  Block body;

  const Buffer &operator[](BufferId id) const { return buffers[id.index()]; }
  Buffer &operator[](BufferId id) { return buffers[id.index()]; }
  std::size_t argumentCount() const;
  /// The id of a loop variable's name, which is added if it is new.
  VarId var(std::string_view name);
  std::optional<VarId> findVar(std::string_view name) const;
  std::optional<BufferId> findBuffer(std::string_view name) const;
  friend bool operator==(const Kernel &, const Kernel &) = default;
};

/// A parallel loop and those in it whose iterations threads share with its own, outermost first; all but the first run
/// at least once. Their product fits 64 bits.
std::vector<const For *> sharedLoops(const For &parallel);

/// Distance in elements between an access's neighbouring lanes.
std::int64_t laneStride(const Kernel &kernel, const Access &access);
/// The access's place in its buffer in elements, as one affine expression.
Affine linearOffset(const Kernel &kernel, const Access &access);

std::string print(const Kernel &kernel);
Result<Kernel> parseKernel(std::string_view text);

/// What is wrong with a kernel, one line each; empty if it is well-formed: every rule stated above holds, every memory
/// access stays inside its buffer, registers are declared before use and indexed by constants and unrolled variables,
/// and types agree. `Form::Building` allows registers that are not yet indexed statically (between schedule steps).
enum class Form { Building, Final };
std::vector<std::string> verify(const Kernel &kernel, Form form = Form::Final);

} // namespace einjit::loop
