// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM's code generators. Setting one up takes longer than compiling a small kernel, so they are kept and lent, each
// with its passes.
#pragma once

#include "CodeGen/Emission.h"
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

  llvm::TargetMachine &operator*() const { return *generator_.machine; }
  llvm::TargetMachine *operator->() const { return generator_.machine.get(); }
  /// Its passes to object files.
  Emission &objects();

  struct Generator {
    std::unique_ptr<llvm::TargetMachine> machine;
    std::unique_ptr<Emission> objects; ///< null before it is first asked for; destroyed before the machine
  };

private:
  Machine(std::string key, Generator generator) : key_(std::move(key)), generator_(std::move(generator)) {}
  std::string key_;
  Generator generator_;
};

} // namespace einjit::codegen
