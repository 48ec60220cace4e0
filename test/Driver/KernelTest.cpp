// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels as C++ programs use them: compile, run, ask.
#include "Driver/Caught.h"
#include <array>
#include <einjit/Machine.h>
#include <einjit/einjit.h>
#include <gmock/gmock.h>
#include <numeric>
#include <thread>

namespace einjit {
namespace {

using test::kindOf;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

Tensor<float> counted(std::vector<std::int64_t> shape) {
  Tensor<float> tensor(std::move(shape));
  std::iota(tensor.begin(), tensor.end(), 1.0F);
  return tensor;
}

template <class T> std::vector<T> elements(const Tensor<T> &tensor) { return {tensor.begin(), tensor.end()}; }

/// The shape of a scalar.
const std::vector<std::int64_t> noAxes;

const TensorType f32x3{DType::F32, {3}};
const TensorType f32x23{DType::F32, {2, 3}};

// Results.

TEST(Einsum, Evaluates) {
  const Tensor<float> a({2, 3}, {1, 2, 3, 4, 5, 6}), b({3, 2}, {1, 0, 0, 1, 1, 1});
  const Tensor<float> product = einsum("ij,jk->ik", a, b);
  EXPECT_EQ(product.shape(), (std::vector<std::int64_t>{2, 2}));
  EXPECT_THAT(elements(product), ElementsAre(4, 5, 10, 11));
}

TEST(Einsum, OfScalarsAndOfNothing) {
  const Tensor<double> two(noAxes, {2}), none({0});
  EXPECT_THAT(elements(Tensor<double>(einsum(",->", two, two))), ElementsAre(4));
  EXPECT_THAT(elements(Tensor<double>(einsum("i->", none))), ElementsAre(0));
  EXPECT_THAT(elements(Tensor<double>(einsum("i,->i", none, two))), ElementsAre());
}

TEST(Einsum, TakesViews) {
  const Tensor<float> a({2, 3}, {1, 2, 3, 4, 5, 6});
  const TensorView<const float> transposed(a.data(), {3, 2}, {1, 3});
  const TensorView<const float> backwards(a.data() + 5, {6}, {-1});
  const TensorView<const float> repeated(a.data() + 1, {4}, {0});
  EXPECT_THAT(elements(Tensor<float>(einsum("ij->ij", transposed))), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(elements(Tensor<float>(einsum("i->i", backwards))), ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_THAT(elements(Tensor<float>(einsum("i->", repeated))), ElementsAre(8));
}

TEST(Kernel, WritesIntoMemoryOfTheCallers) {
  const Kernel kernel = compile("ij->j", {f32x23});
  const Tensor<float> in = counted({2, 3});
  std::array<float, 5> memory{-1, -1, -1, -1, -1};
  kernel(in, TensorView<float>(memory.data() + 1, {3}));
  EXPECT_THAT(memory, ElementsAre(-1, 5, 7, 9, -1));
}

TEST(Kernel, TakesArgumentsOneByOne) {
  const Kernel kernel = compile("ij,j->i", {f32x23, f32x3});
  const Tensor<float> in = counted({2, 3});
  EXPECT_THAT(elements(Tensor<float>(kernel.run(in, std::vector<float>{1, 0, -1}).front())), ElementsAre(-2, -2));
  const auto wrong = kernel.tryRun(in);
  ASSERT_FALSE(wrong.has_value());
  EXPECT_FALSE(wrong.error().where());
  EXPECT_TRUE(kernel.tryRun(in, TensorView<const float>(in.data(), {3})).has_value());
}

TEST(Kernel, NamesInputsAndResults) {
  const Kernel program = compileProgram("y = x * w\nz = y.sum()", {{"w", f32x3, {}}, {"x", f32x23, {}}});
  ASSERT_EQ(program.inputs().size(), 2U);
  EXPECT_EQ(program.inputs()[0].name, "w");
  EXPECT_EQ(program.inputs()[1].type, f32x23);
  ASSERT_EQ(program.results().size(), 1U);
  EXPECT_EQ(program.results()[0].name, "z");
  EXPECT_EQ(program.results()[0].type, (TensorType{DType::F32, {}}));
  EXPECT_EQ(compile("ij,j->i", {f32x23, f32x3}).inputs()[1].name, "b");
}

TEST(Kernel, ReturnsTheResultsAskedFor) {
  Options options;
  options.results = {"z", "x", "y"};
  const Kernel kernel = compileProgram("y = x + 1; z = y * 2", {{"x", f32x3, {}}}, options);
  const Tensor<float> x = counted({3});
  const ConstTensorRef inputs[] = {x};
  std::vector<AnyTensor> results = kernel.run(inputs);
  ASSERT_EQ(results.size(), 3U);
  EXPECT_THAT(elements(Tensor<float>(std::move(results[0]))), ElementsAre(4, 6, 8));
  EXPECT_THAT(elements(Tensor<float>(std::move(results[1]))), ElementsAre(1, 2, 3));
  EXPECT_THAT(elements(Tensor<float>(std::move(results[2]))), ElementsAre(2, 3, 4));
}

TEST(Kernel, IntegersOfKnownValueAreExtents) {
  const Kernel kernel = compileProgram("x[:n] * n", {{"x", f32x3, {}}, {"n", {DType::I64, {}}, 2}});
  EXPECT_EQ(kernel.results()[0].type.shape, (std::vector<std::int64_t>{2}));
  const Tensor<float> x = counted({3});
  const Tensor<std::int64_t> n(noAxes, {2});
  Tensor<float> out({2});
  kernel(x, n, out);
  EXPECT_THAT(elements(out), ElementsAre(2, 4));
}

// Memory that overlaps.

TEST(Kernel, TransposesInPlace) {
  const Kernel kernel = compile("ij->ji", {{DType::F32, {19, 19}}});
  Tensor<float> x = counted({19, 19});
  const Tensor<float> expected = einsum("ij->ji", x);
  kernel(x, x);
  EXPECT_THAT(elements(x), ElementsAreArray(elements(expected)));
}

TEST(Kernel, OutputsMayOverlapInputsInPart) {
  const Kernel kernel = compileProgram("x.sum() + x", {{"x", {DType::F32, {64}}, {}}});
  Tensor<float> memory = counted({65}), expected({64});
  kernel(TensorView<float>(memory.data(), {64}), expected);
  kernel(TensorView<float>(memory.data(), {64}), TensorView<float>(memory.data() + 1, {64}));
  EXPECT_THAT(std::vector<float>(memory.begin() + 1, memory.end()), ElementsAreArray(elements(expected)));
}

TEST(Kernel, OutputsMayOverlapInputsThatRunBackwards) {
  const Kernel kernel = compile("i->i", {{DType::F32, {64}, {-1}}});
  Tensor<float> memory = counted({64});
  kernel(TensorView<float>(memory.data() + 63, {64}, {-1}), memory);
  EXPECT_EQ(memory(0), 64);
  EXPECT_EQ(memory(63), 1);
}

TEST(Kernel, OfSeveralOutputsInOnePlaceTheLastStays) {
  Options options;
  options.results = {"y", "z"};
  const Kernel kernel = compileProgram("y = x + 1; z = x + 2", {{"x", f32x3, {}}}, options);
  const Tensor<float> x = counted({3});
  Tensor<float> out({3});
  kernel(x, out, out);
  EXPECT_THAT(elements(out), ElementsAre(3, 4, 5));
}

// Results in the place of inputs.

Options over(std::size_t input) {
  Options options;
  options.inPlace = {{0, input}};
  return options;
}

bool worksInPlace(const Kernel &kernel) { return kernel.text(Stage::Loop).find(" over %") != std::string::npos; }

TEST(InPlace, ElementwiseOperationsAreDoneThere) {
  const Kernel kernel =
      compileProgram("y + 0.5 * x", {{"x", {DType::F32, {7, 33}}}, {"y", {DType::F32, {7, 33}}}}, over(1));
  EXPECT_TRUE(worksInPlace(kernel));
  const Tensor<float> x = counted({7, 33});
  Tensor<float> y = counted({7, 33}), expected({7, 33});
  kernel(x, y, expected);
  kernel(x, y, y);
  EXPECT_EQ(elements(y), elements(expected));
}

TEST(InPlace, SumsAreAddedThere) {
  for (const std::int64_t size : {3, 17, 64, 200}) {
    const TensorType matrix{DType::F32, {size, size}};
    const Kernel kernel = compileProgram("c + a @ b", {{"a", matrix}, {"b", matrix}, {"c", matrix}}, over(2));
    EXPECT_TRUE(worksInPlace(kernel)) << size;
    const Tensor<float> a = counted({size, size}), b = counted({size, size});
    Tensor<float> c = counted({size, size}), expected({size, size});
    kernel(a, b, c, expected);
    kernel(a, b, c, c);
    EXPECT_EQ(elements(c), elements(expected)) << size;
  }
}

TEST(InPlace, WhatReadsElsewhereIsComputedBeside) {
  const std::vector<Binding> inputs{{"x", f32x3}, {"y", f32x3}};
  for (const char *program : {"x + y[::-1]", "x + y.sum()", "y.cumsum(0) * x"}) {
    const Kernel kernel = compileProgram(program, inputs, over(1));
    EXPECT_FALSE(worksInPlace(kernel)) << program;
    const Tensor<float> x = counted({3});
    Tensor<float> y = counted({3}), expected({3});
    kernel(x, y, expected);
    kernel(x, y, y);
    EXPECT_EQ(elements(y), elements(expected)) << program;
  }
}

TEST(InPlace, AnotherOverlapIsStillSeen) {
  const Kernel kernel = compileProgram("y + x", {{"x", f32x3}, {"y", f32x3}}, over(1));
  ASSERT_TRUE(worksInPlace(kernel));
  Tensor<float> memory = counted({4});
  const TensorView<float> low(memory.data(), {3}), high(memory.data() + 1, {3});
  kernel(low, high, high); // x is shifted against y
  EXPECT_THAT(elements(memory), ElementsAre(1, 3, 5, 7));
  kernel(low, high, low); // the output is x, not y
  EXPECT_THAT(elements(memory), ElementsAre(4, 8, 12, 7));
  kernel(high, high, high);
  EXPECT_THAT(elements(memory), ElementsAre(4, 16, 24, 14));
}

TEST(InPlace, KnowsItsResultsAndInputs) {
  const auto kind = [](InPlace pair) {
    Options options;
    options.inPlace = {pair};
    return kindOf([&] { compile("i,i->i", {f32x3, f32x3}, options); });
  };
  EXPECT_EQ(kind({0, 1}), "nothing");
  EXPECT_EQ(kind({1, 1}), "argument-mismatch");
  EXPECT_EQ(kind({0, 2}), "argument-mismatch");
}

TEST(InPlace, EinsumsAddToTheirOutputs) {
  const Tensor<float> a = counted({19, 23}), b = counted({23, 31});
  const Tensor<float> product = einsum("ij,jk->ik", a, b);
  Tensor<float> columns = counted({31, 19});
  const std::vector<float> before = elements(columns);
  const TensorView<float> c(columns.data(), {19, 31}, {1, 19});
  einsum("ij,jk->ik", a, b, into(c, 2, 1));
  for (std::int64_t i = 0; i < 19; ++i)
    for (std::int64_t k = 0; k < 31; ++k)
      ASSERT_EQ(c(i, k), 2 * product(i, k) + before[static_cast<std::size_t>(i + 19 * k)]);
}

TEST(InPlace, EinsumsAddToTheirOutputsWhateverWasCalledBefore) {
  clearCache();
  const Tensor<float> x = counted({7});
  Tensor<float> y = counted({7});
  einsum("i->i", y, into(y, 2, 1)); // the operand, too, is in the output's place
  EXPECT_THAT(elements(y), ElementsAre(3, 6, 9, 12, 15, 18, 21));
  const auto compiled = [&](const auto &call) {
    const std::uint64_t before = cacheStatistics().compiled + cacheStatistics().loaded;
    call();
    return cacheStatistics().compiled + cacheStatistics().loaded - before;
  };
  EXPECT_EQ(compiled([&] { einsum("i->i", x, into(y, 2, 1)); }), 0U) << "it is the same kernel";
  EXPECT_THAT(elements(y), ElementsAre(5, 10, 15, 20, 25, 30, 35));

  // Where nothing is added, an operand's place is one to work in, and the kernel another.
  einsum("i->i", x, into(y, 2));
  EXPECT_EQ(compiled([&] { einsum("i->i", y, into(y, 2)); }), 1U);
  EXPECT_THAT(elements(y), ElementsAre(4, 8, 12, 16, 20, 24, 28));
}

// Arguments that do not fit.

TEST(Kernel, RefusesArgumentsThatDoNotFit) {
  const Kernel kernel = compile("ij,j->i", {f32x23, f32x3});
  const Tensor<float> a({2, 3}), b({3});
  const Tensor<double> wrongType({3});
  const Tensor<float> wrongShape({4});
  Tensor<float> out({2});
  const auto kind = [&](auto &&...arguments) { return kindOf([&] { kernel(arguments...); }); };
  EXPECT_EQ(kind(a, b, out), "nothing");
  EXPECT_EQ(kind(a, b), "argument-mismatch");
  EXPECT_EQ(kind(a), "argument-mismatch");
  EXPECT_EQ(kind(a, b, out, out), "argument-mismatch");
  EXPECT_EQ(kind(a, wrongType, out), "argument-mismatch");
  EXPECT_EQ(kind(a, wrongShape, out), "argument-mismatch");
  EXPECT_EQ(kind(a, b, b), "argument-mismatch"); // not writable
  EXPECT_EQ(kind(a, ConstTensorRef(nullptr, f32x3), out), "argument-mismatch");
  EXPECT_EQ(kind(a, TensorView<const float>(b.data(), {3}, {2}), out), "argument-mismatch");
  EXPECT_EQ(kind(a, b, TensorView<float>(out.data(), {2}, {0})), "argument-mismatch"); // one place for two elements
  const std::int64_t extents[] = {3}, steps[] = {1, 1};
  EXPECT_EQ(kind(a, ConstTensorRef(b.data(), DType::F32, extents, steps), out), "argument-mismatch");
  EXPECT_EQ(kind(a, b, TensorRef(out.data(), DType::F32, extents, steps)), "argument-mismatch");
}

TEST(Kernel, OutputsMayLieInAnyLayout) {
  const Kernel kernel = compile("ij->ij", {f32x23});
  const Tensor<float> in = counted({2, 3});
  Tensor<float> columns({3, 2}), sparse({8}), backwards({6});
  kernel(in, TensorView<float>(columns.data(), {2, 3}, {1, 2}));
  EXPECT_THAT(elements(columns), ElementsAre(1, 4, 2, 5, 3, 6));
  kernel(in, TensorView<float>(sparse.data() + 1, {2, 3}, {4, 1}));
  EXPECT_THAT(elements(sparse), ElementsAre(0, 1, 2, 3, 0, 4, 5, 6));
  kernel(in, TensorView<float>(backwards.data() + 5, {2, 3}, {-3, -1}));
  EXPECT_THAT(elements(backwards), ElementsAre(6, 5, 4, 3, 2, 1));
}

TEST(Kernel, OutputsWhoseElementsMayShareTheirPlacesAreRefused) {
  const Kernel square = compile("ij->ij", {{DType::F32, {2, 2}}}), row = compile("i->i", {{DType::F32, {2}}});
  const Tensor<float> in = counted({2, 2}), two = counted({2});
  Tensor<float> memory({16});
  const auto kind = [&](std::vector<std::int64_t> strides) {
    const std::int64_t extents[] = {2, 2};
    return kindOf([&] { square(in, TensorRef(memory.data() + 8, DType::F32, extents, strides)); });
  };
  EXPECT_EQ(kind({1, 1}), "argument-mismatch");
  EXPECT_EQ(kind({-1, 1}), "argument-mismatch");
  EXPECT_EQ(kind({3, -3}), "argument-mismatch");
  EXPECT_EQ(kind({2, std::int64_t{1} << 62}), "argument-mismatch");
  EXPECT_EQ(kind({INT64_MIN, 1}), "argument-mismatch");
  EXPECT_EQ(kindOf([&] { einsum("ij->ij", in, TensorView<float>(memory.data(), {2, 2}, {1, 1})); }),
            "argument-mismatch");
  EXPECT_THAT(elements(memory), testing::Each(0.0F));
  EXPECT_EQ(kind({1, -2}), "nothing");
  EXPECT_EQ(kindOf([&] { row(two, TensorView<float>(memory.data(), {2}, {std::int64_t{1} << 61})); }),
            "argument-mismatch");

  // Along axes of one element nothing is stepped, and what is empty has no places.
  const Kernel one = compile("ij->ij", {{DType::F32, {1, 2}}}), none = compile("ij->ij", {{DType::F32, {0, 2}}});
  one(TensorView<const float>(two.data(), {1, 2}), TensorView<float>(memory.data(), {1, 2}, {INT64_MIN, 2}));
  EXPECT_EQ(memory(0), 1);
  EXPECT_EQ(memory(2), 2);
  none(TensorView<const float>(nullptr, {0, 2}), TensorView<float>(nullptr, {0, 2}, {1, 1}));
}

// Results with strides.

Options writing(std::vector<TensorType> types) {
  Options options;
  options.resultTypes = std::move(types);
  return options;
}

TEST(ResultTypes, StridesAreWrittenDirectly) {
  const TensorType columns{DType::F32, {2, 3}, {1, 4}};
  const Kernel kernel = compile("ij->ij", {f32x23}, writing({columns}));
  EXPECT_EQ(kernel.results()[0].type, columns);
  EXPECT_THAT(kernel.text(Stage::Loop), HasSubstr("out %out: f32[3,2] strides [4,1]"));
  const Tensor<float> in = counted({2, 3});
  Tensor<float> memory({12});
  kernel(in, TensorView<float>(memory.data(), {2, 3}, {1, 4}));
  EXPECT_THAT(elements(memory), ElementsAre(1, 4, 0, 0, 2, 5, 0, 0, 3, 6, 0, 0));
}

TEST(ResultTypes, OtherMemoryIsWrittenThroughACopy) {
  const Kernel kernel = compile("ij->ij", {f32x23}, writing({{DType::F32, {2, 3}, {-1, 5}}}));
  Tensor<float> in = counted({2, 3});
  const std::vector<AnyTensor> results = kernel.run(std::array<ConstTensorRef, 1>{in});
  EXPECT_THAT(elements(Tensor<float>(results[0])), ElementsAre(1, 2, 3, 4, 5, 6));
  Tensor<float> memory({12});
  kernel(in, TensorView<float>(memory.data() + 1, {2, 3}, {-1, 5})); // these strides
  EXPECT_THAT(elements(memory), ElementsAre(4, 1, 0, 0, 0, 5, 2, 0, 0, 0, 6, 3));
  kernel(in, TensorView<float>(memory.data(), {2, 3}, {1, 2})); // others
  EXPECT_THAT(std::vector<float>(memory.begin(), memory.begin() + 6), ElementsAre(1, 4, 2, 5, 3, 6));
  kernel(in, in); // others, and what it reads
  EXPECT_THAT(elements(in), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(ResultTypes, EachResultHasItsOwn) {
  Options options =
      writing({{DType::F32, {3}, {2}}, {DType::F32, {3}}, {DType::F32, {3}, {-1}}, {DType::F32, {3}, {3}}});
  options.results = {"y", "y", "y", "x"};
  const Kernel kernel = compileProgram("y = x + 1", {{"x", f32x3, {}}}, options);
  const Tensor<float> x = counted({3});
  Tensor<float> a({6}), b({3}), c({3}), d({9});
  kernel(x, TensorView<float>(a.data(), {3}, {2}), b, TensorView<float>(c.data() + 2, {3}, {-1}),
         TensorView<float>(d.data(), {3}, {3}));
  EXPECT_THAT(elements(a), ElementsAre(2, 0, 3, 0, 4, 0));
  EXPECT_THAT(elements(b), ElementsAre(2, 3, 4));
  EXPECT_THAT(elements(c), ElementsAre(4, 3, 2));
  EXPECT_THAT(elements(d), ElementsAre(1, 0, 0, 2, 0, 0, 3, 0, 0));
}

TEST(ResultTypes, AreRefusedWhereTheyAreNotTheResults) {
  const auto kind = [](std::vector<TensorType> types) {
    return kindOf([&] { compile("ij->ij", {f32x23}, writing(types)); });
  };
  EXPECT_EQ(kind({f32x23}), "nothing");
  EXPECT_EQ(kind({f32x23, f32x23}), "argument-mismatch");
  EXPECT_EQ(kind({{DType::F64, {2, 3}}}), "argument-mismatch");
  EXPECT_EQ(kind({{DType::F32, {3, 2}, {1, 3}}}), "argument-mismatch");
  EXPECT_EQ(kind({{DType::F32, {2, 3}, {1}}}), "argument-mismatch");
  EXPECT_EQ(kind({{DType::F32, {2, 3}, {0, 1}}}), "argument-mismatch"); // one place for several elements
  EXPECT_EQ(kind({{DType::F32, {2, 3}, {2, 1}}}), "argument-mismatch");
  EXPECT_EQ(kind({{DType::F32, {2, 3}, {INT64_MAX, 1}}}), "argument-mismatch");
}

TEST(ResultTypes, AreThoseOfTheOutputsOfEinsumStrings) {
  const Tensor<float> a = counted({2, 3}), b = counted({3, 4});
  const Tensor<float> product = einsum("ij,jk->ik", a, b);
  Tensor<float> memory({5, 4});
  const TensorView<float> columns(memory.data() + 1, {2, 4}, {1, 5});
  einsum("ij,jk->ik", a, b, columns);
  for (int i = 0; i < 2; ++i)
    for (int k = 0; k < 4; ++k) EXPECT_EQ(columns(i, k), product(i, k));
  einsum("ij,jk->ik", a, b, into(columns, 1, -1));
  EXPECT_THAT(elements(memory), testing::Each(0.0F));
  EXPECT_EQ(kindOf([&] { einsum("ij,jk->ki", a, b, columns); }), "argument-mismatch");
}

TEST(Kernel, OutputsInOtherLayoutsMayOverlapInputs) {
  const Kernel kernel = compile("ij->ij", {f32x23});
  Tensor<float> memory = counted({2, 3});
  kernel(memory, TensorView<float>(memory.data(), {2, 3}, {1, 2}));
  EXPECT_THAT(elements(memory), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(Kernel, StridesThatAreNeverSteppedAlongDoNotMatter) {
  const Kernel kernel = compile("ij->j", {{DType::F32, {1, 3}}});
  const Tensor<float> memory = counted({3});
  Tensor<float> out({3});
  kernel(TensorView<const float>(memory.data(), {1, 3}, {99, 1}), out);
  EXPECT_THAT(elements(out), ElementsAre(1, 2, 3));
}

TEST(Kernel, EmptyTensorsNeedNoMemory) {
  const Kernel kernel = compile("ij->j", {{DType::F32, {0, 3}}});
  Tensor<float> out({3}, {7, 7, 7});
  kernel(TensorView<const float>(nullptr, {0, 3}), out);
  EXPECT_THAT(elements(out), ElementsAre(0, 0, 0));
}

TEST(Compile, RefusesTypesThatAreNone) {
  EXPECT_EQ(kindOf([] { compile("i->", {{DType::F32, {-1}}}); }), "bad-shape");
  EXPECT_EQ(kindOf([] { compile("ij->", {{DType::F32, {2, 3}, {1}}}); }), "bad-shape");
  EXPECT_EQ(kindOf([] { compile("i->", {{DType::F32, {4}, {INT64_MAX}}}); }), "tensor-too-large");
  EXPECT_EQ(kindOf([] { compile("i->", {{DType::F32, {4}, {INT64_MIN}}}); }), "tensor-too-large");
  EXPECT_EQ(kindOf([] { compileProgram("x", {{"x", f32x3, {}}, {"x", f32x3, {}}}); }), "bad-arguments");
  Options options;
  options.results = {"x y"};
  EXPECT_EQ(kindOf([&] { compileProgram("1", {{"x y", f32x3, {}}}, options); }), "bad-arguments");
}

TEST(Compile, ErrorsShowTheUsersText) {
  try {
    compile("bce,bc->be", {{DType::F32, {32, 20, 128}}, {DType::F32, {32, 21}}});
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.kind(), "size-mismatch");
    EXPECT_EQ(error.category(), ErrorCategory::Shape);
    EXPECT_STREQ(error.what(), "error: index 'c' has two sizes\n"
                               "  bce,bc->be\n"
                               "   ^   ^\n"
                               "   20  21\n"
                               "  operand 0: f32[32,20,128], axis 1    operand 1: f32[32,21], axis 1\n"
                               "  help: sizes of one index must be equal, or one of them 1");
  }
}

// Options.

TEST(Options, Strict) {
  Options strict;
  strict.strict = true;
  const std::vector<TensorType> types = {f32x3, {DType::F32, {1}}};
  EXPECT_EQ(kindOf([&] { compile("i,i->i", types, strict); }), "strict-broadcast");
  EXPECT_EQ(kindOf([&] { compile("i,i->i", types); }), "nothing");
}

TEST(Options, DTypeOfLiterals) {
  Options options;
  EXPECT_EQ(compileProgram("1.5", {}, options).results()[0].type.dtype, DType::F32);
  options.dtype = DType::F64;
  EXPECT_EQ(compileProgram("1.5", {}, options).results()[0].type.dtype, DType::F64);
}

TEST(Options, ExactSumsAreThoseOfTheWrittenOrder) {
  Options exact;
  exact.exact = true;
  Tensor<float> x({1000}), y({1000}), out(noAxes);
  for (int i = 0; i < 1000; ++i) x(i) = 1.0F / static_cast<float>(i + 1), y(i) = 0.1F * static_cast<float>(i);
  volatile float sum = 0; // volatile keeps this compiler from contracting, too
  for (int i = 0; i < 1000; ++i) {
    volatile float product = x(i) * y(i);
    sum = sum + product;
  }
  compile("i,i->", {x.type(), y.type()}, exact)(x, y, out);
  EXPECT_EQ(out(), sum);
}

TEST(Options, ThreadsShareTheWork) {
  Options two;
  two.threads = 2;
  const TensorType type{DType::F32, {300, 300}};
  const Kernel kernel = compile("ij,jk->ik", {type, type}, two);
  EXPECT_THAT(kernel.text(Stage::Loop), HasSubstr("parallel "));
  Tensor<float> a({300, 300}), shared({300, 300}), alone({300, 300});
  for (std::int64_t i = 0; i < a.size(); ++i) a.data()[i] = static_cast<float>(i % 7 - 3);
  kernel(a, a, shared);
  compile("ij,jk->ik", {type, type})(a, a, alone);
  EXPECT_THAT(elements(shared), ElementsAreArray(elements(alone)));
}

TEST(Kernel, MayRunInSeveralThreadsAtOnce) {
  const TensorType type{DType::F32, {40, 50}};
  const Kernel kernel = compileProgram("x - x.mean(dim=1, keepdim=True)", {{"x", type, {}}});
  EXPECT_GT(kernel.cost().scratchBytes, 0) << "the means are kept somewhere";
  const Tensor<float> x = counted({40, 50});
  Tensor<float> expected({40, 50});
  kernel(x, expected);
  std::vector<std::thread> threads;
  std::array<bool, 4> same{};
  for (bool &mine : same)
    threads.emplace_back([&] {
      mine = true;
      for (int i = 0; i < 50; ++i) {
        Tensor<float> out({40, 50});
        kernel(x, out);
        mine = mine && std::equal(out.begin(), out.end(), expected.begin());
      }
    });
  for (std::thread &thread : threads) thread.join();
  EXPECT_THAT(same, testing::Each(true));
}

TEST(Compile, MayRunInSeveralThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::array<float, 4> sums{};
  for (std::size_t i = 0; i < sums.size(); ++i)
    threads.emplace_back([&, i] {
      for (std::int64_t n = 1; n <= 8; ++n)
        sums[i] += Tensor<float>(einsum("ij->", counted({n, static_cast<std::int64_t>(i % 2) + 3})))();
    });
  for (std::thread &thread : threads) thread.join();
  EXPECT_EQ(sums[0], sums[2]);
  EXPECT_EQ(sums[1], sums[3]);
}

// What a kernel says of itself.

TEST(Kernel, EveryStageHasAText) {
  const Kernel einsums = compile("bce,bc->be", {{DType::F32, {4, 5, 16}}, {DType::F32, {4, 5}}});
  const Kernel program = compileProgram("x - x.sum()", {{"x", f32x3, {}}});
  for (const Kernel &kernel : {einsums, program})
    for (Stage stage : {Stage::Source, Stage::Ast, Stage::Tensor, Stage::TensorOpt, Stage::Schedule, Stage::Loop,
                        Stage::Llvm, Stage::LlvmOpt, Stage::Assembly, Stage::Dot})
      EXPECT_FALSE(kernel.text(stage).empty()) << static_cast<int>(stage);
  EXPECT_EQ(einsums.text(Stage::Source), "bce,bc->be");
  EXPECT_THAT(einsums.text(Stage::Dot), HasSubstr("digraph"));
  EXPECT_THAT(einsums.text(Stage::LlvmOpt), HasSubstr("define"));
  EXPECT_THAT(einsums.text(Stage::Assembly), HasSubstr("ret"));
}

TEST(Kernel, ShowsItsStagesForMachinesItCannotRunOn) {
  Options options;
  options.target = "target other { triple aarch64-unknown-linux-gnu cpu generic vector-bits 128 vector-registers 32 }";
  const Kernel kernel = compile("i,i->", {f32x3, f32x3}, options);
  EXPECT_THAT(kernel.text(Stage::Assembly), HasSubstr("ret"));
  EXPECT_EQ(kindOf([&] { kernel.entry(); }), "wrong-target");
  const Tensor<float> x({3});
  EXPECT_EQ(kindOf([&] { kernel(x, x); }), "wrong-target");
}

TEST(Kernel, CountsWhatItDoes) {
  const Cost product = compile("ij,jk->ik", {{DType::F32, {4, 5}}, {DType::F32, {5, 6}}}).cost();
  EXPECT_EQ(product.flops, 2 * 4 * 5 * 6);
  EXPECT_EQ(product.bytes, 4 * (4 * 5 + 5 * 6 + 4 * 6));
  EXPECT_EQ(product.scratchBytes, 0);
  const Cost repeated = compile("ij->i", {{DType::F64, {4, 5}, {1, 0}}}).cost();
  EXPECT_EQ(repeated.bytes, 8 * (4 + 4)) << "what a stride of 0 repeats is read once";
  EXPECT_EQ(compile("i->i", {f32x3}).cost().flops, 0);
  const Cost mean = compileProgram("x.mean(1)", {{"x", f32x23, {}}}).cost();
  EXPECT_EQ(mean.flops, 2 * 3 + 2);
}

TEST(Kernel, KnowsHowLongItTookToCompile) {
  Options options;
  options.cache = false;
  const CompileTimes times = compile("ij->ji", {f32x23}, options).compileTimes();
  EXPECT_GT(times.machine, 0);
  EXPECT_GT(times.total(), times.machine);
  double sum = 0;
  for (const CompileStage &stage : compileStages) sum += times.*stage.seconds;
  EXPECT_NEAR(sum, times.total(), 1e-12) << "every stage is listed";
}

TEST(Kernel, KnowsTheSizeOfItsCode) {
  const std::int64_t one = compileProgram("x + 1", {{"x", f32x3, {}}}).codeBytes();
  EXPECT_GT(one, 0);
  EXPECT_GT(compileProgram("exp(x) + tanh(x)", {{"x", f32x3, {}}}).codeBytes(), one);
}

TEST(Kernel, EntryPointsTakeTheirArgumentsAsARecord) {
  const Kernel kernel = compile("ij->i", {f32x23});
  const Tensor<float> in = counted({2, 3});
  Tensor<float> out({2});
  void *buffers[] = {const_cast<float *>(in.data()), out.data()};
  reinterpret_cast<void (*)(void *const *, void *)>(const_cast<void *>(kernel.entry()))(buffers, nullptr);
  EXPECT_THAT(elements(out), ElementsAre(6, 15));
}

TEST(Machine, HasARoof) {
  EXPECT_GT(measurePeakFlops(DType::F32, {}), 1e8);
  EXPECT_GT(measurePeakFlops(DType::F64, {}), 1e8);
  EXPECT_GT(measureBandwidth(1 << 16, 1 << 16, {}), 1e8);
  EXPECT_GT(measureBandwidth(0, 0, {}), 0);
}

} // namespace
} // namespace einjit
