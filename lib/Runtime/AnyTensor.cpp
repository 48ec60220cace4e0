// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/Memory.h"
#include "Support/ErrorOperands.h"
#include <algorithm>
#include <cstring>
#include <einjit/Tensor.h>
#include <fmt/format.h>

namespace einjit {
namespace {

[[noreturn]] void fail(DiagnosticKind kind, std::string message, DiagnosticParts parts) {
  throwError({Diagnostic{.kind = kind, .message = std::move(message), .parts = std::move(parts)}}, "");
}

TensorType rowMajor(TensorType type) {
  type.strides.clear();
  return type;
}

std::int64_t checkedSize(const TensorType &type) {
  if (std::any_of(type.shape.begin(), type.shape.end(), [](std::int64_t extent) { return extent < 0; }))
    fail(DiagnosticKind::BadShape, fmt::format("{} has a negative extent", str(type)), {.operands = {{.type = type}}});
  const std::optional<std::int64_t> size = elementCount(type);
  if (!size)
    fail(DiagnosticKind::OutOfMemory, fmt::format("{} is larger than any memory", str(type)),
         {.operands = {{.type = type}}});
  return *size;
}

} // namespace

AnyTensor::AnyTensor(TensorType type) : type_(rowMajor(std::move(type))), size_(checkedSize(type_)) {
  const std::size_t bytes = static_cast<std::size_t>(size_) * byteSize(type_.dtype);
  memory_.reset(allocateZeroed(bytes));
  if (!memory_)
    fail(DiagnosticKind::OutOfMemory, fmt::format("no memory for {}, which takes {} bytes", str(type_), bytes),
         {.operands = {{.type = type_}}});
}

AnyTensor::AnyTensor(const AnyTensor &other) : AnyTensor(nullptr, other.type_.dtype) {
  if (!other.memory_) return;
  AnyTensor copy(other.type_);
  std::memcpy(copy.data(), other.data(), static_cast<std::size_t>(other.size_) * byteSize(other.type_.dtype));
  *this = std::move(copy);
}

AnyTensor &AnyTensor::operator=(AnyTensor other) noexcept {
  std::swap(type_, other.type_);
  std::swap(size_, other.size_);
  memory_.swap(other.memory_);
  return *this;
}

void AnyTensor::Free::operator()(void *memory) const { deallocate(memory); }

namespace detail {

void checkRank(std::size_t rank, int wanted, std::size_t strides) {
  if (rank > static_cast<std::size_t>(maxRank))
    fail(DiagnosticKind::TooManyAxes, fmt::format("a tensor has at most {} axes, not {}", maxRank, rank),
         countsDisagree({rank, static_cast<std::size_t>(maxRank)}));
  if (wanted != dynamicRank && rank != static_cast<std::size_t>(wanted))
    fail(DiagnosticKind::RankMismatch, fmt::format("a tensor of rank {} cannot have {} axes", wanted, rank),
         countsDisagree({rank, static_cast<std::size_t>(wanted)}));
  if (strides != 0 && strides != rank)
    fail(DiagnosticKind::BadShape, fmt::format("{} strides are given for {} axes", strides, rank),
         countsDisagree({rank, strides}));
}

void checkElementCount(std::size_t given, std::int64_t wanted, const TensorType &type) {
  if (given != static_cast<std::size_t>(wanted))
    fail(DiagnosticKind::ArgumentMismatch, fmt::format("{} has {} elements, not {}", str(type), wanted, given),
         {{}, {{.type = type}}, {wanted, static_cast<std::int64_t>(given)}});
}

void checkElementType(DType wanted, const TensorType &type) {
  if (type.dtype != wanted)
    fail(DiagnosticKind::ArgumentMismatch,
         fmt::format("{} has elements of type {}, not {}", str(type), name(type.dtype), name(wanted)),
         typesDisagree({.type = type, .expected = TensorType{wanted, type.shape}}));
}

} // namespace detail
} // namespace einjit
