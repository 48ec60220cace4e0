// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs compiled to kernels.
#pragma once

#include <array>
#include <concepts>
#include <einjit/Adapters.h>
#include <einjit/Expected.h>
#include <einjit/Export.h>
#include <einjit/Options.h>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace einjit {

namespace detail {

/// An input or, if it may be written, an output of a call.
struct Argument {
  ConstTensorRef tensor;
  bool isWritable = false;
};

/// An argument, or the view of one that does not say itself what it is.
template <class T> decltype(auto) described(T &&tensor) {
  if constexpr (std::convertible_to<const T &, ConstTensorRef>)
    return std::forward<T>(tensor);
  else
    return asView(std::forward<T>(tensor));
}

template <class Use, class... Described> decltype(auto) callWith(Use use, Described &&...described) {
  const std::array<Argument, sizeof...(described)> all = {
      Argument{static_cast<ConstTensorRef>(described), std::convertible_to<Described &&, TensorRef>}...};
  return use(std::span<const Argument>(all));
}

/// Calls `use` with the arguments' descriptions, which are there as long as that takes.
template <class Use, class... Arguments> decltype(auto) withArguments(Use use, Arguments &&...arguments) {
  return callWith(use, described(std::forward<Arguments>(arguments))...);
}

template <class Use, class... Described> decltype(auto) callWithInputs(Use use, const Described &...described) {
  const std::array<ConstTensorRef, sizeof...(described)> all = {static_cast<ConstTensorRef>(described)...};
  return use(std::span<const ConstTensorRef>(all));
}

/// The same of arguments that are only read.
template <class Use, class... Arguments> decltype(auto) withInputs(Use use, Arguments &&...arguments) {
  return callWithInputs(use, described(std::forward<Arguments>(arguments))...);
}

} // namespace detail

/// The representations a program goes through, in order, each with a text. `Dot` is the tensor IR as a Graphviz graph.
enum class Stage { Source, Ast, Tensor, TensorOpt, Schedule, Loop, Llvm, LlvmOpt, Assembly, Dot };

/// All of them, in order.
inline constexpr Stage allStages[] = {Stage::Source, Stage::Ast,  Stage::Tensor,  Stage::TensorOpt, Stage::Schedule,
                                      Stage::Loop,   Stage::Llvm, Stage::LlvmOpt, Stage::Assembly,  Stage::Dot};

/// The name on the command line: `source ast tensor tensor-opt schedule loop llvm llvm-opt asm dot`.
EINJIT_API std::string_view name(Stage stage);
/// The stage of that name, or nothing.
EINJIT_API std::optional<Stage> parseStage(std::string_view name);

/// A name and type of a kernel's input or result.
struct Binding {
  std::string name; ///< as the program says it
  TensorType type;  ///< element type, extents and strides
  /// The value of a scalar integer input, where it is known: it may then stand for an extent or an index. The kernel is
  /// compiled for this value.
  std::optional<std::int64_t> value = {};
};

/// A file that a program loads, as it was when the program was compiled.
struct LoadedFile {
  std::string path; ///< as the program says it
  AnyTensor tensor; ///< what it held
};

/// What one call of a kernel has to do at least.
struct Cost {
  std::int64_t flops = 0;        ///< arithmetic operations; a multiply-add counts as two
  std::int64_t bytes = 0;        ///< inputs and files read once plus results written once
  std::int64_t scratchBytes = 0; ///< memory for temporaries, on top of inputs and results
};

/// Seconds that compiling took, by stage. A kernel found in the cache keeps the times of its compilation.
struct CompileTimes {
  double parse = 0;   ///< text to syntax tree
  double tensor = 0;  ///< to tensor IR, and its passes
  double plan = 0;    ///< the choice of a schedule
  double loop = 0;    ///< naive loops, and the schedule's steps
  double llvm = 0;    ///< generation of LLVM's IR, and its passes
  double machine = 0; ///< LLVM's code generator
  double link = 0;    ///< loading of the code
  /// All of them together.
  double total() const { return parse + tensor + plan + loop + llvm + machine + link; }
  friend bool operator==(const CompileTimes &, const CompileTimes &) = default;
};

/// A stage of compiling, for whoever lists them.
struct CompileStage {
  const char *name;              ///< as the command line prints it
  double CompileTimes::*seconds; ///< where CompileTimes has it
};
/// All of them, in the order in which they run.
inline constexpr CompileStage compileStages[] = {{"parse", &CompileTimes::parse}, {"tensor", &CompileTimes::tensor},
                                                 {"plan", &CompileTimes::plan},   {"loop", &CompileTimes::loop},
                                                 {"llvm", &CompileTimes::llvm},   {"machine", &CompileTimes::machine},
                                                 {"link", &CompileTimes::link}};

/// A compiled program. Cheap to copy (copies share the code), and safe to call from several threads at once.
class Kernel {
public:
  /// Inputs in the order in which calls take them: of an einsum string its operands, of a program its inputs in the
  /// order in which they were bound, then those that it declares and that were not bound.
  EINJIT_API const std::vector<Binding> &inputs() const;
  /// Results in the order in which calls take memory for them and run() returns them.
  EINJIT_API const std::vector<Binding> &results() const;
  /// The files that the program loads, each once. Calls do not pass them.
  EINJIT_API const std::vector<LoadedFile> &files() const;

  /// Runs the kernel on inputs of exactly the types it was compiled for, into memory of the results' element types and
  /// extents, in any layout in which each axis steps over what those with smaller strides reach. An output that
  /// overlaps an input, or lies otherwise than its result's type says, is computed beside its place first. Throws
  /// einjit::Error where an argument does not fit.
  EINJIT_API void run(std::span<const ConstTensorRef> inputs, std::span<const TensorRef> outputs,
                      const std::source_location &where = std::source_location::current()) const;
  /// The same, into new tensors.
  EINJIT_API std::vector<AnyTensor> run(std::span<const ConstTensorRef> inputs,
                                        const std::source_location &where = std::source_location::current()) const;
  /// The same of arguments one by one, whatever stands for a tensor: `kernel.run(x, w)`. An error does not know the
  /// call.
  template <class... Inputs>
    requires(TensorLike<Inputs> && ...)
  std::vector<AnyTensor> run(const Inputs &...inputs) const {
    return detail::withInputs([&](std::span<const ConstTensorRef> all) { return run(all, std::source_location()); },
                              inputs...);
  }
  /// The same, but an error is returned, not thrown.
  Expected<void> tryRun(std::span<const ConstTensorRef> inputs, std::span<const TensorRef> outputs,
                        const std::source_location &where = std::source_location::current()) const {
    return attempt([&] { run(inputs, outputs, where); });
  }
  /// The same into new tensors.
  Expected<std::vector<AnyTensor>> tryRun(std::span<const ConstTensorRef> inputs,
                                          const std::source_location &where = std::source_location::current()) const {
    return attempt([&] { return run(inputs, where); });
  }
  /// The same of arguments one by one.
  template <class... Inputs>
    requires(TensorLike<Inputs> && ...)
  Expected<std::vector<AnyTensor>> tryRun(const Inputs &...inputs) const {
    return attempt([&] { return run(inputs...); });
  }
  /// `kernel(x, w, out)`: the inputs, then the outputs. Without outputs use run(). Looks nothing up; a kernel of one
  /// thread takes no lock and, once the thread has had memory for temporaries, allocates nothing where outputs lie as
  /// it was compiled for; those of several share their work with oneTBB's threads. An error does not know the call.
  template <class... Args>
    requires(TensorLike<Args> && ...)
  void operator()(Args &&...args) const {
    detail::withArguments([&](std::span<const detail::Argument> all) { runMixed(all); }, std::forward<Args>(args)...);
  }

  /// The text of a stage. Throws einjit::Error if the stage has none for this program.
  EINJIT_API std::string text(Stage stage) const;
  /// The same, but an error is returned, not thrown.
  Expected<std::string> tryText(Stage stage) const {
    return attempt([&] { return text(stage); });
  }
  /// What a call has to do at least; the roofs of a measurement follow from it.
  EINJIT_API Cost cost() const;
  /// How long compiling took.
  EINJIT_API CompileTimes compileTimes() const;
  /// Bytes of machine code: instructions alone, without constants. 0 if the target is not this machine.
  EINJIT_API std::int64_t codeBytes() const;
  /// The entry point and its argument record, for callers that prepare the record themselves:
  /// `void (*)(void *const *buffers, void *scratch)`; buffers are the inputs, the files, then the outputs. See
  /// docs/abi.md.
  EINJIT_API const void *entry() const;
  /// Writes the kernel as an object file `path`, which ends in `.o`, and beside it a header in C of the same name with
  /// `.h`. They declare and define one function, `symbol` (without one, the file's name), which takes a pointer for
  /// each input, then for each result, then scratch; the header describes all of them. It links and runs without
  /// einjit, in the calling thread alone, on every machine of the kernel's target, which need not be this one. What the
  /// program loaded from files is part of the object file, up to 1 GiB. Generates code: takes milliseconds. Throws
  /// einjit::Error for a name that C does not allow and for files that cannot be written.
  EINJIT_API void save(const std::string &path, const std::string &symbol = {}) const;
  /// The same, but an error is returned, not thrown.
  Expected<void> trySave(const std::string &path, const std::string &symbol = {}) const {
    return attempt([&] { save(path, symbol); });
  }

  struct Impl; ///< the library's own
  /// For the library itself.
  explicit Kernel(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  /// For the library itself.
  const std::shared_ptr<const Impl> &impl() const { return impl_; }

private:
  EINJIT_API void runHere(std::span<const ConstTensorRef> inputs, std::span<const TensorRef> outputs) const;
  EINJIT_API void runMixed(std::span<const detail::Argument> arguments) const;
  std::shared_ptr<const Impl> impl_;
};

namespace detail {

/// What `action` gives for the default options, or the error that they are.
template <class Action>
auto withDefaultOptions(const Action &action, const std::source_location &where) -> decltype(action(Options())) {
  const Expected<Options> options = attempt([] { return defaultOptions(); });
  if (!options) return options.error().at(where);
  return action(*options);
}

} // namespace detail

/// Compiles an einsum string for operands of these types. Throws einjit::Error for a malformed string or types that do
/// not fit; kernels compiled before are found again.
EINJIT_API Kernel compile(std::string_view einsum, const std::vector<TensorType> &operands,
                          const Options &options = defaultOptions(),
                          const std::source_location &where = std::source_location::current());
/// The same, the error as a value.
EINJIT_API Expected<Kernel> tryCompile(std::string_view einsum, const std::vector<TensorType> &operands,
                                       const Options &options,
                                       const std::source_location &where = std::source_location::current());
/// The same with the default options, which may be wrong themselves: the environment sets them.
template <class = void>
Expected<Kernel> tryCompile(std::string_view einsum, const std::vector<TensorType> &operands,
                            const std::source_location &where = std::source_location::current()) {
  return detail::withDefaultOptions(
      [&](const Options &options) { return tryCompile(einsum, operands, options, where); }, where);
}
/// Compiles a program whose inputs have these names and types; it may declare others itself. Files that it loads are
/// read now, once: the kernel keeps what they hold, and is not kept in the process's cache, so that compiling again
/// reads them again.
EINJIT_API Kernel compileProgram(std::string_view program, const std::vector<Binding> &inputs,
                                 const Options &options = defaultOptions(),
                                 const std::source_location &where = std::source_location::current());
/// The same, the error as a value.
EINJIT_API Expected<Kernel> tryCompileProgram(std::string_view program, const std::vector<Binding> &inputs,
                                              const Options &options,
                                              const std::source_location &where = std::source_location::current());
/// The same with the default options, which may be wrong themselves.
template <class = void>
Expected<Kernel> tryCompileProgram(std::string_view program, const std::vector<Binding> &inputs,
                                   const std::source_location &where = std::source_location::current()) {
  return detail::withDefaultOptions(
      [&](const Options &options) { return tryCompileProgram(program, inputs, options, where); }, where);
}

} // namespace einjit
