// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Cache.h"
#include <einjit/einjit.h>
#include <functional>
#include <gtest/gtest.h>
#include <set>

namespace einjit {
namespace {

const TensorType matrix{DType::F32, {7, 9}};

TEST(Cache, GivesTheSameCodeForTheSameSource) {
  EXPECT_EQ(compile("ij->ji", {matrix}).entry(), compile("ij->ji", {matrix}).entry());
  const std::vector<Binding> inputs = {{"x", matrix, {}}};
  EXPECT_EQ(compileProgram("x.T", inputs).entry(), compileProgram("x.T", inputs).entry());
}

TEST(Cache, CanBeLeftOut) {
  Options options;
  options.cache = false;
  const Kernel first = compile("ij->ji", {matrix}, options), second = compile("ij->ji", {matrix}, options);
  EXPECT_NE(first.entry(), second.entry());
}

TEST(Cache, ErrorsAreNotKept) {
  for (int i = 0; i < 2; ++i) EXPECT_THROW(compile("ij->k", {matrix}), Error);
}

/// Whatever makes another kernel makes another key.
TEST(Cache, KeysDiffer) {
  std::set<std::string> keys;
  std::size_t count = 0;
  auto add = [&](const Source &source, const Options &options = {}) {
    keys.insert(cacheKey(source, options));
    ++count;
  };
  const Source source{"x", false, {{"x", matrix, {}}}};
  add(source);
  for (const std::function<void(Source &)> &change : std::vector<std::function<void(Source &)>>{
           [](Source &s) { s.text = "x "; },
           [](Source &s) { s.isEinsum = true; },
           [](Source &s) { s.inputs[0].name = "y"; },
           [](Source &s) { s.inputs[0].type.dtype = DType::F64; },
           [](Source &s) { s.inputs[0].type.shape = {9, 7}; },
           [](Source &s) { s.inputs[0].type.strides = {1, 7}; },
           [](Source &s) { s.inputs[0].value = 3; },
           [](Source &s) { s.inputs.push_back({"y", matrix, {}}); },
           [](Source &s) { s.inputs.clear(); },
       }) {
    Source changed = source;
    change(changed);
    add(changed);
  }
  for (const std::function<void(Options &)> &change : std::vector<std::function<void(Options &)>>{
           [](Options &o) { o.target = "haswell"; },
           [](Options &o) { o.threads = 2; },
           [](Options &o) { o.dtype = DType::F64; },
           [](Options &o) { o.strict = true; },
           [](Options &o) { o.exact = true; },
           [](Options &o) { o.results = {"x"}; },
           [](Options &o) { o.results = {"x", "x"}; },
           [](Options &o) { o.results = {"xx"}; },
       }) {
    Options changed;
    change(changed);
    add(source, changed);
  }
  EXPECT_EQ(keys.size(), count);
}

TEST(Cache, RowMajorStridesAreNoDifference) {
  const Source plain{"ij->", true, {{"", matrix, {}}}}, written{"ij->", true, {{"", {DType::F32, {7, 9}, {9, 1}}, {}}}};
  EXPECT_EQ(cacheKey(plain, {}), cacheKey(written, {}));
}

} // namespace
} // namespace einjit
