// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Case.h"
#include "CCode.h"
#include "Data.h"
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

namespace einjit::bench {
namespace {

using testing::HasSubstr;

const Extents extents{{'i', 4}, {'j', 6}, {'d', 3}};

std::string translated(const std::string &text, const std::string &einsum) {
  return programText(parseFormula(text, parseEinsum(einsum).value(), extents));
}

TEST(Formula, TranslatesElementsAndSums) {
  EXPECT_EQ(translated("(a[i]+b[i])*2", "i,i->i"), "result[i] = (a[i] + b[i]) * 2");
  EXPECT_EQ(translated("n[i] + m[j] - 2*sum_d x[i,d]*y[j,d]", "id,jd->ij"),
            "result[i,j] = (n[i] + m[j]) - (2 * sum[d]((x[i,d] * y[j,d])))");
  EXPECT_EQ(translated("sum_ij x[i,j]*log(y[j,i])", "ij,ji->"), "result[] = sum[i,j]((x[i,j] * log(y[j,i])))");
}

TEST(Formula, WritesOutWhatIsShortForMore) {
  EXPECT_EQ(translated("relu(x[i])", "i->i"), "result[i] = maximum(x[i], 0)");
  EXPECT_EQ(translated("gelu(x[i])", "i->i"),
            "t0[i] = x[i]; result[i] = (0.5 * t0[i]) * (1 + erf((t0[i] * 0.7071067811865476)))");
  EXPECT_EQ(translated("softmax_j(x[i,j])", "ij->ij"),
            "t0[i,j] = exp((x[i,j] - max[j](x[i,j]))); result[i,j] = t0[i,j] / sum[j](t0[i,j])");
}

TEST(Formula, BareNamesAreTheEinsumsOperands) {
  EXPECT_EQ(translated("x*s[j]+t", "ij,j,j->ij"), "result[i,j] = (x[i,j] * s[j]) + t[j]");
  EXPECT_EQ(translated("(x-mean_i)/sqrt(var_i+eps)", "ij->ij"),
            "t0[i] = sum[j](x[i,j]) / 6.0; t1[i,j] = x[i,j] - t0[i]; t2[i] = sum[j]((t1[i,j] * t1[i,j])) / 6.0; "
            "result[i,j] = (x[i,j] - t0[i]) / sqrt((t2[i] + 1e-5))");
}

TEST(Formula, AContractionAtTheEnd) {
  EXPECT_EQ(translated("exp(q[i,d]) contracted with v[d,j]", "id,dj->ij"),
            "t0[i,d] = exp(q[i,d]); result[i,j] = sum[d]((t0[i,d] * v[d,j]))");
}

TEST(Formula, CountsTheArithmeticOfReductions) {
  const Formula formula = parseFormula("sum_d x[i,d]*y[j,d]/8", parseEinsum("id,jd->ij").value(), extents);
  EXPECT_EQ(reductionFlops(formula), 2 * 4 * 6 * 3);
  EXPECT_EQ(reducedIndices(formula), "d");
}

TEST(Formula, RefusesWhatItDoesNotUnderstand) {
  EXPECT_THROW(translated("frobnicate(x[i])", "i->i"), FormulaError);
  EXPECT_THROW(translated("x[i] +", "i->i"), FormulaError);
  EXPECT_THROW(translated("x[i] y[i]", "i,i->i"), FormulaError);
  EXPECT_THROW(translated("x[z]", "i->i"), FormulaError);
  EXPECT_THROW(translated("sum_z x[i]", "i->i"), FormulaError);
  EXPECT_THROW(translated("x + y", "i->i"), FormulaError) << "one operand, two bare names";
  EXPECT_THROW(translated("i[i]", "i->i"), FormulaError) << "a tensor named as an index";
}

TEST(CCode, APlainProductByRows) {
  const Formula formula = formulaOf(parseEinsum("id,dj->ij").value(), extents);
  EXPECT_EQ(cFunction(formula, LoopOrder::Rows, "f"),
            R"(static void f_body(const T *restrict a0, const T *restrict a1, T *restrict result) {
for (size_t i_i = 0; i_i < 4; ++i_i) {
for (size_t i_j = 0; i_j < 6; ++i_j) result[0 + 6 * i_i + 1 * i_j] = 0;
for (size_t i_d = 0; i_d < 3; ++i_d) {
for (size_t i_j = 0; i_j < 6; ++i_j) result[0 + 6 * i_i + 1 * i_j] += (a0[0 + 1 * i_d + 3 * i_i] * a1[0 + 6 * i_d + 1 * i_j]);
}
}

}
void f(void *const *buffers, void *scratch) { (void)scratch; f_body(buffers[0], buffers[1], buffers[2]); }
)");
  EXPECT_EQ(cIterations(formula), 4 * 6 * 3);
}

TEST(CCode, RowsOfSeveralStatementsShareTheirOuterLoops) {
  const Formula formula = parseFormula("softmax_j(x[i,j])", parseEinsum("ij->ij").value(), extents);
  EXPECT_EQ(cScratchBytes(formula, DType::F32), 4 * (1 + 6 + 1)) << "maximum, exponentials and sum of one row";
}

TEST(Case, ReadsAFile) {
  const auto cases = parseCases(R"([{"id": "m", "class": "c", "tier": 2, "einsum": "ik,kj->ij", "dtype": "f64",
    "sizes": {"i": 2, "j": 3, "k": 4}, "flops": 48, "min_bytes": 208}])");
  ASSERT_EQ(cases.size(), 1);
  EXPECT_EQ(cases[0].id, "m");
  EXPECT_EQ(cases[0].group, "c");
  EXPECT_EQ(cases[0].tier, 2);
  EXPECT_EQ(cases[0].flops, 48);
  EXPECT_EQ(str(cases[0].inputs.at(1).type), "f64[4,3]");
}

TEST(Case, AnExpressionThatIsNotUnderstoodIsADefectOfThatCaseAlone) {
  const auto cases = parseCases(R"json([
    {"id": "a", "einsum": "i->i", "sizes": {"i": 2}, "expr": "wat(x[i])"},
    {"id": "b", "einsum": "i->i", "sizes": {"i": 2}, "expr": "exp(x[i])"}
  ])json");
  ASSERT_EQ(cases.size(), 2);
  EXPECT_THAT(cases[0].defect, HasSubstr("unknown function 'wat'"));
  EXPECT_EQ(cases[1].defect, "");
  EXPECT_EQ(cases[1].program, "result[i] = exp(x[i])");
}

TEST(Case, AnIndexWithoutASizeIsAnError) {
  EXPECT_THROW(parseCases(R"([{"id": "a", "einsum": "ij->i", "sizes": {"i": 2}}])"), std::runtime_error);
}

TEST(Case, EveryCaseOfTheFileShippedCompiles) {
  for (const Case &which : readCases(EINJIT_SOURCE_DIR "/tools/einjit-bench/cases.json")) {
    EXPECT_EQ(which.defect, "") << which.id;
    EXPECT_TRUE(which.formula) << which.id;
  }
}

TEST(Case, FromTheCommandLine) {
  const Case einsum = caseFromArguments("ij,jk->ik", {"f32[2,3]", "f32[3,4]"});
  ASSERT_TRUE(einsum.einsum);
  EXPECT_EQ(einsum.formula->extents, (Extents{{'i', 2}, {'j', 3}, {'k', 4}}));
  EXPECT_FALSE(caseFromArguments("ij,jk->ik", {"f32[2,3]", "f32[1,4]"}).einsum) << "it broadcasts";
  EXPECT_FALSE(caseFromArguments("x + 1", {"x=f32[2,3]"}).isEinsum);
  EXPECT_THROW(caseFromArguments("x + y", {"x=f32[2,3]", "f32[2]"}), std::runtime_error);
  EXPECT_THROW(caseFromArguments("i->i", {"f32[2"}), std::runtime_error);
}

TEST(Data, ResultsThatDifferAreFound) {
  const TensorType type{DType::F32, {3}};
  AnyTensor a(type), b(type);
  EXPECT_FALSE(firstDifference(a, b, 100));
  static_cast<float *>(b.data())[1] = 0.5F;
  const auto difference = firstDifference(a, b, 100);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->element, 1);
  EXPECT_EQ(difference->b, 0.5);
  static_cast<float *>(a.data())[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(firstDifference(a, b, 100)->element, 0);
}

TEST(Data, InputsAreSmallIntegersOrPositiveEighths) {
  const std::vector<Binding> bindings = {{"", TensorType{DType::F64, {1000}}}, {"", TensorType{DType::F64, {1000}}}};
  for (bool positive : {false, true}) {
    const auto inputs = makeInputs(bindings, positive);
    const auto *first = static_cast<const double *>(inputs[0].data());
    const auto [least, most] = std::minmax_element(first, first + 1000);
    EXPECT_EQ(*least, positive ? 0.125 : -2);
    EXPECT_EQ(*most, positive ? 0.625 : 2);
    EXPECT_TRUE(firstDifference(inputs[0], inputs[1], 1)) << "operands differ";
  }
}

} // namespace
} // namespace einjit::bench
