#pragma once

#include <minnow/core/precision.hpp>

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

/// A thread that does one job each time it is asked. start() and wait() alternate; neither allocates.
class Background {
 public:
  explicit Background(std::function<void()> job) : job_(std::move(job)), thread_([this] { run(); }) {}

  ~Background() {
    set(State::stop);
    thread_.join();
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  void start() { set(State::asked); }

  /// Returns when the job is done, whatever came of it.
  void settle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return state_ == State::idle; });
    error_ = nullptr;
  }

  /// Returns when the job is done; throws what it threw. Returns at once when nothing was started.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return state_ == State::idle; });
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  enum class State { idle, asked, stop };

  void set(State state) {
    std::unique_lock lock(mutex_);
    if (state == State::stop) changed_.wait(lock, [this] { return state_ == State::idle; });
    state_ = state;
    changed_.notify_all();
  }

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return state_ != State::idle; });
      if (state_ == State::stop) return;
      lock.unlock();
      std::exception_ptr error;
      try {
        job_();
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      error_ = error;
      state_ = State::idle;
      changed_.notify_all();
    }
  }

  std::function<void()> job_;
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::idle;
  std::exception_ptr error_;
  std::thread thread_;  // last: it starts when everything else is there
};

}  // namespace minnow::inline MINNOW_PRECISION
