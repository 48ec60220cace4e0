// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Pairs.h"

namespace einjit::test {

#define SET(left, right, text) statementOf<detail::assignment::Set>(#left " = " #right, left, right, text)
#define ADD(left, right, text) statementOf<detail::assignment::Add>(#left " += " #right, left, right, text)

std::vector<Pair> indexPairs() {
  const Tensor<float, 3> x({2, 3, 4});
  const Tensor<float, 2> w({2, 3}), a({3, 3}), image({8, 8}), filter({3, 3});
  const Tensor<float, 1> v({3}), u({8}), taps({3});
  const Tensor<float, 0> s({});
  Tensor<float> y({2, 4}), t({}), r({3}), q({3, 3}), blurred({6, 6}), signal({6}), half({4});
  Tensor<std::int64_t> counts({3}), table({3, 3});
  Tensor<bool, 2> unit({3, 3});
  Tensor<double, 1> wide({3});
  const auto [i, j, k, l] = indices<4>();
  constexpr auto batch = named<"batch">;
  constexpr auto a_ = named<"a">; // inputs get other names
  return {
      SET(y(i, k), x(i, j, k) * w(i, j), "out[i,k] = a[i,j,k] * b[i,j]"),
      SET(y(batch, k), x(batch, j, k) * w(batch, j), "out[batch,k] = a[batch,j,k] * b[batch,j]"),
      SET(y(a_, k), x(a_, j, k) * w(a_, j), "out[a,k] = b[a,j,k] * c[a,j]"),
      SET(r(i), a(i, j) * v(j) + r(i), "out[i] = a[i,j] * b[j] + c[i]"),
      SET(r(i), (a(i, j) + v(j)) * v(j), "out[i] = (a[i,j] + b[j]) * b[j]"),
      SET(r(i), v(i) - 2 * v(i), "out[i] = a[i] - b * a[i]"),
      SET(q(i, j), a(j, i), "out[i,j] = a[j,i]"),
      SET(q(i, j), v(i) * v(j), "out[i,j] = a[i] * a[j]"),
      SET(r(i), a(i, i), "out[i] = a[i,i]"),
      SET(r(i), a(i, 0), "out[i] = a[i,0]"),
      SET(r(i), v(2 - i), "out[i] = a[2 - i]"),
      SET(half(i), u(2 * i), "out[i] = a[2 * i]"),
      SET(half(i), u(2 * i + 1), "out[i] = a[2 * i + 1]"),
      SET(signal(i), u(i + k) * taps(k), "out[i] = a[i + k] * b[k]"),
      SET(blurred(i, j), image(i + k, j + l) * filter(k, l), "out[i,j] = a[i + k,j + l] * b[k,l]"),
      SET(r(i), u(i + 2 * k - 1 + 1) * taps(k), "out[i] = a[i + 2 * k - 1 + 1] * b[k]"),
      SET(r(i), max(k)(a(i, k)), "out[i] = max[k](a[i,k])"),
      SET(r(i), max(k)(a(i, k) + v(k)) - min(k)(a(i, k)), "out[i] = max[k](a[i,k] + b[k]) - min[k](a[i,k])"),
      SET(r(i), sum(j, k)(a(i, j) * a(j, k)), "out[i] = sum[j,k](a[i,j] * a[j,k])"),
      SET(r(i), mean(k)(a(i, k)) + prod(k)(a(i, k)), "out[i] = mean[k](a[i,k]) + prod[k](a[i,k])"),
      SET(counts(i), argmax(k)(a(i, k)), "out[i] = argmax[k](a[i,k])"),
      SET(counts(i), cast<std::int64_t>(v(i)) * i, "out[i] = i64(a[i]) * i"),
      SET(table(i, j), cast<std::int64_t>(a(i, j)) + 3 * i - j, "out[i,j] = i64(a[i,j]) + 3 * i - j"),
      SET(unit(i, j), i == j, "out = zeros(3, 3, dtype=bool); out[i,j] = i == j"),
      SET(r(i), relu(a(i, 0)) + exp(-v(i)), "out[i] = relu(a[i,0]) + exp(-b[i])"),
      SET(r(i), where(v(i) > 0, v(i), 0.0f), "out[i] = where(a[i] > b, a[i], c)"),
      SET(r(i), clip(v(i), -1, 1) * s, "out[i] = clip(a[i], b, c) * d"),
      SET(r(i), pow(v(i), 2) * sum(x), "out[i] = a[i] ** 2 * b.sum()"),
      SET(r(i), T(a)(i, 1) + (a + v)(i, 2), "out[i] = a.T[i,1] + (a + b)[i,2]"),
      SET(r(i), sqrt(a(i, k) * a(i, k)), "out[i] = sqrt(a[i,k] * a[i,k])"),
      SET(wide(i), v(i) * 2 + cast<double>(v(i)), "out[i] = a[i] * b + f64(a[i])"),
      SET(r(i), 7, "out = zeros(3); out[i] = a"),
      SET(q(i, 0), v(i), "out[i,0] = a[i]"),
      SET(q(i, 0), constant<7>, "out[i,0] = f32(7)"),
      SET(element(t), a(i, i), "out[] = a[i,i]"),
      SET(element(t), sqrt(v(i) * v(i)), "out[] = sqrt(a[i] * a[i])"),
      SET(r(i), norm_1(k)(a(i, k)), "out[i] = norm[k](a[i,k], ord=1)"),
      ADD(r(i), a(i, k), "out[i] += a[i,k]"),
      ADD(r(i), 0.5f * a(i, 0), "out[i] += a * b[i,0]"),
      ADD(q(i, j), v(j), "out[i,j] += a[j]"),
      ADD(r(i), r(i) * v(i), "out[i] += out[i] * a[i]"),
      ADD(r(i), 1, "out[i] += a"),
      statementOf<detail::assignment::Mul>("r(i) *= v(i)", r(i), v(i), "out[i] *= a[i]"),
      statementOf<detail::assignment::Max>("r(i).max(a(i, k))", r(i), a(i, k), "out[i] max= a[i,k]"),
      statementOf<detail::assignment::Min>("r(i).min(a(i, k))", r(i), a(i, k), "out[i] min= a[i,k]"),
  };
}

} // namespace einjit::test
