// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels and targets that are refused with a diagnostic.
#include "CodeGen/Execution.h"
#include "CodeGen/Size.h"
#include <gtest/gtest.h>

namespace einjit::test {
namespace {

DiagnosticKind refusal(std::string_view text, const Target &target = hostTarget()) {
  const Result<codegen::Module> module = codegen::generate(kernelOf(text), target, 2);
  if (module) throw std::logic_error("the kernel was not refused");
  EXPECT_FALSE(module.errors().front().message.empty());
  return module.errors().front().kind;
}

TEST(Limits, TooMuchUnrolling) {
  EXPECT_EQ(refusal("kernel @k(out %o: f32[100,100,100]) {"
                    " unroll i in 0..100 { unroll j in 0..100 { unroll k in 0..100 { %o[i,j,k] = f32(1) } } } }"),
            DiagnosticKind::KernelTooLarge);
  EXPECT_EQ(refusal("kernel @k() { unroll i in 0..4611686018427387904 { } }"), DiagnosticKind::KernelTooLarge);
  EXPECT_EQ(refusal("kernel @k() { unroll i in 0..4611686018427387904 { unroll j in 0..4611686018427387904 {"
                    " for k in 0..1 { } } } }"),
            DiagnosticKind::KernelTooLarge);
}

TEST(Limits, TooManyRegisters) {
  EXPECT_EQ(refusal("kernel @k() { registers %r: <16 x f32>[1000000,1000000] }"), DiagnosticKind::KernelTooLarge);
}

TEST(Limits, ScratchBeyondTheAddressSpace) {
  const std::string two =
      "kernel @k() { scratch %a: f32[1000000000,1000000000] scratch %b: f32[1000000000,1000000000] ";
  EXPECT_EQ(refusal(two + "%a[0,0] = f32(1) %b[0,0] = %a[0,0] }"), DiagnosticKind::TensorTooLarge);
  EXPECT_TRUE(codegen::generate(kernelOf(two + "%a[0,0] = f32(1) %b[0,0] = f32(1) }"), hostTarget()))
      << "not at the same time";
  EXPECT_EQ(refusal("kernel @k() { parallel i in 0..4 { scratch %a: f32[1000000000,1000000000] } }"),
            DiagnosticKind::TensorTooLarge);
}

TEST(Limits, LongLoopsAreFine) {
  const loop::Kernel kernel = kernelOf("kernel @k(out %o: f32[2]) { registers %s: i64[] %s[] = i64(0)"
                                       " for i in 0..4611686018427387904 { %s[] = add(%s[], i64(1)) } }");
  EXPECT_LT(codegen::estimateInstructions(kernel, hostTarget()), 20);
  EXPECT_TRUE(codegen::generate(kernel, hostTarget()));
}

TEST(Limits, TargetsThatLlvmDoesNotKnow) {
  const auto changed = [](auto member, const char *value) {
    Target target = presetTargets().front();
    target.*member = value;
    return target;
  };
  for (const Target &target :
       {changed(&Target::triple, "pdp11-unknown-unix"), changed(&Target::triple, ""), changed(&Target::cpu, "znver99"),
        changed(&Target::features, "+avx1024"), changed(&Target::features, "avx2"), changed(&Target::features, "+"),
        changed(&Target::triple, "nvptx64-nvidia-cuda")})
    EXPECT_EQ(refusal("kernel @k() { }", target), DiagnosticKind::UnknownTarget) << print(target);
}

} // namespace
} // namespace einjit::test
