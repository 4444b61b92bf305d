#pragma once

#include <stop_token>
#include <thread>

/// While such an object exists, the first SIGINT or SIGTERM requests a stop, and a second one ends the process at once.
/// The signal handler only writes a byte to a pipe; a thread reads the pipe and requests the stop.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  std::stop_token token() const { return source_.get_token(); }

  /// Returns the signal that the last of these objects received; 0 if there was none.
  static int received();

 private:
  std::stop_source source_;
  std::thread reader_;
};
