# Debian armhf: AST2600 (Cortex-A7), NPCM750 (Cortex-A9), 32-bit edge boxes.
set(PUED_TRIPLET arm-linux-gnueabihf)
set(PUED_PROCESSOR armv7l)
set(PUED_QEMU qemu-arm-static -cpu cortex-a7)
set(CMAKE_C_FLAGS_INIT "-march=armv7-a+fp")
set(CMAKE_CXX_FLAGS_INIT "-march=armv7-a+fp")
include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
