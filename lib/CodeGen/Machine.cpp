// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Machine.h"
#include "CodeGen/CodeGen.h"
#include "CodeGen/LlvmCompat.h"
#include "CodeGen/ProcessEnd.h"
#include <algorithm>
#include <fmt/format.h>
#include <llvm-c/Core.h>
#include <llvm/Support/TargetSelect.h>
#include <map>
#include <mutex>

namespace einjit::codegen {
namespace {

/// Idle machines, by what they were made for. Never destroyed, so that it outlives every static kernel.
struct Pool {
  std::mutex mutex;
  std::multimap<std::string, Machine::Generator> idle;
};

Pool &pool() {
  static Pool &instance = *new Pool;
  return instance;
}

/// Without a machine if none is idle.
Machine::Generator takeIdle(const std::string &key) {
  const std::lock_guard lock(pool().mutex);
  const auto found = pool().idle.find(key);
  if (found == pool().idle.end()) return {};
  Machine::Generator generator = std::move(found->second);
  pool().idle.erase(found);
  return generator;
}

void initializeHost() {
  static const bool once = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  (void)once;
}

void initializeAll() {
  static const bool once = [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    return true;
  }();
  (void)once;
}

/// The host's code generator is ready at once; those of other machines are only looked for when asked for.
const llvm::Target *lookup(const llvm::Triple &triple, std::string &error) {
  initializeHost();
  if (const llvm::Target *found = llvmCompat::lookupTarget(triple, error)) return found;
  initializeAll();
  return llvmCompat::lookupTarget(triple, error);
}

Diagnostic unknown(std::string message) { return {DiagnosticKind::UnknownTarget, std::move(message)}; }

/// LLVM itself only warns about names it does not know, and goes on with something else.
Status checkNames(const llvm::MCSubtargetInfo &tables, const Target &target) {
  if (!tables.isCPUStringValid(target.cpu)) return unknown(fmt::format("LLVM knows no processor '{}'", target.cpu));
  llvm::SmallVector<llvm::StringRef> changes;
  llvm::StringRef(target.features).split(changes, ',', -1, false);
  const auto known = tables.getAllProcessorFeatures();
  for (llvm::StringRef change : changes) {
    const bool isChange = change.starts_with("+") || change.starts_with("-");
    const llvm::StringRef feature = change.drop_front(isChange ? 1 : 0);
    const bool exists = std::any_of(known.begin(), known.end(), [&](const auto &k) { return feature == k.Key; });
    if (!isChange || !exists)
      return unknown(fmt::format("LLVM knows no processor feature '{}', as in +avx2,-fma", change.str()));
  }
  return Success{};
}

Result<std::unique_ptr<llvm::TargetMachine>> create(const Target &target) {
  const llvm::Triple triple(target.triple);
  std::string error;
  const llvm::Target *generator = lookup(triple, error);
  if (!generator) return unknown(fmt::format("LLVM cannot generate code for '{}'", target.triple));
  const auto tables = llvmCompat::subtargetTables(*generator, triple);
  if (!tables) return unknown(fmt::format("LLVM cannot generate code for '{}'", target.triple));
  if (const Status names = checkNames(*tables, target); !names) return names.errors();
  auto machine =
      llvmCompat::createMachine(*generator, triple, target.cpu, target.features, llvm::CodeGenOptLevel::Default);
  if (!machine) return unknown(fmt::format("LLVM cannot generate code for '{}'", target.triple));
  return machine;
}

} // namespace

std::string llvmVersion() {
  unsigned major = 0, minor = 0, patch = 0;
  LLVMGetVersion(&major, &minor, &patch);
  return fmt::format("{}.{}.{}", major, minor, patch);
}

Result<Machine> Machine::borrow(const Target &target) {
  if (const Status allowed = mayGenerate(hasEnded()); !allowed) return allowed.errors();
  std::string key = fmt::format("{}|{}|{}", target.triple, target.cpu, target.features);
  Generator generator = takeIdle(key);
  if (!generator.machine) {
    auto created = create(target);
    if (!created) return created.errors();
    generator.machine = *std::move(created);
  }
  return Machine(std::move(key), std::move(generator));
}

Emission &Machine::objects() {
  if (!generator_.objects)
    generator_.objects = std::make_unique<Emission>(*generator_.machine, llvm::CodeGenFileType::ObjectFile);
  return *generator_.objects;
}

Machine::~Machine() {
  if (!generator_.machine) return;
  const std::lock_guard lock(pool().mutex);
  pool().idle.emplace(std::move(key_), std::move(generator_));
}

} // namespace einjit::codegen
