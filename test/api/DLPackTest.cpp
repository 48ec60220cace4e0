// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <array>
#include <einjit/DLPack.h>
#include <einjit/einjit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// The structures as another library declares them, from DLPack's specification.
namespace foreign {

enum DLDeviceType : std::int32_t { kDLCPU = 1, kDLCUDA = 2 };
struct DLDevice {
  DLDeviceType device_type;
  std::int32_t device_id;
};
struct DLDataType {
  std::uint8_t code, bits;
  std::uint16_t lanes;
};
struct DLTensor {
  void *data;
  DLDevice device;
  std::int32_t ndim;
  DLDataType dtype;
  std::int64_t *shape, *strides;
  std::uint64_t byte_offset;
};
struct DLManagedTensor {
  DLTensor dl_tensor;
  void *manager_ctx;
  void (*deleter)(DLManagedTensor *self);
};
struct DLPackVersion {
  std::uint32_t major, minor;
};
struct DLManagedTensorVersioned {
  DLPackVersion version;
  void *manager_ctx;
  void (*deleter)(DLManagedTensorVersioned *self);
  std::uint64_t flags;
  DLTensor dl_tensor;
};

} // namespace foreign

namespace {

using namespace einjit;
using testing::ElementsAre;
using testing::HasSubstr;

/// 2 by 3 floats of another library, which counts how often it is asked to delete them.
template <class Managed> struct Foreign {
  std::array<float, 7> elements = {9, 1, 2, 3, 4, 5, 6};
  std::array<std::int64_t, 2> shape = {2, 3}, strides = {3, 1};
  int deletions = 0;
  Managed managed{};

  Foreign() {
    managed.dl_tensor = {elements.data() + 1, {foreign::kDLCPU, 0}, 2, {2, 32, 1}, shape.data(), nullptr, 0};
    managed.manager_ctx = this;
    managed.deleter = [](Managed *self) { ++static_cast<Foreign *>(self->manager_ctx)->deletions; };
    if constexpr (detail::DLManagedVersioned<Managed>) managed.version = {1, 1};
  }
  Foreign(const Foreign &) = delete;
  Foreign &operator=(const Foreign &) = delete;

  /// The message with which the tensor is refused; it must be deleted nevertheless.
  std::string refusal() {
    std::string message;
    try {
      DLPackTensor{&managed};
    } catch (const Error &error) {
      EXPECT_EQ(error.kind(), "argument-mismatch");
      message = error.what();
    }
    EXPECT_EQ(deletions, 1);
    return message;
  }
};

template <class Managed> class DLPackIn : public testing::Test {};
using Forms = testing::Types<foreign::DLManagedTensor, foreign::DLManagedTensorVersioned>;
TYPED_TEST_SUITE(DLPackIn, Forms);

TYPED_TEST(DLPackIn, IsReadInPlaceAndDeletedOnce) {
  Foreign<TypeParam> other;
  {
    DLPackTensor first(&other.managed);
    EXPECT_EQ(first.data(), other.elements.data() + 1);
    EXPECT_EQ(str(first.type()), "f32[2,3]");
    DLPackTensor x = std::move(first);
    const Tensor<float> sums = einsum("ij->i", x);
    EXPECT_THAT(std::vector(sums.begin(), sums.end()), ElementsAre(6, 15));
    EXPECT_EQ(x.template view<const float>()(1, 2), 6);
    EXPECT_EQ(other.deletions, 0);
  }
  EXPECT_EQ(other.deletions, 1);
}

TYPED_TEST(DLPackIn, TakesStridesAndOffsets) {
  Foreign<TypeParam> other;
  other.managed.dl_tensor.data = other.elements.data();
  other.managed.dl_tensor.byte_offset = 4 * sizeof(float);
  other.strides = {-3, 1};
  other.managed.dl_tensor.strides = other.strides.data();
  const DLPackTensor x(&other.managed);
  EXPECT_EQ(str(x.type()), "f32[2,3] strides [-3,1]");
  const Tensor<float> y = einsum("ij->ji", x);
  EXPECT_THAT(std::vector(y.begin(), y.end()), ElementsAre(4, 1, 5, 2, 6, 3));
}

TYPED_TEST(DLPackIn, TakesResults) {
  Foreign<TypeParam> other;
  const DLPackTensor out(&other.managed);
  const Tensor<float> x({3, 2}, {1, 2, 3, 4, 5, 6});
  einsum("ji->ij", x, out.writable());
  EXPECT_THAT(other.elements, ElementsAre(9, 1, 3, 5, 2, 4, 6));
  out.template view<float>()(0, 0) = 7;
  EXPECT_EQ(other.elements[1], 7);
}

TYPED_TEST(DLPackIn, RefusesWhatItCannotRead) {
  const auto refusal = [](auto spoil) {
    Foreign<TypeParam> other;
    spoil(other.managed.dl_tensor, other);
    return other.refusal();
  };
  EXPECT_THAT(refusal([](auto &t, auto &) { t.device.device_type = foreign::kDLCUDA; }),
              HasSubstr("lies on a device of kind 2"));
  EXPECT_THAT(refusal([](auto &t, auto &) { t.dtype.lanes = 4; }), HasSubstr("4 lanes"));
  EXPECT_THAT(refusal([](auto &t, auto &) { t.dtype.bits = 8; }), HasSubstr("code 2, 8 bits"));
  EXPECT_THAT(refusal([](auto &t, auto &) { t.dtype.code = 3; }), HasSubstr("code 3"));
  EXPECT_THAT(refusal([](auto &t, auto &) { t.shape = nullptr; }), HasSubstr("has no shape"));
  EXPECT_THAT(refusal([](auto &t, auto &) { t.ndim = -1; }), HasSubstr("has no shape"));
  EXPECT_THAT(refusal([](auto &, auto &other) { other.shape[1] = -1; }), HasSubstr("negative extent"));
  EXPECT_THAT(refusal([](auto &t, auto &) { t.byte_offset = 2; }), HasSubstr("aligned to 4 bytes"));
}

TEST(DLPack, ReadsNothingOfAnotherMajorVersion) {
  Foreign<foreign::DLManagedTensorVersioned> other;
  other.managed.version = {2, 0};
  other.managed.dl_tensor.shape = reinterpret_cast<std::int64_t *>(8);
  EXPECT_THAT(other.refusal(), HasSubstr("is of version 2.0, and einjit reads version 1"));
}

TEST(DLPack, ObeysReadOnlyTensors) {
  Foreign<foreign::DLManagedTensorVersioned> other;
  other.managed.flags = 1;
  const DLPackTensor x(&other.managed);
  EXPECT_TRUE(x.isReadOnly());
  EXPECT_THROW(x.writable(), Error);
  EXPECT_THROW(x.view<float>(), Error);
  EXPECT_THROW(x.view<const double>(), Error);
  EXPECT_EQ(x.view<const float>()(0, 0), 1);
}

TEST(DLPack, NeedsNoDeleter) {
  Foreign<foreign::DLManagedTensor> other;
  other.managed.deleter = nullptr;
  EXPECT_EQ(DLPackTensor(&other.managed).shape().size(), 2u);
  EXPECT_EQ(DLPackTensor().data(), nullptr);
}

TEST(DLPack, KnowsEveryElementType) {
  for (DType dtype : allDTypes) {
    const DLPackTensor round(toDLPack(AnyTensor({dtype, {2}})));
    EXPECT_EQ(round.dtype(), dtype) << name(dtype);
  }
}

TEST(DLPack, GivesTensorsAway) {
  Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  const float *elements = x.data();
  auto *managed = toDLPack<foreign::DLManagedTensorVersioned>(std::move(x));
  EXPECT_EQ(managed->version.major, 1u);
  EXPECT_EQ(managed->dl_tensor.data, elements);
  EXPECT_EQ(managed->dl_tensor.ndim, 2);
  EXPECT_EQ(managed->dl_tensor.dtype.code, 2);
  EXPECT_EQ(managed->dl_tensor.shape[1], 3);
  EXPECT_EQ(managed->dl_tensor.strides[0], 3);
  EXPECT_EQ(managed->flags, 0u);
  managed->deleter(managed);
}

TEST(DLPack, LendsViews) {
  float columns[] = {1, 4, 2, 5, 3, 6};
  auto *managed = toDLPackView<foreign::DLManagedTensor>(TensorView<float>(columns, {2, 3}, {1, 2}));
  EXPECT_EQ(managed->dl_tensor.data, columns);
  EXPECT_EQ(managed->dl_tensor.strides[1], 2);
  EXPECT_EQ(str(dlpackRef(managed->dl_tensor).type()), "f32[2,3] strides [1,2]");
  managed->deleter(managed);
  EXPECT_EQ(columns[5], 6);
}

TEST(DLPack, GivesResultsAway) {
  const Tensor<double> a({2, 2}, {1, 2, 3, 4});
  const DLPackTensor product(toDLPack(einsum("ij,jk->ik", a, a)));
  EXPECT_EQ(product.view<const double>()(1, 1), 22);
}

} // namespace
