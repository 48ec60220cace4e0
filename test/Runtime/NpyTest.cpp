// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Errors.h"
#include "Runtime/NpyHeader.h"
#include <cstdlib>
#include <cstring>
#include <einjit/Npy.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>

using namespace einjit;
using namespace einjit::test;
using namespace std::string_literals;
namespace fs = std::filesystem;

namespace {

class Npy : public testing::Test {
protected:
  Npy() {
    std::string pattern = (fs::temp_directory_path() / "einjit-npy-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Npy() override { fs::remove_all(folder_); }

  std::string path(const std::string &name) const { return (folder_ / name).string(); }
  std::string write(const std::string &bytes) const {
    std::ofstream(path("in.npy"), std::ios::binary) << bytes;
    return path("in.npy");
  }
  AnyTensor load(const std::string &bytes) const { return loadNpy(write(bytes)); }
  std::size_t fileCount() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  fs::path folder_;
};

/// A file of version 1 around any header text.
std::string file(std::string header, const std::string &data = "") {
  header += '\n';
  const auto length = static_cast<unsigned>(header.size());
  return "\x93NUMPY\x01\x00"s + static_cast<char>(length & 0xff) + static_cast<char>(length >> 8) + header + data;
}

std::string header(const std::string &descr, const std::string &shape) {
  return fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", descr, shape);
}

template <class T> std::vector<T> elements(const AnyTensor &tensor) {
  EXPECT_EQ(tensor.type().dtype, dtypeOf<T>);
  auto *data = static_cast<const T *>(tensor.data());
  return std::vector<T>(data, data + tensor.size());
}

std::string padding(std::size_t spaces) { return std::string(spaces, ' ') + "\n"; }

// What NumPy 1.24 wrote.

TEST_F(Npy, ReadsNumPysRowMajorFile) {
  const AnyTensor tensor = load("\x93NUMPY\x01\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"s +
                                padding(58) + "\0\0\0\0\0\0\x80?\0\0\0@\0\0@@\0\0\x80@\0\0\xa0@"s);
  EXPECT_EQ(tensor.shape(), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(elements<float>(tensor), (std::vector<float>{0, 1, 2, 3, 4, 5}));
}

TEST_F(Npy, ReadsNumPysFortranOrder) {
  const AnyTensor tensor = load("\x93NUMPY\x01\0v\0{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }"s +
                                padding(59) + "\0\0\0\0\3\0\0\0\1\0\0\0\4\0\0\0\2\0\0\0\5\0\0\0"s);
  EXPECT_EQ(elements<std::int32_t>(tensor), (std::vector<std::int32_t>{0, 1, 2, 3, 4, 5}));
}

TEST_F(Npy, ReadsVersions2And3) {
  const AnyTensor two = load("\x93NUMPY\2\0t\0\0\0{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"s +
                             padding(58) + "\0\0\0\0\0\0\xf8?\0\0\0\0\0\0\0\xc0"s);
  EXPECT_EQ(elements<double>(two), (std::vector<double>{1.5, -2}));
  const AnyTensor three = load("\x93NUMPY\3\0t\0\0\0{'descr': '<i8', 'fortran_order': False, 'shape': (), }"s +
                               padding(60) + "\7\0\0\0\0\0\0\0"s);
  EXPECT_TRUE(three.shape().empty());
  EXPECT_EQ(elements<std::int64_t>(three), std::vector<std::int64_t>{7});
}

// Variants that mean the same.

TEST_F(Npy, KeysComeInAnyOrderAndEitherQuotes) {
  const AnyTensor tensor = load(file(R"({"shape":(2L,),"fortran_order":False,"descr":"=i4"})", "\1\0\0\0\2\0\0\0"s));
  EXPECT_EQ(elements<std::int32_t>(tensor), (std::vector<std::int32_t>{1, 2}));
}

TEST_F(Npy, NativeByteOrderMayBeLeftOut) {
  EXPECT_EQ(load(file(header("f8", "(0,)"))).type().dtype, DType::F64);
  EXPECT_EQ(load(file(header("?", "(0,)"))).type().dtype, DType::Bool);
}

TEST_F(Npy, EveryByteButZeroIsTrue) {
  const AnyTensor tensor = load(file(header("|b1", "(4,)"), "\0\1\2\xff"s));
  EXPECT_EQ(std::memcmp(tensor.data(), "\0\1\1\1", 4), 0);
}

TEST_F(Npy, ThreeAxesOfFortranOrder) {
  std::string data;
  for (char i = 0; i < 24; ++i) data += i + "\0\0\0"s;
  const AnyTensor tensor = load(file("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3, 4)}", data));
  auto *at = static_cast<const std::int32_t *>(tensor.data());
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k) EXPECT_EQ(*at++, i + 2 * j + 6 * k);
}

TEST_F(Npy, ReadsFromAPipe) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(path("pipe"), std::ios::binary) << file(header("|b1", "(2,)"), "\1\0"s); });
  const AnyTensor tensor = loadNpy(path("pipe"));
  writer.join();
  EXPECT_EQ(elements<bool>(tensor), (std::vector<bool>{true, false}));
}

// Hostile files.

struct Hostile {
  std::string what; ///< part of the message
  std::string bytes;
};

TEST_F(Npy, HostileFilesAreErrors) {
  const std::string four(4, '\0');
  const Hostile cases[] = {
      {"ends inside its header", ""},
      {"ends inside its header", "\x93NUMPY"},
      {"is not a .npy file", "PK\3\4 a zip archive"},
      {"has version 4.0", "\x93NUMPY\4\0\1\0 "s},
      {"has version 1.7", "\x93NUMPY\1\7\1\0 "s},
      {"the header takes 65535 bytes, but the file has only 0 left", "\x93NUMPY\1\0\xff\xff"s},
      {"the header takes 1073741824 bytes, but the file has only 2 left", "\x93NUMPY\2\0\0\0\0\x40{}"s},
      {"the header takes 4294967295 bytes", "\x93NUMPY\3\0\xff\xff\xff\xff{}"s},
      {"has a header of 1048577 bytes", "\x93NUMPY\3\0\1\0\x10\0"s + std::string((1 << 20) + 1, ' ')},
      {"is larger than any memory", file(header("<f4", "(4611686018427387904,)"), four)},
      {"is larger than any memory", file(header("<f4", "(4294967296, 4294967296, 4)"), four)},
      {"too large", file(header("<f4", "(99999999999999999999,)"), four)},
      {"takes 4398046511104 bytes, but the file has only 4 left", file(header("<f4", "(1099511627776,)"), four)},
      {"f32[2] takes 8 bytes, but the file has only 4 left", file(header("<f4", "(2,)"), four)},
      {"f32[] takes 4 bytes, but the file has only 0 left", file(header("<f4", "()"))},
      {"has 4 bytes more than its shape says", file(header("<f4", "(1,)"), four + four)},
      {"has 4 bytes more than its shape says", file(header("<f4", "(0,)"), four)},
      {"a negative extent", file(header("<f4", "(-1,)"), four)},
      {"'shape' is not a tuple", file(header("<f4", "(1)"), four)},
      {"expected '('", file(header("<f4", "1"), four)},
      {"expected an extent", file(header("<f4", "((1,),)"), four)},
      {"expected an extent", file(header("<f4", "(,)"), four)},
      {"expected ',' or ')'", file(header("<f4", "(1 1)"), four)},
      {"element type '>f4' is big-endian", file(header(">f4", "(1,)"), four)},
      {"element type '<i2' is none of bool, i8, u8, i32, i64, f16, f32, f64, c64, c128",
       file(header("<i2", "(2,)"), four)},
      {"element type '' is none of", file(header("", "(2,)"), four)},
      {"element type '?[2J' is none of", file(header("\x1b[2J", "(2,)"), four)},
      {"records are not supported", file("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", four)},
      {"neither True nor False", file("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", four)},
      {"no 'shape'", file("{'descr': '<f4', 'fortran_order': False}", four)},
      {"no 'descr'", file("{}", four)},
      {"'descr' twice", file("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", four)},
      {"unknown key 'extra'", file("{'extra': 1}", four)},
      {"expected '{'", file("", four)},
      {"expected '{'", file("__import__('os').system('true')", four)},
      {"expected a string", file("{{{{{{{{{{", four)},
      {"expected ',' or '}'", file("{'descr': '<f4' 'shape': ()", four)},
      {"a string without end", file("{'descr", four)},
      {"text after the dictionary", file(header("<f4", "(1,)") + " + {}", four)},
      {"text after the dictionary", file(header("<f4", "(1,)") + "\0"s, four)},
  };
  for (const Hostile &hostile : cases) {
    SCOPED_TRACE(hostile.what);
    expectError([&] { load(hostile.bytes); }, "npy-format", hostile.what);
    expectError([&] { load(hostile.bytes); }, "npy-format", path("in.npy") + ": ");
  }
}

TEST_F(Npy, AnyTruncationIsAnError) {
  const std::string whole = file(header("<i4", "(2, 2)"), std::string(16, '\1'));
  EXPECT_EQ(load(whole).size(), 4);
  for (std::size_t size = 0; size < whole.size(); ++size)
    expectError([&] { load(whole.substr(0, size)); }, "npy-format", "in.npy: ");
}

TEST_F(Npy, AnyFlippedBitIsReadOrRefused) {
  const std::string whole = file(header("<i4", "(2, 2)"), std::string(16, '\1'));
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    try {
      load(damaged);
    } catch (const Error &error) {
      EXPECT_EQ(error.category(), ErrorCategory::Runtime);
    }
  }
}

TEST_F(Npy, WhatIsNoReadableFile) {
  expectError([&] { loadNpy(path("absent.npy")); }, "file-error", "absent.npy: No such file or directory");
  expectError([&] { loadNpy(folder_.string()); }, "file-error", ": is a directory");
  expectError([&] { loadNpy(""); }, "file-error", "No such file");
  expectError([&] { loadNpy("/dev/null"); }, "npy-format", "/dev/null: ends inside its header");
  expectError([&] { loadNpy("/dev/zero"); }, "npy-format", "/dev/zero: is not a .npy file");
}

// Round trips.

template <class T> class NpyRoundTrip : public Npy {};
using ElementTypes = testing::Types<bool, std::int8_t, std::uint8_t, std::int32_t, std::int64_t, Half, float, double,
                                    std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(NpyRoundTrip, ElementTypes);

TYPED_TEST(NpyRoundTrip, OfEveryElementTypeAndRank) {
  for (const std::vector<std::int64_t> &shape :
       {std::vector<std::int64_t>{}, {1}, {7}, {0}, {2, 3}, {3, 0, 2}, {2, 1, 3, 1, 2}}) {
    Tensor<TypeParam> tensor(shape);
    for (std::int64_t i = 0; i < tensor.size(); ++i)
      tensor.data()[i] = static_cast<TypeParam>(static_cast<float>(i % 2 == 0 ? i + 3 : 0));
    saveNpy(this->path("out.npy"), tensor);
    const Tensor<TypeParam> back(loadNpy(this->path("out.npy")));
    EXPECT_EQ(back.shape(), shape);
    EXPECT_TRUE(std::equal(back.begin(), back.end(), tensor.begin(), tensor.end()));
    EXPECT_EQ(this->fileCount(), 1U);
  }
}

TEST_F(Npy, AStridedTensorIsWrittenRowMajor) {
  const float memory[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  saveNpy(path("t.npy"), TensorView<const float>(memory, {4, 3}, {1, 4}));
  EXPECT_EQ(elements<float>(loadNpy(path("t.npy"))), (std::vector<float>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
  saveNpy(path("t.npy"), TensorView<const float>(memory + 11, {2, 2}, {-6, -3}));
  EXPECT_EQ(elements<float>(loadNpy(path("t.npy"))), (std::vector<float>{11, 8, 5, 2}));
  saveNpy(path("t.npy"), TensorView<const float>(memory + 3, {3}, {0}));
  EXPECT_EQ(elements<float>(loadNpy(path("t.npy"))), (std::vector<float>{3, 3, 3}));
}

TEST_F(Npy, ElementsStartAlignedAndTheHeaderReadsBack) {
  for (std::size_t rank : {0U, 1U, 2U, 9U, 32U}) {
    const std::vector<std::int64_t> shape(rank, 123'456'789);
    const std::string preamble = npyPreamble(DType::F32, shape);
    EXPECT_EQ(preamble.size() % 64, 0U);
    EXPECT_EQ(preamble.back(), '\n');
    const Result<NpyHeader> back = parseNpyHeader(std::string_view(preamble).substr(10));
    ASSERT_TRUE(back) << back.errors().front().message;
    EXPECT_EQ(back->shape, shape);
  }
}

TEST_F(Npy, MoreThan32AxesAreRefused) {
  std::string shape;
  for (int axis = 0; axis < 33; ++axis) shape += "1, ";
  const Result<NpyHeader> header32 = parseNpyHeader(header("<f4", "(" + shape.substr(3) + ")"));
  EXPECT_TRUE(header32);
  const Result<NpyHeader> header33 = parseNpyHeader(header("<f4", "(" + shape + ")"));
  ASSERT_FALSE(header33);
  EXPECT_THAT(header33.errors().front().message, testing::HasSubstr("more than 32 axes"));
}

// Writing.

TEST_F(Npy, AFailedWriteLeavesNothing) {
  const Tensor<float> tensor({2});
  expectError([&] { saveNpy(path("absent/out.npy"), tensor); }, "file-error", "out.npy: cannot write: No such file");
  fs::create_directory(path("folder"));
  expectError([&] { saveNpy(path("folder"), tensor); }, "file-error", "folder: cannot write: Is a directory");
  EXPECT_EQ(fileCount(), 1U);
}

// What a ConstTensorRef says is anybody's word.
TEST_F(Npy, WhatIsNoTensorIsNotWritten) {
  const std::vector<float> memory(6);
  const auto expectRefusal = [&](const void *data, std::vector<std::int64_t> shape, std::vector<std::int64_t> strides,
                                 const char *kind, const char *part, ErrorCategory category) {
    for (const DType dtype : {DType::F32, DType::BF16})
      expectError([&] { saveNpy(path("out.npy"), ConstTensorRef(data, dtype, shape, strides)); }, kind, part, category);
  };
  constexpr auto shape = ErrorCategory::Shape, resource = ErrorCategory::Resource, runtime = ErrorCategory::Runtime;
  expectRefusal(memory.data(), {2, 3}, {3}, "bad-shape", "as many strides as axes", shape);
  expectRefusal(memory.data(), {2, 3}, {3, 1, 1}, "bad-shape", "the tensor cannot have the type", shape);
  expectRefusal(memory.data(), {-2, 3}, {}, "bad-shape", "extents are not negative", shape);
  expectRefusal(memory.data(), std::vector<std::int64_t>(40, 1), {}, "too-many-axes", "has 40 axes", resource);
  expectRefusal(memory.data(), {INT64_MAX, 2}, {}, "tensor-too-large", "is too large", resource);
  expectRefusal(memory.data(), {2}, {INT64_MAX}, "tensor-too-large", "is too large", resource);
  expectRefusal(nullptr, {2}, {}, "argument-mismatch", "has no data", runtime);
  EXPECT_EQ(fileCount(), 0U);
  saveNpy(path("empty.npy"), ConstTensorRef(nullptr, DType::F32, std::vector<std::int64_t>{0, 3}));
  EXPECT_EQ(loadNpy(path("empty.npy")).size(), 0);
}

TEST_F(Npy, AnOldFileIsReplacedAndAnOldLinkKept) {
  saveNpy(path("real.npy"), Tensor<float>({2}));
  fs::create_symlink("real.npy", path("link.npy"));
  saveNpy(path("link.npy"), Tensor<float>({5}));
  EXPECT_TRUE(fs::is_symlink(path("link.npy")));
  EXPECT_EQ(loadNpy(path("real.npy")).size(), 5);
  EXPECT_EQ(fileCount(), 2U);
}

TEST_F(Npy, DevicesAreWrittenThrough) {
  saveNpy("/dev/null", Tensor<float>({2}));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  expectError([&] { saveNpy("/dev/full", Tensor<float>({2})); }, "file-error", "/dev/full: cannot write: No space");
}

} // namespace
