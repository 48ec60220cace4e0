// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum strings into memory that is there: where the result goes, how it is scaled, and what does not fit.
#include "Driver/Caught.h"
#include <cmath>
#include <einjit/einjit.h>
#include <gmock/gmock.h>
#include <limits>
#include <numeric>

namespace einjit {
namespace {

using test::kindOf;
using testing::ElementsAre;
using testing::ElementsAreArray;

template <class T> Tensor<T> counted(std::vector<std::int64_t> shape) {
  Tensor<T> tensor(std::move(shape));
  std::iota(tensor.begin(), tensor.end(), T(1));
  return tensor;
}
template <class T> std::vector<T> elements(const Tensor<T> &tensor) { return {tensor.begin(), tensor.end()}; }

class EinsumInto : public testing::Test {
protected:
  const Tensor<float> a_{{2, 3}, {1, 2, 3, 4, 5, 6}}, b_{{3, 2}, {1, 0, 0, 1, 1, 1}}; // a @ b = 4 5 10 11
  Tensor<float> c_{{2, 2}, {1, 2, 3, 4}};
};

TEST_F(EinsumInto, TheLastArgument) {
  EXPECT_EQ(einsum("ij,jk->ik", a_, b_, c_).size(), 0);
  EXPECT_THAT(elements(c_), ElementsAre(4, 5, 10, 11));
}

TEST_F(EinsumInto, AnyLayout) {
  Tensor<float> memory({9});
  einsum("ij,jk->ik", a_, b_, TensorView<float>(memory.data() + 8, {2, 2}, {-1, -4}));
  EXPECT_THAT(elements(memory), ElementsAre(0, 0, 0, 11, 5, 0, 0, 10, 4));
}

TEST_F(EinsumInto, Scaled) {
  einsum("ij,jk->ik", a_, b_, into(c_, 2));
  EXPECT_THAT(elements(c_), ElementsAre(8, 10, 20, 22));
  einsum("ij,jk->ik", a_, b_, into(c_, 1, 1));
  EXPECT_THAT(elements(c_), ElementsAre(12, 15, 30, 33));
  einsum("ij,jk->ik", a_, b_, into(c_, -1, 0.5));
  EXPECT_THAT(elements(c_), ElementsAre(2, 2.5, 5, 5.5));
  einsum("ij,jk->ik", a_, b_, into(c_, 3, -2)); // other factors, the same kernel
  EXPECT_THAT(elements(c_), ElementsAre(8, 10, 20, 22));
}

TEST_F(EinsumInto, ABetaOfZeroReadsNothing) {
  c_(0, 0) = std::numeric_limits<float>::quiet_NaN();
  einsum("ij,jk->ik", a_, b_, into(c_, 1, 0));
  EXPECT_THAT(elements(c_), ElementsAre(4, 5, 10, 11));
}

TEST_F(EinsumInto, AnOperandsOwnMemory) {
  Tensor<float> x = counted<float>({17, 17});
  const Tensor<float> expected = einsum("ij,jk->ki", x, x);
  einsum("ij,jk->ki", x, x, x);
  EXPECT_THAT(elements(x), ElementsAreArray(elements(expected)));
}

TEST_F(EinsumInto, PartOfAnOperandsMemory) {
  Tensor<float> memory = counted<float>({7}), copy = memory;
  einsum("i->i", TensorView<float>(memory.data(), {6}), into(TensorView<float>(memory.data() + 1, {6}), 2, 10));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(memory(i + 1), 2 * copy(i) + 10 * copy(i + 1)) << i;
}

TEST_F(EinsumInto, KeepsTheViewThatItIsGiven) {
  const auto scaled = into(TensorView<float>(c_.data(), {2, 2}, {1, 2}), 2); // a temporary
  einsum("ij,jk->ik", a_, b_, scaled);
  EXPECT_THAT(elements(c_), ElementsAre(8, 20, 10, 22));
  einsum<"ij,jk->ik">(a_, b_, scaled);
  EXPECT_THAT(elements(c_), ElementsAre(8, 20, 10, 22));
}

TEST_F(EinsumInto, ElementsOfEveryType) {
  Tensor<std::int32_t> n({2}, {5, 6});
  einsum("ij->i", Tensor<std::int32_t>({2, 2}, {1, 2, 3, 4}), into(n, 2, -1));
  EXPECT_THAT(elements(n), ElementsAre(1, 8));
  using C = std::complex<double>;
  Tensor<C> z({1}, {C(0, 1)});
  einsum("i,i->i", Tensor<C>({1}, {C(1, 1)}), Tensor<C>({1}, {C(2, 0)}), into(z, C(0, 1), C(3, 1)));
  EXPECT_THAT(elements(z), ElementsAre(C(0, 1) * C(2, 2) + C(3, 1) * C(0, 1)));
  Tensor<Half> h({1}, {Half(2)});
  einsum("i->", Tensor<Half>({3}, {Half(1), Half(2), Half(3)}), into(TensorView<Half>(h.data(), {}), 0.5, 2));
  EXPECT_EQ(float(h(0)), 7);
}

TEST_F(EinsumInto, RefusesWhatDoesNotFit) {
  Tensor<double> wide({2, 2});
  Tensor<float> small({2});
  const Tensor<float> fixed({2, 2});
  for (int twice = 0; twice < 2; ++twice) { // what was refused once is not found the second time
    EXPECT_EQ(kindOf([&] { einsum("ij,jk->ik", a_, b_, wide); }), "argument-mismatch");
    EXPECT_EQ(kindOf([&] { einsum("ij,jk->ik", a_, b_, small); }), "argument-mismatch");
    EXPECT_EQ(kindOf([&] { einsum("ij,jk->ik", a_, b_, into(small, 2, 1)); }), "argument-mismatch");
    EXPECT_EQ(kindOf([&] { einsum("ij,jk->ik", a_, b_, TensorView<float>(nullptr, {2, 2})); }), "argument-mismatch");
    EXPECT_EQ(kindOf([&] { einsum("ij,jk->ik", a_, TensorView<float>(nullptr, {3, 2})); }), "argument-mismatch");
    EXPECT_EQ(kindOf([&] { einsum("ij,jk->ik", a_, b_, TensorView<float>(c_.data(), {2, 2}, {0, 1})); }),
              "argument-mismatch");
    EXPECT_EQ(kindOf([&] { einsum("ij,jk->ik", a_, b_, fixed); }), "argument-mismatch");
    EXPECT_EQ(kindOf([&] { einsum("ij,jk->ik", a_, b_, c_, c_); }), "operand-count");
    EXPECT_EQ(kindOf([&] { einsum("ij,jk-ik", a_, b_, into(c_, 2)); }), "einsum-syntax");
  }
  EXPECT_THAT(elements(c_), ElementsAre(1, 2, 3, 4));
}

// `alpha * einsum(…) + out` would promote and broadcast; `into` does neither.
TEST_F(EinsumInto, ScaledTakesTheTypeOfTheResultAlone) {
  Tensor<double> wide({2, 2}), wider({2, 3});
  Tensor<float> rows({2, 3}, {10, 10, 10, 20, 20, 20}), sums({3}, {1, 1, 1});
  const auto refuses = [](const auto &call, const char *message) {
    const Expected<void> outcome = attempt(call);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind(), "argument-mismatch");
    EXPECT_THAT(outcome.error().what(), testing::HasSubstr(message));
  };
  for (int twice = 0; twice < 2; ++twice) {
    for (const double beta : {0.0, 1.0, 3.0}) {
      refuses([&] { einsum("ij->j", a_, into(rows, 2, beta)); },
              "output 0 is f32[2,3], but the kernel was compiled for f32[3]");
      refuses([&] { einsum("ij,jk->ik", a_, b_, into(wide, 2, beta)); },
              "output 0 is f64[2,2], but the kernel was compiled for f32[2,2]");
      refuses([&] { einsum("ij->ij", a_, into(wider, 2, beta)); }, "output 0 is f64[2,3]");
      refuses([&] { einsum("ij->", a_, into(sums, 2, beta)); }, "output 0 is f32[3]");
    }
    einsum("ij->j", a_, into(sums, 2, 1)); // what fits is not kept from it
  }
  EXPECT_THAT(elements(rows), ElementsAre(10, 10, 10, 20, 20, 20));
  EXPECT_THAT(elements(sums), ElementsAre(21, 29, 37));
}

TEST_F(EinsumInto, ErrorsOfAScaledStringAreTheString) {
  const auto messageOf = [](const auto &call) { return std::string(attempt(call).error().what()); };
  const std::string plain = messageOf([&] { einsum("ij,jk->ik", a_, a_, c_); });
  EXPECT_EQ(messageOf([&] { einsum("ij,jk->ik", a_, a_, into(c_, 2, 1)); }), plain);
  EXPECT_EQ(messageOf([&] { einsum("ij,jk-ik", a_, a_, into(c_, 2, 1)); }),
            messageOf([&] { einsum("ij,jk-ik", a_, a_, c_); }));
}

TEST_F(EinsumInto, AConstTensorAfterAnotherOfItsLayout) {
  const Tensor<float> fixed({2, 2});
  einsum("ij,jk->ik", a_, b_, c_);
  EXPECT_EQ(kindOf([&] { einsum("ij,jk->ik", a_, b_, fixed); }), "argument-mismatch");
}

TEST_F(EinsumInto, FactorsMustHaveTheOutputsType) {
  Tensor<std::int32_t> n({2}, {5, 6});
  const Tensor<std::int32_t> x({2}, {1, 2});
  EXPECT_EQ(kindOf([&] { einsum("i->i", x, into(n, 0.5)); }), "argument-mismatch");
  EXPECT_EQ(kindOf([&] { einsum("ij,jk->ik", a_, b_, into(c_, {0, 1})); }), "argument-mismatch");
  EXPECT_EQ(kindOf([&] { einsum("ij,jk->ik", a_, b_, into(c_, 1, {0, 1})); }), "argument-mismatch");
}

template <class T> std::string kindOfFactor(std::complex<double> alpha) {
  const Tensor<T> x({2}, {T(1), T(1)});
  Tensor<T> y({2});
  return kindOf([&] { einsum("i->i", x, into(y, alpha, 0)); });
}

// A factor is rounded, never cut off.
TEST_F(EinsumInto, FactorsMustBeInTheOutputsRange) {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const double end = std::ldexp(1, 63);
  for (const double factor : {128.0, -129.0, 0.5, 1e10, infinity, -infinity, nan})
    EXPECT_EQ(kindOfFactor<std::int8_t>(factor), "argument-mismatch") << factor;
  for (const double factor : {-1.0, 256.0, 300.0})
    EXPECT_EQ(kindOfFactor<std::uint8_t>(factor), "argument-mismatch") << factor;
  for (const double factor : {2147483648.0, -2147483649.0, 1e10})
    EXPECT_EQ(kindOfFactor<std::int32_t>(factor), "argument-mismatch") << factor;
  for (const double factor : {end, -end * 2, infinity, nan})
    EXPECT_EQ(kindOfFactor<std::int64_t>(factor), "argument-mismatch") << factor;
  for (const double factor : {-128.0, 127.0}) EXPECT_EQ(kindOfFactor<std::int8_t>(factor), "nothing") << factor;
  for (const double factor : {2.0, 255.0}) EXPECT_EQ(kindOfFactor<std::uint8_t>(factor), "nothing") << factor;
  EXPECT_EQ(kindOfFactor<std::int32_t>(-2147483648.0), "nothing");
  EXPECT_EQ(kindOfFactor<std::int64_t>(-end), "nothing");
  EXPECT_EQ(kindOfFactor<float>(infinity), "nothing");
  EXPECT_EQ(kindOfFactor<Half>(0.1), "nothing");
  EXPECT_EQ(kindOfFactor<std::complex<float>>({0.1, infinity}), "nothing");

  Tensor<std::int64_t> n({1}, {1});
  einsum("i->i", Tensor<std::int64_t>({1}, {1}), into(n, -end, 0));
  EXPECT_EQ(n(0), INT64_MIN);
}

TEST_F(EinsumInto, GivesErrorsAsValues) {
  const Expected<AnyTensor> product = tryEinsum("ij,jk->ik", a_, b_);
  ASSERT_TRUE(product);
  EXPECT_THAT(elements(Tensor<float>(*product)), ElementsAre(4, 5, 10, 11));
  const int line = __LINE__ + 1;
  const Expected<AnyTensor> wrong = tryEinsum("ij,jk->ik", a_, a_);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind(), "size-mismatch");
  EXPECT_EQ(wrong.error().where()->line(), line);

  EXPECT_TRUE(tryEinsum("ij,jk->ik", a_, b_, into(c_, 2)));
  EXPECT_THAT(elements(c_), ElementsAre(8, 10, 20, 22));
  EXPECT_EQ(tryEinsum("ij,jk->ik", a_, b_, into(c_, {0, 1})).error().kind(), "argument-mismatch");

  EXPECT_TRUE((tryEinsum<"ij,jk->ik">(a_, b_, c_)));
  EXPECT_THAT(elements(c_), ElementsAre(4, 5, 10, 11));
  EXPECT_THAT(elements(Tensor<float>(*tryEinsum<"ij,jk->ik">(a_, b_))), ElementsAre(4, 5, 10, 11));
  EXPECT_EQ((tryEinsum<"ij,jk->ik">(a_, a_).error().kind()), "size-mismatch");
}

TEST_F(EinsumInto, KernelsGiveErrorsAsValues) {
  const Kernel kernel = compile("ij->ji", {a_.type()});
  const ConstTensorRef right[] = {a_}, wrong[] = {b_};
  const TensorRef output[] = {c_};
  EXPECT_TRUE(kernel.tryRun(right));
  EXPECT_EQ(kernel.tryRun(wrong).error().kind(), "argument-mismatch");
  EXPECT_EQ(kernel.tryRun(right, output).error().kind(), "argument-mismatch");
  EXPECT_EQ(attempt([&] { kernel(b_, c_); }).error().kind(), "argument-mismatch");
  EXPECT_EQ(kernel.tryText(Stage::Source).value(), "ij->ji");
  EXPECT_EQ(kernel.trySave("no-object-file").error().category(), ErrorCategory::Usage);
}

TEST(Einsum, OfMoreOperandsThanACallHasRoomFor) {
  const Tensor<double> two({4, 4}, std::vector<double>(16, 2));
  std::vector<ConstTensorRef> operands(20, two);
  std::string string(operands.size() * 2, 'a');
  for (std::size_t i = 0; i < operands.size(); ++i) string[2 * i + 1] = i + 1 < operands.size() ? ',' : '-';
  const Tensor<double> row({4}, {2, 2, 2, 2});
  operands.assign(20, row);
  const Tensor<double> product = einsum(string + ">a", operands, Options());
  EXPECT_THAT(elements(product), testing::Each(std::pow(2.0, 20)));
  const auto all = [&](auto &...tensors) { return einsum(string + ">a", tensors...); };
  Tensor<double> out({4});
  all(row, row, row, row, row, row, row, row, row, row, row, row, row, row, row, row, row, row, row, row, out);
  EXPECT_THAT(elements(out), testing::Each(std::pow(2.0, 20)));
}

TEST(Einsum, OfMoreAxesThanAKeyHasWordsFor) {
  const std::vector<std::int64_t> ones(26, 1);
  const Tensor<float> x(ones, {3});
  const std::string term = "abcdefghijklmnopqrstuvwxyz";
  const Tensor<float> y = einsum(term + "," + term + "," + term + "," + term + "," + term + "->", x, x, x, x, x);
  EXPECT_THAT(elements(y), ElementsAre(243));
}

// Calls that find their kernel again.

TEST(CallCache, TellsLayoutsApart) {
  const Tensor<float> x = counted<float>({3, 2});
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_THAT(elements(Tensor<float>(einsum("ij->ji", x))), ElementsAre(1, 3, 5, 2, 4, 6));
    EXPECT_THAT(elements(Tensor<float>(einsum("ij->ji", TensorView<const float>(x.data(), {2, 3})))),
                ElementsAre(1, 4, 2, 5, 3, 6));
    EXPECT_THAT(elements(Tensor<float>(einsum("ij->ji", TensorView<const float>(x.data(), {2, 3}, {1, 2})))),
                ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(elements(Tensor<float>(einsum("ij->ij", x))), ElementsAre(1, 2, 3, 4, 5, 6));
  }
}

TEST(CallCache, KeepsMoreCallsRightThanItHasRoomFor) {
  for (int twice = 0; twice < 2; ++twice)
    for (std::int64_t n = 1; n <= 300; ++n)
      EXPECT_THAT(elements(Tensor<float>(einsum("i->", counted<float>({n})))),
                  ElementsAre(static_cast<float>(n * (n + 1) / 2)));
}

TEST(CallCache, FollowsTheDefaultOptions) {
  const Options before = defaultOptions();
  const Tensor<float> one({1}, {1}), three({3}, {1, 2, 3});
  EXPECT_THAT(elements(Tensor<float>(einsum("i,i->i", one, three))), ElementsAre(1, 2, 3));
  Options strict = before;
  strict.strict = true;
  setDefaultOptions(strict);
  EXPECT_EQ(kindOf([&] { einsum("i,i->i", one, three); }), "strict-broadcast");
  setDefaultOptions(before);
  EXPECT_THAT(elements(Tensor<float>(einsum("i,i->i", one, three))), ElementsAre(1, 2, 3));
}

// As another thread may do it: the kernel that was compiled meanwhile is of the options that no longer hold.
TEST(CallCache, FollowsDefaultOptionsThatAreSetWhileItCompiles) {
  static const detail::Program program{[](std::span<const std::int64_t>) {
    Options strict = defaultOptions();
    strict.strict = true;
    setDefaultOptions(strict);
    return detail::writeEinsum("i,i->i", {});
  }};
  const Options before = defaultOptions();
  const Tensor<float> one({1}), three({3});
  const ConstTensorRef inputs[] = {one, three};
  const auto kind = [&] {
    return kindOf([&] { detail::evaluate(program, {}, inputs, std::source_location::current()); });
  };
  EXPECT_EQ(kind(), "nothing");
  EXPECT_EQ(kind(), "strict-broadcast");
  setDefaultOptions(before);
}

} // namespace
} // namespace einjit
