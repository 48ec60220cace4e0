// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Valid programs, mutated: each goes through parsing, lowering and canonicalization, as a program and as an einsum
// string, with random types of the inputs that it turns out to read. There may be no crash and no input that takes a
// second; every error has a place inside the text and can be rendered; every kernel satisfies its verifier.
//
//   EINJIT_MUTATIONS=1000000 test-mutation                            more inputs than the tests run by default
//   EINJIT_MUTATIONS=1 EINJIT_MUTATION_SEED=77 test-mutation          one of them again, as a failure names it
#include "Mutate.h"
#include "Support/Layout.h"
#include "Syntax/Parser.h"
#include "Tensor/Lower/Program.h"
#include "Tensor/Passes/Passes.h"
#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace einjit::test {
namespace {

using Inputs = std::vector<tensor::Input>;
using Lowered = Result<tensor::LoweredProgram>;

constexpr double tooLong = 1; // seconds

std::uint64_t fromEnvironment(const char *name, std::uint64_t otherwise) {
  const char *value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

// What a crash or an endless loop was working on.
std::uint64_t currentSeed = 0;
std::string currentText;

void reportAndEnd(int signal) {
  std::fprintf(stderr, "signal %d\nEINJIT_MUTATIONS=1 EINJIT_MUTATION_SEED=%llu\n%s\n", signal,
               static_cast<unsigned long long>(currentSeed), currentText.c_str());
  std::_Exit(1);
}

/// Errors that are about the program as a whole have no place in it.
bool hasNoPlace(DiagnosticKind kind) {
  return kind == DiagnosticKind::NoResult || kind == DiagnosticKind::UnusedInput || kind == DiagnosticKind::TextTooLong;
}

std::string faultOf(const Diagnostic &error, const std::string &text) {
  if (error.message.empty()) return "an error without a message";
  if (error.labels.empty() && !hasNoPlace(error.kind)) return "an error without a place: " + error.message;
  for (const Label &label : error.labels)
    if (label.begin > label.end || label.end > text.size())
      return fmt::format("a place outside the text, {} to {}: {}", label.begin, label.end, error.message);
  for (const ErrorOperand &operand : error.parts.operands) {
    if (operand.range.begin > operand.range.end || operand.range.end > text.size())
      return "an operand outside the text: " + error.message;
    if (operand.axis && !operand.size()) return "an operand without the axis that is meant: " + error.message;
  }
  return {};
}

/// What is wrong with errors, or nothing.
std::string faultOf(const Diagnostics &errors, const std::string &text) {
  if (errors.empty()) return "a refusal without an error";
  for (const Diagnostic &error : errors)
    if (const std::string fault = faultOf(error, text); !fault.empty()) return fault;
  return render(errors, text).empty() ? "errors that render as nothing" : std::string();
}

std::string faultOf(const tensor::Kernel &kernel) {
  if (const auto complaints = verify(kernel); !complaints.empty())
    return "lowering: " + complaints.front() + "\n" + print(kernel);
  const tensor::Kernel canonical = tensor::canonicalize(kernel);
  if (const auto complaints = verify(canonical); !complaints.empty())
    return "canonicalization: " + complaints.front() + "\n" + print(canonical);
  return {};
}

std::string faultOf(const Lowered &lowered, const std::string &text) {
  return lowered ? faultOf(lowered->kernel) : faultOf(lowered.errors(), text);
}

/// One text with random types for what it reads.
class Trial {
public:
  explicit Trial(std::uint64_t seed) : random_(seed), text_(mutatedText(random_)), usual_(random_.in(1, 4)) {}
  const std::string &text() const { return text_; }
  std::size_t accepted() const { return accepted_; }

  /// What is wrong, or nothing.
  std::string run() {
    const std::string fault = runProgram();
    return fault.empty() ? runEinsum() : fault;
  }

private:
  std::string runProgram() {
    const auto program = parseProgram(text_);
    if (!program) return faultOf(program.errors(), text_);
    const std::string printed = ast::print(*program);
    const auto again = parseProgram(printed);
    if (again ? ast::print(*again) != printed : printed.size() <= maxTextBytes) return "it prints as\n" + printed;
    Inputs inputs;
    for (int round = 0; round < 4; ++round) {
      const Lowered lowered = tensor::lowerProgram(*program, inputs, {DType::F32, random_.chance(10), {}});
      if (const std::string fault = faultOf(lowered, text_); !fault.empty()) return fault;
      if (lowered) ++accepted_;
      if (lowered || !bindUnknown(lowered.errors(), inputs)) break;
    }
    return {};
  }

  /// Binds the names that errors call unknown; whether there are any.
  bool bindUnknown(const Diagnostics &errors, Inputs &inputs) {
    const std::size_t before = inputs.size();
    for (const Diagnostic &error : errors) {
      if (error.kind != DiagnosticKind::UnknownName || error.labels.empty()) continue;
      const SourceRange range = error.labels.front();
      const std::string name = text_.substr(range.begin, range.end - range.begin);
      const auto same = [&](const tensor::Input &input) { return input.name == name; };
      if (std::none_of(inputs.begin(), inputs.end(), same) && isName(name)) inputs.push_back({name, randomType()});
    }
    return inputs.size() > before;
  }

  static bool isName(const std::string &text) {
    const auto isWord = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    return !text.empty() && std::all_of(text.begin(), text.end(), isWord);
  }

  std::string runEinsum() {
    const auto einsum = parseEinsum(text_);
    if (!einsum) return faultOf(einsum.errors(), text_);
    std::vector<TensorType> types;
    for (const ast::EinsumTerm &term : einsum->inputs) types.push_back(typeFor(term));
    const Lowered lowered = tensor::lowerEinsumProgram(*einsum, types, {DType::F32, random_.chance(10), {}});
    accepted_ += lowered ? 1U : 0U;
    return faultOf(lowered, text_);
  }

  TensorType typeFor(const ast::EinsumTerm &term) {
    const bool fits = random_.chance(90);
    const std::size_t dots = term.ellipsis ? static_cast<std::size_t>(random_.in(0, 2)) : 0;
    TensorType type = randomType();
    if (fits) type.shape.assign(term.labels.size() + dots, usual_);
    if (fits && !type.shape.empty() && random_.chance(15)) type.shape.back() = 1;
    if (fits) type.strides.clear();
    if (!elementCount(type)) type.shape.assign(type.shape.size(), 1);
    return type;
  }

  std::int64_t randomExtent() {
    static constexpr std::int64_t odd[] = {0, 1, 1, 2, 3, 5, 20, 128, 65536, 2147483648, 1152921504606846976};
    return random_.chance(80) ? usual_ : random_.of(odd);
  }

  TensorType randomType() {
    TensorType type{random_.chance(60) ? DType::F32 : random_.of(allDTypes), {}};
    for (std::int64_t rank = random_.chance(97) ? random_.in(0, 4) : 32; rank > 0; --rank)
      type.shape.push_back(elementCount({DType::F64, type.shape}).value_or(0) < (1 << 20) ? randomExtent() : 1);
    // An input that is too large is an error about the input, without a place in the text.
    TensorType widest{DType::C128, type.shape, rowMajorStrides(type.shape)};
    if (!elementCount(widest) || !staysInReach(widest)) type.shape.assign(type.shape.size(), 1);
    if (random_.chance(15)) {
      type.strides = rowMajorStrides(type.shape);
      for (std::int64_t &stride : type.strides) stride = random_.chance(50) ? -stride : stride;
    }
    return type;
  }

  Random random_;
  std::string text_;
  std::int64_t usual_; ///< the extent that most axes have, so that shapes often fit
  std::size_t accepted_ = 0;
};

std::string faultOf(Trial &trial) {
  const std::clock_t begin = std::clock(); // of the processor, so that a busy machine does not count
  try {
    const std::string fault = trial.run();
    if (!fault.empty()) return fault;
  } catch (const std::exception &error) {
    return std::string("an exception: ") + error.what();
  }
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  return seconds > tooLong ? fmt::format("it takes {:.1f} s", seconds) : std::string();
}

TEST(Mutation, NothingCrashesAndErrorsHavePlaces) {
  for (int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGALRM}) std::signal(signal, reportAndEnd);
  const std::uint64_t first = fromEnvironment("EINJIT_MUTATION_SEED", 1);
  const std::uint64_t count = fromEnvironment("EINJIT_MUTATIONS", 20'000);
  const std::uint64_t patience = fromEnvironment("EINJIT_MUTATION_FAILURES", 10);
  std::uint64_t accepted = 0, failures = 0;
  for (std::uint64_t seed = first; seed < first + count && failures < patience; ++seed) {
    Trial trial(seed);
    currentSeed = seed, currentText = trial.text();
    alarm(30);
    const std::string fault = faultOf(trial);
    accepted += trial.accepted();
    if (fault.empty()) continue;
    ++failures;
    ADD_FAILURE() << "EINJIT_MUTATIONS=1 EINJIT_MUTATION_SEED=" << seed << "\n"
                  << fault << "\nin the text\n"
                  << trial.text().substr(0, 1000);
  }
  alarm(0);
  // Most mutations are errors; a good part must not be, or lowering and passes would not be tried.
  EXPECT_TRUE(count < 1000 || accepted > count / 20) << accepted;
  std::printf("%llu inputs, %llu kernels\n", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(accepted));
}

} // namespace
} // namespace einjit::test
