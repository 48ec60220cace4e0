// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Target/Target.h"
#include "Support/Overloaded.h"
#include "Support/TextReader.h"
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <variant>

namespace einjit {
namespace {

struct Number {
  std::int64_t Target::*member;
  std::int64_t least, most;
};
struct Field {
  std::string_view text;
  std::variant<std::string Target::*, bool Target::*, Number> value;
};

constexpr std::int64_t maxBytes = std::int64_t{1} << 40;

/// Every line of a target's text, in order. Those that are left out keep their default.
const Field fields[] = {
    {"triple", &Target::triple},
    {"cpu", &Target::cpu},
    {"features", &Target::features},
    {"vector-bits", Number{&Target::vectorBits, 64, 4096}},
    {"vector-registers", Number{&Target::vectorRegisters, 1, 1024}},
    {"masked-vectors", &Target::maskedVectors},
    {"fused-multiply-add", &Target::fusedMultiplyAdd},
    {"half-conversions", &Target::halfConversions},
    {"fma-per-cycle", Number{&Target::fmaPerCycle, 1, 64}},
    {"fma-latency", Number{&Target::fmaLatency, 1, 64}},
    {"loads-per-cycle", Number{&Target::loadsPerCycle, 1, 64}},
    {"l1-bytes", Number{&Target::l1Bytes, 0, maxBytes}},
    {"l2-bytes", Number{&Target::l2Bytes, 0, maxBytes}},
    {"l3-bytes", Number{&Target::l3Bytes, 0, maxBytes}},
    {"l2-bytes-per-cycle", Number{&Target::l2BytesPerCycle, 1, 4096}},
    {"l3-bytes-per-cycle", Number{&Target::l3BytesPerCycle, 1, 4096}},
    {"memory-bytes-per-cycle", Number{&Target::memoryBytesPerCycle, 1, 4096}},
    {"cache-line-bytes", Number{&Target::cacheLineBytes, 1, 4096}},
    {"cores", Number{&Target::cores, 1, 4096}},
};

std::string printValue(const Target &target, const Field &field) {
  return std::visit(Overloaded{[&](std::string Target::*text) { return target.*text; },
                               [&](bool Target::*flag) { return std::string(target.*flag ? "true" : "false"); },
                               [&](const Number &number) { return fmt::format("{}", target.*number.member); }},
                    field.value);
}

/// What is wrong with `text` as the field's value; empty if nothing is and it has been set.
std::string setNumber(Target &target, const Number &number, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return "expected an integer";
  if (value < number.least || value > number.most)
    return fmt::format("must be between {} and {}", number.least, number.most);
  target.*number.member = value;
  return {};
}

std::string setFlag(Target &target, bool Target::*flag, std::string_view text) {
  if (text != "true" && text != "false") return "expected true or false";
  target.*flag = text == "true";
  return {};
}

std::string setText(Target &target, std::string Target::*member, std::string_view text) {
  if (text.empty()) return "expected a value";
  target.*member = text;
  return {};
}

std::string setValue(Target &target, const Field &field, std::string_view text) {
  return std::visit(Overloaded{[&](std::string Target::*member) { return setText(target, member, text); },
                               [&](bool Target::*flag) { return setFlag(target, flag, text); },
                               [&](const Number &number) { return setNumber(target, number, text); }},
                    field.value);
}

/// Reads one `field value` line.
void parseField(TextReader &reader, Target &target) {
  const std::uint32_t begin = reader.position();
  const std::string key = reader.until(" \t\r\n}");
  const SourceRange range{begin, begin + static_cast<std::uint32_t>(key.size())};
  const auto field = std::find_if(std::begin(fields), std::end(fields), [&](const Field &f) { return f.text == key; });
  if (field == std::end(fields)) {
    reader.fail(fmt::format("a target has no field '{}'", key), range);
    return;
  }
  const std::string problem = setValue(target, *field, reader.until(" \t\r\n}#"));
  if (!problem.empty()) reader.fail(fmt::format("{}: {}", key, problem), range);
}

void checkTarget(TextReader &reader, const Target &target) {
  if (target.triple.empty()) reader.fail("a target needs a triple", {});
  if (target.cpu.empty()) reader.fail("a target needs a cpu", {});
  if (target.vectorBits % 64 != 0 || (target.vectorBits & (target.vectorBits - 1)) != 0)
    reader.fail("vector-bits: must be a power of two", {});
}

} // namespace

std::string print(const Target &target) {
  std::string text = fmt::format("target {} {{\n", target.name);
  for (const Field &field : fields)
    if (const std::string value = printValue(target, field); !value.empty())
      text += fmt::format("  {} {}\n", field.text, value);
  return text + "}\n";
}

Result<Target> parseTarget(std::string_view text) {
  TextReader reader(text);
  Target target;
  reader.expect("target");
  target.name = reader.until(" \t\r\n{");
  if (target.name.empty()) reader.fail("expected the target's name");
  reader.expect("{");
  while (!reader.failed() && !reader.atEnd() && !reader.peek("}")) parseField(reader, target);
  reader.expect("}");
  if (!reader.atEnd()) reader.fail("expected the end of the target");
  checkTarget(reader, target);
  if (reader.failed()) return reader.error();
  return target;
}

} // namespace einjit
