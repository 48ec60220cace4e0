// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/Diagnostic.h"
#include <algorithm>
#include <cstring>
#include <einjit/DLPack.h>
#include <fmt/format.h>
#include <memory>

namespace einjit {
namespace {

// The layout of DLPack 1.x on machines of 64 bits.
static_assert(sizeof(einjit_dl_tensor) == 48 && offsetof(einjit_dl_tensor, ndim) == 16);
static_assert(offsetof(einjit_dl_tensor, dtype) == 20 && offsetof(einjit_dl_tensor, shape) == 24);
static_assert(sizeof(einjit_dl_managed_tensor) == 64 && offsetof(einjit_dl_managed_tensor, deleter) == 56);
static_assert(sizeof(einjit_dl_managed_tensor_versioned) == 80);
static_assert(offsetof(einjit_dl_managed_tensor_versioned, flags) == 24);

struct ElementCode {
  DType dtype;
  int code, bits;
};
constexpr ElementCode codes[] = {
    {DType::Bool, EINJIT_DL_BOOL, 8},    {DType::I8, EINJIT_DL_INT, 8},        {DType::U8, EINJIT_DL_UINT, 8},
    {DType::I32, EINJIT_DL_INT, 32},     {DType::I64, EINJIT_DL_INT, 64},      {DType::F16, EINJIT_DL_FLOAT, 16},
    {DType::BF16, EINJIT_DL_BFLOAT, 16}, {DType::F32, EINJIT_DL_FLOAT, 32},    {DType::F64, EINJIT_DL_FLOAT, 64},
    {DType::C64, EINJIT_DL_COMPLEX, 64}, {DType::C128, EINJIT_DL_COMPLEX, 128}};
static_assert(std::ranges::equal(codes, allDTypes, {}, &ElementCode::dtype));

[[noreturn]] void fail(const std::string &what) {
  throwError({{DiagnosticKind::ArgumentMismatch, "the DLPack tensor " + what}}, {});
}

DType elementType(const einjit_dl_type &type) {
  for (const auto &[dtype, code, bits] : codes)
    if (type.code == code && type.bits == bits && type.lanes == 1) return dtype;
  fail(fmt::format("has elements of code {}, {} bits and {} lanes, which einjit has none of", type.code, type.bits,
                   type.lanes));
}

std::span<const std::int64_t> axes(const std::int64_t *numbers, std::size_t rank) {
  return numbers ? std::span(numbers, rank) : std::span<const std::int64_t>();
}

/// A description that is given away, with what it points at.
template <class Managed> struct Holder {
  Managed managed{};
  AnyTensor owned; ///< the elements, if they are given away as well
  std::vector<std::int64_t> shape, strides;

  explicit Holder(const TensorRef &tensor)
      : shape(tensor.shape.begin(), tensor.shape.end()), strides(tensor.type().stridesOrRowMajor()) {
    managed.dl_tensor = {tensor.data,
                         {EINJIT_DL_CPU, 0},
                         static_cast<std::int32_t>(shape.size()),
                         detail::dlpackType(tensor.dtype),
                         shape.data(),
                         strides.data(),
                         0};
    managed.manager_ctx = this;
    managed.deleter = [](Managed *self) { delete static_cast<Holder *>(self->manager_ctx); };
  }
};

} // namespace

namespace detail {

einjit_dl_type dlpackType(DType dtype) {
  const ElementCode &code = codes[static_cast<std::size_t>(dtype)];
  return {static_cast<std::uint8_t>(code.code), static_cast<std::uint8_t>(code.bits), 1};
}

TensorRef readDLTensor(const void *pointer) {
  einjit_dl_tensor tensor;
  std::memcpy(&tensor, pointer, sizeof tensor);
  if (tensor.device.device_type != EINJIT_DL_CPU)
    fail(fmt::format("lies on a device of kind {}, and einjit reads memory of the CPU", tensor.device.device_type));
  const DType dtype = elementType(tensor.dtype);
  const auto rank = static_cast<std::size_t>(std::max(tensor.ndim, 0));
  if (tensor.ndim < 0 || (rank > 0 && !tensor.shape)) fail("has no shape");
  checkRank(rank, dynamicRank, 0);
  // A tensor without memory, which only describes one, has none at an offset either.
  char *const data = tensor.data ? static_cast<char *>(tensor.data) + tensor.byte_offset : nullptr;
  const TensorRef ref(data, dtype, axes(tensor.shape, rank), axes(tensor.strides, rank));
  if (std::ranges::any_of(ref.shape, [](std::int64_t extent) { return extent < 0; })) fail("has a negative extent");
  const auto alignment = byteSize(realType(dtype));
  if (reinterpret_cast<std::uintptr_t>(ref.data) % alignment != 0)
    fail(fmt::format("has elements that are not aligned to {} bytes", alignment));
  return ref;
}

einjit_dl_managed_tensor_versioned *giveDLTensor(AnyTensor tensor) {
  auto holder = std::make_unique<Holder<einjit_dl_managed_tensor_versioned>>(tensor);
  holder->owned = std::move(tensor);
  holder->managed.version = {EINJIT_DL_MAJOR_VERSION, EINJIT_DL_MINOR_VERSION};
  return &holder.release()->managed;
}

einjit_dl_managed_tensor *lendDLTensor(const TensorRef &tensor) {
  return &std::make_unique<Holder<einjit_dl_managed_tensor>>(tensor).release()->managed;
}

} // namespace detail

DLPackTensor::~DLPackTensor() {
  if (versioned_ && versioned_->deleter) versioned_->deleter(versioned_);
  if (legacy_ && legacy_->deleter) legacy_->deleter(legacy_);
}

// A constructor that throws leaves no object whose destructor would run.
void DLPackTensor::open() {
  DLPackTensor taken;
  swap(taken);
  if (taken.versioned_ && taken.versioned_->version.major != EINJIT_DL_MAJOR_VERSION)
    fail(fmt::format("is of version {}.{}, and einjit reads version {}", taken.versioned_->version.major,
                     taken.versioned_->version.minor, +EINJIT_DL_MAJOR_VERSION));
  if (taken.versioned_) {
    taken.tensor_ = detail::readDLTensor(&taken.versioned_->dl_tensor);
    taken.isReadOnly_ = (taken.versioned_->flags & EINJIT_DL_READ_ONLY) != 0;
  } else if (taken.legacy_) {
    taken.tensor_ = detail::readDLTensor(&taken.legacy_->dl_tensor);
  }
  swap(taken);
}

TensorRef DLPackTensor::writable() const {
  if (isReadOnly_) fail("is read-only");
  return tensor_;
}

} // namespace einjit
