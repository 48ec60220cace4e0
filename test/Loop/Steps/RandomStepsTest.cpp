// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random steps on random kernels: whatever a step accepts must leave a well-formed kernel that computes the same. All
// values are small integers, so that sums are exact in any order.
#include "Interp/LoopInterpreter.h"
#include "Loop/Rewrite.h"
#include "Loop/Steps/Step.h"
#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <variant>

namespace einjit::loop {
namespace {

class Random {
public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::int64_t in(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }
  bool chance(int percent) { return in(1, 100) <= percent; }
  template <class T> const T &of(const std::vector<T> &choices) {
    return choices[static_cast<std::size_t>(in(0, static_cast<std::int64_t>(choices.size()) - 1))];
  }

private:
  std::mt19937 engine_;
};

// Kernels.

/// A kernel's text with random extents for M, N, L, K and J.
std::string withExtents(std::string text, Random &random) {
  for (const char *extent : {"M", "N", "L", "K", "J"}) {
    const std::string number = std::to_string(random.in(1, 9));
    for (std::size_t at = text.find(extent); at != std::string::npos; at = text.find(extent))
      text.replace(at, 1, number);
  }
  return text;
}

std::string naiveKernel(Random &random) {
  const std::vector<std::string> kernels = {
      "kernel @matmul(in %a: f32[M,K], in %b: f32[K,N], out %out: f32[M,N]) {"
      "  for i0 in 0..M { for i1 in 0..N { scratch %acc: f32[] %acc[] = f32(0)"
      "    for k0 in 0..K { %acc[] = fma(%a[i0,k0], %b[k0,i1], %acc[]) }"
      "    %out[i0,i1] = %acc[] } } }",
      "kernel @weighted(in %a: f32[M,K,N], in %b: f32[M,K], out %out: f32[M,N]) {"
      "  for i0 in 0..M { for i1 in 0..N { scratch %acc: f32[] %acc[] = f32(0)"
      "    for k0 in 0..K { %acc[] = add(mul(%a[i0,k0,i1], %b[i0,k0]), %acc[]) }"
      "    %out[i0,i1] = mul(%acc[], f32(2)) } } }",
      "kernel @converted(in %a: f32[M,K], in %b: f32[K,N], out %out: f32[M,N]) {"
      "  for i0 in 0..M { for i1 in 0..N { scratch %acc: f64[] %acc[] = f64(0)"
      "    for k0 in 0..K { %acc[] = fma(f64(%a[i0,k0]), f64(%b[k0,i1]), %acc[]) }"
      "    %out[i0,i1] = f32(%acc[]) } } }",
      "kernel @maxima(in %a: f32[M,K], out %out: f32[M]) {"
      "  for i0 in 0..M { scratch %acc: f32[] %acc[] = f32(-inf)"
      "    for k0 in 0..K { %acc[] = max(%acc[], %a[i0,k0]) }"
      "    %out[i0] = %acc[] } }",
      "kernel @elementwise(in %a: f32[M,N,L], in %b: f32[L], out %out: f32[M,N,L]) {"
      "  for i0 in 0..M { for i1 in 0..N { for i2 in 0..L { %out[i0,i1,i2] = sub(%a[i0,i1,i2], %b[i2]) } } } }",
      "kernel @twofold(in %a: f32[M,K,J], in %b: f32[K,J], out %out: f32[M]) {"
      "  for i0 in 0..M { scratch %acc: f32[] %acc[] = f32(0)"
      "    for k0 in 0..K { for k1 in 0..J { %acc[] = fma(%a[i0,k0,k1], %b[k0,k1], %acc[]) } }"
      "    %out[i0] = %acc[] } }",
      "kernel @centred(in %a: f32[M,K], out %out: f32[M,K]) {"
      "  for i0 in 0..M { scratch %acc: f32[] %acc[] = f32(0)"
      "    for k0 in 0..K { %acc[] = add(%acc[], %a[i0,k0]) }"
      "    for i1 in 0..K { %out[i0,i1] = sub(%a[i0,i1], %acc[]) } } }",
  };
  return withExtents(random.of(kernels), random);
}

/// Loops whose iterations may well depend on each other: random small coefficients, shifted so that indices fit.
std::string dependentKernel(Random &random) {
  const auto index = [&](std::int64_t c0, std::int64_t c1, std::int64_t shift) {
    return fmt::format("{}*i0 + {}*i1 + {}", c0, c1, shift + 30);
  };
  const std::vector<std::string> values = {"add(%out[{0}], %a[i0,i1])", "max(%a[i0,i1], %out[{0}])",
                                           "sub(%a[i0,i1], %out[{0}])", "%a[i0,i1]"};
  std::string body;
  for (std::int64_t statements = random.in(1, 2); statements > 0; --statements) {
    const auto coefficient = [&] { return random.in(-3, 3); };
    const std::string target = index(coefficient(), coefficient(), 0);
    const std::string source = random.chance(50) ? target : index(coefficient(), coefficient(), random.in(-1, 1));
    body += fmt::format("%out[{}] = {} ", target, fmt::format(fmt::runtime(random.of(values)), source));
  }
  const std::string loops = "for i0 in 0..{} {{ for i1 in 0..{} {{ {} }} }}";
  return fmt::format(
      "kernel @kernel(in %a: f32[5,5], out %out: f32[61]) {{ for z in 0..61 {{ %out[z] = f32(1) }} {} }}",
      fmt::format(fmt::runtime(loops), random.in(2, 5), random.in(2, 5), body));
}

// Steps.

std::vector<std::string> loopNames(const Kernel &kernel) {
  std::vector<std::string> names;
  forEach<For>(kernel.body, [&](const For &loop) { names.push_back(kernel.vars[loop.var.index()]); });
  return names;
}

/// Of what some store writes, mostly over just the loops around it that are inside the one it is unpacked at.
Unpack randomUnpack(const Kernel &kernel, Random &random, int number) {
  std::vector<std::pair<const Store *, Nest>> stores;
  walk(kernel.body, {}, [&](const Stmt &stmt, const Nest &nest) {
    if (const Store *store = std::get_if<Store>(&stmt.node)) stores.emplace_back(store, nest);
  });
  const auto &[store, nest] = random.of(stores);
  Unpack step{kernel[store->target.buffer].name, "", {}, fmt::format("u{}", number)};
  if (!store->operands.empty() && random.chance(40)) step.of = kernel[random.of(store->operands).buffer].name;
  for (const For *loop : nest) {
    const std::string &name = kernel.vars[loop->var.index()];
    if (random.chance(25)) {
      step.at = name;
      step.over.clear();
    } else if (random.chance(90)) {
      step.over.insert(step.over.begin() + random.in(0, static_cast<std::int64_t>(step.over.size())), name);
    }
  }
  if (random.chance(50))
    for (const std::string &name : step.over) step.by.push_back(fmt::format("{}u{}", name, number));
  if (!step.over.empty() && random.chance(30)) step.padded = random.of(step.over);
  return step;
}

/// Of what some store reads, in the first iteration of a loop around it, over the loops inside that it depends on.
Pack randomPackInFirst(const Kernel &kernel, Random &random, int number) {
  std::vector<std::pair<const Access *, Nest>> reads;
  walk(kernel.body, {}, [&](const Stmt &stmt, const Nest &nest) {
    if (const Store *store = std::get_if<Store>(&stmt.node); store && !nest.empty())
      for (const Access &operand : store->operands) reads.emplace_back(&operand, nest);
  });
  Pack step{{}, {}, {}, fmt::format("q{}", number)};
  if (reads.empty()) return step;
  const auto &[access, nest] = random.of(reads);
  step.buffer = kernel[access->buffer].name;
  const auto first = static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(nest.size()) - 1));
  const auto nameOf = [&](std::size_t i) { return kernel.vars[nest[i]->var.index()]; };
  if (first > 0) step.at = nameOf(first - 1);
  step.first = nameOf(first);
  for (std::size_t i = first + 1; i < nest.size(); ++i)
    if (uses(*access, nest[i]->var.value)) step.over.push_back(nameOf(i));
  return step;
}

/// Of a loop and the one that stands in it first.
Join randomJoin(const Kernel &kernel, Random &random, int number) {
  const std::vector<std::string> loops = loopNames(kernel);
  Join step{random.of(loops), random.of(loops), fmt::format("j{}", number)};
  forEach<For>(kernel.body, [&](const For &loop) {
    const auto *inner = loop.body.empty() ? nullptr : std::get_if<For>(&loop.body.front().node);
    if (!inner || random.chance(50)) return;
    step.outer = kernel.vars[loop.var.index()];
    step.inner = kernel.vars[inner->var.index()];
  });
  return step;
}

Step randomStep(const Kernel &kernel, Random &random, int number) {
  const std::vector<std::string> loops = loopNames(kernel);
  std::vector<std::string> buffers;
  for (const Buffer &buffer : kernel.buffers) buffers.push_back(buffer.name);
  if (loops.empty()) return {Keep{random.of(buffers)}};
  const std::string &loop = random.of(loops);
  const auto someLoops = [&] {
    std::vector<std::string> some;
    for (std::int64_t i = random.in(1, 4); i > 0; --i)
      if (const std::string &name = random.of(loops); std::ranges::count(some, name) == 0) some.push_back(name);
    return some;
  };
  switch (random.in(0, 18)) {
  case 0:
  case 1: {
    Split step{loop, random.in(1, 5), fmt::format("o{}", number), fmt::format("t{}", number), random.chance(40)};
    if (!step.masked && random.chance(60)) step.evenUnit = random.chance(50) ? 1 : step.factor;
    return {step};
  }
  case 2:
  case 3:
  case 4: return {Reorder{someLoops()}};
  case 5:
    return {Privatize{random.of(buffers), loop, fmt::format("p{}", number),
                      random.chance(50) ? fmt::format("{}p{}", loop, number) : ""}};
  case 6: {
    if (random.chance(40)) return {randomPackInFirst(kernel, random, number)};
    Pack step{random.of(buffers), random.chance(20) ? "" : loop, someLoops(), fmt::format("q{}", number)};
    if (random.chance(50))
      for (const std::string &name : step.over) step.by.push_back(fmt::format("{}q{}", name, number));
    if (random.chance(30)) step.type = DType::F64;
    if (random.chance(30)) step.padded = random.of(step.over);
    return {step};
  }
  case 7: return random.chance(50) ? Step{Unroll{loop}} : Step{Keep{random.of(buffers)}};
  case 16:
  case 17: return {randomJoin(kernel, random, number)};
  case 18:
    return {Divide{loop, random.in(1, 4), fmt::format("d{}", number), fmt::format("e{}", number),
                   fmt::format("x{}", number)}};
  case 15: return {Localize{random.of(buffers), loop, fmt::format("s{}", number)}};
  case 14: return {randomUnpack(kernel, random, number)};
  case 12: return {Stream{random.of(buffers)}};
  case 13: {
    Fetch step{random.of(buffers), random.of(loops), random.of(loops), random.in(1, 20)};
    if (random.chance(50)) step.row = random.in(1, 40);
    if (random.chance(30)) step.apart = random.in(1, 40);
    if (random.chance(30)) step.by = random.of(loops);
    if (random.chance(30)) step.distance = random.in(1, 5);
    if (random.chance(20)) step.in = step.ahead;
    step.toL2 = random.chance(20);
    return {step};
  }
  case 8:
    return random.chance(50)
               ? Step{Parallelize{loop}}
               : Step{PrefetchStores{loop, random.in(1, 5), random.chance(50) ? std::string() : random.of(loops)}};
  case 9:
  case 10:
    return {Stage{
        kernel.buffers.back().name, {loop}, random.chance(50) ? "" : random.of(loops), fmt::format("s{}", number)}};
  default: return {Vectorize{loop}};
  }
}

// Results.

/// Parallel loops counted backwards: an order they may run in, too.
Kernel reversed(Kernel kernel) {
  forEach<For>(kernel.body, [](For &loop) {
    if (loop.kind != LoopKind::Parallel || loop.bound) return;
    substitute(loop.body, loop.var, Affine::number(loop.extent - 1) - Affine::variable(loop.var.value));
  });
  return kernel;
}

std::vector<float> resultOf(const Kernel &kernel) {
  std::vector<AnyTensor> tensors;
  std::vector<ConstTensorRef> inputs;
  std::vector<TensorRef> outputs;
  for (std::size_t i = 0; i < kernel.argumentCount(); ++i) {
    AnyTensor &tensor = tensors.emplace_back(kernel.buffers[i].type);
    float *elements = static_cast<float *>(tensor.data());
    for (std::int64_t n = 0; n < tensor.size(); ++n) elements[n] = static_cast<float>((n * 7 + n / 3 + 2) % 9 - 4);
  }
  for (std::size_t i = 0; i < tensors.size(); ++i)
    if (kernel.buffers[i].storage == Storage::In)
      inputs.push_back(tensors[i]);
    else
      outputs.push_back(tensors[i]);
  interpretLoop(kernel, inputs, outputs);
  const float *elements = static_cast<const float *>(tensors.back().data());
  return {elements, elements + tensors.back().size()};
}

/// Which steps were applied how often: a test that has everything refused shows nothing.
std::map<std::size_t, int> applied;
int packedInFirst = 0; ///< by one iteration for the others

void scheduleRandomly(Kernel kernel, Random &random) {
  const std::vector<float> expected = resultOf(kernel);
  std::string history = print(kernel);
  for (int number = 0; number < 12; ++number) {
    const Step step = randomStep(kernel, random, number);
    Result<Kernel> next = apply(kernel, step);
    if (!next) continue;
    ++applied[step.action.index()];
    if (const auto *pack = std::get_if<Pack>(&step.action)) packedInFirst += pack->first.empty() ? 0 : 1;
    history += print(Schedule{{step}});
    ASSERT_THAT(verify(*next, Form::Building), testing::IsEmpty()) << history << print(*next);
    ASSERT_EQ(resultOf(*next), expected) << history << print(*next);
    ASSERT_EQ(resultOf(reversed(*next)), expected) << "backwards\n" << history << print(*next);
    kernel = *std::move(next);
  }
}

void scheduleRandomly(std::string (*make)(Random &), unsigned seeds) {
  for (unsigned seed = 0; seed < seeds && !testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const std::string text = make(random);
    const Result<Kernel> kernel = parseKernel(text);
    ASSERT_TRUE(kernel) << render(kernel.errors(), text);
    ASSERT_THAT(verify(*kernel, Form::Building), testing::IsEmpty()) << text;
    scheduleRandomly(*kernel, random);
  }
}

TEST(RandomSteps, KeepWhatNaiveKernelsCompute) {
  scheduleRandomly(naiveKernel, 1100);
  for (std::size_t step = 0; step < std::variant_size_v<decltype(Step::action)>; ++step)
    EXPECT_GE(applied[step], 20) << "step " << step;
  EXPECT_GE(packedInFirst, 20);
}

TEST(RandomSteps, KeepWhatDependentLoopsCompute) { scheduleRandomly(dependentKernel, 1500); }

} // namespace
} // namespace einjit::loop
