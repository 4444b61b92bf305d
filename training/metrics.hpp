#pragma once

/// \file
/// Every way to judge a classifier.

#include <minnow/losses/answers.hpp>
#include <minnow/training/average.hpp>
#include <minnow/training/calibration.hpp>
#include <minnow/training/classification_report.hpp>
#include <minnow/training/classification_scores.hpp>
#include <minnow/training/confusion_matrix.hpp>
#include <minnow/training/predictions.hpp>
#include <minnow/training/probability_scores.hpp>
#include <minnow/training/ranking.hpp>
#include <minnow/training/temperature_scaling.hpp>
#include <minnow/training/top_k_accuracy.hpp>
