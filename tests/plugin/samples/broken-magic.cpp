// A descriptor with the wrong magic number.
#include "postern/plugin/plugin.hpp"

extern "C" __attribute__((visibility("default")))
const postern_plugin postern_plugin_v1 = {.struct_size = sizeof(postern_plugin),
                                          .magic = 0x12345678,
                                          .stamp = nullptr,
                                          .id = nullptr,
                                          .version = nullptr,
                                          .vendor = nullptr,
                                          .license = nullptr,
                                          .summary = nullptr,
                                          .status = nullptr,
                                          .security_posture = nullptr,
                                          .provides = nullptr,
                                          .dependencies = nullptr,
                                          .conflicts = nullptr,
                                          .config_schema = nullptr,
                                          .create = nullptr};
