#pragma once

/// \file
/// The report of a training run and TensorBoard's event files, in the target minnow::report.

#include <minnow/training/report/distributions.hpp>
#include <minnow/training/report/model_summary.hpp>
#include <minnow/training/report/report_entry.hpp>
#include <minnow/training/report/run_report.hpp>
#include <minnow/training/report/tensorboard.hpp>
