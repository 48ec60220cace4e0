// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Registers.h"
#include "Support/Overloaded.h"
#include <algorithm>
#include <einjit/Error.h>

namespace einjit::codegen {
namespace {

class Collector {
public:
  Collector(const loop::Kernel &kernel, Variables variables) : kernel_(kernel), variables_(std::move(variables)) {}

  void visit(const loop::Block &block) {
    for (const loop::Stmt &stmt : block) std::visit([this](const auto &node) { visit(node); }, stmt.node);
  }

  /// Those declared outside of what was visited, each once, in order.
  std::vector<Register> fromOutside() {
    std::vector<Register> registers;
    for (const Write &write : found_)
      if (!isLocal(write.target.buffer)) registers.push_back(write.target);
    std::sort(registers.begin(), registers.end());
    registers.erase(std::unique(registers.begin(), registers.end()), registers.end());
    return registers;
  }

  struct Write {
    Register target;
    std::int64_t lanes; ///< the most that take part
  };
  const std::vector<Write> &all() const { return found_; }

  // The body of a loop that never runs may name registers that do not exist.
  void visit(const loop::For &loop) {
    const std::int64_t most = variables_.iterations(loop).most;
    if (most == 0) return;
    if (loop.kind != loop::LoopKind::Unrolled) {
      variables_.bind(loop, nullptr);
      visit(loop.body);
      variables_.unbind(loop.var);
      return;
    }
    for (std::int64_t i = 0; i < most; ++i) {
      variables_.bind(loop.var, i);
      visit(loop.body);
      variables_.unbind(loop.var);
    }
  }

private:
  void visit(const loop::Store &store) {
    if (kernel_[store.target.buffer].storage == loop::Storage::Registers)
      found_.push_back({registerOf(kernel_, store.target, variables_), mostLanes(store)});
  }
  void visit(const loop::Prefetch &) {}
  void visit(const loop::Declare &declare) { local_.push_back(declare.buffer); }

  std::int64_t mostLanes(const loop::Store &store) const {
    if (store.reduce) return 1;
    return store.laneBound ? std::min(store.lanes, variables_.maximum(variables_.fold(*store.laneBound))) : store.lanes;
  }

  bool isLocal(loop::BufferId id) const { return std::find(local_.begin(), local_.end(), id) != local_.end(); }

  const loop::Kernel &kernel_;
  Variables variables_;
  std::vector<Write> found_;
  std::vector<loop::BufferId> local_;
};

} // namespace

WrittenLanes::WrittenLanes(const loop::Kernel &kernel) {
  for (const loop::Buffer &buffer : kernel.buffers) {
    const bool isRegisters = buffer.storage == loop::Storage::Registers;
    lanes_.emplace_back(isRegisters ? static_cast<std::size_t>(elementCount(buffer.type).value_or(0)) : 0);
  }
  Collector collector(kernel, Variables(kernel.vars.size()));
  collector.visit(kernel.body);
  for (const auto &[target, lanes] : collector.all()) {
    std::int64_t &most = lanes_[target.buffer.index()].at(target.index);
    most = std::max(most, lanes);
  }
}

void Registers::declare(llvm::LLVMContext &context, loop::BufferId id, const loop::Buffer &buffer) {
  llvm::Type *type = registerType(context, buffer.type.dtype, buffer.lanes);
  const auto count = static_cast<std::size_t>(elementCount(buffer.type).value_or(0));
  values_[id.index()].assign(count, llvm::PoisonValue::get(type));
}

Register registerOf(const loop::Kernel &kernel, const loop::Access &access, const Variables &variables) {
  const std::vector<std::int64_t> &shape = kernel[access.buffer].type.shape;
  std::int64_t number = 0; // row-major
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const std::optional<std::int64_t> index = variables.valueOf(access.indices[axis]);
    if (!index) throw InternalError("code generation: the index of a register is not constant");
    number = number * shape[axis] + *index;
  }
  return {access.buffer, static_cast<std::size_t>(number)};
}

std::vector<Register> writtenRegisters(const loop::Kernel &kernel, const loop::Block &body,
                                       const Variables &variables) {
  Collector collector(kernel, variables);
  collector.visit(body);
  return collector.fromOutside();
}

std::vector<Register> writtenRegisters(const loop::Kernel &kernel, const loop::For &loop, const Variables &variables) {
  Collector collector(kernel, variables);
  collector.visit(loop);
  return collector.fromOutside();
}

} // namespace einjit::codegen
