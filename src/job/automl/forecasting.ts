import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { integer, text } from "../../yaml/shape.ts";
import { tableTask } from "./table.ts";
import { plainWordOf, regressionAlgorithms, regressionMetrics } from "./words.ts";

const auto = () => plainWordOf(["auto"]);
const names = () => z.union([text(), z.array(text())]);

const settingsSchema = () =>
  z.strictObject({
    time_column_name: text().optional(),
    forecast_horizon: z.union([auto(), integer()]).optional(),
    time_series_id_column_names: names().optional(),
    frequency: text().optional().describe("As pandas names it: D, W-THU, H."),
    target_lags: z.union([auto(), integer(), z.array(integer())]).optional(),
    target_rolling_window_size: z.union([auto(), integer()]).optional(),
    country_or_region_for_holidays: text().optional(),
    feature_lags: plainWordOf(["none", "auto"]).optional(),
    seasonality: z.union([auto(), integer()]).optional(),
    short_series_handling_config: plainWordOf(["none", "auto", "pad", "drop"]).optional(),
    use_stl: plainWordOf(["none", "season", "seasontrend"]).optional(),
    target_aggregate_function: plainWordOf(["none", "sum", "max", "min", "mean"]).optional(),
    cv_step_size: integer().optional(),
    features_unknown_at_forecast_time: names().optional(),
  });

/** `auto`, or a number; nothing for 0, as the official client has it. */
function toChoice(value: string | number | undefined): object | undefined {
  if (value === undefined || value === 0) return undefined;
  return typeof value === "string" ? { mode: "Auto" } : { mode: "Custom", value };
}

function toLags(value: string | number | readonly number[] | undefined): object | undefined {
  if (typeof value === "string") return { mode: "Auto" };
  const values = typeof value === "number" ? [value] : (value ?? []);
  return values.length === 0 || value === 0 ? undefined : { mode: "Custom", values };
}

function toNames(value: string | readonly string[] | undefined): unknown {
  return typeof value === "string" && value !== "" ? [value] : value;
}

function toForecastingSettings(settings: z.infer<ReturnType<typeof settingsSchema>>): object {
  return defined({
    timeColumnName: settings.time_column_name,
    forecastHorizon: toChoice(settings.forecast_horizon),
    timeSeriesIdColumnNames: toNames(settings.time_series_id_column_names),
    frequency: settings.frequency,
    targetLags: toLags(settings.target_lags),
    targetRollingWindowSize: toChoice(settings.target_rolling_window_size),
    countryOrRegionForHolidays: settings.country_or_region_for_holidays,
    featureLags: settings.feature_lags,
    seasonality: toChoice(settings.seasonality),
    shortSeriesHandlingConfig: settings.short_series_handling_config,
    useStl: settings.use_stl,
    targetAggregateFunction: settings.target_aggregate_function,
    cvStepSize: settings.cv_step_size,
    featuresUnknownAtForecastTime: toNames(settings.features_unknown_at_forecast_time),
  });
}

export const forecasting = tableTask({
  task: "forecasting",
  taskType: "Forecasting",
  metrics: regressionMetrics,
  defaultMetric: "normalized_root_mean_squared_error",
  algorithms: {
    auto_arima: "AutoArima",
    prophet: "Prophet",
    naive: "Naive",
    seasonal_naive: "SeasonalNaive",
    average: "Average",
    seasonal_average: "SeasonalAverage",
    exponential_smoothing: "ExponentialSmoothing",
    arimax: "Arimax",
    tcn_forecaster: "TCNForecaster",
    ...regressionAlgorithms,
  },
  ownKeys: () => ({ forecasting: settingsSchema().optional() }),
  toOwnDetails: ({ forecasting: settings }, { add }) => {
    if (settings?.time_column_name === undefined) {
      const message = "A forecast needs the column that holds the time.";
      const path = settings === undefined ? [] : ["forecasting"];
      add("missing-key", path, message, "Add forecasting: { time_column_name: NAME }.", "warning");
    }
    return defined({ forecastingSettings: settings && toForecastingSettings(settings) });
  },
});
