// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrices of Eigen's as operands and as memory for results.
#include <einjit/Eigen.h>
#include <einjit/einjit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using einjit::asView;
using einjit::einsum;
using einjit::into;
using einjit::TensorLike;
using einjit::TensorView;
using einjit::ViewOf;
using einjit::WritableTensor;
using testing::ElementsAre;

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

static_assert(std::same_as<ViewOf<Eigen::MatrixXf &>, TensorView<float, 2>>);
static_assert(std::same_as<ViewOf<const Eigen::MatrixXf &>, TensorView<const float, 2>>);
static_assert(std::same_as<ViewOf<Eigen::VectorXd &>, TensorView<double, 1>>);
static_assert(std::same_as<ViewOf<const Eigen::RowVector3cf &>, TensorView<const std::complex<float>, 1>>);
static_assert(std::same_as<ViewOf<Eigen::ArrayXXi &>, TensorView<int, 2>>);
static_assert(std::same_as<ViewOf<Eigen::Map<const Eigen::Matrix2d>>, TensorView<const double, 2>>);
static_assert(std::same_as<ViewOf<Eigen::Map<Eigen::Matrix2d> &>, TensorView<double, 2>>);
static_assert(std::same_as<ViewOf<Eigen::Ref<Eigen::MatrixXf> &>, TensorView<float, 2>>);
static_assert(std::same_as<ViewOf<Eigen::Ref<const Eigen::MatrixXf> &>, TensorView<const float, 2>>);
static_assert(std::same_as<ViewOf<Eigen::Block<Eigen::MatrixXf>>, TensorView<float, 2>>);
static_assert(std::same_as<ViewOf<Eigen::Block<const Eigen::MatrixXf>>, TensorView<const float, 2>>);
static_assert(std::same_as<ViewOf<decltype(std::declval<Eigen::MatrixXf &>().col(0))>, TensorView<float, 1>>);
static_assert(std::same_as<ViewOf<decltype(std::declval<Eigen::MatrixXf &>().transpose())>, TensorView<float, 2>>);

static_assert(WritableTensor<Eigen::MatrixXf &> && !WritableTensor<const Eigen::MatrixXf &>);
static_assert(WritableTensor<Eigen::Block<Eigen::MatrixXf>> && !WritableTensor<Eigen::Block<const Eigen::MatrixXf>>);

// What has yet to be computed has no memory.
static_assert(!TensorLike<decltype(std::declval<Eigen::MatrixXf &>() + std::declval<Eigen::MatrixXf &>())>);
static_assert(!TensorLike<decltype(std::declval<Eigen::MatrixXf &>() * std::declval<Eigen::MatrixXf &>())>);
static_assert(!TensorLike<decltype(Eigen::MatrixXf::Zero(2, 2))>);
// Nor are these elements of tensors.
static_assert(!TensorLike<Eigen::Matrix<short, 2, 2>>);

Eigen::MatrixXf counted() {
  Eigen::MatrixXf matrix(2, 3);
  matrix << 1, 2, 3, 4, 5, 6;
  return matrix;
}

TEST(EigenAdapter, SaysExtentsAndStrides) {
  const Eigen::MatrixXf columns = counted();
  const RowMajor rows = counted();
  EXPECT_THAT(asView(columns).shape(), ElementsAre(2, 3));
  EXPECT_THAT(asView(columns).strides(), ElementsAre(1, 2));
  EXPECT_THAT(asView(rows).strides(), ElementsAre(3, 1));
  EXPECT_THAT(asView(columns.transpose()).strides(), ElementsAre(2, 1));
  EXPECT_THAT(asView(columns.block(1, 1, 1, 2)).shape(), ElementsAre(1, 2));
  EXPECT_EQ(asView(columns.block(1, 1, 1, 2)).data(), columns.data() + 3);
  EXPECT_THAT(asView(columns.row(1)).shape(), ElementsAre(3));
  EXPECT_THAT(asView(columns.row(1)).strides(), ElementsAre(2));

  using Strides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  const Eigen::Map<const Eigen::MatrixXf, 0, Strides> spread(columns.data(), 1, 2, Strides(4, 2));
  EXPECT_THAT(asView(spread).strides(), ElementsAre(2, 4));
}

TEST(EigenAdapter, AgreesWithEigen) {
  const Eigen::MatrixXf a = counted();
  const RowMajor b = 2 * counted();
  const Eigen::VectorXf v = Eigen::VectorXf::LinSpaced(3, -1, 1);
  Eigen::MatrixXf product(2, 2);
  einsum("ij,kj->ik", a, b, product);
  EXPECT_EQ(product, a * b.transpose());
  einsum("ij,kj->ik", a, b, into(product, 1, -1));
  EXPECT_EQ(product, Eigen::MatrixXf::Zero(2, 2));

  RowMajor rows(3, 2);
  einsum("ij->ji", a, rows);
  EXPECT_EQ(rows, a.transpose());

  Eigen::Vector2f sums;
  einsum("ij,j->i", a, v, sums);
  EXPECT_EQ(sums, a * v);
  einjit::compile("ij,j->i", {asView(a).type(), asView(v).type()})(a, v, sums);
  EXPECT_EQ(sums, a * v);
}

TEST(EigenAdapter, WritesBlocks) {
  const Eigen::MatrixXf a = counted();
  Eigen::MatrixXf large = Eigen::MatrixXf::Constant(4, 4, -1);
  einsum("ij->ij", a, large.block(1, 1, 2, 3));
  EXPECT_EQ(large.block(1, 1, 2, 3), a);
  EXPECT_EQ(large.sum(), a.sum() - 10);
  einsum("ij->j", a, large.row(3).tail(3));
  EXPECT_EQ(large.row(3).tail(3), a.colwise().sum());
  Eigen::Ref<Eigen::MatrixXf> upper = large.topLeftCorner(3, 2);
  einsum("ij->ji", a, upper);
  EXPECT_EQ(large.topLeftCorner(3, 2), a.transpose());
}

} // namespace
