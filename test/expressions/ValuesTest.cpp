// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions become tensors, or go into tensors and views that are there.
#include <einjit/einjit.h>
#include <gmock/gmock.h>

// Before `using namespace einjit`: the operators are found by what the operands are.
static const auto sumOfNoTensor = einjit::zeros<float>({2}) + 1.0f;
static const auto productOfNoTensor = -(einjit::arange<float>(2) * einjit::eye<float>(2));

namespace {

using namespace einjit;
using testing::ElementsAre;

template <class T, int Rank> std::vector<T> elements(const Tensor<T, Rank> &tensor) {
  return std::vector<T>(tensor.begin(), tensor.end());
}

const Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
const Tensor<float, 1> w({3}, {1, 0, -1});

TEST(Values, AreComputedWhereAnExpressionBecomesATensor) {
  const Tensor<float> y = sum(x * w, 1);
  EXPECT_EQ(y.shape(), std::vector<std::int64_t>{2});
  EXPECT_THAT(elements(y), ElementsAre(-2, -2));
  const Tensor z = x + w; // a Tensor<float>
  static_assert(std::is_same_v<decltype(z), const Tensor<float>>);
  EXPECT_THAT(elements(z), ElementsAre(2, 2, 2, 5, 5, 5));
  const auto v = evaluate(w < 1); // a Tensor<bool, 1>
  static_assert(std::is_same_v<decltype(v), const Tensor<bool, 1>>);
  EXPECT_THAT(elements(v), ElementsAre(false, true, true));
}

TEST(Values, FollowTheOperandsOfAKeptExpression) {
  Tensor<float> a({2}, {1, 2});
  const auto twice = 2 * a;
  a(1) = 5;
  EXPECT_THAT(elements(evaluate(twice)), ElementsAre(2, 10));
  a = Tensor<float>({3}, {7, 8, 9}); // it is the tensor that is kept in mind, not its memory
  EXPECT_THAT(elements(evaluate(twice)), ElementsAre(14, 16, 18));
}

TEST(Values, OfNumbersNeedNoOtherKernel) {
  std::vector<const void *> entries;
  for (const float factor : {0.5f, 0.25f}) {
    const auto scaled = x * factor;
    EXPECT_THAT(elements(evaluate(scaled)).back(), 6 * factor);
    entries.push_back(compile(scaled).entry());
  }
  EXPECT_EQ(entries[0], entries[1]);
}

TEST(Values, GoIntoMemoryThatIsThere) {
  Tensor<float> y({2});
  const float *memory = y.data();
  y = sum(x, 1);
  EXPECT_EQ(y.data(), memory);
  EXPECT_THAT(elements(y), ElementsAre(6, 15));
  y = sum(x, 0);
  EXPECT_THAT(elements(y), ElementsAre(5, 7, 9));
  y = flip(y, 0) + y;
  EXPECT_THAT(elements(y), ElementsAre(14, 14, 14));

  float columns[6] = {};
  const TensorView<float, 2> view(columns, {2, 3}, {1, 2});
  assign(view, x + 1);
  EXPECT_THAT(columns, ElementsAre(2, 5, 3, 6, 4, 7));
  view += x;
  EXPECT_THAT(columns, ElementsAre(3, 9, 5, 11, 7, 13));
  EXPECT_THROW(assign(view, T(x)), Error);
}

TEST(Values, HaveTheRankThatTheirTensorSays) {
  // Of `x` it is not known while compiling.
  Tensor<float, 1> y = sum(x, 0);
  EXPECT_THAT(elements(y), ElementsAre(5, 7, 9));
  y = sum(x, 1);
  EXPECT_THAT(elements(y), ElementsAre(6, 15));
  const auto rankError = [](auto action) { return attempt(action).error().kind(); };
  EXPECT_EQ(rankError([] { Tensor<float, 2> wrong = sum(x, 0); }), "rank-mismatch");
  EXPECT_EQ(rankError([&] { y = x + 1; }), "rank-mismatch");
  EXPECT_THAT(elements(y), ElementsAre(6, 15));
}

TEST(Values, OfOtherOptions) {
  Options strict;
  strict.strict = true;
  const Tensor<float, 2> row({1, 3}, {1, 2, 3});
  const auto product = einsum<"ij,ij->ij">(x, row);
  EXPECT_THAT(elements(evaluate(product)), ElementsAre(1, 4, 9, 4, 10, 18));
  const unsigned line = __LINE__ + 1;
  const auto wrong = attempt([&] { return evaluate(product, strict); });
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().kind(), "strict-broadcast");
  EXPECT_EQ(wrong.error().where()->line(), line);
  EXPECT_THAT(elements(evaluate(x * 2, strict)), ElementsAre(2, 4, 6, 8, 10, 12));
}

TEST(Values, AreCombinedInPlace) {
  Tensor<float> y({3}, {1, 2, 3});
  y += w;
  EXPECT_THAT(elements(y), ElementsAre(2, 2, 2));
  y *= 3;
  EXPECT_THAT(elements(y), ElementsAre(6, 6, 6));
  y -= w * 2 + y;
  EXPECT_THAT(elements(y), ElementsAre(-2, 0, 2));
  y /= 2;
  EXPECT_THAT(elements(y), ElementsAre(-1, 0, 1));
}

TEST(Values, OfFunctionsOfNoTensor) {
  EXPECT_THAT(elements(evaluate(sumOfNoTensor)), ElementsAre(1, 1));
  EXPECT_THAT(elements(evaluate(productOfNoTensor)), ElementsAre(0, 0, 0, -1));
}

TEST(Values, AlongRowsOfAxes) {
  EXPECT_THAT(elements(evaluate(sum(x, std::vector<int>{1}))), ElementsAre(6, 15));
  const std::array<unsigned, 2> axes = {0, 1};
  EXPECT_THAT(elements(evaluate(sum(x, axes))), ElementsAre(21));
}

TEST(Values, AreReadFromEveryKindOfOperand) {
  const double columns[] = {1, 4, 2, 5, 3, 6};
  const TensorView<const double> view(columns, {2, 3}, {1, 2});
  EXPECT_THAT(elements(evaluate(view * constant<2>)), ElementsAre(2, 4, 6, 8, 10, 12));
  const Tensor<double> y = view + Tensor<float>({3}, {1, 1, 1});
  EXPECT_THAT(elements(y), ElementsAre(2, 3, 4, 5, 6, 7));
}

auto keptAlone() {
  Tensor<float> temporary({2}, {1, 2});
  return std::move(temporary) * Tensor<float>({2}, {10, 100});
}

TEST(Values, OfTemporariesAreKept) {
  const auto product = keptAlone();
  const auto copy = product;
  auto nested = copy + product * (product + 1);
  EXPECT_THAT(elements(evaluate(product)), ElementsAre(10, 200));
  EXPECT_THAT(elements(evaluate(nested)), ElementsAre(120, 40400));
  {
    const auto other = keptAlone();
    nested = other + other * (other + 1);
  }
  EXPECT_THAT(elements(evaluate(nested)), ElementsAre(120, 40400));

  const auto [i, k] = indices<2>();
  const auto element = keptAlone()(i);
  Tensor<float> y({2});
  y(i) = element * element;
  EXPECT_THAT(elements(y), ElementsAre(100, 40000));
}

TEST(Values, OfOneTensorAreReadOnce) {
  const Kernel kernel = compile(x * sigmoid(x) + w);
  EXPECT_EQ(kernel.inputs().size(), 2u);
  EXPECT_EQ(kernel.text(Stage::Source), "a * sigmoid(a) + b");
  Tensor<float> y({2, 3});
  kernel(x, w, y);
  EXPECT_THAT(elements(y), testing::ElementsAreArray(elements(evaluate(x * sigmoid(x) + w))));
}

TEST(Values, AreComputedByKernelsOfTheirInputs) {
  const Kernel kernel = compile(x * 2.0f + w);
  EXPECT_EQ(kernel.inputs().size(), 3u); // the number is one
  const Tensor<float> y = std::move(kernel.run(x, Tensor<float>({}, {3}), w).front());
  EXPECT_THAT(elements(y), ElementsAre(4, 6, 8, 13, 15, 17));

  const Kernel square = compile(einsum<"ij,ij->i">(x, x));
  EXPECT_EQ(square.inputs().size(), 1u);
  EXPECT_THAT(elements(Tensor<float>(square.run(x).front())), ElementsAre(14, 77));
  EXPECT_EQ(compile(einsum<"ij,j->i">(x, w)).text(Stage::Source), "ij,j->i");

  EXPECT_EQ(tryCompile(x + w)->inputs().size(), 2u);
  const unsigned line = __LINE__ + 1;
  const Expected<Kernel> wrong = tryCompile(x + Tensor<float>({2}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().where()->line(), line);
  Options options;
  options.target = "no machine";
  EXPECT_EQ(tryCompile(x + w, options).error().where()->line(), static_cast<unsigned>(__LINE__));
}

TEST(Values, SayWhereTheyWereWanted) {
  const unsigned line = __LINE__ + 2;
  try {
    evaluate(x + Tensor<float>({2}));
    FAIL();
  } catch (const Error &error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("a + b"));
    EXPECT_EQ(error.kind(), "broadcast-mismatch");
    ASSERT_TRUE(error.where());
    EXPECT_EQ(error.where()->line(), line);
  }
}

TEST(Values, HaveNoPlaceWhereCppTellsNone) {
  Tensor<float> y({2});
  try {
    y += x;
    FAIL();
  } catch (const Error &error) {
    EXPECT_FALSE(error.where());
  }
}

TEST(Values, AreExpectedInsteadOfThrown) {
  const auto good = tryEvaluate(x * w);
  ASSERT_TRUE(good.has_value());
  EXPECT_THAT(elements(*good), ElementsAre(1, 0, -3, 4, 0, -6));
  const auto bad = tryEvaluate(x * Tensor<float>({2}));
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().kind(), "broadcast-mismatch");
  Tensor<float> y({2});
  EXPECT_TRUE(tryAssign(y, sum(x, 1)).has_value());
  EXPECT_THAT(elements(y), ElementsAre(6, 15));
  EXPECT_FALSE(tryAssign(y, sum(x, 0)).has_value());
}

TEST(EinsumLiteral, HasNoPlaceWhereCppTellsNone) {
  const auto result = tryEinsum<"ij,j->i">(x, Tensor<float>({2}));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), "size-mismatch");
  EXPECT_FALSE(result.error().where());
}

TEST(EinsumLiteral, IsAnExpression) {
  const Tensor<float> y = einsum<"ij,j->i">(x, w);
  EXPECT_THAT(elements(y), ElementsAre(-2, -2));
  const Tensor<float> z = einsum<"ij,j->i">(x + 1, w) * 2 + y;
  EXPECT_THAT(elements(z), ElementsAre(-6, -6));
  const auto kept = einsum<"i,i->">(Tensor<float>({2}, {3, 4}), Tensor<float>({2}, {3, 4}));
  EXPECT_THAT(elements(evaluate(sqrt(kept))), ElementsAre(5));
}

TEST(EinsumLiteral, GoesIntoMemory) {
  Tensor<float> y({2});
  einsum<"ij,j->i">(x, w, y);
  EXPECT_THAT(elements(y), ElementsAre(-2, -2));
  einsum<"ij,j->i">(x, w, into(y, 2, 1));
  EXPECT_THAT(elements(y), ElementsAre(-6, -6));
  einsum<"ij,j->i">(x * 2, w, y);
  EXPECT_THAT(elements(y), ElementsAre(-4, -4));
  const AnyTensor any = x.any();
  const Tensor<float> z = einsum<"ij,j->i">(any, w);
  EXPECT_THAT(elements(z), ElementsAre(-2, -2));
}

TEST(Notation, SaysWhatElementsAre) {
  const Tensor<float, 3> cube({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor<float, 2> weights({2, 2}, {1, 0, 0, 1});
  Tensor<float> y({2, 2});
  const auto [b, c, e] = indices<3>();
  y(b, e) = cube(b, c, e) * weights(b, c);
  EXPECT_THAT(elements(y), ElementsAre(1, 2, 7, 8));
  y(b, e) += 0.5f * cube(b, 0, e);
  EXPECT_THAT(elements(y), ElementsAre(1.5, 3, 9.5, 11));
  y(b, e) *= weights(b, e);
  EXPECT_THAT(elements(y), ElementsAre(1.5, 0, 0, 11));
  y(b, e) -= weights(b, e);
  EXPECT_THAT(elements(y), ElementsAre(0.5, 0, 0, 10));
  y(b, e).max(weights(b, e));
  EXPECT_THAT(elements(y), ElementsAre(1, 0, 0, 10));
  y(b, e).min(cube(b, c, e));
  EXPECT_THAT(elements(y), ElementsAre(1, 0, 0, 6));
  y(0, e) = y(1, e);
  EXPECT_THAT(elements(y), ElementsAre(0, 6, 0, 6));
  y(b, e) = y(e, b); // in place
  EXPECT_THAT(elements(y), ElementsAre(0, 0, 6, 6));
  y(b, e) = 7;
  EXPECT_THAT(elements(y), ElementsAre(7, 7, 7, 7));
  EXPECT_EQ(y(1, 0), 7); // an element of C++'s
}

TEST(Notation, TakesNumbersInTheElementsType) {
  const auto [i] = indices<1>();
  Tensor<float> y({2}, {10, 20});
  y(i) -= 1u; // whose own negative is 4294967295
  EXPECT_THAT(elements(y), ElementsAre(9, 19));
  y(i) -= constant<2>;
  EXPECT_THAT(elements(y), ElementsAre(7, 17));
  y(i) += constant<2u>;
  EXPECT_THAT(elements(y), ElementsAre(9, 19));
  y(i) = constant<0.5>;
  EXPECT_THAT(elements(y), ElementsAre(0.5, 0.5));
  Tensor<std::int64_t> n({2}, {5, 6});
  n(i) -= 7u;
  EXPECT_THAT(elements(n), ElementsAre(-2, -1));
  n(i) -= i;
  EXPECT_THAT(elements(n), ElementsAre(-2, -2));
  Tensor<std::uint8_t> bytes({2}, {5, 6});
  bytes(i) -= std::uint8_t{2};
  EXPECT_THAT(elements(bytes), ElementsAre(3, 4));
}

TEST(Notation, AssignsToViewsAndScalars) {
  float memory[6] = {1, 2, 3, 4, 5, 6};
  const TensorView<float, 2> transposed(memory, {3, 2}, {1, 3});
  constexpr auto row = named<"row">;
  constexpr auto column = named<"column">;
  transposed(row, column) = x(column, row) * 10;
  EXPECT_THAT(memory, ElementsAre(10, 20, 30, 40, 50, 60));
  Tensor<float, 0> trace({});
  element(trace) = transposed(row, 0) * w(row);
  EXPECT_EQ(trace(), -20);
}

TEST(Notation, HasPositionsThatAreSums) {
  const Tensor<float> taps({2}, {1, 10}), signal({4}, {1, 2, 3, 4});
  const auto [i, k] = indices<2>();
  const std::int64_t n = 3;
  Tensor<float> y({3});
  y(i) = signal(i + k) * taps(k);
  EXPECT_THAT(elements(y), ElementsAre(21, 32, 43));
  y(i) = signal(n - 1 - i);
  EXPECT_THAT(elements(y), ElementsAre(3, 2, 1));
  Tensor<std::int64_t> positions({3});
  positions(i) = 2 * i + 1;
  EXPECT_THAT(elements(positions), ElementsAre(1, 3, 5));
}

TEST(Notation, FoldsOverIndices) {
  const Tensor<float> a({2, 2}, {1, 5, 4, 3});
  const auto [i, k] = indices<2>();
  Tensor<float> y({2});
  y(i) = max(k)(a(i, k)) - min(k)(a(i, k));
  EXPECT_THAT(elements(y), ElementsAre(4, 1));
}

} // namespace
