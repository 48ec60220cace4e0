// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's code generators. Setting one up takes longer than compiling a small kernel, so they are kept and lent.
#pragma once

#include "Support/Result.h"
#include "Target/Target.h"
#include <llvm/Target/TargetMachine.h>
#include <memory>
#include <string>

namespace einjit::codegen {

/// The loan of a code generator for one target; only one thread uses it meanwhile.
class Machine {
public:
  /// Refused if LLVM knows no such target, processor or feature.
  static Result<Machine> borrow(const Target &target);
  Machine(Machine &&) noexcept = default;
  Machine &operator=(Machine &&) = delete;
  ~Machine();

  llvm::TargetMachine &operator*() const { return *machine_; }
  llvm::TargetMachine *operator->() const { return machine_.get(); }

private:
  Machine(std::string key, std::unique_ptr<llvm::TargetMachine> machine)
      : key_(std::move(key)), machine_(std::move(machine)) {}
  std::string key_;
  std::unique_ptr<llvm::TargetMachine> machine_;
};

} // namespace einjit::codegen
