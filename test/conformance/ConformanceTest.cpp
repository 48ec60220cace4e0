// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every case of cases.json, through the interpreter of the tensor IR and through compiled code.
#include "Interp/TensorInterpreter.h"
#include "Syntax/Parser.h"
#include "Tensor/Lower/Program.h"
#include <cstring>
#include <einjit/einjit.h>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace einjit {
namespace {

using nlohmann::json;

const json &suite() {
  static const json all = json::parse(std::ifstream(EINJIT_SOURCE_DIR "/test/conformance/cases.json"));
  return all;
}

/// `f32[2,3]`, as the cases write types.
TensorType typeOf(const std::string &text) {
  const std::size_t bracket = text.find('[');
  TensorType type{*parseDType(text.substr(0, bracket)), {}, {}};
  const json shape = json::parse(text.substr(bracket));
  for (const json &extent : shape) type.shape.push_back(extent.get<std::int64_t>());
  return type;
}

/// Writes element number k of a row-major tensor; the imaginary part counts in complex types only.
void store(AnyTensor &tensor, std::size_t k, std::int64_t real, std::int64_t imaginary) {
  auto *bytes = static_cast<char *>(tensor.data()) + k * byteSize(tensor.type().dtype);
  const auto put = [&](auto value) { std::memcpy(bytes, &value, sizeof value); };
  const auto single = static_cast<float>(real);
  const auto wide = static_cast<double>(real);
  switch (tensor.type().dtype) {
  case DType::Bool: return put(real > 0);
  case DType::I8: return put(static_cast<std::int8_t>(real));
  case DType::U8: return put(static_cast<std::uint8_t>(real));
  case DType::I32: return put(static_cast<std::int32_t>(real));
  case DType::I64: return put(real);
  case DType::F16: return put(Half(single));
  case DType::BF16: return put(BFloat16(single));
  case DType::F32: return put(single);
  case DType::F64: return put(wide);
  case DType::C64: return put(std::complex<float>(single, static_cast<float>(imaginary)));
  case DType::C128: return put(std::complex<double>(wide, static_cast<double>(imaginary)));
  }
}

/// The operand's elements, by the formula of generate.py.
AnyTensor filled(const TensorType &type, std::size_t operand) {
  constexpr std::int64_t values[] = {1, -2, 3, 2, -1, 2, -3};
  AnyTensor tensor(type);
  for (std::size_t k = 0; k < static_cast<std::size_t>(*elementCount(type)); ++k) {
    const std::size_t place = 3 * k + 5 * operand;
    const std::int64_t value = values[place % 7];
    store(tensor, k, type.dtype == DType::U8 ? std::abs(value) : value, values[(place + 3) % 7]);
  }
  return tensor;
}

AnyTensor expected(const json &one) {
  const TensorType type = typeOf(one["result"]);
  AnyTensor tensor(type);
  const std::size_t parts = isComplex(type.dtype) ? 2 : 1;
  for (std::size_t k = 0; k < one["data"].size() / parts; ++k)
    store(tensor, k, one["data"][k * parts], one["data"][k * parts + parts - 1]);
  return tensor;
}

/// The tensor with +0 for each -0, which no case tells apart.
std::string bytesOf(const AnyTensor &tensor) {
  const std::size_t size = static_cast<std::size_t>(tensor.size()) * byteSize(tensor.type().dtype);
  std::string bytes(static_cast<const char *>(tensor.data()), size);
  const DType part = realType(tensor.type().dtype);
  if (!isFloat(part)) return bytes;
  const std::size_t width = byteSize(part);
  for (std::size_t at = 0; at < size; at += width)
    if (bytes.substr(at, width) == std::string(width - 1, '\0') + '\x80') bytes[at + width - 1] = '\0';
  return bytes;
}

void expectSame(const AnyTensor &given, const AnyTensor &wanted, const char *by) {
  ASSERT_EQ(str(given.type()), str(wanted.type())) << by;
  EXPECT_TRUE(bytesOf(given) == bytesOf(wanted)) << by << " computes other elements";
}

struct Case {
  std::string text;
  std::vector<TensorType> types;
  std::vector<AnyTensor> operands;
  Options options;
};

Case caseOf(const json &one) {
  Case result{one["einsum"], {}, {}, {}};
  for (const json &type : one["operands"]) {
    result.types.push_back(typeOf(type));
    result.operands.push_back(filled(result.types.back(), result.operands.size()));
  }
  result.options.strict = one.value("strict", false);
  result.options.cache = false;
  return result;
}

void expectRefused(const Case &one, const std::string &kind) {
  try {
    compile(one.text, one.types, one.options);
    ADD_FAILURE() << "is accepted, and should be " << kind;
  } catch (const Error &error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
  }
}

void expectComputed(const Case &one, const AnyTensor &wanted) {
  const std::vector<ConstTensorRef> operands(one.operands.begin(), one.operands.end());
  const auto parsed = parseEinsum(one.text);
  ASSERT_TRUE(parsed);
  const auto lowered = tensor::lowerEinsumProgram(*parsed, one.types, {DType::F32, one.options.strict, {}});
  ASSERT_TRUE(lowered);
  expectSame(interpretTensor(lowered->kernel, operands).front(), wanted, "the interpreter");
  expectSame(compile(one.text, one.types, one.options).run(operands).front(), wanted, "the compiled kernel");
}

TEST(Conformance, EveryCase) {
  for (const json &one : suite()["cases"]) {
    SCOPED_TRACE(one["einsum"].dump() + " of " + one["operands"].dump());
    if (one.contains("error"))
      expectRefused(caseOf(one), one["error"]);
    else
      expectComputed(caseOf(one), expected(one));
  }
}

TEST(Conformance, CoversTheRulesAndExplainsEachDisagreement) {
  std::size_t valid = 0, invalid = 0;
  for (const json &one : suite()["cases"]) {
    ++(one.contains("error") ? invalid : valid);
    if (!one.contains("differs")) continue;
    for (const json &reason : one["differs"]) EXPECT_TRUE(suite()["reasons"].contains(reason.get<std::string>()));
  }
  EXPECT_GE(valid, 380U);
  EXPECT_GE(invalid, 120U);
}

} // namespace
} // namespace einjit
