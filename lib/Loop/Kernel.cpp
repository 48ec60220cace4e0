// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Kernel.h"
#include "Support/Checked.h"
#include <algorithm>

namespace einjit::loop {

bool operator==(const For &a, const For &b) {
  return a.var == b.var && a.kind == b.kind && a.extent == b.extent && a.bound == b.bound && a.body == b.body;
}

std::size_t Kernel::argumentCount() const {
  const auto isArgument = [](const Buffer &buffer) {
    return buffer.storage == Storage::In || buffer.storage == Storage::Out;
  };
  return static_cast<std::size_t>(std::count_if(buffers.begin(), buffers.end(), isArgument));
}

VarId Kernel::var(std::string_view name) {
  if (const auto known = findVar(name)) return *known;
  vars.emplace_back(name);
  return VarId(vars.size() - 1);
}

std::optional<VarId> Kernel::findVar(std::string_view name) const {
  const auto found = std::find(vars.begin(), vars.end(), name);
  if (found == vars.end()) return std::nullopt;
  return VarId(found - vars.begin());
}

std::optional<BufferId> Kernel::findBuffer(std::string_view name) const {
  const auto found =
      std::find_if(buffers.begin(), buffers.end(), [&](const Buffer &buffer) { return buffer.name == name; });
  if (found == buffers.end()) return std::nullopt;
  return BufferId(found - buffers.begin());
}

std::vector<const For *> sharedLoops(const For &parallel) {
  std::vector<const For *> loops{&parallel};
  for (std::optional<std::int64_t> count = parallel.extent; loops.back()->body.size() == 1;) {
    const For *inner = std::get_if<For>(&loops.back()->body.front().node);
    if (!inner || inner->kind != LoopKind::Parallel || inner->bound || inner->extent < 1) break;
    count = checkedMul(*count, inner->extent);
    if (!count) break;
    loops.push_back(inner);
  }
  return loops;
}

std::int64_t laneStride(const Kernel &kernel, const Access &access) {
  const auto usesLane = [](const Affine &index) { return index.uses(laneVariable); };
  if (std::ranges::none_of(access.indices, usesLane)) return 0;
  return linearOffset(kernel, access).coefficient(laneVariable);
}

Affine linearOffset(const Kernel &kernel, const Access &access) {
  return Affine::linear(access.indices, kernel[access.buffer].type.stridesOrRowMajor());
}

} // namespace einjit::loop
