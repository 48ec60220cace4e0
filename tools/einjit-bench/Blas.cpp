// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Blas.h"
#include <algorithm>
#include <limits>

namespace einjit::bench {
namespace {

// The numbers of CBLAS's enumerations.
constexpr int rowMajor = 101, noTranspose = 111, transpose = 112;

/// A matrix as BLAS takes it: rows, or columns ("transposed"), of this leading dimension.
struct Matrix {
  int trans, leading;
};

Matrix matrix(std::int64_t rows, std::int64_t rowStride, std::int64_t columns, std::int64_t columnStride) {
  const bool byRows = columns == 1 ? rowStride != 1 || rows == 1 : columnStride == 1;
  const std::int64_t width = byRows ? columns : rows, stride = byRows ? rowStride : columnStride;
  return {byRows ? noTranspose : transpose, static_cast<int>(std::max(stride, width))};
}

template <class T> struct Products {
  std::shared_ptr<const Blas> blas;
  const BlasFunctions<T> &functions;
  GemmShape shape;
  std::vector<Offsets> offsets;
  const T *left, *right;
  T *result;

  void gemm() const {
    const Matrix a = matrix(shape.m, shape.leftM, shape.k, shape.leftK);
    const Matrix b = matrix(shape.k, shape.rightK, shape.n, shape.rightN);
    const int m = static_cast<int>(shape.m), n = static_cast<int>(shape.n), k = static_cast<int>(shape.k);
    const int ldc = static_cast<int>(std::max(shape.resultM, shape.n));
    for (const Offsets &at : offsets)
      functions.gemm(rowMajor, a.trans, b.trans, m, n, k, 1, left + at.left, a.leading, right + at.right, b.leading, 0,
                     result + at.result, ldc);
  }

  void gemv() const {
    const Matrix a = matrix(shape.m, shape.leftM, shape.k, shape.leftK);
    int rows = static_cast<int>(shape.m), columns = static_cast<int>(shape.k);
    if (a.trans == transpose) std::swap(rows, columns);
    for (const Offsets &at : offsets)
      functions.gemv(rowMajor, a.trans, rows, columns, 1, left + at.left, a.leading, right + at.right,
                     static_cast<int>(std::max<std::int64_t>(shape.rightK, 1)), 0, result + at.result,
                     static_cast<int>(shape.resultM));
  }

  void dot() const {
    for (const Offsets &at : offsets)
      result[at.result] = functions.dot(static_cast<int>(shape.k), left + at.left, static_cast<int>(shape.leftK),
                                        right + at.right, static_cast<int>(shape.rightK));
  }
};

template <class T>
std::function<void()> products(std::shared_ptr<const Blas> blas, const BlasFunctions<T> &functions,
                               const GemmShape &shape, const Factors &factors) {
  const Products<T> all{std::move(blas),
                        functions,
                        shape,
                        offsetsOf(shape),
                        static_cast<const T *>(factors.left),
                        static_cast<const T *>(factors.right),
                        static_cast<T *>(factors.result)};
  if (shape.isDot()) return [all] { all.dot(); };
  if (shape.isMatVec()) return [all] { all.gemv(); };
  return [all] { all.gemm(); };
}

bool fitsInt(const GemmShape &shape) {
  const std::int64_t largest =
      std::max({shape.m, shape.n, shape.k, shape.leftM, shape.leftK, shape.rightK, shape.rightN, shape.resultM});
  return largest <= std::numeric_limits<int>::max();
}

template <class Function> bool load(const Library &library, const char *name, Function *&function) {
  function = library.find<Function>(name);
  return function != nullptr;
}

std::optional<Contestant> makeContestant(const char *name, std::shared_ptr<const Blas> blas, Problem &problem) {
  const std::optional<GemmShape> shape = gemmOf(problem);
  if (!blas || !shape) return std::nullopt;
  auto output = std::make_shared<AnyTensor>(problem.result);
  const auto once = blasProducts(std::move(blas), *shape, problem.dtype(), factorsOf(*shape, problem, *output));
  if (!once) return std::nullopt;
  return Contestant{name, output,
                    [once](std::int64_t count) {
                      for (std::int64_t i = 0; i < count; ++i) once();
                    },
                    true};
}

/// Its kernels are registered by a call of their own, before which even asking which they are ends the process.
std::shared_ptr<const Blas> initialized(std::shared_ptr<const Blas> blas) {
  auto *initialize = blas ? blas->library->find<void()>("bli_init") : nullptr;
  if (!initialize) return nullptr;
  initialize();
  return blas;
}

std::shared_ptr<const Blas> blis() {
  static const std::shared_ptr<const Blas> blas = initialized(openBlas("libblis.so.4"));
  return blas;
}

} // namespace

std::shared_ptr<const Blas> openBlas(const std::string &path) {
  auto blas = std::make_shared<Blas>();
  blas->library = Library::open(path);
  if (!blas->library) return nullptr;
  const Library &library = *blas->library;
  const bool complete = load(library, "cblas_sgemm", blas->f32.gemm) && load(library, "cblas_sgemv", blas->f32.gemv) &&
                        load(library, "cblas_sdot", blas->f32.dot) && load(library, "cblas_dgemm", blas->f64.gemm) &&
                        load(library, "cblas_dgemv", blas->f64.gemv) && load(library, "cblas_ddot", blas->f64.dot);
  return complete ? blas : nullptr;
}

std::shared_ptr<const Blas> openblas() {
  static const std::shared_ptr<const Blas> blas = openBlas("libopenblas.so.0");
  return blas;
}

std::function<void()> blasProducts(std::shared_ptr<const Blas> blas, const GemmShape &shape, DType dtype,
                                   Factors factors) {
  if (!fitsInt(shape)) return {};
  const Blas &functions = *blas;
  if (dtype == DType::F32) return products(std::move(blas), functions.f32, shape, factors);
  if (dtype == DType::F64) return products(std::move(blas), functions.f64, shape, factors);
  return {};
}

std::string openblasVersion() {
  if (!openblas()) return "";
  const auto config = openblas()->library->find<const char *()>("openblas_get_config");
  const auto core = openblas()->library->find<const char *()>("openblas_get_corename");
  return std::string(config ? config() : "OpenBLAS") + (core ? std::string(", kernels for ") + core() : "");
}

std::string blisVersion() {
  if (!blis()) return "";
  const auto version = blis()->library->find<const char *()>("bli_info_get_version_str");
  const auto query = blis()->library->find<int()>("bli_arch_query_id");
  const auto string = blis()->library->find<const char *(int)>("bli_arch_string");
  return std::string("BLIS ") + (version ? version() : "") +
         (query && string ? std::string(", kernels for ") + string(query()) : "");
}

std::optional<Contestant> makeOpenblas(Problem &problem) { return makeContestant("openblas", openblas(), problem); }
std::optional<Contestant> makeBlis(Problem &problem) { return makeContestant("blis", blis(), problem); }

} // namespace einjit::bench
