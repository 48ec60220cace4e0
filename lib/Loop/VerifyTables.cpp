// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/VerifyParts.h"
#include "Support/Checked.h"
#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace einjit::loop {
namespace {

/// Whether the text of a kernel can hold the name; see TextReader::identifier.
bool isName(std::string_view name) {
  const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto isOther = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  return !name.empty() && isLetter(name[0]) && name.back() != '.' && name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [&](char c) { return isLetter(c) || isOther(c); });
}

/// Whether the distance between any two elements fits below 2^62.
bool spanFits(const TensorType &type) {
  constexpr std::int64_t limit = std::int64_t{1} << 62;
  const std::vector<std::int64_t> strides = type.stridesOrRowMajor();
  std::optional<std::int64_t> span = 0;
  for (std::size_t axis = 0; axis < type.rank(); ++axis) {
    const auto reach = checkedMul(std::max<std::int64_t>(type.shape[axis] - 1, 0), strides[axis]);
    if (!reach || *reach <= -limit || *reach >= limit) return false;
    span = checkedAdd(*span, std::abs(*reach));
    if (!span || *span >= limit) return false;
  }
  return true;
}

/// What is wrong with one buffer's description, or nothing.
std::optional<std::string> problemOf(const Buffer &buffer) {
  const TensorType &type = buffer.type;
  const bool inRegisters = buffer.storage == Storage::Registers;
  const bool isCallers = buffer.storage == Storage::In || buffer.storage == Storage::Out;
  if (!isName(buffer.name)) return "this is not a name";
  if (std::any_of(type.shape.begin(), type.shape.end(), [](std::int64_t extent) { return extent < 0; }))
    return "an extent is negative";
  if (!type.strides.empty() && type.strides.size() != type.rank()) return "there must be as many strides as axes";
  const auto count = elementCount(type);
  if (!count) return "it is too large";
  if (!spanFits(type)) return "its strides reach too far";
  if (!isCallers && !type.isRowMajor()) return "only the caller's memory may be strided";
  if (buffer.lanes < 1 || buffer.lanes > maxLanes) return fmt::format("lanes must be 1 to {}", maxLanes);
  if (!inRegisters && buffer.lanes != 1) return "memory has no lanes";
  if (buffer.storage == Storage::Iota && type.dtype != DType::I64) return "positions are i64";
  if (buffer.stream && buffer.storage != Storage::Out) return "only an out is streamed";
  if (buffer.over && buffer.storage != Storage::Out) return "only an out is over an in";
  if (buffer.storage != Storage::Const)
    return buffer.elements.empty() ? std::nullopt : std::optional("only a const has elements");
  if (buffer.elements.size() != static_cast<std::size_t>(*count))
    return fmt::format("it has {} elements instead of {}", buffer.elements.size(), *count);
  for (const Scalar &element : buffer.elements)
    if (dtypeOfScalar(element) != type.dtype) return "an element has another type";
  return std::nullopt;
}

/// The caller's buffers come first, inputs before outputs; the others in any order.
int rank(Storage storage) {
  switch (storage) {
  case Storage::In: return 0;
  case Storage::Out: return 1;
  case Storage::Const:
  case Storage::Iota:
  case Storage::Scratch:
  case Storage::Registers: return 2;
  }
  return 2;
}

void verifyBuffers(const Kernel &kernel, Problems &problems) {
  std::unordered_set<std::string_view> names;
  int last = 0;
  for (const Buffer &buffer : kernel.buffers) {
    if (const auto problem = problemOf(buffer)) problems.push_back(fmt::format("%{}: {}", buffer.name, *problem));
    if (!names.insert(buffer.name).second) problems.push_back(fmt::format("two buffers are called %{}", buffer.name));
    if (rank(buffer.storage) < last)
      problems.push_back(fmt::format("%{}: inputs come first, then outputs, then the others", buffer.name));
    last = std::max(last, rank(buffer.storage));
    if (buffer.over && buffer.over->index() >= kernel.buffers.size())
      problems.push_back(fmt::format("%{}: what it is over, #{}, does not exist", buffer.name, buffer.over->index()));
  }
}

void verifyVariables(const Kernel &kernel, Problems &problems) {
  std::unordered_set<std::string_view> names;
  for (const std::string &name : kernel.vars) {
    if (!isName(name) || name == "lane") problems.push_back(fmt::format("a loop cannot be called '{}'", name));
    if (!names.insert(name).second) problems.push_back(fmt::format("two variables are called '{}'", name));
  }
}

} // namespace

void verifyTables(const Kernel &kernel, Problems &problems) {
  if (!isName(kernel.name)) problems.push_back(fmt::format("a kernel cannot be called '{}'", kernel.name));
  verifyBuffers(kernel, problems);
  verifyVariables(kernel, problems);
}

} // namespace einjit::loop
