// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CodeGen/Execution.h"
#include "Interp/LoopInterpreter.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

template <class T> Scalar read(const std::byte *from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

bool close(const Scalar &a, const Scalar &b, double tolerance) {
  if (identical(a, b)) return true;
  const auto x = std::get<std::complex<double>>(convert(a, DType::C128)),
             y = std::get<std::complex<double>>(convert(b, DType::C128));
  return std::abs(x - y) <= tolerance * std::max({1.0, std::abs(x), std::abs(y)});
}

codegen::Module moduleFor(const loop::Kernel &kernel, const Target &target, std::int64_t threads) {
  Result<codegen::Module> module = codegen::generate(kernel, target, threads);
  if (!module) throw std::logic_error(render(module.errors(), ""));
  EXPECT_EQ(codegen::verify(*module), "") << codegen::text(*module);
  codegen::optimize(*module);
  EXPECT_EQ(codegen::verify(*module), "") << codegen::text(*module);
  return *std::move(module);
}

struct Free {
  void operator()(void *memory) const { std::free(memory); }
};

} // namespace

Memory::Memory(const TensorType &type, int seed) : dtype_(type.dtype) {
  const std::vector<std::int64_t> strides = type.stridesOrRowMajor();
  std::int64_t before = 0, after = 1;
  for (std::size_t axis = 0; axis < type.rank(); ++axis) {
    if (type.shape[axis] == 0) after = before = 0;
    (strides[axis] < 0 ? before : after) += std::abs(strides[axis]) * std::max<std::int64_t>(0, type.shape[axis] - 1);
  }
  count_ = static_cast<std::size_t>(before + after);
  origin_ = static_cast<std::size_t>(before) * byteSize(dtype_);
  bytes_.resize(count_ * byteSize(dtype_) + 2 * guardBytes, std::byte{0xa5});
  for (std::size_t i = 0; i < count_; ++i) {
    const auto value = static_cast<std::int64_t>((i * 7 + static_cast<std::size_t>(seed) * 5) % 23) - 11;
    set(i, convert(dtype_ == DType::Bool ? Scalar(value % 3 == 0) : Scalar(value), dtype_));
  }
}

Scalar Memory::at(std::size_t index) const {
  const std::byte *from = bytes_.data() + guardBytes + index * byteSize(dtype_);
  return withZero(dtype_, [&]<class T>(T) -> Scalar {
    if constexpr (std::is_same_v<T, bool>)
      return *from != std::byte{0};
    else
      return read<T>(from);
  });
}

void Memory::set(std::size_t index, const Scalar &value) {
  std::byte *to = bytes_.data() + guardBytes + index * byteSize(dtype_);
  std::visit([to](auto v) { std::memcpy(to, &v, sizeof v); }, value);
}

bool Memory::guardsIntact() const {
  const auto isGuard = [](std::byte b) { return b == std::byte{0xa5}; };
  return std::all_of(bytes_.begin(), bytes_.begin() + guardBytes, isGuard) &&
         std::all_of(bytes_.end() - guardBytes, bytes_.end(), isGuard);
}

loop::Kernel kernelOf(std::string_view text) {
  Result<loop::Kernel> kernel = loop::parseKernel(text);
  if (!kernel) throw std::logic_error(render(kernel.errors(), text));
  EXPECT_EQ(loop::verify(*kernel), std::vector<std::string>{}) << text;
  return *std::move(kernel);
}

std::vector<Memory> argumentsOf(const loop::Kernel &kernel) {
  std::vector<Memory> arguments;
  for (std::size_t i = 0; i < kernel.argumentCount(); ++i)
    arguments.emplace_back(kernel.buffers[i].type, static_cast<int>(i));
  return arguments;
}

void runCompiled(const loop::Kernel &kernel, std::vector<Memory> &arguments, const Target &target,
                 std::int64_t threads) {
  std::vector<void *> buffers;
  for (Memory &memory : arguments) buffers.push_back(memory.data());
  runCompiled(kernel, std::vector<std::vector<void *>>{buffers}, target, threads);
}

void runCompiled(const loop::Kernel &kernel, const std::vector<std::vector<void *>> &runs, const Target &target,
                 std::int64_t threads) {
  codegen::Module module = moduleFor(kernel, target, threads);
  const std::string entry = module.entry();
  const auto bytes = static_cast<std::size_t>(module.scratch().totalBytes());
  const Result<jit::Code> code = jit::Code::load(codegen::object(std::move(module)), entry);
  if (!code) throw std::logic_error(render(code.errors(), ""));
  const std::unique_ptr<void, Free> scratch(std::aligned_alloc(64, (bytes + 64) / 64 * 64));
  for (const std::vector<void *> &buffers : runs) code->entry()(buffers.data(), scratch.get());
}

void runInterpreted(const loop::Kernel &kernel, std::vector<Memory> &arguments) {
  std::vector<ConstTensorRef> inputs;
  std::vector<TensorRef> outputs;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (kernel.buffers[i].storage == loop::Storage::In)
      inputs.emplace_back(arguments[i].data(), kernel.buffers[i].type);
    else
      outputs.push_back({arguments[i].data(), kernel.buffers[i].type});
  interpretLoop(kernel, inputs, outputs);
}

void expectSame(const std::vector<Memory> &actual, const std::vector<Memory> &expected, double tolerance) {
  for (std::size_t argument = 0; argument < actual.size(); ++argument) {
    EXPECT_TRUE(actual[argument].guardsIntact()) << "argument " << argument;
    for (std::size_t i = 0; i < actual[argument].size(); ++i)
      ASSERT_TRUE(close(actual[argument].at(i), expected[argument].at(i), tolerance))
          << "argument " << argument << ", element " << i << ": " << str(actual[argument].at(i)) << " instead of "
          << str(expected[argument].at(i));
  }
}

const std::vector<Target> &runnableTargets() {
  static const std::vector<Target> targets = [] {
    std::vector<Target> list;
    for (const Target &preset : presetTargets())
      if (runsOnHost(preset)) list.push_back(preset);
    const auto isHost = [](const Target &t) {
      return t.cpu == hostTarget().cpu && t.features == hostTarget().features;
    };
    if (std::none_of(list.begin(), list.end(), isHost)) list.push_back(hostTarget());
    return list;
  }();
  return targets;
}

void expectResults(const loop::Kernel &kernel, const std::vector<Memory> &arguments,
                   const std::vector<Memory> &expected, const std::vector<Target> &targets, double tolerance) {
  const std::string text = loop::print(kernel);
  const bool isParallel = text.find("parallel ") != std::string::npos;
  for (const Target &target : targets)
    for (std::int64_t threads = 1; threads <= (isParallel ? 2 : 1); ++threads) {
      SCOPED_TRACE(testing::Message() << target.name << ", threads " << threads << "\n" << text);
      std::vector<Memory> actual = arguments;
      runCompiled(kernel, actual, target, threads);
      expectSame(actual, expected, tolerance);
    }
}

/// The presets that cannot run here must at least get assembly.
void expectAssembly(const loop::Kernel &kernel) {
  for (const Target &preset : presetTargets()) {
    if (runsOnHost(preset)) continue;
    EXPECT_NE(codegen::assembly(moduleFor(kernel, preset, 2)), "") << preset.name;
  }
}

void expectLikeInterpreter(const loop::Kernel &kernel, const std::vector<Memory> &arguments, double tolerance) {
  std::vector<Memory> expected = arguments;
  runInterpreted(kernel, expected);
  expectResults(kernel, arguments, expected, runnableTargets(), tolerance);
  expectAssembly(kernel);
}

void expectLikeInterpreter(std::string_view text, double tolerance) {
  const loop::Kernel kernel = kernelOf(text);
  expectLikeInterpreter(kernel, argumentsOf(kernel), tolerance);
}

std::string assemblyFor(std::string_view text, std::string_view target, std::int64_t threads) {
  const Result<Target> found = findTarget(target);
  if (!found) throw std::logic_error(render(found.errors(), ""));
  return codegen::assembly(moduleFor(kernelOf(text), *found, threads));
}

int lines(const std::string &text, std::initializer_list<std::string_view> words) {
  int count = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    count += std::all_of(words.begin(), words.end(),
                         [&](std::string_view word) { return line.find(word) != std::string_view::npos; });
    begin = end + 1;
  }
  return count;
}

} // namespace einjit::test
