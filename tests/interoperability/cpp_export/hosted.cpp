#include <cstdio>

void print(const char* text);
int run_networks();

void print(const char* text) { std::fputs(text, stdout); }
int main() { return run_networks(); }
