// SPDX-License-Identifier: Apache-2.0
#include "train/gemm.h"

// Of any BLAS, which knows columns after columns only.
extern "C" {
void sgemm_(const char* a_op, const char* b_op, const int* m, const int* n, const int* k,
            const float* alpha, const float* A, const int* lda, const float* B, const int* ldb,
            const float* beta, float* C, const int* ldc);
void dgemm_(const char* a_op, const char* b_op, const int* m, const int* n, const int* k,
            const double* alpha, const double* A, const int* lda, const double* B, const int* ldb,
            const double* beta, double* C, const int* ldc);
}

namespace emamba {
namespace {

// Rows after rows are the columns of the transposed matrix: C^T = op(B)^T op(A)^T.
template <class T, class Gemm>
void by_columns(Gemm* blas, Transpose a_op, Transpose b_op, int m, int n, int k, const T* A,
                const T* B, T beta, T* C) {
  const bool a = a_op == Transpose::kYes, b = b_op == Transpose::kYes;
  const int lda = a ? m : k, ldb = b ? k : n;
  const T alpha = 1;
  blas(b ? "T" : "N", a ? "T" : "N", &n, &m, &k, &alpha, B, &ldb, A, &lda, &beta, C, &n);
}

}  // namespace

template <>
void gemm(Transpose a_op, Transpose b_op, int m, int n, int k, const float* A, const float* B,
          float beta, float* C) {
  by_columns(sgemm_, a_op, b_op, m, n, k, A, B, beta, C);
}

template <>
void gemm(Transpose a_op, Transpose b_op, int m, int n, int k, const double* A, const double* B,
          double beta, double* C) {
  by_columns(dgemm_, a_op, b_op, m, n, k, A, B, beta, C);
}

}  // namespace emamba
