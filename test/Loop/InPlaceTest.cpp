// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which outputs may be the memory of an input, and what is said of others.
#include "Loop/Kernel.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit::loop {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> problemsOf(const std::string &parameters, const std::string &body) {
  const auto kernel = parseKernel("kernel @k(" + parameters + ") {" + body + "}");
  EXPECT_TRUE(kernel) << render(kernel ? std::vector<Diagnostic>{} : kernel.errors(), body);
  return kernel ? verify(*kernel) : std::vector<std::string>{"no kernel"};
}

/// Of a body over %a, %c and, in the memory of %c, %out, all matrices with 8 rows of 13.
std::vector<std::string> problemsOf(const std::string &body) {
  return problemsOf("in %a: f32[8,13], in %c: f32[8,13], out %out: f32[8,13] over %c", body);
}

std::vector<std::string> saying(const std::string &problem) { return {"%out over %c: " + problem}; }

TEST(InPlace, ReadsWhereItStores) {
  EXPECT_THAT(problemsOf("for i in 0..8 { for j in 0..13 { %out[i,j] = add(%a[i,j], mul(%c[i,j], %c[i,j])) } }"),
              IsEmpty());
  EXPECT_THAT(problemsOf("parallel i in 0..8 { for j in 0..13 { %out[i,j] = add(%a[7,0], %c[i,j]) } }"), IsEmpty());
  // Some elements are not read, or not stored; prefetching changes nothing.
  EXPECT_THAT(problemsOf("%out[0,0] = %a[0,0]  for i in 0..7 { prefetch %c[i + 1,0]  %out[i + 1,3] = %c[i + 1,3] }"),
              IsEmpty());
}

TEST(InPlace, TailsAreMasked) {
  EXPECT_THAT(problemsOf("for i in 0..8 { for v in 0..2 { 8 lanes if lane < -8*v + 13: "
                         "%out[i,8*v + lane] = neg(%c[i,8*v + lane]) } }"),
              IsEmpty());
  EXPECT_THAT(problemsOf("for o in 0..3 { for i in 0..min(3, -3*o + 8) { for j in 0..13 { "
                         "%out[3*o + i,j] = %c[3*o + i,j] } } }"),
              IsEmpty());
}

TEST(InPlace, StoresOfDifferentElementsStandBesideEachOther) {
  EXPECT_THAT(
      problemsOf("for i in 0..8 { 8 lanes: %out[i,lane] = %c[i,lane]  5 lanes: %out[i,lane + 8] = %a[i,lane] }"),
      IsEmpty());
  EXPECT_EQ(problemsOf("for i in 0..8 { 8 lanes: %out[i,lane] = %c[i,lane]  6 lanes: %out[i,lane + 7] = %a[i,lane] }"),
            saying("two stores may write one element"));
}

TEST(InPlace, WhatIsStoredIsNotReadLater) {
  EXPECT_EQ(problemsOf("for i in 0..8 { for j in 0..13 { %out[i,j] = %c[i,-j + 12] } }"),
            saying("%c[i,-j + 12] is read elsewhere than where the output is stored"));
  EXPECT_EQ(problemsOf("registers %r: f32[]  %r[] = %c[0,0]  for i in 0..8 { %out[i,0] = add(%r[], %c[i,0]) }"),
            saying("%c[0,0] is read elsewhere than where the output is stored"));
}

TEST(InPlace, EachElementIsStoredOnce) {
  EXPECT_EQ(problemsOf("for k in 0..2 { for i in 0..8 { %out[i,0] = add(%c[i,0], %a[i,k]) } }"),
            saying("an element is stored more than once"));
  EXPECT_EQ(problemsOf("for i in 0..4 { for j in 0..4 { %out[i + j,0] = %c[i + j,0] } }"),
            saying("two iterations may store to one element"));
  EXPECT_EQ(problemsOf("for i in 0..8 { %out[i,0] = add(%out[i,0], %c[i,0]) }"),
            saying("what is stored depends on the output"));
  EXPECT_EQ(problemsOf("8 lanes reduce add: %out[0,0] = %a[0,lane]"), saying("lanes are folded into it"));
}

TEST(InPlace, PlacesAreThoseInMemory) {
  const std::string body = "for i in 0..8 { for j in 0..4 { %out[4*i + j] = %c[i,j] } }";
  EXPECT_THAT(problemsOf("in %c: f32[8,4], out %out: f32[32] over %c", body), IsEmpty());
  EXPECT_EQ(problemsOf("in %c: f32[8,4] strides [1,8], out %out: f32[32] over %c", body),
            saying("%c[i,j] is read elsewhere than where the output is stored"));
}

TEST(InPlace, TypesAndOwnersMatch) {
  const std::string body = "for i in 0..4 { %out[i] = f32(1) }";
  EXPECT_EQ(problemsOf("in %c: i32[4], out %out: f32[4] over %c", body), saying("its elements are of another type"));
  EXPECT_EQ(problemsOf("out %c: f32[4], out %out: f32[4] over %c", body), saying("an out is over an in"));
  EXPECT_THAT(problemsOf("in %c: f32[4], out %out: f32[4] over %c, out %other: f32[4] over %c", body),
              ElementsAre("%out over %c: another out is over it, too"));
}

} // namespace
} // namespace einjit::loop
