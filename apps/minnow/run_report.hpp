#pragma once

#include <minnow/report.hpp>

#include <apps/minnow/run.hpp>
#include <apps/minnow/test_result.hpp>

#include <string>

/// Chooses test samples, and returns the logits of the model with its initial weights for them.
minnow::ReportExamples examples_before(const Run& run);

/// Returns the report of a trained model, without history and distributions.
minnow::RunReport make_report(const Run& run, const Classifier& trained, const TestResult& result,
                              const std::string& command);
