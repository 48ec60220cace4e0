// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types that are not einjit's, where tensors are wanted.
#include <einjit/EinsumLiteral.h>
#include <einjit/einjit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

namespace einjit {
namespace {

using testing::ElementsAre;
using Indices = std::vector<std::int64_t>;

Indices shapeOf(const auto &view) { return {view.shape().begin(), view.shape().end()}; }
Indices stridesOf(const auto &view) { return {view.strides().begin(), view.strides().end()}; }
template <class T> std::vector<T> elements(const Tensor<T> &tensor) { return {tensor.begin(), tensor.end()}; }

/// What users see of a std::mdspan of rank 2 with strides, no more.
template <class Element> class Matrix {
public:
  using element_type = Element;
  using reference = Element &;
  using Numbers = std::array<int, 2>;

  Matrix(Element *data, Numbers extents, Numbers strides) : data_(data), extents_(extents), strides_(strides) {}
  Element *data_handle() const { return data_; }
  static constexpr std::size_t rank() { return 2; }
  static constexpr bool is_always_strided() { return true; }
  int extent(std::size_t axis) const { return extents_[axis]; }
  int stride(std::size_t axis) const { return strides_[axis]; }

private:
  Element *data_;
  Numbers extents_, strides_;
};

/// One whose rank is known at run time only.
struct Anything {
  using element_type = const float;
  const float *data;
  std::size_t axes;
  const float *data_handle() const { return data; }
  std::size_t rank() const { return axes; }
  std::size_t extent(std::size_t) const { return 2; }
  std::size_t stride(std::size_t axis) const { return axis == 0 ? 1 : 2; }
};

/// What comes between elements and memory, as accessors of std::mdspan may.
struct Negated : Matrix<float> {
  using reference = float;
};
/// Elements without strides.
struct Tiled : Matrix<float> {
  static constexpr bool is_always_strided() { return false; }
};
/// Elements that are no elements of tensors.
struct Letter {};

/// A type with an adapter of its own.
struct Pixel {
  float red, green, blue;
};

} // namespace

template <> struct TensorAdapter<Pixel> {
  template <class Self> static auto view(Self &pixel) {
    return TensorView<std::remove_reference_t<decltype((pixel.red))>, 1>(&pixel.red, {3});
  }
};

namespace {

// What is accepted, and as what.

static_assert(std::same_as<ViewOf<Tensor<float, 2> &>, TensorView<float, 2>>);
static_assert(std::same_as<ViewOf<const Tensor<float> &>, TensorView<const float>>);
static_assert(std::same_as<ViewOf<TensorView<float, 1>>, TensorView<float, 1>>);
static_assert(std::same_as<ViewOf<std::span<double>>, TensorView<double, 1>>);
static_assert(std::same_as<ViewOf<const std::span<const double, 3> &>, TensorView<const double, 1>>);
static_assert(std::same_as<ViewOf<std::vector<Half> &>, TensorView<Half, 1>>);
static_assert(std::same_as<ViewOf<const std::vector<Half> &>, TensorView<const Half, 1>>);
static_assert(std::same_as<ViewOf<std::array<bool, 4> &>, TensorView<bool, 1>>);
static_assert(std::same_as<ViewOf<const std::array<bool, 4> &>, TensorView<const bool, 1>>);
static_assert(std::same_as<ViewOf<int (&)[3][4]>, TensorView<int, 2>>);
static_assert(std::same_as<ViewOf<const int (&)[3]>, TensorView<const int, 1>>);
static_assert(std::same_as<ViewOf<Matrix<const float>>, TensorView<const float, 2>>);
static_assert(std::same_as<ViewOf<Anything>, TensorView<const float>>);
static_assert(std::same_as<ViewOf<const Pixel &>, TensorView<const float, 1>>);

static_assert(TensorLike<AnyTensor> && !Viewable<AnyTensor>); // its element type is known at run time only
static_assert(TensorLike<ConstTensorRef> && TensorLike<TensorRef>);

static_assert(!TensorLike<std::vector<bool>>); // bits
static_assert(!TensorLike<std::vector<Letter>> && !TensorLike<std::span<char>> && !TensorLike<std::array<short, 2>>);
static_assert(!TensorLike<const char (&)[4]> && !TensorLike<std::string>);
static_assert(!TensorLike<Matrix<Letter>> && !TensorLike<Negated> && !TensorLike<Tiled>);
static_assert(!TensorLike<float> && !TensorLike<Options>);

static_assert(WritableTensor<std::vector<float> &> && !WritableTensor<const std::vector<float> &>);
static_assert(WritableTensor<std::span<float>> && !WritableTensor<std::span<const float>>);
static_assert(WritableTensor<Matrix<float>> && WritableTensor<const Matrix<float> &>); // as constness of views goes
static_assert(!WritableTensor<Matrix<const float>>);
static_assert(WritableTensor<Pixel &> && !WritableTensor<const Pixel &>);

// Literals know element types and ranks.
static_assert(EinsumLiteral<"ij,j->i">::fits<Matrix<const float>, std::vector<float>>);
static_assert(!EinsumLiteral<"ij,j->i">::fits<std::vector<float>, std::vector<float>>);
static_assert(EinsumLiteral<"i,i->i">::resultDType<std::span<const double>, int[2]> == DType::F64);

TEST(Adapters, SayExtentsAndStrides) {
  float memory[2][3] = {};
  EXPECT_EQ(shapeOf(asView(memory)), (Indices{2, 3}));
  EXPECT_EQ(stridesOf(asView(memory)), (Indices{3, 1}));
  EXPECT_EQ(asView(memory).data(), &memory[0][0]);

  const auto columns = asView(Matrix<const float>(memory[0] + 4, {3, 2}, {-1, 3}));
  EXPECT_EQ(shapeOf(columns), (Indices{3, 2}));
  EXPECT_EQ(stridesOf(columns), (Indices{-1, 3}));
  EXPECT_EQ(columns.data(), memory[0] + 4);

  EXPECT_EQ(shapeOf(asView(std::vector<float>(5))), (Indices{5}));
  EXPECT_EQ(shapeOf(asView(std::span<float>())), (Indices{0}));
}

TEST(Adapters, RanksAtRunTimeAreLimited) {
  const float memory[4] = {1, 2, 3, 4};
  EXPECT_EQ(stridesOf(asView(Anything{memory, 2})), (Indices{1, 2}));
  EXPECT_THROW(asView(Anything{memory, 33}), Error);
}

TEST(Adapters, AreOperandsOfEinsumStrings) {
  const float matrix[2][3] = {{1, 2, 3}, {4, 5, 6}};
  const std::vector<float> vector{1, 0, -1};
  EXPECT_THAT(elements(Tensor<float>(einsum("ij,j->i", matrix, vector))), ElementsAre(-2, -2));
  EXPECT_THAT(elements(Tensor<float>(einsum("ij,j->i", matrix, std::array<float, 3>{0, 1, 0}))), ElementsAre(2, 5));
  EXPECT_THAT(elements(Tensor<float>(einsum("i->i", Pixel{1, 2, 3}))), ElementsAre(1, 2, 3));
  EXPECT_THAT(elements(Tensor<float>(einsum("ij->ij", Anything{matrix[0], 2}))), ElementsAre(1, 3, 2, 4));
}

TEST(Adapters, TakeResults) {
  const Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  std::vector<float> sums(2);
  einsum("ij->i", x, sums);
  EXPECT_THAT(sums, ElementsAre(6, 15));
  einsum("ij->i", x, std::span(sums).first(2));
  einsum("ij->i", x, into(sums, 2, 1));
  EXPECT_THAT(sums, ElementsAre(18, 45));
  einsum("ij->i", into(std::span(sums), -1), x);
  EXPECT_THAT(sums, ElementsAre(-6, -15));

  std::array<float, 8> padded{};
  einsum("ij->ji", x, Matrix<float>(padded.data(), {3, 2}, {1, 4})); // column-major, columns of four
  EXPECT_THAT(padded, ElementsAre(1, 2, 3, 0, 4, 5, 6, 0));
}

TEST(Adapters, ArePassedToKernels) {
  const Kernel kernel = compile("ij,j->i", {{DType::F32, {2, 3}, {1, 2}}, {DType::F32, {3}}});
  const std::vector<float> columns{1, 4, 2, 5, 3, 6};
  const float vector[] = {1, 1, 1};
  Pixel sums{0, 0, -1};
  kernel(Matrix<const float>(columns.data(), {2, 3}, {1, 2}), vector, std::span(&sums.red, 2));
  EXPECT_EQ(sums.red, 6);
  EXPECT_EQ(sums.green, 15);
  EXPECT_EQ(sums.blue, -1);
}

TEST(Adapters, ConstMemoryTakesNoResult) {
  const Tensor<float> x({2}, {1, 2});
  const std::vector<float> out(2);
  EXPECT_THROW(einsum("i->i", x, out), Error);
  EXPECT_THROW(compile("i->i", {x.type()})(x, out), Error);
}

} // namespace
} // namespace einjit
