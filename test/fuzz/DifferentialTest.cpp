// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random programs, computed by everything that can compute them: the interpreters on every stage, and kernels on every
// target. All must agree bit for bit, every stage must satisfy its verifier, and its text must read back the same.
//
//   EINJIT_FUZZ_CASES=10000 test-fuzz     more cases than the tests run by default
//   EINJIT_FUZZ_SEED=77 test-fuzz         one case again, as a failure names it
#include "Case.h"
#include "CodeGen/CodeGen.h"
#include "Driver/KernelImpl.h"
#include "Interp/Elements.h"
#include "Interp/LoopInterpreter.h"
#include "Interp/TensorInterpreter.h"
#include "Loop/Steps/Step.h"
#include "Plan/NaiveLoops.h"
#include "Plan/Planner.h"
#include "Runtime/Layout.h"
#include "Support/Layout.h"
#include "Syntax/Parser.h"
#include "Tensor/Lower/Program.h"
#include "Tensor/Lower/ResultTypes.h"
#include "Tensor/Passes/Passes.h"
#include "Tensor/Text.h"
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

using testing::IsEmpty;
using Tensors = std::vector<AnyTensor>;

/// Reassociating a sum may lose the sign of a zero, and nothing else of these numbers.
bool same(const Scalar &a, const Scalar &b, bool exact) {
  const DType type = dtypeOfScalar(a);
  return identical(a, b) ||
         (!exact && (isFloat(type) || isComplex(type)) && convert(a, DType::C128) == convert(b, DType::C128));
}

void expectSame(bool exact, const Tensors &actual, const Tensors &expected, const std::string &what,
                const std::string &text) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const DType dtype = expected[i].type().dtype;
    ASSERT_EQ(actual[i].type().dtype, dtype) << what;
    ASSERT_EQ(actual[i].size(), expected[i].size()) << what;
    for (std::int64_t n = 0; n < actual[i].size(); ++n) {
      const Scalar a = loadElement(actual[i].data(), dtype, n), b = loadElement(expected[i].data(), dtype, n);
      ASSERT_TRUE(same(a, b, exact)) << what << ": element " << n << " of result " << i << " is " << str(a)
                                     << ", expected " << str(b) << "\n"
                                     << text;
    }
  }
}

/// A result as the caller sees it: written to memory with one layout, which a kernel or its loops describe in axes of
/// their own, and read with another.
AnyTensor throughMemory(const AnyTensor &result, const TensorType &written, const TensorType &read) {
  const Reach reach = reachOf(read);
  EXPECT_EQ(reach.first, reachOf(written).first);
  EXPECT_EQ(reach.end, reachOf(written).end);
  if (testing::Test::HasFailure()) return result;
  AnyTensor memory({read.dtype, {reach.end - reach.first}}), seen(read);
  void *origin = static_cast<char *>(memory.data()) - reach.first * static_cast<std::int64_t>(byteSize(read.dtype));
  copyElements({std::as_const(result).data(), written.dtype, written.shape}, {origin, written});
  copyToRowMajor({origin, read}, seen.data());
  return seen;
}

/// This machine, one target for each vector width, and one whose caches are so small that plans meet their limits.
const std::vector<Target> &targets() {
  static const std::vector<Target> all = [] {
    std::vector<Target> some;
    for (const char *name : {"host", "x86-64-v2", "haswell", "skylake-avx512"}) some.push_back(*findTarget(name));
    Target small = *findTarget("haswell");
    small.name = "small";
    small.l1Bytes = 1 << 10;
    small.l2Bytes = 4 << 10;
    small.l3Bytes = 16 << 10;
    some.push_back(small);
    return some;
  }();
  return all;
}

/// One case on its way down the chain.
class Differential {
public:
  explicit Differential(const Case &drawn) : case_(drawn) {}

  void run() {
    lower();
    if (!testing::Test::HasFatalFailure()) checkTensor(lowered_, "tensor IR");
    for (const tensor::Pass &pass : tensor::passes())
      if (case_.seed % 4 == 1 && !testing::Test::HasFatalFailure())
        checkTensor(pass.run(lowered_), std::string(pass.name));
    if (!testing::Test::HasFatalFailure()) checkTensor(canonical_ = canonicalize(lowered_), "canonical tensor IR");
    if (!testing::Test::HasFatalFailure()) checkLoops({}, "generic");
    for (const Target &target : targets())
      if (!testing::Test::HasFatalFailure()) checkTarget(target);
    if (!testing::Test::HasFatalFailure()) checkKernel("host", 1);
    if (case_.seed % 3 == 0 && !testing::Test::HasFatalFailure()) checkKernel("host", 2);
    if (!testing::Test::HasFatalFailure()) checkInPlace();
  }

  bool wasInPlace() const { return wasInPlace_; }

private:
  void lower() {
    const tensor::LowerOptions options{DType::F32, false, case_.results};
    const auto lowered = case_.isEinsum ? lowerEinsum(options) : lowerProgram(options);
    ASSERT_TRUE(lowered) << render(lowered.errors(), case_.text);
    std::vector<TensorType> types;
    for (tensor::ValueId id : lowered->kernel.results) types.push_back(tensor::rowMajor(lowered->kernel[id].type));
    resultTypes_ = case_.resultTypes(types);
    auto typed = tensor::withResultTypes(lowered->kernel, resultTypes_);
    ASSERT_TRUE(typed) << render(typed.errors(), {});
    lowered_ = *std::move(typed);
    lowered_.exact = case_.exact;
    std::vector<ConstTensorRef> inputs = inputsAs(lowered_);
    ASSERT_THAT(verify(lowered_), IsEmpty()) << print(lowered_);
    expected_ = interpretTensor(lowered_, inputs);
  }

  Result<tensor::LoweredProgram> lowerEinsum(const tensor::LowerOptions &options) const {
    const auto einsum = parseEinsum(case_.text);
    if (!einsum) return einsum.errors();
    const std::string text = ast::print(*einsum);
    const auto again = parseEinsum(text);
    EXPECT_TRUE(again && ast::print(*again) == text) << text;
    std::vector<TensorType> types;
    for (const Input &input : case_.inputs) types.push_back(input.binding.type);
    return tensor::lowerEinsumProgram(*einsum, types, options);
  }

  Result<tensor::LoweredProgram> lowerProgram(const tensor::LowerOptions &options) const {
    const auto program = parseProgram(case_.text);
    if (!program) return program.errors();
    const std::string text = ast::print(*program);
    const auto again = parseProgram(text);
    EXPECT_TRUE(again && ast::print(*again) == text) << text;
    std::vector<tensor::Input> inputs;
    for (const Input &input : case_.inputs) inputs.push_back({input.binding.name, input.binding.type, {}});
    return tensor::lowerProgram(*program, inputs, options);
  }

  /// The inputs' memory, described as the kernel's parameters do.
  std::vector<ConstTensorRef> inputsAs(const tensor::Kernel &kernel) const {
    std::vector<ConstTensorRef> refs;
    for (std::size_t i = 0; i < case_.inputs.size(); ++i)
      refs.emplace_back(case_.inputs[i].ref().data, kernel.values[i].type);
    return refs;
  }

  void checkTensor(const tensor::Kernel &kernel, const std::string &what) {
    const std::string text = print(kernel);
    ASSERT_THAT(verify(kernel), IsEmpty()) << text;
    const auto again = tensor::parseKernel(text);
    ASSERT_TRUE(again) << render(again.errors(), text);
    ASSERT_EQ(print(*again), text);
    Tensors results = interpretTensor(*again, inputsAs(kernel));
    for (std::size_t i = 0; i < results.size(); ++i) {
      const tensor::Value &value = kernel[kernel.results[i]];
      const bool isCopied = std::holds_alternative<tensor::Parameter>(value.def);
      results[i] = throughMemory(results[i], isCopied ? tensor::rowMajor(value.type) : value.type, resultTypes_[i]);
    }
    expectSame(case_.exact, results, expected_, what, text);
  }

  /// Naive loops with a schedule applied, as the loop interpreter runs them.
  void checkLoops(const loop::Schedule &schedule, const std::string &targetName, bool contract = false) {
    auto loops = apply(naiveLoops(canonical_, {contract}), schedule);
    ASSERT_TRUE(loops) << render(loops.errors(), {}) << print(schedule);
    loops_ = *std::move(loops);
    const std::string text = print(loops_);
    const bool planned = !schedule.steps.empty();
    ASSERT_THAT(verify(loops_, planned ? loop::Form::Final : loop::Form::Building), IsEmpty()) << text;
    const auto again = loop::parseKernel(text);
    ASSERT_TRUE(again) << render(again.errors(), text);
    ASSERT_EQ(print(*again), text);
    Tensors results = interpretLoop(*again, inputsAs(canonical_));
    for (const loop::Buffer &buffer : loops_.buffers)
      if (buffer.storage == loop::Storage::Out) {
        const auto i = static_cast<std::size_t>(&buffer - loops_.buffers.data()) - canonical_.parameterCount();
        results[i] = throughMemory(results[i], buffer.type, resultTypes_[i]);
      }
    expectSame(case_.exact, results, expected_, "loops for " + targetName, print(schedule) + text);
  }

  /// The plan for a target and its code, which LLVM must accept; where the target can run, and sometimes, run too.
  void checkTarget(const Target &target) {
    const std::int64_t threads = case_.seed % 4 == 0 ? 2 : 1;
    const loop::Schedule schedule = planKernel(canonical_, target, {threads});
    const auto again = loop::parseSchedule(print(schedule));
    ASSERT_TRUE(again) << print(schedule);
    ASSERT_EQ(print(*again), print(schedule));
    checkLoops(schedule, target.name, target.fusedMultiplyAdd && !case_.exact);
    if (testing::Test::HasFatalFailure()) return;

    auto module = codegen::generate(loops_, target, threads);
    ASSERT_TRUE(module) << render(module.errors(), {}) << print(loops_);
    ASSERT_EQ(codegen::verify(*module), "") << print(loops_);
    if (&target == &targets().front() || case_.seed % 5 != 0) return;
    if (runsOnHost(target)) return checkKernel(print(target), static_cast<int>(threads));
    codegen::optimize(*module);
    ASSERT_EQ(codegen::verify(*module), "") << print(loops_);
    ASSERT_FALSE(codegen::assembly(*module).empty());
  }

  void checkKernel(const std::string &target, int threads) {
    Options options = case_.options(target, threads);
    options.resultTypes = resultTypes_;
    const Source source = case_.source();
    std::vector<TensorType> types;
    std::vector<ConstTensorRef> refs;
    for (const Input &input : case_.inputs) {
      types.push_back(input.binding.type);
      refs.push_back(input.ref());
    }
    const Kernel kernel =
        case_.isEinsum ? compile(case_.text, types, options) : compileProgram(case_.text, source.inputs, options);
    ASSERT_EQ(kernel.results().size(), expected_.size());
    for (std::size_t i = 0; i < expected_.size(); ++i)
      ASSERT_EQ(kernel.results()[i].type.shape, expected_[i].shape()) << "result " << i;
    expectSame(case_.exact, runInGaps(kernel, refs), expected_, "the kernel for " + target, kernel.text(Stage::Loop));
  }

  /// The first result in the memory of the first input that has its type, if there is one; by the interpreter, too,
  /// where the loops say that this changes nothing.
  void checkInPlace() {
    const auto isAlike = [&](const Input &input) {
      const TensorType &type = input.binding.type;
      return tensor::rowMajor(type) == tensor::rowMajor(resultTypes_[0]) && elementsAreApart(type);
    };
    const auto found = std::ranges::find_if(case_.inputs, isAlike);
    if (found == case_.inputs.end()) return;
    const auto number = static_cast<std::size_t>(found - case_.inputs.begin());
    Options options = case_.options("host", case_.seed % 4 == 0 ? 2 : 1);
    options.resultTypes = resultTypes_;
    options.resultTypes[0] = found->binding.type;
    options.inPlace = {{0, number}};
    const auto lowered = lowerToLoops(case_.source(), options);
    ASSERT_TRUE(lowered) << render(lowered.errors(), case_.text);
    const loop::Kernel &loops = lowered->loops;
    wasInPlace_ = loops.buffers[case_.inputs.size()].over.has_value();
    const auto interpret = [&](const auto &inputs, const auto &outputs) {
      std::vector<ConstTensorRef> in;
      std::vector<TensorRef> out;
      for (std::size_t i = 0; i < inputs.size(); ++i) in.emplace_back(inputs[i].data, loops.buffers[i].type);
      for (std::size_t i = 0; i < outputs.size(); ++i)
        out.emplace_back(outputs[i].data, loops.buffers[inputs.size() + i].type);
      interpretLoop(loops, in, out);
    };
    if (wasInPlace_) expectInPlace(number, interpret, print(loops));
    if (testing::Test::HasFatalFailure()) return;
    const Kernel kernel(*buildKernel(case_.source(), options));
    expectInPlace(number, [&](const auto &inputs, const auto &outputs) { kernel.run(inputs, outputs); }, print(loops));
  }

  /// That `run` computes what is expected where the first output is the memory of an input.
  template <class Run> void expectInPlace(std::size_t number, const Run &run, const std::string &text) {
    std::vector<Input> inputs = case_.inputs;
    std::vector<ConstTensorRef> in;
    std::vector<TensorRef> out;
    Tensors others, results;
    for (const Input &input : inputs) in.push_back(input.ref());
    out.emplace_back(const_cast<void *>(in[number].data), inputs[number].binding.type);
    for (std::size_t i = 1; i < resultTypes_.size(); ++i) {
      const Reach reach = reachOf(resultTypes_[i]);
      const auto bytes = static_cast<std::int64_t>(byteSize(resultTypes_[i].dtype));
      others.push_back(AnyTensor({resultTypes_[i].dtype, {reach.end - reach.first}}));
      out.emplace_back(static_cast<char *>(others.back().data()) - reach.first * bytes, resultTypes_[i]);
    }
    run(in, out);
    for (const TensorRef &output : out) {
      results.emplace_back(output.type());
      copyToRowMajor(output, results.back().data());
    }
    expectSame(case_.exact, results, expected_, "in place of input " + std::to_string(number), text);
  }

  /// The results of a kernel, which must leave alone what lies between their elements.
  Tensors runInGaps(const Kernel &kernel, const std::vector<ConstTensorRef> &inputs) {
    constexpr std::byte untouched{0x55};
    Tensors memory, results;
    std::vector<TensorRef> outputs;
    for (const TensorType &type : resultTypes_) {
      const Reach reach = reachOf(type);
      const auto bytes = static_cast<std::int64_t>(byteSize(type.dtype));
      memory.push_back(AnyTensor({DType::U8, {(reach.end - reach.first) * bytes}}));
      std::fill_n(static_cast<std::byte *>(memory.back().data()), memory.back().size(), untouched);
      outputs.emplace_back(static_cast<char *>(memory.back().data()) - reach.first * bytes, type);
    }
    kernel.run(inputs, outputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      results.emplace_back(resultTypes_[i]);
      copyToRowMajor(outputs[i], results.back().data());
      AnyTensor blank(resultTypes_[i]);
      const auto bytes = static_cast<std::size_t>(blank.size()) * byteSize(blank.type().dtype);
      std::fill_n(static_cast<std::byte *>(blank.data()), bytes, untouched);
      copyElements(blank, outputs[i]);
      const auto *begin = static_cast<const std::byte *>(memory[i].data());
      EXPECT_EQ(std::count(begin, begin + memory[i].size(), untouched), memory[i].size()) << kernel.text(Stage::Loop);
    }
    return results;
  }

  const Case &case_;
  tensor::Kernel lowered_, canonical_;
  loop::Kernel loops_;
  std::vector<TensorType> resultTypes_; ///< as the caller has them
  Tensors expected_;                    ///< row-major
  bool wasInPlace_ = false;
};

std::uint64_t fromEnvironment(const char *name, std::uint64_t otherwise) {
  const char *value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

TEST(Differential, AllStagesAndTargetsAgree) {
  constexpr std::uint64_t usualCases = 600;
  const bool single = std::getenv("EINJIT_FUZZ_SEED") != nullptr;
  const std::uint64_t first = fromEnvironment("EINJIT_FUZZ_SEED", 1);
  const std::uint64_t cases = single ? 1 : fromEnvironment("EINJIT_FUZZ_CASES", usualCases);
  std::uint64_t inPlace = 0;
  for (std::uint64_t seed = first; seed < first + cases && !HasFailure(); ++seed) {
    const Case drawn = makeCase(seed);
    SCOPED_TRACE(drawn.describe());
    Differential differential(drawn);
    ASSERT_NO_THROW(differential.run());
    inPlace += differential.wasInPlace() ? 1U : 0U;
  }
  if (cases >= usualCases) {
    EXPECT_GT(inPlace, cases / 50);
  }
}

TEST(Differential, CasesAreWorthTheirTime) {
  std::size_t einsums = 0, strided = 0, stridedResults = 0, exact = 0, several = 0, statements = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Case drawn = makeCase(seed);
    einsums += drawn.isEinsum ? 1U : 0U;
    exact += drawn.exact ? 1U : 0U;
    stridedResults += drawn.hasStridedResults ? 1U : 0U;
    several += drawn.results.size() > 1 ? 1U : 0U;
    strided += std::any_of(drawn.inputs.begin(), drawn.inputs.end(),
                           [](const Input &input) { return !input.binding.type.isRowMajor(); })
                   ? 1U
                   : 0U;
    if (!drawn.isEinsum) statements += static_cast<std::size_t>(std::count(drawn.text.begin(), drawn.text.end(), '\n'));
  }
  EXPECT_GT(einsums, 100U);
  EXPECT_GT(strided, 80U);
  EXPECT_GT(stridedResults, 80U);
  EXPECT_GT(exact, 20U);
  EXPECT_GT(several, 15U);
  EXPECT_GT(statements, 400U);
}

} // namespace
} // namespace einjit::test
