// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Line plots as SVG: panels below each other over one x axis.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace einjit::bench {

struct Point {
  double x, y;
};

struct Series {
  std::string name;
  std::vector<Point> points; ///< by ascending x
  bool isBound = false;      ///< a limit that the others are held against: dashed, without marks
};

struct Panel {
  std::string label; ///< of the y axis, with its unit
  bool logarithmic = false;
  std::vector<Series> series;
  std::function<std::string(double)> tickText; ///< of a value on the y axis
  double base = 0;                             ///< of a linear y axis: it begins here or lower
};

struct Plot {
  std::string title, xLabel;
  std::vector<Panel> panels;
};

/// A document of its own. Every mark says its values when the pointer is over it. Panels without points have axes only.
std::string svgText(const Plot &plot);

/// Round numbers (1, 2 or 5 times a power of ten apart) that cover [low, high], about `count` of them.
std::vector<double> linearTicks(double low, double high, int count);
/// 1, 2 and 5 times powers of ten that cover [low, high], both above 0; powers of ten alone over more than three
/// decades.
std::vector<double> logarithmicTicks(double low, double high);

} // namespace einjit::bench
