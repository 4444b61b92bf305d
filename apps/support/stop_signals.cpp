#include <apps/support/stop_signals.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <unistd.h>

namespace {

std::atomic<int> first_signal = 0;  // the handler may use it, because it is lock-free
static_assert(std::atomic<int>::is_always_lock_free);
int to_reader = -1, from_handler = -1;  // the ends of the pipe

constexpr std::array stop_signals{SIGINT, SIGTERM};
std::array<struct sigaction, stop_signals.size()> previous;

extern "C" void on_stop_signal(int signal) {
  if (first_signal.exchange(signal) != 0) _exit(128 + signal);
  const int error = errno;
  const char byte = 1;
  [[maybe_unused]] const ssize_t written = ::write(to_reader, &byte, 1);
  errno = error;
}

}  // namespace

StopSignals::StopSignals() {
  std::array<int, 2> ends;
  if (::pipe(ends.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  from_handler = ends[0];
  to_reader = ends[1];
  first_signal = 0;
  reader_ = std::thread([source = source_]() mutable {
    char byte = 0;
    ssize_t count = 0;
    while ((count = ::read(from_handler, &byte, 1)) < 0 && errno == EINTR) {
    }
    if (count == 1 && byte == 1) source.request_stop();
  });
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < stop_signals.size(); ++i) {
    ::sigaction(stop_signals[i], nullptr, &previous[i]);
    if (previous[i].sa_handler != SIG_IGN) ::sigaction(stop_signals[i], &action, nullptr);  // as under nohup
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < stop_signals.size(); ++i) ::sigaction(stop_signals[i], &previous[i], nullptr);
  const char byte = 0;  // ends the thread
  [[maybe_unused]] const ssize_t written = ::write(to_reader, &byte, 1);
  reader_.join();
  ::close(to_reader);
  ::close(from_handler);
}

int StopSignals::received() { return first_signal; }
