// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every kind of error that a user can meet, provoked in the smallest way, and its whole text, which is in
// Diagnostics/<stable name>.golden, and its parts as data. A kind without a case here, or without a text there, does
// not pass. Parts/*.golden are the parts of more errors of shapes and types, from each place that finds some.
// Suggestions/*.golden are mistakes that users make, each with what einjit says to it.
#include "../../tools/einjit-opt/Stages.h"
#include "CodeGen/CodeGen.h"
#include "CodeGen/ProcessEnd.h"
#include "Driver/Caught.h"
#include "Driver/Parts.h"
#include "Loop/Steps/Step.h"
#include "Runtime/NpyHeader.h"
#include "Support/Diagnostic.h"
#include "Tensor/Spelling.h"
#include "support/Golden.h"
#include <algorithm>
#include <cctype>
#include <einjit/einjit.h>
#include <filesystem>
#include <fstream>

namespace einjit {
namespace {

const TensorType vector3{DType::F32, {3}};
const TensorType matrix23{DType::F32, {2, 3}};

void program(const std::string &text, const TensorType &x = vector3) { compileProgram(text, {{"x", x, {}}}); }
void strings(const std::string &text, const std::vector<TensorType> &operands, bool strict = false) {
  Options options;
  options.strict = strict;
  compile(text, operands, options);
}

std::string repeated(const std::string &part, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += part;
  return text;
}

/// A result's errors, as the public API would throw them.
template <class T> void raise(const Result<T> &result, const std::string &source = {}) {
  if (!result) throwError(result.errors(), source);
}

loop::Kernel loops(const std::string &body) {
  auto kernel = loop::parseKernel("kernel @k(in %a: f32[4], out %out: f32[4]) { " + body + " }");
  raise(kernel);
  return *std::move(kernel);
}

opt::Request request(std::string text, std::string to) {
  opt::Request result;
  result.text = std::move(text);
  result.to = std::move(to);
  return result;
}

/// A machine that this one is not.
const char *otherMachine = "target other { triple aarch64-unknown-linux-gnu cpu generic vector-bits 128 "
                           "vector-registers 32 }";

struct Provocation {
  DiagnosticKind kind;
  void (*provoke)();
  const char *parts = ""; ///< what the error says as data, as test::partsOf() has it
};

using Kind = DiagnosticKind;
const Provocation provocations[] = {
    {Kind::SyntaxError, [] { program("x +"); }},
    {Kind::NestingTooDeep, [] { program(repeated("(", 300) + "x" + repeated(")", 300)); }},
    {Kind::TextTooLong, [] { program("x" + std::string(64 * 1024, ' ')); }, "sizes 65537, 65536"},
    {Kind::EinsumSyntax, [] { strings("i->i->i", {vector3}); }},
    {Kind::StageSyntax, [] { raise(tensor::parseKernel("kernel k"), "kernel k"); }},
    {Kind::StageInvalid,
     [] { transform(request("kernel @k(%a: f32[3]) -> f32[4] { %0 = [i:4] %a[i] return %0 }", "")); }},
    {Kind::UnknownOption, [] { transform(request("i->i", "machine-code")); }},
    {Kind::UnknownTarget, [] { raise(findTarget("i486")); }},
    {Kind::UnknownName, [] { program("x + y"); }},
    {Kind::UnknownFunction, [] { program("x.total()"); }},
    {Kind::BadArguments, [] { program("sqrt(x, x)"); }},
    {Kind::IndexForm, [] { program("y[i] = x[i*i]"); }},
    {Kind::BadDeclaration, [] { program("y = 1; y: f32[2]; x + y"); }},
    {Kind::RecursiveDefinition, [] { program("def f(a) = f(a) + 1\nf(2)"); }},
    {Kind::UnusedInput, [] { program("1"); }},
    {Kind::NoResult, [] { program(""); }},
    {Kind::OperandCount, [] { strings("i,i->", {vector3}); }, "sizes 2, 1"},
    {Kind::RankMismatch, [] { strings("i->", {matrix23}); }, "sizes 2, 1; operand 0 (i): f32[2,3]"},
    {Kind::SizeMismatch, [] { strings("ij,ij->", {matrix23, {DType::F32, {2, 4}}}); },
     "index j; sizes 3, 4; operand 0 (ij): f32[2,3], axis 1; operand 1 (ij): f32[2,4], axis 1"},
    {Kind::DeclarationMismatch, [] { program("x: f32[2]; x"); }, "sizes 3, 2; operand (x): f32[3], axis 0, not f32[2]"},
    {Kind::DiagonalMismatch, [] { strings("ii->", {matrix23}); },
     "index i; sizes 2, 3; operand 0 (ii): f32[2,3], axis 0; operand 0 (ii): f32[2,3], axis 1"},
    {Kind::StrictBroadcast, [] { strings("i,i->", {vector3, {DType::F32, {1}}}, true); },
     "index i; sizes 3, 1; operand 0 (i): f32[3], axis 0; operand 1 (i): f32[1], axis 0"},
    {Kind::BroadcastMismatch, [] { program("x + [1, 2]"); },
     "sizes 3, 2; operand (x): f32[3], axis 0; operand ([1, 2]): i64[2], axis 0"},
    {Kind::OutputLabel, [] { strings("i->j", {vector3}); }, "index j"},
    {Kind::IndexUnbound, [] { program("y[i] = x[i + k]"); }, "index i; operand (x): f32[3], axis 0"},
    {Kind::IndexRange, [] { program("y[i] = x[i] * x[i + 1]"); }, "index i; sizes 3, 3; operand (x): f32[3], axis 0"},
    {Kind::AxisOutOfRange, [] { program("x.sum(1)"); }, "sizes 1, 1; operand (x): f32[3]"},
    {Kind::BadShape, [] { program("x.expand(4)"); }, "sizes 3, 4; operand (x): f32[3], axis 0"},
    {Kind::EmptyReduction, [] { program("x.max()", {DType::F32, {0}}); }, "operand (x): f32[0]"},
    {Kind::TypeMismatch, [] { program("-x", {DType::Bool, {3}}); }, "operand (x): bool[3]"},
    {Kind::RaggedLiteral, [] { program("x + [[1], [2, 3]]"); }, "sizes 2, 1"},
    {Kind::TooManyAxes, [] { program(repeated("x.unsqueeze(0)", 1) + repeated(".unsqueeze(0)", 31)); }, "sizes 33, 32"},
    {Kind::TooManyOperands, [] { strings(repeated("i,", 1024) + "i->", {}); }, "sizes 1025, 1024"},
    {Kind::TensorTooLarge, [] { strings("i->", {{DType::F32, {std::int64_t{1} << 62}}}); },
     "operand (a): f32[4611686018427387904]"},
    {Kind::KernelTooLarge,
     [] { raise(codegen::generate(loops("unroll i in 0..1000000 { %out[0] = %a[0] }"), hostTarget())); }},
    {Kind::MemoryLimit,
     [] {
       Options options;
       options.memoryLimit = 15;
       options.target = "haswell";
       compileProgram("y = exp(x); y / y.sum()", {{"x", {DType::F32, {1000}}, {}}}, options);
     },
     "sizes 4096, 15"},
    {Kind::StepRefused, [] { raise(apply(loops(""), loop::Unroll{"i"})); }},
    {Kind::FileError, [] { loadNpy("/nowhere/x.npy"); }},
    {Kind::NpyFormat, [] { raise(parseNpyHeader("not a header")); }},
    {Kind::OutOfMemory, [] { AnyTensor(TensorType{DType::F64, {std::int64_t{1} << 58}}); },
     "operand: f64[288230376151711744]"},
    {Kind::WrongTarget,
     [] {
       Options options;
       options.target = otherMachine;
       compile("i->", {vector3}, options).entry();
     }},
    {Kind::ProcessEnds, [] { raise(codegen::mayGenerate(true)); }},
    {Kind::ArgumentMismatch, [] { compile("i->", {vector3}).run({}); }, "sizes 1, 1, 0, 1"},
};

struct Line {
  DiagnosticKind kind;
  const char *name, *stableName;
  ErrorCategory category;
};
constexpr Line lines[] = {
#define DIAGNOSTIC(kind, stableName, category) {DiagnosticKind::kind, #kind, stableName, ErrorCategory::category},
#include "Support/Diagnostics.def"
#undef DIAGNOSTIC
};

const Provocation *provocationOf(DiagnosticKind kind) {
  const auto found = std::ranges::find(provocations, kind, &Provocation::kind);
  return found == std::end(provocations) ? nullptr : found;
}

/// The error of a kind's case; a failed test where there is none.
std::optional<Error> provoke(DiagnosticKind kind) {
  if (const Provocation *provocation = provocationOf(kind)) try {
      provocation->provoke();
    } catch (const Error &error) {
      return error;
    }
  ADD_FAILURE() << "nothing provokes " << name(kind);
  return std::nullopt;
}

constexpr const char *goldenFolder = "Driver/Diagnostics";

std::filesystem::path goldenOf(const Line &line) {
  return std::filesystem::path(EINJIT_SOURCE_DIR) / "test" / goldenFolder / (std::string(line.stableName) + ".golden");
}

class Diagnostics : public testing::TestWithParam<Line> {};

TEST_P(Diagnostics, CanBeProvoked) {
  const Line &line = GetParam();
  const auto error = provoke(line.kind);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind(), line.stableName) << error->what();
  EXPECT_EQ(error->category(), line.category) << error->what();
  EXPECT_EQ(std::string(error->what()).rfind("error: ", 0), 0U) << error->what();
  EXPECT_EQ(name(line.kind), line.stableName);
  EXPECT_EQ(category(line.kind), line.category);
  if (test::isBlessing() && !exists(goldenOf(line))) std::ofstream(goldenOf(line)) << "====\n";
  EXPECT_TRUE(exists(goldenOf(line))) << "--bless writes it";
}

TEST_P(Diagnostics, SayAsDataWhatTheySayAsText) {
  const Line &line = GetParam();
  const auto error = provoke(line.kind);
  ASSERT_TRUE(error.has_value());
  const ErrorReport &report = error->reports().front();
  EXPECT_EQ(test::partsOf(report, error->source()), provocationOf(line.kind)->parts);
  if (line.category == ErrorCategory::Shape) {
    EXPECT_STRNE(provocationOf(line.kind)->parts, "") << "what has a wrong shape?";
  }
  EXPECT_EQ(render(report, error->source()),
            std::string(error->what()).substr(0, render(report, error->source()).size()));
  for (const ErrorRange &range : report.ranges) {
    EXPECT_LE(range.begin, range.end);
    EXPECT_LE(range.end, error->source().size());
  }
}

INSTANTIATE_TEST_SUITE_P(All, Diagnostics, testing::ValuesIn(lines),
                         [](const auto &info) { return std::string(info.param.name); });

TEST(DiagnosticTexts, AreGolden) {
  test::checkGoldens(goldenFolder, [](const test::Golden &golden) -> std::string {
    const auto line =
        std::ranges::find_if(lines, [&](const Line &candidate) { return candidate.stableName == golden.name; });
    if (line == std::end(lines)) return "there is no such kind of error";
    const auto error = provoke(line->kind);
    return error ? error->what() : "";
  });
}

TEST(DiagnosticTexts, SuggestWhatWouldMendThem) {
  test::checkGoldens("Driver/Suggestions", [](const test::Golden &golden) {
    std::string text;
    for (const test::Spelling &spelling : test::spellings(golden.input)) {
      const auto result = test::lower(spelling);
      if (result) ADD_FAILURE() << "this is no mistake: " << spelling.text;
      if (!text.empty()) text += "--\n";
      text += render(result ? einjit::Diagnostics() : result.errors(), spelling.text) + "\n";
    }
    return text;
  });
}

TEST(DiagnosticParts, AreGolden) {
  test::checkGoldens("Driver/Parts", [](const test::Golden &golden) {
    std::string text;
    for (const test::Spelling &spelling : test::spellings(golden.input)) {
      const auto result = test::lower(spelling);
      if (result) {
        ADD_FAILURE() << "this is no mistake: " << spelling.text;
        continue;
      }
      const Error error = asError(result.errors(), spelling.text);
      if (!text.empty()) text += "--\n";
      for (const ErrorReport &report : error.reports())
        text += report.kind + ": " + report.message + "\n  " + test::partsOf(report, error.source()) + "\n";
    }
    return text;
  });
}

/// `TooManyAxes` is `too-many-axes`.
TEST(DiagnosticNames, AreTheirKinds) {
  for (const Line &line : lines) {
    std::string dashed;
    for (const char *c = line.name; *c; ++c) {
      if (std::isupper(static_cast<unsigned char>(*c)) && !dashed.empty()) dashed += '-';
      dashed += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
    }
    EXPECT_EQ(dashed, line.stableName);
  }
}

TEST(DiagnosticKinds, ComplexNumbersHaveNoGreater) {
  for (const char *text : {"y = x; y max= x", "y = x; y min= x"})
    EXPECT_EQ(test::kindOf([&] { program(text, {DType::C64, {3}}); }), "type-mismatch") << text;
}

} // namespace
} // namespace einjit
