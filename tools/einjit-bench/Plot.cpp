// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plot.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace einjit::bench {
namespace {

// In pixels.
constexpr double width = 960, panelHeight = 250, left = 110, right = 30, top = 64, gap = 46, bottom = 60;
constexpr double plotWidth = width - left - right;
constexpr std::array<const char *, 4> colors = {"#1f5fa8", "#c44e1c", "#2d8a4e", "#7a4ea3"};
constexpr const char *boundColor = "#888888";

constexpr const char *style = R"(<style>
text { font-family: "DejaVu Sans", Helvetica, Arial, sans-serif; font-size: 13px; fill: #222222 }
.title { font-size: 17px }
.grid { stroke: #e3e3e3 }
.frame { fill: none; stroke: #555555 }
.line { fill: none; stroke-width: 1.6; stroke-linejoin: round }
.bound { stroke-dasharray: 6 4 }
</style>
)";

std::string escaped(const std::string &text) {
  std::string result;
  for (char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else
      result += c;
  }
  return result;
}

/// Values to pixels along one axis; `to` may lie before `from`, as it does where y grows upwards.
struct Scale {
  double low, high, from, to;
  bool logarithmic = false;
  double operator()(double value) const {
    const auto at = [this](double v) { return logarithmic ? std::log10(v) : v; };
    return from + (at(value) - at(low)) / (at(high) - at(low)) * (to - from);
  }
};

/// The least and the greatest of one coordinate; [0, 1] without points.
template <class Coordinate> std::pair<double, double> range(const Panel &panel, const Coordinate &coordinate) {
  std::vector<double> values;
  for (const Series &series : panel.series)
    for (const Point &point : series.points) values.push_back(coordinate(point));
  if (values.empty()) return {0, 1};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {*low, *high};
}

std::pair<double, double> xRange(const Plot &plot) {
  for (const Panel &panel : plot.panels)
    if (const auto [low, high] = range(panel, [](const Point &p) { return p.x; }); low < high) return {low, high};
  return {0, 1};
}

std::vector<double> ticksOf(const Panel &panel) {
  const auto [low, high] = range(panel, [](const Point &p) { return p.y; });
  if (panel.logarithmic && low > 0) return logarithmicTicks(low, high);
  return linearTicks(std::min(low, panel.base), std::max(high, panel.base), 5);
}

std::string textAt(double x, double y, const char *attributes, const std::string &text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, attributes, escaped(text));
}

std::string lineAt(double x1, double y1, double x2, double y2, const char *kind) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x1, y1, x2, y2,
                     kind);
}

/// Grid, frame and the numbers beside them.
std::string axesText(const Panel &panel, const Scale &x, const Scale &y, const std::vector<double> &yTicks) {
  std::string text;
  for (double tick : linearTicks(x.low, x.high, 12)) {
    if (tick < x.low || tick > x.high) continue;
    text += lineAt(x(tick), y.to, x(tick), y.from, "grid");
    text += textAt(x(tick), y.from + 18, "text-anchor=\"middle\"", fmt::format("{:g}", tick));
  }
  for (double tick : yTicks) {
    text += lineAt(left, y(tick), left + plotWidth, y(tick), "grid");
    text += textAt(left - 8, y(tick) + 4, "text-anchor=\"end\"", panel.tickText(tick));
  }
  text += fmt::format("<rect x=\"{}\" y=\"{:.1f}\" width=\"{}\" height=\"{}\" class=\"frame\"/>\n", left, y.to,
                      plotWidth, panelHeight);
  const double middle = (y.from + y.to) / 2;
  return text + fmt::format("<text x=\"22\" y=\"{0:.1f}\" text-anchor=\"middle\" transform=\"rotate(-90 22 {0:.1f})\">"
                            "{1}</text>\n",
                            middle, escaped(panel.label));
}

std::string seriesText(const Series &series, const char *color, const Panel &panel, const Scale &x, const Scale &y) {
  std::string path, marks;
  for (const Point &point : series.points) {
    path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? "" : " ", x(point.x), y(point.y));
    if (!series.isBound)
      marks +=
          fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.4\" fill=\"{}\"><title>{:g}: {}</title></circle>\n",
                      x(point.x), y(point.y), color, point.x, escaped(panel.tickText(point.y)));
  }
  return fmt::format("<polyline points=\"{}\" class=\"line{}\" stroke=\"{}\"/>\n", path, series.isBound ? " bound" : "",
                     color) +
         marks;
}

/// Names of the series, in one line above the panel's frame, ending where it ends.
std::string legendText(const Panel &panel, double y) {
  std::string spans;
  std::size_t number = 0;
  for (const Series &series : panel.series) {
    const char *color = series.isBound ? boundColor : colors[number++ % colors.size()];
    spans += fmt::format("<tspan fill=\"{}\"{}>{} {}</tspan>", color, spans.empty() ? "" : " dx=\"16\"",
                         series.isBound ? "- -" : "\u2014", escaped(series.name));
  }
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", left + plotWidth, y, spans);
}

std::string panelText(const Panel &panel, std::pair<double, double> xs, double y0) {
  const std::vector<double> yTicks = ticksOf(panel);
  const Scale x{xs.first, xs.second, left, left + plotWidth};
  const Scale y{yTicks.front(), yTicks.back(), y0 + panelHeight, y0, panel.logarithmic && yTicks.front() > 0};
  std::string text = axesText(panel, x, y, yTicks) + legendText(panel, y0 - 8);
  std::size_t number = 0;
  for (const Series &series : panel.series)
    text += seriesText(series, series.isBound ? boundColor : colors[number++ % colors.size()], panel, x, y);
  return text;
}

} // namespace

std::vector<double> linearTicks(double low, double high, int count) {
  if (!(high > low)) high = low + 1;
  const double rough = (high - low) / count, power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (double factor : {5.0, 2.0, 1.0})
    if (factor * power >= rough * (1 - 1e-9)) step = factor * power;
  std::vector<double> ticks;
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  for (double at = first; at <= last; ++at) ticks.push_back(at * step);
  return ticks;
}

std::vector<double> logarithmicTicks(double low, double high) {
  const double from = std::floor(std::log10(low)), to = std::ceil(std::log10(high));
  std::vector<double> all;
  for (double decade = from; decade <= to; ++decade)
    for (double factor : {1.0, 2.0, 5.0})
      if (factor == 1 || to - from <= 3) all.push_back(factor * std::pow(10, decade));
  // From the last that is not above `low` to the first that is not below `high`.
  const auto first = std::upper_bound(all.begin(), all.end(), low * (1 + 1e-9)) - 1;
  auto last = std::lower_bound(all.begin(), all.end(), high * (1 - 1e-9));
  if (last == first) ++last;
  return {first, last + 1};
}

std::string svgText(const Plot &plot) {
  const double height = top + static_cast<double>(plot.panels.size()) * (panelHeight + gap) - gap + bottom;
  std::string text =
      fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n",
                  width, height);
  text += style;
  text += "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  text += textAt(left, 26, "class=\"title\"", plot.title);
  const auto xs = xRange(plot);
  double y = top;
  for (const Panel &panel : plot.panels) {
    text += panelText(panel, xs, y);
    y += panelHeight + gap;
  }
  text += textAt(left + plotWidth / 2, height - 18, "text-anchor=\"middle\"", plot.xLabel);
  return text + "</svg>\n";
}

} // namespace einjit::bench
