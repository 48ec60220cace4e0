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

  std::vector<Register> take() {
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    std::erase_if(found_, [this](const Register &r) { return isLocal(r.buffer); });
    return std::move(found_);
  }

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
      found_.push_back(registerOf(kernel_, store.target, variables_));
  }
  void visit(const loop::Prefetch &) {}
  void visit(const loop::Declare &declare) { local_.push_back(declare.buffer); }

  bool isLocal(loop::BufferId id) const { return std::find(local_.begin(), local_.end(), id) != local_.end(); }

  const loop::Kernel &kernel_;
  Variables variables_;
  std::vector<Register> found_;
  std::vector<loop::BufferId> local_;
};

} // namespace

void Registers::declare(llvm::LLVMContext &context, loop::BufferId id, const loop::Buffer &buffer) {
  llvm::Type *type = registerType(context, buffer.type.dtype, buffer.lanes);
  const auto count = static_cast<std::size_t>(elementCount(buffer.type).value_or(0));
  values_[id.index()].assign(count, llvm::PoisonValue::get(type));
}

Register registerOf(const loop::Kernel &kernel, const loop::Access &access, const Variables &variables) {
  const Affine index = variables.fold(loop::linearOffset(kernel, access));
  if (!index.isConstant()) throw InternalError("code generation: the index of a register is not constant");
  return {access.buffer, static_cast<std::size_t>(index.constant)};
}

std::vector<Register> writtenRegisters(const loop::Kernel &kernel, const loop::Block &body,
                                       const Variables &variables) {
  Collector collector(kernel, variables);
  collector.visit(body);
  return collector.take();
}

std::vector<Register> writtenRegisters(const loop::Kernel &kernel, const loop::For &loop, const Variables &variables) {
  Collector collector(kernel, variables);
  collector.visit(loop);
  return collector.take();
}

} // namespace einjit::codegen
