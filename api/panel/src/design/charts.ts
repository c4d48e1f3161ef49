/** The parts of ECharts that are used. Loaded on demand: it is most of what the panel weighs. */
import { BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use, type ECharts } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

export function create(place: HTMLElement): ECharts {
  return init(place, null, { renderer: "svg" });
}
