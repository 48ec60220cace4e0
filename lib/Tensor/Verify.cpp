// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/Layout.h"
#include "Support/Overloaded.h"
#include "Tensor/Text.h"
#include "Tensor/VerifyGeneric.h"
#include "Tensor/VerifyPlaces.h"
#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <set>

namespace einjit::tensor {
namespace {

/// What is wrong with a value's type, or nothing.
std::optional<std::string> typeComplaint(const TensorType &type, bool mayBeStrided) {
  if (type.rank() > maxValueAxes) return fmt::format("it has {} axes, more than {}", type.rank(), maxValueAxes);
  for (std::int64_t extent : type.shape)
    if (extent < 0) return fmt::format("it has the extent {}", extent);
  if (!elementCount(type)) return "its elements or bytes do not stay below 2^62";
  if (type.strides.empty()) return std::nullopt;
  if (!mayBeStrided) return "only parameters and results that are computed have strides";
  if (type.strides.size() != type.rank())
    return fmt::format("it has {} strides and {} axes", type.strides.size(), type.rank());
  if (!staysInReach(type)) return "its strides reach beyond 2^62 bytes";
  return std::nullopt;
}

/// What is wrong with a constant of a well-formed type, or nothing.
std::optional<std::string> constantComplaint(const TensorType &type, const Constant &constant) {
  const auto count = static_cast<std::size_t>(*elementCount(type));
  if (constant.elements.size() != count)
    return fmt::format("{} has {} elements, not {}", str(type), count, constant.elements.size());
  for (const Scalar &element : constant.elements)
    if (dtypeOfScalar(element) != type.dtype)
      return fmt::format("an element is {}, the constant {}", name(dtypeOfScalar(element)), name(type.dtype));
  return std::nullopt;
}

class KernelVerifier {
public:
  explicit KernelVerifier(const Kernel &kernel) : kernel_(kernel) {}

  std::vector<std::string> verify() && {
    if (!isIdentifier(kernel_.name)) complaints_.push_back(fmt::format("'{}' does not name a kernel", kernel_.name));
    checkNames();
    for (std::size_t i = 0; i < kernel_.values.size(); ++i) checkValue(ValueId(i));
    checkResults();
    return std::move(complaints_);
  }

private:
  void complain(ValueId id, std::string_view complaint) {
    complaints_.push_back(fmt::format("{}: {}", valueText(kernel_, id), complaint));
  }

  void add(std::vector<std::string> complaints) {
    std::move(complaints.begin(), complaints.end(), std::back_inserter(complaints_));
  }

  void checkNames() {
    std::set<std::string_view> names;
    for (const Value &value : kernel_.values) {
      if (!isValueName(value.name)) complaints_.push_back(fmt::format("'{}' does not name a value", value.name));
      if (!names.insert(value.name).second) complaints_.push_back(fmt::format("a second value '{}'", value.name));
    }
  }

  void checkValue(ValueId id) {
    const Value &value = kernel_[id];
    const bool isParameter = std::holds_alternative<Parameter>(value.def);
    if (isParameter && id.index() >= kernel_.parameterCount()) complain(id, "a parameter behind other values");
    const bool isComputed = std::holds_alternative<Generic>(value.def) || std::holds_alternative<Concat>(value.def);
    const bool mayBeStrided = isParameter || (isComputed && std::ranges::count(kernel_.results, id) == 1);
    if (const auto complaint = typeComplaint(value.type, mayBeStrided)) return complain(id, *complaint);
    if (!isParameter && !elementsAreApart(value.type)) complain(id, "elements of the result share their places");
    std::visit(Overloaded{
                   [](const Parameter &) {},
                   [&](const Constant &constant) {
                     if (const auto complaint = constantComplaint(value.type, constant)) complain(id, *complaint);
                   },
                   [&](const Iota &) {
                     if (value.type.dtype != DType::I64) complain(id, "positions are i64");
                   },
                   [&](const Generic &) { add(verifyGeneric(kernel_, id)); },
                   [&](const Concat &) { add(verifyConcat(kernel_, id)); },
                   [&](const Reshape &) { add(verifyReshape(kernel_, id)); },
               },
               value.def);
  }

  void checkResults() {
    if (kernel_.results.empty()) complaints_.push_back("the kernel has no result");
    for (ValueId id : kernel_.results)
      if (id.index() >= kernel_.values.size())
        complaints_.push_back(fmt::format("result {} is not a value", valueText(kernel_, id)));
  }

  const Kernel &kernel_;
  std::vector<std::string> complaints_;
};

} // namespace

std::vector<std::string> verify(const Kernel &kernel) { return KernelVerifier(kernel).verify(); }

} // namespace einjit::tensor
