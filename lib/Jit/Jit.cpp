// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ORC over JITLink. Each object is a library (JITDylib) of its own, so that entry symbols of different kernels may have
// the same name; all of them see the runtime's functions and those of the process (the C library).
#include "Jit/Jit.h"
#include "CodeGen/LlvmCompat.h"
#include "Runtime/ParallelFor.h"
#include "Runtime/Power.h"
#include <atomic>
#include <fmt/format.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/Support/TargetSelect.h>
#include <utility>

namespace einjit::jit {
namespace {

using llvm::orc::ExecutionSession;
using llvm::orc::JITDylib;
using llvm::orc::LLJIT;

/// What the session complained of while this thread was linking: it knows the cause, where the error that linking
/// returns only names the symbol that could not be had.
std::string &sessionReports() {
  thread_local std::string reports;
  return reports;
}

void report(llvm::Error error) { sessionReports() += llvm::toString(std::move(error)) + "; "; }

Diagnostic failure(llvm::Error error) {
  const std::string cause = std::exchange(sessionReports(), "") + llvm::toString(std::move(error));
  return {DiagnosticKind::StageInvalid, fmt::format("the object code cannot be loaded: {}", cause)};
}

/// The functions of einjit's own that kernels call.
llvm::Error defineRuntime(LLJIT &jit, JITDylib &library) {
  const auto flags = llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable;
  llvm::orc::SymbolMap symbols;
  const auto define = [&](const char *name, auto *function) {
    symbols[jit.mangleAndIntern(name)] = {llvm::orc::ExecutorAddr::fromPtr(function), flags};
  };
  define("einjitParallelFor", &einjitParallelFor);
  define("einjitPower", &einjitPower);
  return library.define(llvm::orc::absoluteSymbols(std::move(symbols)));
}

// Kernels have no static constructors and no unwind tables, so no platform needs to be set up.
llvm::Expected<std::unique_ptr<LLJIT>> create() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto jit = llvm::orc::LLJITBuilder()
                 .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                 .setObjectLinkingLayerCreator([](ExecutionSession &session, auto &&...) {
                   return std::make_unique<llvm::orc::ObjectLinkingLayer>(session);
                 })
                 .create();
  if (!jit) return jit;
  (*jit)->getExecutionSession().setErrorReporter(report);
  if (llvm::Error error = defineRuntime(**jit, (*jit)->getMainJITDylib())) return error;
  return jit;
}

/// The process's JIT. Never destroyed, so that it outlives every static kernel.
llvm::Expected<LLJIT &> instance() {
  struct State {
    std::unique_ptr<LLJIT> jit;
    std::string problem;
  };
  static const State &state = *new State([] {
    auto created = create();
    if (!created) return State{nullptr, llvm::toString(created.takeError())};
    return State{std::move(*created), ""};
  }());
  if (!state.jit) return llvm::createStringError(llvm::inconvertibleErrorCode(), state.problem.c_str());
  return *state.jit;
}

llvm::Expected<JITDylib &> createLibrary(LLJIT &jit) {
  static std::atomic<std::uint64_t> count = 0;
  auto library = jit.createJITDylib(fmt::format("kernel{}", count++));
  if (library) library->addToLinkOrder(jit.getMainJITDylib());
  return library;
}

llvm::Expected<llvm::orc::ExecutorAddr> link(LLJIT &jit, JITDylib &library, std::span<const char> object,
                                             const std::string &entry) {
  const llvm::StringRef bytes(object.data(), object.size());
  if (llvm::Error error = jit.addObjectFile(library, llvm::MemoryBuffer::getMemBufferCopy(bytes, "kernel")))
    return error;
  return jit.lookup(library, entry);
}

} // namespace

struct Code::Library {
  Library(LLJIT &owner, JITDylib &library) : jit(owner), dylib(library) {}
  Library(const Library &) = delete;
  Library &operator=(const Library &) = delete;
  ~Library() { llvm::consumeError(jit.getExecutionSession().removeJITDylib(dylib)); }
  LLJIT &jit;
  JITDylib &dylib;
};

Code::Code(std::unique_ptr<Library> library, Entry entry) : library_(std::move(library)), entry_(entry) {}
Code::Code(Code &&) noexcept = default;
Code &Code::operator=(Code &&) noexcept = default;
Code::~Code() = default;

Result<Code> Code::load(std::span<const char> object, const std::string &entry) {
  auto jit = instance();
  if (!jit) return failure(jit.takeError());
  sessionReports().clear();
  auto dylib = createLibrary(*jit);
  if (!dylib) return failure(dylib.takeError());
  auto library = std::make_unique<Library>(*jit, *dylib);
  auto address = link(*jit, *dylib, object, entry);
  if (!address) return failure(address.takeError());
  return Code(std::move(library), address->toPtr<Entry>());
}

} // namespace einjit::jit
