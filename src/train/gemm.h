// SPDX-License-Identifier: Apache-2.0
// Matrix products through BLAS, on plain memory.
#pragma once

namespace emamba {

enum class Transpose { kNo, kYes };

// C (m, n) = op(A) op(B) + beta C, all dense and row after row: op(A) is (m, k), so A is (k, m)
// when transposed; op(B) is (k, n), so B is (n, k) when transposed. T is float or double.
template <class T>
void gemm(Transpose a_op, Transpose b_op, int m, int n, int k, const T* A, const T* B, T beta,
          T* C);

}  // namespace emamba
