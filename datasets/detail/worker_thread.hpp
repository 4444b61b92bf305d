#pragma once

#include <minnow/core/precision.hpp>

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace minnow::inline MINNOW_PRECISION {

/// A thread that runs one job at each call of start(). Calls of start() and wait() alternate; neither allocates.
class WorkerThread {
 public:
  explicit WorkerThread(std::function<void()> job) : job_(std::move(job)), thread_([this] { run(); }) {}

  ~WorkerThread() {
    set(State::stop);
    thread_.join();
  }
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  void start() { set(State::running); }

  /// Waits for the job, if one was started, and discards its exception.
  void wait_and_discard_error() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return state_ == State::idle; });
    error_ = nullptr;
  }

  /// Waits for the job, if one was started, and rethrows its exception.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return state_ == State::idle; });
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  enum class State { idle, running, stop };

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
  std::thread thread_;  // last: starts after the other members are constructed
};

}  // namespace minnow::inline MINNOW_PRECISION
