// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of a GemmShape by any library with the C interface of BLAS.
#pragma once

#include "Compiler.h"
#include "GemmShape.h"
#include "Peers.h"

namespace einjit::bench {

/// The functions of one library for elements of type T; null where it lacks them.
template <class T> struct BlasFunctions {
  void (*gemm)(int order, int transA, int transB, int m, int n, int k, T alpha, const T *a, int lda, const T *b,
               int ldb, T beta, T *c, int ldc) = nullptr;
  void (*gemv)(int order, int trans, int m, int n, T alpha, const T *a, int lda, const T *x, int incx, T beta, T *y,
               int incy) = nullptr;
  T (*dot)(int n, const T *x, int incx, const T *y, int incy) = nullptr;
};

/// An open BLAS.
struct Blas {
  std::shared_ptr<Library> library;
  BlasFunctions<float> f32;
  BlasFunctions<double> f64;
};

/// Null where there is no such library or it lacks a function.
std::shared_ptr<const Blas> openBlas(const std::string &path);

/// OpenBLAS, opened once.
std::shared_ptr<const Blas> openblas();

/// A function that computes all products of the shape once; nothing for other types than f32 and f64, and for sizes
/// that an int does not hold.
std::function<void()> blasProducts(std::shared_ptr<const Blas> blas, const GemmShape &shape, DType dtype,
                                   Factors factors);

} // namespace einjit::bench
