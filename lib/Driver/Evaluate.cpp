// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs of C++ code's and einsum strings, evaluated where they stand: the call is looked up among those that the
// thread made last, else its program is written out and compiled (or found in the caches behind).
#include "Driver/Call.h"
#include "Driver/CallCache.h"
#include "Driver/CallEpoch.h"
#include "Driver/Compile.h"
#include "Driver/InlineList.h"
#include "Runtime/Layout.h"
#include "Scalar/ScalarOp.h"
#include "Support/Layout.h"
#include "Syntax/Parser.h"
#include "Tensor/Lower/Program.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <einjit/Einsum.h>
#include <fmt/format.h>
#include <limits>
#include <type_traits>
#include <utility>

namespace einjit {
namespace {

using detail::Argument;
using detail::Program;
using detail::ProgramText;
using detail::Scaling;
using Inputs = std::span<const ConstTensorRef>;
using Parameters = std::span<const std::int64_t>;

/// Whether a kernel is compiled for the output's strides, which else is written through a copy: elements must not share
/// places, at least not if one looks at one axis after the other.
bool hasOwnLayout(const TensorType &output) {
  return output.strides.size() == output.rank() && !output.isRowMajor() && staysInReach(output) &&
         elementsAreApart(output);
}

/// The number of the input whose place the output has, in the same layout, or that of inputs if there is none. Of
/// several it is the last: what is scaled and added to is one whatever the operands are.
std::size_t inputInPlace(Inputs inputs, const TensorRef &output) {
  for (std::size_t i = inputs.size(); i-- > 0;)
    if (isSameTensor(inputs[i], output)) return i;
  return inputs.size();
}

Kernel compileText(const ProgramText &program, Inputs inputs, const TensorRef *output, Options options) {
  // An expression's C++ type has said already what its numbers are, and it has one result.
  options.dtype = DType::F32;
  options.results.clear();
  Source source{program.text, program.isEinsum, {}};
  for (std::size_t i = 0; i < inputs.size(); ++i)
    source.inputs.push_back({i < program.inputs.size() ? program.inputs[i] : "", inputs[i].type(), {}});
  if (output) {
    if (TensorType type = output->type(); hasOwnLayout(type)) options.resultTypes = {std::move(type)};
    if (const std::size_t input = inputInPlace(inputs, *output); input < inputs.size()) options.inPlace = {{0, input}};
  }
  return compileCached(std::move(source), options);
}

/// What a call is to do: `program` on `inputs`, into memory that is there, or new.
struct Work {
  ProgramText program;
  Inputs inputs;
  const TensorRef *output = nullptr;
};

/// The kernel that a call found, kept by its thread or, where nothing is to be kept, by this.
class Found {
public:
  /// `write` makes the Work of the options, where there is no kernel for the key yet. A kernel is found by the layouts
  /// of all arguments, and they are looked at before it is kept: what is found fits.
  template <class Write> Found(const CallKey &key, Write write) {
    if ((found_ = findKernel(key))) return;
    const std::uint64_t epoch = callEpoch(); // before the options: newer ones may be taken for older, never the reverse
    const Options options = defaultOptions();
    const Work work = write(options);
    const Kernel kernel = compileText(work.program, work.inputs, work.output, options);
    kernel.entry(); // throws where the target is not this machine
    if (work.output) checkFit(*kernel.impl(), work.inputs, {work.output, 1});
    own_ = {kernel.impl(), work.inputs.size()};
    if (options.cache && kernel.files().empty()) found_ = keepFoundKernel(key, epoch, own_);
    if (!found_) found_ = &own_;
  }
  Found(const Found &) = delete;
  Found &operator=(const Found &) = delete;
  const Kernel::Impl &kernel() const { return *found_->kernel; }
  std::size_t inputCount() const { return found_->inputCount; }

private:
  const FoundKernel *found_;
  FoundKernel own_;
};

AnyTensor intoNew(const Kernel::Impl &kernel, Inputs inputs) {
  AnyTensor result(kernel.compilation.results.front().type);
  const TensorRef output = result;
  callChecked(kernel, inputs, {&output, 1});
  return result;
}

void addArguments(CallKey &key, Inputs inputs) {
  for (const ConstTensorRef &input : inputs) key.addArgument(input);
}

// --- Einsum strings -----------------------------------------------------------------------------------------------

/// Operands of an einsum string: its commas before the arrow, and one.
std::size_t operandCount(std::string_view string) {
  const std::string_view terms = string.substr(0, string.find("->"));
  return static_cast<std::size_t>(std::ranges::count(terms, ',')) + 1;
}

/// How a scaled einsum is written, as the one parameter of its program.
enum Scale : std::int64_t { TimesAlpha = 1, PlusOutput = 2, TimesBeta = 4 };

std::int64_t scaleOf(const Scaling &scaling) {
  std::int64_t scale = 0;
  if (scaling.alpha != 1.0) scale |= TimesAlpha;
  if (scaling.beta != 0.0) scale |= PlusOutput;
  if (scaling.beta != 0.0 && scaling.beta != 1.0) scale |= TimesBeta;
  return scale;
}

[[noreturn]] void refuse(std::string message, std::string help = {}) {
  throwError({{DiagnosticKind::ArgumentMismatch, std::move(message), {}, {}, std::move(help)}}, {});
}

[[noreturn]] void refuseConst(std::size_t operands) {
  refuse(fmt::format("the string has {} operand{}, so that argument {} is memory for the result, but it is const",
                     operands, operands == 1 ? "" : "s", operands));
}

/// Whether the type has this number, which floating-point types round.
template <class T> bool has(double number) {
  if constexpr (std::is_integral_v<T>) {
    const double begin = static_cast<double>(std::numeric_limits<T>::min());
    return begin <= number && number < std::ldexp(1.0, std::numeric_limits<T>::digits) && number == std::trunc(number);
  }
  return true;
}

using FactorElement = std::array<std::byte, 16>;

/// The factor as one element of the type. Throws einjit::Error where that does not have it.
FactorElement factorElement(const char *name, std::complex<double> factor, DType type) {
  if (factor.imag() != 0 && !isComplex(type))
    refuse(fmt::format("{} has an imaginary part, but the output has elements of type {}", name, einjit::name(type)));
  FactorElement element{};
  withZero(type, [&]<class T>(T value) {
    if constexpr (std::is_constructible_v<T, std::complex<double>>) {
      value = T(factor);
    } else {
      if (!has<T>(factor.real()))
        refuse(
            fmt::format("{} is {}, but the output has elements of type {}", name, factor.real(), einjit::name(type)));
      value = static_cast<T>(static_cast<std::conditional_t<std::is_arithmetic_v<T>, double, float>>(factor.real()));
    }
    std::memcpy(element.data(), &value, sizeof value);
  });
  return element;
}

/// Throws einjit::Error unless an einsum of these operands is right and `output` has its result's type. The program
/// around a scaled einsum would promote and broadcast.
void checkEinsum(std::string_view string, Inputs operands, const TensorRef &output, const Options &options) {
  const auto einsum = parseEinsum(string);
  if (!einsum) throwError(einsum.errors(), string);
  std::vector<TensorType> types;
  for (const ConstTensorRef &operand : operands) types.push_back(operand.type());
  const auto lowered = tensor::lowerEinsumProgram(*einsum, types, {options.dtype, options.strict});
  if (!lowered) throwError(lowered.errors(), string);
  const TensorType &type = lowered->kernel[lowered->kernel.results.front()].type;
  const Binding result{{}, {type.dtype, type.shape}};
  if (const auto mismatch = argumentMismatch({}, {result}, {}, {&output, 1})) throwError({*mismatch}, {});
}

/// A scaled einsum; `key` knows the string and how it is scaled, and `write` gives the program of parameters. The
/// factors are inputs of the kernel, so that others need no other kernel.
template <class Write>
void scaledInto(CallKey &key, std::int64_t scale, Write write, Inputs inputs, const TensorRef &output,
                const Scaling &scaling) {
  const FactorElement alpha = factorElement("alpha", scaling.alpha, output.dtype);
  const FactorElement beta = factorElement("beta", scaling.beta, output.dtype);
  InlineList<ConstTensorRef, 16> all(inputs.size() + 3);
  for (const ConstTensorRef &input : inputs) all.push(input);
  if (scale & TimesAlpha) all.push({alpha.data(), output.dtype, {}});
  if (scale & TimesBeta) all.push({beta.data(), output.dtype, {}});
  if (scale & PlusOutput) all.push(output);
  const Inputs scaled = all.span();
  addArguments(key, scaled);
  key.addArgument(output);
  key.addNumber(inputInPlace(scaled, output));
  const Found found(key, [&](const Options &options) {
    checkEinsum(write({}).text, inputs, output, options);
    return Work{write({&scale, 1}), scaled, &output};
  });
  callChecked(found.kernel(), scaled, {&output, 1});
}

} // namespace

namespace detail {

AnyTensor evaluate(const Program &program, Parameters parameters, Inputs inputs, const std::source_location &where,
                   int rank) {
  AnyTensor result;
  evaluateAssign(program, parameters, inputs, result, where, rank);
  return result;
}

void evaluateInto(const Program &program, Parameters parameters, Inputs inputs, const TensorRef &output,
                  const std::source_location &where) try {
  CallKey key(program, parameters);
  addArguments(key, inputs);
  key.addArgument(output);
  key.addNumber(inputInPlace(inputs, output)); // for which another kernel may be compiled
  const Found found(key, [&](const Options &) { return Work{program.write(parameters), inputs, &output}; });
  callChecked(found.kernel(), inputs, {&output, 1});
} catch (const Error &error) {
  throw error.at(where);
}

void evaluateAssign(const Program &program, Parameters parameters, Inputs inputs, AnyTensor &result,
                    const std::source_location &where, int rank) try {
  CallKey key(program, parameters);
  addArguments(key, inputs);
  const Found found(key, [&](const Options &) { return Work{program.write(parameters), inputs}; });
  const TensorType &type = found.kernel().compilation.results.front().type;
  if (rank != dynamicRank) checkRank(type.rank(), rank, 0);
  if (!result.data() || !(result.type() == type)) {
    result = intoNew(found.kernel(), inputs);
  } else {
    const TensorRef output = result;
    callChecked(found.kernel(), inputs, {&output, 1});
  }
} catch (const Error &error) {
  throw error.at(where);
}

Kernel compileProgram(const Program &program, Parameters parameters, Inputs inputs, const Options &options,
                      const std::source_location &where) try {
  return compileText(program.write(parameters), inputs, nullptr, options);
} catch (const Error &error) {
  throw error.at(where);
}

void einsumInto(const Program &program, Inputs inputs, const TensorRef &output, const Scaling &scaling,
                const std::source_location &where) try {
  const std::int64_t scale = scaleOf(scaling);
  if (scale == 0) return evaluateInto(program, {}, inputs, output, where);
  CallKey key(program, {&scale, 1});
  scaledInto(key, scale, program.write, inputs, output, scaling);
} catch (const Error &error) {
  throw error.at(where);
}

void einsumInto(std::string_view string, Inputs inputs, const TensorRef &output, const Scaling &scaling,
                const std::source_location &where) try {
  const std::int64_t scale = scaleOf(scaling);
  CallKey key(string, {&scale, 1});
  const auto write = [&](Parameters parameters) { return writeEinsum(string, parameters); };
  scaledInto(key, scale, write, inputs, output, scaling);
} catch (const Error &error) {
  throw error.at(where);
}

AnyTensor einsum(std::string_view string, std::span<const Argument> arguments, const std::source_location &where) try {
  InlineList<ConstTensorRef, 16> all(arguments.size());
  for (const Argument &argument : arguments) all.push(argument.tensor);
  CallKey key(string, {});
  addArguments(key, all.span());
  const TensorRef output = arguments.empty() ? TensorRef() : writable(arguments.back().tensor);
  if (!arguments.empty()) key.addNumber(inputInPlace(all.span().first(arguments.size() - 1), output));
  const Found found(key, [&](const Options &) {
    const std::size_t operands = operandCount(string);
    const bool hasOutput = arguments.size() == operands + 1;
    if (hasOutput && !arguments.back().isWritable) refuseConst(operands);
    return Work{writeEinsum(string, {}), all.span().first(hasOutput ? operands : arguments.size()),
                hasOutput ? &output : nullptr};
  });
  const Inputs inputs = all.span().first(found.inputCount());
  if (inputs.size() == arguments.size()) return intoNew(found.kernel(), inputs);
  // That the last is writable is no part of the key.
  if (!arguments.back().isWritable) refuseConst(inputs.size());
  callChecked(found.kernel(), inputs, {&output, 1});
  return {};
} catch (const Error &error) {
  throw error.at(where);
}

ProgramText writeEinsum(std::string_view string, Parameters parameters) {
  if (parameters.empty() || parameters.front() == 0) return {std::string(string), true, {}};
  const std::int64_t scale = parameters.front();
  ProgramText program;
  for (std::size_t i = 0; i < operandCount(string); ++i) program.inputs.push_back(tensor::operandName(i));
  program.text = fmt::format("einsum(\"{}\", {})", string, fmt::join(program.inputs, ", "));
  const auto input = [&](const char *name) {
    program.inputs.emplace_back(name);
    return name;
  };
  if (scale & TimesAlpha) program.text = fmt::format("{} * {}", input("alpha"), program.text);
  if (scale & PlusOutput) {
    const std::string factor = scale & TimesBeta ? fmt::format("{} * ", input("beta")) : "";
    program.text += fmt::format(" + {}{}", factor, input("out"));
  }
  return program;
}

} // namespace detail

AnyTensor einsum(std::string_view string, Inputs operands, const Options &options, const std::source_location &where) {
  std::vector<TensorType> types;
  for (const ConstTensorRef &operand : operands) types.push_back(operand.type());
  return std::move(compile(string, types, options, where).run(operands, where).front());
}

} // namespace einjit
