// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `pack` and `unpack` share: elements of a buffer that a block accesses are copied between it and scratch, which
// has an axis for each loop that is copied over. Accesses in different forms are copied on their own.
#pragma once

#include "Loop/Rewrite.h"
#include "Loop/Steps/Refusal.h"
#include <fmt/format.h>
#include <functional>

namespace einjit::loop {

/// What such a step says.
struct CopyStep {
  std::string_view participle; ///< "packed" or "unpacked"
  std::string_view accesses;   ///< "read" or "store": what has its elements copied
  const std::string &buffer, &at;
  const std::vector<std::string> &over;
  const std::string &as;
  const std::vector<std::string> &by;
  std::string padded = {}; ///< the loop of `over` whose axis of the scratch is one longer
};

/// An access of the buffer, and the loops around it.
struct PlacedAccess {
  const Store *store;
  const Access *access; ///< its target, or one of its operands
  Nest nest;
};
/// Those of its loops that are inside `outside`.
std::span<const For *const> inside(const PlacedAccess &place, const Nest &outside);

/// What is copied of one form of access in one iteration: the element, and the loops that copy.
struct CopiedForm {
  Access element;
  std::vector<PlacedAccess> places = {}; ///< those of this form
  std::vector<Affine> local = {};        ///< indices of the scratch that is accessed instead
  std::vector<For> loops = {};           ///< those that copy, outermost first, still empty
  bool isExact = true;                   ///< whether every access is in just such loops, so that nothing else is copied

  /// Whether the loop is around every access. If not, they are copied without it.
  bool isIn(VarId var, const Nest &outside) const;
};

/// Refuses names of the step that are not there, or not new.
Refusal checkNames(const Kernel &kernel, const CopyStep &step);

/// Calls `copy` on every block that the step copies in, with the loops around it, until one is refused.
Refusal forEachBlock(Kernel &kernel, const CopyStep &step,
                     const std::function<Refusal(Block &block, const Nest &outside)> &copy);

class Copier {
public:
  Copier(Kernel &kernel, const CopyStep &step);

  /// The accesses by their forms, with the loops that copy. Each of those is as long as the longest that it stands for,
  /// and bounded if all of them are, in the same way, and where the bound can be said in the copy. Refuses accesses
  /// that depend on other loops or on lanes, and copies that leave the buffer or do not fit into memory.
  Refusal forms(const std::vector<PlacedAccess> &places, const Nest &outside, DType type,
                std::vector<CopiedForm> &result) const;

  /// Refuses an access that the copy of the form would make outside of its buffer.
  Refusal checkInside(const Access &access, const CopiedForm &form, const Nest &outside) const;

  /// New scratch for the form, as the loops access it.
  Access addScratch(const CopiedForm &form, DType type) const;

  /// What is said in the variables of the loops copied over, in those of the loops that copy.
  Affine inCopy(const Affine &expr) const;
  Access inCopy(Access access) const;

private:
  Refusal checkPlace(const PlacedAccess &place, const Nest &outside) const;
  TensorType scratchType(const CopiedForm &form, DType type) const;
  void addLoops(const Nest &outside, CopiedForm &form) const;

  Kernel &kernel_;
  const CopyStep step_;
  std::vector<VarId> over_, by_; ///< the loops copied over, and those that copy for each of them
};

/// Applies a step by a `Worker(kernel, step, buffer)` for each buffer of its name: run() copies in one block, and
/// isDone() is whether there was anything to copy. If there never was, the buffer is not `accessed` there.
template <class Worker, class CopyingStep>
Result<Kernel> applyCopies(Kernel kernel, const CopyingStep &step, const CopyStep &copies, std::string_view accessed) {
  bool done = false;
  for (BufferId buffer : buffersNamed(kernel, step.buffer)) {
    Worker worker(kernel, step, buffer);
    const auto run = [&](Block &block, const Nest &outside) { return worker.run(block, outside); };
    if (const Refusal reason = forEachBlock(kernel, copies, run)) return refused({step}, *reason);
    done |= worker.isDone();
  }
  if (!done) return refused({step}, fmt::format("%{} is not {} there", step.buffer, accessed));
  return kernel;
}

} // namespace einjit::loop
