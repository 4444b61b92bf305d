// Start, output and end of a program on a Cortex-M4F without an operating system, by semihosting: qemu-system-arm
// -machine mps2-an386 -semihosting prints the text and exits.

#include <cstddef>
#include <cstdint>

int run_networks();
void print(const char* text);
extern "C" void start();
extern "C" int* __errno();
extern "C" std::uint32_t stack_top, bss_begin, bss_end;

namespace {

int semihosting(int operation, const void* argument) {
  register int r0 asm("r0") = operation;
  register const void* r1 asm("r1") = argument;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

int errno_value;

}  // namespace

void print(const char* text) { semihosting(4, text); }  // SYS_WRITE0

extern "C" int* __errno() { return &errno_value; }  // of libm

extern "C" void start() {
  *reinterpret_cast<volatile std::uint32_t*>(0xE000ED88) |= 0xF << 20;  // enables the floating-point unit
  asm volatile("dsb\n isb");
  for (volatile std::uint32_t* word = &bss_begin; word < &bss_end; ++word) *word = 0;
  const std::uint32_t exit[2] = {0x20026, static_cast<std::uint32_t>(run_networks())};  // ADP_Stopped_ApplicationExit
  semihosting(0x20, exit);                                                              // SYS_EXIT_EXTENDED
  for (;;) {
  }
}

extern "C" void failed();
extern "C" void failed() {
  print("exception\n");
  const std::uint32_t exit[2] = {0x20026, 2};
  semihosting(0x20, exit);
  for (;;) {
  }
}

__attribute__((section(".vectors"), used)) static void (*const vectors[])() = {
    reinterpret_cast<void (*)()>(&stack_top), start, failed, failed, failed, failed, failed};
