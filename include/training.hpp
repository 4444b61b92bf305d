#pragma once

/// \file
/// fit, evaluate and the metrics.

#include <minnow/training/cross_validate.hpp>
#include <minnow/training/evaluate.hpp>
#include <minnow/training/find_learning_rate.hpp>
#include <minnow/training/find_non_finite.hpp>
#include <minnow/training/fit.hpp>
#include <minnow/training/history.hpp>
#include <minnow/training/metrics.hpp>
#include <minnow/training/metrics/accuracy.hpp>
#include <minnow/training/metrics/average.hpp>
#include <minnow/training/metrics/calibration.hpp>
#include <minnow/training/metrics/classification_report.hpp>
#include <minnow/training/metrics/classification_scores.hpp>
#include <minnow/training/metrics/confusion_matrix.hpp>
#include <minnow/training/metrics/metric.hpp>
#include <minnow/training/metrics/metric_values.hpp>
#include <minnow/training/metrics/multilabel_confusion_matrix.hpp>
#include <minnow/training/metrics/probability_scores.hpp>
#include <minnow/training/metrics/ranking.hpp>
#include <minnow/training/metrics/temperature_scaling.hpp>
#include <minnow/training/metrics/top_k_accuracy.hpp>
#include <minnow/training/predictions.hpp>
