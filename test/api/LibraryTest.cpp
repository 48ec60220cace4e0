// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C++ API as docs/library.md shows it, on public headers alone.
#include <einjit/einjit.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class T> std::vector<T> elements(const einjit::Tensor<T> &tensor) { return {tensor.begin(), tensor.end()}; }

TEST(Library, EvaluatesAnEinsumString) {
  const einjit::Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  const einjit::Tensor<float> w({3}, {1, 0, -1});
  const einjit::Tensor<float> y = einjit::einsum("ij,j->i", x, w);
  EXPECT_EQ(y.shape(), std::vector<std::int64_t>{2});
  EXPECT_THAT(elements(y), ElementsAre(-2, -2));
}

TEST(Library, EvaluatesIntoMemoryThatIsThere) {
  using einjit::into;
  const einjit::Tensor<float> a({2, 3}, {1, 2, 3, 4, 5, 6}), b({3, 2}, {1, 0, 0, 1, 1, 1});
  einjit::Tensor<float> product({2, 2});
  einjit::einsum("ij,jk->ik", a, b, product);
  einjit::einsum("ij->ji", product, product); // transposed in place
  EXPECT_THAT(elements(product), ElementsAre(4, 10, 5, 11));
  einjit::einsum("ij,jk->ik", a, b, into(product, 2, 1)); // product = 2 * a @ b + product
  EXPECT_THAT(elements(product), ElementsAre(12, 20, 25, 33));
}

TEST(Library, MakesEinsumStringsOfNumbers) {
  const std::string string = einjit::einsumString({{0, 1}, {1, 2}}, {0, 2}); // ab,bc->ac
  EXPECT_EQ(string, "ab,bc->ac");
}

TEST(Library, TakesOptions) {
  const einjit::Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  const einjit::Tensor<float> w({3}, {1, 0, -1});
  einjit::Options options = einjit::defaultOptions();
  options.threads = 2;
  options.strict = true;
  const einjit::Kernel kernel = einjit::compile("ij,j->i", {x.type(), w.type()}, options);
  einjit::Tensor<float> y({2});
  kernel(x, w, y);
  EXPECT_THAT(elements(y), ElementsAre(-2, -2));
}

TEST(Library, CompilesOnceAndCallsOften) {
  const einjit::Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  const einjit::Tensor<float> w({3}, {1, 0, -1});
  const einjit::Kernel kernel = einjit::compile("ij,j->i", {x.type(), w.type()});
  einjit::Tensor<float> y({2});
  kernel(x, w, y); // the inputs, then the results
  EXPECT_THAT(elements(y), ElementsAre(-2, -2));
}

TEST(Library, SaysWhatItsCachesDid) {
  einjit::clearCache();
  einjit::compile("ij,j->i", {{einjit::DType::F32, {2, 3}}, {einjit::DType::F32, {3}}});
  bool fromDisk = false;
  const einjit::CacheStatistics caches = einjit::cacheStatistics();
  if (caches.codeGenerations == 0) { // all kernels so far came from disk
    fromDisk = true;
  }
  EXPECT_EQ(caches.kept, 1U);
  EXPECT_FALSE(fromDisk) << "tests use none";
}

TEST(Library, CompilesPrograms) {
  const einjit::Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  einjit::Options options;
  options.results = {"mean", "centred"};
  const einjit::Kernel kernel = einjit::compileProgram("mean = x.mean(dim=1, keepdim=True)\n"
                                                       "centred = x - mean\n",
                                                       {{"x", x.type()}}, options);
  einjit::Tensor<float> mean({2, 1}), centred({2, 3});
  kernel(x, mean, centred);
  EXPECT_THAT(elements(mean), ElementsAre(2, 5));
  EXPECT_THAT(elements(centred), ElementsAre(-1, 0, 1, -1, 0, 1));
}

TEST(Library, ReadsScalarsAsExtents) {
  const einjit::Tensor<float> w({2, 1}, {1, 2});
  const einjit::Tensor<std::int64_t> n({}, {3});
  const einjit::Kernel kernel =
      einjit::compileProgram("w.expand(-1, n)", {{"w", w.type()}, {"n", n.type(), std::int64_t{3}}});
  einjit::Tensor<float> y({2, 3});
  kernel(w, n, y);
  EXPECT_THAT(elements(y), ElementsAre(1, 1, 1, 2, 2, 2));
}

TEST(Library, ReadsTheCallersMemory) {
  const double columns[] = {1, 4, 2, 5, 3, 6}; // 2 by 3, column by column
  const einjit::TensorView<const double> x(columns, {2, 3}, {1, 2});
  double sums[3];
  const einjit::Kernel kernel = einjit::compile("ij->j", {x.type()});
  kernel(x, einjit::TensorView<double>(sums, {3}));
  EXPECT_THAT(sums, ElementsAre(5, 7, 9));
}

TEST(Library, WritesMemoryWithStrides) {
  const einjit::Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  einjit::Options options;
  options.resultTypes = {{einjit::DType::F32, {2, 3}, {1, 2}}}; // column by column
  const einjit::Kernel kernel = einjit::compile("ij->ij", {x.type()}, options);
  float columns[6];
  kernel(x, einjit::TensorView<float>(columns, {2, 3}, {1, 2}));
  EXPECT_THAT(columns, ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(Library, WorksInPlace) {
  const einjit::Tensor<float> x({3}, {1, 2, 3});
  einjit::Tensor<float> y({3}, {10, 20, 30});
  einjit::Options options;
  options.inPlace = {{0, 1}}; // result 0 may be the memory of input 1
  const einjit::Kernel kernel = einjit::compileProgram("y + 2 * x", {{"x", x.type()}, {"y", y.type()}}, options);
  kernel(x, y, y);
  EXPECT_THAT(elements(y), ElementsAre(12, 24, 36));
}

TEST(Library, ViewsWhatIsNotItsOwn) {
  const float x[2][3] = {{1, 2, 3}, {4, 5, 6}};
  std::vector<float> sums(3);
  einjit::einsum("ij->j", x, sums);
  EXPECT_THAT(sums, ElementsAre(5, 7, 9));
}

TEST(Library, LetsAnOutputOverlapAnInput) {
  einjit::Tensor<float> x({2, 2}, {1, 2, 3, 4});
  einjit::compile("ij->ji", {x.type()})(x, x);
  EXPECT_THAT(elements(x), ElementsAre(1, 3, 2, 4));
}

TEST(Library, ReportsErrorsOfTheUsers) {
  const einjit::Tensor<float> x({2, 3}), w({4});
  std::string message, kind, data;
  try {
    einjit::einsum("ij,j->i", x, w);
  } catch (const einjit::Error &error) {
    message = error.what();
    kind = error.kind();
    EXPECT_EQ(error.category(), einjit::ErrorCategory::Shape);
    EXPECT_EQ(error.source(), "ij,j->i");
    const einjit::ErrorReport &report = error.reports().front();
    for (const einjit::ErrorOperand &operand : report.operands)
      data += report.index + " is " + std::to_string(*operand.size()) + " along axis " + std::to_string(*operand.axis) +
              " of operand " + std::to_string(*operand.number) + " of type " + str(*operand.type) + "\n";
    EXPECT_THAT(report.sizes, ElementsAre(3, 4));
  }
  EXPECT_EQ(kind, "size-mismatch");
  EXPECT_THAT(message, HasSubstr("index 'j' has two sizes"));
  EXPECT_EQ(data,
            "j is 3 along axis 1 of operand 0 of type f32[2,3]\nj is 4 along axis 0 of operand 1 of type f32[4]\n");
}

TEST(Library, ReportsErrorsAsValues) {
  const einjit::Tensor<float> x({2, 3}), w({4});
  std::string message, place;
  const einjit::Expected<einjit::Kernel> kernel = einjit::tryCompile("ij,j->i", {x.type(), w.type()});
  if (!kernel) message = kernel.error().what();
  EXPECT_THAT(message, HasSubstr("index 'j' has two sizes"));
  const int line = __LINE__ - 3;

  const einjit::Error &error = kernel.error();
  if (const std::optional<std::source_location> where = error.where())
    place = std::string(where->file_name()) + ":" + std::to_string(where->line());
  EXPECT_EQ(place, __FILE__ ":" + std::to_string(line));
}

TEST(Library, ChecksTheArgumentsOfCalls) {
  const einjit::Tensor<float> x({2, 3}), other({3, 2});
  einjit::Tensor<float> y({2});
  const einjit::Kernel kernel = einjit::compile("ij->i", {x.type()});
  EXPECT_THROW(kernel(other, y), einjit::Error);
  EXPECT_THROW(kernel(x), einjit::Error);
  EXPECT_THROW(kernel(x, x), einjit::Error); // a const tensor cannot be written
  EXPECT_THROW(einjit::Tensor<double>(einjit::einsum("ij->i", x)), einjit::Error);
}

TEST(Library, KeepsKernelsAndShowsTheirStages) {
  const einjit::TensorType type = {einjit::DType::F32, {32, 20, 128}};
  const einjit::Kernel kernel = einjit::compile("bce->be", {type});
  EXPECT_THAT(kernel.text(einjit::Stage::Tensor), HasSubstr("add over [c:20]"));
  EXPECT_EQ(kernel.cost().bytes, (32 * 20 * 128 + 32 * 128) * 4);
  EXPECT_EQ(einjit::compile("bce->be", {type}).entry(), kernel.entry());
}

TEST(Library, CallsTheEntryPoint) {
  const einjit::Tensor<float> x({2, 3}, {1, 2, 3, 4, 5, 6});
  einjit::Tensor<float> y({2});
  const einjit::Kernel kernel = einjit::compile("ij->i", {x.type()});

  using Entry = void (*)(void *const *buffers, void *scratch);
  const auto entry = reinterpret_cast<Entry>(reinterpret_cast<std::uintptr_t>(kernel.entry()));
  einjit::AnyTensor scratch({einjit::DType::Bool, {kernel.cost().scratchBytes}}); // aligned to 64 bytes
  void *const buffers[] = {const_cast<float *>(x.data()), y.data()};              // the inputs, then the results
  entry(buffers, scratch.data());

  EXPECT_THAT(elements(y), ElementsAre(6, 15));
}

TEST(Library, ReadsAndWritesFiles) {
  const std::string path = (std::filesystem::temp_directory_path() / "einjit-library-test.npy").string();
  const einjit::Tensor<double> x({2, 2}, {1, 2, 3, 4});
  einjit::saveNpy(path, x);
  const einjit::AnyTensor loaded = einjit::loadNpy(path);
  std::filesystem::remove(path);
  EXPECT_EQ(einjit::str(loaded.type()), "f64[2,2]");
  EXPECT_THAT(elements(einjit::Tensor<double>(loaded)), ElementsAre(1, 2, 3, 4));
}

} // namespace
