// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls that found their kernel before allocate nothing.
#include "Driver/Allocations.h"
#include <einjit/einjit.h>
#include <gtest/gtest.h>

namespace einjit {
namespace {

using test::allocations;

/// The allocations of the second of two calls.
template <class Call> std::size_t allocationsOf(Call call) {
  call();
  const std::size_t before = allocations;
  call();
  return allocations - before;
}

class Allocation : public testing::Test {
protected:
  const Tensor<float> a_{{4, 4}}, b_{{4, 4}};
  Tensor<float> c_{{4, 4}}, large_{{64, 64}};
};

TEST_F(Allocation, IsCounted) {
  EXPECT_GT(allocationsOf([&] { Tensor<float> fresh = einsum("ij,jk->ik", a_, b_); }), 0U);
}

TEST_F(Allocation, OfAPreparedKernel) {
  const Kernel kernel = compile("ij,jk->ik", {a_.type(), b_.type()});
  EXPECT_EQ(allocationsOf([&] { kernel(a_, b_, c_); }), 0U);
}

TEST_F(Allocation, OfAKernelWithTemporaries) {
  Options options;
  options.results = {"y"};
  const Kernel kernel = compileProgram("p = x @ x; y = p @ p + p.T", {{"x", large_.type(), {}}}, options);
  ASSERT_GT(kernel.cost().scratchBytes, 0);
  Tensor<float> out({64, 64});
  EXPECT_EQ(allocationsOf([&] { kernel(large_, out); }), 0U);
}

TEST_F(Allocation, OfAnOutputThatIsAnOperand) {
  const Kernel kernel = compile("ij->ji", {large_.type()});
  EXPECT_EQ(allocationsOf([&] { kernel(large_, large_); }), 0U);
}

TEST_F(Allocation, OfAnEinsumString) {
  EXPECT_EQ(allocationsOf([&] { einsum("ij,jk->ik", a_, b_, c_); }), 0U);
  EXPECT_EQ(allocationsOf([&] { einsum("ij,jk->ik", a_, b_, into(c_)); }), 0U);
  EXPECT_EQ(allocationsOf([&] { einsum("ij,jk->ik", a_, b_, into(c_, 2, 0.5)); }), 0U);
}

TEST_F(Allocation, OfViews) {
  EXPECT_EQ(allocationsOf([&] {
              const TensorView<const float> x(a_.data(), {4, 4}, {1, 4});
              einsum("ij,jk->ik", x, b_, c_.view());
            }),
            0U);
}

TEST_F(Allocation, OfAProgramInCode) {
  static const detail::Program program{
      [](std::span<const std::int64_t> parameters) { return detail::writeEinsum("ij,jk->ik", parameters); }};
  EXPECT_EQ(allocationsOf([&] {
              const ConstTensorRef inputs[] = {a_, b_};
              detail::evaluateInto(program, {}, inputs, c_, std::source_location::current());
            }),
            0U);
}

} // namespace
} // namespace einjit
