// The main() of every unit-test executable. Under AddressSanitizer CppUTest's own new and delete, which look for leaks,
// stay out of its way: behind them it would not see a read just past a block's end.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

int main(int argc, char** argv) {
#if CPPUTEST_SANITIZE_ADDRESS
    MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
#endif
    return CommandLineTestRunner::RunAllTests(argc, argv);
}
