// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ORC over JITLink, without LLJIT: that asks for the host's code generator, and objects that come from a cache need
// none. Each object is a library (JITDylib) of its own, so that entry symbols of different kernels may have the same
// name; all of them see the runtime's functions and those of the process (the C library).
#include "Jit/Jit.h"
#include "CodeGen/LlvmCompat.h"
#include "Runtime/ParallelFor.h"
#include "Support/ThreadsOwn.h"
#include <atomic>
#include <fmt/format.h>
#include <llvm/ExecutionEngine/Orc/ExecutionUtils.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <utility>

namespace einjit::jit {
namespace {

using llvm::orc::ExecutionSession;
using llvm::orc::JITDylib;

/// What the session complained of while this thread was linking: it knows the cause, where the error that linking
/// returns only names the symbol that could not be had.
struct SessionReports {
  std::string text;
};

void report(llvm::Error error) {
  const std::string complaint = llvm::toString(std::move(error)) + "; ";
  if (auto *reports = threadsOwn<SessionReports>()) reports->text += complaint;
}

/// Takes the reports that there are.
std::string takeReports() {
  auto *reports = threadsOwn<SessionReports>();
  return reports ? std::exchange(reports->text, "") : "";
}

Diagnostic failure(llvm::Error error) {
  const std::string cause = takeReports() + llvm::toString(std::move(error));
  return {DiagnosticKind::StageInvalid, fmt::format("the object code cannot be loaded: {}", cause)};
}

/// What all kernels share.
struct Session {
  ExecutionSession session;
  llvm::orc::ObjectLinkingLayer linker;
  JITDylib &runtime;
  std::atomic<std::uint64_t> libraries = 0, live = 0;

  explicit Session(std::unique_ptr<llvm::orc::ExecutorProcessControl> process)
      : session(std::move(process)), linker(session), runtime(session.createBareJITDylib("runtime")) {
    session.setErrorReporter(report);
  }
};

/// The functions of einjit's own that kernels call, and those of the C library.
llvm::Error defineRuntime(Session &jit) {
  const auto flags = llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable;
  llvm::orc::SymbolMap symbols;
  symbols[jit.session.intern("einjitParallelFor")] = {llvm::orc::ExecutorAddr::fromPtr(&einjitParallelFor), flags};
  // Symbols of objects are those of C as they are, on every system that einjit runs on.
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess('\0');
  if (!process) return process.takeError();
  jit.runtime.addGenerator(std::move(*process));
  return jit.runtime.define(llvm::orc::absoluteSymbols(std::move(symbols)));
}

// Kernels have no static constructors and no unwind tables, so no platform needs to be set up.
llvm::Expected<std::unique_ptr<Session>> create() {
  auto process = llvm::orc::SelfExecutorProcessControl::Create();
  if (!process) return process.takeError();
  auto jit = std::make_unique<Session>(std::move(*process));
  if (llvm::Error error = defineRuntime(*jit)) return error;
  return jit;
}

/// The process's session. Never destroyed, so that it outlives every static kernel.
llvm::Expected<Session &> instance() {
  struct State {
    std::unique_ptr<Session> session;
    std::string problem;
  };
  static const State &state = *new State([] {
    auto created = create();
    if (!created) return State{nullptr, llvm::toString(created.takeError())};
    return State{std::move(*created), ""};
  }());
  if (!state.session) return llvm::createStringError(llvm::inconvertibleErrorCode(), state.problem.c_str());
  return *state.session;
}

JITDylib &createLibrary(Session &jit) {
  JITDylib &library = jit.session.createBareJITDylib(fmt::format("kernel{}", jit.libraries++));
  library.addToLinkOrder(jit.runtime);
  return library;
}

llvm::Expected<llvm::orc::ExecutorAddr> link(Session &jit, JITDylib &library,
                                             std::span<const std::vector<char>> objects, const std::string &entry) {
  for (const std::vector<char> &object : objects) {
    const llvm::StringRef bytes(object.data(), object.size());
    if (llvm::Error error = jit.linker.add(library, llvm::MemoryBuffer::getMemBufferCopy(bytes, "kernel")))
      return error;
  }
  auto symbol = jit.session.lookup({&library}, entry);
  if (!symbol) return symbol.takeError();
  return symbol->getAddress();
}

} // namespace

struct Code::Library {
  Library(Session &owner, JITDylib &library) : jit(owner), dylib(library) { ++jit.live; }
  Library(const Library &) = delete;
  Library &operator=(const Library &) = delete;
  ~Library() {
    llvm::consumeError(jit.session.removeJITDylib(dylib));
    --jit.live;
  }
  Session &jit;
  JITDylib &dylib;
};

Code::Code(std::unique_ptr<Library> library, Entry entry) : library_(std::move(library)), entry_(entry) {}
Code::Code(Code &&) noexcept = default;
Code &Code::operator=(Code &&) noexcept = default;
Code::~Code() = default;

Result<Code> Code::load(std::span<const std::vector<char>> objects, const std::string &entry) {
  auto jit = instance();
  if (!jit) return failure(jit.takeError());
  takeReports();
  auto library = std::make_unique<Library>(*jit, createLibrary(*jit));
  auto address = link(*jit, library->dylib, objects, entry);
  if (!address) return failure(address.takeError());
  return Code(std::move(library), address->toPtr<Entry>());
}

std::uint64_t Code::live() {
  auto jit = instance();
  if (jit) return jit->live;
  llvm::consumeError(jit.takeError());
  return 0;
}

} // namespace einjit::jit
